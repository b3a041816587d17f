"""The vault on disk: whole files or none, whatever happens meanwhile."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from incident_plugin.adapters.vault import DiskVault
from incident_plugin.adapters.vault.boxes import Damaged, read
from incident_plugin.domain.errors import StoreUnavailable

#: Puts a film of 64 pieces into the vault; says when each piece was taken, and waits to be told to go on.
WRITER = """
import asyncio, resource, signal, sys
from pathlib import Path
from incident_plugin.adapters.vault import DiskVault
from incident_plugin.domain.errors import StoreUnavailable

limit = int(sys.argv[2])
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    sys.dont_write_bytecode = True  # A module cut short by the limit would be loaded by every later test.
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

async def pieces():
    for number in range(64):
        yield bytes([number]) * 65_536
        if not limit:
            print(number, flush=True)
            sys.stdin.readline()

try:
    print("kept", asyncio.run(DiskVault(Path(sys.argv[1])).put(pieces())).sha256, flush=True)
except StoreUnavailable as error:
    print("refused", error.detail, flush=True)
"""


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """A film in parts."""
    for part in parts:
        yield part


def files(vault: Path) -> list[Path]:
    """Every file below the vault."""
    return [path for path in vault.rglob("*") if path.is_file()]


def writer(vault: Path, *, limit: int = 0) -> subprocess.Popen[str]:
    """Another process that writes; ``limit`` is how large its files may become."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(vault), str(limit)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )


async def test_a_file_is_found_by_what_is_in_it(tmp_path: Path) -> None:
    """Its name is its SHA-256; the same film is kept once; nothing else lies beside it."""
    vault = DiskVault(tmp_path)
    one = await vault.put(pieces(b"film", b"strip"))
    other = await vault.put(pieces(b"filmstrip"))
    assert one == other
    assert one is not None
    assert one.sha256 == hashlib.sha256(b"filmstrip").hexdigest()
    assert vault.path(one.sha256).read_bytes() == b"filmstrip"
    assert files(tmp_path) == [vault.path(one.sha256)]
    assert vault.damage(one.sha256) == ""
    vault.remove(one.sha256)
    vault.remove(one.sha256)
    assert "no longer in the vault" in vault.damage(one.sha256)


async def test_a_film_that_breaks_off_or_is_empty_is_not_kept(tmp_path: Path) -> None:
    """A recorder that fails in the middle leaves nothing behind."""

    async def broken() -> AsyncIterator[bytes]:
        yield b"half"
        raise StoreUnavailable("The recorder went away.")

    vault = DiskVault(tmp_path)
    with pytest.raises(StoreUnavailable, match="went away"):
        await vault.put(broken())
    assert await vault.put(pieces()) is None
    assert not files(tmp_path)


@pytest.mark.parametrize("killed_after", [0, 5, 40])
def test_a_killed_server_leaves_no_half_film(tmp_path: Path, killed_after: int) -> None:
    """Killed at any moment: nothing in the vault, and the next start removes what was half written."""
    process = writer(tmp_path)
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(killed_after + 1):
        assert process.stdout.readline() == f"{number}\n"
        if number < killed_after:
            process.stdin.write("\n")
            process.stdin.flush()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not list(tmp_path.glob("??/*"))
    assert len(list(tmp_path.glob("*.partial"))) == 1
    DiskVault(tmp_path).tidy()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("limit", [1, 65_536, 1_000_000, 4_194_303])
def test_a_disk_that_takes_no_more_is_a_refusal(tmp_path: Path, limit: int) -> None:
    """At the first byte, in the middle, at the last one: said in words, and nothing of the film is kept."""
    process = writer(tmp_path, limit=limit)
    said, _ = process.communicate()
    assert said.startswith("refused The vault cannot be written")
    assert not files(tmp_path)


def test_only_a_hash_is_a_name(tmp_path: Path) -> None:
    """No name leads out of the vault."""
    for name in ("", "../../etc/passwd", "a" * 63, "A" * 64, f"{'a' * 63}/"):
        with pytest.raises(ValueError, match="is no SHA-256"):
            DiskVault(tmp_path).path(name)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b"\0\0\0\x08moov",
        b"\0\0\0\x10moov\0\0\0\x08trak",
        b"\xff\xff\xff\xffmoov",
        b"\0\0\0\x01moov" + b"\xff" * 8,
        b"\0\0\0\x08free\0\0\0\x08moof",
    ],
)
def test_what_is_no_film_is_called_damaged(data: bytes) -> None:
    """Bytes that are cut off or lie about their length are refused in words."""
    with pytest.raises(Damaged, match="is damaged"):
        read(memoryview(data))
