"""What a plug-in offers a host to show: frozen values, never actions.

Ids begin with the plug-in's own id and a dot (``incident.tab``). ``module`` is an ES module that defines the
custom element ``tag``; its URL is relative to where the host mounts the plug-in's ASGI application. Of the
contributions of one kind the host shows the lowest ``order`` first, and equal ones by id.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from enum import StrEnum
from typing import Any

import attrs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
#: An ASGI 3 application.
AsgiApp = Callable[
    [Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]


class Requirement(StrEnum):
    """What must be so where the operator is before something can be used; a set of them means all."""

    #: The operator looks at live video.
    LIVE = "live"
    #: The operator looks at recorded video.
    PLAYBACK = "playback"
    #: The selected view item shows a camera.
    CAMERA_SELECTED = "camera-selected"
    #: Start and end of an interval are marked.
    TIME_MARKED = "time-marked"


@attrs.frozen(kw_only=True)
class Element:
    """A custom element and the module that defines it."""

    tag: str
    module: str
    #: Path below the mount of the same as a page of its own, for a host that cannot draw elements; empty for
    #: none.
    page: str = ""


@attrs.frozen(kw_only=True)
class Permission:
    """One right, or a heading over several."""

    id: str
    title: str
    children: tuple[Permission, ...] = ()


@attrs.frozen(kw_only=True)
class Command:
    """Something an operator can do from everywhere; the module exports ``run(context)``."""

    id: str
    title: str
    module: str
    #: Keyboard shortcut in the notation of KeyboardEvent.key, as ``Shift+F9``; empty for none.
    shortcut: str = ""
    permission: str = ""
    when: frozenset[Requirement] = frozenset()


@attrs.frozen(kw_only=True)
class CameraView:
    """An element that fills a view item with a camera's live or recorded picture."""

    id: str
    title: str
    element: Element


@attrs.frozen(kw_only=True)
class Panel:
    """A section of the collapsible pane beside the view."""

    id: str
    title: str
    element: Element
    order: int = 100


@attrs.frozen(kw_only=True)
class ToolbarItem:
    """A button or menu of a view item or of a tab; ``area`` is a versioned place."""

    id: str
    area: str
    title: str
    element: Element
    order: int = 100
    when: frozenset[Requirement] = frozenset()


@attrs.frozen(kw_only=True)
class Tab:
    """A tab of the main window. ``path`` is the first part of its address."""

    id: str
    path: str
    title: str
    element: Element
    order: int = 100


@attrs.frozen(kw_only=True)
class AdminSection:
    """A section of the administration tab."""

    id: str
    title: str
    element: Element
    order: int = 100


@attrs.frozen(kw_only=True)
class ExportList:
    """A list of things waiting to be exported, for a host that has an export tab of its own."""

    id: str
    title: str
    element: Element


@attrs.frozen(kw_only=True)
class HttpMount:
    """The plug-in's own HTTP application; the host mounts it under ``/plugins/<plug-in id>``."""

    app: AsgiApp
    #: Path of its OpenAPI document below the mount; empty for none.
    openapi: str = ""


#: A bar of buttons at the bottom right of a live view item.
LIVE_VIEW_ITEM_TOOLBAR = "vms.live.view-item.toolbar/1"
#: The same for a view item that plays a recording.
PLAYBACK_VIEW_ITEM_TOOLBAR = "vms.playback.view-item.toolbar/1"
#: The bar of buttons that belongs to the whole playback view, beside its transport buttons.
PLAYBACK_TOOLBAR = "vms.playback.toolbar/1"
#: The bar that stays visible over every tab.
STATUS_BAR = "vms.status-bar/1"
