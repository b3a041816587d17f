"""What a conformance suite says when a plug-in or a host breaks the contract."""

from __future__ import annotations

from collections.abc import Iterable


class Nonconformity(AssertionError):
    """The contract is broken; the text says in one sentence where."""


def require(condition: object, otherwise: str) -> None:
    """Raise ``Nonconformity`` unless something holds."""
    if not condition:
        raise Nonconformity(otherwise)


def nothing(faults: Iterable[str]) -> None:
    """Raise ``Nonconformity`` with all faults, if there are any."""
    told = "; ".join(faults)
    require(not told, told)
