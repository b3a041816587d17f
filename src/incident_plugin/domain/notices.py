"""Messages to one person, kept until they have seen them."""

from __future__ import annotations

from datetime import datetime

import attrs

from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.time import utc

#: Of a person who never comes back, the newest are kept.
KEPT = 50


@attrs.frozen(kw_only=True)
class Notice:
    """One message; what it is about is a project."""

    id: str
    project: ProjectId
    title: str
    detail: str = ""
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class NoticeList:
    """What one person has not seen yet, oldest first."""

    #: The person's id.
    id: str
    notices: tuple[Notice, ...] = ()

    def with_notice(self, notice: Notice) -> NoticeList:
        """Add a message."""
        return attrs.evolve(self, notices=(*self.notices, notice)[-KEPT:])

    def without(self, ids: frozenset[str]) -> NoticeList:
        """Take away what was seen; unknown ids are ignored."""
        return attrs.evolve(self, notices=tuple(n for n in self.notices if n.id not in ids))
