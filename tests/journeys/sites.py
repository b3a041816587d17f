"""The whole product as processes that a test can kill."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs
import httpx
from tests.support import process

from incident_demo.site import PASSWORD, RECORDER_USER, DemoSite

READY_WITHIN = 30


@attrs.define
class RunningSite:
    """Recorder and host; the host can be killed and started again on the same data and port."""

    directory: Path
    #: Chosen by the system at the first start, and kept.
    port: int = 0
    _host: subprocess.Popen[str] | None = None
    _host_stack: contextlib.ExitStack = attrs.field(factory=contextlib.ExitStack)
    _recorder_stack: contextlib.ExitStack = attrs.field(factory=contextlib.ExitStack)

    @property
    def address(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start_recorder()
        self.start_host()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._host_stack.close()
        self._recorder_stack.close()

    def start_recorder(self) -> None:
        """Start the recorder and write the site's files for it."""
        demo = DemoSite(self.directory)
        demo.prepare_recorder()
        options = (
            *("--since", demo.since.isoformat(), "--username", RECORDER_USER),
            *("--password-file", str(demo.recorder_password_file)),
        )
        _, ready = self._recorder_stack.enter_context(process("demo_recorder", *options))
        demo.prepare(dict(word.partition("=")[::2] for word in ready.split())["http"])

    def stop_recorder(self) -> None:
        """Pull the recorder."""
        self._recorder_stack.close()

    def start_host(self) -> None:
        """Start the host and wait until it says that everything can be used."""
        configuration = DemoSite(self.directory).configuration
        options = ("--config", str(configuration), "--port", str(self.port))
        listening = process("reference_host", *options, until="listening")
        self._host, line = self._host_stack.enter_context(listening)
        self.port = int(line.rpartition(":")[2])
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/healthz").status_code == httpx.codes.OK:
                    return
            time.sleep(0.05)
        raise AssertionError(httpx.get(f"{self.address}/healthz").text)

    def kill_host(self) -> None:
        """Kill the host in whatever it is doing, and leave no chance to tidy up."""
        assert self._host is not None
        self._host.send_signal(signal.SIGKILL)
        self._host_stack.close()

    @contextlib.contextmanager
    def signed_in(self, account: str = "operator") -> Iterator[httpx.Client]:
        """Give a client with a session of this account."""
        with httpx.Client(base_url=self.address, headers={"Origin": self.address}, timeout=20) as client:
            client.post("/api/session", json={"account": account, "password": PASSWORD}).raise_for_status()
            yield client
