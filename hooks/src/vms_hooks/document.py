"""What the plug-ins contribute for one principal, as one document that a host in any language can draw.

The values below are written as JSON with ``plain``; ``schema/contributions.json`` describes that JSON. All
that is needed to draw a contribution is in it: modules and pages are absolute paths on the host.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

import attrs

from vms_hooks.contributions import Requirement

#: What JSON can say.
Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


@attrs.frozen(kw_only=True)
class PluginPlace:
    """A plug-in and where its ASGI application is mounted."""

    id: str
    name: str
    #: Absolute path on the host, with a slash at its end.
    base: str


@attrs.frozen(kw_only=True)
class Drawn:
    """A contributed custom element; ``module`` is an absolute path on the host."""

    plugin: str
    id: str
    title: str
    tag: str
    module: str
    #: Lower ones are drawn first.
    order: int
    #: Absolute path of the same as a page of its own, for a host that cannot draw elements; empty for none.
    page: str = ""
    #: Of a tab: first part of its address.
    path: str = ""
    #: Of a toolbar item: what must be so before it can be used.
    when: frozenset[Requirement] = frozenset()


@attrs.frozen(kw_only=True)
class Runnable:
    """A contributed command; its module exports ``run(context, args)``."""

    plugin: str
    id: str
    title: str
    module: str
    #: In the notation of KeyboardEvent.key, as ``Shift+F9``; empty for none.
    shortcut: str
    when: frozenset[Requirement] = frozenset()


@attrs.frozen(kw_only=True)
class Trouble:
    """A contribution that is missing, and why."""

    plugin: str
    reason: str


@attrs.frozen(kw_only=True)
class Contributions:
    """What a page draws for one principal; nothing of it is known to the host beforehand."""

    #: Release of the contract, as ``1.0``.
    contract: str
    plugins: tuple[PluginPlace, ...] = ()
    tabs: tuple[Drawn, ...] = ()
    commands: tuple[Runnable, ...] = ()
    live_views: tuple[Drawn, ...] = ()
    playback_views: tuple[Drawn, ...] = ()
    live_panels: tuple[Drawn, ...] = ()
    playback_panels: tuple[Drawn, ...] = ()
    #: By the versioned name of the place.
    toolbar_items: Mapping[str, tuple[Drawn, ...]] = attrs.field(factory=dict)
    admin_sections: tuple[Drawn, ...] = ()
    #: Empty unless the host has an export tab.
    export_lists: tuple[Drawn, ...] = ()
    #: Ids of the permissions that the principal holds.
    permissions: tuple[str, ...] = ()
    trouble: tuple[Trouble, ...] = ()
    #: Ids of plug-ins that will contribute when they have started.
    starting: tuple[str, ...] = ()


def plain(value: object) -> Plain:
    """Turn any value of the contract into what JSON can say.

    Sets become sorted lists, instants RFC 3339 texts. Raises ``TypeError`` for what is no value.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, frozenset | tuple | list):
        parts = [plain(each) for each in value]
        return sorted(parts, key=str) if isinstance(value, frozenset) else parts
    return {str(name): plain(each) for name, each in _named_parts(value).items()}


def _named_parts(value: Any) -> Mapping[object, object]:
    if isinstance(value, Mapping):
        return value
    if attrs.has(type(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    raise TypeError(f"{value!r} is no value of the contract")
