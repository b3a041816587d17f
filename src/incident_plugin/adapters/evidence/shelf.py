"""The shelf of finished exports on disk.

An export is made in a directory ``<id>.partial``. What is finished of it is noted there, so that a server
that was killed goes on where it was. It is sealed, its files are read back and their hashes compared, all
is flushed to the disk, and only then the directory gets its name: what stands on the shelf is whole, also
after a power cut.
"""

from __future__ import annotations

import errno
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import attrs
import msgspec

from incident_plugin.adapters.evidence.bag import (
    MANIFEST,
    BagFacts,
    Sealed,
    Seals,
    manifest,
    seal_bag,
    write_file,
)
from incident_plugin.adapters.evidence.contents import described, made, not_included, without_report
from incident_plugin.adapters.evidence.disk import flush, flush_all, sums_now
from incident_plugin.adapters.evidence.keys import KeyRing
from incident_plugin.adapters.evidence.reading_back import Passes, other_hashes, read_back
from incident_plugin.adapters.evidence.stamps import Stamps
from incident_plugin.adapters.evidence.stored_zip import Member, StoredZip
from incident_plugin.adapters.evidence.volumes import Packing, pack
from incident_plugin.application.administration.storage_rooms import FolderRoom
from incident_plugin.application.ports import Clock, PackageContent, ShelvedFile, Workshop
from incident_plugin.domain.errors import InvalidInput, NotFound, StoreUnavailable
from incident_plugin.domain.exports import (
    Exhibit,
    Export,
    ExportFormat,
    ExportId,
    Package,
)

