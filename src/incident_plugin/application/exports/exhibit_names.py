"""Names of an exhibit and of its files."""

from __future__ import annotations

import re
from datetime import datetime

from incident_plugin.domain.exports import Export, ExportFormat, ExportItem


class ExhibitNames:
    """Names below the package's folder: of allowed characters only, whatever the camera is called."""

    def __init__(self, export: Export, index: int, item: ExportItem) -> None:
        self.id = f"E{index + 1:02d}"
        self.interval = item.interval
        camera = re.sub(r"[^A-Za-z0-9]+", "-", item.footage.camera_name).strip("-")[:40] or "camera"
        base = f"{self.id}_{camera}_{item.interval.start:%Y%m%dT%H%M%SZ}"
        packaged = export.settings.format is ExportFormat.PACKAGE
        places = {name: f"data/{name}/" if packaged else "" for name in ("master", "stills", "court")}
        self.master = f"{places['master']}{base}.{export.settings.container}"
        self._stills = f"{places['stills']}{self.id}_{camera}_"
        self.court = f"{places['court']}{base}{'' if packaged else '_court-copy'}.mp4"

    def still(self, at: datetime) -> str:
        """Name a still picture by its time: to the millisecond where that is none of the clock's seconds."""
        fraction = f".{at.microsecond // 1000:03d}" if at.microsecond else ""
        return f"{self._stills}{at:%Y%m%dT%H%M%S}{fraction}Z.jpg"
