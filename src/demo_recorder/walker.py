"""The one moving subject: a person who walks from camera to camera, for ever the same round.

A round lasts a minute, fifteen seconds on each camera in the order of their numbers, and begins with each
minute of UTC. The person is seen by exactly one camera at any time.
"""

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from attrs import frozen

from demo_recorder.cameras import CAMERAS, Camera
from demo_recorder.picture import Floats, Picture, Plane, halved, to_yuv
from demo_recorder.scenes import background
from demo_recorder.scenes.canvas import Canvas
from demo_recorder.scenes.person import draw_person
from demo_recorder.timebase import FRAME_RATE, FrameNumber

SECONDS_ON_CAMERA = 15
_FRAMES_ON_CAMERA = SECONDS_ON_CAMERA * FRAME_RATE
_FRAMES_IN_ROUND = _FRAMES_ON_CAMERA * len(CAMERAS)
_SMOOTHNESS = 4


@frozen(kw_only=True)
class Spot:
    """Where the person's feet are in the picture, and how tall the person looks there, in dots."""

    x: float
    y: float
    tall: float


@frozen(kw_only=True)
class Leg:
    """A straight part of the way, walked evenly; without strides the person stands."""

    start: Spot
    end: Spot
    seconds: float
    strides: int
    #: Seen from behind, rather than from the side, walking to the right.
    away: bool = False


@frozen(kw_only=True)
class Patch:
    """The part of a frame that shows the person: its place in whole pairs of dots, and its dots."""

    top: int
    left: int
    y: Plane
    u: Plane
    v: Plane


def _spot(x: float, y: float, tall: float) -> Spot:
    return Spot(x=x, y=y, tall=tall)


def _walk(start: Spot, end: Spot, seconds: float, strides: int, *, away: bool = False) -> Leg:
    return Leg(start=start, end=end, seconds=seconds, strides=strides, away=away)


_DESK = _spot(290, 286, 122)
_OWN_CAR = _spot(286, 292, 112)
_PATH_BEND = _spot(316, 288, 100)
_WAYS = {
    "lobby": (
        _walk(_spot(80, 254, 108), _DESK, 5.5, 4),
        _walk(_DESK, _DESK, 3.5, 0),
        _walk(_DESK, _spot(572, 246, 104), 6, 5),
    ),
    "corridor": (_walk(_spot(400, 344, 216), _spot(320, 213, 50), 15, 14, away=True),),
    "parking": (
        _walk(_spot(68, 236, 92), _OWN_CAR, 5.5, 4),
        _walk(_OWN_CAR, _OWN_CAR, 3, 0),
        _walk(_OWN_CAR, _spot(580, 232, 88), 6.5, 6),
    ),
    "yard": (
        _walk(_spot(114, 218, 74), _PATH_BEND, 6, 5),
        _walk(_PATH_BEND, _PATH_BEND, 2.5, 0),
        _walk(_PATH_BEND, _spot(576, 226, 74), 6.5, 6),
    ),
}


def camera_seeing(frame: FrameNumber) -> Camera:
    """The camera before which the person is in a frame."""
    return CAMERAS[frame % _FRAMES_IN_ROUND // _FRAMES_ON_CAMERA]


def visits(camera: Camera, first: FrameNumber, last: FrameNumber) -> Iterator[tuple[FrameNumber, bool]]:
    """From which frames on, of these and in order, the person is before a camera, or has left it."""
    begins = (camera.number - 1) * _FRAMES_ON_CAMERA
    turn = (first - begins) // _FRAMES_IN_ROUND * _FRAMES_IN_ROUND + begins
    for start in range(turn, last + 1, _FRAMES_IN_ROUND):
        for frame, comes in ((start, True), (start + _FRAMES_ON_CAMERA, False)):
            if first <= frame <= last:
                yield FrameNumber(frame), comes


def patch_of(camera: Camera, frame: FrameNumber) -> Patch | None:
    """What to draw over the camera's background in a frame; None when nobody is there."""
    if camera_seeing(frame).number != camera.number:
        return None
    return _patch(camera, frame % _FRAMES_ON_CAMERA)


@lru_cache(maxsize=_FRAMES_IN_ROUND)
def _patch(camera: Camera, step: int) -> Patch:
    leg, progress = _leg_at(camera, step / FRAME_RATE)
    x, y, tall = (
        start + (end - start) * progress
        for start, end in (
            (leg.start.x, leg.end.x),
            (leg.start.y, leg.end.y),
            (leg.start.tall, leg.end.tall),
        )
    )
    half, above, below = tall * 0.34, tall * 1.04, tall * 0.06
    left, top = _even(x - half), _even(y - above)
    canvas = Canvas(
        _even(x + half) + 2 - left, _even(y + below) + 2 - top, smoothness=_SMOOTHNESS, colour=(0, 0, 0, 0)
    )
    stride = progress * leg.strides if leg.strides else None
    draw_person(canvas, feet=(x - left, y - top), tall=tall, stride=stride, away=leg.away)
    return _blended(background(camera), canvas.reduced(), left, top)


def _leg_at(camera: Camera, seconds: float) -> tuple[Leg, float]:
    """The part of the camera's way on which the person is, and how much of it is done."""
    legs = _WAYS[camera.token]
    for leg in legs:
        if seconds < leg.seconds:
            return leg, seconds / leg.seconds
        seconds -= leg.seconds
    return legs[-1], 1.0


def _even(value: float) -> int:
    return math.floor(value / 2) * 2


def _blended(scene: Picture, drawing: Plane, left: int, top: int) -> Patch:
    """Lay a see-through drawing over a scene; ``left`` and ``top`` are even, as is its size."""
    tall, wide = drawing.shape[:2]
    rows, columns = slice(top, top + tall), slice(left, left + wide)
    half_rows, half_columns = (slice(s.start // 2, s.stop // 2) for s in (rows, columns))
    cover = drawing[..., 3].astype(np.float32) / 255
    half_cover = halved(cover)
    y, u, v = to_yuv(drawing[..., :3])
    return Patch(
        top=top,
        left=left,
        y=_mixed(scene.y[rows, columns], y, cover),
        u=_mixed(scene.u[half_rows, half_columns], u, half_cover),
        v=_mixed(scene.v[half_rows, half_columns], v, half_cover),
    )


def _mixed(under: Plane, over: Plane, cover: Floats) -> Plane:
    return np.rint(under + (over.astype(np.float32) - under) * cover).astype(np.uint8)
