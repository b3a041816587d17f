"""``python -m incident_demo``: recorder, host and plug-in together, on the loopback interface only."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from incident_demo.site import PASSWORD, RECORDER_USER, DemoSite

ADDRESS = "127.0.0.1"
#: How long each part may take to begin and to end, seconds.
READY_WITHIN = 60
#: How long what does not work is given to mend itself before people are let in all the same, seconds.
UNWELL_FOR = 10
#: States of a plug-in that waiting does not change.
REFUSED = frozenset({"incompatible", "disabled", "unlicensed", "failed", "suspended"})
ENDED_WITHIN = 8
CANNOT_START = 2


class CannotStart(Exception):
    """A part did not begin; the text says which, and what to do."""


def main() -> int:
    """Run until told to stop; gives 0 then, 1 when a part ended by itself, 2 when one did not begin."""
    parser = argparse.ArgumentParser(prog="incident-demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="port of the web pages (default: 8080)")
    parser.add_argument("--data", type=Path, default=Path("build/demo"), help="directory that is kept")
    options = parser.parse_args()
    try:
        return asyncio.run(_run(DemoSite(options.data.resolve()), options.port))
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_START
    except OSError as error:
        sys.stderr.write(
            f"The data directory {options.data} cannot be used: {error.strerror}. "
            "Name another one with DATA=, or let this user write there.\n"
        )
        return CANNOT_START


async def _run(site: DemoSite, port: int) -> int:
    told_to_stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    site.prepare_recorder()
    async with contextlib.AsyncExitStack() as parts:
        recorder = await parts.enter_async_context(_recorder(site))
        site.prepare(_device_address(await recorder.first_line()))
        host = await parts.enter_async_context(_part("reference_host", *_host_options(site, port)))
        # Only what our own host says counts: on a port that is taken, another one would answer.
        address = (await host.first_line()).rpartition(" ")[2]
        if not await _ready(host, address, told_to_stop):
            return 0
        sys.stdout.write(f"Accounts: operator, supervisor, admin; password: {PASSWORD}\nReady: {address}\n")
        sys.stdout.flush()
        ended = [asyncio.create_task(part.process.wait()) for part in (recorder, host)]
        stop = asyncio.create_task(told_to_stop.wait())
        await asyncio.wait({stop, *ended}, return_when=asyncio.FIRST_COMPLETED)
        if told_to_stop.is_set() or not any(part.process.returncode for part in (recorder, host)):
            return 0
        sys.stderr.write("The recorder or the host ended unexpectedly; what was saved is kept. See above.\n")
        return 1


@attrs.frozen
class Part:
    """One process of the demonstration."""

    name: str
    process: asyncio.subprocess.Process

    async def first_line(self) -> str:
        """Wait for the line by which a part says that it can be reached."""
        output = self.process.stdout
        line = await asyncio.wait_for(output.readline(), READY_WITHIN) if output else b""
        if not line:
            raise CannotStart(f"The {self.name} did not start. What it wrote is above.")
        return line.decode().strip()


def _device_address(ready: str) -> str:
    return dict(word.partition("=")[::2] for word in ready.split())["http"]


@contextlib.asynccontextmanager
async def _part(module: str, *arguments: str) -> AsyncIterator[Part]:
    # The recorder codes pictures in several threads, for each of which glibc would keep memory (mallopt(3)).
    environment = {"MALLOC_ARENA_MAX": "1", **os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "incident_demo.tethered", module, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        yield Part(module.replace("_", " "), process)
    finally:
        await _end(process)


def _recorder(site: DemoSite) -> contextlib.AbstractAsyncContextManager[Part]:
    return _part(
        "demo_recorder",
        *("--host", ADDRESS, "--since", site.since.isoformat()),
        *("--username", RECORDER_USER, "--password-file", str(site.recorder_password_file)),
    )


def _host_options(site: DemoSite, port: int) -> tuple[str, ...]:
    return ("--config", str(site.configuration), "--host", ADDRESS, "--port", str(port))


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask a process to end, and make it end when it does not."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), ENDED_WITHIN)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _ready(host: Part, address: str, told_to_stop: asyncio.Event) -> bool:
    """Wait until the host says that everything can be used; no when it is told to stop before.

    What stays unwell, such as a disk that is nearly full, is said, and does not keep people from the rest.
    """
    since_active = 0
    for _ in range(READY_WITHIN * 10):
        if told_to_stop.is_set():
            return False
        if host.process.returncode is not None:
            raise CannotStart(f"The {host.name} did not start. What it wrote is above.")
        health = await asyncio.to_thread(_health, address)
        if health.get("ok"):
            return True
        told = unwell(health)
        since_active = since_active + 1 if told else 0
        if since_active > UNWELL_FOR * 10:
            sys.stderr.write(
                f"Not everything works: {told}. Administration > Plug-ins says why, and what to do.\n"
            )
            return True
        await asyncio.sleep(0.1)
    raise CannotStart(f"The {host.name} was not ready within {READY_WITHIN} s: see {address}/healthz.")


def unwell(health: Mapping[str, Any]) -> str:
    """Say what does not work of a host whose plug-ins have all started; empty while one has not.

    Raises ``CannotStart`` when a plug-in was refused, which no waiting mends.
    """
    plugins = health.get("parts", [])
    for each in plugins:
        if each["state"] in REFUSED:
            raise CannotStart(f"{each['name']} is {each['state']}. What the host wrote of it is above.")
    if any(each["state"] != "active" for each in plugins):
        return ""
    broken = [part for each in plugins for part in each["broken"]]
    return ", ".join([*broken, *([] if health.get("security_log", True) else ["security log"])])


def _health(address: str) -> Mapping[str, Any]:
    """Ask the host how it is; empty when it does not answer."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=2)
    try:
        connection.request("GET", "/healthz")
        answer: Mapping[str, Any] = json.load(connection.getresponse())
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return answer


if __name__ == "__main__":
    sys.exit(main())
