"""Every hook of the contract, in the order of a plug-in's life.

Hooks are synchronous declarations. What runs later hangs off the runtime that ``vms_activate`` returns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pluggy

from vms_hooks.contributions import (
    AdminSection,
    CameraView,
    Command,
    ExportList,
    HttpMount,
    Panel,
    Permission,
    Tab,
    ToolbarItem,
)
from vms_hooks.host import HostServices
from vms_hooks.runtime import PluginRuntime
from vms_hooks.values import Principal, Target

#: Name of the pluggy project.
PROJECT = "vms"
#: Group of entry points under which plug-ins are found.
ENTRY_POINT_GROUP = "vms.plugins"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class PluginSpec:
    """The hooks a plug-in may implement; each returns values only, and quickly."""

    # Life

    @hookspec
    def vms_activate(self, host: HostServices, settings: Mapping[str, Any]) -> PluginRuntime:
        """Build the runtime: everything that lives until the host stops.

        Called once, after the plug-in was found eligible and imported. Connect nothing yet and start no task:
        that is for the runtime's ``start``, which may take longer.

        :param host: what the host offers; keep it, its services may be used from any thread.
        :param settings: the plug-in's settings: its manifest's, overridden by the site's configuration.
        :returns: the runtime, whose asynchronous methods the host calls from then on.
        :fails: the plug-in is *failed*.
        :since: 0.1
        """
        raise NotImplementedError

    @hookspec
    def vms_permissions(self) -> Sequence[Permission]:
        """Give the tree of permissions that roles can be granted.

        Called once, after activation. What a permission means is the plug-in's business; the host shows the
        tree to administrators and answers ``host.access.decide`` for each id, headings included.

        :returns: the roots of the tree; ids begin with the plug-in's own id and a dot.
        :fails: the plug-in is *failed*.
        :since: 0.1
        """
        raise NotImplementedError

    @hookspec
    def vms_commands(self) -> Sequence[Command]:
        """Give the commands that can be run from everywhere.

        Called once, after activation. A host offers a command to whoever holds its permission, and by its
        shortcut where everything in ``when`` is so. Of two commands with one shortcut the first has it.

        :returns: the commands; each module exports ``run(context, args)``.
        :fails: the plug-in is *failed*.
        :since: 0.1
        """
        raise NotImplementedError

    # Live view and playback

    @hookspec
    def vms_live_views(self, principal: Principal) -> Sequence[CameraView]:
        """Give elements that fill a view item with live video.

        A host that has live pictures of its own does not ask. One that asks shows the first element.

        :param principal: who looks at the page; give nothing to whom nothing is to be shown.
        :returns: the elements; each finds its camera in ``element.vms.camera``.
        :fails: the view item says so.
        :since: 0.1
        """
        raise NotImplementedError

    @hookspec
    def vms_playback_views(self, principal: Principal) -> Sequence[CameraView]:
        """Give elements that fill a view item with recorded video.

        The playhead is ``element.vms.clock``, shared by all view items and the timeline: follow it, and hold
        it while pictures are awaited.

        :param principal: who looks at the page.
        :returns: the elements; each finds its camera in ``element.vms.camera``.
        :fails: the view item says so.
        :since: 0.1
        """
        raise NotImplementedError

    @hookspec
    def vms_live_panels(self, principal: Principal) -> Sequence[Panel]:
        """Give sections of the pane beside the live view.

        :param principal: who looks at the page.
        :returns: the sections.
        :fails: they are left out.
        :since: 0.1
        """
        raise NotImplementedError

    @hookspec
    def vms_playback_panels(self, principal: Principal) -> Sequence[Panel]:
        """Give sections of the pane beside the playback view.

        :param principal: who looks at the page.
        :returns: the sections.
        :fails: they are left out.
        :since: 0.1
        """
        raise NotImplementedError

    @hookspec
    def vms_toolbar_items(self, area: str, principal: Principal) -> Sequence[ToolbarItem]:
        """Give the buttons and menus of one area.

        Called once for each area that the host has. An area of a later release is unknown to the plug-in:
        answer with nothing.

        :param area: versioned name of the place, as ``vms.status-bar/1``.
        :param principal: who looks at the page.
        :returns: items of this area and no other.
        :fails: they are left out.
        :since: 0.1
        """
        raise NotImplementedError

    # Tabs

    @hookspec
    def vms_tabs(self, principal: Principal) -> Sequence[Tab]:
        """Give tabs of the main window.

        A tab's ``path`` is the first part of its address; the rest is the tab's own and comes in
        ``element.vms.path``. A tab whose address is taken is left out.

        :param principal: who looks at the page.
        :returns: the tabs.
        :fails: they are left out.
        :since: 0.1
        """
        raise NotImplementedError

    @hookspec
    def vms_admin_sections(self, principal: Principal) -> Sequence[AdminSection]:
        """Give sections of the administration tab.

        :param principal: who looks at the page; a host may ask for administrators only.
        :returns: the sections.
        :fails: they are left out; the plug-in's state is shown all the same.
        :since: 0.1
        """
        raise NotImplementedError

    @hookspec
    def vms_export_lists(self, principal: Principal) -> Sequence[ExportList]:
        """Give export lists, for a host that has an export tab of its own.

        Called only by hosts with the capability ``export-lists/1``.

        :param principal: who looks at the page.
        :returns: the lists.
        :fails: they are left out.
        :since: 0.1
        """
        raise NotImplementedError

    # Web

    @hookspec
    def vms_http_mount(self) -> HttpMount | None:
        """Give the plug-in's ASGI application.

        Called once, after the runtime has started. The host mounts it under ``/plugins/<id>/``, puts the
        principal as a typed value into the scope (``PRINCIPAL_SCOPE_KEY``), and sends no lifespan events.

        :returns: the application, or nothing when there is none.
        :fails: requests below the mount are answered with 503; everything else goes on.
        :since: 0.1
        """
        raise NotImplementedError

    @hookspec(firstresult=True)
    def vms_open(self, target: str, principal: Principal) -> Target | None:
        """Say where in the host's pages a reference is to be shown.

        References come from links, e-mails and other systems: ``incident:42``. The host asks one plug-in
        after the other; the first answer counts.

        :param target: the reference.
        :param principal: who wants to see it.
        :returns: the place, or nothing when the reference is not the plug-in's.
        :fails: the next plug-in is asked.
        :since: 0.1
        """
        raise NotImplementedError
