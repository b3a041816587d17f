"""Retention: until when incident projects are kept, and the recycle bin in which deleted ones wait.

All is counted from the creation of a project, in days of 24 hours. Until the site has said how long, nothing
is deleted automatically.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import Project
from incident_plugin.domain.properties import FieldValue
from incident_plugin.domain.time import utc

SHORTEST_DAYS, LONGEST_DAYS = 1, 365_000
#: What the bin keeps a deleted project for where the site has not said otherwise, and at most, days.
BIN_DAYS, LONGEST_BIN_DAYS = 30, 3_650
#: So many days before the end people are warned, the earliest warning first.
WARNINGS = (14, 7, 1)


@attrs.frozen(kw_only=True)
class RetentionRules:
    """How long incident projects are kept."""

    #: There is one such document of the site.
    id: str = "retention"
    #: For every type that has no days of its own; ``None`` until somebody has decided.
    days: int | None = None
    #: By the id of a type.
    days_by_type: Mapping[str, int] = attrs.field(factory=dict)
    #: How long a deleted project can be restored; 0 for deleting at once and for good.
    bin_days: int = BIN_DAYS
    #: Grows with every saved change.
    revision: int = 0

    def checked(self) -> RetentionRules:
        """Give the rules if they can be kept; raises ``InvalidInput``."""
        for days in (self.days, *self.days_by_type.values()):
            if days is not None and not SHORTEST_DAYS <= days <= LONGEST_DAYS:
                raise InvalidInput(
                    f"Incident projects are kept for {SHORTEST_DAYS} to {LONGEST_DAYS:,} days, and not "
                    f"{days:,}. Nothing was changed."
                )
        if not 0 <= self.bin_days <= LONGEST_BIN_DAYS:
            raise InvalidInput(
                f"The recycle bin keeps projects for 0 to {LONGEST_BIN_DAYS:,} days, and not "
                f"{self.bin_days:,}. Nothing was changed."
            )
        return self

    def days_of(self, type_id: FieldValue) -> int | None:
        """Give the days for a type; nothing while nobody has decided."""
        return self.days_by_type.get(str(type_id), self.days) if type_id is not None else self.days

    def expires_at(self, created_at: datetime, type_id: FieldValue) -> datetime | None:
        """Give the instant at which a project's retention ends; nothing while nobody has decided."""
        days = self.days_of(type_id)
        return None if days is None else created_at + timedelta(days=days)

    def end_of(self, project: Project) -> datetime | None:
        """Give the instant at which the retention of this project ends, whatever holds it."""
        return self.expires_at(project.created_at, project.fields.get("type"))


@attrs.frozen(kw_only=True)
class BinnedProject:
    """A deleted project that can be restored."""

    #: The project's id, as text.
    id: str
    project: Project
    by: Person
    at: datetime = attrs.field(converter=utc)
    reason: str = ""

    def purge_at(self, rules: RetentionRules) -> datetime:
        """Give the instant at which it goes for good, unless a hold stops it: never after its retention."""
        kept = self.at + timedelta(days=rules.bin_days)
        end = rules.end_of(self.project)
        return kept if end is None else min(kept, end)
