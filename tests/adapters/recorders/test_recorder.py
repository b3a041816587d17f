"""Clocks, caches and health of a recorder, with parts whose answers a test can change between calls."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import attrs
import pytest

from incident_plugin.adapters.onvif import Channel, DeviceInformation
from incident_plugin.adapters.recorders import Recorder, SiteRecorders
from incident_plugin.domain.errors import NotFound, RecorderUnavailable
from incident_plugin.domain.media import CameraId, ClockOffset, Codec, VideoTrack
from incident_plugin.domain.time import Interval

NOW = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = Interval(NOW - 3600 * SECOND, NOW)


@attrs.define
class PartDevice:
    """Answers from its attributes; ``down`` makes it refuse."""

    offset: timedelta = timedelta(0)
    uncertainty: timedelta = 0.1 * SECOND
    channel_list: tuple[Channel, ...] = (
        Channel(token="cam 1/a", name="Door", profile="p", recordings=("r",)),
    )
    down: bool = False
    asked: list[str] = attrs.field(factory=list)

    async def _ask(self, what: str):
        self.asked.append(what)
        if self.down:
            raise RecorderUnavailable("it is down")

    async def information(self):
        await self._ask("information")
        return DeviceInformation(manufacturer="", model="", firmware="", serial="S:1", id="S:1")

    async def channels(self):
        await self._ask("channels")
        return self.channel_list

    async def live_uri(self, profile):
        await self._ask(f"live_uri {profile}")
        return "rtsp://live"

    async def replay_uri(self, recording):
        await self._ask(f"replay_uri {recording}")
        return "rtsp://replay"

    async def recorded(self, recording, interval):
        await self._ask(f"recorded {interval.start:%H:%M:%S}")
        return (interval,)

    async def keeps_for(self, recording):
        await self._ask(f"keeps_for {recording}")
        return timedelta(days=7)

    async def clock_offset(self):
        await self._ask("clock")
        return ClockOffset(offset=self.offset, uncertainty=self.uncertainty, measured_at=NOW)

    async def close(self):
        await self._ask("close")


@attrs.define
class PartStreams:
    opened: list[tuple] = attrs.field(factory=list)
    refuse: bool = False
    #: The streams are these parts themselves: nothing is read from them here.
    track = VideoTrack(codec=Codec.H264, parameter_sets=())
    sound = None

    @asynccontextmanager
    async def live(self, url, *, clock_offset, sound=False):
        self.opened.append((url, clock_offset))
        if self.refuse:
            raise RecorderUnavailable("no stream")
        yield self

    @asynccontextmanager
    async def replay(self, url, interval, *, clock_offset, sound=False, intra=False):
        self.opened.append((url, interval, clock_offset))
        yield self


@attrs.define
class World:
    device: PartDevice = attrs.field(factory=PartDevice)
    streams: PartStreams = attrs.field(factory=PartStreams)
    time: float = 0.0

    def recorder(self) -> Recorder:
        return Recorder("North", self.device, self.streams, now=lambda: NOW, monotonic=lambda: self.time)


DOOR = CameraId("S%3A1:cam%201%2Fa")


async def test_ids_are_made_of_recorder_and_token():
    """Safe in addresses and logs, whatever characters the device uses."""
    assert list(await World().recorder().cameras()) == [DOOR]


async def test_recorded_time_is_corrected_by_a_wrong_clock():
    """Asked by the recorder's clock, answered by ours; streams are told the offset."""
    world = World(PartDevice(offset=7 * SECOND))
    recorder = world.recorder()
    assert await recorder.recorded(DOOR, HOUR) == (HOUR,)
    assert "recorded 11:00:07" in world.device.asked
    async with recorder.replay(DOOR, HOUR):
        assert world.streams.opened == [("rtsp://replay", HOUR, 7 * SECOND)]


async def test_noise_of_the_measurement_shifts_nothing():
    """What lies within the bound is no reason to correct, nor to correct otherwise than before."""
    world = World(PartDevice(offset=0.07 * SECOND))
    recorder = world.recorder()
    await recorder.recorded(DOOR, HOUR)
    assert "recorded 11:00:00" in world.device.asked
    for measured, correction in ((5.02, 5.02), (4.97, 5.02), (5.2, 5.2)):
        world.device.offset = measured * SECOND
        assert (await recorder.clock_offset()).offset == measured * SECOND
        async with recorder.replay(DOOR, HOUR):
            assert world.streams.opened[-1][2] == correction * SECOND


