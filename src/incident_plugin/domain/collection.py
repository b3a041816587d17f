"""A collection: the sequences that gather while an operator follows an incident in live video.

A collection is a pure function of the views that were confirmed: which cameras were shown from when to when.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NewType

import attrs

from incident_plugin.domain.journal import Action
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person
from incident_plugin.domain.time import Interval, utc

CollectionId = NewType("CollectionId", str)

#: How long an open sequence goes on after the last sign of life of the browser that feeds it.
SIGN_OF_LIFE_MARGIN = timedelta(seconds=30)
#: Movements of one camera with less than this between them are told as one.
ONE_MOVEMENT = timedelta(seconds=30)
#: Two requests may be taken into account in another order than they were stamped; more is a clock set back.
CLOCK_TOLERANCE = timedelta(seconds=1)
_SHORTEST = timedelta(seconds=1)


@attrs.frozen(kw_only=True)
class ShownCamera:
    """A camera as an operator's view shows it."""

    id: CameraId
    #: Its id, as long as no recorder has named it.
    name: str
    recorder: str

    @property
    def named(self) -> bool:
        """Whether a recorder has named it."""
        return self.recorder != ""


@attrs.frozen(kw_only=True)
class CollectedSequence:
    """One camera from when it came into view, less the pre-roll, until it left."""

    camera: ShownCamera
    start: datetime = attrs.field(converter=utc)
    #: Nothing while the camera is still in view.
    end: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    end_unconfirmed: bool = False

    def ended(self, at: datetime, *, unconfirmed: bool = False) -> CollectedSequence:
        """End it, if it has not ended; a sequence is never empty, however fast views change."""
        if self.end is not None:
            return self
        return attrs.evolve(self, end=max(at, self.start + _SHORTEST), end_unconfirmed=unconfirmed)


