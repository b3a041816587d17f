"""The hooks, as the incident manager implements them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from incident_plugin.adapters.host import actor_of
from incident_plugin.adapters.tinydb_store.opening import PatientOpening
from incident_plugin.assembly import assemble
from incident_plugin.domain.access import Permission
from incident_plugin.http import openapi
from incident_plugin.permission_tree import PERMISSION_TREE
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import read_settings, unknown_settings
from vms_hooks import contributions as offers
from vms_hooks import hookimpl
from vms_hooks.contributions import Element
from vms_hooks.host import HostServices
from vms_hooks.runtime import PluginRuntime
from vms_hooks.values import Principal, Target

#: Hosts of contract 0.1 neither name nor ask for this place.
_PLAYBACK_TOOLBAR = "vms.playback.toolbar/1"


class IncidentPlugin:
    """What the incident manager offers a host; the host asks once for each person."""

    def __init__(self) -> None:
        self._runtime: IncidentRuntime | None = None
        self._open_store = PatientOpening()

    @hookimpl
    def vms_activate(self, host: HostServices, settings: Mapping[str, Any]) -> PluginRuntime:
        """Put everything together."""
        self._runtime = IncidentRuntime(
            parts=assemble(host, read_settings(settings), self._open_store),
            unknown=unknown_settings(settings),
        )
        return self._runtime

    @hookimpl
    def vms_permissions(self) -> Sequence[offers.Permission]:
        """Give the tree of permissions."""
        return PERMISSION_TREE

    @hookimpl
    def vms_commands(self) -> Sequence[offers.Command]:
        """Give what can be done by keyboard from every tab."""
        manage = Permission.PROJECTS_MANAGE.value
        rows = (
            ("start", "Start incident project", "F9"),
            ("save", "Save incident project", "Shift+F9"),
            ("create-empty", "Create empty incident project", "Ctrl+F9"),
            ("add-marked", "Add the marked time of this camera", "Enter"),
            ("add-marked-new", "Add the marked time of this camera to a new incident project", "n"),
            (
                "add-marked-existing",
                "Add the marked time of this camera to an existing incident project",
                "e",
            ),
            ("add-marked-all", "Add the marked time of all cameras in the view", "Shift+Enter"),
        )
        play = Permission.CAMERAS_VIEW.value
        recorded = (
            ("frame-back", "One picture back", ","),
            ("frame-forward", "One picture on", "."),
            ("slower", "Play slower", "j"),
            ("pause", "Pause; again: normal speed", "k"),
            ("faster", "Play; again: faster", "l"),
        )
        return (
            *(_command(*row, manage) for row in rows),
            *(_command(*row, play) for row in recorded),
        )

    @hookimpl
    def vms_live_views(self) -> Sequence[offers.CameraView]:
        """Give the live picture."""
        element = Element(tag="incident-live", module="ui/live/incident-live.js")
        return (offers.CameraView(id="incident.live", title="Live", element=element),)

    @hookimpl
    def vms_playback_views(self) -> Sequence[offers.CameraView]:
        """Give the recorded picture."""
        element = Element(tag="incident-playback", module="ui/playback/incident-playback.js")
        return (offers.CameraView(id="incident.playback", title="Recorded", element=element),)

    @hookimpl
    def vms_live_panels(self, principal: Principal) -> Sequence[offers.Panel]:
        """Give the section "Incidents" of the pane beside the live view."""
        return self._panels(principal)

    @hookimpl
    def vms_playback_panels(self, principal: Principal) -> Sequence[offers.Panel]:
        """Give the same beside the playback view."""
        return self._panels(principal)

    @hookimpl
    def vms_toolbar_items(self, area: str, principal: Principal) -> Sequence[offers.ToolbarItem]:
        """Give "Add to incident project" in each view item, the bar of a running collection, and playing."""
        if area == _PLAYBACK_TOOLBAR and self._allowed(principal, Permission.CAMERAS_VIEW):
            element = Element(
                tag="incident-playback-controls", module="ui/playback/incident-playback-controls.js"
            )
            return (
                offers.ToolbarItem(
                    id="incident.playback-controls", area=area, title="Speed and sound", element=element
                ),
            )
        if not self._allowed(principal, Permission.PROJECTS_MANAGE):
            return ()
        if area == offers.STATUS_BAR:
            element = Element(tag="incident-status", module="ui/status/incident-status.js")
            return (
                offers.ToolbarItem(
                    id="incident.status", area=area, title="Running collection", element=element
                ),
            )
        if area in (offers.LIVE_VIEW_ITEM_TOOLBAR, offers.PLAYBACK_VIEW_ITEM_TOOLBAR):
            element = Element(tag="incident-add", module="ui/add/incident-add.js")
            return (
                offers.ToolbarItem(
                    id="incident.add", area=area, title="Add to incident project", element=element
                ),
            )
        return ()

    @hookimpl
    def vms_tabs(self, principal: Principal) -> Sequence[offers.Tab]:
        """Give the tabs Incidents and Exports to those who may use them."""
        tabs = []
        if self._allowed(principal, Permission.PROJECTS_VIEW):
            element = Element(tag="incidents-tab", module="ui/incidents/incidents-tab.js")
            tabs.append(
                offers.Tab(
                    id="incident.incidents", path="incidents", title="Incidents", element=element, order=30
                )
            )
        if self._allowed(principal, Permission.EXPORTS_MANAGE):
            element = Element(tag="exports-tab", module="ui/exports/exports-tab.js")
            tabs.append(
                offers.Tab(id="incident.exports", path="exports", title="Exports", element=element, order=40)
            )
        return tuple(tabs)

    @hookimpl
    def vms_admin_sections(self, principal: Principal) -> Sequence[offers.AdminSection]:
        """Give the sections of the administration to those who may use them."""
        rows = (
            ("recorders", "recorders", "Recorders", Permission.RECORDERS_VIEW),
            ("admin", "properties", "Incident properties", Permission.PROPERTIES_VIEW),
            ("admin", "collecting", "Collecting sequences", Permission.PROPERTIES_VIEW),
            ("admin", "retention", "Incident retention", Permission.PROPERTIES_VIEW),
            ("admin", "preserve", "Preserved video", Permission.PROPERTIES_VIEW),
            ("admin", "bin", "Recycle bin of incident projects", Permission.DELETE_MANAGE),
            ("admin", "audit", "Audit log of incident work", Permission.AUDIT_VIEW),
            ("exports", "evidence", "Evidence", Permission.PROPERTIES_VIEW),
            ("admin", "backup", "Backup of incident work", Permission.BACKUP_MANAGE),
        )
        return tuple(
            offers.AdminSection(
                id=f"incident.{name}",
                title=title,
                element=Element(tag=f"incident-{name}", module=f"ui/{room}/incident-{name}.js"),
                order=10 * place,
            )
            for place, (room, name, title, permission) in enumerate(rows, start=1)
            if self._allowed(principal, permission)
        )

    @hookimpl
    def vms_http_mount(self) -> offers.HttpMount | None:
        """Give the ASGI application."""
        if self._runtime is None:
            return None
        return offers.HttpMount(app=self._runtime.parts.app, openapi=openapi.PATH)

    @hookimpl
    def vms_open(self, target: str) -> Target | None:
        """Open ``incident:<project id>``."""
        kind, _, project = target.partition(":")
        return Target(tab="incidents", path=project) if kind == "incident" and project.isdecimal() else None

    def _panels(self, principal: Principal) -> Sequence[offers.Panel]:
        if not self._allowed(principal, Permission.PROJECTS_MANAGE):
            return ()
        element = Element(tag="incident-pane", module="ui/pane/incident-pane.js")
        return (offers.Panel(id="incident.pane", title="Incidents", element=element),)

    def _allowed(self, principal: Principal, permission: Permission) -> bool:
        return self._runtime is not None and self._runtime.parts.ground.guard.allows(
            actor_of(principal), permission
        )


def _command(name: str, title: str, shortcut: str, permission: str) -> offers.Command:
    return offers.Command(
        id=f"incident.{name}",
        title=title,
        module=f"ui/commands/{name}.js",
        shortcut=shortcut,
        permission=permission,
    )


plugin = IncidentPlugin()
