"""Packages: reading back, hashing and signing beside one read with SHA-256; password ZIPs beside pyzipper."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pyzipper
from bench.rows import Row, in_turns

from incident_plugin.adapters.evidence import DiskShelf, KeyRing, Stamps
from incident_plugin.adapters.evidence.disk import drop_from_memory, sha256_of
from incident_plugin.adapters.evidence.zipping import EncryptedZip, pieces
from incident_plugin.application.ports import PackageContent
from incident_plugin.domain.exports import Exhibit, Export, ExportId, ExportItem
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import Footage, SequenceId
from incident_plugin.domain.time import Interval

_SIZE = 1 << 30
_ZIP_SIZE = 256 << 20
_RUNS = 5
_PASSWORD = "a password of the bench"
_START = datetime(2026, 1, 1, tzinfo=UTC)


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def _seconds(work: object) -> float:
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


def _cpu(work: object) -> float:
    started = time.process_time()
    work()  # type: ignore[operator]
    return time.process_time() - started


@attrs.define
class _Packages:
    """Publishes the same gigabyte again and again."""

    directory: Path
    count: int = 0

    def prepared(self) -> tuple[DiskShelf, Export, Path]:
        """Have a master in the workshop, on the disk."""
        self.count += 1
        keys = self.directory / "keys"
        shelf = DiskShelf(
            directory=self.directory / "shelf", keys=KeyRing(keys), stamps=Stamps(keys), clock=_Clock()
        )
        whole = Interval(_START, _START + timedelta(hours=1))
        footage = Footage(camera=CameraId("c"), camera_name="Camera", recorder="Recorder", interval=whole)
        item = ExportItem(project=ProjectId(1), sequence=SequenceId("s"), footage=footage)
        person = Person(id=PersonId("p"), name="P")
        export = Export(id=ExportId(f"e{self.count}"), owner=person, created_at=_START, items=(item,))
        folder = shelf.workshop(export).folder
        master = folder / "data/master/E01.mp4"
        master.parent.mkdir(parents=True)
        os.link(self.directory / "master", master)
        exhibit = Exhibit(
            id="E01",
            item=item,
            file="data/master/E01.mp4",
            size=_SIZE,
            sha256=sha256_of(master),
            delivered=whole,
            parts=(whole,),
            gaps=(),
            clock_offset=None,
        )
        drop_from_memory(master)
        return shelf, attrs.evolve(export, exhibits=(exhibit,)), master

    def publish(self) -> float:
        """Describe, read back, hash, sign."""
        shelf, export, _ = self.prepared()
        content = PackageContent(site="Site", time_zone="UTC", software={})
        taken = _seconds(lambda: shelf.publish(export, content))
        shelf.remove(export.id)
        return taken

    def read(self) -> float:
        """Read and hash the bytes once."""
        drop_from_memory(self.directory / "master")
        return _seconds(lambda: sha256_of(self.directory / "master"))


def _made(path: Path, size: int) -> None:
    block = os.urandom(1 << 20)
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())


def package_rows() -> list[Row]:
    """Measure a package of a gigabyte, and the memory it takes."""
    with tempfile.TemporaryDirectory() as made:
        packages = _Packages(Path(made))
        _made(packages.directory / "master", _SIZE)
        ours, peer = in_turns(_RUNS, packages.publish, packages.read)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Row.at_most("package of 1 GB", ours, "s", against="read + SHA-256", peer=peer, goal=1.2, n=_RUNS),
        Row.below("memory at its highest", memory, "MB", limit=200, n=1),
    ]


def zip_row() -> Row:
    """Measure encryption into a ZIP, CPU beside CPU."""
    with tempfile.TemporaryDirectory() as made:
        source, target = Path(made) / "source", Path(made) / "target.zip"
        _made(source, _ZIP_SIZE)

        def ours() -> None:
            with target.open("wb") as file, source.open("rb") as video:
                archive = EncryptedZip(file, _PASSWORD)
                archive.add("video.mp4", _ZIP_SIZE, pieces(video), _START)
                archive.close()

        def theirs() -> None:
            with pyzipper.AESZipFile(target, "w", encryption=pyzipper.WZ_AES) as archive:
                archive.setpassword(_PASSWORD.encode())
                archive.write(source, "video.mp4")

        mine, peer = in_turns(_RUNS, lambda: _cpu(ours), lambda: _cpu(theirs))
    rate = _ZIP_SIZE / 1e6
    return Row.at_least(
        "password ZIP", rate / mine, "MB/s", against="pyzipper", peer=rate / peer, goal=3, n=_RUNS
    )
