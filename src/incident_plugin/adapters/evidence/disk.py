"""Files as the disk has them, not as memory remembers them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import attrs
from zlib_ng import zlib_ng

from incident_plugin.adapters.side_thread import SideThread

#: Bytes that are given on at once.
BLOCK = 1 << 20
#: Files that are flushed at the same time.
_TOGETHER = 8


@attrs.frozen(kw_only=True)
class Sums:
    """Checksums of a file."""

    #: Lower-case hexadecimal.
    sha256: str
    #: As ZIP has it.
    crc32: int


def sums_of(file: IO[bytes], passed: Callable[[int], None] = lambda _: None) -> Sums:
    """Read a file once for both of its checksums; ``passed`` is told the bytes of each piece."""
    digest, crc = hashlib.sha256(), 0
    with SideThread(digest.update) as beside:
        while count := file.readinto(buffer := beside.buffer()):  # type: ignore[attr-defined]
            piece = buffer[:count]
            beside.take(piece)
            crc = zlib_ng.crc32(piece, crc)
            passed(count)
    return Sums(sha256=digest.hexdigest(), crc32=crc)


def sums_now(path: Path) -> Sums:
    """Give the checksums of a file, wherever it is read from."""
    with path.open("rb", buffering=0) as file:
        return sums_of(file)


def sums_on_disk(path: Path, passed: Callable[[int], None] = lambda _: None) -> Sums:
    """Give the checksums of a flushed file as the disk has it."""
    drop_from_memory(path)
    with path.open("rb", buffering=0) as file:
        return sums_of(file, passed)


def flush(path: Path) -> None:
    """Bring a file or directory to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_all(paths: Iterable[Path]) -> None:
    """Bring files and directories to the disk; a journal takes what comes together at once."""
    with ThreadPoolExecutor(_TOGETHER, "flush") as threads:
        for _ in threads.map(flush, paths):
            pass


def drop_from_memory(path: Path) -> None:
    """Let the next reader fetch a flushed file from the disk; where that cannot be asked for, do nothing."""
    if not hasattr(os, "posix_fadvise"):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
