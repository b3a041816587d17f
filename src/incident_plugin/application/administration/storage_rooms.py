"""Where the plug-in keeps things on disk: how much each room uses, how much it may, and what is free."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

import attrs

from incident_plugin.domain.errors import StoreUnavailable

GIGABYTE = 10**9
#: Seconds for which a measured use is believed: a vault has many files, and people look every few seconds.
_BELIEVED = 60.0
#: From this part of its quota on a room is nearly full.
_NEARLY = 0.9


@attrs.frozen(kw_only=True)
class RoomUse:
    """What a room uses."""

    id: str
    title: str
    #: Bytes; ``quota`` is nothing where there is no limit.
    used: int
    quota: int | None
    #: Bytes free on its disk, for this process.
    free: int

    @property
    def full(self) -> bool:
        """Whether nothing more may be put there."""
        return self.quota is not None and self.used >= self.quota

    @property
    def nearly_full(self) -> bool:
        """Whether somebody should look at it."""
        return self.quota is not None and self.used >= self.quota * _NEARLY


class Room(Protocol):
    """One place where things of one kind are kept. Whoever keeps things gives one."""

    def use(self) -> RoomUse:
        """Say what it uses; raises ``OSError``."""
        ...


class FolderRoom:
    """A folder and all below it; may be asked from any thread."""

    def __init__(
        self,
        identity: str,
        title: str,
        folder: Path,
        *,
        quota: int | None = None,
        monotonic: Callable[[], float],
    ) -> None:
        self._id, self._title, self._folder, self._quota = identity, title, folder, quota
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._measured: tuple[float, int] | None = None

    def use(self) -> RoomUse:
        """Say what the folder uses: measured at most a minute ago, or since ``changed``."""
        with self._lock:
            now = self._monotonic()
            if self._measured is None or now - self._measured[0] >= _BELIEVED:
                self._measured = (now, _size(self._folder))
            used = self._measured[1]
        return RoomUse(id=self._id, title=self._title, used=used, quota=self._quota, free=_free(self._folder))

    def changed(self) -> None:
        """Measure anew when next asked: much was put there, or removed."""
        with self._lock:
            self._measured = None

    def require(self, size: int, *, then: str = "then try again") -> None:
        """Raise ``StoreUnavailable`` unless so many bytes more may be put there; ``then`` ends the advice."""
        use = self.use()
        if use.quota is not None and use.used + size > use.quota:
            raise StoreUnavailable(
                f"{use.title}: {in_words(use.used)} of {in_words(use.quota)} are used, and {in_words(size)}"
                " more are needed. Nothing was removed. Remove what is no longer needed, or ask an"
                " administrator for a larger quota.",
                cause="incident.quota-reached",
            )
        if size > use.free:
            lack = (
                f"{in_words(size)} are needed, and {in_words(use.free)} are free on the disk"
                if use.free
                else "the disk is full"
            )
            raise StoreUnavailable(
                f"{use.title}: {lack}. Nothing was removed. Free some space, {then}.",
                cause="incident.disk-full",
            )


@attrs.frozen(kw_only=True)
class DiskSpace:
    """What is free on the plug-in's disk, and whether that is little."""

    free: int
    low: bool
    #: Almost nothing is left: writing will fail soon.
    critical: bool


@attrs.frozen
class StorageRooms:
    """All rooms, and the disk that they are on."""

    _rooms: Sequence[Room]
    _folder: Path
    #: Bytes below which free space is little.
    _low: int

    def uses(self) -> tuple[RoomUse, ...]:
        """Say what every room uses; raises ``OSError``."""
        return tuple(room.use() for room in self._rooms)

    def disk(self) -> DiskSpace:
        """Look at the disk; raises ``OSError``."""
        free = _free(self._folder)
        return DiskSpace(free=free, low=free < self._low, critical=free < self._low // 10)


def in_words(size: int) -> str:
    """Write a number of bytes as people read it, in decimal units."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(value) < 1000:  # noqa: PLR2004 - of one unit in the next
            return f"{value:.0f} {unit}" if unit == "B" or value >= 100 else f"{value:.1f} {unit}"  # noqa: PLR2004
        value /= 1000
    return f"{value:.1f} TB"


def _free(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _size(folder: Path) -> int:
    """Add up the files below a folder; one that is removed meanwhile counts nothing."""
    total, folders = 0, [os.fspath(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                total += _sizes(entries, folders)
        except FileNotFoundError:
            continue
    return total


def _sizes(entries: Iterable[os.DirEntry[str]], folders: list[str]) -> int:
    total = 0
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            else:
                total += entry.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            continue
    return total
