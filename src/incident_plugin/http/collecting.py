"""Operations on what administrators decide about collecting."""

from __future__ import annotations

import asyncio

import attrs

from incident_plugin.application.administration.collecting import Collecting
from incident_plugin.domain.access import Permission
from incident_plugin.domain.collecting import CollectingRules
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Operation


class CollectingBody(Body):
    """Pre-roll and merge time, in seconds."""

    pre_roll_seconds: int
    merge_within_seconds: int
    #: Of the rules that these were made of.
    revision: int = 0

    def value(self) -> CollectingRules:
        """Give the domain value."""
        return CollectingRules(
            pre_roll_seconds=self.pre_roll_seconds,
            merge_within_seconds=self.merge_within_seconds,
            revision=self.revision,
        )


@attrs.frozen(kw_only=True)
class CollectingResources:
    """Handlers of the operations on the rules of collecting."""

    _collecting: Collecting

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view, manage = Permission.PROPERTIES_VIEW, Permission.PROPERTIES_MANAGE
        failed = "Cannot save how sequences are collected. Try again later."
        return (
            Operation("GET", "collecting", view, "Pre-roll and merge time of collections.", self.rules),
            Operation("PUT", "collecting", manage, "Say how sequences are collected.", self.save, failed),
        )

    async def rules(self, call: Call) -> CollectingRules:
        return await asyncio.to_thread(self._collecting.rules, call.actor)

    async def save(self, call: Call, body: CollectingBody) -> CollectingRules:
        rules = body.value()
        return await asyncio.to_thread(self._collecting.save, call.actor, rules)
