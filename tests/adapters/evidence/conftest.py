"""A small, whole package, made by the real shelf with a real key and a real time-stamp authority."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from incident_plugin.adapters.evidence import DiskShelf, KeyRing, Stamps
from incident_plugin.adapters.evidence.stamps import Authority
from incident_plugin.adapters.media import PyavWriter
from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.adapters.signing import SigningKey
from incident_plugin.application.administration.sealing import Sealing
from incident_plugin.application.media_ports import FileFacts
from incident_plugin.application.ports import DisclosedLog, PackageContent
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.disclosure import disclosed
from incident_plugin.domain.exports import (
    Exhibit,
    Export,
    ExportId,
    ExportItem,
    ExportSettings,
)
from incident_plugin.domain.media import CameraId, ClockOffset, Codec
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Project
from incident_plugin.domain.sequence import Footage, SequenceId
from incident_plugin.domain.time import Interval
from tests.coded import START, encode
from tests.guide.blocks import files_of
from tests.waiting import wait_until

GUIDE = Path(__file__).parents[3] / "docs/guide/admin/evidence.md"
ANN = Person(id=PersonId("ann"), name="Ann Archer")


class Steps:
    """The real clock, and ids that count."""

    count = 0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def new(self) -> str:
        self.count += 1
        return f"{self.count:032d}"


def ceremony(place: Path) -> None:
    """Do in a directory what the administrator's guide says: the commands are those of the page."""
    text = GUIDE.read_text("utf-8")
    for block in text.split("```sh ceremony\n")[1:]:
        commands = block.split("```")[0]
        subprocess.run(["bash", "-euc", commands], cwd=place, check=True, capture_output=True)


@pytest.fixture(scope="session")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's certificate authority, a signer's key of it, and a time-stamp authority."""
    place = tmp_path_factory.mktemp("authorities")
    ceremony(place)
    return place


@pytest.fixture(scope="session")
def stamping(authorities: Path) -> Iterator[Authority]:
    """The time-stamp authority as a server: the program of the administrator's guide."""
    (authorities / "stamps.py").write_text(files_of(GUIDE)["stamps.py"])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "stamps.py", str(port)], cwd=authorities, stderr=subprocess.DEVNULL
    ) as server:
        wait_until(lambda: _answers(port))
        chain = (authorities / "tsa-chain.pem").read_text()
        yield Authority(url=f"http://127.0.0.1:{port}/", certificates=chain)
        server.kill()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


@attrs.frozen(kw_only=True)
class Bench:
    """Makes packages."""

    shelf: DiskShelf
    keys: KeyRing
    stamps: Stamps
    clock: Steps
    content: PackageContent

    def export(self, name: str, settings: ExportSettings | None = None, camera: str = "Lobby") -> Export:
        """Give an order whose one exhibit is made already."""
        footage = Footage(
            camera=CameraId("demo:1/lobby"),
            camera_name=camera,
            recorder="Recorder",
            interval=Interval(START, START + timedelta(seconds=2)),
        )
        item = ExportItem(project=self.content_project, sequence=SequenceId("s1"), footage=footage)
        return Export(
            id=ExportId(name),
            owner=ANN,
            created_at=START + timedelta(days=1),
            items=(item,),
            settings=settings or ExportSettings(),
        )

    @property
    def content_project(self):
        return self.content.activity_logs[0].proof.head.project

    def exhibit(self, export: Export, folder: Path, data: bytes) -> Exhibit:
        """Put a master into the workshop."""
        name = "data/master/E01_Lobby.mp4"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        whole = export.items[0].interval
        offset = ClockOffset(
            offset=timedelta(seconds=7.04), uncertainty=timedelta(seconds=0.15), measured_at=START
        )
        return Exhibit(
            id="E01",
            item=export.items[0],
            file=name,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            delivered=whole,
            parts=(whole,),
            gaps=(),
            clock_offset=offset,
            frames=30,
        )

    def package(
        self, name: str, data: bytes, settings: ExportSettings | None = None, password: str = ""
    ) -> Path:
        """Make a package; give its folder, or the folder that its ZIP lies in."""
        export = self.export(name, settings)
        folder = self.shelf.workshop(export).folder
        export = attrs.evolve(export, exhibits=(self.exhibit(export, folder, data),))
        made = self.shelf.publish(export, self.content, password)
        first = self.shelf.files(export.id)[0].path
        return (
            first.parent
            if export.settings.zipped
            else next(parent for parent in first.parents if parent.name == made.name)
        )


@pytest.fixture
def bench(tmp_path: Path, stamping: Authority) -> Bench:
    """A shelf with a key of its own, and content of a project with a log."""
    clock, store = Steps(), MemoryStore()
    with UnitOfWork(store, clock, clock).begin(ANN) as work:
        project = work.create(
            lambda number: Project(
                id=number, created_by=ANN, created_at=START, fields={"description": "Broken window"}
            )
        )
    sealed = Sealing(store=store, clock=clock, signer=SigningKey(tmp_path / "seals")).sealed_log(project.id)
    log = DisclosedLog(
        entries=tuple(disclosed(entry, names=False) for entry in sealed.entries), proof=sealed.proof
    )
    keys, stamps = KeyRing(tmp_path / "keys"), Stamps(tmp_path / "keys")
    stamps.configure(stamping)
    return Bench(
        shelf=DiskShelf(directory=tmp_path / "exports", keys=keys, stamps=stamps, clock=clock),
        keys=keys,
        stamps=stamps,
        clock=clock,
        content=PackageContent(
            site="Demo site",
            time_zone="Europe/Copenhagen",
            software={"incident-plugin": "1"},
            activity_logs=(log,),
        ),
    )


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds of real video."""
    footage = encode(Codec.H264)
    path = tmp_path_factory.mktemp("video") / "a.mp4"
    facts = FileFacts(camera_name="Lobby", line="1", exporter="Demo site", exported_at=START)
    asyncio.run(PyavWriter().write_mp4(path, footage.track, footage.stream(), facts))
    return path.read_bytes()
