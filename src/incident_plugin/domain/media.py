"""Video as the plug-in handles it: cameras, and coded pictures that are passed on and never decoded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NewType

import attrs

from incident_plugin.domain.coding import h264_reordering, h265_reordering
from incident_plugin.domain.time import utc

#: Stays the same over restarts of plug-in and recorder; made of the recorder's id and its own token.
CameraId = NewType("CameraId", str)


_H264_SPS, _H265_SPS = 7, 33
_AAC_LC = 2


class Codec(StrEnum):
    """Video codecs that can be passed through, by their names in RTP (RFC 6184, RFC 7798)."""

    H264 = "H264"
    H265 = "H265"

    @property
    def spoken(self) -> str:
        """Give the name by which people know it."""
        return self.replace("H", "H.")


@attrs.frozen(kw_only=True)
class DeviceFacts:
    """What gives the video, in its own words; any text, also hostile."""

    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    serial: str = ""


@attrs.frozen(kw_only=True)
class Camera:
    """One camera of a recorder."""

    id: CameraId
    #: As the recorder calls it; any text, also hostile.
    name: str
    #: Name of the recorder that keeps its video.
    recorder: str
    #: Whether the recorder keeps a recording of it.
    recorded: bool = True
    #: Whether it can be turned, tilted or zoomed.
    ptz: bool = False
    #: What gives its video, once that was told.
    device: DeviceFacts | None = None


@attrs.frozen(kw_only=True)
class LiveProfile:
    """One of the live streams of a camera."""

    #: The recorder's own name for it.
    token: str
    codec: Codec
    #: Pixels; 0 where the recorder does not say.
    width: int = 0


@attrs.frozen(kw_only=True)
class ClockOffset:
    """Recorder clock minus our clock, with the bound of its uncertainty."""

    offset: timedelta
    uncertainty: timedelta
    #: When it was measured, by our clock.
    measured_at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class VideoTrack:
    """What a decoder must know before the first picture."""

    codec: Codec
    #: SPS and PPS (for H.265 VPS, SPS, PPS) as NAL units without start codes.
    parameter_sets: tuple[bytes, ...]

    @property
    def codec_string(self) -> str:
        """Name of codec, profile and level for browsers, such as ``avc1.42c01e``.

        RFC 6381 section 3.3 and ISO/IEC 14496-15 annex E; raises ``ValueError`` for unusable parameter sets.
        """
        return (
            _h264_name(self.parameter_sets) if self.codec is Codec.H264 else _h265_name(self.parameter_sets)
        )

    @property
    def reordering(self) -> int:
        """How many pictures may come before one that is shown before them (B pictures); 0 for none ever.

        Where the parameter sets do not tell it is the most that the standards allow.
        """
        return _reordering(self.codec, self.parameter_sets)


@lru_cache(maxsize=64)
def _reordering(codec: Codec, sets: tuple[bytes, ...]) -> int:
    return (h264_reordering if codec is Codec.H264 else h265_reordering)(sets)


def _h264_name(sets: tuple[bytes, ...]) -> str:
    sps = next((nal for nal in sets if nal[0] & 0x1F == _H264_SPS and len(nal) > 3), None)  # noqa: PLR2004
    if sps is None:
        raise ValueError("there is no sequence parameter set")
    return f"avc1.{sps[1:4].hex()}"


def _h265_name(sets: tuple[bytes, ...]) -> str:
    sps = next((nal for nal in sets if nal[0] >> 1 & 0x3F == _H265_SPS), b"")
    # Behind NAL header and a byte of counts stand general profile, tier and level (H.265 section 7.3.3).
    general = sps.replace(b"\x00\x00\x03", b"\x00\x00")[3:15]
    if len(general) < 12:  # noqa: PLR2004
        raise ValueError("there is no sequence parameter set")
    space, tier, profile = "\0ABC"[general[0] >> 6].strip("\0"), general[0] >> 5 & 1, general[0] & 0x1F
    compatible = int(f"{int.from_bytes(general[1:5], 'big'):032b}"[::-1], 2)
    constraints = [f"{byte:X}" for byte in general[5:11].rstrip(b"\x00")]
    level = f"{'LH'[tier]}{general[11]}"
    return ".".join(["hev1", f"{space}{profile}", f"{compatible:X}", level, *constraints])


class SoundCodec(StrEnum):
    """Sound that can be passed through, by its names in RTP (RFC 3640, RFC 3551, RFC 7587)."""

    AAC = "AAC"
    PCMU = "PCMU"
    PCMA = "PCMA"
    OPUS = "OPUS"


@attrs.frozen(kw_only=True)
class SoundTrack:
    """What a decoder must know before the first sound."""

    codec: SoundCodec
    #: Samples a second; also the clock of ``SoundUnit.pts``.
    rate: int
    channels: int
    #: AudioSpecificConfig of AAC (ISO/IEC 14496-3 section 1.6.2.1); empty for the others.
    config: bytes = b""

    @property
    def codec_string(self) -> str:
        """Name for browsers of the form in which they play it (RFC 6381); empty when they cannot.

        AAC LC and Opus as they are; G.711 is played as Opus.
        """
        if self.channels not in (1, 2):
            return ""
        if self.codec is not SoundCodec.AAC:
            return "opus"
        return "mp4a.40.2" if self.config[:1] and self.config[0] >> 3 == _AAC_LC else ""

    def samples_in(self, data: bytes) -> int:
        """Say how many samples a unit has, for each channel; raises ``ValueError`` for an empty one."""
        if not data:
            raise ValueError("there is no sound in it")
        if self.codec is SoundCodec.AAC:
            return _AAC_FRAME
        if self.codec is SoundCodec.OPUS:
            return _opus_samples(data)
        return max(1, len(data) // self.channels)


#: Samples of a frame of AAC (ISO/IEC 14496-3 section 4.5.2.1.1).
_AAC_FRAME = 1024


def _opus_samples(data: bytes) -> int:
    """Read the first byte of a packet (RFC 6716 section 3.1): how long frames are, and how many."""
    mode = data[0] >> 3
    if mode < 12:  # noqa: PLR2004 - SILK
        length = (480, 960, 1920, 2880)[mode % 4]
    elif mode < 16:  # noqa: PLR2004 - hybrid
        length = (480, 960)[mode % 2]
    else:
        length = (120, 240, 480, 960)[mode % 4]
    counts = (1, 2, 2, data[1] & 0x3F if len(data) > 1 else 1)
    return length * max(1, counts[data[0] & 3])


@attrs.frozen(kw_only=True, slots=True)
class SoundUnit:
    """One coded frame of sound, or a piece of uncompressed sound, exactly as it was received."""

    #: In samples on the track's own time line, unwrapped: it only grows.
    pts: int
    #: When it was recorded: UTC by our clock.
    time: datetime
    data: bytes


@attrs.frozen(kw_only=True, slots=True)
class MetadataUnit:
    """One document of a metadata stream (ONVIF Streaming Specification section 5.1.2.1.1), as received."""

    time: datetime
    #: XML of a foreign hand: parse it with care.
    document: bytes


@attrs.frozen(kw_only=True)
class CameraEvent:
    """Something that a recorder noticed, such as motion (ONVIF Core Specification section 9)."""

    #: The camera it is about; nothing for the recorder as a whole or a source that is no camera.
    camera: CameraId | None
    #: Name of the recorder.
    recorder: str
    #: Topic without prefixes, such as ``RuleEngine/CellMotionDetector/Motion``.
    topic: str
    #: When it happened: UTC by our clock.
    at: datetime = attrs.field(converter=utc)
    #: How it was when we began to listen, and no change.
    initial: bool = False
    #: Whether it began or ended; nothing for events that only happen.
    active: bool | None = None
    #: Everything it says, source and data, by name; any text, also hostile.
    data: Mapping[str, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Preset:
    """A remembered position of a camera that can be turned."""

    token: str
    #: Any text, also hostile.
    name: str


def _speed(_instance: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not -1.0 <= value <= 1.0:
        raise ValueError(f"{attribute.name} {value} is not between -1 and 1")


@attrs.frozen(kw_only=True)
class Motion:
    """How fast a camera turns and zooms, each from -1 to 1: right, up and in are positive."""

    pan: float = attrs.field(default=0.0, validator=_speed)
    tilt: float = attrs.field(default=0.0, validator=_speed)
    zoom: float = attrs.field(default=0.0, validator=_speed)


@attrs.frozen(kw_only=True, slots=True)
class AccessUnit:
    """All NAL units of one coded picture, exactly as they were received."""

    #: Presentation time in 1/90000 s on the stream's own time line, unwrapped. Pictures come in decoding
    #: order, so it falls where pictures are reordered.
    pts: int
    #: When the picture was taken: UTC by our clock, that is, corrected by the recorder's clock offset.
    time: datetime
    #: Whether a decoder can start here (IDR or IRAP picture).
    key: bool
    #: NAL units without start codes, in the order received; parameter sets and SEI included.
    nals: tuple[bytes, ...]
    #: Whether the recorder marked that a gap follows (E bit of the ONVIF RTP extension).
    gap_follows: bool = False
