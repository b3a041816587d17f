"""Use cases of what administrators decide about collecting."""

from __future__ import annotations

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.collecting import CollectingRules, collecting_differences
from incident_plugin.domain.errors import Conflict


def rules_now(work: Work, configured: CollectingRules) -> CollectingRules:
    """Give what was decided last; until then what the site's configuration says."""
    return work.stored.collecting.get(configured.id) or configured


@attrs.frozen(kw_only=True)
class Collecting:
    """The rules, read and replaced. Each method checks the permission."""

    _work: UnitOfWork
    _guard: Guard
    _configured: CollectingRules

    def rules(self, actor: Actor) -> CollectingRules:
        """Give the rules."""
        self._guard.require(actor, Permission.PROPERTIES_VIEW)
        with self._work.reading(actor.person) as work:
            return rules_now(work, self._configured)

    def save(self, actor: Actor, rules: CollectingRules) -> CollectingRules:
        """Replace the rules, for collections that begin from now on; the audit log says what changed.

        Raises ``Conflict`` and ``InvalidInput``.
        """
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        with self._work.begin(actor.person) as work:
            before = rules_now(work, self._configured)
            if rules.revision != before.revision:
                raise Conflict(
                    "Another administrator changed this meanwhile. Nothing of yours was saved: load "
                    "theirs, and make your changes again.",
                    field="revision",
                    now=before.revision,
                )
            after = attrs.evolve(rules.checked(), revision=before.revision + 1)
            for activity in collecting_differences(before, after):
                work.audit(activity)
            work.stored.collecting.put(after)
        return after
