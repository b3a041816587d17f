"""The audit log as other programs read it."""

from __future__ import annotations

import csv
import io
import json
import re

import attrs
import pytest

from incident_plugin.domain.audit_lines import FORMS, lines
from incident_plugin.domain.journal import AUDIT, Action, Activity, Entry
from incident_plugin.domain.people import Person, PersonId

from .examples import at

HOSTILE = '=HYPERLINK("http://x","y")\r\n"]\\ \u2028 <script>'


def entry(action: Action = Action.SETTING_CHANGED, text: str = "30 days") -> Entry:
    return Entry(
        project=AUDIT,
        number=7,
        at=at(0.25),
        actor=Person(id=PersonId("ann"), name="Ann Archer"),
        activity=Activity(action=action, subject="Retention", before="7 days", after=text),
        salt="salt",
        previous="0" * 64,
    )


def text(form: str, *entries: Entry) -> str:
    return "".join(lines(entries, form, host="vms.example"))


def first_row(made: str) -> dict[str, str]:
    return next(csv.DictReader(io.StringIO(made, newline="")))


def test_csv_is_read_back_and_is_no_formula() -> None:
    """A spreadsheet shows what somebody wrote and never runs it."""
    row = first_row(text("csv", entry(text=HOSTILE)))
    assert row["after"] == "'" + HOSTILE
    assert (row["number"], row["time"], row["person"]) == ("7", "2026-03-01T12:00:00.250Z", "Ann Archer")
    for beginning in "=+-@\t\r":
        row = first_row(text("csv", entry(text=f"{beginning}1")))
        assert row["after"].startswith("'")


def test_json_lines_are_one_object_a_line() -> None:
    """With the hashes, so that the chain can be followed."""
    first, second = text("jsonl", entry(text=HOSTILE), entry()).splitlines()
    assert json.loads(first)["after"] == HOSTILE
    assert json.loads(second)["hash"] == entry().hash
    assert json.loads(second)["previous"] == "0" * 64


def test_syslog_is_one_line_of_rfc_5424_each() -> None:
    """Whatever was written: quotes, brackets and ends of lines break nothing. A denial is a warning."""
    made = text("syslog", entry(text=HOSTILE), entry(Action.DENIED))
    one, two = made.splitlines()
    form = re.compile(
        r"<(\d+)>1 (\S+) vms\.example incident-plugin - (\S+) "
        r'\[incident@32473( [a-z_]+="(?:[^"\\\]]|\\["\\\]])*")+\] \ufeff(.+)'
    )
    changed, denied = form.fullmatch(one), form.fullmatch(two)
    assert changed is not None
    assert denied is not None
    assert (changed[1], changed[2], changed[3]) == ("109", "2026-03-01T12:00:00.250Z", "settings.changed")
    assert (denied[1], denied[3]) == ("108", "security.denied")


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_log_is_an_empty_file(form: str) -> None:
    """Only CSV has a head."""
    assert text(form).count("\n") == (1 if form == "csv" else 0)


def test_half_a_surrogate_pair_breaks_no_file() -> None:
    """A hostile name from a host is written as it can be."""
    odd = attrs.evolve(entry(), actor=Person(id=PersonId("x"), name="\ud83d"))
    for form in FORMS:
        assert text(form, odd).encode("utf-8", "replace")
