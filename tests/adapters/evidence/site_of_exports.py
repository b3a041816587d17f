"""A site that exports, as a process of its own: it can be killed, or lose its disk, at a stage of an export.

``python -m tests.adapters.evidence.site_of_exports DIRECTORY FAULT STAGE...`` makes the export that it finds,
or orders one; each line that it prints is the state and the message of that export.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs

from incident_plugin.adapters.media import PyavWriter
from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.adapters.vault import DiskVault, PreservedRecorders
from incident_plugin.application.reports.reporting import Reporting, Stills
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.application.video.footage import Cameras
from incident_plugin.application.video.kept_copies import KeptCopies
from incident_plugin.assembly.exports import ExportParts, assemble_exports
from incident_plugin.assembly.ground import Ground
from incident_plugin.domain.exports import Export, ExportId, ExportItem, ExportSettings, ExportState
from incident_plugin.domain.media import AccessUnit, Camera, CameraId, ClockOffset, DeviceFacts, VideoTrack
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Call, CallDirection, CallId, Comment, CommentId, Project
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval
from incident_plugin.settings import Settings, StorageSettings
from tests.adapters.evidence.conftest import Steps
from tests.coded import START, Codec, encode
from tests.support import OPERATOR, host_services
from tests.waiting import until

OWNER = Person(id=PersonId(OPERATOR.id), name=OPERATOR.name)
#: By which event of the interpreter a stage is known, and by what the event is about.
STAGES: dict[str, tuple[str, str]] = {
    "fetching": ("open", r"/data/master/"),
    "fetched": ("os.rename", r"/data/master/"),
    "stills": ("open", r"/data/stills/"),
    "court copy": ("os.mkdir", r"/data/court$"),
    "court copied": ("os.rename", r"/data/court/"),
    "report": ("tempfile.mkdtemp", ""),
    "describing": ("open", r"/data/package\.json$"),
    "sealing": ("open", r"/tagmanifest-sha256\.txt$"),
    "zip": ("open", r"\.zip\.001$"),
    "result": ("open", r"\.partial/result\.json$"),
    "publishing": ("os.rename", r"/e1\.partial$"),
    "published": ("open", r"/exports$"),
}
#: What files may grow to while the disk is full.
_FULL = 64
FINISHED = (ExportState.DONE, ExportState.FAILED)


@attrs.frozen
class Tape:
    """A recorder whose recording is known picture by picture."""

    footage: Any

    @property
    def track(self) -> VideoTrack:
        return self.footage.track

    async def cameras(self) -> tuple[Camera, ...]:
        return ()

    async def recorded(self, _: CameraId, interval: Interval) -> tuple[Interval, ...]:
        return (interval,)

    async def clock_offset(self, _: CameraId, **__: bool) -> ClockOffset:
        return ClockOffset(offset=timedelta(seconds=7), uncertainty=timedelta(seconds=0.1), measured_at=START)

    @asynccontextmanager
    async def replay(self, _: CameraId, __: Interval, **___: bool) -> AsyncIterator[Tape]:
        yield self

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        for unit in self.footage.units:
            yield unit


@attrs.frozen(kw_only=True)
class Site:
    """What stands in one directory."""

    store: TinyDBStore
    work: UnitOfWork
    exporting: ExportParts

    def ordered(self, settings: ExportSettings, words: str = "Lobby") -> ExportId:
        """Give the export that is there, or order one of a new project; ``words`` are what people wrote.

        They stand in every field; other words than a camera's are the name of who ordered it, too.
        """
        owner = OWNER if words == "Lobby" else attrs.evolve(OWNER, name=words)
        with self.work.reading(OWNER) as work:
            if known := work.stored.exports.all():
                return ExportId(known[0].id)
        footage = Footage(
            camera=CameraId("demo:1/lobby"),
            camera_name=words,
            recorder=words,
            interval=Interval(START, START + timedelta(seconds=1.9)),
        )
        sequence = Sequence(id=SequenceId("s1"), footage=footage, added_by=owner, added_at=START, note=words)
        call = Call(
            id=CallId("k1"),
            direction=CallDirection.MADE,
            author=owner,
            at=START,
            number=words,
            person=words,
            outcome=words,
            note=words,
        )
        with self.work.begin(owner) as work:
            project = work.create(
                lambda number: Project(
                    id=number,
                    created_by=owner,
                    created_at=START,
                    fields={"description": words, "data:reference": words},
                    comments=(Comment(id=CommentId("c1"), text=words, author=owner, at=START),),
                    calls=(call,),
                    sequences=(sequence,),
                )
            )
            export = Export(
                id=ExportId("e1"),
                owner=owner,
                owner_roles=tuple(OPERATOR.roles),
                created_at=START + timedelta(days=1),
                items=(ExportItem(project=project.id, sequence=sequence.id, footage=footage, comment=words),),
                settings=settings,
            )
            work.stored.exports.put(export)
        return export.id

    def export(self, identity: ExportId) -> Export:
        """Give an export as it is stored."""
        with self.work.reading(OWNER) as work:
            found = work.stored.exports.get(identity)
        assert found is not None
        return found


def site(
    directory: Path,
    recorder: Any,
    storage: StorageSettings | None = None,
    maker: PdfReportMaker | None = None,
    words: str = "Test site",
) -> Site:
    """Put a site together as the plug-in does, with another recorder; ``words`` name site and device."""
    clock, writer = Steps(), PyavWriter()
    settings = Settings(storage=storage or StorageSettings(), export_retention_days=0)
    services = host_services(directory)
    services = attrs.evolve(services, site=attrs.evolve(services.site, name=words))
    ground = Ground.of(services, settings, TinyDBStore(services.storage / "store"))
    work = UnitOfWork(ground.store, clock, clock)
    ground = attrs.evolve(ground, clock=clock, ids=clock, work=work)
    reporting = Reporting(
        store=ground.store,
        work=work,
        guard=ground.guard,
        clock=clock,
        recorders=recorder,
        stills=Stills(recorders=recorder, writer=writer),
        maker=maker or PdfReportMaker(),
        site=ground.site,
        time_zone=ground.time_zone,
    )
    vault = DiskVault(directory / "vault")
    copies = KeptCopies(work=work, clock=clock, vault=vault, room=ground.storage.vault, service=OWNER)
    device = DeviceFacts(manufacturer=words, model="M-1", firmware="2.4.1", serial="S 17")
    cameras = Cameras(recorder)
    cameras.learn((Camera(id=CameraId("demo:1/lobby"), name=words, recorder=words, device=device),))
    exporting = assemble_exports(ground, cameras, PreservedRecorders(recorder, copies), writer, reporting)
    return Site(store=ground.store, work=work, exporting=exporting)


def at_stage(stage: str, fault: Callable[[], None]) -> None:
    """Let something happen the first time that a stage is reached."""
    event, about = STAGES[stage]
    waiting = [fault]

    def hook(name: str, arguments: tuple[Any, ...]) -> None:
        if waiting and name == event and re.search(about, str(arguments[0])):
            waiting.pop()()

    sys.addaudithook(hook)


def full_at(stage: str) -> None:
    """From a stage on no file may grow, until what was made of the export is removed."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def room(name: str, arguments: tuple[Any, ...]) -> None:
        if name == "shutil.rmtree" and str(arguments[0]).endswith("e1.partial"):
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    sys.dont_write_bytecode = True  # A module cut short by the limit would be loaded by every later test.
    sys.addaudithook(room)
    at_stage(stage, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (_FULL, before[1])))


async def main(directory: Path, fault: str, stages: list[str]) -> None:
    """Make the export, or what is left to do of it; a full disk strikes once at each of the stages."""
    here = site(directory, Tape(encode(Codec.H264)))
    identity = here.ordered(ExportSettings(court_copy=True, split_size=1 << 20))
    if fault == "kill":
        at_stage(stages[0], lambda: os.kill(os.getpid(), signal.SIGKILL))
    runner = here.exporting.runner
    if fault == "full":
        full_at(stages.pop(0))
    running = asyncio.create_task(runner.run())
    while True:
        await until(lambda: here.export(identity).state in FINISHED)
        export = here.export(identity)
        sys.stdout.write(f"{export.state} {export.message}\n")
        if export.state is ExportState.DONE:
            break
        if stages:
            full_at(stages.pop(0))
        await runner.again(export)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
