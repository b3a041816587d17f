"""The live element in a real Chromium."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import attrs
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from incident_plugin.adapters.live_preview import WebRtcRelay
from incident_plugin.adapters.media import recoded_pictures
from incident_plugin.domain.errors import IncidentError, NotFound, RecorderUnavailable
from tests.browsing import PATIENCE_MS, Watched, in_shared_browser
from tests.serving import served, with_policy
from tests.waiting import PATIENCE, until

from .clips import Camera
from .conftest import LOBBY, QUICK, leaving_nothing
from .hosting import Application
from .test_codecs import MAIN, h265

pytestmark = in_shared_browser
shared = pytest_asyncio.fixture(loop_scope="session")


@pytest.fixture
def linger() -> float:
    """How many seconds the camera is kept open when nobody looks; tests change it."""
    return QUICK.linger


@shared
async def relay(camera: Camera, browser: Browser, linger: float) -> AsyncIterator[WebRtcRelay]:
    """A relay for that camera, which leaves nothing behind."""
    async with leaving_nothing():
        relay = WebRtcRelay(camera, limits=attrs.evolve(QUICK, linger=linger), recode=recoded_pictures)
        yield relay
        await relay.stop()
        assert camera.open_now == []


@pytest.fixture
def application(relay: WebRtcRelay) -> Application:
    """The plug-in's part of the exchange."""
    return Application(relay)


@shared
async def page(application: Application, browser: Browser) -> AsyncIterator[Page]:
    """The page, open in Chromium; anything on its console fails the test, but a refused offer."""
    async with served(with_policy(application.asgi)) as address:
        context = await browser.new_context()
        context.set_default_timeout(PATIENCE_MS)
        watched = Watched(context, provoked=["^Failed to load resource"])
        page = await context.new_page()
        await page.goto(address)
        await page.wait_for_function("() => window.watch !== undefined")
        yield page
        await context.close()
    assert watched.unexpected == []


@shared
async def filming(camera: Camera) -> AsyncIterator[None]:
    """The camera takes pictures all the time."""
    taking = asyncio.create_task(camera.run())
    yield
    taking.cancel()


async def test_operator_sees_the_picture(page: Page, filming: None) -> None:
    """The element shows moving, coloured pictures, and says nothing over them."""
    assert (await page.evaluate("id => watch(id)", LOBBY))["state"] == "live"
    await page.wait_for_function("() => video().currentTime > 0.5")
    red, green, blue = await page.evaluate("colours()")
    assert 30 < red < 120 < green < 240
    assert 150 < blue < 230
    assert await page.evaluate("says()") == ""


@pytest.mark.parametrize("linger", [PATIENCE])
async def test_second_look_is_immediate(page: Page, camera: Camera) -> None:
    """Who comes back in the middle of a group sees it, though the camera takes no picture meanwhile."""
    first = asyncio.ensure_future(page.evaluate("id => watch(id)", LOBBY))
    await until(lambda: camera.open_now)
    camera.show(12)
    await first
    for _ in range(3):
        await page.evaluate("element().remove()")
        assert (await page.evaluate("id => watch(id)", LOBBY))["state"] == "live"
        assert await page.evaluate("video().videoWidth") == 160
    assert camera.opened == 1


async def test_h265_without_a_second_stream_is_seen_everywhere(
    page: Page, filming: None, camera: Camera
) -> None:
    """As it is where the browser takes it; else coded anew, and the view item says so."""
    camera.clip = h265()
    camera.track, camera.profiles = camera.clip.track, (MAIN,)
    await page.evaluate("id => watch(id)", LOBBY)
    await page.wait_for_function("() => states.at(-1).state === 'live' && video().currentTime > 0.5")
    red, green, blue = await page.evaluate("colours()")
    assert 30 < red < 120 < green < 240
    assert 150 < blue < 230
    takes = await page.evaluate(
        "RTCRtpReceiver.getCapabilities('video').codecs.some(({ mimeType }) => mimeType === 'video/H265')"
    )
    said = page.get_by_text("H.265, coded anew")
    await (expect(said).to_be_hidden() if takes else expect(said).to_be_visible())


async def test_lost_camera_is_said_and_comes_back(page: Page, camera: Camera) -> None:
    """The reason stands over the picture until the camera is seen again."""
    shown = page.evaluate("id => watch(id)", LOBBY)
    task = asyncio.ensure_future(shown)
    await until(lambda: camera.open_now)
    camera.show(3)
    await task
    camera.refusal = RecorderUnavailable("The recorder does not answer.")
    camera.break_off(RecorderUnavailable("The recorder closed the connection."))
    await page.wait_for_function("() => says().includes('The recorder does not answer. Trying again.')")
    camera.refusal = None
    await until(lambda: camera.open_now)
    camera.show(3)
    await page.wait_for_function("() => states.at(-1).state === 'live'")
    assert await page.evaluate("states.map(({ state }) => state)") == [
        "connecting",
        "live",
        "lost",
        "lost",
        "live",
    ]


