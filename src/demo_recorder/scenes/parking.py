"""Camera 3: an underground car park with four parked cars, a stair door and the way up."""

from demo_recorder.scenes.canvas import Canvas, Colour

_FLOOR = 212


def paint(canvas: Canvas) -> None:
    """Paint the car park without people."""
    canvas.shade(0, 0, 640, 70, above=(62, 64, 66), below=(86, 88, 88))
    canvas.shade(0, 70, 640, _FLOOR, above=(128, 130, 128), below=(146, 147, 142))
    canvas.box((196, 164, 60), 0, 176, 640, 186)
    canvas.shade(0, _FLOOR, 640, 360, above=(92, 94, 96), below=(124, 126, 127))
    _ceiling(canvas)
    _stair_door(canvas)
    _ramp(canvas)
    _bays(canvas)
    for left, colour in ((152, (150, 52, 48)), (246, (210, 212, 214)), (386, (52, 82, 124))):
        _car(canvas, left, colour)
    _pillar(canvas, 352)
    _pillar(canvas, 124)
    _lane(canvas)


def _ceiling(canvas: Canvas) -> None:
    for x in (140, 380, 620):
        canvas.area((54, 56, 58), (x - 30, 24), (x - 6, 24), (x - 16, 70), (x - 30, 70))
    for x in (60, 250, 440):
        canvas.area((248, 250, 240), (x, 46), (x + 96, 46), (x + 90, 53), (x + 6, 53))
        canvas.area((255, 255, 240, 22), (x, 53), (x + 96, 53), (x + 140, _FLOOR), (x - 44, _FLOOR))
    canvas.stroke((150, 60, 54), 4, (0, 64), (640, 64))


def _stair_door(canvas: Canvas) -> None:
    canvas.box((76, 78, 80), 32, 118, 100, _FLOOR + 22)
    canvas.box((58, 124, 96), 37, 123, 95, _FLOOR + 22)
    canvas.box((196, 216, 210), 72, 138, 86, 170)
    canvas.box((222, 224, 214), 44, 178, 50, 184)
    canvas.rounded((36, 118, 74), 44, 98, 88, 113, radius=3)
    for step in range(4):
        canvas.box((240, 250, 244), 54 + step * 6, 109 - step * 3, 60 + step * 6, 111)


def _ramp(canvas: Canvas) -> None:
    canvas.box((58, 60, 62), 520, 92, 634, _FLOOR + 6)
    canvas.shade(528, 100, 626, _FLOOR + 6, above=(222, 230, 228), below=(120, 122, 122))
    canvas.area((96, 98, 100), (528, _FLOOR + 6), (556, 138), (600, 138), (626, _FLOOR + 6))
    canvas.area((206, 200, 150), (574, _FLOOR + 6), (577, 140), (579, 140), (584, _FLOOR + 6))
    for x in range(528, 626, 14):
        canvas.area((214, 176, 60), (x, 92), (x + 7, 92), (x + 4, 100), (x - 3, 100))


def _bays(canvas: Canvas) -> None:
    for x in (138, 232, 326, 372, 466):
        canvas.area((226, 224, 210), (x, _FLOOR), (x + 3, _FLOOR), (x - 2, 262), (x - 6, 262))


def _car(canvas: Canvas, left: float, colour: Colour) -> None:
    """A parked car seen from the front, 80 dots wide."""
    right, ground = left + 80, 258
    dark, light = _tone(colour, 0.62), _tone(colour, 1.18)
    canvas.disc((20, 22, 24, 110), (left + 40, ground), 44, 6)
    for wheel in (left + 5, right - 17):
        canvas.rounded((28, 29, 31), wheel, ground - 20, wheel + 12, ground + 2, radius=3)
    canvas.area(colour, (left + 14, 196), (right - 14, 196), (right - 3, 222), (left + 3, 222))
    canvas.area((54, 66, 76), (left + 17, 199), (right - 17, 199), (right - 9, 219), (left + 9, 219))
    canvas.area((120, 138, 148), (left + 24, 199), (left + 40, 199), (left + 30, 219), (left + 14, 219))
    canvas.rounded(colour, left, 219, right, ground - 6, radius=8)
    canvas.rounded(light, left + 4, 221, right - 4, 229, radius=4)
    canvas.rounded(dark, left + 20, 234, right - 20, 243, radius=3)
    for lamp in (left + 11, right - 11):
        canvas.disc((238, 236, 214), (lamp, 236), 7, 5)
    canvas.box(dark, left + 4, 247, right - 4, 252)
    canvas.box((236, 236, 228), left + 29, 246, right - 29, 253)


def _tone(colour: Colour, factor: float) -> Colour:
    red, green, blue = (min(255, round(part * factor)) for part in colour[:3])
    return red, green, blue


def _pillar(canvas: Canvas, x: float) -> None:
    canvas.shade(x - 10, 60, x + 10, 236, above=(164, 164, 158), below=(136, 136, 132))
    canvas.box((112, 112, 108), x + 5, 60, x + 10, 236)
    for stripe in range(3):
        top = 188 + stripe * 16
        canvas.area((216, 178, 58), (x - 10, top + 8), (x + 10, top), (x + 10, top + 8), (x - 10, top + 16))


def _lane(canvas: Canvas) -> None:
    for x in range(-20, 640, 96):
        canvas.area((214, 212, 196), (x, 326), (x + 52, 326), (x + 50, 331), (x - 4, 331))
    arrow = (
        (214, 212, 196),
        (300, 300),
        (352, 300),
        (352, 295),
        (376, 303),
        (350, 311),
        (350, 306),
        (298, 306),
    )
    canvas.area(*arrow)
