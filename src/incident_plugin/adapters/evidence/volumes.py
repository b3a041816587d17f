"""A finished folder as one ZIP, with a password or without, in one piece or in parts; then read back."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Self

from incident_plugin.adapters.evidence.disk import drop_from_memory, flush
from incident_plugin.adapters.evidence.sources import opened
from incident_plugin.adapters.evidence.zipping import EncryptedZip, pieces
from incident_plugin.domain.errors import InvalidInput, StoreUnavailable


class _Parts:
    """A file that is only written, cut into parts ``.001``, ``.002`` ... as 7-Zip cuts and joins them."""

    def __init__(self, path: Path, size: int | None) -> None:
        self._path = path
        self._size = size
        self.files: list[Path] = []
        self._file: IO[bytes] | None = None
        self._left = 0

    def write(self, data: bytes | memoryview, /) -> int:
        view = memoryview(data)
        while view:
            if self._file is None or not self._left:
                self._next()
            assert self._file is not None  # noqa: S101 - there is a next one
            taken = self._file.write(view[: self._left])
            self._left -= taken
            view = view[taken:]
        return len(data)

    def flush(self) -> None:
        """Do nothing: ``zipfile`` asks for it after every entry."""

    def _next(self) -> None:
        self._end()
        number = len(self.files) + 1
        path = self._path.with_name(f"{self._path.name}.{number:03d}") if self._size else self._path
        self.files.append(path)
        self._file = path.open("wb")
        self._left = self._size or 1 << 62

    def _end(self) -> None:
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()


def pack(folder: Path, password: str, split_size: int | None, at: datetime) -> None:
    """Put a folder into a ZIP beside it, read that back, and remove the folder.

    Raises ``StoreUnavailable`` when it reads back otherwise.
    """
    files = {
        path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()
    }
    hashes: dict[str, str] = {}
    with _Parts(folder.with_name(folder.name + ".zip"), split_size) as target:
        if password:
            encrypted = EncryptedZip(target, password)
            for name, path in files.items():
                hashing = _Hashing(path)
                encrypted.add(f"{folder.name}/{name}", path.stat().st_size, hashing, at)
                hashes[name] = hashing.sha256
            encrypted.close()
        else:
            hashes = _plain(target, folder.name, files)
    for part in target.files:
        flush(part)
        drop_from_memory(part)
    _compare(target.files[0], password, hashes)
    shutil.rmtree(folder)


class _Hashing:
    """The pieces of a file, hashed as they pass."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            for piece in pieces(file):
                self._digest.update(piece)
                yield piece


def _plain(target: _Parts, folder: str, files: dict[str, Path]) -> dict[str, str]:
    hashes = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:  # type: ignore[call-overload]
        for name, path in files.items():
            entry = zipfile.ZipInfo.from_file(path, f"{folder}/{name}")
            hashing = _Hashing(path)
            with archive.open(entry, "w", force_zip64=True) as place:
                for piece in hashing:
                    place.write(piece)
            hashes[name] = hashing.sha256
    return hashes


def _compare(first: Path, password: str, hashes: dict[str, str]) -> None:
    try:
        with opened(first, password) as source:
            for name, sha256 in hashes.items():
                digest = hashlib.sha256()
                with source.open(name) as file:
                    for piece in pieces(file):
                        digest.update(piece)
                if digest.hexdigest() != sha256:
                    raise ValueError(f"{name} differs")  # noqa: TRY301
    except (InvalidInput, ValueError, KeyError) as error:
        raise StoreUnavailable(
            "The ZIP reads back otherwise than it was written. The export was not finished: check the disk "
            "of the server, then try again."
        ) from error
