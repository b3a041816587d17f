"""A disk on which every write, sync and rename fails from a certain one on, until it is repaired."""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, TypeVar
from unittest import mock

import apsw

R = TypeVar("R")


class Failure(StrEnum):
    """How it fails."""

    #: There is no space left.
    FULL = "disk is full"
    #: The device answers with an error.
    BROKEN = "disk does not work"
    #: The same, after half of what was to be written has been.
    TORN = "disk does not work, half written"


class FailingDisk(apsw.VFS):
    """What SQLite sees of the disk; with ``files``, what else the program writes and renames fails too."""

    def __init__(self) -> None:
        super().__init__("failing", "unix", makedefault=True)
        self._left: int | None = None
        self._failed = False
        self._failure = Failure.FULL

    def fail_after(self, operations: int, failure: Failure) -> None:
        """Let so many operations succeed, and none after them."""
        self._left, self._failure = operations, failure

    def repair(self) -> bool:
        """Work again; say whether anything had failed."""
        failed, self._failed, self._left = self._failed, False, None
        return failed

    def fails(self) -> bool:
        """Count an operation; say whether it is one that fails."""
        if self._left == 0:
            self._failed = True
            return True
        if self._left is not None:
            self._left -= 1
        return False

    def step(self) -> None:
        """Count an operation of SQLite; raises its error for one that fails."""
        if self.fails():
            raise (apsw.FullError if self._failure is Failure.FULL else apsw.IOError)("as the test wants it")

    @property
    def is_torn(self) -> bool:
        """Whether half of a failing write is written."""
        return self._failure is Failure.TORN

    @contextmanager
    def files(self) -> Iterator[None]:
        """Let files be opened for writing, synced and renamed on this disk."""

        def failing(real: Callable[..., R]) -> Callable[..., R]:
            def act(*arguments: Any, **named: Any) -> R:
                if self.fails():
                    number = errno.ENOSPC if self._failure is Failure.FULL else errno.EIO
                    raise OSError(number, os.strerror(number), str(arguments[0]))
                return real(*arguments, **named)

            return act

        def opening(real: Callable[..., R]) -> Callable[..., R]:
            checked = failing(real)

            def act(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> R:
                return (checked if set(mode) & set("wax+") else real)(file, mode, *arguments, **named)

            return act

        with (
            mock.patch.object(builtins, "open", opening(builtins.open)),
            mock.patch.object(io, "open", opening(io.open)),
            mock.patch.multiple(
                os, **{name: failing(getattr(os, name)) for name in ("fsync", "rename", "replace", "link")}
            ),
        ):
            yield

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        """Open a file of SQLite's."""
        return _FailingFile(self, name, flags)


class _FailingFile(apsw.VFSFile):
    def __init__(self, disk: FailingDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self._disk = disk
        self._is_log = bool(flags[0] & apsw.SQLITE_OPEN_WAL)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        try:
            self._disk.step()
        except apsw.Error:
            if self._disk.is_torn:
                super().xWrite(data[: len(data) // 2], offset)
            raise
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        if self._is_log:
            # Shortened by a commit that is durable already: SQLite takes no notice when it fails. Its Python
            # binding would pass on what is raised here, and the commit would seem refused.
            if not self._disk.fails():
                super().xTruncate(size)
            return
        self._disk.step()
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.step()
        super().xSync(flags)
