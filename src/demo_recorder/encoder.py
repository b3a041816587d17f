"""H.264 (Constrained Baseline) or H.265 (Main) as the cameras send it: one group of pictures per encoder.

Every group begins with a fresh encoder, so its bits depend on nothing but its frames: rendered twice, in any
order, in any process on the same machine, it is the same.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import av
from attrs import frozen

from demo_recorder.cameras import Camera, Codec
from demo_recorder.painter import Painter, Turns, straight_ahead
from demo_recorder.timebase import FRAME_RATE, GROUP_FRAMES, FrameNumber, GroupNumber, first_frame_of

_START_CODE = re.compile(rb"\x00\x00\x00?\x01")

_COLOURS = "colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m"
# A fixed quantiser: rate control would cost a third of the time, to save bits nobody counts.
_H264_OPTIONS = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "profile": "baseline",
    "level": "3.1",
    "qp": "22",
    "x264-params": f"scenecut=0:repeat-headers=1:threads=1:open-gop=0:{_COLOURS}",
}
_H265_OPTIONS = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "x265-params": "scenecut=0:repeat-headers=1:open-gop=0:bframes=0:qp=26:pools=none:frame-threads=1:wpp=0"
    f":info=0:log-level=none:{_COLOURS}",
}


@frozen(kw_only=True)
class _Coding:
    """What differs from codec to codec."""

    encoder: str
    options: Mapping[str, str]
    #: Where a NAL unit's first byte has its type.
    shift: int
    mask: int
    parameter_sets: tuple[int, ...]
    supplements: frozenset[int]

    def type_of(self, nal_unit: bytes) -> int:
        return nal_unit[0] >> self.shift & self.mask


_CODINGS = {
    # ITU-T H.264 table 7-1: SPS, PPS; SEI.
    Codec.H264: _Coding(
        encoder="libx264",
        options=_H264_OPTIONS,
        shift=0,
        mask=0x1F,
        parameter_sets=(7, 8),
        supplements=frozenset({6}),
    ),
    # ITU-T H.265 table 7-1: VPS, SPS, PPS; prefix and suffix SEI.
    Codec.H265: _Coding(
        encoder="libx265",
        options=_H265_OPTIONS,
        shift=1,
        mask=0x3F,
        parameter_sets=(32, 33, 34),
        supplements=frozenset({39, 40}),
    ),
}


@frozen(kw_only=True)
class AccessUnit:
    """One coded frame."""

    #: NAL units without start codes; a key frame begins with its parameter sets.
    nal_units: tuple[bytes, ...]
    codec: Codec = Codec.H264

    @property
    def size(self) -> int:
        """Bytes of all NAL units."""
        return sum(map(len, self.nal_units))


@frozen(kw_only=True)
class ParameterSets:
    """What a decoder must know before the first picture (ITU-T H.264 and H.265 section 7.4.1.2.1)."""

    sps: bytes
    pps: bytes
    #: Of H.265 only.
    vps: bytes = b""


def parameter_sets(key_frame: AccessUnit) -> ParameterSets:
    """The parameter sets in front of a key frame."""
    coding = _CODINGS[key_frame.codec]
    by_type = {coding.type_of(unit): unit for unit in key_frame.nal_units}
    *vps, sps, pps = (by_type[kind] for kind in coding.parameter_sets)
    return ParameterSets(sps=sps, pps=pps, vps=b"".join(vps))


class GroupEncoder:
    """Paints and codes the frames of one group, in order."""

    def __init__(self, camera: Camera, group: GroupNumber, turns: Turns = straight_ahead) -> None:
        """Begin before the group's key frame; ``turns`` says where a movable camera looks."""
        self._small = camera.small
        self._painter = Painter(camera.streams[0], turns if camera.movable else straight_ahead)
        self._codec = camera.codec
        self._coding = _CODINGS[camera.codec]
        self._context = _open_context(self._coding, camera.size)
        self._next = first_frame_of(group)

    def encode_next(self) -> AccessUnit:
        """The next frame of the group."""
        picture = self._painter.paint(self._next)
        # Shares the picture's memory; the encoder has its own copy before the picture changes.
        buffer = picture.halved() if self._small else picture.buffer
        frame = av.VideoFrame.from_numpy_buffer(buffer, format="yuv420p")
        frame.pts = self._next
        self._next = FrameNumber(self._next + 1)
        (packet,) = self._context.encode(frame)
        units = (unit for unit in _START_CODE.split(bytes(packet)) if unit)
        # The encoder's only SEI is its own long list of settings, new with each group: of no use to anybody.
        kept = (unit for unit in units if self._coding.type_of(unit) not in self._coding.supplements)
        return AccessUnit(nal_units=tuple(kept), codec=self._codec)


def _open_context(coding: _Coding, size: tuple[int, int]) -> Any:
    context: Any = av.CodecContext.create(coding.encoder, "w")
    (context.width, context.height), context.pix_fmt = size, "yuv420p"
    context.time_base, context.framerate = Fraction(1, FRAME_RATE), Fraction(FRAME_RATE)
    context.gop_size, context.max_b_frames, context.thread_count = GROUP_FRAMES, 0, 1
    context.options = dict(coding.options)
    return context
