"""The host as a program: one clear sentence when it cannot start, and a quick clean end."""

from __future__ import annotations

import platform
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.waiting import PATIENCE

from reference_host.__main__ import _listening
from reference_host.config import SiteConfig

from .conftest import PASSWORD, Start, address_of


def refused(start: Start, *arguments: str) -> str:
    ended = start(*arguments).end()
    assert (ended.status, ended.output) == (2, "")
    assert len(ended.complaints.splitlines()) == 1
    return ended.complaints


def test_a_port_that_is_taken(program: Start, site_file: Path) -> None:
    """The port is named, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        complaint = refused(program, "--config", str(site_file), "--port", str(port))
    assert f"Port {port} on 127.0.0.1 is in use" in complaint


def test_a_data_directory_that_cannot_be_written(program: Start, site_file: Path) -> None:
    """A file stands in its place; not even root can write there."""
    (site_file.parent / "data").write_text("in the way")
    complaint = refused(program, "--config", str(site_file), "--port", "0")
    assert "data directory" in complaint
    assert "cannot be written" in complaint


def test_a_data_directory_that_another_host_has(program: Start, site_file: Path) -> None:
    """The second host is refused before it reads anything, and told where the first one is; that works on."""
    first = program("--config", str(site_file), "--port", "0")
    address = address_of(first)
    complaint = refused(program, "--config", str(site_file), "--port", "0")
    assert f"is in use by another host: process {first.process.pid}, {address}. Nothing was" in complaint
    httpx.get(f"{address}/healthz")
    # What is left of one that was killed holds nothing.
    first.process.kill()
    first.process.wait()
    assert address_of(program("--config", str(site_file), "--port", "0")) != ""


def test_a_plugin_that_is_not_installed(program: Start, site_file: Path) -> None:
    """The log names a section for a plug-in that is not there, and the one that was meant."""
    site_file.write_text(site_file.read_text() + "\n[plugins.sampel]\nenabled = true\n")
    host = program("--config", str(site_file), "--port", "0")
    address_of(host)
    host.process.terminate()
    ended = host.end()
    assert 'no plug-in "sampel" is installed' in ended.complaints
    assert 'Did you mean "plugins.sample"?' in ended.complaints


def test_a_broken_configuration(program: Start, site_file: Path) -> None:
    """The file and the setting are named."""
    site_file.write_text(site_file.read_text().replace("enabled", "enebled"))
    complaint = refused(program, "--config", str(site_file), "--port", "0")
    assert '"plugins.sample.enebled" is not a setting' in complaint
    assert 'Did you mean "plugins.sample.enabled"?' in complaint


def test_secrets_that_others_can_read(program: Start, config: SiteConfig, site_file: Path) -> None:
    """Refused before anything is served."""
    assert config.secrets_file
    config.secrets_file.chmod(0o644)
    assert "Set it to 0600" in refused(program, "--config", str(site_file), "--port", "0")


def test_hashing_a_password(program: Start, site_file: Path) -> None:
    """What is printed is what the configuration wants; an empty password is refused."""
    hashed = program("hash-password").end("open sesame\n")
    assert hashed.status == 0
    assert hashed.output.startswith("$argon2id$")
    refused = program("hash-password").end("\n")
    assert refused.status == 2
    assert "empty" in refused.complaints


def test_answers_are_sent_at_once() -> None:
    """asyncio switches Nagle's delay off only for sockets that name their protocol."""
    with _listening("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_while_a_stream_is_open(
    program: Start, site_file: Path, ending: signal.Signals
) -> None:
    """Status 0, the plug-in stopped, an endless answer ended and no traceback written."""
    host = program("--config", str(site_file), "--port", "0")
    address = address_of(host)
    with httpx.Client(base_url=address, headers={"origin": address}, timeout=PATIENCE) as http:
        http.post("/api/session", json={"account": "operator", "password": PASSWORD}).raise_for_status()
        with http.stream("GET", "/plugins/sample/stream") as stream:
            events = stream.iter_bytes()  # dropping the iterator would close the connection
            assert next(events)
            host.process.send_signal(ending)
            ended = host.end()
            assert all(b"still here" in event for event in events)
    assert ended.status == 0, ended.complaints
    assert "Traceback" not in ended.complaints
    assert "ERROR" not in ended.complaints
    assert (site_file.parent / "data/plugins/sample/stopped").exists()


#: Says where a block lies that is smaller than one which was freed before.
LARGE_BLOCK = """
import ctypes, sys
from pathlib import Path
from reference_host.allocator import keep_little

if sys.argv[1:]:
    keep_little()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free(ctypes.c_void_p(libc.malloc(ctypes.c_size_t(8 << 20))))
block = libc.malloc(ctypes.c_size_t(1 << 20))
(heap,) = (line.split()[0] for line in Path("/proc/self/maps").read_text().splitlines() if "[heap]" in line)
begin, end = (int(edge, 16) for edge in heap.split("-"))
print("heap" if begin <= block < end else "mapped")
"""
glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no arenas")


@glibc
@pytest.mark.parametrize(("asked", "place"), [(("please",), "mapped"), ((), "heap")])
def test_large_blocks_go_back_to_the_system(asked: tuple[str, ...], place: str) -> None:
    """Also after a larger one was freed, which makes glibc take them from its heap by default."""
    told = subprocess.run(
        [sys.executable, "-c", LARGE_BLOCK, *asked], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == place


@glibc
def test_threads_share_one_arena(program: Start, site_file: Path) -> None:
    """Requests are answered by several threads, and none of them has memory set aside of its own."""
    host = program("--config", str(site_file), "--port", "0")
    address = address_of(host)
    with httpx.Client(base_url=address, headers={"origin": address}, timeout=PATIENCE) as http:
        http.post("/api/session", json={"account": "operator", "password": PASSWORD}).raise_for_status()
        with ThreadPoolExecutor(4) as together:
            assert all(one.is_success for one in together.map(http.get, ["/api/contributions"] * 40))
    assert len(list(Path(f"/proc/{host.process.pid}/task").iterdir())) > 1
    assert not _arenas(host.process.pid)


def _arenas(pid: int) -> list[str]:
    """Give the heaps of all arenas but the first: they begin at multiples of 64 MiB, with room behind."""
    maps = Path(f"/proc/{pid}/maps").read_text()
    heaps = re.finditer(r"^(\w+)-(\w+) rw-p .*\n\2-\w+ ---p", maps, re.MULTILINE)
    return [heap[0] for heap in heaps if int(heap[1], 16) % (64 << 20) == 0]
