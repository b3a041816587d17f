"""The four cameras, and the tokens by which ONVIF and RTSP name what belongs to them."""

from typing import NewType

from attrs import field, frozen, validators

from demo_recorder.strip import MAX_CAMERA

CameraToken = NewType("CameraToken", str)
RecordingToken = NewType("RecordingToken", str)

#: The tracks of a recording: video always, sound where the camera has a microphone.
VIDEO_TRACK = "VIDEO001"
SOUND_TRACK = "AUDIO001"

WIDTH = 640
HEIGHT = 360


@frozen(kw_only=True)
class Camera:
    """A synthetic camera."""

    #: From 1; stands in the time strip of every frame.
    number: int = field(validator=[validators.ge(1), validators.le(MAX_CAMERA)])
    #: Names the camera's media profile and its live stream.
    token: CameraToken
    #: Shown in the picture and given to clients.
    name: str
    #: Where it hangs, for people.
    location: str
    #: Has motors.
    movable: bool = False
    #: Has a microphone.
    hears: bool = False

    @property
    def recording(self) -> RecordingToken:
        """Names the camera's recording and its replay stream."""
        return RecordingToken(f"rec_{self.token}")

    @property
    def source(self) -> str:
        """Names the video source of the camera."""
        return f"src_{self.token}"


CAMERAS = (
    Camera(number=1, token=CameraToken("lobby"), name="Lobby", location="Ground floor, entrance", hears=True),
    Camera(number=2, token=CameraToken("corridor"), name="Corridor", location="Ground floor, east wing"),
    Camera(number=3, token=CameraToken("parking"), name="Parking", location="Basement, level 1"),
    Camera(number=4, token=CameraToken("yard"), name="Yard", location="Outside, east gate", movable=True),
)
