"""Camera 1: an entrance hall with a glass door, a reception desk and the way to the corridor."""

from demo_recorder.scenes.canvas import Canvas

_FLOOR = 236


def paint(canvas: Canvas) -> None:
    """Paint the empty lobby."""
    canvas.shade(0, 24, 640, _FLOOR, above=(214, 200, 178), below=(232, 220, 200))
    canvas.shade(0, _FLOOR, 640, 360, above=(150, 134, 116), below=(186, 170, 150))
    _tiles(canvas)
    canvas.box((120, 100, 84), 0, _FLOOR - 6, 640, _FLOOR)
    _entrance(canvas)
    _passage(canvas)
    _picture(canvas)
    _desk(canvas)
    _plant(canvas)
    for x in (150, 320, 490):
        canvas.disc((255, 250, 232), (x, 34), 34, 5)
        canvas.area((255, 250, 232, 26), (x - 30, 36), (x + 30, 36), (x + 80, _FLOOR), (x - 80, _FLOOR))


def _tiles(canvas: Canvas) -> None:
    joint = (128, 113, 97)
    for x in range(-900, 1600, 100):
        canvas.stroke(joint, 1, (320 + (x - 320) * 0.55, _FLOOR), (x, 360))
    for y in (250, 270, 298, 334):
        canvas.stroke(joint, 1, (0, y), (640, y))


def _entrance(canvas: Canvas) -> None:
    canvas.box((70, 76, 84), 22, 84, 138, _FLOOR + 14)
    canvas.shade(28, 90, 132, _FLOOR + 14, above=(168, 204, 224), below=(206, 226, 228))
    canvas.box((142, 172, 146), 28, 206, 132, _FLOOR + 6)
    for x in (28, 79, 129):
        canvas.box((70, 76, 84), x, 90, x + 4, _FLOOR + 14)
    canvas.box((70, 76, 84), 28, 122, 132, 126)
    canvas.area((255, 255, 255, 46), (36, 196), (64, 130), (74, 130), (46, 196))
    canvas.area((255, 255, 255, 46), (90, 196), (118, 130), (126, 130), (98, 196))
    canvas.box((46, 50, 56), 72, 178, 75, 200)
    canvas.box((46, 50, 56), 87, 178, 90, 200)
    canvas.area((96, 82, 74), (14, _FLOOR + 14), (146, _FLOOR + 14), (166, _FLOOR + 34), (-6, _FLOOR + 34))


def _passage(canvas: Canvas) -> None:
    canvas.box((110, 88, 70), 522, 98, 620, _FLOOR + 10)
    canvas.shade(530, 106, 612, _FLOOR + 10, above=(74, 84, 96), below=(112, 122, 130))
    canvas.box((176, 190, 198), 548, 128, 594, _FLOOR - 18)
    canvas.area(
        (140, 148, 154), (530, _FLOOR + 10), (548, _FLOOR - 18), (594, _FLOOR - 18), (612, _FLOOR + 10)
    )
    canvas.rounded((36, 110, 70), 546, 76, 596, 92, radius=3)
    canvas.area((240, 250, 244), (580, 79), (590, 84), (580, 89))
    canvas.box((240, 250, 244), 554, 82, 581, 86)


def _picture(canvas: Canvas) -> None:
    canvas.box((88, 70, 56), 424, 92, 500, 152)
    canvas.shade(429, 97, 495, 147, above=(226, 170, 120), below=(244, 214, 168))
    canvas.area((92, 128, 140), (429, 147), (452, 116), (474, 147))
    canvas.area((70, 104, 118), (458, 147), (478, 124), (495, 147))
    canvas.disc((250, 238, 206), (482, 108), 5, 5)


def _desk(canvas: Canvas) -> None:
    canvas.box((92, 104, 116), 216, 84, 384, 134)
    for left in (232, 262, 292, 322):
        canvas.rounded((226, 232, 236), left, 98, left + 18, 120, radius=3)
    canvas.box((226, 232, 236), 350, 106, 372, 112)
    canvas.area((0, 0, 0, 40), (196, _FLOOR + 8), (404, _FLOOR + 8), (416, _FLOOR + 18), (184, _FLOOR + 18))
    canvas.shade(200, 188, 400, _FLOOR + 10, above=(146, 104, 66), below=(116, 80, 48))
    for x in range(225, 400, 25):
        canvas.stroke((104, 70, 42), 1, (x, 190), (x, _FLOOR + 10))
    canvas.box((92, 64, 44), 192, 181, 408, 190)
    canvas.box((150, 112, 78), 192, 179, 408, 182)
    canvas.rounded((40, 46, 54), 330, 152, 372, 178, radius=2)
    canvas.box((40, 46, 54), 348, 178, 354, 181)
    canvas.disc((200, 150, 60), (234, 176), 7, 4)


def _plant(canvas: Canvas) -> None:
    canvas.disc((0, 0, 0, 40), (470, _FLOOR + 16), 26, 5)
    for tip_x, tip_y in ((440, 170), (452, 150), (470, 142), (488, 152), (500, 174), (446, 194), (496, 196)):
        canvas.area((66, 116, 70), (466, 206), (tip_x, tip_y), (474, 206))
        canvas.stroke((96, 148, 92), 1.5, (470, 206), (tip_x, tip_y))
    canvas.area((176, 96, 66), (452, 204), (488, 204), (482, _FLOOR + 16), (458, _FLOOR + 16))
    canvas.box((192, 112, 80), 450, 200, 490, 208)
