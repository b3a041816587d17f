"""Which stream a request means, and which part of it (RFC 2326 sections 3.6 and 3.7, ONVIF Streaming)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from attrs import frozen

from demo_recorder.cameras import Camera
from demo_recorder.recording import Recording
from demo_recorder.rtsp.message import Headers, RefusedError
from demo_recorder.timebase import FrameNumber, first_frame_from, moment_of

#: The last part of the address of a stream's track.
VIDEO, SOUND = "video", "sound"

_CLOCK = re.compile(r"clock\s*=\s*([0-9TZ.]*)\s*-\s*([0-9TZ.]*)")
_NPT = re.compile(r"npt\s*=\s*(\d{1,9}(?:\.\d{1,9})?|now)?\s*-\s*")
_UTC_TIME = re.compile(r"(\d{8}T\d{6})(?:\.(\d{1,9}))?Z")
_FRAMES = re.compile(r"(all|predicted|intra)(?:/(\d{1,9}))?")


@frozen(kw_only=True)
class Target:
    """A stream: what a camera shows now, or what was recorded of it."""

    camera: Camera
    #: None for live view.
    recording: Recording | None


@frozen(kw_only=True)
class ReplayRequest:
    """What a PLAY of a recording asks for."""

    #: Where to begin; None to go on, or from the beginning.
    start: FrameNumber | None
    #: The first frame not wanted; None to follow the recording as it grows.
    end: FrameNumber | None
    #: Delivered in step with time, rather than as fast as the connection takes it.
    rate_control: bool
    #: How many times faster than recorded, under rate control.
    scale: float
    #: Key frames only, at least this far apart; None for all frames.
    intra_interval: timedelta | None


def find_track(uri: str, recordings: Sequence[Recording]) -> tuple[Target, str]:
    """The stream that a request address names, and its track; as a whole it means the video.

    Refuses with 404 what is not there, with 400 what is no address.
    """
    try:
        parts = urlsplit(uri).path.strip("/").split("/")
    except ValueError as error:
        raise RefusedError(400) from error
    track = parts.pop() if parts[-1] in (VIDEO, SOUND) else VIDEO
    for recording in recordings:
        camera = recording.camera
        if track == SOUND and camera.sound is None:
            continue
        for stream in camera.streams:
            if parts == ["live", stream.profile]:
                return Target(camera=stream, recording=None), track
        if parts == ["replay", recording.token]:
            return Target(camera=camera, recording=recording), track
    raise RefusedError(404)


def read_replay_request(headers: Headers, recording: Recording) -> ReplayRequest:
    """Understand the headers of a PLAY (ONVIF Streaming, "Initiating playback").

    Refuses with 400 what cannot be read, 406 a scale that is not offered, 457 an interval that is empty.
    """
    start, end = _interval(headers.get("Range"), recording)
    if start is not None and end is not None and end <= start:
        raise RefusedError(457)
    control = (headers.get("Rate-Control") or "yes").lower()
    if control not in ("yes", "no"):
        raise RefusedError(400)
    return ReplayRequest(
        start=start,
        end=end,
        rate_control=control == "yes",
        scale=_scale(headers.get("Scale"), rate_control=control == "yes"),
        intra_interval=_intra_interval(headers.get("Frames")),
    )


def clock_text(moment: datetime) -> str:
    """A moment as RFC 2326 section 3.7 writes it."""
    return f"{moment:%Y%m%dT%H%M%S}.{moment.microsecond:06d}Z"


def _interval(text: str | None, recording: Recording) -> tuple[FrameNumber | None, FrameNumber | None]:
    text = (text or "").partition(";")[0].strip()
    if not text:
        return None, None
    if match := _CLOCK.fullmatch(text):
        start, end = (first_frame_from(_utc_time(part)) if part else None for part in match.groups())
        return (recording.start if start is None else start), end
    if match := _NPT.fullmatch(text):
        # Clients that know nothing of ONVIF count from the beginning of the recording.
        seconds = float(match[1]) if match[1] and match[1] != "now" else 0.0
        return first_frame_from(moment_of(recording.start) + timedelta(seconds=seconds)), None
    raise RefusedError(400)


def _utc_time(text: str) -> datetime:
    match = _UTC_TIME.fullmatch(text)
    if match is None:
        raise RefusedError(400)
    try:
        whole = datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise RefusedError(400) from error
    return whole + timedelta(microseconds=int((match[2] or "0").ljust(6, "0")[:6]))


def _scale(text: str | None, *, rate_control: bool) -> float:
    try:
        scale = float(text or 1)
    except ValueError as error:
        raise RefusedError(400) from error
    fastest = 64.0 if rate_control else 1.0
    slowest = 1 / 16 if rate_control else 1.0
    if not slowest <= scale <= fastest:
        raise RefusedError(406)
    return scale


def _intra_interval(text: str | None) -> timedelta | None:
    match = _FRAMES.fullmatch((text or "all").strip().lower())
    if match is None or (match[2] and match[1] != "intra"):
        raise RefusedError(400)
    return timedelta(milliseconds=int(match[2] or 0)) if match[1] == "intra" else None