@attrs.frozen(kw_only=True)
class Happening:
    """What a camera had to do with a collection: came into view or left it, was moved, gave a snapshot."""

    action: Action
    camera: ShownCamera
    start: datetime = attrs.field(converter=utc)
    end: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class Collection:
    """One running "Start incident project" of one operator. At most one browser tab feeds it."""

    id: CollectionId
    owner: Person
    #: The browser tab whose view feeds it; empty while it waits and no view does.
    client: str
    #: The sign-in of that browser tab, where the host names them.
    session: str = ""
    started_at: datetime = attrs.field(converter=utc)
    #: When the feeding view was last confirmed; while it waits, since when.
    confirmed_at: datetime = attrs.field(converter=utc)
    #: Number of the last view that was taken into account.
    view_number: int
    pre_roll: timedelta
    merge_within: timedelta
    #: One for each time a camera came into view. Those of one camera may touch: see ``intervals``.
    sequences: tuple[CollectedSequence, ...] = ()
    #: What the operator did with cameras; told by the activity log of the project that it becomes.
    happenings: tuple[Happening, ...] = ()
    #: When it was discarded: it can be put back for a while.
    discarded_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))

    @property
    def owner_id(self) -> str:
        """Whose it is."""
        return self.owner.id

    def follow(self, cameras: tuple[ShownCamera, ...], *, number: int, at: datetime) -> Collection:
        """Take a view into account: close what left it, open what came into it.

        A view older than the last one is ignored: the host repeats views until they are acknowledged, and a
        repetition may be overtaken.
        """
        if number < self.view_number:
            return self
        reached = self._reached(at)
        at = reached.confirmed_at
        shown = {camera.id: camera for camera in cameras}
        kept = tuple(s if s.camera.id in shown else s.ended(at) for s in reached.sequences)
        going_on = {s.camera.id for s in kept if s.end is None}
        opened = tuple(
            CollectedSequence(camera=camera, start=at - self.pre_roll)
            for camera in shown.values()
            if camera.id not in going_on
        )
        return attrs.evolve(reached, sequences=kept + opened, view_number=number)

    def confirm(self, *, number: int, at: datetime) -> Collection:
        """Take a sign of life into account that says nothing of the live view: what is open goes on."""
        return self.follow(tuple(s.camera for s in self.sequences if s.end is None), number=number, at=at)

    def resumed(
        self, client: str, cameras: tuple[ShownCamera, ...], *, session: str = "", at: datetime
    ) -> Collection:
        """Let the view of a browser tab feed it from now on; its views are numbered anew."""
        fed = attrs.evolve(self._reached(at), client=client, session=session, view_number=0)
        return fed.follow(cameras, number=0, at=at)

    def paused(self, at: datetime) -> Collection:
        """End what is open and let no view feed it until it is resumed."""
        return attrs.evolve(self.follow((), number=self.view_number, at=at), client="", session="")

    def discarded(self, at: datetime) -> Collection:
        """Put it aside."""
        return attrs.evolve(self.paused(at), discarded_at=at)

    def settle(self, now: datetime) -> Collection:
        """End open sequences whose browser gave no sign of life for longer than the margin."""
        return self if now <= self.confirmed_at + SIGN_OF_LIFE_MARGIN else self._interrupted()

    def renamed(self, name: Callable[[ShownCamera], ShownCamera]) -> Collection:
        """Give every camera of it another name."""
        sequences = (attrs.evolve(one, camera=name(one.camera)) for one in self.sequences)
        happenings = (attrs.evolve(one, camera=name(one.camera)) for one in self.happenings)
        return attrs.evolve(self, sequences=tuple(sequences), happenings=tuple(happenings))

    def noting(self, action: Action, camera: CameraId, at: datetime) -> Collection:
        """Take note of what was done with a camera that is being collected; others do not concern it.

        Movements that follow one another closely are one.
        """
        now = max(at, self.confirmed_at)
        shown = next(
            (s.camera for s in self.settle(now).sequences if s.camera.id == camera and not s.end), None
        )
        if shown is None:
            return self
        new = Happening(action=action, camera=shown, start=at, end=at)
        for place in reversed(range(len(self.happenings))):
            last = self.happenings[place]
            if last.camera.id != camera or last.action is not action:
                continue
            if action is Action.CAMERA_MOVED and at - last.end <= ONE_MOVEMENT:
                longer = attrs.evolve(last, end=max(at, last.end))
                kept = (*self.happenings[:place], longer, *self.happenings[place + 1 :])
                return attrs.evolve(self, happenings=kept)
            break
        return attrs.evolve(self, happenings=(*self.happenings, new))

    def intervals(self, now: datetime) -> tuple[tuple[CollectedSequence, Interval], ...]:
        """Give the sequences as they are when the collection is saved now, by their start.

        Those of one camera that overlap, or are apart by no more than the merge time, are one.
        """
        now = max(now, self.confirmed_at)
        joined: list[tuple[CollectedSequence, datetime]] = []
        newest: dict[CameraId, int] = {}
        for sequence in sorted(self.settle(now).sequences, key=lambda s: s.start):
            until = sequence.end or max(now, sequence.start + _SHORTEST)
            place = newest.get(sequence.camera.id)
            if place is not None and sequence.start <= joined[place][1] + self.merge_within:
                joined[place] = _joined(*joined[place], sequence, until)
            else:
                newest[sequence.camera.id] = len(joined)
                joined.append((sequence, until))
        return tuple((sequence, Interval(sequence.start, until)) for sequence, until in joined)

    def told(self, now: datetime) -> tuple[Happening, ...]:
        """Give what came into view, left it and was done with cameras, in the order of time."""
        happenings = list(self.happenings)
        for s in self.settle(now).sequences:
            came = s.start + self.pre_roll
            happenings.append(Happening(action=Action.CAMERA_SHOWN, camera=s.camera, start=came, end=came))
            if s.end is not None:
                left = max(came, s.end)
                happenings.append(Happening(action=Action.CAMERA_LEFT, camera=s.camera, start=left, end=left))
        return tuple(sorted(happenings, key=lambda one: one.start))

    def _reached(self, at: datetime) -> Collection:
        """Bring it to a confirmation at ``at``.

        Where the clock jumped in between, back or forth, nobody knows what was seen until when by which
        clock: what is open then ends as that of a vanished browser does, and what is shown opens anew.
        """
        if self.confirmed_at - CLOCK_TOLERANCE <= at <= self.confirmed_at + SIGN_OF_LIFE_MARGIN:
            return attrs.evolve(self, confirmed_at=max(at, self.confirmed_at))
        return attrs.evolve(self._interrupted(), confirmed_at=at)

    def _interrupted(self) -> Collection:
        until = self.confirmed_at + SIGN_OF_LIFE_MARGIN
        return attrs.evolve(self, sequences=tuple(s.ended(until, unconfirmed=True) for s in self.sequences))


def _joined(
    one: CollectedSequence, one_until: datetime, other: CollectedSequence, other_until: datetime
) -> tuple[CollectedSequence, datetime]:
    """Make one sequence of two; the end is that of the one that ends later, open if either is."""
    later = other if other_until >= one_until else one
    still_open = one.end is None or other.end is None
    until = max(one_until, other_until)
    return (
        attrs.evolve(
            one,
            end=None if still_open else until,
            end_unconfirmed=not still_open and later.end_unconfirmed,
        ),
        until,
    )
