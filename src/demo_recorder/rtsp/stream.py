"""Streams being sent: frames from the footage, in step with the clock or as fast as the peer takes them."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol

from attrs import define, evolve, field, frozen

from demo_recorder.cameras import Camera
from demo_recorder.footage import Footage
from demo_recorder.recording import Recording
from demo_recorder.rtsp.rtp import ReplayMark, RtpPacketiser, ticks_in
from demo_recorder.rtsp.target import ReplayRequest
from demo_recorder.sound import Sound
from demo_recorder.timebase import (
    FRAME_RATE,
    GROUP_FRAMES,
    Clock,
    FrameNumber,
    clean_point,
    group_of,
    latest_frame,
    moment_of,
    ntp_of,
    rtp_ticks_of,
)

#: A live viewer this many frames behind is brought forward to the newest key frame.
LATE_FRAMES = 2 * GROUP_FRAMES

_REPORT_FRAMES = 5 * FRAME_RATE
_GROUPS_AHEAD = 2


@frozen(kw_only=True)
class Studio:
    """What every stream draws on."""

    footage: Footage
    clock: Clock

    async def wait_for(self, frame: FrameNumber) -> None:
        """Return once a frame has been taken."""
        # A sleep may end a little early by this clock, and nothing but the clock announces a frame.
        while (delay := (moment_of(frame) - self.clock()).total_seconds()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(delay)

    def newest(self) -> FrameNumber:
        """The frame taken last."""
        return latest_frame(self.clock())


@frozen(kw_only=True)
class Outputs:
    """Where a stream goes: the tracks that the client has set up."""

    video: RtpPacketiser | None = None
    sound: RtpPacketiser | None = None
    #: What is heard, where there is a track of sound.
    heard: Sound | None = None

    @property
    def all(self) -> tuple[RtpPacketiser, ...]:
        """Those that are there."""
        return tuple(output for output in (self.video, self.sound) if output is not None)


class Stream(Protocol):
    """Something that PLAY starts."""

    @property
    def first(self) -> FrameNumber:
        """The frame sent first."""

    @property
    def position(self) -> FrameNumber:
        """The frame sent next."""

    async def run(self, writer: asyncio.StreamWriter) -> None:
        """Send until there is no more, or until cancelled."""


@define(kw_only=True)
class LiveStream:
    """What a camera sees now, beginning with the newest key frame so that the picture is there at once."""

    camera: Camera
    studio: Studio
    outputs: Outputs
    first: FrameNumber = field(init=False)
    position: FrameNumber = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin at the newest key frame."""
        self.first = self.position = clean_point(self.studio.newest())

    async def run(self, writer: asyncio.StreamWriter) -> None:
        """Send each frame as it is taken, until cancelled."""
        report_due = self.position
        while True:
            frame = self.position
            await self.studio.wait_for(frame)
            sent: list[bytes] = []
            if frame >= report_due:
                sent += self._reports(frame)
                report_due = FrameNumber(frame + _REPORT_FRAMES)
            if self.outputs.video is not None:
                unit = await self.studio.footage.live(self.camera, frame)
                sent.append(self.outputs.video.packets(unit, rtp_ticks_of(frame)))
            if (output := self.outputs.sound) is not None and (heard := self.outputs.heard) is not None:
                sent += (
                    output.sound(heard, number, heard.ticks_of(number))
                    for number in heard.packets_with(frame)
                )
            # At once: asyncio complains of many writes to a client that was killed.
            writer.write(b"".join(sent))
            await writer.drain()
            self.position = self._after(frame)

    def _reports(self, frame: FrameNumber) -> Iterator[bytes]:
        if self.outputs.video is not None:
            yield self.outputs.video.sender_report(ntp_of(frame), rtp_ticks_of(frame))
        if (output := self.outputs.sound) is not None and (heard := self.outputs.heard) is not None:
            number = heard.packets_with(frame)[0]
            yield output.sender_report(heard.ntp_of(number), heard.ticks_of(number))

    def _after(self, frame: FrameNumber) -> FrameNumber:
        newest = self.studio.newest()
        return clean_point(newest) if newest - frame > LATE_FRAMES else FrameNumber(frame + 1)


