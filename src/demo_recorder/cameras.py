"""The four cameras, and the tokens by which ONVIF and RTSP name what belongs to them."""

from collections.abc import Collection
from enum import StrEnum
from typing import NewType, Self

from attrs import evolve, field, frozen, validators

from demo_recorder.strip import MAX_CAMERA

CameraToken = NewType("CameraToken", str)
RecordingToken = NewType("RecordingToken", str)

#: The tracks of a recording: video always, sound where the camera has a microphone.
VIDEO_TRACK = "VIDEO001"
SOUND_TRACK = "AUDIO001"

WIDTH = 640
HEIGHT = 360


class Codec(StrEnum):
    """How a camera codes its pictures, by its name in RTP."""

    H264 = "H264"
    H265 = "H265"

    @property
    def spoken(self) -> str:
        """For people."""
        return f"{self.value[0]}.{self.value[1:]}"


class SoundCodec(StrEnum):
    """How a microphone is coded, by its name in ONVIF."""

    G711 = "G711"
    AAC = "AAC"

    @property
    def spoken(self) -> str:
        """For people."""
        return "G.711" if self is SoundCodec.G711 else self.value


@frozen(kw_only=True)
class Camera:
    """A synthetic camera, as its main stream shows it or as its smaller one does."""

    #: From 1; stands in the time strip of every frame.
    number: int = field(validator=[validators.ge(1), validators.le(MAX_CAMERA)])
    #: Names the camera, and what belongs to it.
    token: CameraToken
    #: Shown in the picture and given to clients.
    name: str
    #: Where it hangs, for people.
    location: str
    codec: Codec = Codec.H264
    #: Has motors.
    movable: bool = False
    #: How its microphone is coded, if it has one.
    sound: SoundCodec | None = None
    #: It was set up anew while it recorded: beside the recording that goes on it has an older one.
    renewed: bool = False
    #: As the second stream shows it: at half its width and height, always in H.264, and never recorded.
    small: bool = False

    @property
    def profile(self) -> str:
        """Names the media profile and its live stream."""
        return f"{self.token}_small" if self.small else self.token

    @property
    def title(self) -> str:
        """What people call the profile."""
        return f"{self.name} small" if self.small else self.name

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its pictures, in dots."""
        return (WIDTH // 2, HEIGHT // 2) if self.small else (WIDTH, HEIGHT)

    @property
    def streams(self) -> tuple[Self, Self]:
        """The main stream and the smaller one."""
        return evolve(self, small=False), evolve(self, small=True, codec=Codec.H264)

    @property
    def recording(self) -> RecordingToken:
        """Names the camera's recording and its replay stream."""
        return RecordingToken(f"rec_{self.token}")

    @property
    def source(self) -> str:
        """Names the video source of the camera."""
        return f"src_{self.token}"


CAMERAS = (
    Camera(
        number=1,
        token=CameraToken("lobby"),
        name="Lobby",
        location="Ground floor, entrance",
        sound=SoundCodec.G711,
    ),
    Camera(number=2, token=CameraToken("corridor"), name="Corridor", location="Ground floor, east wing"),
    Camera(number=3, token=CameraToken("parking"), name="Parking", location="Basement, level 1"),
    Camera(number=4, token=CameraToken("yard"), name="Yard", location="Outside, east gate", movable=True),
)


def cameras_with(
    *, h265: Collection[str] = (), aac: Collection[str] = (), renewed: Collection[str] = ()
) -> tuple[Camera, ...]:
    """The four; by their tokens those in H.265, with sound in AAC, and with an older recording."""
    return tuple(
        evolve(
            camera,
            codec=Codec.H265 if camera.token in h265 else camera.codec,
            sound=SoundCodec.AAC if camera.token in aac else camera.sound,
            renewed=camera.token in renewed,
        )
        for camera in CAMERAS
    )
