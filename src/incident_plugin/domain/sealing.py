"""Seals: signed statements of how all activity logs ended at a moment, so that no log can be written anew.

Each seal names the logs that grew since the one before, and commits to that one: together they say how every
log ended, and how many entries there were in all.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from incident_plugin.domain.journal import digest
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


@attrs.frozen(kw_only=True)
class Seal:
    """How all logs ended at a moment, in the words of one signature."""

    #: Counts from 1 without gaps.
    number: int
    at: datetime = attrs.field(converter=utc)
    #: How many entries all logs had together.
    through: int
    #: Of the logs that grew since the seal before.
    heads: tuple[Head, ...]
    #: Hash of the seal before, or ``GENESIS``.
    previous: str
    #: Ed25519 (RFC 8032) over ``hash`` as ASCII, in hexadecimal.
    signature: str = ""

    @property
    def hash(self) -> str:
        """SHA-256 over everything but the signature."""
        heads = (text for h in self.heads for text in (str(h.project), str(h.count), h.hash))
        return digest((self.previous, str(self.number), self.at.isoformat(), str(self.through), *heads))
