"""From what an operator picked to footage: names as they are now, and whether there is video."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import chain

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import CameraNames, Recorders
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.store import Marked
from incident_plugin.domain.access import Permission
from incident_plugin.domain.collection import ShownCamera
from incident_plugin.domain.errors import InvalidInput, NotFound, NoVideo, RecorderUnavailable
from incident_plugin.domain.media import Camera, CameraId, DeviceFacts
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import Footage, SequenceId
from incident_plugin.domain.sequence import Sequence as VideoSequence
from incident_plugin.domain.time import Interval, gaps

#: An operator may mark up to now; clocks of browsers and servers differ by a little.
FUTURE_TOLERANCE = timedelta(seconds=2)
#: Longer picks are asked about: often one of the two marks is an old one.
LONG = timedelta(hours=6)
#: Seconds by which recorders may give the bounds of what they recorded too short.
_ROUNDED = 3
#: Cameras that recorders are asked about at once.
_AT_ONCE = 8
#: Projects that are named in one warning.
_NAMED = 3

Marks = Callable[[Sequence[CameraId], Interval], tuple[Marked, ...]]


def nothing_marked(_cameras: Sequence[CameraId], _interval: Interval) -> tuple[Marked, ...]:
    """Of a site without projects nothing is marked."""
    return ()


@attrs.frozen(kw_only=True)
class Pick:
    """A camera and an interval that an operator chose."""

    camera: CameraId
    interval: Interval


@attrs.frozen(kw_only=True)
class PickedFootage:
    """Footage that may be added, with what the operator should know about it."""

    footage: tuple[Footage, ...]
    warnings: tuple[str, ...] = ()


class Cameras:
    """The cameras of the site, remembered while a recorder cannot be asked."""

    def __init__(self, recorders: CameraNames) -> None:
        self._recorders = recorders
        self._known: dict[CameraId, Camera] = {}
        #: Whether every recorder has named its cameras since the start, and they are known here.
        self._all_known = False

    async def refresh(self) -> tuple[Camera, ...]:
        """Ask the recorders; raises ``RecorderUnavailable``. Names known before stay known."""
        cameras = await self._recorders.cameras()
        self._known |= {camera.id: camera for camera in cameras}
        self._all_known = self._all_known or self._recorders.all_named
        return cameras

    def learn(self, cameras: Iterable[Camera]) -> None:
        """Take note of cameras that a recorder has just named."""
        self._known |= {camera.id: camera for camera in cameras}

    def forget(self, cameras: Iterable[CameraId]) -> None:
        """Let go of cameras that no recorder has any more; sequences of them keep their names."""
        for camera in cameras:
            self._known.pop(camera, None)

    @property
    def known(self) -> tuple[Camera, ...]:
        """Every camera that a recorder has named since the start."""
        return tuple(self._known.values())

    def device(self, camera: CameraId) -> DeviceFacts | None:
        """Give what a camera's video comes from; nothing for an unknown one, or where it was not told."""
        known = self._known.get(camera)
        return known.device if known else None

    def find(self, camera: CameraId) -> Camera:
        """Give a camera; raises ``NotFound`` when no recorder has named it."""
        try:
            return self._known[camera]
        except KeyError:
            raise NotFound(
                "This camera is not known to any recorder. Nothing was added.",
                cause="incident.camera-unknown",
            ) from None

    def shown(self, cameras: Iterable[CameraId]) -> tuple[ShownCamera, ...]:
        """Give cameras under their names; unknown ones are left out: there is no video of them.

        While a recorder has not answered since the start, an unknown one may be its, and has its id for name.
        """
        found = (self.named(ShownCamera(id=camera, name=camera, recorder="")) for camera in cameras)
        return tuple(one for one in found if one.named or not self._all_known)

    def named(self, camera: ShownCamera) -> ShownCamera:
        """Give a camera that was taken under its id the name that a recorder has given since."""
        known = None if camera.named else self._known.get(camera.id)
        return ShownCamera(id=known.id, name=known.name, recorder=known.recorder) if known else camera


