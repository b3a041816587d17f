"""What lies in the vault: found by camera and time, read back on a schedule, removed when nobody needs it."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import attrs

from incident_plugin.application.administration.storage_rooms import FolderRoom
from incident_plugin.application.ports import Clock
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.application.vault_port import Vault
from incident_plugin.domain.journal import Action, Activity, described_interval
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person
from incident_plugin.domain.preserving import Copy, CopyState
from incident_plugin.domain.time import Interval

logger = logging.getLogger(__name__)

#: Every copy is read back and compared with its hash this often.
CHECK_EVERY = timedelta(days=7)
#: What leaves the house was read back within so long.
FRESH = timedelta(days=1)


@attrs.define(kw_only=True)
class KeptCopies:
    """The copies whose files are in the vault."""

    _work: UnitOfWork
    _clock: Clock
    _vault: Vault
    _room: FolderRoom
    #: Acts where no operator does.
    _service: Person
    _kept: dict[CameraId, tuple[Copy, ...]] = attrs.field(init=False, factory=dict)

    def covering(self, camera: CameraId, interval: Interval) -> Copy | None:
        """Give a copy that has all of an interval."""
        return next((copy for copy in self.of(camera) if copy.covers(interval)), None)

    def of(self, camera: CameraId) -> tuple[Copy, ...]:
        """Give the copies of a camera's video."""
        return self._kept.get(camera, ())

    def path(self, sha256: str) -> Path:
        """Say where a file lies."""
        return self._vault.path(sha256)

    def is_whole(self, copy: Copy) -> bool:
        """Whether a copy's file is what was put into the vault, as of today: read it back if need be."""
        checked = copy.checked_at
        if checked is not None and self._clock.now() - checked < FRESH:
            return True
        return self._check(copy.sha256)

    def begin(self) -> None:
        """Remove what a stopped server left, and find what is there."""
        self._vault.tidy()
        self.refresh()
        self.sweep()

    def refresh(self) -> None:
        """Find copies anew after some were made, or left."""
        kept: dict[CameraId, tuple[Copy, ...]] = {}
        for copy in self._all():
            if copy.state is CopyState.KEPT:
                kept[copy.camera] = (*kept.get(copy.camera, ()), copy)
        self._kept = kept

    def sweep(self) -> None:
        """Remove files that no project needs; never while one is put that its project does not know yet."""
        for sha256 in self._vault.files() - {copy.sha256 for copy in self._all()}:
            self._vault.remove(sha256)
            self._room.changed()

    def _all(self) -> tuple[Copy, ...]:
        with self._work.reading(self._service) as work:
            return tuple(copy for one in work.stored.preserved.all() for copy in one.copies)

    def check_one(self) -> bool:
        """Read the copy back that was not looked at for longest, if one is due; say whether one was."""
        before = self._clock.now() - CHECK_EVERY
        copies = (copy for copies in self._kept.values() for copy in copies)
        old = [copy for copy in copies if copy.checked_at is None or copy.checked_at < before]
        if not old:
            return False
        self._check(min(old, key=lambda copy: copy.checked_at or copy.interval.start).sha256)
        return True

    def _check(self, sha256: str) -> bool:
        """Read a file back; note for every copy that it is whole, or what is wrong with it."""
        damage, now = self._vault.damage(sha256), self._clock.now()
        if damage:
            logger.error("vault: %s", damage)
        with self._work.begin(self._service) as work:
            for one in work.stored.preserved.all():
                for copy in one.copies:
                    if copy.state is CopyState.KEPT and copy.sha256 == sha256:
                        checked = attrs.evolve(copy, checked_at=now)
                        one = one.with_copy(checked.found_damaged(damage) if damage else checked)  # noqa: PLW2901
                        work.stored.preserved.put(one)
                        if damage and work.stored.project(one.project) is not None:
                            work.note(one.project, _found_damaged(copy))
        self.refresh()
        return not damage


def _found_damaged(copy: Copy) -> Activity:
    return Activity(
        action=Action.COPY_DAMAGED,
        subject=copy.camera_name,
        after=described_interval(copy.interval),
        camera=copy.camera,
    )
