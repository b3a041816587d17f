"""Playing recorded video: picture by picture, fast and slow, in step, over gaps, and heard."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import av
import numpy as np
import pytest
from playwright.async_api import Page, Route, expect

from incident_plugin.adapters.media import PyavWriter
from incident_plugin.domain.media import AccessUnit, Codec, SoundCodec, SoundTrack, SoundUnit, VideoTrack
from tests.browsing import in_shared_browser
from tests.ui.test_playback import FRAME, at, names, settled, shown, shows
from tests.waiting import until

pytestmark = in_shared_browser


@pytest.fixture
def now() -> int:
    """Milliseconds since 1970, on a whole second."""
    return int(time.time()) * 1000


async def run(page: Page, command: str) -> None:
    await page.evaluate("name => host.bridge.run(`incident.${name}`)", command)


async def stepped(page: Page, command: str, times: int) -> list[int]:
    """Step so many times; give the picture that is shown after each."""
    pictures = []
    for _ in range(times):
        before = await page.evaluate("host.clocks.playback.now")
        await run(page, command)
        assert await page.evaluate("host.clocks.playback.now") != before
        when = await page.evaluate("host.clocks.playback.now")
        await shows(page, when + 1)
        pictures.append(await shown(page))
    return pictures


async def test_pictures_are_stepped_through_one_by_one(page: Page, now: int) -> None:
    """Each step shows the very next picture, over the end of a part, and back before where it began."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    begin = now // 10_000 * 10_000 - 300_000 - 100
    await at(page, begin)
    await shows(page, begin)
    first = await shown(page)
    forward = await stepped(page, "frame-forward", 4)
    back = await stepped(page, "frame-back", 6)
    steps = [later - earlier for earlier, later in pairwise([first, *forward])]
    steps += [earlier - later for earlier, later in pairwise([forward[-1], *back])]
    assert all(abs(step - FRAME) <= 1 for step in steps), steps


async def test_step_pauses(page: Page, now: int) -> None:
    """Who steps wants to look: what played stands."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    await at(page, now - 400_000)
    await settled(page)
    await page.evaluate("host.clocks.playback.play()")
    await run(page, "frame-forward")
    assert await page.evaluate("host.clocks.playback.paused")


async def test_fast_playing_takes_key_pictures_alone(page: Page, now: int) -> None:
    """Sixteen times as fast the pictures keep to the clock; paused, the exact picture is shown again."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/video/" in request.url else None)
    begin = now - 900_000
    await at(page, begin)
    await shows(page, begin)
    await page.evaluate("host.clocks.playback.setRate(16); host.clocks.playback.play()")

    async def far() -> bool:
        there = "() => document.querySelector('incident-playback').showing === 'picture'"
        return await page.evaluate(there) and await shown(page) > begin + 30_000

    await until(far, "pictures half a minute on")
    clock = await page.evaluate("host.clocks.playback.now")
    assert abs(clock - await shown(page)) < 16 * 1_000
    assert any("intra=1" in url for url in asked)
    await page.evaluate("host.clocks.playback.pause()")
    await shows(page, await page.evaluate("host.clocks.playback.now"))
    assert "intra=1" not in asked[-1]


async def test_slow_playing_keeps_to_the_clock(page: Page, now: int) -> None:
    """At a quarter of the speed every picture is shown for four times as long."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    await at(page, now - 500_000)
    await settled(page)
    await page.evaluate("host.clocks.playback.setRate(0.25); host.clocks.playback.play()")
    differences = []

    async def passed() -> bool:
        differences.append(await page.evaluate("host.clocks.playback.now") - await shown(page))
        return len(differences) > 12

    await until(passed)
    # Milliseconds: a busy machine decodes late, and the element seeks then.
    assert float(np.median(np.abs(differences))) < 1_000, differences
    assert await page.evaluate("document.querySelector('incident-playback').video.playbackRate") < 0.3


async def test_view_items_play_in_step(page: Page, now: int) -> None:
    """All view items show the same moment: the drift of each from the clock is measured, and small."""
    await page.evaluate("names => host.watch(names)", await names(page, 3))
    await at(page, now - 600_000)
    await settled(page)
    await page.evaluate("host.clocks.playback.play()")
    drifts: list[list[float]] = []

    async def measured() -> bool:
        found = await page.evaluate("[...document.querySelectorAll('incident-playback')].map(e => e.drift)")
        if len(found) == 3 and None not in found:
            drifts.append(found)
        return len(drifts) >= 20

    await until(measured, "drifts of all view items")
    assert float(np.median(np.abs(drifts))) < 0.2, drifts
    await page.wait_for_function("host.clocks.playback.holders.size === 0")


async def test_gap_is_jumped_over_while_playing(page: Page) -> None:
    """Where no view item has pictures the clock goes to where recording goes on, without anybody's help."""
    cameras = await page.evaluate("host.bridge.cameras()")
    await page.evaluate("names => host.watch(names)", [cameras[-1]["name"]])
    day = "start=${new Date(Date.now() - 9e6).toISOString()}&end=${new Date().toISOString()}"
    spans = (
        await page.evaluate(
            f"id => host.get(`recorded/${{encodeURIComponent(id)}}?{day}`)", cameras[-1]["id"]
        )
    )["spans"]
    gap, after = [await page.evaluate("Date.parse", text) for text in (spans[0]["end"], spans[1]["start"])]
    await at(page, gap - 1_000)
    await settled(page)
    await page.evaluate("host.clocks.playback.play()")

    async def beyond() -> bool:
        return await page.evaluate("host.clocks.playback.now") >= math.floor(after)

    await until(beyond, "the time after the gap")
    await settled(page)
    assert await shown(page) >= after - FRAME


