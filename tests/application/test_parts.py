"""Parts of recordings that are coded anew: once for all who want the same, and not for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from incident_plugin.adapters.media import PyavWriter, recoded_replay
from incident_plugin.adapters.picture_cache import PictureCache
from incident_plugin.application.video.parts import Part, Parts, Wanted
from incident_plugin.domain.errors import NoVideo, RecorderUnavailable
from incident_plugin.domain.media import AccessUnit, CameraId, Codec, SoundTrack, SoundUnit, VideoTrack
from incident_plugin.domain.time import Interval
from tests.coded import Footage, encode
from tests.waiting import until

START = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
WANTED = Wanted(
    camera=CameraId("a"), interval=Interval(START, START + timedelta(seconds=2)), groups=True, h264=True
)


@attrs.define
class Recorder:
    """A recorder of one film, which sends when it is let."""

    footage: Footage = attrs.field(factory=lambda: encode(Codec.H265))
    may_send: asyncio.Event = attrs.field(factory=asyncio.Event)
    opened: int = 0
    open: int = 0
    sound: SoundTrack | None = None
    refuses: Exception | None = None

    @property
    def track(self) -> VideoTrack:
        return self.footage.track

    @asynccontextmanager
    async def replay(
        self, camera: CameraId, interval: Interval, *, sound: bool, intra: bool
    ) -> AsyncIterator[Recorder]:
        del camera, interval, sound, intra
        if self.refuses is not None:
            raise self.refuses
        self.opened, self.open = self.opened + 1, self.open + 1
        try:
            yield self
        finally:
            self.open -= 1

    async def mixed(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        for number, unit in enumerate(self.footage.units):
            if number > len(self.footage.units) // 2:
                await self.may_send.wait()
            yield unit


@attrs.frozen
class Later:
    """An hour after the film."""

    def now(self) -> datetime:
        return START + timedelta(hours=1)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def parts(recorder: Recorder, tmp_path: Path) -> Parts:
    """Two are coded at a time."""
    cache = PictureCache(tmp_path / "c", most=1 << 20, lasting=timedelta(hours=1), now=Later().now)
    return Parts(
        recorders=recorder,
        writer=PyavWriter(),
        recode=recoded_replay,
        kept=cache,
        clock=Later(),
        most_recoded=2,
    )


async def whole(part: Part) -> bytes:
    try:
        return b"".join([piece async for piece in part.fragments])
    finally:
        await part.close()


async def test_two_viewers_make_one_recording_be_coded_once(recorder, parts):
    """Whoever comes later gets it from the beginning; who comes after that gets what was kept."""
    one = await parts.open(WANTED)
    assert one.facts.recoded_from == "H.265"
    other = await parts.open(WANTED)
    recorder.may_send.set()
    first, second = await asyncio.gather(whole(one), whole(other))
    assert first == second
    assert recorder.opened == 1
    third = await parts.open(WANTED)
    assert (await whole(third), third.facts) == (first, one.facts)
    assert recorder.opened == 1


async def test_it_ends_with_the_last_viewer(recorder, parts, tmp_path):
    """One who leaves does not disturb the other; when both have left nothing is read, coded or kept."""
    one, other = await parts.open(WANTED), await parts.open(WANTED)
    await one.close()
    assert recorder.open == 1
    await anext(other.fragments)
    await other.close()
    assert recorder.open == 0
    assert list((tmp_path / "c").iterdir()) == []


async def test_no_more_are_coded_at_a_time_than_may(recorder, parts):
    """The third waits for a place."""
    seconds = [timedelta(seconds=n) for n in range(3)]
    each = [
        attrs.evolve(WANTED, interval=Interval(START, START + timedelta(seconds=2) + more))
        for more in seconds
    ]
    opening = [asyncio.create_task(parts.open(one)) for one in each]
    await until(lambda: sum(task.done() for task in opening) == 2, "two parts")
    assert recorder.open == 2
    recorder.may_send.set()
    await asyncio.gather(*[whole(await task) for task in opening])
    assert (recorder.opened, recorder.open) == (3, 0)


@pytest.mark.parametrize("refusal", [NoVideo("Nothing."), RecorderUnavailable("Away.")])
async def test_everybody_is_told_when_the_recorder_refuses(recorder, parts, refusal):
    """And the next one asks anew."""
    recorder.refuses = refusal
    answers = await asyncio.gather(parts.open(WANTED), parts.open(WANTED), return_exceptions=True)
    assert answers == [refusal, refusal]
    recorder.refuses = None
    recorder.may_send.set()
    assert await whole(await parts.open(WANTED))
