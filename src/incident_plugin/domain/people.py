"""Who acts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NewType

import attrs

#: Seen again within this time, a person is not written down anew.
SEEN_ANEW_AFTER = timedelta(hours=12)

PersonId = NewType("PersonId", str)


@attrs.frozen(kw_only=True)
class Person:
    """A person as the host named them at the time."""

    id: PersonId
    name: str


@attrs.frozen(kw_only=True)
class KnownPerson:
    """A person who has worked here: whom something can be handed over to."""

    #: The person's id.
    id: str
    name: str
    roles: frozenset[str] = frozenset()
    seen_at: datetime

    @property
    def person(self) -> Person:
        """The person."""
        return Person(id=PersonId(self.id), name=self.name)
