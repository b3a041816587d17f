"""Camera 4: a yard in daylight, with a building, a fence and a gate."""

from demo_recorder.scenes.canvas import Canvas

_GROUND = 196


def paint(canvas: Canvas) -> None:
    """Paint the yard without people."""
    canvas.shade(0, 24, 640, _GROUND, above=(136, 178, 214), below=(214, 228, 234))
    _clouds(canvas)
    _hills(canvas)
    canvas.shade(0, _GROUND, 640, 360, above=(118, 152, 92), below=(92, 128, 74))
    _path(canvas)
    _trees(canvas)
    _fence(canvas)
    _building(canvas)
    _lamp_post(canvas)
    _bench(canvas)


def _clouds(canvas: Canvas) -> None:
    for x, y, size in ((300, 62, 1.0), (470, 48, 0.7), (586, 76, 0.9)):
        for offset, width in ((-26, 26), (0, 36), (28, 24)):
            canvas.disc((244, 248, 250), (x + offset * size, y), width * size, 8 * size)
        canvas.disc((244, 248, 250), (x - 4, y - 7 * size), 20 * size, 10 * size)


def _hills(canvas: Canvas) -> None:
    canvas.disc((150, 178, 168), (520, 214), 210, 64)
    canvas.disc((132, 164, 148), (290, 220), 190, 58)


def _path(canvas: Canvas) -> None:
    edge = ((84, 214), (150, 214), (330, 262), (560, 222), (600, 222), (352, 318), (250, 300))
    canvas.area((188, 178, 156), *edge)
    canvas.area(
        (202, 192, 170), (104, 216), (146, 216), (332, 272), (566, 226), (588, 226), (350, 308), (262, 292)
    )


def _trees(canvas: Canvas) -> None:
    for x, size in ((262, 1.0), (384, 0.84), (448, 1.08)):
        canvas.box((98, 76, 56), x - 4, 160, x + 4, _GROUND + 4)
        for dx, dy, radius in ((-16, 0, 20), (16, -2, 20), (0, -20, 24), (0, 4, 22)):
            centre = (x + dx * size, 146 + dy * size)
            canvas.disc((70, 112, 66), centre, radius * size, radius * size)
        for dx, dy in ((-12, -14), (6, -28), (14, -6)):
            canvas.disc((92, 136, 82), (x + dx * size, 146 + dy * size), 9 * size, 7 * size)


def _fence(canvas: Canvas) -> None:
    steel = (86, 96, 100)
    for x in range(196, 530, 11):
        canvas.box(steel, x, 170, x + 2, 222)
    for y in (176, 212):
        canvas.box(steel, 190, y, 528, y + 3)
    for x in (526, 606):
        canvas.box((112, 104, 98), x, 154, x + 12, 232)
        canvas.box((138, 128, 120), x - 2, 150, x + 14, 156)
    canvas.box(steel, 618, 176, 640, 179)
    canvas.box(steel, 618, 212, 640, 215)
    for x in range(622, 640, 8):
        canvas.box(steel, x, 170, x + 2, 222)
    canvas.area((70, 80, 84), (538, 162), (556, 168), (556, 240), (538, 228))
    for offset in (4, 9, 14):
        canvas.stroke((150, 160, 164), 1.5, (538 + offset, 167), (538 + offset, 232))


def _building(canvas: Canvas) -> None:
    canvas.shade(0, 60, 168, 214, above=(186, 120, 92), below=(168, 104, 80))
    for y in range(68, 214, 8):
        canvas.stroke((156, 96, 74), 0.7, (0, y), (168, y))
    canvas.area((108, 66, 54), (0, 50), (176, 50), (176, 62), (0, 62))
    for x in (14, 118):
        canvas.box((238, 232, 220), x - 3, 87, x + 37, 129)
        canvas.shade(x, 90, x + 34, 126, above=(150, 184, 204), below=(92, 120, 140))
        canvas.box((238, 232, 220), x + 15, 90, x + 19, 126)
    canvas.box((238, 232, 220), 80, 128, 136, 214)
    canvas.shade(85, 133, 131, 214, above=(50, 58, 64), below=(78, 86, 90))
    canvas.area((64, 92, 76), (85, 133), (97, 137), (97, 220), (85, 214))
    canvas.area((120, 74, 60), (72, 122), (144, 122), (150, 130), (66, 130))
    canvas.area((0, 0, 0, 40), (0, 214), (168, 214), (186, 222), (0, 222))


def _lamp_post(canvas: Canvas) -> None:
    canvas.disc((0, 0, 0, 50), (212, 286), 14, 3)
    canvas.box((60, 66, 70), 210, 110, 214, 286)
    canvas.stroke((60, 66, 70), 3, (212, 112), (218, 102), (236, 100))
    canvas.rounded((236, 232, 210), 228, 99, 246, 105, radius=2)


def _bench(canvas: Canvas) -> None:
    canvas.disc((0, 0, 0, 50), (462, 318), 44, 5)
    for y in (284, 292, 302):
        canvas.box((136, 98, 64), 424, y, 500, y + 5)
    for x in (430, 490):
        canvas.box((58, 62, 66), x, 286, x + 4, 318)
