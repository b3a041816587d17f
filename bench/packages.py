"""Packages beside one read with SHA-256, and password ZIPs beside pyzipper."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pyzipper
from bench.rows import Row, in_turns, write

from incident_plugin.adapters.evidence import DiskShelf, KeyRing, Stamps
from incident_plugin.adapters.evidence.disk import drop_from_memory, flush
from incident_plugin.adapters.evidence.zipping import EncryptedZip
from incident_plugin.application.ports import PackageContent
from incident_plugin.domain.exports import Exhibit, Export, ExportId, ExportItem, ExportSettings
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import Footage, SequenceId
from incident_plugin.domain.time import Interval

_SIZE = 1 << 30
_ZIP_SIZE = 256 << 20
_RUNS = 5
_SLOW_RUNS = 3
_PASSWORD = "a password of the bench"
_START = datetime(2026, 1, 1, tzinfo=UTC)


def sha256_of(path: Path) -> str:
    """Read a file once and give its SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    #: Gives the seconds that work takes, or those of CPU.
    measured: Callable[[object], float] = _seconds
    count: int = 0

    def prepared(self, split_size: int | None) -> tuple[DiskShelf, Export, Path]:
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
        export = Export(
            id=ExportId(f"e{self.count}"),
            owner=person,
            created_at=_START,
            items=(item,),
            settings=ExportSettings(split_size=split_size),
        )
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
        return self._published(None)[0]

    def publish_and_zip(self) -> float:
        """The same, and give the ZIP that is downloaded."""
        return sum(self._published(None))

    def publish_in_parts(self) -> float:
        """The same, and put it into parts of a ZIP, which are read back."""
        return self._published(256 << 20)[0]

    def _published(self, split_size: int | None) -> tuple[float, float]:
        shelf, export, _ = self.prepared(split_size)
        content = PackageContent(site="Site", time_zone="UTC", software={})
        published = self.measured(lambda: shelf.publish(export, content))
        zipped = 0.0
        if split_size is None:
            zipped = self.measured(lambda: sum(map(len, shelf.archive(export.id).pieces())))
        shelf.remove(export.id)
        return published, zipped

    def copy(self) -> float:
        """Copy the bytes, then read and hash the copy."""
        drop_from_memory(self.directory / "master")
        copy = self.directory / "copy"

        def work() -> None:
            shutil.copyfile(self.directory / "master", copy)
            flush(copy)
            drop_from_memory(copy)
            sha256_of(copy)

        taken = self.measured(work)
        copy.unlink()
        return taken

    def read(self) -> float:
        """Read and hash the bytes once."""
        drop_from_memory(self.directory / "master")
        return self.measured(lambda: sha256_of(self.directory / "master"))


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
        files, zipped, peer = in_turns(_RUNS, packages.publish, packages.publish_and_zip, packages.read)
        packages.measured = _cpu
        cpu, cpu_of_peer = in_turns(_RUNS, packages.publish_and_zip, packages.read)
        packages.measured = _seconds
        parts, copied = in_turns(_SLOW_RUNS, packages.publish_in_parts, packages.copy)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    once = "read + SHA-256"
    return [
        Row.at_most("package of 1 GB", files, "s", against=once, peer=peer, goal=1.2, n=_RUNS),
        Row.at_most("package of 1 GB, with its ZIP", zipped, "s", against=once, peer=peer, goal=1.2, n=_RUNS),
        Row.at_most(
            "package of 1 GB, with its ZIP, by CPU",
            cpu,
            "s",
            against=once,
            peer=cpu_of_peer,
            goal=1.2,
            n=_RUNS,
        ),
        Row.at_most(
            "package of 1 GB, as parts of a ZIP on disk",
            parts,
            "s",
            against=f"copy + {once}",
            peer=copied,
            goal=1.2,
            n=_SLOW_RUNS,
        ),
        Row.below("memory at its highest", memory, "MB", limit=200, n=1),
    ]


def zip_rows() -> list[Row]:
    """Measure encryption into a ZIP: time beside time, and CPU beside CPU."""
    with tempfile.TemporaryDirectory() as made:
        source, target = Path(made) / "source", Path(made) / "target.zip"
        _made(source, _ZIP_SIZE)

        def ours() -> None:
            with target.open("wb", buffering=0) as file, source.open("rb", buffering=0) as video:
                archive = EncryptedZip(file, _PASSWORD)
                archive.add("video.mp4", _ZIP_SIZE, video, _START)
                archive.close()

        def theirs() -> None:
            with pyzipper.AESZipFile(target, "w", encryption=pyzipper.WZ_AES) as archive:
                archive.setpassword(_PASSWORD.encode())
                archive.write(source, "video.mp4")

        both = in_turns(
            _RUNS,
            lambda: _seconds(ours),
            lambda: _seconds(theirs),
            lambda: _cpu(ours),
            lambda: _cpu(theirs),
        )
    mine, peer, cpu, cpu_of_peer = (_ZIP_SIZE / 1e6 / each for each in both)
    return [
        Row.at_least("password ZIP", mine, "MB/s", against="pyzipper", peer=peer, goal=3, n=_RUNS),
        Row.at_least(
            "password ZIP, by CPU", cpu, "MB/s", against="pyzipper", peer=cpu_of_peer, goal=3, n=_RUNS
        ),
    ]


def main() -> None:
    """Measure, print and keep the rows by themselves."""
    write("packages", [*package_rows(), *zip_rows()])


if __name__ == "__main__":
    main()
