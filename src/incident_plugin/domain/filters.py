"""How people have the list of incident projects: their columns, and filters that they saved by name."""

from __future__ import annotations

from typing import NewType

import attrs

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.text import MAXIMUM_LINE, checked_text

SavedFilterId = NewType("SavedFilterId", str)

#: Characters of a filter as its address: more than every field of the filter bar together.
MAXIMUM_FILTER = 8_000
#: Filters that one person saves at most.
MAXIMUM_SAVED = 100
#: Columns of a list at most: all there are, and each category and each field of incident data.
MAXIMUM_COLUMNS = 60


@attrs.frozen(kw_only=True)
class SavedFilter:
    """A filter under a name."""

    id: SavedFilterId
    name: str
    owner: Person
    #: As the list's address has it: a query of names and values.
    query: str
    #: Whether everybody is offered it.
    shared: bool = False

    def checked(self) -> SavedFilter:
        """Give the filter as it can be kept; raises ``InvalidInput``."""
        name = checked_text("The name", self.name.strip(), MAXIMUM_LINE)
        if not name:
            raise InvalidInput(
                "The filter has no name. It was not saved: give it one.", cause="incident.name-empty"
            )
        return attrs.evolve(self, name=name, query=checked_text("The filter", self.query, MAXIMUM_FILTER))


@attrs.frozen(kw_only=True)
class ListSettings:
    """How one person has the list."""

    id: PersonId
    #: Names of columns, from left to right; empty for the delivered ones.
    columns: tuple[str, ...] = ()

    def checked(self) -> ListSettings:
        """Give the settings as they can be kept; raises ``InvalidInput``."""
        if len(self.columns) > MAXIMUM_COLUMNS or len(set(self.columns)) < len(self.columns):
            raise InvalidInput(f"A list has up to {MAXIMUM_COLUMNS} different columns. Nothing was saved.")
        return attrs.evolve(
            self, columns=tuple(checked_text("The column", one, MAXIMUM_LINE) for one in self.columns)
        )
