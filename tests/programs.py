"""The product's programs as processes: started, waited for, told to end, and never left behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import attrs

import incident_plugin
import vms_hooks
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[1]
#: Where what is tested lies: in the checkout, or where its wheels were installed.
SOURCES = tuple(Path(package.__file__).parents[1] for package in (incident_plugin, vms_hooks))


@attrs.frozen(kw_only=True)
class Ended:
    """How a program ended."""

    status: int
    output: str
    complaints: str


@attrs.define
class Program:
    """A module run by itself; whatever still runs when the test leaves is told to end, and then killed."""

    process: subprocess.Popen[str]
    #: A file, since nobody reads it while the program runs, and a full pipe would hold the program up.
    _complaints: IO[str]

    @classmethod
    def start(
        cls,
        module: str,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        paths: tuple[Path, ...] = (),
    ) -> Self:
        """Start ``python -m module``, in a session of its own: an interrupted run leaves tidying up to us."""
        complaints = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed with the program
        path = os.pathsep.join(map(str, (*SOURCES, *paths)))
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, "PYTHONPATH": path, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            start_new_session=True,
        )
        return cls(process, complaints)

    def line(self, beginning: str) -> str:
        """Wait for the line that begins so, and give it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.lower().startswith(beginning.lower()):
                return line.strip()
        raise AssertionError(f"it never said {beginning!r}: {self.end()}")

    def end(self, typed: str | None = None) -> Ended:
        """Type this into it and wait until it has ended."""
        output, _ = self.process.communicate(typed, timeout=PATIENCE)
        return Ended(status=self.process.returncode, output=output, complaints=self.complaints)

    @property
    def complaints(self) -> str:
        """What it has written to standard error."""
        self._complaints.seek(0)
        return self._complaints.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                assert stream is not None
                stream.close()
        self._complaints.close()


def words_of(line: str) -> dict[str, str]:
    """Read ``ready http=... rtsp=...``."""
    return dict(word.split("=", 1) for word in line.split()[1:])


#: A password that breaks whoever takes characters for bytes, or puts it into an address as it is.
RECORDER_USER, RECORDER_PASSWORD = "incident", "a password with ümlaut"


@attrs.frozen(kw_only=True)
class RunningRecorder:
    """A demo recorder as a process."""

    program: Program
    #: Of its ONVIF device service.
    address: str
    rtsp_port: int
    #: When its recordings began: at a key picture, so at an even second.
    since: datetime

    def service_url(self, name: str) -> str:
        """Where another of its services is."""
        return self.address.replace("device_service", f"{name}_service")

    def kill(self) -> None:
        """Pull its plug."""
        self.program.process.kill()
        self.program.process.wait()


def _even_second(moment: datetime) -> datetime:
    """The recorder begins its recordings at the first key picture from a moment: here that is the moment."""
    return moment.replace(microsecond=0) - timedelta(seconds=moment.second % 2)


@contextlib.contextmanager
def running_recorder(
    *options: str,
    password: str = RECORDER_PASSWORD,
    user: str = RECORDER_USER,
    since: datetime | None = None,
    module: str = "demo_recorder",
) -> Iterator[RunningRecorder]:
    """Run the demo recorder, or a module of this repository in its place.

    It has ended cleanly and without a complaint, unless the test killed it.
    """
    since = since or _even_second(datetime.now(UTC) - timedelta(hours=2))
    # As the demonstration starts it.
    environment = {"DEMO_RECORDER_PASSWORD": password, "MALLOC_ARENA_MAX": "1"}
    arguments = ("--username", user, "--since", since.isoformat(), *options)
    with Program.start(module, *arguments, environment=environment, paths=(ROOT,)) as program:
        said = words_of(program.line("ready"))
        port = int(said["rtsp"])
        yield RunningRecorder(program=program, address=said["http"], rtsp_port=port, since=since)
        if program.process.poll() is None:
            program.process.terminate()
            ended = program.end()
            assert (ended.status, ended.complaints) == (0, ""), ended