@attrs.frozen(kw_only=True)
class FootagePicker:
    """Checks what operators pick before it is added anywhere."""

    _cameras: Cameras
    _recorders: Recorders
    _guard: Guard
    _clock: Clock
    #: Gives the sequences that projects have already.
    _marked: Marks = nothing_marked

    async def pick(self, actor: Actor, picks: Iterable[Pick]) -> PickedFootage:
        """Turn picks into footage.

        Raises ``InvalidInput`` for time to come, ``NoVideo`` when nothing at all is recorded, ``Unreadable``
        for a camera that the actor may not see. A recorder that does not answer is a warning: the sequence
        names video that is there later.
        """
        chosen: list[tuple[Camera, Interval]] = []
        for pick in picks:
            self._guard.require(actor, Permission.CAMERAS_VIEW, (pick.camera,))
            chosen.append((self._cameras.find(pick.camera), pick.interval))
        places = asyncio.Semaphore(_AT_ONCE)

        async def judged(camera: Camera, interval: Interval) -> list[str]:
            async with places:
                return [*await self._checked(camera, interval), *_said_of_length(camera.name, interval)]

        warnings = await asyncio.gather(*(judged(camera, interval) for camera, interval in chosen))
        footage = (
            Footage(camera=camera.id, camera_name=camera.name, recorder=camera.recorder, interval=interval)
            for camera, interval in chosen
        )
        return PickedFootage(footage=tuple(footage), warnings=tuple(chain.from_iterable(warnings)))

    async def had(self, actor: Actor, footage: Iterable[Footage]) -> tuple[str, ...]:
        """Say of footage which projects have a part of it, to those who may see what projects have.

        What is added to a project is told by the project's own relations.
        """
        if not self._guard.allows(actor, Permission.SEQUENCES_VIEW):
            return ()
        return tuple(filter(None, [await asyncio.to_thread(self._said_of, one) for one in footage]))

    def in_projects(
        self, actor: Actor, sequences: Iterable[VideoSequence]
    ) -> dict[SequenceId, list[ProjectId]]:
        """Give the projects that have a part of a sequence, newest first, to those who may see it."""
        if not self._guard.allows(actor, Permission.SEQUENCES_VIEW):
            return {}
        found = {one.id: self._projects_with(one.footage) for one in sequences}
        return {sequence: projects for sequence, projects in found.items() if projects}

    def _projects_with(self, footage: Footage) -> list[ProjectId]:
        return sorted({m.project for m in self._marked((footage.camera,), footage.interval)}, reverse=True)

    def _said_of(self, footage: Footage) -> str:
        projects = self._projects_with(footage)
        if not projects:
            return ""
        named = ", ".join(str(project) for project in projects[:_NAMED])
        more = f" and {len(projects) - _NAMED} more" if len(projects) > _NAMED else ""
        noun = "incident project" if len(projects) == 1 else "incident projects"
        return f"{footage.camera_name} at this time is already in {noun} {named}{more}."

    async def _checked(self, camera: Camera, interval: Interval) -> list[str]:
        if interval.end > self._clock.now() + FUTURE_TOLERANCE:
            raise InvalidInput(
                "The chosen end is in the future. Choose an end that is not after now.",
                cause="incident.in-the-future",
            )
        try:
            recorded = await self._recorders.recorded(camera.id, interval)
        except RecorderUnavailable as error:
            return [
                f"{camera.name} was added, but whether there is video could not be checked. {error.detail}"
            ]
        if not recorded:
            raise NoVideo(
                f"{camera.name} has no recorded video in the chosen time. "
                "Your marks are kept: choose another time."
            )
        return _said_of_gaps(camera.name, gaps(interval, recorded), interval)


def _said_of_length(name: str, interval: Interval) -> list[str]:
    """Have a long pick looked at again."""
    if interval.length <= LONG:
        return []
    hours = round(interval.length / timedelta(hours=1))
    return [f"{name} was added with {hours} hours of video. Check both times."]


def _said_of_gaps(name: str, missing: Sequence[Interval], within: Interval) -> list[str]:
    """Say what is not there, if it is more than recorders round; a chosen end without video is named."""
    seconds = round(sum((gap.length for gap in missing), timedelta(0)).total_seconds())
    if seconds <= _ROUNDED:
        return []
    last = missing[-1]
    if last.end == within.end and last.length > timedelta(seconds=_ROUNDED):
        before = round(last.length.total_seconds())
        return [
            (
                f"{name} has no video at the chosen end: it stops {before} s before."
                f" In all {seconds} s are missing."
            )
        ]
    return [f"{name} has no video for {seconds} s of the chosen time. It was added with the gap."]
