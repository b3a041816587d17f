"""One way to misbehave, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from tests.adversary.device import Conduct, whole
from tests.adversary.footage import Picture
from tests.adversary.replies import Answer, Raw


@attrs.frozen
class Reads:
    """The operator reads this. ``{place}`` and ``{rtsp}`` stand for the recorder's addresses."""

    words: str


@attrs.frozen
class Gives:
    """It works all the same: what is given."""

    what: str


Outcome = Reads | Gives


@attrs.frozen(kw_only=True)
class Fault:
    """One way to misbehave, and by call what comes of it."""

    #: Short name, stable.
    id: str
    #: What the recorder does.
    does: str
    #: Where it was seen or what it stands for; facts of public trackers, by their names.
    seen: str
    conduct: Conduct
    outcomes: Mapping[str, Outcome]
    #: Message ids are told by the kind of error: this one, unless said otherwise.
    kind: str = "RecorderUnavailable"
    #: How often the caller may have to wait for a limit of time before it is told.
    waits: int = 1
    #: A limit of time is reached though the words do not say so.
    impatient: bool = False
    #: What the calls give afterwards, where it is not what they give of any recorder.
    well: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def told(self) -> tuple[Reads, ...]:
        """What operators read of it."""
        return tuple(one for one in self.outcomes.values() if isinstance(one, Reads))

    @property
    def reaches_limit(self) -> bool:
        """Whether somebody has to wait for a limit of time."""
        words = "".join(one.words for one in self.told)
        return self.impatient or any(part in words for part in ("not answering", "{limit}"))


def soap(
    id_: str, does: str, seen: str, answers: Mapping[str, Answer], *, kind: str = "", **outcomes: Outcome
) -> Fault:
    """A fault in SOAP answers."""
    return Fault(
        id=id_,
        does=does,
        seen=seen,
        conduct=Conduct(soap=answers),
        outcomes=outcomes,
        kind=kind or "RecorderUnavailable",
    )


def rtsp(
    id_: str, does: str, seen: str, answers: Mapping[str, Answer], *, kind: str = "", **outcomes: Outcome
) -> Fault:
    """A fault in RTSP answers."""
    return Fault(
        id=id_,
        does=does,
        seen=seen,
        conduct=Conduct(rtsp=answers),
        outcomes=outcomes,
        kind=kind or "RecorderUnavailable",
    )


def media(
    id_: str,
    does: str,
    seen: str,
    change: Callable[[list[Picture]], bytes | Raw] = whole,
    *,
    then: str = "stay",
    **outcomes: Outcome,
) -> Fault:
    """A fault in what is sent after PLAY."""
    return Fault(id=id_, does=does, seen=seen, conduct=Conduct(media=change, then=then), outcomes=outcomes)
