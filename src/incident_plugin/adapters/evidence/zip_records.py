"""The records of a ZIP (PKWARE APPNOTE 4.3), with sizes and places beyond 4 GB where they are needed."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime

import attrs

#: Versions that extracting needs (APPNOTE 4.4.3.2): a file as it is, beyond 4 GB, with AES. Programs that
#: know only lower ones refuse an entry: Info-ZIP's ``unzip`` knows 46.
_PLAIN, _ZIP64, _AES = 20, 45, 51
#: Bytes of an entry that are read for somebody who wants less; who wants more gets it without another copy.
READ_AHEAD = 1 << 16
_ENCRYPTED, _UTF8 = 0x1, 0x800
_NEEDS_64, _NEEDS_64_COUNT = 0xFFFFFFFF, 0xFFFF
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3

LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_END_64 = struct.Struct("<IQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<IIQI")


@attrs.frozen(kw_only=True)
class Entry:
    """What is told of one file, before its bytes and again in the directory."""

    name: str
    #: Bytes of the file, and of what is stored for it.
    size: int
    stored: int
    at: datetime
    method: int = 0
    flags: int = 0
    crc32: int = 0
    extra: bytes = b""

    @property
    def _large(self) -> bool:
        return max(self.size, self.stored) >= _NEEDS_64

    def _version(self, offset: int = 0) -> int:
        if self.flags & _ENCRYPTED:
            return _AES
        return _ZIP64 if self._large or offset >= _NEEDS_64 else _PLAIN

    def _head(self) -> tuple[int, ...]:
        at = self.at
        day = max(0, at.year - 1980) << 9 | at.month << 5 | at.day
        clock = at.hour << 11 | at.minute << 5 | at.second // 2
        flags = self.flags | (0 if self.name.isascii() else _UTF8)
        sizes = (_NEEDS_64, _NEEDS_64) if self._large else (self.stored, self.size)
        return flags, self.method, clock, day, self.crc32, *sizes, len(self.name.encode())

    def local(self) -> bytes:
        """Give the record before the file's bytes."""
        wide = (self.size, self.stored) if self._large else ()
        extra = _extra_64(wide) + self.extra
        return LOCAL.pack(0x04034B50, self._version(), *self._head(), len(extra)) + self.name.encode() + extra

    def central(self, offset: int) -> bytes:
        """Give the record in the directory; ``offset`` is where the local one is."""
        sizes = (self.size, self.stored) if self._large else ()
        wide = (*sizes, offset) if offset >= _NEEDS_64 else sizes
        extra = _extra_64(wide) + self.extra
        place = (len(extra), 0, 0, 0, _REGULAR_FILE, min(offset, _NEEDS_64))
        needed = self._version(offset)
        head = _CENTRAL.pack(0x02014B50, _UNIX << 8 | _AES, needed, *self._head(), *place)
        return head + self.name.encode() + extra


def _extra_64(values: Sequence[int]) -> bytes:
    return struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values) if values else b""


def directory(entries: Sequence[tuple[Entry, int]], start: int) -> bytes:
    """Give the directory of entries with their offsets; it begins at ``start``, and ends the ZIP."""
    listed = b"".join(entry.central(offset) for entry, offset in entries)
    size, count = len(listed), len(entries)
    if start + size >= _NEEDS_64 or count >= _NEEDS_64_COUNT:
        listed += _END_64.pack(0x06064B50, 44, _AES, _ZIP64, 0, 0, count, count, size, start)
        listed += _LOCATOR_64.pack(0x07064B50, 0, start + size, 1)
    few = min(count, _NEEDS_64_COUNT)
    return listed + _END.pack(0x06054B50, 0, 0, few, few, min(size, _NEEDS_64), min(start, _NEEDS_64), 0)
