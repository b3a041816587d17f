"""Use cases of preserving: who decides, what is copied when, and what leaves the vault again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from bisect import insort
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import Recorders, VideoStream, VideoWriter
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.storage_rooms import FolderRoom
from incident_plugin.application.store import IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.coding import MOST_REORDERED
from incident_plugin.domain.errors import IncidentError, InvalidInput, NoVideo
from incident_plugin.domain.journal import Action, Activity, described_interval
from incident_plugin.domain.media import AccessUnit, CameraId, SoundUnit
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.preserving import (
    MAXIMUM_ATTEMPTS,
    Copy,
    CopyState,
    PreservedProject,
    PreserveRules,
)
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import ValueId
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.time import Interval

logger = logging.getLogger(__name__)

#: A copy that could not be made is tried again after so long, and each time after twice as long, to a limit.
RETRY_AFTER, RETRY_AT_MOST = timedelta(seconds=15), timedelta(hours=1)
#: Every copy is read back and compared with its hash this often.
CHECK_EVERY = timedelta(days=7)
#: How long the runner rests when nothing changes.
_REST = timedelta(seconds=3)
_CHANGES = 500
#: Bytes after which the room that is left is looked at anew.
_LOOK_EVERY = 64 * 1024 * 1024


@attrs.frozen(kw_only=True)
class Stored:
    """What was put into the vault."""

    sha256: str
    size: int


class Vault(Protocol):
    """Video files by their content. Every method raises ``StoreUnavailable`` when the disk refuses."""

    async def put(self, pieces: AsyncIterator[bytes]) -> Stored | None:
        """Keep a file, durable when this returns; nothing of it is kept when ``pieces`` fails or is empty."""
        ...

    def path(self, sha256: str) -> Path:
        """Say where a file lies."""
        ...

    def damage(self, sha256: str) -> str:
        """Read a file back; say what is wrong with it, or nothing."""
        ...

    def remove(self, sha256: str) -> None:
        """Remove a file, if it is there."""
        ...

    def tidy(self) -> None:
        """Remove what a stopped server left half written."""
        ...


@attrs.frozen(kw_only=True)
class ProjectPreserving:
    """How preserving stands for one project."""

    #: Somebody's choice; nothing when the rules decide.
    wanted: bool | None
    #: Whether the rules want it.
    by_rules: bool
    copies: tuple[Copy, ...]


@attrs.frozen(kw_only=True)
class Preserving:
    """What people decide about preserving."""

    _work: UnitOfWork
    _guard: Guard
    _clock: Clock
    #: Called when something was decided.
    _wake: Callable[[], None]

    def of(self, actor: Actor, project_id: ProjectId) -> ProjectPreserving:
        """Give how preserving stands, as far as the actor may see the cameras."""
        self._guard.require(actor, Permission.SEQUENCES_VIEW)
        with self._work.reading(actor.person) as work:
            return self._told(actor, work, work.project(project_id))

    def choose(self, actor: Actor, project_id: ProjectId, wanted: bool | None) -> ProjectPreserving:
        """Decide whether a project's video is kept; nothing leaves it to the rules. Try anew what failed."""
        self._guard.require(actor, Permission.SEQUENCES_MANAGE)
        with self._work.begin(actor.person) as work:
            project = work.project(project_id)
            if wanted is False and project.hold is not None:
                raise InvalidInput(
                    f"Incident project {project_id} is on legal hold: its preserved video stays. "
                    "Lift the hold first, if it is no longer needed."
                )
            before = _preserved(work, project_id)
            after = attrs.evolve(before, wanted=wanted, by=actor.person, at=self._clock.now()).tried_again()
            work.stored.preserved.put(after)
            if before.wanted != wanted:
                said = {True: "on", False: "off", None: "as the site's rules say"}[wanted]
                work.note(project_id, Activity(action=Action.PRESERVING, subject=said))
            told = self._told(actor, work, project)
        self._wake()
        return told

    def rules(self, actor: Actor) -> PreserveRules:
        """Give the site's rules."""
        self._guard.require(actor, Permission.PROPERTIES_VIEW)
        with self._work.reading(actor.person) as work:
            return _rules(work)

    def put_rules(self, actor: Actor, types: tuple[ValueId, ...]) -> PreserveRules:
        """Preserve every project of these types from its next change on."""
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        with self._work.begin(actor.person) as work:
            known = {value.id: value.name for value in work.properties.types}
            if unknown := [one for one in types if one not in known]:
                raise InvalidInput(f"There is no type “{unknown[0][:100]}”. The rules were not changed.")
            before = _rules(work)
            after = attrs.evolve(before, types=tuple(dict.fromkeys(types)))
            work.stored.preserve_rules.put(after)
            names = [", ".join(known.get(t, t) for t in rules.types) for rules in (before, after)]
            work.audit(
                Activity(
                    action=Action.SETTING_CHANGED, subject="Preserved types", before=names[0], after=names[1]
                )
            )
        self._wake()
        return after

    def kept(self, project_id: ProjectId) -> frozenset[SequenceId]:
        """Give the sequences of a project whose video is in the vault; for use cases that checked already."""
        with self._work.reading(_NOBODY) as work:
            return _preserved(work, project_id).kept

    def _told(self, actor: Actor, work: Work, project: Project) -> ProjectPreserving:
        preserved = _preserved(work, project.id)
        seen = set(self._guard.visible(actor, {copy.camera for copy in preserved.copies}))
        return ProjectPreserving(
            wanted=preserved.wanted,
            by_rules=_rules(work).wants(project, None),
            copies=tuple(copy for copy in preserved.copies if copy.camera in seen),
        )


