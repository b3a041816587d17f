"""Operations that move cameras and take pictures of what they show."""

from __future__ import annotations

import asyncio
from typing import Annotated

import attrs
import msgspec

from incident_plugin.application.live.snapshots import Snapshots
from incident_plugin.application.live.steering import Steering
from incident_plugin.domain.access import Permission
from incident_plugin.domain.media import CameraId, Motion, Preset
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Handler, Operation

#: The page's name for one press, from pressing to letting go.
Gesture = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
_Speed = Annotated[float, msgspec.Meta(ge=-1, le=1)]


class MoveBody(Body):
    """How fast to turn and zoom, from -1 to 1: right, up and in are positive."""

    gesture: Gesture
    pan: _Speed = 0.0
    tilt: _Speed = 0.0
    zoom: _Speed = 0.0


class StopBody(Body):
    """The press that is over."""

    gesture: Gesture


class PositionBody(Body):
    """A remembered position."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


@attrs.frozen(kw_only=True)
class PositionsAnswer:
    """Remembered positions of a camera."""

    presets: tuple[Preset, ...]


@attrs.frozen(kw_only=True)
class SteeringResources:
    """Handlers of these operations."""

    _steering: Steering
    _snapshots: Snapshots

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        move, also = Permission.PTZ_MANAGE, (Permission.CAMERAS_VIEW,)
        failure = "Cannot move the camera. Try again later."

        def row(method: str, path: str, summary: str, handler: Handler) -> Operation:
            return Operation(method, f"{path}/{{camera:path}}", move, summary, handler, failure, also=also)

        return (
            row("POST", "ptz/moves", "Move a camera; repeated while somebody holds on.", self.move),
            row("POST", "ptz/stops", "Stop moving a camera.", self.stop),
            Operation(
                "GET",
                "ptz/presets/{camera:path}",
                Permission.CAMERAS_VIEW,
                "Remembered positions of a camera.",
                self.presets,
            ),
            row("POST", "ptz/presets", "Move to a remembered position.", self.go_to),
            Operation(
                "POST",
                "snapshots/{camera:path}",
                Permission.SNAPSHOTS_MANAGE,
                "Ask to keep the picture that is shown; noted where it concerns a collection.",
                self.snapshot,
                "Cannot take a snapshot. Try again later.",
                also=also,
            ),
        )

    async def move(self, call: Call, body: MoveBody) -> None:
        motion = Motion(pan=body.pan, tilt=body.tilt, zoom=body.zoom)
        await self._steering.move(call.actor, _camera(call), motion, body.gesture)

    async def stop(self, call: Call, body: StopBody) -> None:
        await self._steering.stop(call.actor, _camera(call), body.gesture)

    async def presets(self, call: Call) -> PositionsAnswer:
        return PositionsAnswer(presets=await self._steering.presets(call.actor, _camera(call)))

    async def go_to(self, call: Call, body: PositionBody) -> None:
        await self._steering.go_to(call.actor, _camera(call), body.token)

    async def snapshot(self, call: Call) -> None:
        await asyncio.to_thread(self._snapshots.taken, call.actor, _camera(call))


def _camera(call: Call) -> CameraId:
    return CameraId(call.path["camera"])
