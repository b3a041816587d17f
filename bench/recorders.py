"""What a site with twenty recorders costs: every service of each, ready to be called, in fresh processes.

Descriptions of services are parsed once per process, whatever the number of recorders. The peers are the same
work for one recorder, and onvif-zeep's own way of it: a client with its own description for each service.

Then the whole plug-in with twenty demo recorders that answer, from its start until their eighty cameras are
known, and at rest: clocks measured, events listened to, nobody watching.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from statistics import median

from bench.rows import Row, in_turns, write

_RECORDERS, _RUNS = 20, 5
#: Starts of the whole plug-in, and for how long it is looked at at rest, in seconds: every minute it looks
#: whether all cameras are recorded.
_STARTS, _REST = 5, 60.0

_COMMON = """
import json, re, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path

def megabytes():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

def seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

from incident_plugin.adapters.onvif import soap
from incident_plugin.adapters.onvif.tls import TlsRule
from incident_plugin.adapters.onvif.token import DigestToken
from incident_plugin.adapters.onvif.transport import BoundedTransport
SERVICES = ("devicemgmt", "media", "media2", "ptz", "events", "search", "replay")
held, used = megabytes(), seconds()
"""

_SHARED = """
kept = []
for number in range(int(sys.argv[1])):
    transport = BoundedTransport("u", "p", 4.0, TlsRule())
    token = DigestToken("u", "p", lambda: datetime.now(UTC))
    address = f"http://192.0.2.{number}/onvif/"
    kept += [soap.SoapService(name, address + name, transport, token) for name in SERVICES]
"""

_AS_SHIPPED = """
kept = []
for number in range(int(sys.argv[1])):
    for name in ("devicemgmt", "media", "imaging", "ptz", "events", "search", "replay"):
        known = soap.onvif.SERVICES[name]
        kept.append(soap.onvif.ONVIFService(
            f"http://192.0.2.{number}/onvif/{name}", "u", "p",
            str(soap.description_directory() / known["wsdl"]),
            binding_name=f"{{{known['ns']}}}{known['binding']}",
        ))
"""

_PLUGIN = """
import asyncio, json, os, re, sys, time
from datetime import UTC, datetime
from pathlib import Path
from vms_hooks.host import Decision, HostServices, LicenceState, LicenceStatus, Site
from vms_hooks.values import Principal

def megabytes():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

class Services:
    def decide(self, principal, permission, cameras=()): return Decision(allowed=True)
    def status(self): return LicenceStatus(state=LicenceState.VALID)
    def get(self, name): return "a password"
    def now(self): return datetime.now(UTC)

from incident_plugin.plugin import plugin

async def main(folder, addresses, rest):
    one = Services()
    host = HostServices(
        access=one, licence=one, secrets=one, clock=one, storage=Path(folder),
        site=Site(id="bench", name="Bench", time_zone="UTC"),
    )
    settings = {"recorders": [
        {"name": f"Recorder {n}", "address": there, "username": "admin"} for n, there in enumerate(addresses)
    ]}
    runtime = plugin.vms_activate(host=host, settings=settings)
    held, used, began = megabytes(), time.process_time(), time.perf_counter()
    await runtime.start()
    ada = Principal(id="ada", name="Ada")
    while len(await runtime.cameras(ada)) < 4 * len(addresses):
        await asyncio.sleep(0.02)
    found, worked = time.perf_counter() - began, time.process_time() - used
    # Clocks are measured and events subscribed to while nobody waits for it.
    await asyncio.sleep(4 if rest else 0)
    resting = time.process_time()
    await asyncio.sleep(rest)
    idle = (time.process_time() - resting) / rest if rest else 0
    print(json.dumps([1000 * found, 1000 * worked, megabytes() - held, 100 * idle]), flush=True)
    os._exit(0)

asyncio.run(main(sys.argv[1], json.loads(sys.argv[2]), float(sys.argv[3])))
"""

_FLEET = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from demo_recorder.account import Account
from demo_recorder.app import Recorder, Settings

async def main(count):
    since = datetime.now(UTC) - timedelta(hours=2)
    account = Account(username="admin", password="a password")
    made = [
        Recorder(Settings(
            host="127.0.0.1", http_port=0, rtsp_port=0, account=account, since=since, serial=f"BENCH-{n:04}"
        ))
        for n in range(count)
    ]
    for one in made:
        await one.__aenter__()
    print(*(one.device_url for one in made), flush=True)
    await asyncio.Event().wait()

asyncio.run(main(int(sys.argv[1])))
"""

