"""A collection: the sequences that gather while an operator follows an incident in live video.

A collection is a pure function of the views that were confirmed: which cameras were shown from when to when.
"""

from __future__ import annotations

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


@attrs.frozen(kw_only=True)
class ShownCamera:
    """A camera as an operator's view shows it."""

    id: CameraId
    name: str
    recorder: str


@attrs.frozen(kw_only=True)
class CollectedSequence:
    """One camera from when it came into view, less the pre-roll, until it left."""

    camera: ShownCamera
    start: datetime = attrs.field(converter=utc)
    #: Nothing while the camera is still in view.
    end: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    end_unconfirmed: bool = False


@attrs.frozen(kw_only=True)
class Happening:
    """Something that the operator did with a camera while collecting it: moved it, kept a snapshot."""

    action: Action
    camera: ShownCamera
    start: datetime = attrs.field(converter=utc)
    end: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class Collection:
    """One running "Start incident project" of one operator."""

    id: CollectionId
    owner: Person
    #: The browser tab whose view feeds it.
    client: str
    started_at: datetime = attrs.field(converter=utc)
    #: When the feeding view was last confirmed.
    confirmed_at: datetime = attrs.field(converter=utc)
    #: Number of the last view that was taken into account.
    view_number: int
    pre_roll: timedelta
    merge_within: timedelta
    sequences: tuple[CollectedSequence, ...] = ()
    #: In order; told by the activity log of the project that it becomes.
    happenings: tuple[Happening, ...] = ()

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
        # A clock that is set back must not shorten what was confirmed before.
        at = max(at, self.confirmed_at)
        settled = self.settle(at)
        shown = {camera.id for camera in cameras}
        kept = tuple(
            attrs.evolve(s, end=max(at, s.start + timedelta(seconds=1)))
            if s.end is None and s.camera.id not in shown
            else s
            for s in settled.sequences
        )
        followed = attrs.evolve(settled, sequences=kept, view_number=number, confirmed_at=at)
        for camera in dict.fromkeys(cameras):
            followed = _opened(followed, camera, at)
        return followed

    def confirm(self, *, number: int, at: datetime) -> Collection:
        """Take a sign of life into account that says nothing of the live view: what is open goes on."""
        if number < self.view_number:
            return self
        return attrs.evolve(self.settle(at), view_number=number, confirmed_at=max(at, self.confirmed_at))

    def settle(self, now: datetime) -> Collection:
        """End open sequences whose browser gave no sign of life for longer than the margin."""
        until = self.confirmed_at + SIGN_OF_LIFE_MARGIN
        if now <= until:
            return self
        return attrs.evolve(
            self,
            sequences=tuple(
                attrs.evolve(s, end=max(until, s.start + timedelta(seconds=1)), end_unconfirmed=True)
                if s.end is None
                else s
                for s in self.sequences
            ),
        )

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

    def resumed(self, client: str, now: datetime) -> Collection:
        """Let another browser tab feed the collection; what was open ends as the margin says."""
        return attrs.evolve(self.settle(now), client=client, view_number=0, confirmed_at=now)

    def intervals(self, now: datetime) -> tuple[tuple[CollectedSequence, Interval], ...]:
        """Give every sequence with the interval it has when the collection is saved now."""
        now = max(now, self.confirmed_at)
        settled = self.settle(now)
        return tuple(
            (s, Interval(s.start, s.end or max(now, s.start + timedelta(seconds=1))))
            for s in settled.sequences
        )


def _opened(collection: Collection, camera: ShownCamera, at: datetime) -> Collection:
    """Begin a sequence, or go on with the camera's last one when it ended a moment ago."""
    start = at - collection.pre_roll
    earlier = [i for i, s in enumerate(collection.sequences) if s.camera.id == camera.id]
    if earlier:
        position = earlier[-1]
        last = collection.sequences[position]
        if last.end is None:
            return collection
        if start <= last.end + collection.merge_within:
            reopened = attrs.evolve(last, end=None, end_unconfirmed=False)
            sequences = (*collection.sequences[:position], reopened, *collection.sequences[position + 1 :])
            return attrs.evolve(collection, sequences=sequences)
    new = CollectedSequence(camera=camera, start=start)
    return attrs.evolve(collection, sequences=(*collection.sequences, new))
