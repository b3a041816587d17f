"""What administrators decide about collecting: pre-roll and merge time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import attrs

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.journal import Action, Activity

#: The longest ones, seconds.
LONGEST_PRE_ROLL, LONGEST_MERGE = 300, 3_600


@attrs.frozen(kw_only=True)
class CollectingRules:
    """How sequences are made of what was in view; a collection that runs keeps those it began with."""

    #: There is one such document of the site.
    id: str = "collecting"
    #: How much of the time before a camera came into view is taken along.
    pre_roll_seconds: int = 30
    #: A camera that comes back within this time goes on with its sequence.
    merge_within_seconds: int = 5
    #: Grows with every saved change; 0 for what the site's configuration says.
    revision: int = 0

    @property
    def pre_roll(self) -> timedelta:
        """The same as a length of time."""
        return timedelta(seconds=self.pre_roll_seconds)

    @property
    def merge_within(self) -> timedelta:
        """The same as a length of time."""
        return timedelta(seconds=self.merge_within_seconds)

    def checked(self) -> CollectingRules:
        """Give the rules if they can be kept; raises ``InvalidInput``."""
        if not 0 <= self.pre_roll_seconds <= LONGEST_PRE_ROLL:
            raise InvalidInput(
                f"The pre-roll is 0 to {LONGEST_PRE_ROLL} seconds, and not {self.pre_roll_seconds:,}."
                " Nothing was changed."
            )
        if not 0 <= self.merge_within_seconds <= LONGEST_MERGE:
            raise InvalidInput(
                f"The merge time is 0 to {LONGEST_MERGE:,} seconds, and not {self.merge_within_seconds:,}."
                " Nothing was changed."
            )
        return self


def collecting_differences(before: CollectingRules, after: CollectingRules) -> Iterator[Activity]:
    """Say what was changed of the rules, for the audit log."""
    for subject, was, now in (
        ("Pre-roll of collected sequences", before.pre_roll_seconds, after.pre_roll_seconds),
        ("Merge time of collected sequences", before.merge_within_seconds, after.merge_within_seconds),
    ):
        if was != now:
            yield Activity(
                action=Action.SETTING_CHANGED, subject=subject, before=f"{was:,} s", after=f"{now:,} s"
            )
