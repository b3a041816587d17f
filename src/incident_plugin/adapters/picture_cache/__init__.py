"""Pictures and parts of recordings on disk, for a while: what is asked for again is not fetched again."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

#: What one entry may have at most, in bytes.
_LARGEST = 32 << 20


class PictureCache:
    """A folder of files with a bound in bytes and in age; it begins empty.

    Nothing in it says for whom it was made: whoever reads from it has asked first whether its reader may see
    the camera. A file that cannot be written or read is a file that is not there.
    """

    def __init__(self, folder: Path, *, most: int, lasting: timedelta, now: Callable[[], datetime]) -> None:
        """Keep at most ``most`` bytes, each for ``lasting``; what an earlier process left is removed."""
        self._folder = folder
        self._most = most
        self._lasting = lasting
        self._now = now
        self._lock = threading.Lock()
        #: Size and time of each entry, the one used last at the end.
        self._entries: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        self._size = 0
        self._swept = False

    async def get(self, key: str) -> bytes | None:
        """Give what was kept under a key."""
        return await asyncio.to_thread(self._get, _name(key))

    async def put(self, key: str, data: bytes) -> None:
        """Keep it, and let go of what was not used for the longest time."""
        if len(data) <= min(_LARGEST, self._most):
            await asyncio.to_thread(self._put, _name(key), data)

    def writing(self, key: str) -> _Growing:
        """Begin a file that is written piece by piece."""
        return _Growing(self, _name(key), min(_LARGEST, self._most))

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return self._size

    def _get(self, name: str) -> bytes | None:
        with self._lock:
            self._forget_old()
            if name not in self._entries:
                return None
            self._entries.move_to_end(name)
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            with self._lock:
                self._forget(name)
            return None

    def _put(self, name: str, data: bytes) -> None:
        partial = self.begun()
        try:
            partial.write_bytes(data)
        except OSError:
            with suppress(OSError):
                partial.unlink()
            return
        self.take(partial, name, len(data))

    def begun(self) -> Path:
        """Give the name of a file that is not in the cache yet."""
        with self._lock:
            self._sweep()
        return self._folder / f"{secrets.token_hex(8)}.partial"

    def take(self, partial: Path, name: str, size: int) -> None:
        """Let a whole file in, and let go of what was not used for the longest time."""
        try:
            partial.replace(self._folder / name)
        except OSError:
            with suppress(OSError):
                partial.unlink()
            return
        with self._lock:
            before = self._entries.pop(name, None)
            self._size += size - (before[0] if before else 0)
            self._entries[name] = (size, self._now())
            self._forget_old()
            while self._size > self._most:
                self._forget(next(iter(self._entries)))

    def _sweep(self) -> None:
        """Remove what an earlier process left, once."""
        if self._swept:
            return
        self._swept = True
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            for left in self._folder.iterdir():
                left.unlink()

    def _forget_old(self) -> None:
        limit = self._now() - self._lasting
        for name in [name for name, (_, kept_at) in self._entries.items() if kept_at < limit]:
            self._forget(name)

    def _forget(self, name: str) -> None:
        size, _ = self._entries.pop(name, (0, None))
        self._size -= size
        with suppress(OSError):
            (self._folder / name).unlink()


class _Growing:
    """A file that is being written; a disk that refuses, or too many bytes, end it without a word.

    Who writes may be cancelled while a thread still does what was asked last: the lock lets ``discard`` come
    behind it, and what comes behind ``discard`` finds nothing to do.
    """

    def __init__(self, cache: PictureCache, name: str, most: int) -> None:
        self._cache = cache
        self._name = name
        self._most = most
        self._size = 0
        self._path: Path | None = None
        self._file: BinaryIO | None = None
        self._over = False
        self._lock = threading.RLock()

    async def add(self, piece: bytes) -> None:
        """Write the next piece."""
        if not self._over:
            await asyncio.to_thread(self._add, piece)

    async def complete(self) -> None:
        """Let others have it."""
        if not self._over:
            await asyncio.to_thread(self._complete)

    async def discard(self) -> None:
        """Remove what is there, if it is not complete; also when cancelled before a thread is free."""
        if not self._over:
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, self._give_up))

    def _add(self, piece: bytes) -> None:
        with self._lock:
            if self._over:
                return
            self._size += len(piece)
            try:
                if self._file is None:
                    self._path = self._cache.begun()
                    self._file = self._path.open("wb")
                self._file.write(piece)
            except OSError:
                self._give_up()
            if self._size > self._most:
                self._give_up()

    def _complete(self) -> None:
        with self._lock:
            if self._over or self._file is None or self._path is None:
                return
            try:
                self._file.close()
            except OSError:
                self._give_up()
                return
            self._over = True
            self._cache.take(self._path, self._name, self._size)

    def _give_up(self) -> None:
        with self._lock:
            if self._over:
                return
            self._over = True
            with suppress(OSError):
                if self._file is not None:
                    self._file.close()
            with suppress(OSError):
                if self._path is not None:
                    self._path.unlink()


def _name(key: str) -> str:
    """Give a name for any key: ids of cameras are foreign text."""
    return hashlib.sha256(key.encode()).hexdigest()
