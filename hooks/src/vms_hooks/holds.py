"""What must not be deleted, as a host with recordings of its own keeps account of it.

It fails closed: a plug-in that does not answer keeps what it held when it last did, and one that never
answered holds everything. Only an administrator's release, which the host's audit records, ends such a hold.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs

from vms_hooks.document import plain
from vms_hooks.faults import PluginFault
from vms_hooks.host import Audit
from vms_hooks.plugin import Plugin
from vms_hooks.values import Hold, Interval, Principal

#: Before and after all recordings.
_ALWAYS = Interval(start=datetime(1970, 1, 1, tzinfo=UTC), end=datetime(9999, 1, 1, tzinfo=UTC))


@attrs.frozen(kw_only=True)
class KeptHolds:
    """What one camera's recordings are held for, and why the answer may be older than now."""

    holds: tuple[Hold, ...]
    #: One sentence for each plug-in that did not answer.
    uncertain: tuple[str, ...] = ()


class HoldBook:
    """The last answer of each plug-in for each camera, in one JSON file that survives the host.

    ``plugins`` of each call must be all that the site wants, active or not: who is missing is not asked.
    """

    def __init__(self, file: Path, audit: Audit) -> None:
        self._file = file
        self._audit = audit
        self._kept: dict[str, dict[str, Any]] = json.loads(file.read_bytes()) if file.exists() else {}

    async def before_deleting(self, plugins: Iterable[Plugin], camera: str, interval: Interval) -> KeptHolds:
        """Ask what of an interval must stay. A host deletes nothing that any of these holds covers."""
        holds: list[Hold] = []
        uncertain: list[str] = []
        for plugin in plugins:
            try:
                answer = await plugin.answering().media_holds(camera, _ALWAYS)
            except PluginFault as fault:
                uncertain.append(f"{plugin.id} did not say what it needs. {fault.reason}")
                holds += self._last(plugin.id, camera)
            else:
                self._keep(plugin.id, camera, answer)
                holds += answer
        touching = tuple(hold for hold in holds if _overlap(hold.interval, interval))
        return KeptHolds(holds=touching, uncertain=tuple(uncertain))

    def release(self, plugin: str, camera: str, by: Principal, reason: str) -> None:
        """Drop what an absent plug-in holds of a camera; the audit keeps who did it and why."""
        self._audit.record(by, "media-hold.released", f"{plugin} {camera}: {reason}")
        self._keep(plugin, camera, ())

    def _last(self, plugin: str, camera: str) -> Iterator[Hold]:
        kept = self._kept.get(plugin, {}).get(camera)
        if kept is None:
            yield Hold(camera=camera, interval=_ALWAYS, reason=f"{plugin} has never said what it needs")
            return
        for hold in kept:
            start, end = (datetime.fromisoformat(hold["interval"][name]) for name in ("start", "end"))
            yield Hold(camera=camera, interval=Interval(start=start, end=end), reason=hold["reason"])

    def _keep(self, plugin: str, camera: str, holds: tuple[Hold, ...]) -> None:
        answer = plain(holds)
        if self._kept.get(plugin, {}).get(camera) == answer:
            return
        self._kept.setdefault(plugin, {})[camera] = answer
        partial = self._file.with_name(f"{self._file.name}.partial")
        with partial.open("w", encoding="utf-8") as file:
            json.dump(self._kept, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._file)


def _overlap(one: Interval, other: Interval) -> bool:
    return one.start < other.end and other.start < one.end
