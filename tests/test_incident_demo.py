"""The one command: it says that it is ready when its own parts are, and one sentence when it cannot start."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from incident_demo.__main__ import CannotStart, unwell
from reference_host.config import ConfigError
from reference_host.one_host import only_host
from tests.programs import Program
from tests.waiting import wait_until


@contextlib.contextmanager
def demonstration(data: Path, port: int = 0) -> Iterator[str]:
    """Run the demonstration; gives the address that it says is ready."""
    with Program.start("incident_demo", "--port", str(port), "--data", str(data)) as program:
        yield program.line("ready").partition(" ")[2]


def refusal(data: Path, port: int = 0) -> str:
    """Give what the demonstration says when it does not start; nothing may look as if it had."""
    with Program.start("incident_demo", "--port", str(port), "--data", str(data)) as program:
        ended = program.end()
    assert ended.status == 2, ended.complaints
    assert "Ready" not in ended.output
    return ended.complaints


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A demonstration at work, with its data directory."""
    data = tmp_path_factory.mktemp("demo")
    with demonstration(data) as address:
        yield address, data


def test_ready_means_that_everything_can_be_used(running: tuple[str, Path]) -> None:
    """The address that is printed answers, and every part is well."""
    assert httpx.get(f"{running[0]}/healthz").json()["ok"] is True


def test_another_demonstration_on_the_port_is_not_taken_for_this_one(
    running: tuple[str, Path], tmp_path: Path
) -> None:
    """The port answers healthily, but it is not ours: the second one says that the port is in use."""
    port = httpx.URL(running[0]).port
    assert port is not None
    assert f"Port {port} on 127.0.0.1 is in use" in refusal(tmp_path / "second", port)


def test_data_that_another_demonstration_uses(running: tuple[str, Path]) -> None:
    """The reason is said at once, and the first one goes on with what it has."""
    assert "is in use by another host: process " in (told := refusal(running[1]))
    assert running[0] in told
    assert httpx.get(f"{running[0]}/healthz").json()["ok"] is True


def test_a_data_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """A file stands in its place: the directory is named, and what to do."""
    (tmp_path / "file").touch()
    told = refusal(tmp_path / "file")
    assert f"The data directory {tmp_path / 'file'} cannot be used" in told
    assert "Name another one" in told


def test_a_killed_demonstration_leaves_nothing_running(tmp_path: Path) -> None:
    """Its recorder and its host notice that it is gone: the same port and data can be used again."""
    with Program.start("incident_demo", "--port", "0", "--data", str(tmp_path)) as killed:
        address = httpx.URL(killed.line("ready").partition(" ")[2])
        killed.process.kill()
        killed.process.wait()
    configuration = tomllib.loads((tmp_path / "site.toml").read_text(encoding="utf-8"))
    recorder = configuration["plugins"]["incident"]["settings"]["recorder"]["address"]
    wait_until(lambda: _free(tmp_path / "host") and not _answers(recorder), "the end of both")
    with demonstration(tmp_path, address.port or 0) as again:
        assert httpx.get(f"{again}/healthz").json()["ok"] is True


def _answers(address: str) -> bool:
    try:
        httpx.get(address)
    except httpx.TransportError:
        return False
    return True


def _free(data: Path) -> bool:
    try:
        with only_host(data, "a test"):
            return True
    except ConfigError:
        return False


def test_what_does_not_work_is_said_once_all_plugins_have_started() -> None:
    """A full disk keeps nobody from the rest; a plug-in that was refused is not waited for."""
    plugin = {"name": "Incident manager", "state": "active", "broken": ["disk"]}
    assert unwell({"ok": False, "parts": [plugin]}) == "disk"
    assert unwell({"ok": False, "parts": [plugin], "security_log": False}) == "disk, security log"
    assert unwell({"ok": False, "parts": [{**plugin, "state": "stopped"}]}) == ""
    refused = {**plugin, "state": "unlicensed"}
    with pytest.raises(CannotStart, match="is unlicensed"):
        unwell({"ok": False, "parts": [refused]})
