"""Texts that people entered and did not save: kept so that no crash loses them, and seen by nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.people import PersonId
from incident_plugin.domain.time import utc

#: What is not saved for so long is forgotten.
KEPT_FOR = timedelta(days=30)
#: Characters: a few of the longest texts.
MAXIMUM = 400_000


@attrs.frozen(kw_only=True)
class Unsaved:
    """What one person has not saved of one project."""

    #: As the page wrote it; nobody but the page reads it.
    entries: str
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class UnsavedTexts:
    """What people have not saved of one project."""

    #: The project's number, as text.
    id: str
    by: Mapping[PersonId, Unsaved] = attrs.field(factory=dict)

    def kept(self, person: PersonId, entries: str, now: datetime) -> UnsavedTexts:
        """Keep what a person has not saved, instead of what was kept of them before; nothing when empty."""
        if len(entries) > MAXIMUM:
            raise InvalidInput(
                f"What is not saved has {len(entries):,} characters; {MAXIMUM:,} are kept on the server. "
                "It is still in your browser: save it.",
                cause="incident.unsaved-too-long",
            )
        young = {
            one: unsaved for one, unsaved in self.by.items() if one != person and unsaved.at > now - KEPT_FOR
        }
        return attrs.evolve(self, by=young | ({person: Unsaved(entries=entries, at=now)} if entries else {}))