@define(kw_only=True)
class ReplayStream:
    """A part of a recording, with the ONVIF replay extension on each frame."""

    recording: Recording
    request: ReplayRequest
    studio: Studio
    outputs: Outputs
    #: CSeq of the PLAY request.
    cseq: int
    #: Something else of the same session was sent before.
    follows_another: bool
    first: FrameNumber
    position: FrameNumber = field(init=False)
    #: Packets of sound sent so far.
    sent: int = field(init=False, default=0)

    def __attrs_post_init__(self) -> None:
        """Begin at the first frame."""
        self.position = self.first

    async def run(self, writer: asyncio.StreamWriter) -> None:
        """Send what was asked for; under rate control in step with time, gaps left out."""
        end = self.request.end
        begun = asyncio.get_running_loop().time()
        played = 0
        while end is None or self.position < end:
            frame = self.position
            following, skipped = self._following(frame)
            seconds = played / FRAME_RATE / self.request.scale
            if self.request.rate_control:
                await asyncio.sleep(begun + seconds - asyncio.get_running_loop().time())
            else:
                await self._look_ahead(frame)
            await self.studio.wait_for(frame)
            mark = self._mark(frame, ends_section=skipped > 0, terminal=end is not None and following >= end)
            if self._is_heard:
                self._send_sound(writer, mark, frame)
            if self.outputs.video is not None:
                unit = await self.studio.footage.recorded(
                    self.recording.camera, frame, through=self._through(frame)
                )
                writer.write(self.outputs.video.packets(unit, self._ticks(frame, seconds), mark))
            await writer.drain()
            played += following - frame - skipped
            self.position = following

    @property
    def _is_heard(self) -> bool:
        """Sound belongs to all frames at their own speed: it is neither thinned out nor sped up."""
        return self.request.intra_interval is None and self.request.scale == 1

    def _send_sound(self, writer: asyncio.StreamWriter, mark: ReplayMark, frame: FrameNumber) -> None:
        """Send what was heard with a frame, before it: who stops at the last frame has all of it."""
        output, heard = self.outputs.sound, self.outputs.heard
        if output is None or heard is None:
            return
        numbers = heard.packets_with(frame)
        for number in numbers:
            last = number == numbers[-1]
            told = evolve(
                mark,
                ntp=heard.ntp_of(number),
                clean_point=True,
                ends_section=mark.ends_section and last,
                discontinuity=mark.discontinuity and number == numbers[0],
                terminal=mark.terminal and last,
            )
            ticks = heard.ticks_of(number)
            if self.request.rate_control:
                ticks = heard.ticks_of(heard.packets_with(self.first)[0] + self.sent)
            writer.write(output.sound(heard, number, ticks, told))
            self.sent += 1

    def _following(self, frame: FrameNumber) -> tuple[FrameNumber, int]:
        """The frame to send after one, and how many missing frames lie between."""
        interval = self.request.intra_interval
        after = FrameNumber(frame + 1)
        if interval is not None:
            wanted = frame + max(1, -(-interval * FRAME_RATE // timedelta(seconds=1)))
            after = clean_point(FrameNumber(wanted + GROUP_FRAMES - 1))
        return self.recording.at_or_after(after), self.recording.missing_between(frame, after)

    def _through(self, frame: FrameNumber) -> FrameNumber:
        """How far to render for this frame: only itself among key frames, else all that exists.

        First as far as was asked for, and what shows that this was all: somebody may look for that one frame.
        """
        if self.request.intra_interval is not None:
            return frame
        sought = FrameNumber((self.request.start or self.first) + 1)
        return sought if frame <= sought else max(frame, self.studio.newest())

    async def _look_ahead(self, frame: FrameNumber) -> None:
        """Once in each group, have one further on rendered meanwhile and let other tasks run."""
        if frame != clean_point(frame):
            return
        await asyncio.sleep(0)
        # Nothing takes processors from the first frames, which somebody may wait for.
        if self.request.intra_interval is not None or frame == self.first:
            return
        newest = self.studio.newest()
        start = self.recording.at_or_after(FrameNumber(frame + _GROUPS_AHEAD * GROUP_FRAMES))
        if start + GROUP_FRAMES <= min(newest, self.request.end or newest):
            self.studio.footage.prefetch(self.recording.camera, group_of(start))

    def _ticks(self, frame: FrameNumber, seconds: float) -> int:
        """Times of the recording; under rate control, times of its playback ("RTP timestamps")."""
        if self.request.rate_control:
            return rtp_ticks_of(self.first) + ticks_in(seconds)
        return rtp_ticks_of(frame)

    def _mark(self, frame: FrameNumber, *, ends_section: bool, terminal: bool) -> ReplayMark:
        return ReplayMark(
            ntp=ntp_of(frame),
            clean_point=frame == clean_point(frame),
            ends_section=ends_section,
            discontinuity=self.follows_another and frame == self.first,
            terminal=terminal,
            cseq=self.cseq,
        )
