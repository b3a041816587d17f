"""Who acts."""

from __future__ import annotations

from typing import NewType

import attrs

PersonId = NewType("PersonId", str)


@attrs.frozen(kw_only=True)
class Person:
    """A person as the host named them at the time."""

    id: PersonId
    name: str
