"""Incident work: collections, incident projects, their list, and people working at them together."""

from __future__ import annotations

import attrs

from incident_plugin.application.changes import Changes
from incident_plugin.application.incidents.activity import ActivityLogs
from incident_plugin.application.incidents.collections import Collections
from incident_plugin.application.incidents.drafts import Drafts
from incident_plugin.application.incidents.list_keeping import KeptForList
from incident_plugin.application.incidents.listing import Listing
from incident_plugin.application.incidents.overview import Overviews
from incident_plugin.application.incidents.people import People
from incident_plugin.application.incidents.presence import Presence
from incident_plugin.application.incidents.projects import Projects
from incident_plugin.application.incidents.relations import Relations
from incident_plugin.application.incidents.unsaved import UnsavedWork
from incident_plugin.assembly.ground import SERVICE, Ground
from incident_plugin.assembly.recorders import RecorderParts
from incident_plugin.assembly.video import VideoParts
from incident_plugin.http.activity import ActivityResources
from incident_plugin.http.collections import CollectionResources
from incident_plugin.http.events import EventResources
from incident_plugin.http.listing import ListResources
from incident_plugin.http.operations import Operation
from incident_plugin.http.projects import ProjectResources
from incident_plugin.http.together import TogetherResources


@attrs.frozen(kw_only=True)
class IncidentParts:
    """What operators work with."""

    collections: Collections
    projects: Projects
    listing: Listing
    events: EventResources
    operations: tuple[Operation, ...]


def assemble_incidents(ground: Ground, recorders: RecorderParts, video: VideoParts) -> IncidentParts:
    """Put it together."""
    store, work, guard, clock, ids = ground.store, ground.work, ground.guard, ground.clock, ground.ids
    collections = Collections(
        work=work,
        guard=guard,
        cameras=recorders.cameras,
        clock=clock,
        ids=ids,
        licence=ground.licence,
        configured=ground.settings.rules,
        service=SERVICE,
    )
    drafts = Drafts(work=work, guard=guard, clock=clock, ids=ids)
    projects = Projects(store=store, work=work, guard=guard, clock=clock, ids=ids, licence=ground.licence)
    listing = Listing(store=store, guard=guard, clock=clock, zone=ground.zone)
    relations = Relations(store=store, work=work, guard=guard, clock=clock)
    events = EventResources(Changes(store, guard))
    resources = (
        events,
        ListResources(
            listing=listing,
            overviews=Overviews(store=store, guard=guard, listing=listing, clock=clock, zone=ground.zone),
            kept=KeptForList(work=work, guard=guard, ids=ids),
            guard=guard,
            zone=ground.zone,
        ),
        CollectionResources(collections=collections, drafts=drafts, picker=video.picker, clock=clock),
        ProjectResources(projects=projects, picker=video.picker, relations=relations),
        ActivityResources(logs=ActivityLogs(store=store, work=work, guard=guard)),
        TogetherResources(
            people=People(work=work, guard=guard, clock=clock, ids=ids),
            presence=Presence(guard, clock),
            unsaved=UnsavedWork(work=work, guard=guard, clock=clock),
            relations=relations,
            states=video.states,
        ),
    )
    return IncidentParts(
        collections=collections,
        projects=projects,
        listing=listing,
        events=events,
        operations=tuple(one for room in resources for one in room.operations()),
    )
