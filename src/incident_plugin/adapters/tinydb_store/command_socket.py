"""What the command line asks of the server that has the files, over a socket beside them.

A Unix domain socket that only the server's own account (and root) can use. Lines of JSON: the command's name
one way, how far the work is and what came of it the other way. Systems without such sockets have no server to
ask, and say what to do instead.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from incident_plugin.adapters.tinydb_store.sqlite_table import Tell
from incident_plugin.domain.errors import IncidentError, StoreUnavailable

logger = logging.getLogger(__name__)

SOCKET = "commands.sock"
#: Does what was asked for, tells how far it is, and gives what came of it as a sentence.
Command = Callable[[Tell], str]

#: Whoever is connected has asked by then.
_ASKED_WITHIN_SECONDS = 5.0
_LONGEST = 1_000
#: Process, user and group of who is connected (``man 7 unix``).
_PEER = struct.Struct("3i")


class CommandSocket:
    """Answers commands, one after the other, for whoever has the files of a directory."""

    def __init__(self, directory: Path, commands: Mapping[str, Command]) -> None:
        self._directory = directory
        self._commands = commands
        self._listening: socket.socket | None = None

    def open(self) -> None:
        """Begin to listen; a system that refuses costs the command line its answers, and nothing else."""
        try:
            self._listening = _listening(self._directory)
        except OSError as error:
            logger.warning("the command line cannot ask this server for anything: %s", error)
            return
        threading.Thread(target=self._serve, args=(self._listening,), daemon=True).start()

    def close(self) -> None:
        """Take no more commands; one that is being done goes on until the store is closed."""
        listening, self._listening = self._listening, None
        if listening is not None:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            # Who asked may have gone away: the work is done all the same.
            with connection, suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        def say(**what: object) -> None:
            with suppress(OSError):
                connection.sendall(json.dumps(what).encode() + b"\n")

        if not _is_own(connection):
            return
        connection.settimeout(_ASKED_WITHIN_SECONDS)
        asked = connection.recv(_LONGEST).decode("utf-8", "replace").strip()
        command = self._commands.get(asked)
        if command is None:
            say(refused=f"The server does not know the command {asked!r}. Nothing was done.")
            return
        try:
            said = command(lambda doing, share: say(doing=doing, share=share))
        except IncidentError as error:
            say(refused=str(error))
        except Exception:
            logger.exception("the command %r failed", asked)
            say(refused="The command failed in a way that nobody expected: the server's log tells more.")
        else:
            say(said=said)


def ask_server(directory: Path, command: str, tell: Tell) -> str | None:
    """Have the server that has these files do a command; give what came of it, or nothing without a server.

    Raises ``StoreUnavailable`` when it is refused, or the server ends before it is done.
    """
    if not hasattr(socket, "AF_UNIX"):
        return None
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            with _short(directory) as place:
                asking.connect(place)
        except OSError:
            return None
        asking.sendall(command.encode() + b"\n")
        for answer in _answers(asking):
            if "doing" in answer:
                tell(answer["doing"], answer["share"])
            elif "said" in answer:
                return str(answer["said"])
            else:
                raise StoreUnavailable(str(answer["refused"]))
    raise StoreUnavailable(
        "The server ended before the command was done. What was saved is untouched: give the command again."
    )


def _answers(asking: socket.socket) -> Iterator[dict[str, Any]]:
    with asking.makefile("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield json.loads(line)


def _listening(directory: Path) -> socket.socket:
    if not hasattr(socket, "AF_UNIX"):
        raise OSError("this system has no Unix domain sockets")
    made = socket.socket(socket.AF_UNIX)
    try:
        # One that was killed left its socket; the store's lock says that nobody else has the files.
        (directory / SOCKET).unlink(missing_ok=True)
        with _short(directory) as place:
            made.bind(place)
        (directory / SOCKET).chmod(0o600)
        made.listen()
    except BaseException:
        made.close()
        raise
    return made


@contextmanager
def _short(directory: Path) -> Iterator[str]:
    """Give a path of the socket that is short enough for its address, which has room for 107 bytes."""
    if not Path("/proc/self/fd").is_dir():
        yield str(directory / SOCKET)
        return
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{opened}/{SOCKET}"
    finally:
        os.close(opened)


def _is_own(connection: socket.socket) -> bool:
    """Say whether the account that is connected is the server's own, or root's, where the system tells it."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _, user, _ = _PEER.unpack(found)
    return user in {0, os.geteuid()}