async def test_a_picture_that_stands_still_does_not_pass_for_live(page: Page, filming: None) -> None:
    """No connection broke, and yet no picture comes: the operator sees that, and sees it move again."""
    await page.evaluate("id => watch(id)", LOBBY)
    await page.wait_for_function("() => states.at(-1).state === 'live'")
    # Again and again: a connection that a busy machine breaks and makes anew sets its video going.
    await page.evaluate("held = setInterval(() => video().pause(), 50)")
    await page.wait_for_function("() => says().includes('No new picture has come')")
    await page.evaluate("clearInterval(held); video().play()")
    await page.wait_for_function("() => states.at(-1).state === 'live'")
    assert await page.evaluate("says()") == ""


@pytest.mark.parametrize("kind", [RecorderUnavailable, NotFound])
async def test_camera_that_is_not_there_is_tried_until_it_is(
    page: Page, filming: None, camera: Camera, kind: type[IncidentError]
) -> None:
    """An element that was refused connects by itself later: the recorder answers, or the camera is added."""
    camera.refusal = kind("There is none.")
    assert (await page.evaluate("id => watch(id)", LOBBY))["detail"] == "There is none."
    camera.refusal = None
    await page.wait_for_function("() => states.at(-1).state === 'live'")


async def test_codec_that_nobody_plays_is_said(page: Page, camera: Camera) -> None:
    """The view item says what cannot be shown and what to do; trying again would change nothing."""
    await page.evaluate("RTCRtpReceiver.getCapabilities = () => ({ codecs: [{ mimeType: 'video/VP8' }] })")
    assert (await page.evaluate("id => watch(id)", LOBBY))["state"] == "unsupported"
    await expect(page.get_by_role("status")).to_contain_text("This browser cannot play H.264 video")
    assert await page.evaluate("element().picture.state") == "unsupported"
    assert camera.opened == 0


async def test_right_that_is_given_back(
    page: Page, filming: None, application: Application, camera: Camera
) -> None:
    """Whoever may not watch is told so, once; the picture comes by itself when they may."""
    application.denied = True
    await page.clock.install()
    assert (await page.evaluate("id => watch(id)", LOBBY))["state"] == "denied"
    assert (await page.evaluate("says()")).startswith("No permission")
    await page.clock.fast_forward(10_000)
    await until(lambda: application.refused == 2, "another question")
    assert camera.opened == 0
    application.denied = False
    await page.clock.fast_forward(10_000)
    await page.wait_for_function("() => states.at(-1).state === 'live'")
    assert await page.evaluate("states.map(({ state }) => state)") == ["connecting", "denied", "live"]


async def test_removing_the_element_closes_its_session(
    page: Page, filming: None, application: Application, camera: Camera
) -> None:
    """The camera is let go soon after nobody looks; being moved in the page changes nothing."""
    await page.evaluate("id => watch(id)", LOBBY)
    await page.evaluate("() => { const one = element(); document.querySelector('main').append(one); }")
    await page.evaluate("() => new Promise((resolve) => setTimeout(resolve))")
    assert application.closed == []
    await page.evaluate("element().remove()")
    await until(lambda: len(application.closed) == 1 and not camera.open_now)


async def test_another_camera_in_the_same_view_item(
    page: Page, filming: None, application: Application
) -> None:
    """Changing the camera closes the old session and shows the new picture."""
    await page.evaluate("id => watch(id)", LOBBY)
    await page.evaluate(
        "element().vms = { ...element().vms, camera: { ...element().vms.camera, id: 'demo/yard 2' } }"
    )
    await page.wait_for_function("() => states.length === 4 && states.at(-1).state === 'live'")
    await until(lambda: len(application.closed) == 1)
    assert application.cameras == [LOBBY, "demo/yard 2"]


async def test_ended_session_is_opened_again(
    page: Page, filming: None, relay: WebRtcRelay, application: Application
) -> None:
    """When the server ends a session the element asks for another at once."""
    await page.evaluate("id => watch(id)", LOBBY)
    await relay.close(application.sessions[0])
    # On a busy machine pictures may come late: that alone is a state, and no new session.
    await until(lambda: len(application.sessions) == 2, "another session")
    await page.wait_for_function("() => states.at(-1).state === 'live'")


async def test_leaving_the_page_closes_the_session(
    page: Page, filming: None, application: Application
) -> None:
    """A closed tab does not hold the camera until a time-out."""
    await page.evaluate("id => watch(id)", LOBBY)
    await page.goto("about:blank")
    await until(lambda: len(application.closed) == 1)
