"""The list as a table for spreadsheets: comma-separated values (RFC 4180), safe to open."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents.asking import Question
from incident_plugin.application.incidents.listing import Listing
from incident_plugin.application.ports import Actor
from incident_plugin.application.store import ProjectSummary
from incident_plugin.domain.access import Permission
from incident_plugin.domain.fields import shown_value
from incident_plugin.domain.properties import IncidentProperties

#: Programs take a text that begins with these for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
#: So that spreadsheets read the file as UTF-8.
BOM = "\ufeff"


def safe_cell(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula: an apostrophe makes it a text."""
    formula = text.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if formula else text


def csv_line(cells: Iterable[str]) -> str:
    """Give one line of a table."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([safe_cell(cell) for cell in cells])
    return line.getvalue()


def csv_table(
    listing: Listing, guard: Guard, actor: Actor, wanted: Question, zone: ZoneInfo
) -> Iterator[str]:
    """Give the list as a file, in pieces, as far as the actor may read it; times by the site's clocks."""
    properties = listing.properties()
    more: list[tuple[str, str]] = []
    # What a site asks for is told to those only who may read what was answered.
    if guard.allows(actor, Permission.CATEGORIES_VIEW):
        more += [(f"category:{c.id}", c.name) for c in properties.categories]
        more += [(f"data:{d.id}", d.name) for d in properties.data]
    head = ["ID", "Status", "Type", "Start", "End", "Description", "Owner", "Priority", "Sequences"]
    yield BOM + csv_line([*head, "Created", "Created by", "Retention ends", *(name for _, name in more)])
    for some in listing.everything(actor, wanted):
        yield "".join(csv_line(_cells(one, properties, [field for field, _ in more], zone)) for one in some)


def _cells(
    one: ProjectSummary, properties: IncidentProperties, more: list[str], zone: ZoneInfo
) -> Iterator[str]:
    yield str(one.id)
    yield shown_value("status", one.status, properties)
    yield shown_value("type", one.type, properties)
    yield _time(one.start, zone)
    yield _time(one.end, zone)
    yield one.description
    yield one.owner or ""
    yield shown_value("priority", one.priority, properties)
    yield str(one.sequences)
    yield _time(one.created_at, zone)
    yield one.created_by
    yield _time(one.expires_at, zone)
    for field in more:
        value = one.values.get(field)
        numeric = isinstance(value, int) and not isinstance(value, bool)
        yield str(value) if numeric else shown_value(field, value, properties)


def _time(at: datetime | None, zone: ZoneInfo) -> str:
    """Give a time with its offset, so that both hours of a night in autumn are told apart."""
    return "" if at is None else at.astimezone(zone).isoformat(sep=" ", timespec="seconds")
