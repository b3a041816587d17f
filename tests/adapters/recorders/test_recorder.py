"""Clocks, caches and health of a recorder, with parts whose answers a test can change between calls."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from tests.waiting import PATIENCE

from incident_plugin.adapters.onvif import Channel, DeviceInformation
from incident_plugin.adapters.onvif.eventing import EventNotice
from incident_plugin.adapters.recorders import Recorder, SiteRecorders
from incident_plugin.domain.errors import NotFound, NoVideo, RecorderUnavailable
from incident_plugin.domain.media import AccessUnit, CameraId, ClockOffset, Codec, Motion, Preset, VideoTrack
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
    kept: dict[str, timedelta] = attrs.field(factory=dict)
    notices: tuple[EventNotice, ...] = ()
    breaks_off: bool = False
    clock_sets: int = 0
    #: By the device's clock.
    spans: tuple[Interval, ...] | None = None
    no_events: RecorderUnavailable | None = None
    #: Asked while it says nothing at all; set by the question.
    mute: asyncio.Event | None = None
    serial: str = "S:1"

    async def _ask(self, what: str):
        self.asked.append(what)
        if self.mute is not None:
            self.mute.set()
            await asyncio.Event().wait()
        if self.down:
            raise RecorderUnavailable("it is down")

    async def information(self):
        await self._ask("information")
        return DeviceInformation(manufacturer="", model="", firmware="", serial=self.serial, id=self.serial)

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
        if self.spans is None:
            return (interval,)
        return tuple(span for span in self.spans if interval.start <= span.start < interval.end)

    async def greet(self):
        await self._ask("greet")
        return NOW + self.offset

    async def keeps_for(self, recording):
        await self._ask(f"keeps_for {recording}")
        return self.kept.get(recording)

    async def move(self, profile, motion, lasting):
        await self._ask(f"move {profile} {motion.pan} {lasting.total_seconds()}")

    async def stop(self, profile):
        await self._ask(f"stop {profile}")

    async def presets(self, profile):
        await self._ask("presets")
        return (Preset(token="1", name="Gate"),)

    async def go_to(self, profile, preset):
        await self._ask(f"go_to {profile} {preset}")

    @asynccontextmanager
    async def events(self):
        await self._ask("subscribe")
        if self.no_events is not None:
            raise self.no_events

        async def noticed():
            for notice in self.notices:
                yield notice
            if self.breaks_off:
                raise RecorderUnavailable("it broke off")
            await asyncio.Event().wait()

        try:
            yield noticed()
        finally:
            self.asked.append("unsubscribe")

    async def clock_offset(self):
        await self._ask("clock")
        return ClockOffset(offset=self.offset, uncertainty=self.uncertainty, measured_at=NOW)

    async def close(self):
        await self._ask("close")


@attrs.define
class PartStreams:
    opened: list[tuple] = attrs.field(factory=list)
    refuse: bool = False
    #: There is video for who corrects times by so much.
    empty_until: timedelta | None = None
    #: The streams are these parts themselves: nothing is read from them here.
    track = VideoTrack(codec=Codec.H264, parameter_sets=())
    sound = None

    async def close(self):
        """Nothing waits here."""

    @asynccontextmanager
    async def live(self, url, *, clock_offset, sound=False):
        self.opened.append((url, clock_offset))
        if self.refuse:
            raise RecorderUnavailable("no stream")
        yield self

    @asynccontextmanager
    async def replay(self, url, interval, *, clock_offset, sound=False, intra=False):
        self.opened.append((url, interval, clock_offset))
        if self.refuse:
            raise RecorderUnavailable("no stream")
        if self.empty_until is not None and clock_offset != self.empty_until:
            raise NoVideo("nothing there")
        yield self


@attrs.define
class World:
    device: PartDevice = attrs.field(factory=PartDevice)
    streams: PartStreams = attrs.field(factory=PartStreams)
    time: float = 0.0

    def recorder(self) -> Recorder:
        return Recorder("North", self.device, self.streams, now=lambda: NOW, monotonic=lambda: self.time)


DOOR = CameraId("S%3A1:cam%201%2Fa")
MOVING = Channel(
    token="cam 1/a",
    name="Door",
    profile="p",
    recordings=("r1", "r2"),
    ptz="pz",
    tokens=frozenset({"vsc"}),
)


async def test_a_camera_that_can_be_moved_is_moved():
    """By the profile that has its PTZ; another camera says that it cannot."""
    world = World(PartDevice(channel_list=(MOVING,)))
    recorder = world.recorder()
    assert (await recorder.cameras())[DOOR].ptz
    await recorder.move(DOOR, Motion(pan=0.5), lasting=2 * SECOND)
    await recorder.stop(DOOR)
    assert [preset.name for preset in await recorder.presets(DOOR)] == ["Gate"]
    await recorder.go_to(DOOR, "1")
    assert world.device.asked[-4:] == ["move pz 0.5 2.0", "stop pz", "presets", "go_to pz 1"]
    with pytest.raises(NotFound, match="Door cannot be moved"):
        await World().recorder().stop(DOOR)


async def test_the_recording_that_is_kept_longest_tells_the_retention():
    """Of several recordings of one camera; as long as one does not tell nothing is known."""
    world = World(PartDevice(channel_list=(MOVING,), kept={"r1": 7 * 86_400 * SECOND}))
    assert await world.recorder().keeps_for(DOOR) is None
    world.device.kept["r2"] = 14 * 86_400 * SECOND
    assert await world.recorder().keeps_for(DOOR) == 14 * 86_400 * SECOND


def motion(*, source: str, state: str) -> EventNotice:
    return EventNotice(
        topic="VideoSource/MotionAlarm",
        at=NOW + 7 * SECOND,
        initial=False,
        source={"Source": source},
        data={"State": state},
    )


async def test_events_belong_to_cameras_and_to_our_clock():
    """Named by any of its tokens; one subscription whatever the listeners, ended with the last of them."""
    device = PartDevice(
        channel_list=(MOVING,),
        offset=7 * SECOND,
        notices=(motion(source="vsc", state="true"), motion(source="elsewhere", state="false")),
    )
    world = World(device)
    recorder = world.recorder()
    await recorder.clock_offset()
    site = SiteRecorders([recorder])
    async with site.watch() as first, site.watch() as second:
        heard = [await anext(first), await anext(first)]
        assert (await anext(second)).camera == DOOR
    assert [(event.camera, event.active, event.at) for event in heard] == [
        (DOOR, True, NOW),
        (None, False, NOW),
    ]
    assert device.asked.count("subscribe") == device.asked.count("unsubscribe") == 1
    await site.close()


async def test_a_recorder_that_breaks_off_its_events_is_asked_again(monkeypatch):
    """By itself, and later and later while it stays so."""
    monkeypatch.setattr("incident_plugin.adapters.recorders.watching._PAUSES", (0.0, 0.0))
    device = PartDevice(channel_list=(MOVING,), notices=(motion(source="vsc", state="1"),), breaks_off=True)
    site = SiteRecorders([World(device).recorder()])
    async with site.watch() as events:
        assert [(await anext(events)).active for _ in range(3)] == [True, True, True]
    assert device.asked.count("subscribe") >= 3
    await site.close()


async def test_a_stream_ends_when_its_recorder_is_no_longer_used():
    """Removed or set up in another way: the picture does not go on as if nothing had happened."""

    @attrs.define
    class Endless(PartStreams):
        async def __aiter__(self):
            while True:
                yield AccessUnit(pts=0, time=NOW, key=True, nals=())

    recorder = World(streams=Endless()).recorder()
    async with recorder.live(DOOR) as stream:
        reading = aiter(stream)
        await anext(reading)
        await recorder.close()
        with pytest.raises(RecorderUnavailable, match="North was removed or set up in another way"):
            await anext(reading)


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


async def test_a_clock_that_was_set_is_noticed_where_there_is_no_video():
    """One question tells; spans and replay are then those of the new time. It is not asked at every turn."""
    world = World()
    recorder = world.recorder()
    assert await recorder.clock_offset()
    world.time = 10.0
    world.device.offset = 3600 * SECOND
    world.device.spans = (Interval(NOW + 3000 * SECOND, NOW + 3600 * SECOND),)
    assert await recorder.recorded(DOOR, HOUR) == (Interval(NOW - 600 * SECOND, NOW),)
    world.device.offset = -60 * SECOND
    world.streams.empty_until = -60 * SECOND
    world.time = 20.0
    async with recorder.replay(DOOR, Interval(NOW - 600 * SECOND, NOW)):
        pass
    assert [offset for _, _, offset in world.streams.opened] == [3600 * SECOND, -60 * SECOND]
    world.streams.empty_until = 0 * SECOND
    world.time = 30.0
    for _ in range(3):
        with pytest.raises(NoVideo):
            async with recorder.replay(DOOR, Interval(NOW - 600 * SECOND, NOW)):
                pass
    assert world.device.asked.count("greet") == 3


@pytest.mark.parametrize("sign", ["was away", "refused a token", "restarted"])
async def test_signs_of_trouble_have_the_clock_measured_again(sign):
    """It was away, refused what was signed by the old time, or says that it restarted."""
    world = World()
    recorder = world.recorder()
    await recorder.clock_offset()
    world.device.offset = 9 * SECOND
    if sign == "was away":
        world.device.down = True
        with pytest.raises(RecorderUnavailable):
            await recorder.cameras()
        world.device.down = False
        await recorder.cameras()
    elif sign == "refused a token":
        world.device.clock_sets = 1
        await recorder.cameras()
    else:
        reboot = EventNotice(
            topic="Monitoring/OperatingTime/LastReboot", at=NOW, initial=False, source={}, data={}
        )
        world.device.notices = (reboot,)
        async with recorder.events() as events:
            await anext(events)
    assert await recorder.recorded(DOOR, HOUR) == (HOUR,)
    assert world.device.asked[-1] == f"recorded {HOUR.start + 9 * SECOND:%H:%M:%S}"


async def test_missing_events_are_told_but_not_of_who_has_none():
    """An operator can read why; a camera without an event service is not unwell."""
    world = World(PartDevice(no_events=RecorderUnavailable("too many subscriptions")))
    recorder = world.recorder()

    async def listened() -> None:
        async with recorder.events():
            pass

    with pytest.raises(RecorderUnavailable):
        await listened()
    assert (recorder.health.error, recorder.health.events) == (None, "too many subscriptions")
    world.device.no_events = RecorderUnavailable("none", cause="incident.recorder-lacks-service")
    with pytest.raises(RecorderUnavailable):
        await listened()
    assert recorder.health.events is None
    world.device.no_events = None
    await listened()
    assert recorder.health.events is None


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
        await asyncio.sleep(0)
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


@pytest.mark.parametrize("what", ["live", "replay"])
async def test_another_device_at_the_same_address_gives_no_video_as_the_one_before(what):
    """It has the same names and passwords: who was away is asked who it is before its video is taken."""
    world = World()
    recorder = world.recorder()
    await recorder.cameras()
    world.device.down = True
    with pytest.raises(RecorderUnavailable, match="it is down"):
        await recorder.clock_offset()
    world.device.down, world.device.serial = False, "S:2"
    await recorder.clock_offset()
    with pytest.raises(NotFound, match="North no longer has this camera"):
        async with recorder.live(DOOR) if what == "live" else recorder.replay(DOOR, HOUR):
            pass
    assert world.streams.opened == []
    assert list(await recorder.cameras()) == [CameraId("S%3A2:cam%201%2Fa")]


async def test_a_replay_that_broke_is_not_resumed_at_another_device():
    """What came before the break is kept; the rest is not taken from whoever has the address now."""

    @attrs.define
    class Breaking(PartStreams):
        device: PartDevice = attrs.field(kw_only=True)

        def replay(self, *given, **named):
            self.refuse = self.device.down
            return super().replay(*given, **named)

        async def __aiter__(self):
            for second in range(2):
                yield AccessUnit(pts=second, time=HOUR.start + second * SECOND, key=True, nals=())
            self.device.down = True
            raise RecorderUnavailable("it broke off")

    async def swapped(seconds):
        """While it is away another device gets its address: the second attempt meets that."""
        if seconds == 1.0:
            device.down, device.serial = False, "S:2"

    device = PartDevice()
    streams = Breaking(device=device)
    recorder = World(device, streams).recorder()
    async with recorder.replay(DOOR, HOUR) as replay:
        replay._sleep = swapped
        reading = aiter(replay)
        assert [(await anext(reading)).pts for _ in range(2)] == [0, 1]
        with pytest.raises(NotFound, match="North no longer has this camera"):
            await anext(reading)
    assert len(streams.opened) == 2


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


async def test_a_call_that_is_given_up_does_not_make_a_silent_recorder_well():
    """Whoever goes while a recorder is mute has heard nothing of it."""
    world = World()
    recorder = world.recorder()
    world.device.down = True
    with pytest.raises(RecorderUnavailable):
        await recorder.cameras()
    world.device.mute = asyncio.Event()
    asking = asyncio.create_task(recorder.cameras())
    await asyncio.wait_for(world.device.mute.wait(), PATIENCE)
    asking.cancel()
    await asyncio.wait([asking])
    assert recorder.health.error == "it is down"


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
