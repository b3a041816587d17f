"""Short H.264 clips, coded here, and cameras that send them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache

import attrs
import av
import numpy as np

from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.media import (
    AccessUnit,
    CameraId,
    Codec,
    LiveProfile,
    SoundTrack,
    SoundUnit,
    VideoTrack,
)

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
RATE = 25
TICKS = 90_000 // RATE


def split(data: bytes) -> tuple[bytes, ...]:
    """Split an Annex B byte stream into NAL units."""
    return tuple(part.rstrip(b"\0") for part in data.split(b"\0\0\1")[1:])


@attrs.frozen(kw_only=True)
class Clip:
    """A clip whose parameter sets are announced out of band only."""

    track: VideoTrack
    pictures: tuple[tuple[bytes, ...], ...]
    group: int

    def unit(self, index: int) -> AccessUnit:
        """Give a picture of the clip, which goes on for ever."""
        return AccessUnit(
            pts=index * TICKS,
            time=START + timedelta(seconds=index / RATE),
            key=index % self.group == 0,
            nals=self.pictures[index % len(self.pictures)],
        )


@cache
def coded(profile: str = "high", *, group: int = 25, noise: int = 0, size: int = 160) -> Clip:
    """Code two groups of moving colours; ``noise`` (0 to 255) makes key pictures large."""
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = size, size * 3 // 4, "yuv420p"
    context.time_base, context.framerate = Fraction(1, RATE), Fraction(RATE, 1)
    context.flags |= av.codec.context.Flags.global_header
    context.options = {
        "profile": profile,
        "preset": "ultrafast" if profile == "baseline" else "veryfast",
        "tune": "zerolatency",
        "x264-params": f"keyint={group}:min-keyint={group}:scenecut=0:sliced-threads=0:threads=1",
    }
    random = np.random.default_rng(1)
    packets = []
    for index in range(2 * group):
        image = np.full((context.height, context.width, 3), (40, 120 + 2 * (index % 50), 200), np.uint8)
        image[:, (index * 3) % size : (index * 3) % size + 16] = (250, 220, 30)
        if noise:
            image[:] = random.integers(0, noise, image.shape, np.uint8)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts = index
        packets += context.encode(frame)
    packets += context.encode(None)
    sets = tuple(nal for nal in split(bytes(context.extradata)) if nal[0] & 31 in (7, 8))
    return Clip(
        track=VideoTrack(codec=Codec.H264, parameter_sets=sets),
        pictures=tuple(split(bytes(packet)) for packet in packets),
        group=group,
    )


class FakeStream:
    """An open stream: pictures are put in by the test."""

    def __init__(self, track: VideoTrack, sound: SoundTrack | None = None) -> None:
        self.track = track
        self.sound = sound
        self.queue: asyncio.Queue[AccessUnit | SoundUnit | IncidentError | None] = asyncio.Queue()

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        async for unit in self.mixed():
            assert isinstance(unit, AccessUnit)
            yield unit

    async def mixed(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        while True:
            item = await self.queue.get()
            if item is None:
                return
            if isinstance(item, IncidentError):
                raise item
            yield item


class Camera:
    """A camera that the test directs; the relay takes it for all there are."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.track = clip.track
        self.opened = 0
        self.open_now: list[FakeStream] = []
        self.refusal: Exception | None = None
        #: Cleared while the camera takes its time to answer.
        self.answers = asyncio.Event()
        self.answers.set()
        self.asked = 0
        self.next = 0
        self.sound: SoundTrack | None = None
        #: Its live streams; nothing is told of them.
        self.profiles: tuple[LiveProfile, ...] = ()
        #: Which were opened, and how often a key picture was asked for.
        self.wanted: list[str | None] = []
        self.keys_wanted = 0

    async def live_profiles(self, _camera: CameraId) -> tuple[LiveProfile, ...]:
        return self.profiles

    async def ask_for_key_picture(self, _camera: CameraId, profile: str | None = None) -> None:
        self.keys_wanted += 1

    @asynccontextmanager
    async def live(
        self, _camera: CameraId, *, sound: bool = False, profile: str | None = None
    ) -> AsyncIterator[FakeStream]:
        self.opened += 1
        self.wanted.append(profile)
        if self.refusal:
            raise self.refusal
        self.asked += 1
        try:
            await self.answers.wait()
        finally:
            self.asked -= 1
        stream = FakeStream(self.track, self.sound if sound else None)
        self.open_now.append(stream)
        try:
            yield stream
        finally:
            self.open_now.remove(stream)

    def show(self, count: int = 1) -> None:
        """Take the next pictures."""
        for _ in range(count):
            for stream in self.open_now:
                stream.queue.put_nowait(self.clip.unit(self.next))
            self.next += 1

    def break_off(self, reason: IncidentError | None = None) -> None:
        """Break all open streams; the next one starts with a key picture and times of its own."""
        for stream in self.open_now:
            stream.queue.put_nowait(reason)
        self.next = 0

    async def run(self) -> None:
        """Take pictures at the clip's rate until cancelled."""
        loop = asyncio.get_running_loop()
        start, first = loop.time(), self.next
        while True:
            self.show()
            await asyncio.sleep(max(0, start + (self.next - first) / RATE - loop.time()))
