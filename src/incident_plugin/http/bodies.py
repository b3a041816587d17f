"""Request bodies that several operations share; unknown keys are refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from incident_plugin.application.video.footage import Pick
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.time import Interval
from incident_plugin.http.operations import checked_instant

#: The number of an incident project, as far as stores can keep it.
ProjectNumber = Annotated[int, msgspec.Meta(ge=1, lt=10**15)]


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of a request."""


class FootageBody(Body):
    """One camera over one interval."""

    camera: str
    start: datetime
    end: datetime


class Picked(Body):
    """What an operator picked: footage by marks, and sequences of the draft list."""

    footage: list[FootageBody] = []
    drafts: list[str] | Literal["all"] | None = None


def picks_of(body: Picked) -> tuple[Pick, ...]:
    """Give the footage; raises ``InvalidInput`` for an empty or reversed interval, or one without zone."""
    for one in body.footage:
        if one.start.tzinfo is None or one.end.tzinfo is None:
            raise InvalidInput("Start and end need their zone. Nothing was added.")
    return tuple(
        Pick(
            camera=CameraId(one.camera),
            interval=Interval(checked_instant(one.start), checked_instant(one.end)),
        )
        for one in body.footage
    )


def drafts_of(body: Picked) -> frozenset[SequenceId] | None:
    """Give the drafts as use cases take them: these, or ``None`` for all."""
    if body.drafts == "all":
        return None
    return frozenset(SequenceId(one) for one in body.drafts or ())
