"""The places of a host's pages, by versioned name.

A host offers the places it has and says so; it asks for nothing else. What stands in a place, and what its
element is given, never changes under one name: a place that changes gets the next number, and a host may
offer both for a while.
"""

from __future__ import annotations

import attrs

from vms_hooks import contributions as c


@attrs.frozen(kw_only=True)
class Place:
    """A place and what an element finds there."""

    name: str
    #: What an operator would call it.
    meaning: str
    #: The hook whose contributions stand there.
    hook: str
    #: ``element.vms.mode`` as in ``page.d.ts``.
    mode: str
    #: What ``element.vms`` has there besides ``mode``, ``bridge`` and ``clock``.
    given: str = ""


#: Places of toolbar items: what a host may pass to ``vms_toolbar_items`` as ``area``.
TOOLBARS = (
    Place(
        name=c.LIVE_VIEW_ITEM_TOOLBAR,
        meaning="The bar of buttons over the corner of a live view item",
        hook="vms_toolbar_items",
        mode="live",
        given="camera",
    ),
    Place(
        name=c.PLAYBACK_VIEW_ITEM_TOOLBAR,
        meaning="The bar of buttons over the corner of a view item that plays a recording",
        hook="vms_toolbar_items",
        mode="playback",
        given="camera",
    ),
    Place(
        name=c.PLAYBACK_TOOLBAR,
        meaning="The bar of the whole playback view, beside play and pause",
        hook="vms_toolbar_items",
        mode="playback",
    ),
    Place(
        name=c.STATUS_BAR,
        meaning="The bar that stays visible over every tab",
        hook="vms_toolbar_items",
        mode="status",
    ),
)

#: Places that have a hook of their own.
VIEWS = (
    Place(
        name="vms.live.view-item/1",
        meaning="The picture of a live view item",
        hook="vms_live_views",
        mode="live",
        given="camera",
    ),
    Place(
        name="vms.playback.view-item/1",
        meaning="The picture of a view item that plays a recording",
        hook="vms_playback_views",
        mode="playback",
        given="camera",
    ),
    Place(
        name="vms.live.pane/1",
        meaning="A section of the pane beside the live view",
        hook="vms_live_panels",
        mode="panel",
    ),
    Place(
        name="vms.playback.pane/1",
        meaning="A section of the pane beside the playback view",
        hook="vms_playback_panels",
        mode="panel",
    ),
    Place(name="vms.tab/1", meaning="A tab of the main window", hook="vms_tabs", mode="tab", given="path"),
    Place(
        name="vms.administration/1",
        meaning="A section of the administration tab",
        hook="vms_admin_sections",
        mode="admin",
    ),
    Place(
        name="vms.export-list/1",
        meaning="A list in the host's own export tab",
        hook="vms_export_lists",
        mode="tab",
    ),
)

PLACES = VIEWS + TOOLBARS
