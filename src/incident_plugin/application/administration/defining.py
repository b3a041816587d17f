"""Use cases of administrators: the incident properties and the logo of reports."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.store import IncidentStore, ProjectFilter
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.branding import ReportLogo
from incident_plugin.domain.defining import Used, axes, merged, property_differences, revised
from incident_plugin.domain.errors import Conflict
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.properties import IncidentProperties, ValueId

#: Counting the projects of a value stops here: more are “many”.
USAGE_CAP = 10_001


@attrs.frozen(kw_only=True)
class Definition:
    """The incident properties, and how many projects have each value."""

    properties: IncidentProperties
    #: By field and value, those in the recycle bin included, up to ``USAGE_CAP``.
    usage: Mapping[str, Mapping[str, int]]


@attrs.frozen(kw_only=True)
class Proposal:
    """What a file would make of the properties; nothing is changed yet."""

    properties: IncidentProperties
    changes: tuple[Activity, ...]


@attrs.frozen(kw_only=True)
class Defining:
    """Changes what operators choose from. Each method checks the permission."""

    _store: IncidentStore
    _work: UnitOfWork
    _guard: Guard

    def definition(self, actor: Actor) -> Definition:
        """Give the properties with the use of each value."""
        self._guard.require(actor, Permission.PROPERTIES_VIEW)
        with self._work.reading(actor.person) as work:
            return self._defined(work)

    def save(self, actor: Actor, proposed: IncidentProperties) -> Definition:
        """Replace the properties, made of the revision that they name.

        Raises ``Conflict`` when somebody changed them since, and ``InvalidInput`` for what cannot be so.
        """
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        with self._work.begin(actor.person) as work:
            before = work.properties
            if proposed.revision != before.revision:
                raise Conflict(
                    "Another administrator changed the incident properties meanwhile. Nothing of yours was "
                    "saved: load theirs, and make your changes again.",
                    field="revision",
                    now=before.revision,
                )
            work.save_properties(revised(before, proposed, self._used(work)))
            return self._defined(work)

    def preview(self, actor: Actor, read: IncidentProperties) -> Proposal:
        """Say what a file would change; what it lacks and projects have is kept. Raises ``InvalidInput``."""
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        with self._work.reading(actor.person) as work:
            before, used = work.properties, self._used(work)
            after = revised(before, merged(before, read, used), used)
        changes = tuple(property_differences(before, after))
        return Proposal(properties=attrs.evolve(after, revision=before.revision), changes=changes)

    def logo(self, actor: Actor) -> ReportLogo | None:
        """Give the picture at the head of reports, if the site has one."""
        self._guard.require(actor, Permission.PROPERTIES_VIEW)
        with self._work.reading(actor.person) as work:
            return work.stored.logos.get("report")

    def set_logo(self, actor: Actor, data: bytes | None) -> None:
        """Set the picture at the head of reports, or take it away; raises ``InvalidInput``."""
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        logo = None if data is None else ReportLogo.checked(data)
        with self._work.begin(actor.person) as work:
            before = work.stored.logos.get("report")
            if before == logo:
                return
            if logo is None:
                work.stored.logos.remove("report")
            else:
                work.stored.logos.put(logo)
            work.audit(
                Activity(
                    action=Action.SETTING_CHANGED,
                    subject="Logo of reports",
                    before=_described(before),
                    after=_described(logo),
                )
            )

    def _defined(self, work: Work) -> Definition:
        properties, used = work.properties, self._used(work)
        usage: dict[str, Mapping[str, int]] = {
            field: {value.id: used(field, value.id) for value in values}
            for field, _, values in axes(properties)
        }
        return Definition(properties=properties, usage=usage)

    def _used(self, work: Work) -> Used:
        binned = [one.project.fields for one in work.stored.bin.all()]

        def used(field: str, value: ValueId) -> int:
            listed = self._store.count(ProjectFilter(fields={field: (value,)}), cap=USAGE_CAP)
            return min(USAGE_CAP, listed + sum(fields.get(field) == value for fields in binned))

        return used


def _described(logo: ReportLogo | None) -> str:
    return "none" if logo is None else f"{logo.media_type}, {len(logo.data):,} bytes"
