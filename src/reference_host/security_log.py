"""The host's own security log: one JSON object a line, numbered, on disk before it counts as written."""

from __future__ import annotations

import os
import threading
from datetime import datetime
from pathlib import Path

import attrs
import msgspec

from reference_host.durable import StorageRefused

#: Enough of the file's end to hold its last line, bytes.
_TAIL = 64 * 1024


@attrs.frozen(kw_only=True)
class LogEntry:
    """Something that happened to accounts, sessions or the configuration."""

    #: Counts from 1 without gaps: a line that was taken out is missed.
    number: int = 0
    at: datetime
    kind: str
    #: Who did it; empty when nobody is known.
    account: str = ""
    name: str = ""
    address: str = ""
    detail: str = ""


class SecurityLog:
    """Appends to one file; may be called from any thread. The file is never shortened by the host."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._number = self._last_number()
        #: Why the latest entry could not be written; empty when all is well.
        self.trouble = ""

    def write(self, entry: LogEntry) -> int:
        """Add an entry and give its number; returning means it is on disk. Raises ``StorageRefused``."""
        with self._lock:
            numbered = attrs.evolve(entry, number=self._number + 1)
            try:
                self._append(msgspec.json.encode(numbered) + b"\n")
            except OSError as error:
                self.trouble = f"The security log cannot be written: {error.strerror}."
                raise StorageRefused(self.trouble) from error
            self._number += 1
            self.trouble = ""
            return self._number

    def latest(self, count: int) -> tuple[LogEntry, ...]:
        """Give the newest entries, oldest first."""
        lines = self._tail().splitlines()[-count:]
        return tuple(entry for line in lines if (entry := _decoded(line)) is not None)

    def _append(self, line: bytes) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            end = os.fstat(handle).st_size
            # A line that a power cut tore is ended, so that it costs no line after it.
            if end and os.pread(handle, 1, end - 1) != b"\n":
                line = b"\n" + line
            if os.write(handle, line) < len(line):
                os.ftruncate(handle, end)
                raise OSError(28, "No space left on device")
            os.fsync(handle)
        finally:
            os.close(handle)

    def _last_number(self) -> int:
        numbers = [entry.number for entry in self.latest(2)]
        return max(numbers, default=0)

    def _tail(self) -> bytes:
        try:
            with self._file.open("rb") as stream:
                size = stream.seek(0, os.SEEK_END)
                stream.seek(max(0, size - _TAIL))
                return stream.read()
        except FileNotFoundError:
            return b""


def _decoded(line: bytes) -> LogEntry | None:
    try:
        return msgspec.json.decode(line, type=LogEntry)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
