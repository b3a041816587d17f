"""What a report is made of: one consistent state of a project, and what was found out about its video."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from incident_plugin.application.store import ProjectSummary
from incident_plugin.domain.exports import Export
from incident_plugin.domain.journal import Entry
from incident_plugin.domain.media import ClockOffset
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import Project
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.time import Interval


class Lacking(StrEnum):
    """What a report can lack."""

    PARTS = "parts"
    LOG = "log"
    PARTS_OF_LOG = "parts-of-log"
    PICTURES = "pictures"
    PICTURE = "picture"
    RECORDING = "recording"
    CLOCK = "clock"
    EXPORTS = "exports"
    OLDER = "older"


@attrs.frozen(kw_only=True)
class Missing:
    """Something that could not be included."""

    what: Lacking
    #: The camera or recorder that it is missing of.
    subject: str = ""
    #: Why, as the part that refused said it.
    reason: str = ""


@attrs.frozen(kw_only=True)
class FootageFacts:
    """What the recorder says of a sequence's video; what it did not say is missing."""

    #: The parts of the sequence for which there is no video.
    gaps: tuple[Interval, ...] | None = None
    clock_offset: ClockOffset | None = None


@attrs.frozen(kw_only=True)
class ReportWish:
    """How one report is to be."""

    show_user_names: bool = False
    #: One of the titles that administrators defined; empty for the first one.
    title: str = ""
    #: BCP 47; the nearest language that there are texts for is taken.
    language: str = "en"


@attrs.frozen(kw_only=True)
class Imprint:
    """What every report says of itself: where, when, by whom, how and with what missing it was made."""

    properties: IncidentProperties
    #: What could not be included; empty for a complete report.
    missing: tuple[Missing, ...]
    #: Name of the site, and its IANA time zone, in which times are printed with their offset.
    site: str
    time_zone: str
    generated_at: datetime
    generated_by: Person
    show_user_names: bool
    #: Empty for the language's own heading.
    title: str = ""
    #: A PNG or JPEG picture for the head of the first page; empty for none.
    logo: bytes = b""
    language: str = "en"
    #: People who work here, so that their names are found in texts when names are hidden.
    colleagues: tuple[Person, ...] = ()

    def shared(self) -> dict[str, Any]:
        """Give its parts by their names, for the report that bears it."""
        return attrs.asdict(self, recurse=False)


@attrs.frozen(kw_only=True)
class ReportContent(Imprint):
    """One consistent state of a project: all that a report is made of."""

    project: Project
    entries: tuple[Entry, ...]
    #: A JPEG picture for a sequence, where one could be had; fetched one by one.
    pictures: Mapping[SequenceId, bytes]
    footage: Mapping[SequenceId, FootageFacts] = attrs.Factory(dict)
    #: Finished exports with sequences of the project, oldest first.
    exports: tuple[Export, ...] = ()


class PeriodFormat(StrEnum):
    """Kinds of file that a period report can be."""

    PDF = "pdf"
    CSV = "csv"


@attrs.frozen(kw_only=True)
class PeriodContent(Imprint):
    """A list of projects as its maker may read it: all that a period report is made of."""

    projects: tuple[ProjectSummary, ...]
    #: What the list was narrowed to: names and values as an address has them.
    asked: tuple[tuple[str, str], ...]