def recording(start: datetime) -> tuple[VideoTrack, SoundTrack, list[AccessUnit | SoundUnit]]:
    """Ten seconds of grey with a tone."""
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt, coder.framerate = 64, 48, "yuv420p", 10
    coder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": "keyint=20:repeat-headers=1",
    }
    units: list[AccessUnit | SoundUnit] = []
    for number in range(100):
        frame = av.VideoFrame.from_ndarray(np.full((72, 64), number, np.uint8), format="yuv420p")
        frame.pts = number
        for packet in coder.encode(frame):
            data = bytes(packet).replace(b"\0\0\0\1", b"\0\0\1")
            nals = tuple(nal for nal in data.split(b"\0\0\1") if nal)
            moment = start + timedelta(seconds=number / 10)
            units.append(AccessUnit(pts=9000 * number, time=moment, key=packet.is_keyframe, nals=nals))
    first = units[0]
    assert isinstance(first, AccessUnit)
    sets = tuple(nal for nal in first.nals if nal[0] & 0x1F in (7, 8))
    tone = bytes(0x80 | (n // 9 % 2) << 6 for n in range(80_000))
    for number in range(500):
        moment = start + timedelta(seconds=number / 50)
        units.append(SoundUnit(pts=160 * number, time=moment, data=tone[160 * number : 160 * number + 160]))
    units.sort(key=lambda unit: unit.time)
    track = VideoTrack(codec=Codec.H264, parameter_sets=sets)
    return track, SoundTrack(codec=SoundCodec.PCMU, rate=8000, channels=1), units


async def test_sound_is_heard_when_it_is_wanted(page: Page, now: int) -> None:
    """A recording with sound begins silent; turned on it is played, and gone again when played fast."""
    start = datetime.fromtimestamp(now / 1000 - 500, UTC)
    track, sound, units = recording(start)

    async def part(heard: SoundTrack | None) -> bytes:
        async def stream() -> AsyncIterator[AccessUnit | SoundUnit]:
            for unit in units:
                yield unit

        pieces = PyavWriter().playing(track, stream(), sought=start, sound=heard)
        return b"".join([piece async for piece in pieces])

    bodies = {False: await part(None), True: await part(sound)}
    given = set[bool]()

    async def answer(route: Route) -> None:
        heard = "sound=1" in route.request.url
        if heard in given:
            await route.fulfill(status=204)
            return
        given.add(heard)
        codec = f"{track.codec_string},{sound.codec_string}" if heard else track.codec_string
        began = start.isoformat().replace("+00:00", "Z")
        headers = {"Video-Start": began, "Video-Codec": codec, "Video-Sound": "1"}
        await route.fulfill(status=200, body=bodies[heard], headers=headers)

    await page.evaluate("names => host.watch(names)", await names(page, 1))
    await page.route("**/video/**", answer)
    await at(page, now - 500_000 + 200)
    await settled(page)
    element = "document.querySelector('incident-playback')"
    assert await page.evaluate(f"{element}.video.muted")
    assert given == {False}
    await page.evaluate(
        "import('/plugins/incident/ui/playback/hearing.js').then(m => m.hearing.set({muted: false}))"
    )
    await page.evaluate("host.clocks.playback.play()")
    await page.wait_for_function(f"() => {element}.video.webkitAudioDecodedByteCount > 0")
    assert await page.evaluate(f"{element}.hasSound")
    assert not await page.evaluate(f"{element}.video.muted")
    await page.unroute("**/video/**")
    await page.evaluate("host.clocks.playback.setRate(8)")
    await page.wait_for_function(f"() => {element}.video.muted")


async def test_controls_step_and_change_the_speed(page: Page, now: int) -> None:
    """The buttons do what the keys do; a recording with sound has a button for it."""
    await page.evaluate("names => host.watch(names)", await names(page, 1))
    await at(page, now - 500_000)
    await settled(page)
    await page.evaluate(
        """async () => {
          await import('/plugins/incident/ui/playback/incident-playback-controls.js');
          const controls = document.createElement('incident-playback-controls');
          controls.vms = {mode: 'playback', bridge: host.bridge, clock: host.clocks.playback};
          document.body.append(controls);
        }"""
    )
    first = await shown(page)
    await page.get_by_role("button", name="One picture on").click()
    when = await page.evaluate("host.clocks.playback.now")
    await shows(page, when + 1)
    assert abs(await shown(page) - first - FRAME) <= 1
    await page.get_by_role("combobox", name="Speed").select_option("0.5")
    assert await page.evaluate("host.clocks.playback.rate") == 0.5
    await page.get_by_role("button", name="Turn the sound on").click()
    await expect(page.get_by_role("button", name="Turn the sound off")).to_be_visible()
    # Some browsers would draw a frame around it as around a text entry.
    volume = page.get_by_role("slider", name="Volume")
    await expect(volume).to_have_css("border-top-width", "0px")
    await expect(volume).to_have_css("width", "72px")
