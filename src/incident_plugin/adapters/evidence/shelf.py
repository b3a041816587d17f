"""The shelf of finished exports on disk.

An export is made in a directory ``<id>.partial``. It is described, its files are read back and their hashes
compared, everything is flushed to the disk, and only then the directory gets its name: what stands on the
shelf is whole, also after a power cut.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import attrs
import msgspec

from incident_plugin.domain.errors import NotFound, StoreUnavailable
from incident_plugin.domain.exports import Exhibit, Export, ExportId
from incident_plugin.domain.media import CameraId, ClockOffset
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.time import Interval

MANIFEST = "manifest-sha256.txt"
DESCRIPTION = "export.json"


@attrs.frozen(kw_only=True)
class ExhibitDescription:
    """One exhibit, as its readers need it."""

    exhibit: str
    file: str
    size: int
    sha256: str
    project: ProjectId
    camera: CameraId
    camera_name: str
    recorder: str
    requested: Interval
    delivered: Interval | None
    gaps: tuple[Interval, ...]
    clock_offset: ClockOffset


@attrs.frozen(kw_only=True)
class ExportDescription:
    """What the export is: requested, delivered and missing; all times UTC."""

    export: ExportId
    created_at: datetime
    projects: tuple[ProjectId, ...]
    exhibits: tuple[ExhibitDescription, ...]


def describe(export: Export) -> bytes:
    """Give the description of an export as JSON; it names no person."""
    document = ExportDescription(
        export=export.id,
        created_at=export.created_at,
        projects=export.projects,
        exhibits=tuple(_exhibit(exhibit) for exhibit in export.exhibits),
    )
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _exhibit(exhibit: Exhibit) -> ExhibitDescription:
    footage = exhibit.item.footage
    return ExhibitDescription(
        exhibit=exhibit.id,
        file=exhibit.file,
        size=exhibit.size,
        sha256=exhibit.sha256,
        project=exhibit.item.project,
        camera=footage.camera,
        camera_name=footage.camera_name,
        recorder=footage.recorder,
        requested=footage.interval,
        delivered=exhibit.delivered,
        gaps=exhibit.gaps,
        clock_offset=exhibit.clock_offset,
    )


@attrs.frozen(kw_only=True)
class DiskShelf:
    """Keeps exports below one directory; see ``ExportShelf`` for what each method promises."""

    _directory: Path

    def workshop(self, export: ExportId) -> Path:
        """Give an empty directory to make the export in."""
        with _disk_errors():
            aside = self._aside(export)
            shutil.rmtree(aside, ignore_errors=True)
            aside.mkdir(parents=True)
            return aside

    def publish(self, export: Export) -> None:
        """Read back, describe, seal, flush, and give the directory its name."""
        with _disk_errors():
            aside = self._aside(export.id)
            made = [exhibit for exhibit in export.exhibits if exhibit.file]
            for exhibit in made:
                _compare(aside / exhibit.file, exhibit.sha256)
            (aside / DESCRIPTION).write_bytes(describe(export))
            names = sorted([*(exhibit.file for exhibit in made), DESCRIPTION])
            lines = (f"{sha256_of(aside / name)}  {name}\n" for name in names)
            (aside / MANIFEST).write_text("".join(lines), encoding="utf-8")
            for path in aside.iterdir():
                _flush(path)
            _flush(aside)
            shutil.rmtree(self._place(export.id), ignore_errors=True)
            aside.rename(self._place(export.id))
            _flush(self._directory)

    def abandon(self, export: ExportId) -> None:
        """Remove what was made aside."""
        shutil.rmtree(self._aside(export), ignore_errors=True)

    def files(self, export: ExportId) -> tuple[Path, ...]:
        """Give the files of a finished export, in order of their names."""
        place = self._place(export)
        if not place.is_dir():
            raise NotFound("The files of this export are no longer on the server. Export again.")
        return tuple(sorted(place.iterdir()))

    def _place(self, export: ExportId) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", export):
            raise NotFound("This export does not exist.")
        return self._directory / export

    def _aside(self, export: ExportId) -> Path:
        return self._place(export).with_suffix(".partial")


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file as it is on disk."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compare(path: Path, expected: str) -> None:
    if sha256_of(path) != expected:
        raise StoreUnavailable(
            f"{path.name} reads back otherwise than it was written. The export was not finished: "
            "check the disk of the server, then export again."
        )


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(
            f"The export cannot be written: {error.strerror or error}. Nothing of it was kept, and the "
            "incident project is as it was. Make room on the server's disk, then export again."
        ) from error
