"""Turning and zooming cameras: for as long as somebody holds on, and never longer."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import Ptz
from incident_plugin.application.ports import Actor
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import Conflict, IncidentError, NotFound, RecorderUnavailable
from incident_plugin.domain.media import CameraId, Motion, Preset

_log = logging.getLogger(__name__)

#: Told of each movement that began: by whom, of which camera. Runs in a worker thread.
Moved = Callable[[Actor, CameraId], None]


#: Cameras that are remembered: names that mean no camera must not fill the memory.
_MOST = 1_000


@attrs.frozen(kw_only=True)
class SteeringLimits:
    """How long a movement goes on without a word of the one who holds on."""

    #: After that it is stopped. Pages repeat a movement several times within it.
    silence: timedelta = timedelta(seconds=1.5)
    #: After that the device stops by itself, should this server be gone.
    at_device: timedelta = timedelta(seconds=4)
    #: How often a device that does not answer is told to stop, and the time between, in seconds.
    stops: int = 4
    between: float = 0.5


@attrs.define(kw_only=True, eq=False)
class _Head:
    """One camera: who holds on, what is wanted, and one call to the device at a time."""

    holder: Actor | None = None
    gesture: str = ""
    motion: Motion | None = None
    sent: Motion | None = None
    sent_at: float = 0.0
    deadline: asyncio.TimerHandle | None = None
    calling: asyncio.Lock = attrs.field(factory=asyncio.Lock)
    #: Gestures that are over: what a network delivers late begins nothing.
    over: deque[str] = attrs.field(factory=lambda: deque(maxlen=64))


class Steering:
    """Everything that moves cameras.

    A movement belongs to a *gesture*, a name that the page gives it: from pressing to letting go. It is
    repeated while the operator holds on; without that the camera is stopped, whatever became of the page.
    """

    def __init__(self, ptz: Ptz, guard: Guard, moved: Moved, *, limits: SteeringLimits | None = None) -> None:
        self._ptz = ptz
        self._guard = guard
        self._moved = moved
        self._limits = limits or SteeringLimits()
        self._heads: dict[CameraId, _Head] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def move(self, actor: Actor, camera: CameraId, motion: Motion, gesture: str) -> None:
        """Begin a movement, change it, or go on with it.

        Raises ``Denied``, ``Conflict`` while somebody else moves the camera, ``RecorderUnavailable``, and
        ``NotFound`` for a camera that cannot be moved.
        """
        self._require(actor, camera)
        head = self._head(camera)
        if gesture in head.over:
            return
        self._see_that_free(head, actor)
        begins = head.gesture != gesture
        if begins and head.gesture:
            head.over.append(head.gesture)
        head.holder, head.gesture, head.motion = actor, gesture, motion
        self._hold(camera, head)
        async with head.calling:
            if head.gesture == gesture and self._is_due(head):
                head.sent, head.sent_at = head.motion, asyncio.get_running_loop().time()
                wanted = head.motion or Motion()
                try:
                    await self._ptz.move(camera, wanted, lasting=self._limits.at_device)
                except NotFound:
                    self._forget(head)
                    raise
        if begins:
            await self._note(actor, camera)

    async def stop(self, actor: Actor, camera: CameraId, gesture: str) -> None:
        """End a gesture; the camera has stopped when this returns. Others' movements are not touched.

        Raises as ``move`` does. Who may move cameras no longer may still stop what they moved.
        """
        head = self._head(camera)
        own = head.holder is not None and head.holder.person.id == actor.person.id
        if not own:
            self._require(actor, camera)
        if gesture not in head.over:
            head.over.append(gesture)
        if head.gesture == gesture:
            await self._end(camera, head)

    async def presets(self, actor: Actor, camera: CameraId) -> tuple[Preset, ...]:
        """Give the remembered positions to whoever may see the camera."""
        self._guard.require(actor, Permission.CAMERAS_VIEW, (camera,))
        return await self._ptz.presets(camera)

    async def go_to(self, actor: Actor, camera: CameraId, preset: str) -> None:
        """Move to a remembered position."""
        self._require(actor, camera)
        head = self._head(camera)
        self._see_that_free(head, actor)
        async with head.calling:
            await self._ptz.go_to(camera, preset)
        await self._note(actor, camera)

    async def close(self) -> None:
        """Stop whatever moves."""
        for camera, head in self._heads.items():
            if head.gesture:
                with suppress(IncidentError):
                    await self._end(camera, head)
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _note(self, actor: Actor, camera: CameraId) -> None:
        try:
            await asyncio.to_thread(self._moved, actor, camera)
        except IncidentError as error:
            # The camera has moved; that it cannot be written down must not keep it from being stopped.
            _log.error("a movement of camera %s was not noted: %s", camera, error)

    def _require(self, actor: Actor, camera: CameraId) -> None:
        self._guard.require(actor, Permission.CAMERAS_VIEW, (camera,))
        self._guard.require(actor, Permission.PTZ_MANAGE, (camera,))

    def _head(self, camera: CameraId) -> _Head:
        if camera not in self._heads and len(self._heads) >= _MOST:
            self._heads = {
                id_: one for id_, one in self._heads.items() if one.gesture or one.calling.locked()
            }
        return self._heads.setdefault(camera, _Head())

    def _see_that_free(self, head: _Head, actor: Actor) -> None:
        if head.holder is not None and head.holder.person.id != actor.person.id:
            name = head.holder.person.name
            raise Conflict(
                f"{name} is moving this camera now, and goes on moving it. Try again when it stands still.",
                field="ptz",
                now=name,
                by=head.holder.person,
            )

    def _is_due(self, head: _Head) -> bool:
        """Whether the device must be told: of something new, or before it stops by itself."""
        passed = asyncio.get_running_loop().time() - head.sent_at
        return head.motion != head.sent or passed > self._limits.at_device.total_seconds() / 2

    def _hold(self, camera: CameraId, head: _Head) -> None:
        if head.deadline:
            head.deadline.cancel()
        silence = self._limits.silence.total_seconds()
        head.deadline = asyncio.get_running_loop().call_later(silence, self._let_go, camera, head)

    def _let_go(self, camera: CameraId, head: _Head) -> None:
        """Nobody says any more that the movement is wanted."""
        _log.warning("camera %s is stopped: its operator was not heard of any more", camera)
        self._background(self._end_quietly(camera, head))

    async def _end_quietly(self, camera: CameraId, head: _Head) -> None:
        try:
            await self._end(camera, head)
        except IncidentError as error:
            _log.warning("camera %s could not be told to stop: %s", camera, error.detail)

    async def _end(self, camera: CameraId, head: _Head) -> None:
        """Tell the device to stop until it has heard."""
        self._forget(head)
        for left in reversed(range(self._limits.stops)):
            async with head.calling:
                if head.gesture:  # somebody moves it anew
                    return
                try:
                    await self._ptz.stop(camera)
                except RecorderUnavailable:
                    if not left:
                        raise
                else:
                    return
            await asyncio.sleep(self._limits.between)

    def _forget(self, head: _Head) -> None:
        """Let nobody hold on any more."""
        if head.deadline:
            head.deadline.cancel()
        head.over.append(head.gesture)
        head.holder, head.gesture, head.motion, head.sent, head.deadline = None, "", None, None, None

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
