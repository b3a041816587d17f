"""What has been recorded, from when, with which gaps: a function of a start time and of the clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import frozen

from demo_recorder.cameras import CAMERAS, Camera, RecordingToken
from demo_recorder.timebase import (
    GROUP_FRAMES,
    FrameNumber,
    clean_point,
    first_frame_from,
    latest_frame,
    moment_of,
)

#: The one gap: on the last camera, from 90 to 91 minutes after the recording began.
GAP_CAMERA = CAMERAS[-1]
GAP_AFTER = timedelta(minutes=90)
GAP_LENGTH = timedelta(seconds=60)

#: When a camera was set up anew: its older recording ends, and a minute later a new one begins.
RENEWED_AFTER = timedelta(minutes=60)
RENEWING = timedelta(seconds=60)
#: Of the older one, a gap after so long, and again after that.
OLDER_GAPS_AFTER = (timedelta(minutes=20), timedelta(minutes=40))
OLDER_GAP_LENGTH = timedelta(seconds=30)


@frozen(kw_only=True)
class Span:
    """Frames from ``start`` up to but not including ``end``."""

    start: FrameNumber
    end: FrameNumber


@frozen(kw_only=True)
class Recording:
    """A recording of one camera; it grows with the clock until it ends. All its edges are key frames."""

    camera: Camera
    start: FrameNumber
    #: The first frame that is no longer recorded; None for a recording that goes on.
    end: FrameNumber | None = None
    #: Spans without footage, in order, never touching one another or the start.
    gaps: tuple[Span, ...] = ()

    @property
    def token(self) -> RecordingToken:
        """How ONVIF and RTSP name it."""
        return self.camera.recording if self.end is None else RecordingToken(f"{self.camera.recording}_older")

    def goes_on(self, now: datetime) -> bool:
        """Whether it is still being made."""
        return self.end is None or latest_frame(now) < self.end

    def newest(self, now: datetime) -> FrameNumber:
        """Its last frame there can be at a moment."""
        newest = latest_frame(now)
        return newest if self.end is None else min(newest, FrameNumber(self.end - 1))

    def covers(self, frame: FrameNumber) -> bool:
        """Whether a frame is recorded, once it has been taken."""
        ended = self.end is not None and frame >= self.end
        return frame >= self.start and not ended and self.at_or_after(frame) == frame

    def spans(self, now: datetime) -> tuple[Span, ...]:
        """What there is at a moment, in order."""
        end = FrameNumber(self.newest(now) + 1)
        starts = (self.start, *(gap.end for gap in self.gaps))
        ends = (*(gap.start for gap in self.gaps), end)
        spans = (Span(start=a, end=min(b, end)) for a, b in zip(starts, ends, strict=True))
        return tuple(span for span in spans if span.start < span.end)

    def changes(self, now: datetime) -> tuple[tuple[FrameNumber, bool], ...]:
        """From which frames on there was footage, or none, as far as known at a moment, in order."""
        newest = latest_frame(now)
        edges = [(self.start, True)]
        for gap in self.gaps:
            edges += [(gap.start, False), (gap.end, True)]
        if self.end is not None:
            edges.append((self.end, False))
        return tuple(edge for edge in edges if edge[0] <= newest)

    def at_or_after(self, frame: FrameNumber) -> FrameNumber:
        """The frame itself when it is recorded, else the first one recorded after it."""
        frame = max(frame, self.start)
        for gap in self.gaps:
            if gap.start <= frame < gap.end:
                return gap.end
        return frame

    def missing_between(self, frame: FrameNumber, after: FrameNumber) -> int:
        """How many frames the gap has that follows a recorded frame before ``after``, or at it; 0 if none."""
        return sum(gap.end - gap.start for gap in self.gaps if frame < gap.start <= after)

    def replay_start(self, frame: FrameNumber) -> FrameNumber:
        """The key frame from which to replay a frame (ONVIF Streaming, "Synchronization points").

        The clean point at or before the frame, or the first one after the gap that the frame is in.
        """
        return clean_point(self.at_or_after(frame))


def recordings_since(since: datetime, cameras: Sequence[Camera] = CAMERAS) -> tuple[Recording, ...]:
    """The recordings of all cameras, begun at the first even second from ``since``."""
    start = _next_key_frame(since)
    gap = _gap(moment_of(start) + GAP_AFTER, GAP_LENGTH)
    found: list[Recording] = []
    for camera in cameras:
        gaps = (gap,) if camera.number == GAP_CAMERA.number else ()
        begins = start
        if camera.renewed:
            older = _older(camera, start)
            begins = _next_key_frame(moment_of(start) + RENEWED_AFTER + RENEWING)
            found.append(older)
        found.append(Recording(camera=camera, start=begins, gaps=gaps))
    return tuple(found)


def _older(camera: Camera, start: FrameNumber) -> Recording:
    return Recording(
        camera=camera,
        start=start,
        end=_next_key_frame(moment_of(start) + RENEWED_AFTER),
        gaps=tuple(_gap(moment_of(start) + after, OLDER_GAP_LENGTH) for after in OLDER_GAPS_AFTER),
    )


def _gap(moment: datetime, length: timedelta) -> Span:
    start = _next_key_frame(moment)
    return Span(start=start, end=_next_key_frame(moment_of(start) + length))


def _next_key_frame(moment: datetime) -> FrameNumber:
    return clean_point(FrameNumber(first_frame_from(moment) + GROUP_FRAMES - 1))