async def test_answers_are_kept_for_a_while_and_not_for_ever():
    """Cameras, addresses and the clock are asked for once, then again when they are old."""
    world = World()
    recorder = world.recorder()
    for _ in range(3):
        async with recorder.replay(DOOR, HOUR):
            pass
    assert sorted(world.device.asked) == ["channels", "clock", "information", "replay_uri r"]
    world.time = 301.0
    async with recorder.replay(DOOR, HOUR):
        pass
    assert sorted(world.device.asked) == sorted(["channels", "clock", "information", "replay_uri r"] * 2)


async def test_live_does_not_wait_for_the_clock():
    """A device that does not tell its time has live pictures, timed by their arrival."""

    @attrs.define
    class Timeless(PartDevice):
        async def clock_offset(self):
            raise RecorderUnavailable("it does not tell its time")

    world = World(Timeless())
    recorder = world.recorder()
    async with recorder.live(DOOR):
        assert world.streams.opened == [("rtsp://live", None)]
    with pytest.raises(RecorderUnavailable, match="does not tell its time"):
        await recorder.recorded(DOOR, HOUR)


async def test_cameras_do_not_wait_for_the_clock():
    """Measuring a clock takes a second: cameras are there before, and closing ends the measuring."""

    @attrs.define
    class Slow(PartDevice):
        async def clock_offset(self):
            await self._ask("clock")
            await asyncio.Event().wait()

    world = World(Slow())
    recorder = world.recorder()
    for _ in range(2):
        assert DOOR in await recorder.cameras()
        world.time += 61.0
    await recorder.close()
    assert world.device.asked.count("clock") == 1
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_an_address_that_fails_is_asked_for_again():
    """Recorders change addresses when they restart."""
    world = World(streams=PartStreams(refuse=True))
    recorder = world.recorder()
    for _ in range(2):
        with pytest.raises(RecorderUnavailable, match="no stream"):
            async with recorder.live(DOOR):
                pass
    assert world.device.asked.count("live_uri p") == 2


async def test_a_camera_added_later_is_found():
    """The list is asked for again before an id is called unknown."""
    world = World()
    recorder = world.recorder()
    await recorder.cameras()
    world.device.channel_list += (Channel(token="new", name="New", profile="n", recordings=()),)
    async with recorder.live(CameraId("S%3A1:new")):
        pass
    assert await recorder.recorded(CameraId("S%3A1:new"), HOUR) == ()
    with pytest.raises(NotFound, match="New is not recorded by North"):
        async with recorder.replay(CameraId("S%3A1:new"), HOUR):
            pass


async def test_a_camera_without_a_usable_live_stream_says_so():
    """Recorded only, or in a codec that browsers do not play."""
    world = World(PartDevice(channel_list=(Channel(token="a", name="Old", profile=None, recordings=("r",)),)))
    with pytest.raises(RecorderUnavailable, match=r"Old has no live picture .* North"):
        async with world.recorder().live(CameraId("S%3A1:a")):
            pass


async def test_health_says_what_and_since_when():
    """Down and up again, each with its time; an error of the reader's own does not count."""
    world = World()
    recorder = world.recorder()
    assert (recorder.health.error, recorder.health.since) == (None, None)
    await recorder.cameras()
    assert (recorder.health.error, recorder.health.since) == (None, NOW)
    world.device.down = True
    with pytest.raises(RecorderUnavailable, match="it is down"):
        await recorder.clock_offset()
    assert recorder.health.error == "it is down"
    world.device.down = False
    with pytest.raises(ZeroDivisionError):
        async with recorder.live(DOOR):
            raise ZeroDivisionError
    assert recorder.health.error is None


async def test_what_is_remembered_does_not_hide_an_outage():
    """The list of cameras is asked for each time somebody wants it: an outage is known within one round."""
    world = World()
    recorder = world.recorder()
    await recorder.cameras()
    world.device.down = True
    with pytest.raises(RecorderUnavailable, match="it is down"):
        await recorder.cameras()
    assert recorder.health.error == "it is down"


async def test_a_silent_recorder_does_not_hide_the_others():
    """The cameras of those that answer are listed; one of the silent one is unavailable, not unknown."""
    dead, alive = World(PartDevice(down=True)), World()
    site = SiteRecorders([dead.recorder(), alive.recorder()])
    assert [camera.id for camera in await site.cameras()] == [DOOR]
    with pytest.raises(RecorderUnavailable, match="it is down"):
        await site.clock_offset(CameraId("other:1"))
    alive.device.down = True
    alive.time = 100.0
    with pytest.raises(RecorderUnavailable, match="it is down"):
        await site.cameras()


async def test_closing_lets_go_of_every_recorder():
    """Nothing stays open behind."""
    world = World()
    await SiteRecorders([world.recorder()]).close()
    assert world.device.asked == ["close"]
