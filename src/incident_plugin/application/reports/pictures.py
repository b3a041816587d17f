"""Pictures of one report, kept on disk while it is made: a thousand of them need no more memory than one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Self

from incident_plugin.domain.sequence import SequenceId


class SpooledPictures(Mapping[SequenceId, bytes]):
    """Pictures by their sequence, in a file that has no name and is gone with its last user."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
        self._places: dict[SequenceId, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, sequence: SequenceId, picture: bytes) -> None:
        """Keep a picture; raises ``OSError`` when the disk refuses."""
        place = self._file.seek(0, 2)
        self._file.write(picture)
        self._places[sequence] = (place, len(picture))

    def __getitem__(self, sequence: SequenceId) -> bytes:
        place, size = self._places[sequence]
        self._file.seek(place)
        return self._file.read(size)

    def __iter__(self) -> Iterator[SequenceId]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
