"""Sealing the activity logs, and checking them against their seals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

import attrs

from incident_plugin.application.ports import Clock
from incident_plugin.application.store import IncidentStore, Transaction
from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.journal import GENESIS, Entry, log_name
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sealing import Head, Proof, Seal

#: Entries that one seal covers at most, so that nobody waits long for it.
_AT_ONCE = 2_000


class Signer(Protocol):
    """The site's signing key."""

    def sign(self, text: str) -> str:
        """Give the signature of a text."""
        ...

    def signed(self, text: str, signature: str) -> bool:
        """Say whether this key signed the text so."""
        ...

    @property
    def public_key(self) -> str:
        """The key that others check signatures with, in hexadecimal."""
        ...


@attrs.frozen(kw_only=True)
class SealedLog:
    """A project's activity log up to its head in a seal, and the proof that it ended so."""

    entries: tuple[Entry, ...]
    proof: Proof


@attrs.frozen(kw_only=True)
class Sealing:
    """Seals logs with the site's key."""

    _store: IncidentStore
    _clock: Clock
    _signer: Signer

    def seal(self) -> int:
        """Seal what was written since the last seal; give how many seals that took."""
        made = 0
        while self._seal_next():
            made += 1
        return made

    def sealed_log(self, project: ProjectId) -> SealedLog:
        """Seal a project's log as it is now; give it with the proof, for an evidence package.

        The proof tells of no other project. Raises ``NotFound`` for a project that never was.
        """
        with self._store.transaction() as transaction:
            entries = self._store.entries(project)
            if not entries:
                raise NotFound(f"There is no incident project {project}. Nothing was sealed.")
            seal = self._next_seal(transaction, also=project)
            assert seal is not None  # noqa: S101 - there is the project to seal
            head = next(head for head in seal.heads if head.project == project)
        proof = seal.proof(project, self._signer.public_key)
        return SealedLog(entries=entries[: head.count], proof=proof)

    def _seal_next(self) -> bool:
        with self._store.transaction() as transaction:
            return self._next_seal(transaction) is not None

    def _next_seal(self, transaction: Transaction, also: ProjectId | None = None) -> Seal | None:
        last = transaction.last_seal()
        through = 0 if last is None else last.through
        changes = self._store.changes(through, limit=_AT_ONCE)
        projects = {change.project for change in changes} | ({also} if also is not None else set())
        if not projects:
            return None
        ends = (transaction.last_entry(project) for project in sorted(projects))
        seal = Seal(
            number=1 if last is None else last.number + 1,
            at=self._clock.now(),
            through=changes[-1].number if changes else through,
            heads=tuple(Head(project=end.project, count=end.number, hash=end.hash) for end in ends if end),
            previous=GENESIS if last is None else last.hash,
        )
        seal = attrs.evolve(seal, signature=self._signer.sign(seal.hash))
        transaction.append_seal(seal)
        return seal


def seal_faults(store: IncidentStore, signer: Signer) -> Iterator[str]:
    """Say what is not as it was sealed: seals, and entries that were changed, removed or put in."""
    heads: dict[ProjectId, list[tuple[datetime, int, str]]] = {}
    previous, through = GENESIS, 0
    for number, seal in enumerate(store.seals(), start=1):
        if seal.number != number or seal.previous != previous:
            yield f"Seal {number} is missing, or the one before seal {seal.number} was changed."
        if not signer.signed(seal.hash, seal.signature):
            yield f"Seal {seal.number} was changed, or was made with another key than this site's."
        for head in seal.heads:
            heads.setdefault(head.project, []).append((seal.at, head.count, head.hash))
        previous, through = seal.hash, seal.through
    if store.last_change() < through:
        yield f"There are fewer entries than the {through:,} that were sealed."
    for chain in store.chains():
        yield from _log_faults(chain.hashes, chain.project, heads.pop(chain.project, []))
    for project, sealed in sorted(heads.items()):
        yield from _log_faults((), project, sealed)


def _log_faults(
    hashes: tuple[str, ...], project: ProjectId, sealed: list[tuple[datetime, int, str]]
) -> Iterator[str]:
    known = 0
    for at, count, hashed in sealed:
        present = hashes[count - 1] if count <= len(hashes) else None
        if present != hashed:
            first = known + 1
            which = f"Entry {first}" if count <= first else f"Entries {first} to {count}"
            what = "missing" if present is None else "changed, removed or put in"
            yield f"{which} of {log_name(project)}: {what} since the seal of {at:%Y-%m-%d %H:%M} UTC."
            return
        known = count
