"""Where a package is read from: a folder, a ZIP with or without a password, or the parts of one."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from incident_plugin.adapters.evidence.stored_zip import stored
from incident_plugin.adapters.evidence.zipping import WrongPassword, decrypted, encrypted_entry
from incident_plugin.domain.errors import InvalidInput

#: A flag of an entry (APPNOTE section 4.4.4).
_ENCRYPTED = 0x1


class Source(Protocol):
    """The files of a package by their names, with ``/``."""

    def files(self) -> Mapping[str, int]:
        """Give names and sizes."""
        ...

    def open(self, name: str) -> IO[bytes]:
        """Open a file; raises ``KeyError``, ``OSError`` or ``ValueError``."""
        ...

    @property
    def oddities(self) -> tuple[str, ...]:
        """What no package has: links, names that lead elsewhere, two files of one name."""
        ...


class Folder:
    """A package in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, int] = {}
        odd: list[str] = []
        for place, folders, names in os.walk(folder):
            for name in [*folders, *names]:
                path = Path(place) / name
                shown = path.relative_to(folder).as_posix()
                mode = path.lstat()
                if stat.S_ISREG(mode.st_mode):
                    self._files[shown] = mode.st_size
                elif not stat.S_ISDIR(mode.st_mode):
                    odd.append(f"{shown} is a link or a special file, not a file of the package.")
        self.oddities: tuple[str, ...] = tuple(sorted(odd))

    def files(self) -> Mapping[str, int]:
        """Give names and sizes."""
        return self._files

    def open(self, name: str) -> IO[bytes]:
        """Open a file."""
        if name not in self._files:
            raise KeyError(name)
        return (self._folder / name).open("rb")


class Zip:
    """A package in a ZIP; files lie below one folder, which names the package."""

    def __init__(self, archive: zipfile.ZipFile, password: str) -> None:
        self._archive = archive
        self._password = password
        self._entries: dict[str, zipfile.ZipInfo] = {}
        odd: list[str] = []
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            parts = entry.filename.split("/")
            if len(parts) == 1 or entry.filename.startswith("/") or {"..", "."} & set(parts):
                odd.append(f"{entry.filename!r} lies outside the folder of the package.")
                continue
            _, _, name = entry.filename.partition("/")
            if name in self._entries:
                odd.append(f"{name} is there twice.")
            self._entries[name] = entry
        self.oddities: tuple[str, ...] = tuple(odd)

    @property
    def encrypted(self) -> bool:
        """Whether a password is needed."""
        return any(map(encrypted_entry, self._entries.values()))

    def files(self) -> Mapping[str, int]:
        """Give names and sizes."""
        return {name: entry.file_size for name, entry in self._entries.items()}

    def open(self, name: str) -> IO[bytes]:
        """Open a file."""
        entry = self._entries[name]
        if encrypted_entry(entry):
            return decrypted(self._archive, entry, self._password)
        if entry.compress_type == zipfile.ZIP_STORED and not entry.flag_bits & _ENCRYPTED:
            return stored(self._archive, entry)
        return self._archive.open(entry)


class _Joined(io.RawIOBase):
    """The parts of a split ZIP as one file."""

    def __init__(self, parts: list[Path]) -> None:
        super().__init__()
        self._files = [part.open("rb") for part in parts]
        self._sizes = [part.stat().st_size for part in parts]
        self._position = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: sum(self._sizes)}[whence]
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        start = self._position
        for file, size in zip(self._files, self._sizes, strict=True):
            if start < size:
                file.seek(start)
                read = file.readinto(view[: min(len(view), size - start)])
                self._position += read
                return read
            start -= size
        return 0

    def close(self) -> None:
        for file in self._files:
            file.close()
        super().close()


def protected(path: Path) -> bool:
    """Whether a package needs a password to be read; raises ``InvalidInput`` for what is no package."""
    with opened(path) as source:
        return isinstance(source, Zip) and source.encrypted


@contextmanager
def opened(path: Path, password: str = "") -> Iterator[Source]:
    """Open a package; raises ``InvalidInput`` for what is none, or with a wrong password."""
    if path.is_dir():
        yield Folder(path)
        return
    try:
        with _raw(path) as file, zipfile.ZipFile(file) as archive:
            yield Zip(archive, password)
    except WrongPassword as error:
        raise InvalidInput("The package is protected by another password. Nothing was checked.") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise InvalidInput(f"{path} is neither a folder nor a ZIP that can be read ({error}).") from error


def _raw(path: Path) -> IO[bytes]:
    if path.suffix != ".001":
        return path.open("rb")
    parts = [path]
    while (following := path.with_suffix(f".{len(parts) + 1:03d}")).exists():
        parts.append(following)
    return io.BufferedReader(_Joined(parts))
