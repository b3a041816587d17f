"""Where a plug-in stands in its host, with a reason and a remedy for the administrator."""

from __future__ import annotations

from enum import StrEnum

import attrs


class PluginState(StrEnum):
    """Every state a plug-in can be in."""

    INCOMPATIBLE = "incompatible"
    DISABLED = "disabled"
    UNLICENSED = "unlicensed"
    FAILED = "failed"
    SUSPENDED = "suspended"
    ACTIVE = "active"
    STOPPED = "stopped"


@attrs.frozen(kw_only=True)
class Standing:
    """A state, why, and what to do about it; both texts are empty when nothing is wrong."""

    state: PluginState
    reason: str = ""
    remedy: str = ""
