"""An activity log as it is handed out: with names or whole texts withheld, and still verifiable.

What is withheld leaves its hash in its place. Only salts of what is told are told, so that nobody can try
names against the hash of a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import attrs

from incident_plugin.domain.chain import GENESIS, digest, entry_hash, what_hash, who_hash
from incident_plugin.domain.journal import Activity, Entry
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sealing import Proof
from incident_plugin.domain.time import utc


@attrs.frozen(kw_only=True)
class DisclosedEntry:
    """One row of a log that is handed out. What is not told is nothing, and its hash is there."""

    project: ProjectId
    number: int
    at: datetime = attrs.field(converter=utc)
    actor: Person | None = None
    who_salt: str = ""
    who_hash: str = ""
    activity: Activity | None = None
    what_salt: str = ""
    what_hash: str = ""
    #: Of entries hashed as the first files had it: one salt and one hash for both.
    form: int = 2
    previous: str
    #: The entry's own hash, which the next one names as ``previous``.
    hash: str

    @property
    def payload_hash(self) -> str:
        """What the row commits to, from what it tells and, where it does not tell, from its hashes."""
        actor, did = self.actor, self.activity
        if self.form == 1:
            if actor is None or did is None:
                return self.what_hash
            camera = (did.camera,) if did.camera else ()
            words = (did.action, did.subject, did.before, did.after, *camera)
            return digest((self.what_salt, actor.id, actor.name, *words))
        who = self.who_hash if actor is None else who_hash(self.who_salt, actor.id, actor.name)
        if did is None:
            return who + self.what_hash
        texts = (did.action, did.subject, did.before, did.after, did.camera, did.target)
        return who + what_hash(self.what_salt, *texts)


def disclosed(
    entry: Entry, *, names: bool = True, withhold: Callable[[Activity], bool] = lambda _: False
) -> DisclosedEntry:
    """Give an entry as it is handed out.

    Without ``names`` nobody who acted is named. ``withhold`` says of which activities the words are not told:
    those that name people in them, or tell of cameras that the reader may not see.
    """
    telling = not withhold(entry.activity)
    row = DisclosedEntry(
        project=entry.project,
        number=entry.number,
        at=entry.at,
        form=entry.form,
        previous=entry.previous,
        hash=entry.hash,
    )
    if entry.forgotten is not None:
        half = 0 if entry.form == 1 else len(entry.forgotten) // 2
        return attrs.evolve(row, who_hash=entry.forgotten[:half], what_hash=entry.forgotten[half:])
    if entry.form == 1:
        if names and telling:
            return attrs.evolve(row, actor=entry.actor, activity=entry.activity, what_salt=entry.salt)
        return attrs.evolve(row, what_hash=entry.payload_hash)
    half = len(entry.payload_hash) // 2
    who, what = entry.payload_hash[:half], entry.payload_hash[half:]
    row = (
        attrs.evolve(row, actor=entry.actor, who_salt=entry.who_salt)
        if names
        else attrs.evolve(row, who_hash=who)
    )
    if telling:
        return attrs.evolve(row, activity=entry.activity, what_salt=entry.what_salt)
    return attrs.evolve(row, what_hash=what)


def disclosure_faults(
    rows: Iterable[DisclosedEntry], proof: Proof, signed: Callable[[str, str, str], bool]
) -> Iterator[str]:
    """Say what is wrong with a log that was handed out, from nothing but itself and its proof.

    ``signed`` says whether a key signed a text so: key and signature in hexadecimal, Ed25519 (RFC 8032).
    """
    previous, count = GENESIS, 0
    for count, row in enumerate(rows, start=1):
        if row.project != proof.head.project:
            yield f"Entry {count} belongs to incident project {row.project}, not to {proof.head.project}."
        if row.number != count:
            yield f"Entry {count} is missing: there is {row.number} in its place."
        if row.previous != previous:
            yield f"Entry {count} does not follow from the one before it: one was changed, removed or put in."
        if row.hash != entry_hash(
            row.previous, row.project, row.number, row.at.isoformat(), row.payload_hash
        ):
            yield f"Entry {count} was changed."
        previous = row.hash
    if count != proof.head.count:
        yield f"There are {count} entries, and {proof.head.count} were sealed."
    elif previous != proof.head.hash:
        yield "The last entry is not the one that was sealed."
    if not proof.leads_to_root:
        yield f"The end of the log does not belong to seal {proof.seal.number}."
    if not signed(proof.key, proof.seal.hash, proof.seal.signature):
        yield f"Seal {proof.seal.number} was changed, or was made with another key."
