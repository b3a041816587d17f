"""Requests that make something, remembered for a while: one that is repeated must not make it twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.time import utc

#: For so long a repetition is recognised, and of each person so many requests.
KEPT_FOR, KEPT = timedelta(days=1), 64


@attrs.frozen(kw_only=True)
class Once:
    """By what a request is known again."""

    #: Chosen by the sender, new for each thing that is to be made.
    key: str
    #: Hash of all that was asked for.
    asked: str


@attrs.frozen(kw_only=True)
class Answered:
    """A request that was carried out."""

    once: Once
    #: The project that it made, or made something in.
    project: ProjectId
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class AnsweredRequests:
    """The last requests of one person that made something, oldest first."""

    #: The person's id.
    id: str
    answers: tuple[Answered, ...] = ()

    def find(self, once: Once, now: datetime) -> ProjectId | None:
        """Give the project of an earlier request with this key; raises ``InvalidInput`` for another one."""
        for answered in self._young(now):
            if answered.once.key == once.key:
                if answered.once.asked != once.asked:
                    raise InvalidInput(
                        "This Idempotency-Key was used for another request. Nothing was done: take another.",
                        cause="incident.key-reused",
                    )
                return answered.project
        return None

    def with_answer(self, answered: Answered) -> AnsweredRequests:
        """Remember a request; those that are too old or too many are forgotten."""
        return attrs.evolve(self, answers=(*self._young(answered.at), answered)[-KEPT:])

    def _young(self, now: datetime) -> tuple[Answered, ...]:
        return tuple(answered for answered in self.answers if answered.at > now - KEPT_FOR)
