"""A finished folder as one ZIP, with a password or without, in one piece or in parts; then read back."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import IO, Self

import attrs

from incident_plugin.adapters.evidence.disk import drop_from_memory, flush, flush_all, sums_of
from incident_plugin.adapters.evidence.sources import opened
from incident_plugin.adapters.evidence.stored_zip import PlainZip
from incident_plugin.adapters.evidence.zipping import EncryptedZip
from incident_plugin.domain.errors import InvalidInput, StoreUnavailable

#: Bytes that are written before they are brought to the disk.
_FLUSHED = 64 << 20


class _Parts:
    """A file in the making, cut into parts ``.001``, ``.002`` ... as 7-Zip cuts and joins them.

    What was written goes to the disk while more is being written, so that little of it is left to wait for.
    """

    def __init__(self, path: Path, size: int | None, passed: Callable[[int], None]) -> None:
        self._path = path
        self._passed = passed
        self._size = size
        self.files: list[Path] = []
        self._file: IO[bytes] | None = None
        self._left = 0
        self._unflushed = 0
        self._flushing: Future[None] | None = None
        self._flusher = ThreadPoolExecutor(1, "flush")

    def write(self, data: bytes | memoryview, /) -> int:
        view = memoryview(data)
        while view:
            if self._file is None or not self._left:
                self._next()
            assert self._file is not None  # noqa: S101 - there is a next one
            taken = self._file.write(view[: self._left])
            self._left -= taken
            self._unflushed += taken
            view = view[taken:]
        if self._unflushed >= _FLUSHED:
            self._flush()
        self._passed(len(data))
        return len(data)

    def _flush(self) -> None:
        """Begin to bring to the disk what is written of the latest part; raises what that met before."""
        self.flushed()
        self._unflushed = 0
        self._flushing = self._flusher.submit(flush, self.files[-1])

    def flushed(self) -> None:
        """Wait for what is being brought to the disk; raises ``OSError``."""
        if self._flushing is not None:
            self._flushing.result()

    def rewrite(self, position: int, data: bytes) -> None:
        """Write over what was written."""
        view = memoryview(data)
        while view:
            number, place = divmod(position, self._whole)
            with self.files[number].open("r+b", buffering=0) as file:
                file.seek(place)
                taken = file.write(view[: self._whole - place])
            position, view = position + taken, view[taken:]

    @property
    def _whole(self) -> int:
        """Bytes of a part."""
        return self._size or 1 << 62

    def _next(self) -> None:
        self._end()
        number = len(self.files) + 1
        path = self._path.with_name(f"{self._path.name}.{number:03d}") if self._size else self._path
        self.files.append(path)
        self._file = path.open("wb", buffering=0)
        self._left = self._whole

    def _end(self) -> None:
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._flusher.shutdown()


@attrs.frozen(kw_only=True)
class Packing:
    """How a folder becomes a ZIP."""

    #: Empty for a ZIP that anybody can open.
    password: str
    #: Of each part, in bytes; nothing for one piece.
    split_size: int | None
    at: datetime
    #: Told the bytes that were written, and again those that were read back.
    passed: Callable[[int], None]


def pack(folder: Path, hashes: Mapping[str, str], packing: Packing) -> tuple[str, ...]:
    """Put the files of a folder into a ZIP beside it, read that back, and remove the folder; name the parts.

    ``hashes`` has the SHA-256 that every file must have, by names below the folder. Raises
    ``StoreUnavailable`` when anything reads back otherwise.
    """
    with _Parts(folder.with_name(folder.name + ".zip"), packing.split_size, packing.passed) as target:
        archive = EncryptedZip(target, packing.password) if packing.password else PlainZip(target)
        for name in sorted(hashes):
            path = folder / name
            with path.open("rb", buffering=0) as file:
                archive.add(f"{folder.name}/{name}", path.stat().st_size, file, packing.at)
        archive.close()
        target.flushed()
    flush_all(target.files)
    for part in target.files:
        drop_from_memory(part)
    _compare(target.files[0], hashes, packing)
    shutil.rmtree(folder)
    return tuple(part.name for part in target.files)


def _compare(first: Path, hashes: Mapping[str, str], packing: Packing) -> None:
    try:
        with opened(first, packing.password) as source:
            for name, expected in hashes.items():
                with source.open(name) as file:
                    if sums_of(file, packing.passed).sha256 != expected:
                        raise ValueError(f"{name} differs")  # noqa: TRY301
    except (InvalidInput, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise StoreUnavailable(
            "The ZIP reads back otherwise than it was written. The export was not finished: check the disk "
            "of the server, then try again.",
            cause="incident.read-back-differs",
        ) from error