_KEPT, _RESULT = "kept.json", "result.json"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@attrs.frozen(kw_only=True)
class Result:
    """What a finished export is: kept beside it, should the server be killed before it is noted."""

    package: Package
    exhibits: tuple[Exhibit, ...]
    #: CRC-32 of the files, by their names below the export, so that they are downloaded as a ZIP at once.
    crc32: dict[str, int] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class DiskShelf:
    """Keeps exports below one directory; see ``ExportShelf`` for what each method promises."""

    _directory: Path
    _keys: KeyRing
    _stamps: Stamps
    _clock: Clock
    #: Has a quota, where there is one, and shows administrators what is used.
    _room: FolderRoom | None = None

    def free(self) -> int:
        """Give the bytes that are free, within the quota of finished exports."""
        with disk_errors():
            self._directory.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self._directory).free
            if self._room is None or (use := self._room.use()).quota is None:
                return free
            return max(0, min(free, use.quota - use.used))

    def require(self, size: int) -> None:
        """Refuse what the quota or the disk has no room for."""
        if self._room is not None:
            with disk_errors():
                self._room.require(size)

    def workshop(self, export: Export) -> Workshop:
        """Give the directory to make the export in, with what an earlier try finished."""
        with disk_errors():
            aside = self._aside(export.id)
            folder = aside / folder_name(export)
            if not folder.exists():
                # It may have waited for long since it was ordered.
                self.require(1)
            folder.mkdir(parents=True, exist_ok=True)
            kept = tuple(one for one in _kept(aside) if _is_there(folder, one))
            return Workshop(folder=folder, kept=kept)

    def keep(self, export: ExportId, exhibits: tuple[Exhibit, ...]) -> None:
        """Note what is finished, so that it is not made again."""
        with disk_errors():
            _write_durably(self._aside(export) / _KEPT, msgspec.json.encode(exhibits))
            self._changed()

    def publish(
        self,
        export: Export,
        content: PackageContent,
        password: str = "",
        watch: Callable[[float], None] = lambda _: None,
    ) -> Package:
        """Describe, seal, read back, flush, and give the directory its name."""
        if export.settings.encrypted and not password:
            raise InvalidInput("The export was ordered with a password, and the password is missing.")
        with disk_errors():
            aside = self._aside(export.id)
            folder = aside / folder_name(export)
            files = [*made(export), *described(folder, export, content)]
            passes = Passes(files, export.settings, watch)
            package = self._sealed(folder, export, content, files)
            package = attrs.evolve(
                package,
                note=" ".join(filter(None, (package.note, not_included(content)))),
                without_report=without_report(export, content),
            )
            crc32: dict[str, int] = {}
            if export.settings.zipped:
                packing = Packing(
                    password=password,
                    split_size=export.settings.split_size,
                    at=self._clock.now(),
                    passed=passes.passed,
                )
                hashes = {file.name: file.sha256 for file in files} | other_hashes(folder, files)
                package = attrs.evolve(package, volumes=pack(folder, hashes, packing))
            else:
                sums = read_back(folder, files, passes.passed)
                crc32 = {f"{folder.name}/{name}": one.crc32 for name, one in sums.items()}
            result = Result(package=package, exhibits=export.exhibits, crc32=crc32)
            (aside / _RESULT).write_bytes(msgspec.json.encode(result))
            (aside / _KEPT).unlink(missing_ok=True)
            flush_all([*aside.rglob("*"), aside])
            shutil.rmtree(self._place(export.id), ignore_errors=True)
            aside.rename(self._place(export.id))
            flush(self._directory)
            self._changed()
            return package

    def finished(self, export: ExportId) -> tuple[Package, tuple[Exhibit, ...]] | None:
        """Give what stands on the shelf, should the server have been killed before it was noted."""
        with disk_errors():
            result = self._result(export)
            return None if result is None else (result.package, result.exhibits)

    def abandon(self, export: ExportId) -> None:
        """Remove what was made aside."""
        shutil.rmtree(self._aside(export), ignore_errors=True)
        self._changed()

    def remove(self, export: ExportId) -> None:
        """Remove a finished export."""
        with disk_errors():
            place = self._place(export)
            gone = place.with_suffix(".gone")
            # Of a server that was killed meanwhile: it would be in the way.
            shutil.rmtree(gone, ignore_errors=True)
            if place.exists():
                place.rename(gone)
                shutil.rmtree(gone, ignore_errors=True)
                self._changed()

    def _changed(self) -> None:
        if self._room is not None:
            self._room.changed()

    def holds(self, export: ExportId) -> bool:
        """Whether the files of a finished export are there."""
        return self._place(export).is_dir()

    def files(self, export: ExportId) -> tuple[ShelvedFile, ...]:
        """Give the files of a finished export, in order of their names."""
        place = self._place(export)
        if not self.holds(export):
            raise NotFound(
                "The files of this export are no longer on the server. Export again.",
                cause="incident.export-files-removed",
            )
        paths = sorted(path for path in place.rglob("*") if path.is_file() and path != place / _RESULT)
        return tuple(ShelvedFile(name=path.relative_to(place).as_posix(), path=path) for path in paths)

    def archive(self, export: ExportId) -> StoredZip:
        """Give the files of a finished export as one ZIP."""
        files = self.files(export)
        with disk_errors():
            result = self._result(export)
            known = result.crc32 if result else {}
            # The files stay as they are, and so must the ZIP: else a download could not go on.
            at = datetime.fromtimestamp((self._place(export) / _RESULT).stat().st_mtime, UTC)
            return StoredZip(
                [
                    Member(
                        name=file.name,
                        path=file.path,
                        size=file.path.stat().st_size,
                        crc32=known[file.name] if file.name in known else sums_now(file.path).crc32,
                        at=at,
                    )
                    for file in files
                ]
            )

    def _result(self, export: ExportId) -> Result | None:
        try:
            data = (self._place(export) / _RESULT).read_bytes()
        except FileNotFoundError:
            return None
        return msgspec.json.decode(data, type=Result)

    def _sealed(self, folder: Path, export: Export, content: PackageContent, files: list[Sealed]) -> Package:
        if export.settings.format is not ExportFormat.PACKAGE:
            written = write_file(folder, MANIFEST, manifest(files))
            return Package(
                name=folder.name,
                files=len(files) + 1,
                size=sum(file.size for file in files),
                sha256=written.sha256,
            )
        signed = export.settings.sign
        facts = BagFacts(
            export=export.id,
            projects=export.projects,
            site=content.site,
            created_at=export.created_at,
            software=" ".join(f"{name} {version}" for name, version in content.software.items()),
        )
        seals = Seals(
            identity=self._keys.identity(content.site) if signed else None,
            authority=self._stamps.authority() if signed else None,
            now=self._clock.now,
        )
        return seal_bag(folder, files, facts, seals)

    def _place(self, export: ExportId) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", export):
            raise NotFound("This export does not exist.", cause="incident.export-unknown")
        return self._directory / export

    def _aside(self, export: ExportId) -> Path:
        return self._place(export).with_suffix(".partial")


def folder_name(export: Export) -> str:
    """Name the folder of a package: its projects and the time."""
    projects = "-".join(map(str, export.projects))
    return f"{projects[:60].rstrip('-')}-{export.created_at:%Y%m%dT%H%M%SZ}"


def _kept(aside: Path) -> tuple[Exhibit, ...]:
    try:
        return msgspec.json.decode((aside / _KEPT).read_bytes(), type=tuple[Exhibit, ...])
    except (FileNotFoundError, msgspec.DecodeError):
        return ()


def _is_there(folder: Path, exhibit: Exhibit) -> bool:
    """Whether a finished exhibit can be gone on from; its hash is compared when the export is read back."""
    wanted = [(exhibit.file, exhibit.size), *((one.name, one.size) for one in exhibit.others)]
    return all(
        (folder / name).is_file() and (folder / name).stat().st_size == size for name, size in wanted if name
    )


def _write_durably(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(data)
    flush(partial)
    partial.replace(path)
    flush(path.parent)


@contextmanager
def disk_errors() -> Iterator[None]:
    """Say in an operator's words what the disk refused."""
    try:
        yield
    except OSError as error:
        full = error.errno in _FULL
        why = "the disk of the server is full" if full else str(error.strerror or error)
        raise StoreUnavailable(
            f"The export cannot be written: {why}. It was not finished, nothing of it can be mistaken for a "
            "finished one, and the incident project is as it was. "
            f"{'Make room on the disk' if full else 'Check the disk of the server'}, then try again."
        ) from error
