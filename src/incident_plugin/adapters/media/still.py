"""One key picture as a JPEG."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import av

from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.media import AccessUnit, Codec, VideoTrack

#: A still has no time, but the encoder wants a unit for it.
_ANY_TIME_BASE = Fraction(1, 25)
_START_CODE = b"\x00\x00\x00\x01"
_DECODER: dict[Codec, Literal["h264", "hevc"]] = {Codec.H264: "h264", Codec.H265: "hevc"}
#: Quantiser of libavcodec's JPEG encoder from 2 (best) to 31.
_QUALITY = 3


def still(track: VideoTrack, unit: AccessUnit, width: int | None) -> bytes:
    """Decode and encode; raises ``RecorderUnavailable`` when there is no picture in it."""
    try:
        frame = _decode(track, unit)
    except av.FFmpegError:
        frame = None
    if frame is None:
        raise RecorderUnavailable("This picture cannot be decoded. Choose another time.")
    wide = min(width or frame.width, frame.width)
    high = max(2, round(frame.height * wide / frame.width / 2) * 2)
    picture = frame.reformat(width=wide, height=high, format="yuvj420p", dst_color_range="JPEG")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = wide, high, "yuvj420p"
    encoder.time_base = _ANY_TIME_BASE
    encoder.qmin = encoder.qmax = _QUALITY
    return b"".join(bytes(packet) for packet in (*encoder.encode(picture), *encoder.encode(None)))


def _decode(track: VideoTrack, unit: AccessUnit) -> av.VideoFrame | None:
    decoder = av.CodecContext.create(_DECODER[track.codec], "r")
    decoder.thread_count = 1
    data = b"".join(_START_CODE + nal for nal in (*track.parameter_sets, *unit.nals))
    frames = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    return frames[0] if frames else None
