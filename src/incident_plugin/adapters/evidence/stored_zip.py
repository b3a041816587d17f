"""ZIPs of files as they are.

One is written nowhere: sizes and checksums are known, so its length can be told, any part of it can be given,
and a download that broke goes on where it was. One is written, and its checksums are found meanwhile.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

import attrs
from zlib_ng import zlib_ng

from incident_plugin.adapters.evidence.disk import BLOCK
from incident_plugin.adapters.evidence.zip_records import LOCAL, READ_AHEAD, Entry, directory
from incident_plugin.adapters.side_thread import PIECE


@attrs.frozen(kw_only=True)
class Member:
    """A file of the ZIP."""

    #: Below the ZIP, with ``/``.
    name: str
    path: Path
    size: int
    crc32: int
    at: datetime


class StoredZip:
    """Gives the bytes of a ZIP, which is written nowhere."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._segments: list[bytes | Member] = []
        entries: list[tuple[Entry, int]] = []
        position = 0
        for one in members:
            entry = Entry(name=one.name, size=one.size, stored=one.size, at=one.at, crc32=one.crc32)
            entries.append((entry, position))
            local = entry.local()
            self._segments += [local, one]
            position += len(local) + one.size
        end = directory(entries, position)
        self._segments.append(end)
        #: Of the whole, in bytes.
        self.size = position + len(end)

    def pieces(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Give the bytes from ``start`` up to, not including, ``end``.

        Raises ``OSError``, also when a file is shorter than it was.
        """
        end = self.size if end is None else end
        position = 0
        for segment in self._segments:
            length = len(segment) if isinstance(segment, bytes) else segment.size
            first, last = max(start - position, 0), min(end - position, length)
            if first < last:
                yield from (
                    (segment[first:last],) if isinstance(segment, bytes) else _part(segment, first, last)
                )
            position += length


def _part(member: Member, start: int, end: int) -> Iterator[bytes]:
    with member.path.open("rb", buffering=0) as file:
        file.seek(start)
        while start < end:
            piece = file.read(min(BLOCK, end - start))
            if not piece:
                raise OSError(f"{member.path.name} is shorter than it was")
            start += len(piece)
            yield piece


class Target(Protocol):
    """Takes bytes in order, and others in their place."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take some."""
        ...

    def rewrite(self, position: int, data: bytes) -> object:
        """Put some over those that came."""
        ...


class PlainZip:
    """Writes files one after the other; ``close`` writes the directory, without which it is no ZIP."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._position = 0
        self._entries: list[tuple[Entry, int]] = []

    def add(self, name: str, size: int, file: IO[bytes], at: datetime) -> None:
        """Add a file of ``size`` bytes; raises ``ValueError`` when it has more or less."""
        entry = Entry(name=name, size=size, stored=size, at=at)
        local = entry.local()
        self._target.write(local)
        written, crc, buffer = 0, 0, memoryview(bytearray(PIECE))
        while count := file.readinto(buffer):  # type: ignore[attr-defined]
            crc = zlib_ng.crc32(buffer[:count], crc)
            self._target.write(buffer[:count])
            written += count
        if written != size:
            raise ValueError(f"{written} bytes came where {size} were announced")
        entry = attrs.evolve(entry, crc32=crc)
        self._target.rewrite(self._position, entry.local())
        self._entries.append((entry, self._position))
        self._position += len(local) + size

    def close(self) -> None:
        """Write the directory."""
        self._target.write(directory(self._entries, self._position))


class _Stored(io.RawIOBase):
    """An entry that lies as it is; raises ``ValueError`` at its end when it was changed."""

    def __init__(self, file: IO[bytes], entry: zipfile.ZipInfo) -> None:
        super().__init__()
        file.seek(entry.header_offset)
        head = LOCAL.unpack(file.read(LOCAL.size))
        self._file = file
        self._at = entry.header_offset + LOCAL.size + head[-2] + head[-1]
        self._left = entry.file_size
        self._wanted, self._crc = entry.CRC, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(buffer)[: self._left]  # type: ignore[arg-type]
        self._file.seek(self._at)
        count = self._file.readinto(view)  # type: ignore[attr-defined]
        if self._left and not count:
            raise ValueError("the ZIP ends too early")
        self._at += count
        self._left -= count
        self._crc = zlib_ng.crc32(view[:count], self._crc)
        if not self._left and self._crc != self._wanted:
            raise ValueError("the ZIP was changed")
        return int(count)


def stored(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> IO[bytes]:
    """Open an entry that lies as it is; raises ``ValueError``."""
    if archive.fp is None:
        raise ValueError("the ZIP is closed")
    try:
        return io.BufferedReader(_Stored(archive.fp, entry), READ_AHEAD)
    except struct.error as error:
        raise ValueError("the ZIP ends too early") from error
