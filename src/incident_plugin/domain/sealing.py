"""Seals: signed statements of how all activity logs ended at a moment, so that no log can be written anew.

Each seal names the logs that grew since the one before, and commits to that one: together they say how every
log ended, and how many entries there were in all. A seal commits to its heads by a tree of hashes, so that
one log's head can be shown to belong to it without telling of any other.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from incident_plugin.domain.chain import digest, leaf_hash, path_hash, tree_hash, tree_path
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.time import utc


@attrs.frozen(kw_only=True)
class Head:
    """How one log ended."""

    project: ProjectId
    #: How many entries it had.
    count: int
    #: Hash of the last one.
    hash: str

    @property
    def texts(self) -> tuple[str, str, str]:
        """The head as the texts that are hashed."""
        return str(self.project), str(self.count), self.hash

    @property
    def leaf(self) -> bytes:
        """The head as a leaf of its seal's tree."""
        return leaf_hash(self.texts)


@attrs.frozen(kw_only=True)
class Statement:
    """What a signature says: a seal without the heads that it commits to."""

    number: int
    at: datetime = attrs.field(converter=utc)
    through: int
    #: How many heads there are.
    heads: int
    #: Root of the tree over them (RFC 6962, section 2.1), in hexadecimal.
    root: str
    previous: str
    signature: str

    @property
    def hash(self) -> str:
        """SHA-256 over everything but the signature."""
        return digest(
            (
                self.previous,
                str(self.number),
                self.at.isoformat(),
                str(self.through),
                str(self.heads),
                self.root,
            )
        )


@attrs.frozen(kw_only=True)
class Seal:
    """How all logs ended at a moment, in the words of one signature."""

    #: Counts from 1 without gaps.
    number: int
    at: datetime = attrs.field(converter=utc)
    #: How many entries all logs had together.
    through: int
    #: Of the logs that grew since the seal before, or were asked for.
    heads: tuple[Head, ...]
    #: Hash of the seal before, or ``GENESIS``.
    previous: str
    #: Ed25519 (RFC 8032) over ``hash`` as ASCII, in hexadecimal.
    signature: str = ""
    #: How it is hashed: 1 is a list of all heads, as the first files had it.
    form: int = 2

    @property
    def statement(self) -> Statement:
        """The seal as it is signed."""
        return Statement(
            number=self.number,
            at=self.at,
            through=self.through,
            heads=len(self.heads),
            root=tree_hash([head.leaf for head in self.heads]).hex(),
            previous=self.previous,
            signature=self.signature,
        )

    @property
    def hash(self) -> str:
        """SHA-256 over everything but the signature."""
        if self.form == 1:
            heads = (text for head in self.heads for text in head.texts)
            return digest((self.previous, str(self.number), self.at.isoformat(), str(self.through), *heads))
        return self.statement.hash

    def proof(self, project: ProjectId, key: str) -> Proof:
        """Show that a log's head belongs to this seal; raises ``LookupError`` when it does not."""
        position = next((i for i, head in enumerate(self.heads) if head.project == project), None)
        if position is None or self.form == 1:
            raise LookupError(f"seal {self.number} proves nothing of incident project {project}")
        path = tree_path([head.leaf for head in self.heads], position)
        return Proof(
            head=self.heads[position],
            position=position,
            path=tuple(each.hex() for each in path),
            seal=self.statement,
            key=key,
        )


@attrs.frozen(kw_only=True)
class Proof:
    """That a log ended so when a seal was made: all that is needed to check it far from the store."""

    head: Head
    #: Place of the head among the seal's, from 0.
    position: int
    #: Hashes beside the way from the head to the root, in hexadecimal (RFC 6962, section 2.1.1).
    path: tuple[str, ...]
    seal: Statement
    #: Public key that the seal is signed with (Ed25519, RFC 8032), in hexadecimal. It is worth what the
    #: person who checks knows of it from elsewhere.
    key: str

    @property
    def leads_to_root(self) -> bool:
        """Whether the head belongs to the seal."""
        try:
            path = [bytes.fromhex(each) for each in self.path]
        except ValueError:
            return False
        found = path_hash(self.head.leaf, self.position, self.seal.heads, path)
        return found is not None and found.hex() == self.seal.root
