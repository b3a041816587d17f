"""What this host says of its own pages, and everything the plug-ins contribute to them for one principal."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from reference_host.access import ADMINISTRATION, SHARE_VIEWS, RoleAccess
from vms_hooks import contributions as contract
from vms_hooks import gathering
from vms_hooks.document import Contributions
from vms_hooks.gathering import Pages
from vms_hooks.plugin import Plugin
from vms_hooks.values import Principal

PAGES = Pages(
    toolbars=(
        contract.LIVE_VIEW_ITEM_TOOLBAR,
        contract.PLAYBACK_VIEW_ITEM_TOOLBAR,
        contract.PLAYBACK_TOOLBAR,
        contract.STATUS_BAR,
    ),
    reserved_paths=frozenset(
        {"live", "playback", "administration", "sign-in", "set-up", "open", "api", "ui", "plugins", "healthz"}
    ),
)


async def gather(
    plugins: Iterable[Plugin],
    access: RoleAccess,
    principal: Principal,
    *,
    starting: Iterable[str] = (),
    root: str = "",
) -> Contributions:
    """Ask every active plug-in; the host's own permissions come first.

    :param root: the path below which the host itself is found.
    """
    pages = attrs.evolve(PAGES, mounts=f"{root}{PAGES.mounts}")
    contributed = await gathering.gather(plugins, access, principal, pages)
    own = tuple(p for p in (ADMINISTRATION, SHARE_VIEWS) if access.decide(principal, p).allowed)
    return attrs.evolve(contributed, permissions=own + contributed.permissions, starting=tuple(starting))