_TOLD = """
print(json.dumps([1000 * (seconds() - used), megabytes() - held]))
"""


def cost(work: str, recorders: int) -> tuple[float, float]:
    """Give milliseconds of CPU and megabytes of memory that recorders take in a process of their own."""
    command = [sys.executable, "-c", _COMMON + work + _TOLD, str(recorders)]
    milliseconds, megabytes = json.loads(subprocess.check_output(command, text=True))
    return milliseconds, megabytes


def at_work(addresses: list[str], rest: float = 0) -> list[float]:
    """Run the plug-in with these recorders, in a process of its own.

    Gives milliseconds until all cameras are known, and of CPU until then; megabytes; percent of a core at
    rest.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _PLUGIN, folder, json.dumps(addresses), str(rest)]
        told: list[float] = json.loads(subprocess.check_output(command, text=True))
        return told


def site() -> tuple[Row, ...]:
    """Measure the plug-in with a fleet of recorders, and with one of them."""
    with subprocess.Popen(
        [sys.executable, "-c", _FLEET, str(_RECORDERS)], stdout=subprocess.PIPE, text=True
    ) as fleet:
        try:
            assert fleet.stdout is not None
            addresses = fleet.stdout.readline().split()
            runs = [(at_work(addresses), at_work(addresses[:1])) for _ in range(_STARTS)]
            idle = at_work(addresses, _REST)[3]
        finally:
            fleet.terminate()
    wait, cpu, memory = (median(all_[part] for all_, _ in runs) for part in range(3))
    _, one_cpu, one_memory = (median(one[part] for _, one in runs) for part in range(3))
    title = f"plug-in with {_RECORDERS} recorders"
    return (
        Row.below(f"{title}: until all cameras are known", wait, "ms", limit=5000, n=_STARTS),
        Row.at_most(
            f"{title}: CPU until then", cpu, "ms", against="with one", peer=one_cpu, goal=4, n=_STARTS
        ),
        Row.below(f"{title}: memory added by starting", memory, "MB", limit=100, n=_STARTS),
        Row.at_most(f"{title}: memory", memory, "MB", against="with one", peer=one_memory, goal=2, n=_STARTS),
        Row.below(f"{title}: at rest, of one core", idle, "%", limit=5, n=1),
    )


def main() -> None:
    """Measure, print and keep the rows."""
    cpu, one_cpu = in_turns(_RUNS, lambda: cost(_SHARED, _RECORDERS)[0], lambda: cost(_SHARED, 1)[0])
    memory, one_memory = in_turns(_RUNS, lambda: cost(_SHARED, _RECORDERS)[1], lambda: cost(_SHARED, 1)[1])
    shipped_cpu, shipped_memory = cost(_AS_SHIPPED, 1)
    title = f"{_RECORDERS} recorders x 7 services"
    write(
        "recorders",
        (
            Row.below(f"{title}: CPU", cpu, "ms", limit=3000, n=_RUNS),
            Row.below(f"{title}: memory", memory, "MB", limit=40, n=_RUNS),
            Row.at_most(f"{title}: CPU", cpu, "ms", against="one recorder", peer=one_cpu, goal=2, n=_RUNS),
            Row.at_most(
                f"{title}: memory", memory, "MB", against="one recorder", peer=one_memory, goal=2, n=_RUNS
            ),
            Row.at_most(
                f"{title}: CPU",
                cpu,
                "ms",
                against="onvif-zeep's own clients for one recorder, times 20",
                peer=_RECORDERS * shipped_cpu,
                goal=0.2,
                n=_RUNS,
            ),
            Row.at_most(
                f"{title}: memory",
                memory,
                "MB",
                against="onvif-zeep's own clients for one recorder, times 20",
                peer=_RECORDERS * shipped_memory,
                goal=0.2,
                n=_RUNS,
            ),
            *site(),
        ),
    )


if __name__ == "__main__":
    main()
