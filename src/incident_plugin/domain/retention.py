"""Retention: until when incident projects are kept, and the recycle bin in which deleted ones wait.

All is counted from the creation of a project, in days of 24 hours. Until the site has said how long, nothing
is deleted automatically.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import attrs

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import Project
from incident_plugin.domain.properties import FieldValue, IncidentProperties, ValueId
from incident_plugin.domain.time import utc

SHORTEST_DAYS, LONGEST_DAYS = 1, 365_000
#: What the bin keeps a deleted project for where the site has not said otherwise, and at most, days.
BIN_DAYS, LONGEST_BIN_DAYS = 30, 3_650
#: So many days before the end people are warned, the earliest warning first.
WARNINGS = (14, 7, 1)
#: For so long after a change of the rules nothing is deleted by them.
GRACE = timedelta(days=1)


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
    #: When they were saved last.
    changed_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    #: Until when people were warned of what is about to go.
    warned_until: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))

    @property
    def decided(self) -> bool:
        """Whether anything is deleted automatically."""
        return self.days is not None or bool(self.days_by_type)

    @property
    def earliest(self) -> datetime | None:
        """The instant before which these rules delete nothing: time to take back a slip of the keyboard."""
        return None if self.changed_at is None or not self.decided else self.changed_at + GRACE

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
        if days is None:
            return None
        end = created_at + timedelta(days=days)
        return end if self.earliest is None else max(end, self.earliest)

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


def rule_differences(
    before: RetentionRules, after: RetentionRules, properties: IncidentProperties
) -> Iterator[Activity]:
    """Say what was changed of the rules, for the audit log."""
    names = {value.id: value.name for value in properties.types}
    rows = [
        ("Retention of incident projects", _days(before.days), _days(after.days)),
        ("Days in the recycle bin", _days(before.bin_days), _days(after.bin_days)),
    ]
    for key in sorted({*before.days_by_type, *after.days_by_type}):
        title = f"Retention of type “{names.get(ValueId(key), key)}”"
        rows.append((title, _days(before.days_by_type.get(key)), _days(after.days_by_type.get(key))))
    for subject, was, now in rows:
        if was != now:
            yield Activity(action=Action.SETTING_CHANGED, subject=subject, before=was, after=now)


def _days(days: int | None) -> str:
    if days is None:
        return "not set"
    return f"{days:,} {'day' if days == 1 else 'days'}"
