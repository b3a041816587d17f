"""What each camera sees when nobody is there, painted once and kept."""

from functools import lru_cache

from demo_recorder.cameras import CAMERAS, HEIGHT, WIDTH, Camera
from demo_recorder.caption import put_bar
from demo_recorder.picture import GREY_CHROMA, Picture
from demo_recorder.scenes import corridor, lobby, parking, yard
from demo_recorder.scenes.canvas import Canvas
from demo_recorder.strip import HEIGHT_RATIO

_PAINTERS = {"lobby": lobby.paint, "corridor": corridor.paint, "parking": parking.paint, "yard": yard.paint}
_SMOOTHNESS = 2
_STRIP_CHROMA_LINES = round(HEIGHT * HEIGHT_RATIO / 2)


@lru_cache(maxsize=len(CAMERAS))
def background(camera: Camera) -> Picture:
    """The camera's empty scene with its name, without time. Shared: copy it before drawing into it."""
    canvas = Canvas(WIDTH, HEIGHT, smoothness=_SMOOTHNESS, colour=(0, 0, 0))
    _PAINTERS[camera.token](canvas)
    picture = Picture()
    picture.put_rgb(canvas.reduced())
    picture.u[-_STRIP_CHROMA_LINES:] = GREY_CHROMA
    picture.v[-_STRIP_CHROMA_LINES:] = GREY_CHROMA
    put_bar(picture, camera.name)
    return picture
