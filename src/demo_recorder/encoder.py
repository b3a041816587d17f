"""H.264 as the cameras send it: Constrained Baseline, one group of pictures per encoder.

Every group begins with a fresh encoder, so its bits depend on nothing but its frames: rendered twice, in any
order, in any process on the same machine, it is the same.
"""

import re
from fractions import Fraction
from typing import Any

import av
from attrs import frozen

from demo_recorder.cameras import HEIGHT, WIDTH, Camera
from demo_recorder.painter import Painter
from demo_recorder.timebase import FRAME_RATE, GROUP_FRAMES, FrameNumber, GroupNumber, first_frame_of

# ITU-T H.264 table 7-1.
_NAL_TYPE = 0x1F
_SEI = 6
_SPS = 7
_PPS = 8

_START_CODE = re.compile(rb"\x00\x00\x00?\x01")

_OPTIONS = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "profile": "baseline",
    "level": "3.1",
    # A fixed quantiser: rate control would cost a third of the time, to save bits nobody counts.
    "qp": "22",
    "x264-params": "scenecut=0:repeat-headers=1:threads=1:open-gop=0"
    ":colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m",
}


@frozen(kw_only=True)
class AccessUnit:
    """One coded frame."""

    #: NAL units without start codes; a key frame begins with its parameter sets.
    nal_units: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Bytes of all NAL units."""
        return sum(map(len, self.nal_units))


@frozen(kw_only=True)
class ParameterSets:
    """What a decoder must know before the first picture (ITU-T H.264 section 7.4.1.2.1)."""

    sps: bytes
    pps: bytes


def parameter_sets(key_frame: AccessUnit) -> ParameterSets:
    """The parameter sets in front of a key frame."""
    by_type = {unit[0] & _NAL_TYPE: unit for unit in key_frame.nal_units}
    return ParameterSets(sps=by_type[_SPS], pps=by_type[_PPS])


class GroupEncoder:
    """Paints and codes the frames of one group, in order."""

    def __init__(self, camera: Camera, group: GroupNumber) -> None:
        """Begin before the group's key frame."""
        self._painter = Painter(camera)
        self._context = _open_context()
        self._next = first_frame_of(group)

    def encode_next(self) -> AccessUnit:
        """The next frame of the group."""
        picture = self._painter.paint(self._next)
        # Shares the picture's memory; the encoder has its own copy before the picture changes.
        frame = av.VideoFrame.from_numpy_buffer(picture.buffer, format="yuv420p")
        frame.pts = self._next
        self._next = FrameNumber(self._next + 1)
        (packet,) = self._context.encode(frame)
        units = (unit for unit in _START_CODE.split(bytes(packet)) if unit)
        # The encoder's only SEI is its own long list of settings, new with each group: of no use to anybody.
        return AccessUnit(nal_units=tuple(unit for unit in units if unit[0] & _NAL_TYPE != _SEI))


def _open_context() -> Any:
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    context.time_base, context.framerate = Fraction(1, FRAME_RATE), Fraction(FRAME_RATE)
    context.gop_size, context.max_b_frames, context.thread_count = GROUP_FRAMES, 0, 1
    context.options = _OPTIONS
    return context
