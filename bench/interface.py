"""Requests made by schemathesis from the OpenAPI document, to the plug-in at work: ``make schemathesis``.

As administrator, as operator, and by nobody who is signed in. ``EXAMPLES`` says how many each operation gets
from each of them, 20 when nothing is said; ``SEED`` begins elsewhere. The stream of changes is left out: it
does not end. Refusals of a recorder (502) and of a store that is full (507) are no faults.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
from tests.programs import Program

from incident_demo.site import PASSWORD

_PROGRAM = Path(__file__).parent.parent / "build" / "schemathesis" / "bin" / "st"
_EXAMPLES, _SEED = os.environ.get("EXAMPLES", "20"), os.environ.get("SEED", "1")
_PEOPLE = ("admin", "operator", None)
_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
_CONFIGURATION = '[checks]\nnot_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 502, 507]\n'

#: Schemathesis has no words of its own for what is no JSON.
_HOOKS = """
import schemathesis

@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag", "image/png", "image/jpeg")
def raw(context, value):
    return value if isinstance(value, bytes) else str(value).encode()
"""


def main() -> int:
    """Ask as each person; gives 1 when an answer broke a promise."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        Program.start("incident_demo", "--port", "0", "--data", f"{scratch}/site") as demo,
    ):
        address = demo.line("ready:").partition(" ")[2]
        return max(_asked(address, person, Path(scratch)) for person in _PEOPLE)


def _asked(address: str, person: str | None, scratch: Path) -> int:
    plugin = f"{address}/plugins/incident"
    document = scratch / "openapi.json"
    document.write_bytes(httpx.get(f"{plugin}/openapi.json", headers=_signed_in(address, "admin")).content)
    configuration = scratch / "schemathesis.toml"
    configuration.write_text(_CONFIGURATION)
    (scratch / "hooks.py").write_text(_HOOKS)
    headers = {"Origin": address, **(_signed_in(address, person) if person else {})}
    sys.stdout.write(f"\nAs {person or 'nobody'}:\n")
    sys.stdout.flush()
    return subprocess.run(
        [
            *(_PROGRAM, "--config-file", configuration, "run", document, "--url", plugin),
            *(part for name, value in headers.items() for part in ("-H", f"{name}: {value}")),
            *("--checks", ",".join(_CHECKS), "--phases", "coverage,fuzzing", "--exclude-path", "/events"),
            *("-n", _EXAMPLES, "--seed", _SEED, "--continue-on-failure", "--no-shrink"),
            *("--suppress-health-check", "all", "--request-timeout", "60", "--workers", "2"),
        ],
        check=False,
        cwd=scratch,
        env={**os.environ, "PYTHONPATH": str(scratch), "SCHEMATHESIS_HOOKS": "hooks"},
    ).returncode


def _signed_in(address: str, person: str) -> dict[str, str]:
    account = {"account": person, "password": PASSWORD}
    answer = httpx.post(f"{address}/api/session", json=account, headers={"Origin": address})
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in answer.cookies.items())}


if __name__ == "__main__":
    sys.exit(main())
