"""One table of what the product asks of any recorder, run over recorders of different kinds.

The demo recorder in each of its ways to sign in, and with H.265, AAC, several recordings of one camera and
a clock that is an hour slow; the adversarial recorder when it is well; and any server of other people that
runs at ``FOREIGN_RECORDER`` (its ONVIF address; user and password in ``FOREIGN_USER`` and
``FOREIGN_PASSWORD``) or, when it replays recordings and knows no ONVIF services, at ``FOREIGN_REPLAY`` (its
RTSP address): ``pytest -m foreign`` asks these alone. What such servers answered stands in
``docs/ref/recorders.md``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import attrs
import pytest
from tests.adversary.device import Device as Adversary
from tests.programs import RECORDER_PASSWORD, RECORDER_USER, running_recorder

from incident_plugin.adapters.onvif import OnvifDevice
from incident_plugin.adapters.recorders import Recorder, SiteRecorders
from incident_plugin.adapters.rtsp import Credentials, RtspClient
from incident_plugin.domain.errors import NoVideo, RecorderUnavailable
from incident_plugin.domain.media import AccessUnit, Camera, ClockOffset, Codec, LiveProfile, Motion
from incident_plugin.domain.time import Interval

SECOND = timedelta(seconds=1)


@attrs.frozen(kw_only=True)
class Subject:
    """A recorder that runs."""

    address: str
    user: str
    password: str
    #: Behaviours that it does not have by its make.
    lacks: frozenset[str] = frozenset()
    #: Makes what speaks ONVIF with it.
    device: Callable[[str, str, str], OnvifDevice] = OnvifDevice

    @asynccontextmanager
    async def site(self, password: str | None = None) -> AsyncIterator[SiteRecorders]:
        """Use it as the product does."""
        secret = self.password if password is None else password
        streams = RtspClient(Credentials(username=self.user, password=secret))
        site = SiteRecorders([Recorder("Any", self.device(self.address, self.user, secret), streams)])
        try:
            yield site
        finally:
            await site.close()


DEMO = {
    "token": ("--sign-in", "token"),
    "digest": ("--sign-in", "digest"),
    "either": ("--sign-in", "either"),
    "widened": (
        *("--h265", "lobby", "--aac", "corridor", "--renewed", "parking"),
        *("--sign-in", "digest", "--skew", "-3600"),
    ),
}
KINDS = [
    *(pytest.param(f"demo-{name}", id=f"demo-{name}") for name in DEMO),
    pytest.param("adversary", id="adversary"),
    pytest.param("foreign", id="foreign", marks=pytest.mark.foreign),
    pytest.param("replay", id="foreign-replay", marks=pytest.mark.foreign),
]


@pytest.fixture(scope="module", params=KINDS)
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    kind, _, mode = request.param.partition("-")
    with ExitStack() as stack:
        if kind == "demo":
            demo = stack.enter_context(running_recorder(*DEMO[mode]))
            yield Subject(address=demo.address, user=RECORDER_USER, password=RECORDER_PASSWORD)
        elif kind == "adversary":
            device = stack.enter_context(Adversary())
            # It lets everybody in, has no motors and sends every picture, but for faults about these.
            lacks = frozenset({"wrong_password_refused", "cameras_with_motors_obey", "key_pictures_alone"})
            yield Subject(address=device.url, user="admin", password="right", lacks=lacks)
        elif kind == "replay":
            address = os.environ.get("FOREIGN_REPLAY") or pytest.skip("FOREIGN_REPLAY is not set")
            lacks = frozenset({"wrong_password_refused", "clock_measured", "nothing_recorded_is_said"})
            yield Subject(address=address, user="", password="", lacks=lacks | LIVE, device=Archive)
        elif address := os.environ.get("FOREIGN_RECORDER"):
            user, password = (os.environ.get(f"FOREIGN_{name}", "") for name in ("USER", "PASSWORD"))
            yield Subject(address=address, user=user, password=password)
        else:
            pytest.skip("no other recorder runs: FOREIGN_RECORDER is not set")


@attrs.frozen
class Known:
    """What a server without ONVIF services has, by its maker's word: one recording, of all times."""

    id: str = "archive"
    summary: str = "archive"
    token: str = "archive"
    name: str = "Archive"
    profile: str | None = None
    live: tuple[LiveProfile, ...] = ()
    recordings: tuple[str, ...] = ("archive",)
    ptz: str | None = None
    tokens: frozenset[str] = frozenset()


class Archive(OnvifDevice):
    """Stands for the ONVIF services of a server that has none; its replay is the server's own."""

    def __init__(self, address: str, *_: str) -> None:
        super().__init__("http://127.0.0.1", "", "")
        self._replay = address

    async def information(self) -> Any:
        return Known()

    async def channels(self) -> Any:
        return (Known(),)

    async def recorded(self, recording: str, interval: Interval) -> tuple[Interval, ...]:
        del recording
        end = min(interval.end, datetime.now(UTC))
        return (Interval(interval.start, end),) if interval.start < end else ()

    async def clock_offset(self) -> ClockOffset:
        return ClockOffset(offset=timedelta(0), uncertainty=timedelta(0), measured_at=datetime.now(UTC))

    async def replay_uri(self, recording: str) -> str:
        del recording
        return self._replay


LIVE = frozenset({"live_begins_with_a_key_picture", "every_live_stream_plays", "cameras_with_motors_obey"})


async def lasting_ids(site: SiteRecorders, subject: Subject) -> None:
    """Another session finds the same cameras by the same ids, each once."""
    first = await site.cameras()
    async with subject.site() as again:
        assert await again.cameras() == first
    assert len({camera.id for camera in first}) == len(first) > 0
    assert all(camera.name for camera in first)


