"""Operations on how long incident projects are kept."""

from __future__ import annotations

import asyncio

import attrs
import msgspec

from incident_plugin.application.administration.retention import Forecast, Outlook, Retention
from incident_plugin.domain.access import Permission
from incident_plugin.domain.retention import BIN_DAYS, RetentionRules
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Operation


class RetentionBody(Body):
    """How long incident projects are kept, in days."""

    days: int | None = None
    days_by_type: dict[str, int] = msgspec.field(default_factory=dict)
    bin_days: int = BIN_DAYS
    #: Of the rules that these were made of.
    revision: int = 0

    def value(self) -> RetentionRules:
        """Give the domain value."""
        return RetentionRules(
            days=self.days, days_by_type=self.days_by_type, bin_days=self.bin_days, revision=self.revision
        )


@attrs.frozen(kw_only=True)
class RetentionResources:
    """Handlers of the operations on retention."""

    _retention: Retention

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view, manage, projects = (
            Permission.PROPERTIES_VIEW,
            Permission.PROPERTIES_MANAGE,
            Permission.PROJECTS_VIEW,
        )
        failed = "Cannot save retention. Try again later."
        soon = "What is deleted within 14, 7 and 1 days."
        return (
            Operation("GET", "retention", view, "How long incident projects are kept.", self.rules),
            Operation("PUT", "retention", manage, "Say how long projects are kept.", self.save, failed),
            Operation("POST", "retention/forecast", manage, "What rules would delete.", self.forecast),
            Operation("GET", "retention/expiring", projects, soon, self.expiring),
        )

    async def rules(self, call: Call) -> RetentionRules:
        return await asyncio.to_thread(self._retention.rules, call.actor)

    async def save(self, call: Call, body: RetentionBody) -> RetentionRules:
        rules = body.value()
        return await asyncio.to_thread(self._retention.save, call.actor, rules)

    async def forecast(self, call: Call, body: RetentionBody) -> Forecast:
        rules = body.value()
        return await asyncio.to_thread(self._retention.forecast, call.actor, rules)

    async def expiring(self, call: Call) -> Outlook:
        return await asyncio.to_thread(self._retention.outlook, call.actor)
