"""Masters on disk: a file of either kind from its first picture to its hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from incident_plugin.adapters.media.fragments import Fragments
from incident_plugin.adapters.media.matroska import Matroska
from incident_plugin.adapters.media.timeline import Timeline
from incident_plugin.application.exports.file_origin import origin
from incident_plugin.application.media_ports import FileFacts, FileSealer
from incident_plugin.domain.media import AccessUnit, SoundTrack, SoundUnit, VideoTrack


class Master(Protocol):
    """A file being written; every method may block and belongs into a worker thread."""

    @property
    def timeline(self) -> Timeline: ...

    def write(self, units: Sequence[AccessUnit | SoundUnit]) -> None: ...

    def finish(self, facts: FileFacts | None, sealer: FileSealer | None) -> tuple[int, str]:
        """Bring it to the disk; give its size and SHA-256."""
        ...

    def abandon(self) -> None: ...


class Mp4:
    """A fragmented MP4, hashed while it is written."""

    def __init__(self, path: Path, track: VideoTrack, first: AccessUnit, sound: SoundTrack | None) -> None:
        self._begins = first.time
        self._fragments = Fragments(track, first, sound)
        self._digest, self._size = hashlib.sha256(), 0
        self._file = path.open("wb")

    @property
    def timeline(self) -> Timeline:
        """When its pictures are."""
        return self._fragments.timeline

    def write(self, units: Sequence[AccessUnit | SoundUnit]) -> None:
        """Append pictures and sound."""
        if not self._size:
            self._put(self._fragments.head)
        for fragment in self._fragments.add(units):
            self._put(fragment)

    def finish(self, facts: FileFacts | None, sealer: FileSealer | None) -> tuple[int, str]:
        """Write the end and what is known of the origin; give size and SHA-256."""
        for fragment in self._fragments.finish():
            self._put(fragment)
        if facts is not None:
            self._put(origin(self._digest, facts, self._begins, sealer))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._size, self._digest.hexdigest()

    def abandon(self) -> None:
        """Let go of it."""
        with suppress(OSError):
            self._file.close()

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)
        self._size += len(data)


class Mkv:
    """A Matroska file by libavformat, which goes back to its head at the end: it is hashed from the disk."""

    def __init__(self, path: Path, track: VideoTrack, first: AccessUnit, sound: SoundTrack | None) -> None:
        self._path = path
        self._matroska = Matroska(path, track, first, sound)

    @property
    def timeline(self) -> Timeline:
        """When its pictures are."""
        return self._matroska.timeline

    def write(self, units: Sequence[AccessUnit | SoundUnit]) -> None:
        """Append pictures and sound."""
        self._matroska.write(units)

    def finish(self, facts: FileFacts | None, sealer: FileSealer | None) -> tuple[int, str]:  # noqa: ARG002
        """Write the end; give size and SHA-256."""
        self._matroska.close()
        with self._path.open("rb") as file:
            os.fsync(file.fileno())
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return file.tell(), sha256

    def abandon(self) -> None:
        """Let go of it."""
        self._matroska.abandon()
