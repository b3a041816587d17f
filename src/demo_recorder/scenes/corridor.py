"""Camera 2: a long corridor, seen along its length, with doors on both sides."""

from demo_recorder.scenes.canvas import Canvas, Point

_FAR = (284, 134, 356, 212)
_NEAR = (-120, -60, 760, 460)


def paint(canvas: Canvas) -> None:
    """Paint the empty corridor."""
    left, top, right, bottom = _FAR
    canvas.area((206, 212, 216), (0, 0), (640, 0), (right, top), (left, top))
    canvas.area((188, 202, 208), (0, 0), (left, top), (left, bottom), (0, 360))
    canvas.area((176, 190, 198), (640, 0), (right, top), (right, bottom), (640, 360))
    canvas.area((112, 130, 142), (-220, 360), (left, bottom), (right, bottom), (860, 360))
    canvas.area((128, 147, 158), (140, 360), _at(0.36, 1, 1), _at(0.64, 1, 1), (500, 360))
    _lamps(canvas)
    _skirting(canvas)
    for near, far in ((0.34, 0.5), (0.6, 0.7), (0.77, 0.83)):
        _door(canvas, 0, near, far)
        _door(canvas, 1, near, far)
    _notice_board(canvas)
    _end(canvas)


def _at(across: float, up: float, depth: float) -> Point:
    """A point of the corridor: 0..1 from left to right, from ceiling to floor, from near to far."""
    near_left, near_top, near_right, near_bottom = _NEAR
    far_left, far_top, far_right, far_bottom = _FAR
    left = near_left + (far_left - near_left) * depth
    right = near_right + (far_right - near_right) * depth
    top = near_top + (far_top - near_top) * depth
    bottom = near_bottom + (far_bottom - near_bottom) * depth
    return left + (right - left) * across, top + (bottom - top) * up


def _lamps(canvas: Canvas) -> None:
    for near, far in ((0.3, 0.46), (0.58, 0.68), (0.76, 0.82), (0.87, 0.91)):
        canvas.area((252, 253, 246), _at(0.4, 0, near), _at(0.6, 0, near), _at(0.6, 0, far), _at(0.4, 0, far))
        floor = (_at(0.42, 1, near), _at(0.58, 1, near), _at(0.58, 1, far), _at(0.42, 1, far))
        canvas.area((255, 255, 255, 34), *floor)


def _skirting(canvas: Canvas) -> None:
    for side in (0, 1):
        corners = (_at(side, 1, 0), _at(side, 1, 1), _at(side, 0.96, 1), _at(side, 0.95, 0))
        canvas.area((84, 98, 110), *corners)
        rail = (_at(side, 0.66, 0), _at(side, 0.66, 1), _at(side, 0.63, 1), _at(side, 0.63, 0))
        canvas.area((150, 122, 92), *rail)


def _door(canvas: Canvas, side: float, near: float, far: float) -> None:
    frame = 0.012
    outer = (near - frame, far + frame)
    corners = (
        _at(side, 1, outer[0]),
        _at(side, 1, outer[1]),
        _at(side, 0.2, outer[1]),
        _at(side, 0.2, outer[0]),
    )
    canvas.area((236, 238, 238), *corners)
    corners = (_at(side, 1, near), _at(side, 1, far), _at(side, 0.23, far), _at(side, 0.23, near))
    canvas.area((70, 104, 136) if side == 0 else (62, 94, 124), *corners)
    inner_near, inner_far = near + (far - near) * 0.3, near + (far - near) * 0.7
    corners = (
        _at(side, 0.5, inner_near),
        _at(side, 0.5, inner_far),
        _at(side, 0.3, inner_far),
        _at(side, 0.3, inner_near),
    )
    canvas.area((196, 214, 224), *corners)
    handle = near + (far - near) * 0.14
    canvas.limb((226, 222, 204), 2, _at(side, 0.62, handle), _at(side, 0.67, handle))


def _notice_board(canvas: Canvas) -> None:
    corners = (_at(0, 0.58, 0.535), _at(0, 0.57, 0.58), _at(0, 0.34, 0.58), _at(0, 0.33, 0.535))
    canvas.area((172, 132, 88), *corners)
    paper = (_at(0, 0.5, 0.545), _at(0, 0.5, 0.565), _at(0, 0.38, 0.565), _at(0, 0.38, 0.545))
    canvas.area((246, 242, 226), *paper)


def _end(canvas: Canvas) -> None:
    left, top, right, bottom = _FAR
    canvas.box((164, 178, 186), left, top, right, bottom)
    canvas.box((92, 72, 54), 300, 150, 340, bottom)
    canvas.box((48, 56, 66), 303, 153, 337, bottom)
    canvas.box((92, 104, 112), 306, 170, 334, bottom)
    canvas.rounded((36, 118, 74), 307, 138, 333, 147, radius=2)
    canvas.box((240, 250, 244), 312, 141, 326, 144)
