"""activity-log.jsonl: entries of activity logs, each log with the proof that it belongs to the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import msgspec

from incident_plugin.adapters.signing import signed_with
from incident_plugin.application.ports import DisclosedLog
from incident_plugin.domain.disclosure import DisclosedEntry, disclosure_faults
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.sealing import Proof


def encoded_logs(logs: Iterable[DisclosedLog]) -> bytes:
    """Give JSON Lines in ASCII: a hostile name may have half a surrogate pair, which is hashed, too."""
    lines = [
        json.dumps(line)
        for log in logs
        for line in (
            *({"entry": msgspec.to_builtins(entry)} for entry in log.entries),
            {"proof": msgspec.to_builtins(log.proof)},
        )
    ]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def log_faults(data: bytes) -> Iterator[str]:
    """Say what is not as it was when the logs were handed out."""
    rows: list[DisclosedEntry] = []
    proofs = 0
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            content = json.loads(line)
            if "entry" in content:
                rows.append(msgspec.convert(content["entry"], DisclosedEntry))
                continue
            proof = msgspec.convert(content["proof"], Proof)
        except (ValueError, TypeError, KeyError, IncidentError) as error:
            yield f"Line {number} cannot be read ({error})."
            continue
        proofs += 1
        for fault in disclosure_faults(rows, proof, signed_with):
            yield f"Incident project {proof.head.project}: {fault}"
        rows = []
    if rows or not proofs:
        yield "The log ends without the proof that it belongs to the whole."
