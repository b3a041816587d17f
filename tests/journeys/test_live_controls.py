"""What an operator does with a live picture: move the camera, hear it, keep a snapshot."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import AsyncIterator

import numpy as np
import pytest_asyncio
from PIL import Image
from playwright.async_api import Locator, expect
from tests.accessibility import violations
from tests.browsing import Watched, in_shared_browser
from tests.journeys.operator import Operator, until_readable
from tests.journeys.sites import RunningSite
from tests.waiting import until

from demo_recorder.strip import read_strip
from incident_demo.site import RECORDER_USER, DemoSite
from incident_plugin.adapters.onvif import OnvifDevice

pytestmark = in_shared_browser


#: Measures what is heard of a live picture.
LISTEN = """e => {
  const context = new AudioContext();
  const meter = context.createAnalyser();
  context.createMediaStreamSource(e.picture.video.srcObject).connect(meter);
  const samples = new Float32Array(meter.fftSize);
  window.loudness = () => {
    meter.getFloatTimeDomainData(samples);
    return Math.max(...samples.map(Math.abs));
  };
}"""


class Head:
    """The camera that can be moved, as its recorder tells of it."""

    def __init__(self, device: OnvifDevice, profile: str) -> None:
        self._device = device
        self._profile = profile

    async def _status(self):
        return await self._device._ask(
            lambda session: session.call("ptz", "GetStatus", ProfileToken=self._profile)
        )

    async def position(self) -> tuple[float, float, float]:
        """Pan, tilt and zoom."""
        position = (await self._status()).Position
        return float(position.PanTilt.x), float(position.PanTilt.y), float(position.Zoom.x)

    async def moves(self) -> bool:
        """Whether it is moving."""
        return (await self._status()).MoveStatus.PanTilt == "MOVING"

    async def stands(self) -> bool:
        """Whether it is not."""
        return not await self.moves()


@pytest_asyncio.fixture(loop_scope="session")
async def yard(site: RunningSite) -> AsyncIterator[Head]:
    demo = DemoSite(site.directory)
    settings = tomllib.loads(demo.configuration.read_text())["plugins"]["incident"]["settings"]
    password = demo.recorder_password_file.read_text()
    device = OnvifDevice(settings["recorder"]["address"], RECORDER_USER, password)
    found = next(one for one in await device.channels() if one.ptz)
    yield Head(device, found.ptz)
    await device.close()


async def item(operator: Operator, name: str) -> Locator:
    """The view item of a camera, once it shows a picture."""
    found = operator.page.get_by_role("group", name=re.compile(rf"^View item \d+: {name}$"))
    await until_readable(operator, found.locator("incident-live video"))
    return found


async def test_camera_moves_for_as_long_as_it_is_held(operator: Operator, yard: Head) -> None:
    """By mouse, wheel and keyboard; it stops with the key, the window and the connection."""
    page = operator.page
    await operator.sign_in("operator")
    tile = await item(operator, "Yard")
    await page.keyboard.press("F9")
    await expect(page.get_by_text("Collecting").first).to_be_visible()

    await tile.hover()
    move = tile.get_by_role("button", name="Move the camera")
    await move.click()
    # Its symbol has the colour for this ground, also below the pointer.
    ground, shown = await move.evaluate("e => ['backgroundColor', 'color'].map(c => getComputedStyle(e)[c])")
    await tile.get_by_role("button", name="Positions").hover()
    await expect(move).to_have_css("background-color", ground)
    await expect(move).to_have_css("color", shown)
    pad = tile.get_by_role("group", name=re.compile("^Move Yard"))
    await expect(pad).to_be_focused()
    await by_mouse(operator, yard, pad)
    await by_keyboard(operator, yard)

    # Keys of the host go on working, and without the pad the arrows are the host's.
    await page.keyboard.press("Escape")
    await expect(tile.get_by_role("button", name="Move the camera")).to_be_focused()
    await page.keyboard.press("1")
    await expect(page.get_by_role("group", name="View item 1: Lobby")).to_be_focused()
    still = await yard.position()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("group", name=re.compile("^View item 2:"))).to_be_focused()
    assert await yard.position() == still

    await tile.hover()
    await tile.get_by_role("button", name="Positions").click()
    await tile.get_by_role("menuitem", name="Gate").press("Enter")
    await until(lambda: at(yard, (-0.5, 0.1, 0.0)), "the remembered position")

    await page.keyboard.press("Shift+F9")
    await operator.fill_in_details("Save incident project", "Other", "A car at the gate")
    await page.get_by_role("button", name="Open").first.click()
    await operator.part("Activity logs")
    await expect(page.get_by_text(re.compile("^Camera moved: Yard")).first).to_be_visible()


async def by_mouse(operator: Operator, yard: Head, pad: Locator) -> None:
    """Press to the right of the middle, and roll the wheel."""
    page = operator.page
    box = await pad.bounding_box()
    assert box is not None
    before = await yard.position()
    await page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.5 * box["height"])
    await page.mouse.down()
    await until(yard.moves, "a movement")
    await page.mouse.up()
    await until(yard.stands, "the end of the movement")
    after = await yard.position()
    assert after[0] > before[0]
    assert after[1:] == before[1:]
    await page.mouse.wheel(0, -100)
    await until(lambda: farther(yard, after[2]), "a closer picture")
    await until(yard.stands, "the end of the movement")


async def by_keyboard(operator: Operator, yard: Head) -> None:
    """Stop by letting go, and by looking at another window."""
    page = operator.page
    await page.keyboard.down("ArrowLeft")
    await until(yard.moves, "a movement")
    await page.keyboard.up("ArrowLeft")
    await until(yard.stands, "the end of the movement")
    await page.keyboard.down("ArrowUp")
    await until(yard.moves, "a movement")
    await page.evaluate("window.dispatchEvent(new Event('blur'))")
    await until(yard.stands, "the end of the movement")
    await page.keyboard.up("ArrowUp")


async def test_camera_stops_when_the_connection_is_lost(
    operator: Operator, yard: Head, watched: Watched
) -> None:
    """Nobody tells the server that the key is up, and the camera stops."""
    watched.provoked += ["ERR_FAILED"]
    page = operator.page
    await operator.sign_in("operator")
    tile = await item(operator, "Yard")
    await tile.hover()
    await tile.get_by_role("button", name="Move the camera").click()
    await page.route("**/ptz/stops/**", lambda route: route.abort())
    await page.keyboard.down("+")
    await until(yard.moves, "a movement")
    await page.route("**/ptz/moves/**", lambda route: route.abort())
    await until(yard.stands, "the end of the movement")


async def farther(head: Head, zoom: float) -> bool:
    return (await head.position())[2] > zoom


async def at(head: Head, wanted: tuple[float, float, float]) -> bool:
    return bool(np.allclose(await head.position(), wanted, atol=1e-3))


async def test_sound_size_delay_and_snapshot(operator: Operator) -> None:
    """The figures are there when they are looked at; sound is heard when asked for; a snapshot is a file."""
    page = operator.page
    await operator.sign_in("operator")
    tile = await item(operator, "Lobby")
    live = tile.locator("incident-live")
    await tile.hover()
    await expect(live.locator(".figures")).to_have_text(re.compile(r"^\d+ \W \d+ \W \d+ ms$"))
    assert await violations(page, "incident-live") == []

    sound = tile.get_by_role("button", name="Let the sound be heard")
    await sound.click()
    await expect(tile.get_by_role("button", name="Mute")).to_be_visible()
    handle = await live.element_handle()
    await page.wait_for_function("e => e.picture.wish.sound && e.picture.video.srcObject", arg=handle)
    await live.evaluate(LISTEN)
    await page.wait_for_function("() => window.loudness() > 0.001")
    assert await live.evaluate("e => e.picture.video.muted") is False
    await tile.get_by_role("button", name="Mute").click()
    assert await live.evaluate("e => e.picture.video.muted") is True

    await tile.get_by_role("button", name="Keep a snapshot").focus()
    await page.keyboard.press("Enter")
    async with page.expect_download() as downloading:
        await tile.get_by_role("menuitem", name="Save as a file").press("Enter")
    download = await downloading.value
    assert re.fullmatch(r"Lobby \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d [\w+-]+\.png", download.suggested_filename)
    with Image.open(io.BytesIO((await download.path()).read_bytes())) as picture:
        assert read_strip(np.asarray(picture.convert("L"))).camera == 1
    await expect(page.get_by_text("Snapshot saved")).to_be_visible()


async def test_full_screen_and_back(operator: Operator) -> None:
    """What fills the screen says whose picture it is; notices show over it; the keyboard goes back."""
    page = operator.page
    await operator.sign_in("operator")
    tile = await item(operator, "Lobby")
    name = tile.locator("incident-live .camera")
    await expect(name).to_be_hidden()
    await tile.get_by_role("button", name="Full screen").focus()
    await page.keyboard.press("Enter")
    await expect(tile.get_by_role("button", name="Leave full screen")).to_be_focused()
    await expect(name).to_have_text("Lobby")
    await expect(name).to_be_visible()

    await tile.get_by_role("button", name="Keep a snapshot").click()
    await tile.get_by_role("menuitem", name="Save as a file").click()
    notice = page.locator(".notice", has_text="Snapshot saved")
    await expect(notice).to_be_visible()
    with Image.open(io.BytesIO(await notice.screenshot())) as picture:
        # The middle of its upper edge: the notice's own ground, and not the picture that fills the screen.
        red, green, blue = picture.convert("RGB").getpixel((picture.width // 2, 6))
    ground = await notice.evaluate("e => getComputedStyle(e).backgroundColor")
    assert ground == f"rgb({red}, {green}, {blue})"

    await tile.get_by_role("button", name="Leave full screen").focus()
    # Escape is taken by the browser, which does this.
    await page.evaluate("() => document.exitFullscreen()")
    await expect(tile.get_by_role("button", name="Full screen")).to_be_focused()
    await expect(name).to_be_hidden()


async def test_what_is_collected_is_seen_in_full_screen(operator: Operator) -> None:
    """The bar stands over the picture that fills the screen, and can be used; F8 leads to the notice."""
    page = operator.page
    await operator.sign_in("operator")
    tile = await item(operator, "Lobby")
    await page.keyboard.press("F9")
    await expect(page.locator("host-frame > .status-area")).to_contain_text("Collecting")
    await tile.get_by_role("button", name="Full screen").focus()
    await page.keyboard.press("Enter")
    bar = tile.get_by_role("region", name="Collecting")
    await expect(bar).to_contain_text("4 cameras")
    await bar.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog", name="Save incident project")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.locator(".notice")).to_contain_text("is saved")
    await expect(bar).to_be_hidden()
    await page.keyboard.press("F8")
    await expect(page.locator(".notice").get_by_role("button", name="Open")).to_be_focused()
    await expect(tile.get_by_role("button", name="Full screen")).to_be_attached()


async def test_view_item_asks_for_the_stream_that_fits_it(operator: Operator) -> None:
    """Larger and smaller again, without a moment that has no picture."""
    page = operator.page
    await operator.sign_in("operator")
    tile = await item(operator, "Lobby")
    live = tile.locator("incident-live")
    handle = await live.element_handle()
    await live.evaluate("e => e.addEventListener('vms-state', () => { window.stood = true; })")
    # It is told with the picture, and may come a moment after the first one is shown.
    await page.wait_for_function("e => e.picture?.told.fits", arg=handle)
    # As if the camera's stream were for narrower view items: what the page does with it is the same.
    await live.evaluate("e => { window.before = e.picture; e.picture.told.fits = [0, 10]; }")
    await page.keyboard.press("z")
    await page.wait_for_function("e => e.picture !== window.before && e.picture.state === 'live'", arg=handle)
    assert await page.evaluate("window.before.stopped")
    assert await page.evaluate("window.stood") is None
    await expect(live.locator("video")).to_have_count(1)
