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
        """Build the runtime.

        :param host: what the host offers.
        :param settings: the plug-in's settings: its manifest's, overridden by the site's configuration.
        """
        raise NotImplementedError

    @hookspec
    def vms_permissions(self) -> Sequence[Permission]:
        """Give the tree of permissions that roles can be granted."""
        raise NotImplementedError

    @hookspec
    def vms_commands(self) -> Sequence[Command]:
        """Give the commands that can be run from everywhere."""
        raise NotImplementedError

    # Live view and playback

    @hookspec
    def vms_live_views(self, principal: Principal) -> Sequence[CameraView]:
        """Give elements that fill a view item with live video."""
        raise NotImplementedError

    @hookspec
    def vms_playback_views(self, principal: Principal) -> Sequence[CameraView]:
        """Give elements that fill a view item with recorded video."""
        raise NotImplementedError

    @hookspec
    def vms_live_panels(self, principal: Principal) -> Sequence[Panel]:
        """Give sections of the pane beside the live view."""
        raise NotImplementedError

    @hookspec
    def vms_playback_panels(self, principal: Principal) -> Sequence[Panel]:
        """Give sections of the pane beside the playback view."""
        raise NotImplementedError

    @hookspec
    def vms_toolbar_items(self, area: str, principal: Principal) -> Sequence[ToolbarItem]:
        """Give the buttons and menus of one area."""
        raise NotImplementedError

    # Tabs

    @hookspec
    def vms_tabs(self, principal: Principal) -> Sequence[Tab]:
        """Give tabs of the main window."""
        raise NotImplementedError

    @hookspec
    def vms_admin_sections(self, principal: Principal) -> Sequence[AdminSection]:
        """Give sections of the administration tab."""
        raise NotImplementedError

    @hookspec
    def vms_export_lists(self, principal: Principal) -> Sequence[ExportList]:
        """Give export lists, for a host that declares the capability ``export``."""
        raise NotImplementedError

    # Web

    @hookspec
    def vms_http_mount(self) -> HttpMount | None:
        """Give the plug-in's ASGI application; called once, after activation."""
        raise NotImplementedError

    @hookspec(firstresult=True)
    def vms_open(self, target: str, principal: Principal) -> Target | None:
        """Say where in the host's pages a reference of the plug-in (``incident:42``) is to be shown."""
        raise NotImplementedError
