"""Copies of video: tried again, read back, found damaged, made anew; by a clock that the test sets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pytest

from incident_plugin.adapters.media import PyavWriter
from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.adapters.vault import DiskVault, PreservedRecorders
from incident_plugin.application.administration import storage_rooms
from incident_plugin.application.administration.storage_rooms import FolderRoom
from incident_plugin.application.media_ports import MasterOrder
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.application.video.copying import CopyMaker
from incident_plugin.application.video.kept_copies import CHECK_EVERY, FRESH, KeptCopies
from incident_plugin.application.video.preserver import Preserver
from incident_plugin.domain.errors import IncidentError, NoVideo, RecorderUnavailable
from incident_plugin.domain.journal import Action
from incident_plugin.domain.media import AccessUnit, CameraId, ClockOffset, Codec, SoundTrack, VideoTrack
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.preserving import MAXIMUM_ATTEMPTS, Copy, CopyState, PreservedProject
from incident_plugin.domain.project import Project
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval
from tests.coded import START, encode

ANN = Person(id=PersonId("ann"), name="Ann Archer")
WHOLE = Interval(START, START + timedelta(seconds=1.9))
LOBBY = CameraId("demo:1/lobby")


@attrs.define
class Clock:
    """Stands until a test sets it."""

    at: datetime = START + timedelta(hours=1)
    count: int = 0

    def now(self) -> datetime:
        return self.at

    def new(self) -> str:
        self.count += 1
        return f"{self.count:032d}"


@attrs.define
class Recorder:
    """Has two seconds of one camera, unless it fails."""

    units: tuple[AccessUnit, ...]
    track: VideoTrack
    sound: SoundTrack | None = None
    fault: IncidentError | None = None
    asked: int = 0

    @asynccontextmanager
    async def replay(self, _: CameraId, __: Interval, **___: bool) -> AsyncIterator[Recorder]:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        yield self

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        for unit in self.units:
            yield unit

    async def clock_offset(self, _: CameraId, **__: bool) -> ClockOffset:
        return ClockOffset(offset=timedelta(0), uncertainty=timedelta(0), measured_at=START)


@attrs.frozen(kw_only=True)
class Here:
    """A site with one project of one sequence, whose video is to be preserved."""

    clock: Clock
    recorder: Recorder
    store: MemoryStore
    work: UnitOfWork
    vault: DiskVault
    copies: KeptCopies
    preserver: Preserver
    project: Project

    @property
    def copy(self) -> Copy:
        """How the copy stands."""
        with self.work.reading(ANN) as work:
            preserved = work.stored.preserved.get(str(self.project.id))
        assert preserved is not None
        return preserved.copies[0]

    @property
    def file(self) -> Path:
        """Where the copy's file is."""
        return self.vault.path(self.copy.sha256)

    async def settle(self) -> None:
        """Do all that is due now."""
        while await self.preserver.step():
            pass

    def spoil(self) -> None:
        """Change one byte of a picture on the disk."""
        data = bytearray(self.file.read_bytes())
        data[len(data) // 2] ^= 1
        self.file.write_bytes(data)

    def told(self) -> list[Action]:
        """What the activity log says of preserving."""
        actions = [entry.activity.action for entry in self.store.entries(self.project.id)]
        return [one for one in actions if one in (Action.PRESERVED, Action.COPY_DAMAGED)]


@pytest.fixture
def here(tmp_path: Path) -> Here:
    clock, store, footage = Clock(), MemoryStore(), encode(Codec.H264)
    work = UnitOfWork(store, clock, clock)
    seen = Footage(camera=LOBBY, camera_name="Lobby", recorder="North", interval=WHOLE)
    sequence = Sequence(id=SequenceId("s1"), footage=seen, added_by=ANN, added_at=START)
    with work.begin(ANN) as begun:
        project = begun.create(
            lambda number: Project(
                id=number, created_by=ANN, created_at=START, fields={}, sequences=(sequence,)
            )
        )
        begun.stored.preserved.put(PreservedProject(id=str(project.id), wanted=True))
    vault, recorder = DiskVault(tmp_path / "vault"), Recorder(units=footage.units, track=footage.track)
    room = FolderRoom("vault", "Evidence vault", tmp_path / "vault", monotonic=lambda: 0.0)
    copies = KeptCopies(work=work, clock=clock, vault=vault, room=room, service=ANN)
    maker = CopyMaker(clock=clock, recorders=recorder, writer=PyavWriter(), vault=vault, room=room)
    return Here(
        clock=clock,
        recorder=recorder,
        store=store,
        work=work,
        vault=vault,
        copies=copies,
        preserver=Preserver(store=store, work=work, clock=clock, maker=maker, copies=copies, service=ANN),
        project=project,
    )


async def test_a_full_vault_says_that_nobody_has_to_do_it_again(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recorder is not even asked; with room the copy is made."""
    monkeypatch.setattr(storage_rooms, "_free", lambda _: 0)
    await here.settle()
    assert here.copy.state is CopyState.WAITING
    assert here.copy.message.endswith("Free some space, and it goes on by itself.")
    monkeypatch.undo()
    here.clock.at += timedelta(seconds=15)
    await here.settle()
    assert here.copy.state is CopyState.KEPT


async def test_a_copy_is_tried_after_twice_as_long_each_time_up_to_an_hour(here: Here) -> None:
    """15 s, 30 s, a minute ... ; after 20 tries it waits for somebody, who can have it tried anew."""
    here.recorder.fault = RecorderUnavailable("The recorder North did not answer.")
    waits = []
    await here.settle()
    while here.copy.state is CopyState.WAITING:
        assert here.copy.message == "The recorder North did not answer."
        tried, since = here.recorder.asked, here.clock.at
        while here.recorder.asked == tried:
            here.clock.at += timedelta(seconds=15)
            await here.settle()
        waits.append((here.clock.at - since).total_seconds())
    assert waits == [min(3600, 15 * 2**n) for n in range(MAXIMUM_ATTEMPTS - 1)]
    assert here.copy.state is CopyState.FAILED
    here.clock.at += timedelta(days=30)
    await here.settle()
    assert here.recorder.asked == MAXIMUM_ATTEMPTS
    here.recorder.fault = None
    with here.work.begin(ANN) as work:
        preserved = work.stored.preserved.get(str(here.project.id))
        assert preserved is not None
        work.stored.preserved.put(preserved.tried_again())
    await here.settle()
    assert here.copy.state is CopyState.KEPT
    assert here.copy.message == ""


async def test_a_copy_that_never_can_be_is_not_tried_again(here: Here) -> None:
    """The recorder has deleted the video: nothing would change that."""
    here.recorder.fault = NoVideo("The recorder has no video of this time.")
    await here.settle()
    here.clock.at += timedelta(days=1)
    await here.settle()
    assert here.recorder.asked == 1
    assert here.copy.state is CopyState.FAILED


async def test_copies_are_read_back_once_a_week(here: Here) -> None:
    """Not before, and each time it is noted when."""
    await here.settle()
    first = here.copy.checked_at
    assert first is not None
    here.spoil()
    here.clock.at += CHECK_EVERY - timedelta(seconds=1)
    await here.settle()
    assert here.copy.checked_at == first
    assert here.copy.state is CopyState.KEPT
    here.clock.at += timedelta(seconds=2)
    await here.settle()
    assert here.told() == [Action.PRESERVED, Action.COPY_DAMAGED, Action.PRESERVED]


async def test_a_damaged_copy_is_made_anew_while_the_recorder_has_the_video(here: Here) -> None:
    """The file is whole again, and the project's log tells both."""
    await here.settle()
    whole = here.file.read_bytes()
    here.spoil()
    here.clock.at += CHECK_EVERY + timedelta(seconds=1)
    await here.settle()
    assert here.file.read_bytes() == whole
    assert (here.copy.state, here.copy.damage, here.copy.message) == (CopyState.KEPT, "", "")


async def test_what_is_left_of_a_damaged_copy_stays_where_there_is_no_other(here: Here) -> None:
    """It is said in words what is wrong, and why there is no other; nothing is played or exported of it."""
    await here.settle()
    here.spoil()
    spoilt = here.file.read_bytes()
    here.recorder.fault = NoVideo("The recorder has no video of this time any more.")
    here.clock.at += CHECK_EVERY + timedelta(seconds=1)
    await here.settle()
    assert here.copy.state is CopyState.DAMAGED
    assert "is not what was put into the vault" in here.copy.message
    assert here.copy.message.endswith(
        "Another copy could not be made: The recorder has no video of this time any more."
    )
    assert here.file.read_bytes() == spoilt
    assert here.copies.covering(LOBBY, WHOLE) is None
    asked = here.recorder.asked
    here.clock.at += timedelta(days=30)
    await here.settle()
    assert here.recorder.asked == asked


async def test_nothing_is_cut_out_of_a_copy_that_was_changed(here: Here, tmp_path: Path) -> None:
    """What leaves the house was read back the same day; a changed byte in a picture would not show else."""
    await here.settle()
    preserved = PreservedRecorders(here.recorder, here.copies)
    order = MasterOrder(camera=LOBBY, interval=WHOLE, target=tmp_path / "master.mp4")
    done = await preserved.write(order)
    assert done is not None
    assert done.written.frames > 20
    here.spoil()
    here.clock.at += FRESH
    assert await preserved.write(attrs.evolve(order, target=tmp_path / "other.mp4")) is None
    assert not (tmp_path / "other.mp4").exists()
    assert here.copy.state is CopyState.DAMAGED
    assert "The recorder is asked for its video again." in here.copy.message
    assert here.told()[-1] is Action.COPY_DAMAGED


async def test_one_file_of_two_projects_is_damaged_for_both(here: Here) -> None:
    """It is read once, and each project is told."""
    with here.work.begin(ANN) as work:
        (sequence,) = here.project.sequences
        other = work.create(
            lambda number: Project(
                id=number,
                created_by=ANN,
                created_at=START,
                fields={},
                sequences=(attrs.evolve(sequence, id=SequenceId("s2")),),
            )
        )
        work.stored.preserved.put(PreservedProject(id=str(other.id), wanted=True))
    await here.settle()
    here.spoil()
    here.recorder.fault = NoVideo("Gone.")
    here.clock.at += CHECK_EVERY + timedelta(seconds=1)
    await here.settle()
    for project in (here.project, other):
        actions = [entry.activity.action for entry in here.store.entries(project.id)]
        assert actions.count(Action.COPY_DAMAGED) == 1
