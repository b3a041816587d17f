"""What a host is told when a plug-in breaks the contract."""

from __future__ import annotations

from enum import StrEnum


class FaultKind(StrEnum):
    """The closed set of ways in which a call into a plug-in can go wrong."""

    RAISED = "raised"
    EXITED = "exited"
    HUNG = "hung"
    LIED = "lied"
    SUSPENDED = "suspended"


class PluginFault(Exception):
    """One call into one plug-in went wrong; the text is a sentence for people."""

    def __init__(self, kind: FaultKind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
