"""What the plug-in costs a host that loads it: time and memory until it is active, in fresh processes.

The peer is the same process without the plug-in: Python, the contract and Starlette, which a host has anyway.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from statistics import median

import attrs
from bench.rows import Row, in_turns, write
from tests.programs import running_recorder

_RUNS = 9
_STARTS = 5
_HEAVY = ("zeep", "onvif", "av", "aiortc", "reportlab")

#: Whoever installs a plug-in has its bytecode: no run may compile it anew, whatever this shell says.
_INSTALLED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

_HOST = """
import json, re, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path

def megabytes():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

import starlette.applications, starlette.responses, starlette.routing, starlette.staticfiles
from vms_hooks.host import Decision, HostServices, LicenceState, LicenceStatus, Site
ready, held, used = time.perf_counter(), megabytes(), seconds()
"""

_PLUGIN = """
class Services:
    def decide(self, principal, permission, cameras=()): return Decision(allowed=True)
    def status(self): return LicenceStatus(state=LicenceState.VALID)
    def get(self, name): return "a password"
    def now(self): return datetime.now(UTC)

from incident_plugin.plugin import plugin
one = Services()
host = HostServices(
    access=one, licence=one, secrets=one, clock=one, storage=Path(sys.argv[1]),
    site=Site(id="bench", name="Bench", time_zone="UTC"),
)
settings = {"recorder": {"address": "http://127.0.0.1:9/onvif/device_service", "username": "u"}}
plugin.vms_activate(host=host, settings=settings)
"""

_START = """
import asyncio
from incident_plugin.assembly import assemble
from incident_plugin.settings import read_settings
from incident_plugin.runtime import IncidentRuntime
from tests.support import host_services

async def started():
    settings = {"recorder": {"address": sys.argv[2], "username": "incident"}}
    runtime = IncidentRuntime(parts=assemble(host_services(Path(sys.argv[1])), read_settings(settings)))
    begun = time.perf_counter()
    await runtime.start()
    took = time.perf_counter() - begun
    assert len(runtime.parts.recorders.cameras.known) == 4
    await runtime.stop()
    print(1000 * took)

asyncio.run(started())
"""

_TOLD = """
heavy = [name for name in sys.argv[2].split(",") if name in sys.modules]
print(json.dumps({
    "bare_cpu": 1000 * used, "bare_memory": held,
    "added": 1000 * (time.perf_counter() - ready), "added_cpu": 1000 * (seconds() - used),
    "added_memory": megabytes() - held, "heavy": len(heavy),
}))
"""


@attrs.frozen(kw_only=True)
class Loaded:
    """What one process told: milliseconds and megabytes."""

    bare_cpu: float
    bare_memory: float
    added: float
    added_cpu: float
    added_memory: float
    heavy: int


def loaded() -> Loaded:
    """Activate the plug-in in a process of its own, with an empty store."""
    with tempfile.TemporaryDirectory() as storage:
        command = [sys.executable, "-c", _HOST + _PLUGIN + _TOLD, storage, ",".join(_HEAVY)]
        return Loaded(**json.loads(subprocess.check_output(command, text=True, env=_INSTALLED)))


def started(recorder: str) -> float:
    """Start the plug-in in a process of its own; give milliseconds until the recorder's cameras are known."""
    with tempfile.TemporaryDirectory() as storage:
        command = [sys.executable, "-c", _HOST + _START, storage, recorder]
        return float(subprocess.check_output(command, text=True, env=_INSTALLED))


def start_row() -> Row:
    """Start with a recorder that answers."""
    with running_recorder() as recorder:
        (took,) = in_turns(_STARTS, lambda: started(recorder.address))
    return Row.below("start until the cameras are known", took, "ms", limit=2000, n=_STARTS)


def main() -> None:
    """Measure, print and keep the rows."""
    loaded()
    found = [loaded() for _ in range(_RUNS)]

    def middle(field: str) -> float:
        return float(median(getattr(each, field) for each in found))

    heavy = max(each.heavy for each in found)
    write(
        "activation",
        [
            Row.below("import + activation", middle("added"), "ms", limit=400, n=_RUNS),
            Row.below("memory added by activation", middle("added_memory"), "MB", limit=60, n=_RUNS),
            start_row(),
            Row.at_most(
                "import + activation, CPU",
                middle("added_cpu"),
                "ms",
                against="Python with Starlette and the contract",
                peer=middle("bare_cpu"),
                goal=2,
                n=_RUNS,
            ),
            Row.at_most(
                "memory of the host with the plug-in",
                middle("bare_memory") + middle("added_memory"),
                "MB",
                against="Python with Starlette and the contract",
                peer=middle("bare_memory"),
                goal=3,
                n=_RUNS,
            ),
            Row(
                name="heavy libraries imported by activation",
                value=heavy,
                unit="of 5",
                against=f"none of {', '.join(_HEAVY)}",
                ratio=float(heavy),
                goal="0",
                holds=heavy == 0,
                n=_RUNS,
            ),
        ],
    )


if __name__ == "__main__":
    main()
