"""The task that preserves: follows the projects, copies what is due, and has what is kept read back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import timedelta

import attrs

from incident_plugin.application.ports import Clock
from incident_plugin.application.store import IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.application.video.copying import CopyMaker
from incident_plugin.application.video.kept_copies import KeptCopies
from incident_plugin.application.video.preserving import preserved_of, rules_of
from incident_plugin.domain.errors import IncidentError, NoVideo
from incident_plugin.domain.journal import Action, Activity, described_interval
from incident_plugin.domain.people import Person
from incident_plugin.domain.preserving import Copy, CopyState, PreserveRules
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import SequenceId

logger = logging.getLogger(__name__)

#: How long the runner rests when nothing changes.
_REST = timedelta(seconds=3)
_CHANGES = 500


@attrs.define(kw_only=True)
class Preserver:
    """Copies what is wanted, one after the other, checks what is kept, and removes what nobody needs."""

    _store: IncidentStore
    _work: UnitOfWork
    _clock: Clock
    _maker: CopyMaker
    _copies: KeptCopies
    #: Acts where no operator does.
    _service: Person
    _loop: asyncio.AbstractEventLoop | None = attrs.field(init=False, default=None)
    _woken: asyncio.Event = attrs.field(init=False, factory=asyncio.Event)
    #: The copy in the making, and how far it is, 0 to 1.
    _making: tuple[SequenceId, float] | None = attrs.field(init=False, default=None)

    async def run(self) -> None:
        """Work until cancelled."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._copies.begin)
        while True:
            self._woken.clear()
            try:
                worked = await self.step()
            except IncidentError as error:
                logger.warning("preserving: %s", error.detail)
                worked = False
            if not worked:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _REST.total_seconds())

    def wake(self) -> None:
        """Look at once for something to do; may be called from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._woken.set)

    async def step(self) -> bool:
        """Do one thing that is due; say whether there was any."""
        if await asyncio.to_thread(self.look):
            return True
        due = await asyncio.to_thread(self._due)
        if due is not None:
            await self._copy(*due)
            return True
        return await asyncio.to_thread(self._copies.check_one)

    def progress(self, sequence: SequenceId) -> float | None:
        """Say how far the copy of a sequence is, if it is in the making."""
        making = self._making
        return making[1] if making and making[0] == sequence else None

    def look(self) -> bool:
        """Take note of projects that changed or are gone; say whether that changed what is to be done."""
        with self._work.reading(self._service) as work:
            if self._store.last_change() <= rules_of(work).seen:
                return False
        with self._work.begin(self._service) as work:
            rules = rules_of(work)
            changes = self._store.changes(rules.seen, limit=_CHANGES)
            numbers = sorted({change.project for change in changes if change.project})
            changed = [number for number in numbers if self._followed(work, rules, number)]
            if changes:
                work.stored.preserve_rules.put(attrs.evolve(rules, seen=changes[-1].number))
        if changed:
            self._copies.refresh()
            self._copies.sweep()
        return bool(changed) or len(changes) == _CHANGES

    def _followed(self, work: Work, rules: PreserveRules, number: ProjectId) -> bool:
        """Let what is preserved of a project follow the project; say whether that changed anything."""
        preserved = preserved_of(work, number)
        project = work.stored.project(number)
        if project is None:
            # What lies in the recycle bin can come back, and its video with it.
            if work.stored.bin.get(str(number)) is not None or not preserved.copies:
                return False
            work.stored.preserved.remove(preserved.id)
            return True
        wanted = rules.wants(project, preserved.wanted)
        if not wanted and (project.hold is not None or not preserved.copies):
            return False
        after = preserved.with_sequences(project.sequences if wanted else ())
        if after.copies == preserved.copies:
            return False
        work.stored.preserved.put(after)
        return True

    def _due(self) -> tuple[ProjectId, Copy] | None:
        now = self._clock.now()
        with self._work.reading(self._service) as work:
            waiting = [
                (one.project, copy)
                for one in work.stored.preserved.all()
                for copy in one.copies
                if copy.is_due(now)
            ]
        # Oldest video first: it is what its recorder deletes next.
        return min(waiting, key=lambda due: due[1].interval.start, default=None)

    async def _copy(self, project: ProjectId, copy: Copy) -> None:
        def at(part: float) -> None:
            self._making = (copy.sequence, part)

        at(0.0)
        try:
            done = await self._maker.made(copy, at)
        except IncidentError as error:
            done = copy.not_made(error.detail, self._clock.now(), for_good=isinstance(error, NoVideo))
        finally:
            self._making = None
        await asyncio.to_thread(self._save, project, done)

    def _save(self, project: ProjectId, copy: Copy) -> None:
        with self._work.begin(self._service) as work:
            preserved = work.stored.preserved.get(str(project))
            if preserved is None or copy.sequence not in {c.sequence for c in preserved.copies}:
                return
            work.stored.preserved.put(preserved.with_copy(copy))
            if copy.state is CopyState.KEPT and work.stored.project(project) is not None:
                work.note(
                    project,
                    Activity(
                        action=Action.PRESERVED,
                        subject=copy.camera_name,
                        after=described_interval(copy.interval),
                        camera=copy.camera,
                    ),
                )
        self._copies.refresh()
        self._copies.sweep()
