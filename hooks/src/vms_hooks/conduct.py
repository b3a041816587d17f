"""A plug-in's record: what went wrong, and when enough is enough."""

from __future__ import annotations

from collections import Counter, deque

import attrs

from vms_hooks.faults import FaultKind, PluginFault

#: How many reasons are kept for the administrator.
_KEPT = 20


@attrs.define(kw_only=True)
class Conduct:
    """Faults of one plug-in. A hook that fails ``tolerated`` times in a row suspends it.

    One that hangs suspends it as long as it hangs: on a machine that is too busy every hook may be late.

    Methods of the runtime are recorded but do not suspend: a recorder that is away for a minute must not cost
    the operator a running collection.
    """

    tolerated: int = 3
    suspension: str = ""
    #: The hook that hangs, of which nothing else is asked meanwhile.
    _hanging: str = attrs.field(default="", init=False)
    _reasons: deque[str] = attrs.field(factory=lambda: deque(maxlen=_KEPT), init=False)
    _in_a_row: Counter[str] = attrs.field(factory=Counter, init=False)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The latest faults, oldest first."""
        return tuple(self._reasons)

    def admit(self) -> None:
        """Raise ``PluginFault`` when the plug-in is suspended."""
        if self.suspension:
            raise PluginFault(FaultKind.SUSPENDED, self.suspension)

    def hook_succeeded(self, hook: str) -> None:
        """Forgive earlier faults of this hook."""
        self._in_a_row.pop(hook, None)

    def hook_failed(self, hook: str, fault: PluginFault) -> None:
        """Record a fault of a hook, and suspend the plug-in when it is one too many."""
        self.recorded(fault)
        if fault.kind is FaultKind.HUNG:
            self._hanging = hook
            self.suspension = f"{fault.reason} Its thread could not be stopped."
            return
        self._in_a_row[hook] += 1
        if self._in_a_row[hook] >= self.tolerated:
            self.suspension = f"{fault.reason} This happened {self._in_a_row[hook]} times in a row."

    def hook_returned(self, hook: str) -> None:
        """Ask the plug-in again, whose hook was late and has returned."""
        if hook == self._hanging:
            self._hanging = self.suspension = ""

    def recorded(self, fault: PluginFault) -> None:
        """Keep the reason without counting it."""
        self._reasons.append(fault.reason)
