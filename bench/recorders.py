"""What a site with twenty recorders costs: every service of each, ready to be called, in fresh processes.

Descriptions of services are parsed once per process, whatever the number of recorders. The peers are the same
work for one recorder, and onvif-zeep's own way of it: a client with its own description for each service.
"""

from __future__ import annotations

import json
import subprocess
import sys

from bench.rows import Row, in_turns, write

_RECORDERS, _RUNS = 20, 5

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

_TOLD = """
print(json.dumps([1000 * (seconds() - used), megabytes() - held]))
"""


def cost(work: str, recorders: int) -> tuple[float, float]:
    """Give milliseconds of CPU and megabytes of memory that recorders take in a process of their own."""
    command = [sys.executable, "-c", _COMMON + work + _TOLD, str(recorders)]
    milliseconds, megabytes = json.loads(subprocess.check_output(command, text=True))
    return milliseconds, megabytes


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
        ),
    )


if __name__ == "__main__":
    main()
