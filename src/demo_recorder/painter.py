"""Frames of one camera, one after another, drawing only what changed since the one before."""

from collections.abc import Callable
from datetime import datetime

from demo_recorder.cameras import HEIGHT, WIDTH, Camera
from demo_recorder.caption import TimeText
from demo_recorder.mechanics import Position
from demo_recorder.picture import BLACK, WHITE, Picture, Plane
from demo_recorder.scenes import background
from demo_recorder.strip import BLOCKS, HEIGHT_RATIO, strip_blocks
from demo_recorder.timebase import FrameNumber, milliseconds_of, moment_of
from demo_recorder.viewport import turned
from demo_recorder.walker import Patch, patch_of

_STRIP_LINES = round(HEIGHT * HEIGHT_RATIO)

#: Where a camera that can be moved looks at a moment.
Turns = Callable[[datetime], Position]


def straight_ahead(_: datetime) -> Position:
    """Where a camera looks that nobody moves."""
    return Position()


class Painter:
    """Paints any frame of a camera.

    A frame depends on its number and on where the camera looked then, not on frames painted before.
    """

    def __init__(self, camera: Camera, turns: Turns = straight_ahead) -> None:
        """Begin with the camera's empty scene."""
        self._camera = camera
        self._turns = turns
        self._scene = background(camera)
        self._picture = self._scene.copy()
        self._time_text = TimeText(self._picture)
        self._shown: Patch | None = None

    def paint(self, frame: FrameNumber) -> Picture:
        """The picture of a frame; it is overwritten by the next one."""
        self._move_person(patch_of(self._camera, frame))
        self._time_text.write(frame)
        blocks = strip_blocks(camera=self._camera.number, time_ms=milliseconds_of(frame))
        levels = (blocks * (WHITE - BLACK) + BLACK).astype("uint8")
        self._picture.y[-_STRIP_LINES:] = levels.repeat(WIDTH // BLOCKS)
        position = self._turns(moment_of(frame))
        return self._picture if position == Position() else turned(self._picture, position, _STRIP_LINES)

    def _move_person(self, patch: Patch | None) -> None:
        if self._shown is not None:
            _copy_back(self._picture, self._scene, self._shown)
        if patch is not None:
            _paste(self._picture, patch)
        self._shown = patch


def _paste(picture: Picture, patch: Patch) -> None:
    for plane, dots, step in _planes(picture, patch):
        top, left = patch.top // step, patch.left // step
        plane[top : top + dots.shape[0], left : left + dots.shape[1]] = dots


def _copy_back(picture: Picture, scene: Picture, patch: Patch) -> None:
    for (plane, dots, step), clean in zip(_planes(picture, patch), (scene.y, scene.u, scene.v), strict=True):
        top, left = patch.top // step, patch.left // step
        place = (slice(top, top + dots.shape[0]), slice(left, left + dots.shape[1]))
        plane[place] = clean[place]


def _planes(picture: Picture, patch: Patch) -> tuple[tuple[Plane, Plane, int], ...]:
    return ((picture.y, patch.y, 1), (picture.u, patch.u, 2), (picture.v, patch.v, 2))
