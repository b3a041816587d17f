"""One host for a data directory: two would each overwrite what the other has written."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
from collections.abc import Iterator
from pathlib import Path

from reference_host.config import ConfigError

#: Longest note that is read, bytes.
_NOTE = 500


@contextlib.contextmanager
def only_host(directory: Path, address: str) -> Iterator[None]:
    """Hold the data directory; raises ``ConfigError`` saying who holds it already, and where.

    The kernel lets go of it however this process ends. The file stays: it says nothing once nobody holds it,
    and two hosts could hold two files of the same name.
    """
    with contextlib.ExitStack() as held:
        file = _locked(directory, held)
        # A disk that is too full for the note is no reason to refuse.
        with contextlib.suppress(OSError):
            file.truncate()
            file.write(f"process {os.getpid()}, {address}\n".encode())
        yield


def _locked(directory: Path, held: contextlib.ExitStack) -> io.FileIO:
    try:
        file = held.enter_context(io.FileIO(directory / "host.lock", "a+"))
        file.seek(0)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = file.read(_NOTE).decode("utf-8", "replace").strip() or "another process"
        raise ConfigError(
            f"The data directory {directory} is in use by another host: {holder}. Nothing was changed. "
            "Stop that one, or give this one a data directory of its own."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"The data directory {directory} cannot be locked: {error.strerror}. Put it on a disk that can."
        ) from error
    return file
