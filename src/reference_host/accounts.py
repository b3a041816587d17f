"""Everybody who may sign in: accounts of the site configuration, and those that administrators made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import attrs

from reference_host.config import ACCOUNT_ID, Account
from reference_host.durable import KeptDocument
from reference_host.passwords import PasswordChecks
from vms_hooks.values import Principal


class AccountRefused(Exception):
    """This cannot be done to accounts; the text says why, and nothing was changed."""


@attrs.frozen(kw_only=True)
class KeptAccount:
    """An account that an administrator made."""

    id: str
    name: str
    #: argon2id hash.
    password: str
    roles: tuple[str, ...] = ()
    disabled: bool = False
    created_at: datetime


@attrs.frozen(kw_only=True)
class AccountReport:
    """An account as administrators see it: everything but the password."""

    id: str
    name: str
    roles: tuple[str, ...]
    disabled: bool
    #: Accounts of the site configuration are changed there.
    origin: Literal["configuration", "administration"]


class Accounts:
    """All accounts; what is changed counts from the next request on."""

    def __init__(
        self, configured: tuple[Account, ...], document: KeptDocument[Mapping[str, KeptAccount]]
    ) -> None:
        self._configured = {account.id: account for account in configured}
        self._document = document
        self._checks = PasswordChecks()

    @property
    def all(self) -> tuple[AccountReport, ...]:
        """Every account, by id."""
        configured = [
            AccountReport(id=one.id, name=one.name, roles=one.roles, disabled=False, origin="configuration")
            for one in self._configured.values()
        ]
        kept = [
            AccountReport(
                id=one.id,
                name=one.name,
                roles=one.roles,
                disabled=one.disabled,
                origin="administration",
            )
            for one in self._document.value.values()
            if one.id not in self._configured
        ]
        return tuple(sorted((*configured, *kept), key=lambda one: one.id))

    def find(self, account: str) -> AccountReport | None:
        """Give an account, or nothing."""
        return next((one for one in self.all if one.id == account), None)

    def principal(self, account: str) -> Principal | None:
        """Give the person of an account as they are now; nothing when it is disabled or gone."""
        found = self.find(account)
        if found is None or found.disabled:
            return None
        return Principal(id=found.id, name=found.name, roles=frozenset(found.roles))

    async def authenticate(self, account: str, password: str) -> Principal | None:
        """Give the person, or nothing when account or password is wrong or the account is disabled."""
        right = await self._checks.matches(self._hash(account), password)
        return self.principal(account) if right else None

    async def create(
        self, account: str, name: str, password: str, roles: tuple[str, ...], now: datetime
    ) -> None:
        """Add an account; raises ``AccountRefused``, ``StorageRefused``."""
        if not ACCOUNT_ID.fullmatch(account):
            raise AccountRefused("An account is made of letters, digits and _ . @ -, up to 64 of them.")
        hashed = await self._checks.hashed(password)
        made = KeptAccount(id=account, name=name, password=hashed, roles=roles, created_at=now)

        def added(accounts: Mapping[str, KeptAccount]) -> Mapping[str, KeptAccount]:
            taken = {one.casefold() for one in (*self._configured, *accounts)}
            if account.casefold() in taken:
                raise AccountRefused(f'There is an account "{account}" already. Choose another one.')
            return {**accounts, account: made}

        self._document.change(added)

    def change(
        self,
        account: str,
        *,
        name: str | None = None,
        roles: tuple[str, ...] | None = None,
        disabled: bool | None = None,
    ) -> None:
        """Change what is given; raises ``AccountRefused``, ``StorageRefused``."""
        given = {"name": name, "roles": roles, "disabled": disabled}
        self._replace(account, **{key: value for key, value in given.items() if value is not None})

    async def set_password(self, account: str, password: str) -> None:
        """Replace a password; raises ``AccountRefused``, ``StorageRefused``."""
        self._replace(account)
        self._replace(account, password=await self._checks.hashed(password))

    def _replace(self, account: str, **changes: Any) -> None:
        if account in self._configured:
            raise AccountRefused(
                f'The account "{account}" stands in the site configuration. Change it there, then restart.'
            )

        def replaced(accounts: Mapping[str, KeptAccount]) -> Mapping[str, KeptAccount]:
            if account not in accounts:
                raise AccountRefused(f'There is no account "{account}" any more.')
            return {**accounts, account: attrs.evolve(accounts[account], **changes)}

        self._document.change(replaced)

    def _hash(self, account: str) -> str | None:
        found = self._configured.get(account) or self._document.value.get(account)
        return found.password if found else None
