"""Footage coded here and now, so that every byte of it is known."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import attrs
import av

from incident_plugin.domain.media import AccessUnit, Codec, VideoTrack

START = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class Footage:
    track: VideoTrack
    units: tuple[AccessUnit, ...]

    async def stream(self) -> AsyncIterator[AccessUnit]:
        for unit in self.units:
            yield unit


def encode(
    codec: Codec, *, frames: int = 30, fps: int = 15, gop: int = 15, size=(320, 180), reordered: str = ""
) -> Footage:
    """Moving colour bars with one slice per picture; ``reordered`` are the encoder's words for B pictures."""
    encoder = av.CodecContext.create("libx264" if codec is Codec.H264 else "libx265", "w")
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.gop_size = Fraction(1, 90_000), Fraction(fps), gop
    encoder.max_b_frames = 3 if reordered else 0
    common = f"keyint={gop}:min-keyint={gop}:scenecut=0:repeat-headers=1:{reordered or 'bframes=0'}"
    tuned = {"preset": "ultrafast"} | ({} if reordered else {"tune": "zerolatency"})
    encoder.options = (
        tuned | {"x264-params": f"{common}:sliced-threads=0"}
        if codec is Codec.H264
        else tuned | {"x265-params": f"{common}:log-level=none"}
    )
    coded: list[av.Packet] = []
    for number in range(frames):
        frame = av.VideoFrame(*size, "yuv420p")
        for index, plane in enumerate(frame.planes):
            plane.update(
                bytes(
                    (number * 7 + row * 3 + index * 50) % 256
                    for row in range(plane.height)
                    for _ in range(plane.line_size)
                )
            )
        frame.pts, frame.time_base = number * 90_000 // fps, Fraction(1, 90_000)
        coded += encoder.encode(frame)
    coded += encoder.encode(None)
    units, sets = [], {}
    for packet in coded:
        nals = tuple(filter(None, re.split(rb"\x00\x00\x00?\x01", bytes(packet))))
        kinds = [nal[0] & 31 if codec is Codec.H264 else nal[0] >> 1 & 63 for nal in nals]
        sets |= {kind: nal for kind, nal in zip(kinds, nals, strict=True) if kind in (7, 8, 32, 33, 34)}
        units.append(
            AccessUnit(
                pts=1_000_000 + packet.pts,
                time=START + timedelta(seconds=packet.pts / 90_000),
                key=packet.is_keyframe,
                nals=nals,
            )
        )
    return Footage(
        track=VideoTrack(codec=codec, parameter_sets=tuple(sets[kind] for kind in sorted(sets))),
        units=tuple(units),
    )


#: Pictures between two others refer to one another in a pyramid, as encoders of cameras may code them.
PYRAMID = {
    Codec.H264: "bframes=3:b-pyramid=normal:b-adapt=0:ref=3:open-gop=0",
    Codec.H265: "bframes=3:b-pyramid=1:b-adapt=0:open-gop=0",
}
