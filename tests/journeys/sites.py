"""The whole product as processes that a test can kill."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs
import httpx
from tests.programs import Program, running_recorder
from tests.waiting import PATIENCE, wait_until

from incident_demo.site import PASSWORD, RECORDER_USER, DemoSite


@attrs.define
class RunningSite:
    """Recorder and host; the host can be killed and started again on the same data and port."""

    directory: Path
    #: The module that is run as recorder.
    recorder: str = "demo_recorder"
    #: Chosen by the system at the first start, and kept.
    port: int = 0
    _host: Program | None = None
    _started: contextlib.ExitStack = attrs.field(factory=contextlib.ExitStack)

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
        self._started.close()

    def start_recorder(self) -> None:
        """Start the recorder and write the site's files for it."""
        demo = DemoSite(self.directory)
        demo.prepare_recorder()
        password = demo.recorder_password_file.read_text(encoding="utf-8")
        recorder = running_recorder(
            since=demo.since, user=RECORDER_USER, password=password, module=self.recorder
        )
        demo.prepare(self._started.enter_context(recorder).address)

    def start_host(self) -> None:
        """Start the host and wait until it says that everything can be used."""
        options = ("--config", str(DemoSite(self.directory).configuration), "--port", str(self.port))
        self._host = self._started.enter_context(Program.start("reference_host", *options))
        self.port = int(self._host.line("listening").rpartition(":")[2])
        wait_until(lambda: httpx.get(f"{self.address}/healthz").is_success, "a host that is well")

    def kill_host(self) -> None:
        """Kill the host in whatever it is doing, and leave no chance to tidy up."""
        assert self._host is not None
        self._host.process.kill()
        self._host.process.wait()

    @contextlib.contextmanager
    def signed_in(self, account: str = "operator") -> Iterator[httpx.Client]:
        """Give a client with a session of this account."""
        headers = {"Origin": self.address}
        with httpx.Client(base_url=self.address, headers=headers, timeout=PATIENCE) as client:
            client.post("/api/session", json={"account": account, "password": PASSWORD}).raise_for_status()
            yield client
