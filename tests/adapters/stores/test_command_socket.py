"""What the command line asks of a running server, in processes of their own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, NoReturn

import pytest

from incident_plugin.adapters.tinydb_store import TinyDBStore, upkeep
from incident_plugin.adapters.tinydb_store.command_socket import (
    SOCKET,
    Command,
    CommandSocket,
    ask_server,
)
from incident_plugin.adapters.tinydb_store.sqlite_table import Tell, silently
from incident_plugin.cli import main
from incident_plugin.domain.errors import InvalidInput, StoreUnavailable
from incident_plugin.domain.project import ProjectId
from tests.domain.examples import project
from tests.programs import SOURCES

from .test_kills import child, write_alone
from .test_upkeep import descriptions, filled


def serve(directory: Path, said: BinaryIO) -> NoReturn:
    """Have the files, answer commands, and write without end: a server with people at work."""
    store = TinyDBStore(directory)
    CommandSocket(directory, {"compact": lambda tell: upkeep.compact_beside(store, tell)}).open()
    said.write(b"ready\n")
    write_alone(store, said)


def compact(directory: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "incident_plugin.cli", "store", "compact", "--data", str(directory)]
    path = os.pathsep.join(map(str, SOURCES))
    return subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )


def test_a_running_server_is_asked_to_compact_its_files(tmp_path: Path) -> None:
    """By another process; what was removed is gone from the file, and people go on working."""
    with closing(TinyDBStore(tmp_path)) as store:
        with store.transaction() as transaction:
            transaction.put_project(project(1, description="confidential"))
        with store.transaction() as transaction:
            transaction.remove_project(ProjectId(1))
    assert b"confidential" in (tmp_path / "incidents.db").read_bytes()
    with child(lambda said: serve(tmp_path, said)) as (_, said):
        assert said.readline() == b"ready\n"
        done = compact(tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "was made anew" in done.stdout
        said.readline()
        for file in ("incidents.db", "incidents.db-wal"):
            assert b"confidential" not in (tmp_path / file).read_bytes()
    assert upkeep.check(tmp_path) == ()


def test_a_large_store_is_swept_and_the_rest_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's work waits for minutes because somebody tidies up."""
    monkeypatch.setattr(upkeep, "_MOST_ANEW", 1)
    with closing(TinyDBStore(filled(tmp_path, "red", "blue"))) as store:
        assert "stop the server" in upkeep.compact_beside(store)
    assert descriptions(tmp_path) == ["blue", "red"]


def test_a_killed_server_leaves_the_way_free(tmp_path: Path) -> None:
    """For the command line, which then takes the lock itself, and for the next server."""
    with child(lambda said: serve(tmp_path, said)) as (process, said):
        assert said.readline() == b"ready\n"
        os.kill(process, signal.SIGKILL)
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
    assert (tmp_path / SOCKET).is_socket()
    assert "was made anew" in compact(tmp_path).stdout
    with child(lambda said: serve(tmp_path, said)) as (_, said):
        assert said.readline() == b"ready\n"
        assert "was made anew" in compact(tmp_path).stdout


@contextlib.contextmanager
def answering(directory: Path, command: Command) -> Iterator[None]:
    listening = CommandSocket(directory, {"compact": command})
    listening.open()
    try:
        yield
    finally:
        listening.close()


def test_what_the_server_tells_arrives(tmp_path: Path) -> None:
    """How far it is, what came of it, and refusals in its own words; nothing when nobody listens."""
    told: list[tuple[str, float | None]] = []

    def work(tell: Tell) -> str:
        tell("Sweeping", None)
        tell("Copying", 0.5)
        return "Done."

    def refuse(_: Tell) -> str:
        raise InvalidInput("Not today.")

    def fail(_: Tell) -> str:
        raise ZeroDivisionError

    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with answering(deep, work):
        assert stat.S_IMODE((deep / SOCKET).stat().st_mode) == 0o600
        assert ask_server(deep, "compact", lambda *how: told.append(how)) == "Done."
        with pytest.raises(StoreUnavailable, match="does not know the command 'dance'"):
            ask_server(deep, "dance", silently)
    assert told == [("Sweeping", None), ("Copying", 0.5)]
    assert ask_server(deep, "compact", silently) is None
    with answering(deep, refuse), pytest.raises(StoreUnavailable, match="Not today"):
        ask_server(deep, "compact", silently)
    with answering(deep, fail), pytest.raises(StoreUnavailable, match="nobody expected"):
        ask_server(deep, "compact", silently)


def die(directory: Path, said: BinaryIO) -> NoReturn:
    """Be killed by what is asked."""
    CommandSocket(directory, {"compact": lambda _: os.kill(os.getpid(), signal.SIGKILL) or ""}).open()
    said.write(b"ready\n")
    while True:
        signal.pause()


def test_a_server_that_ends_meanwhile_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As it is: not done, nothing lost."""
    filled(tmp_path, "red")
    with child(lambda said: die(tmp_path, said)) as (_, said):
        assert said.readline() == b"ready\n"
        assert main(["store", "compact", "--data", str(tmp_path)]) == 1
    assert "ended before the command was done" in capsys.readouterr().err
    assert descriptions(tmp_path) == ["red"]


def test_a_mute_or_vanished_caller_holds_nobody_up(tmp_path: Path) -> None:
    """The next one is answered."""
    with answering(tmp_path, lambda _: "Done."):
        with socket.socket(socket.AF_UNIX) as rude:
            rude.connect(str(os.path.relpath(tmp_path / SOCKET)))
        assert ask_server(tmp_path, "compact", silently) == "Done."
