"""The audit log as other programs read it: CSV, JSON Lines, syslog (RFC 5424)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from incident_plugin.domain.journal import Action, Entry
from incident_plugin.domain.phrases import sentence

FORMS = ("csv", "jsonl", "syslog")

#: Facility “log audit” (RFC 5424, section 6.2.1).
_FACILITY = 13
_NOTICE, _WARNING = 5, 4
#: A site without an enterprise number of its own uses the one for examples (RFC 5612).
_STRUCTURE = "incident@32473"
#: With these a cell begins that a spreadsheet would take for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_HEAD = ("number", "time", "person", "person_id", "action", "text", "subject", "before", "after", "hash")


def lines(entries: Iterable[Entry], form: str, *, host: str) -> Iterator[str]:
    """Give the lines of a file, each with its end; raises ``KeyError`` for an unknown form.

    ``host`` is the name of the machine, for syslog.
    """
    if form == "syslog":
        return _syslog(entries, host)
    return {"csv": _csv, "jsonl": _json}[form](entries)


def _row(entry: Entry) -> tuple[str, ...]:
    activity = entry.activity
    return (
        str(entry.number),
        _instant(entry.at),
        entry.actor.name,
        entry.actor.id,
        activity.action.value,
        sentence(activity),
        activity.subject,
        activity.before,
        activity.after,
        entry.hash,
    )


def _csv(entries: Iterable[Entry]) -> Iterator[str]:
    """RFC 4180; what would be a formula gets an apostrophe before it, as spreadsheets show text."""
    for row in (_HEAD, *map(_row, entries)):
        line = io.StringIO()
        csv.writer(line).writerow([f"'{cell}" if cell.startswith(_FORMULAS) else cell for cell in row])
        yield line.getvalue()


def _json(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        row = dict(zip(_HEAD, _row(entry), strict=True))
        yield json.dumps({**row, "number": entry.number, "previous": entry.previous}) + "\n"


def _syslog(entries: Iterable[Entry], host: str) -> Iterator[str]:
    name = re.sub(r"[^!-~]", "-", host)[:255] or "-"
    for entry in entries:
        severity = _WARNING if entry.activity.action is Action.DENIED else _NOTICE
        priority = _FACILITY * 8 + severity
        row = dict(zip(_HEAD, _row(entry), strict=True))
        told = ("number", "person", "person_id", "subject", "before", "after", "hash")
        data = " ".join(f'{key}="{_parameter(row[key])}"' for key in told)
        # The mark says that the message is UTF-8 (section 6.4).
        yield (
            f"<{priority}>1 {row['time']} {name} incident-plugin - {row['action']} "
            f"[{_STRUCTURE} {data}] \ufeff{_one_line(row['text'])}\n"
        )


def _parameter(text: str) -> str:
    """Escape a parameter's value (section 6.3.3)."""
    return re.sub(r'(["\\\]])', r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", " ", text)


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
