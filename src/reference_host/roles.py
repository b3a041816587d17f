"""Roles: those of the site configuration, those that administrators made, and the one that is built in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import attrs

from reference_host.config import ACCOUNT_ID, Role
from reference_host.durable import KeptDocument

#: Held by the first account of a new site.
ADMINISTRATOR = "administrator"
_BUILT_IN = {ADMINISTRATOR: Role(title="Administrator", permissions=("*",), cameras=("*",))}


class RoleRefused(Exception):
    """This cannot be done to roles; the text says why, and nothing was changed."""


@attrs.frozen(kw_only=True)
class RoleReport:
    """A role as administrators see it."""

    id: str
    title: str
    permissions: tuple[str, ...]
    cameras: tuple[str, ...]
    #: Only roles made in the administration can be changed there.
    origin: Literal["built in", "configuration", "administration"]


class Roles(Mapping[str, Role]):
    """All roles by id, as they are at the moment of asking."""

    def __init__(self, configured: Mapping[str, Role], document: KeptDocument[Mapping[str, Role]]) -> None:
        self._fixed = {**_BUILT_IN, **configured}
        self._configured = configured
        self._document = document

    def __getitem__(self, role: str) -> Role:
        return self._fixed[role] if role in self._fixed else self._document.value[role]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._document.value, **self._fixed})

    def __len__(self) -> int:
        return len({**self._document.value, **self._fixed})

    @property
    def all(self) -> tuple[RoleReport, ...]:
        """Every role, by id."""
        return tuple(self._report(role) for role in sorted(self))

    def put(self, role: str, value: Role) -> None:
        """Add or replace a role; raises ``RoleRefused``, ``StorageRefused``."""
        self._see_that_free(role)
        self._document.change(lambda roles: {**roles, role: value})

    def remove(self, role: str) -> None:
        """Remove a role; whoever had it does not have it any more. Raises as ``put`` does."""
        self._see_that_free(role)
        self._document.change(lambda roles: {key: value for key, value in roles.items() if key != role})

    def _see_that_free(self, role: str) -> None:
        if not ACCOUNT_ID.fullmatch(role):
            raise RoleRefused("A role's id is made of letters, digits and _ . @ -, up to 64 of them.")
        if role in self._fixed:
            where = (
                "stands in the site configuration: change it there"
                if role in self._configured
                else "is built in"
            )
            raise RoleRefused(f'The role "{role}" {where}. Nothing was changed.')

    def _report(self, role: str) -> RoleReport:
        value = self[role]
        origin: Literal["built in", "configuration", "administration"] = "administration"
        if role in self._fixed:
            origin = "configuration" if role in self._configured else "built in"
        return RoleReport(
            id=role,
            title=value.title or role,
            permissions=value.permissions,
            cameras=value.cameras,
            origin=origin,
        )
