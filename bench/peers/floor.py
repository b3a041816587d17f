"""The floor in C: libsrtp and segmented sends, to sockets that are emptied here."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path

_SOURCE = Path(__file__).with_name("floor.c")
_BUFFER = 1 << 22
#: 2 Mbit/s at 25 pictures a second.
_PACKETS, _SIZE, _RATE = 9, 1_111, 25


class Unbuildable(Exception):
    """There is no compiler or no libsrtp here; the text says which."""


def build(directory: Path) -> Path:
    """Compile it; raises ``Unbuildable``."""
    if shutil.which("gcc") is None:
        raise Unbuildable("gcc is not installed")
    made = directory / "floor"
    built = subprocess.run(
        ["gcc", "-O2", "-o", made, _SOURCE, "-lsrtp2"], check=False, capture_output=True, text=True
    )
    if built.returncode:
        raise Unbuildable("libsrtp2-dev is not installed")
    return made


async def viewers_per_core(program: Path, viewers: int, seconds: float) -> float:
    """Send to so many viewers, for so long."""
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket(type=socket.SOCK_DGRAM)) for _ in range(viewers)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            each.setblocking(False)
            loop.add_reader(each.fileno(), _empty, each)
            stack.callback(loop.remove_reader, each.fileno())
        options = (str(seconds), str(_PACKETS), str(_SIZE), str(_RATE))
        ports = [str(each.getsockname()[1]) for each in sockets]
        process = await asyncio.create_subprocess_exec(
            program, *options, *ports, stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await process.communicate()
    used, pictures = printed.split()
    return int(pictures) / _RATE / float(used)


def _empty(source: socket.socket) -> None:
    with suppress(BlockingIOError):
        while True:
            source.recv(2_048)
