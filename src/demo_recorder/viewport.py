"""What a camera that was turned sees: a part of its scene, moved and enlarged, with the numbers beside it."""

import numpy as np
from numpy.typing import NDArray

from demo_recorder.caption import BAR_HEIGHT, put_text
from demo_recorder.mechanics import Position
from demo_recorder.picture import Picture, Plane

#: How far full pan and tilt move the picture, as parts of its width and height.
_REACH = 0.25
#: How many times full zoom enlarges it, less one.
_ENLARGES = 3.0
#: Where the numbers stand in the bar, in dots from the left.
_NUMBERS_LEFT = 170


def turned(picture: Picture, position: Position, strip_lines: int) -> Picture:
    """The picture from a position. The bar above and the time strip below stay as they are.

    Beyond the edge of the scene its outermost dots go on.
    """
    seen = picture.copy()
    for plane, source, step in ((seen.y, picture.y, 1), (seen.u, picture.u, 2), (seen.v, picture.v, 2)):
        top, bottom = BAR_HEIGHT // step, plane.shape[0] - strip_lines // step
        plane[top:bottom] = _part(source[top:bottom], position)
    put_text(seen, position_text(position), _NUMBERS_LEFT)
    return seen


def position_text(position: Position) -> str:
    """Pan, tilt and zoom as they are burnt in, for example ``P+0.28 T-0.14 Z0.50``."""
    return f"P{position.pan:+.2f} T{position.tilt:+.2f} Z{position.zoom:.2f}"


def _part(plane: Plane, position: Position) -> Plane:
    height, width = plane.shape
    rows = _places(height, -position.tilt, position.zoom)
    return plane.take(rows, axis=0).take(_places(width, position.pan, position.zoom), axis=1)


def _places(length: int, turn: float, zoom: float) -> NDArray[np.intp]:
    """Which dots of the scene are seen along one side."""
    middle = (length - 1) / 2
    offsets = (np.arange(length) - middle) / (1 + _ENLARGES * zoom)
    places: NDArray[np.intp] = np.rint(middle + turn * _REACH * length + offsets).astype(np.intp)
    return places.clip(0, length - 1)
