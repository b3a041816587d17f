"""A ZIP of which every byte is known beforehand: files as they are, with sizes and checksums known.

So its length can be told, any part of it can be given, and a download that broke goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import attrs

from incident_plugin.adapters.evidence.disk import BLOCK
from incident_plugin.adapters.evidence.zip_records import Entry, directory


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