async def wrong_password_refused(_: SiteRecorders, subject: Subject) -> None:
    """It is said that the password was the reason, and not something else."""
    async with subject.site("not the password") as wrong:
        with pytest.raises(RecorderUnavailable, match="refused the user name or password"):
            await wrong.cameras()


async def clock_measured(site: SiteRecorders, _: Subject) -> None:
    """To better than the second that is shown."""
    for camera in await site.cameras():
        measured = await site.clock_offset(camera.id)
        assert timedelta() < measured.uncertainty < SECOND


async def live_begins_with_a_key_picture(site: SiteRecorders, _: Subject) -> None:
    """Of each camera, in order, in a coding that was announced."""
    for camera in await site.cameras():
        async with site.live(camera.id) as stream, aclosing(aiter(stream)) as units:
            first, second = await anext(units), await anext(units)
            assert stream.track.codec in (Codec.H264, Codec.H265)
            assert stream.track.parameter_sets
        assert first.key
        assert second.pts > first.pts


async def every_live_stream_plays(site: SiteRecorders, _: Subject) -> None:
    """Each that is offered, as large or small as it is, gives a key picture in the coding that it names."""
    camera = (await site.cameras())[0]
    for profile in await site.live_profiles(camera.id):
        async with site.live(camera.id, profile=profile.token) as stream, aclosing(aiter(stream)) as units:
            assert (await anext(units)).key
            assert stream.track.codec is profile.codec


async def spans_lie_within(site: SiteRecorders, _: Subject) -> None:
    """In order, apart, within what was asked for; the future has none."""
    moment = datetime.now(UTC)
    asked = Interval(moment - timedelta(hours=3), moment + timedelta(hours=1))
    for camera in await recorded_cameras(site):
        spans = await site.recorded(camera.id, asked)
        assert all(earlier.end < later.start for earlier, later in pairwise(spans))
        assert all(asked.start <= span.start < span.end <= moment + 10 * SECOND for span in spans)
        later = Interval(moment + timedelta(minutes=30), moment + timedelta(minutes=40))
        assert await site.recorded(camera.id, later) == ()


async def replay_is_exact_and_repeatable(site: SiteRecorders, _: Subject) -> None:
    """From the key picture at or before the start to the end; twice the same bytes."""
    for camera in await recorded_cameras(site):
        interval = await some_seconds(site, camera)
        first, second = await fetched(site, camera, interval), await fetched(site, camera, interval)
        assert first[0].key
        assert first[0].time <= interval.start < interval.end
        assert all(later.pts > earlier.pts for earlier, later in pairwise(first))
        assert first[-1].time < interval.end
        assert [(unit.time, unit.nals) for unit in first] == [(unit.time, unit.nals) for unit in second]


async def key_pictures_alone(site: SiteRecorders, _: Subject) -> None:
    """Where only they are wanted, nothing else comes, and they are those of the whole."""
    for camera in await recorded_cameras(site):
        interval = await some_seconds(site, camera)
        whole = {unit.time for unit in await fetched(site, camera, interval) if unit.key}
        async with site.replay(camera.id, interval, intra=True) as stream:
            keys = [unit async for unit in stream]
        assert keys
        assert all(unit.key for unit in keys)
        assert {unit.time for unit in keys} <= whole


async def nothing_recorded_is_said(site: SiteRecorders, _: Subject) -> None:
    """A time long before the first recording."""
    start = datetime(2001, 1, 1, tzinfo=UTC)
    for camera in await recorded_cameras(site):
        with pytest.raises(NoVideo):
            async with site.replay(camera.id, Interval(start, start + SECOND)):
                pass


async def cameras_with_motors_obey(site: SiteRecorders, _: Subject) -> None:
    """They turn, stop, tell their presets and go to one."""
    for camera in await site.cameras():
        if camera.ptz:
            await site.move(camera.id, Motion(pan=0.3), lasting=SECOND)
            await site.stop(camera.id)
            for preset in (await site.presets(camera.id))[:1]:
                await site.go_to(camera.id, preset.token)


Behaviour = Callable[[SiteRecorders, Subject], Awaitable[None]]
BEHAVIOURS: tuple[Behaviour, ...] = (
    lasting_ids,
    wrong_password_refused,
    clock_measured,
    live_begins_with_a_key_picture,
    every_live_stream_plays,
    spans_lie_within,
    replay_is_exact_and_repeatable,
    key_pictures_alone,
    nothing_recorded_is_said,
    cameras_with_motors_obey,
)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda one: one.__name__)
async def test_a_recorder_does_what_the_product_needs(subject: Subject, behaviour: Behaviour) -> None:
    """Every behaviour, of every recorder; those that record nothing, or have no motors, have less to show."""
    if behaviour.__name__ in subject.lacks:
        pytest.skip("this recorder is made without it")
    async with subject.site() as site:
        await behaviour(site, subject)


async def recorded_cameras(site: SiteRecorders) -> list[Camera]:
    return [camera for camera in await site.cameras() if camera.recorded]


async def some_seconds(site: SiteRecorders, camera: Camera) -> Interval:
    """Two seconds of the camera's first recording that lasts long enough, not at its edges."""
    moment = datetime.now(UTC)
    spans = await site.recorded(camera.id, Interval(moment - timedelta(hours=3), moment))
    span = next(span for span in spans if span.length >= 10 * SECOND)
    return Interval(span.start + 2.5 * SECOND, span.start + 4.5 * SECOND)


async def fetched(site: SiteRecorders, camera: Camera, interval: Interval) -> list[AccessUnit]:
    async with site.replay(camera.id, interval) as stream:
        units = [unit async for unit in stream]
    assert stream.losses == 0
    return units
