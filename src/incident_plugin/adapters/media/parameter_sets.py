"""Decoder configuration from parameter sets (ISO/IEC 14496-15 sections 5.3.3 and 8.3.3).

Given this way, libavformat stores every NAL unit byte by byte as it came; given start codes it would search
and cut them anew.
"""

from __future__ import annotations

import struct

from incident_plugin.domain.coding import Bits, skip_sub_layers
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.media import Codec, VideoTrack

_VPS, _SPS, _PPS = 32, 33, 34
_H264_SPS = 7
#: Profiles whose avcC ends with chroma format and bit depths; only these can have them.
_H264_HIGH = (100, 110, 122, 144)
_YUV_444 = 3


def configuration(track: VideoTrack) -> bytes:
    """Give the avcC or hvcC record of a track; raises ``RecorderUnavailable`` for unusable parameter sets."""
    try:
        return _avcc(track.parameter_sets) if track.codec is Codec.H264 else _hvcc(track.parameter_sets)
    except (IndexError, struct.error, ValueError) as error:
        raise RecorderUnavailable(
            "The recorder describes this video in a way that cannot be read, so nothing was written."
            " Tell your administrator the camera's name."
        ) from error


def _avcc(sets: tuple[bytes, ...]) -> bytes:
    sps = [nal for nal in sets if nal[0] & 0x1F == _H264_SPS]
    pps = [nal for nal in sets if nal[0] & 0x1F != _H264_SPS]
    profile, compatibility, level = sps[0][1:4]
    record = bytes((1, profile, compatibility, level, 0xFF, 0xE0 | len(sps)))
    record += b"".join(map(_counted, sps)) + bytes((len(pps),)) + b"".join(map(_counted, pps))
    if profile in _H264_HIGH:
        bits = Bits(sps[0], skip=4)
        bits.golomb()
        chroma = bits.golomb()
        if chroma == _YUV_444:
            bits.take(1)
        luma, colour = bits.golomb(), bits.golomb()
        record += bytes((0xFC | chroma, 0xF8 | luma, 0xF8 | colour, 0))
    return record


def _hvcc(sets: tuple[bytes, ...]) -> bytes:
    by_kind = {kind: [nal for nal in sets if nal[0] >> 1 & 0x3F == kind] for kind in (_VPS, _SPS, _PPS)}
    bits = Bits(by_kind[_SPS][0], skip=2)
    bits.take(4)
    layers, nested = bits.take(3), bits.take(1)
    general = bits.take(96).to_bytes(12, "big")
    skip_sub_layers(bits, layers)
    bits.golomb()
    chroma = bits.golomb()
    if chroma == _YUV_444:
        bits.take(1)
    bits.golomb(), bits.golomb()
    if bits.take(1):
        for _ in range(4):
            bits.golomb()
    luma, colour = bits.golomb(), bits.golomb()
    record = b"\x01" + general + bytes((0xF0, 0, 0xFC, 0xFC | chroma, 0xF8 | luma, 0xF8 | colour, 0, 0))
    record += bytes(((layers + 1) << 3 | nested << 2 | 3, len(by_kind)))
    for kind, nals in by_kind.items():
        record += struct.pack(">BH", kind, len(nals)) + b"".join(map(_counted, nals))
    return record


def _counted(nal: bytes) -> bytes:
    return struct.pack(">H", len(nal)) + nal
