"""Video as the plug-in handles it: cameras, and coded pictures that are passed on and never decoded."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

import attrs

from incident_plugin.domain.time import utc

#: Stays the same over restarts of plug-in and recorder; made of the recorder's id and its own token.
CameraId = NewType("CameraId", str)


class Codec(StrEnum):
    """Video codecs that can be passed through, by their names in RTP (RFC 6184, RFC 7798)."""

    H264 = "H264"
    H265 = "H265"


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


@attrs.frozen(kw_only=True, slots=True)
class AccessUnit:
    """All NAL units of one coded picture, exactly as they were received."""

    #: Presentation time in 1/90000 s on the stream's own time line, unwrapped: it only grows.
    pts: int
    #: When the picture was taken: UTC by our clock, that is, corrected by the recorder's clock offset.
    time: datetime
    #: Whether a decoder can start here (IDR or IRAP picture).
    key: bool
    #: NAL units without start codes, in the order received; parameter sets and SEI included.
    nals: tuple[bytes, ...]
    #: Whether the recorder marked that a gap follows (E bit of the ONVIF RTP extension).
    gap_follows: bool = False