_NOBODY = Person(id=PersonId(""), name="")


@attrs.define(kw_only=True)
class Preserver:
    """Copies what is wanted, one after the other, checks what is kept, and removes what nobody needs."""

    _store: IncidentStore
    _work: UnitOfWork
    _clock: Clock
    _recorders: Recorders
    _writer: VideoWriter
    _vault: Vault
    _room: FolderRoom
    #: Acts where no operator does.
    _service: Person
    #: Whether the site lets recorded sound be preserved.
    _sound: bool = True
    _loop: asyncio.AbstractEventLoop | None = attrs.field(init=False, default=None)
    _woken: asyncio.Event = attrs.field(init=False, factory=asyncio.Event)
    #: The copy in the making, and how far it is, 0 to 1.
    _making: tuple[SequenceId, float] | None = attrs.field(init=False, default=None)
    _kept: dict[CameraId, tuple[Copy, ...]] = attrs.field(init=False, factory=dict)

    async def run(self) -> None:
        """Work until cancelled."""
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._begin)
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
        return await asyncio.to_thread(self._check_one)

    def progress(self, sequence: SequenceId) -> float | None:
        """Say how far the copy of a sequence is, if it is in the making."""
        making = self._making
        return making[1] if making and making[0] == sequence else None

    def covering(self, camera: CameraId, interval: Interval) -> Copy | None:
        """Give a copy that has all of an interval."""
        return next((copy for copy in self._kept.get(camera, ()) if copy.covers(interval)), None)

    def look(self) -> bool:
        """Take note of projects that changed or are gone; say whether that changed what is to be done."""
        with self._work.reading(self._service) as work:
            if self._store.last_change() <= _rules(work).seen:
                return False
        with self._work.begin(self._service) as work:
            rules = _rules(work)
            changes = self._store.changes(rules.seen, limit=_CHANGES)
            numbers = sorted({change.project for change in changes if change.project})
            changed = [number for number in numbers if self._followed(work, rules, number)]
            if changes:
                work.stored.preserve_rules.put(attrs.evolve(rules, seen=changes[-1].number))
        if changed:
            self._begin_index()
            self._sweep()
        return bool(changed) or len(changes) == _CHANGES

    def _begin(self) -> None:
        self._vault.tidy()
        self._begin_index()
        self._sweep()

    def _begin_index(self) -> None:
        kept: dict[CameraId, tuple[Copy, ...]] = {}
        with self._work.reading(self._service) as work:
            for one in work.stored.preserved.all():
                for copy in one.copies:
                    if copy.state is CopyState.KEPT:
                        kept[copy.camera] = (*kept.get(copy.camera, ()), copy)
        self._kept = kept

    def _followed(self, work: Work, rules: PreserveRules, number: ProjectId) -> bool:
        """Let what is preserved of a project follow the project; say whether that changed anything."""
        preserved = _preserved(work, number)
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

    def _sweep(self) -> None:
        """Remove files that no project needs any more."""
        with self._work.reading(self._service) as work:
            needed = {c.sha256 for one in work.stored.preserved.all() for c in one.copies if c.sha256}
        for sha256 in self._files() - needed:
            self._vault.remove(sha256)
            self._room.changed()

    def _files(self) -> set[str]:
        return {path.stem for path in self._vault.path("0" * 64).parent.parent.glob("??/*.mp4")}

    def _due(self) -> tuple[ProjectId, Copy] | None:
        now = self._clock.now()
        with self._work.reading(self._service) as work:
            waiting = [
                (one.project, copy)
                for one in work.stored.preserved.all()
                for copy in one.copies
                if copy.state is CopyState.WAITING and _is_due(copy, now)
            ]
        # Oldest video first: it is what its recorder deletes next.
        return min(waiting, key=lambda due: due[1].interval.start, default=None)

    async def _copy(self, project: ProjectId, copy: Copy) -> None:
        self._making = (copy.sequence, 0.0)
        try:
            done = await self._made(copy)
        except IncidentError as error:
            done = self._failed(copy, error)
        finally:
            self._making = None
        await asyncio.to_thread(self._save, project, done)

    async def _made(self, copy: Copy) -> Copy:
        await asyncio.to_thread(self._room.require, 1)
        span = _Span()
        async with self._recorders.replay(copy.camera, copy.interval, sound=self._sound) as stream:
            offset = await self._recorders.clock_offset(copy.camera)
            units = self._watched(copy, stream, span)
            pieces = self._writer.fragments(stream.track, units, sound=stream.sound)
            stored = await self._vault.put(self._bounded(pieces))
        if stored is None or span.whole is None:
            raise NoVideo("The recorder has no video of this time any more, so nothing could be preserved.")
        self._room.changed()
        now = self._clock.now()
        return attrs.evolve(
            copy,
            state=CopyState.KEPT,
            sha256=stored.sha256,
            size=stored.size,
            delivered=span.whole,
            clock_offset=offset,
            attempts=copy.attempts + 1,
            message="",
            tried_at=now,
            kept_at=now,
            checked_at=now,
        )

    async def _watched(
        self, copy: Copy, stream: VideoStream, span: _Span
    ) -> AsyncIterator[AccessUnit | SoundUnit]:
        async for unit in stream.mixed() if stream.sound else stream:
            if isinstance(unit, SoundUnit):
                yield unit
                continue
            span.add(unit)
            part = (unit.time - copy.interval.start) / copy.interval.length
            self._making = (copy.sequence, min(1.0, max(0.0, part)))
            yield unit

    async def _bounded(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Look at the room that is left while a long film is written."""
        written = looked = 0
        async for piece in pieces:
            written += len(piece)
            if written - looked >= _LOOK_EVERY:
                await asyncio.to_thread(self._room.require, written)
                looked = written
            yield piece

    def _failed(self, copy: Copy, error: IncidentError) -> Copy:
        attempts = copy.attempts + 1
        over = isinstance(error, NoVideo) or attempts >= MAXIMUM_ATTEMPTS
        return attrs.evolve(
            copy,
            state=CopyState.FAILED if over else CopyState.WAITING,
            attempts=attempts,
            message=error.detail,
            tried_at=self._clock.now(),
        )

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
        self._begin_index()

    def _check_one(self) -> bool:
        """Read the copy back that was not looked at for longest; name damage, and have it copied again."""
        before = self._clock.now() - CHECK_EVERY
        with self._work.reading(self._service) as work:
            old = [
                (one.project, copy)
                for one in work.stored.preserved.all()
                for copy in one.copies
                if copy.state is CopyState.KEPT and (copy.checked_at is None or copy.checked_at < before)
            ]
        if not old:
            return False
        project, copy = min(old, key=lambda due: due[1].checked_at or due[1].interval.start)
        damage = self._vault.damage(copy.sha256)
        checked = attrs.evolve(copy, checked_at=self._clock.now())
        if damage:
            logger.error("vault: %s of incident project %s: %s", copy.camera_name, project, damage)
            checked = attrs.evolve(checked, state=CopyState.DAMAGED, message=damage)
        with self._work.begin(self._service) as work:
            preserved = work.stored.preserved.get(str(project))
            if preserved is not None:
                work.stored.preserved.put(preserved.with_copy(checked))
        self._begin_index()
        return True


class _Span:
    """From the first picture to the end of the last one."""

    def __init__(self) -> None:
        self._first: datetime | None = None
        #: The latest times, in order: pictures may be decoded before those that are shown before them.
        self._latest: list[datetime] = []

    def add(self, unit: AccessUnit) -> None:
        """Take a picture into account."""
        self._first = self._first or unit.time
        insort(self._latest, unit.time)
        del self._latest[: -MOST_REORDERED - 2]

    @property
    def whole(self) -> Interval | None:
        """Give the span; nothing when there was no picture."""
        if self._first is None:
            return None
        steps = [later - earlier for earlier, later in pairwise(self._latest)]
        usual = [step for step in steps if timedelta(0) < step < timedelta(seconds=1)]
        return Interval(self._first, self._latest[-1] + (usual[-1] if usual else timedelta(seconds=1 / 25)))


def _is_due(copy: Copy, now: datetime) -> bool:
    if copy.tried_at is None or now < copy.tried_at:
        return True
    return now - copy.tried_at >= min(RETRY_AT_MOST, RETRY_AFTER * (1 << max(0, copy.attempts - 1)))


def _preserved(work: Work, project: ProjectId) -> PreservedProject:
    return work.stored.preserved.get(str(project)) or PreservedProject(id=str(project))


def _rules(work: Work) -> PreserveRules:
    return work.stored.preserve_rules.get(PreserveRules().id) or PreserveRules()
