"""Takes the pictures of the documents from the running product: ``python docs/screenshots.py``.

Starts the demonstration on a data directory of its own, works in it as three people would, and photographs
each tab at 1280 x 720. Needs Chromium (``CHROMIUM`` names it) and, for the report, ``pdftoppm``.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from incident_demo.site import PASSWORD

IMAGES = Path(__file__).parent / "images"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SIZE = {"width": 1280, "height": 720}
#: Bytes: a document with many pictures must still open at once.
LARGEST = 60_000
PLUGIN = "/plugins/incident"

THEFT = "Backpack taken from the reception desk, person left by the east gate"
FAINTED = "Visitor fainted at the reception desk"
COMMENT = "A guest at the desk noticed it first. Red jacket; left through the corridor and the car park."
CALL = {
    "direction": "made",
    "number": "112",
    "person": "Police, desk officer",
    "duration_seconds": 150,
    "outcome": "Patrol sent",
    "note": "Asked for the video of the east gate.",
}


@attrs.frozen
class Story:
    """An incident project that somebody made before the pictures were taken."""

    account: str
    type: str
    description: str
    #: Cameras, each from so many minutes ago for so many seconds.
    sequences: tuple[tuple[str, float, int], ...]
    fields: Mapping[str, object]


STORIES = (
    Story(
        "supervisor",
        "fire",
        "Smoke detector in the east wing, false alarm after test",
        (("Corridor", 108, 240),),
        {"status": "closed", "priority": "low", "category:authorities": "fire-brigade"},
    ),
    Story(
        "operator",
        "trespassing",
        "Two persons inside the fence at the east gate",
        (("Yard", 96, 180), ("Parking", 93, 120)),
        {"status": "closed", "category:severity": "medium", "category:authorities": "police"},
    ),
    Story(
        "operator",
        "vandalism",
        "Lift door on level 1 scratched",
        (("Parking", 71, 95),),
        {"status": "in-progress", "category:severity": "low", "data:damage": "450.00"},
    ),
    Story(
        "supervisor",
        "other",
        "Delivery van blocks the emergency exit",
        (("Yard", 44, 300),),
        {"status": "on-hold", "priority": "normal"},
    ),
    Story(
        "operator",
        "medical",
        FAINTED,
        (("Lobby", 32, 210),),
        {"status": "closed", "category:authorities": "ambulance", "data:injuries": True, "data:persons": 1},
    ),
    Story(
        "operator",
        "accident",
        "Car touched a pillar while leaving bay 14",
        (("Parking", 20, 60),),
        {"data:damage": "1200.00"},
    ),
    Story(
        "operator",
        "theft",
        THEFT,
        (("Lobby", 14, 75), ("Corridor", 13.75, 45), ("Parking", 13.5, 50), ("Yard", 13.25, 40)),
        {
            "status": "in-progress",
            "priority": "high",
            "category:severity": "high",
            "category:authorities": "police",
            "data:persons": 1,
            "data:reference": "K-2291",
        },
    ),
)


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        demonstration(Path(data)) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        expect.set_options(timeout=20_000)
        for story in STORIES:
            make(browser.new_context(base_url=address), address, story)
        page = at_live(browser, address, "supervisor")
        for take in (playback, live, incidents, project, report, exports):
            take(page)
        administration(at_live(browser, address, "admin"))
        browser.close()


@contextlib.contextmanager
def demonstration(data: Path) -> Iterator[str]:
    """Run the demonstration until the pictures are taken; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "incident_demo", "--port", str(port), "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            while not process.stdout.readline().startswith("Ready: "):
                assert process.poll() is None
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def at_live(browser: Browser, address: str, account: str) -> Page:
    """Open a browser of somebody's own, signed in, on the Live tab."""
    page = browser.new_context(viewport=SIZE, base_url=address, accept_downloads=True).new_page()
    page.set_default_timeout(20_000)
    page.goto("/")
    page.get_by_label("Account").fill(account)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(tab(page, "Live")).to_be_visible()
    return page


def make(person: BrowserContext, address: str, story: Story) -> None:
    """Make an incident project over HTTP, as this person."""

    def ask(method: str, path: str, body: object = None) -> Any:
        headers = {"Origin": address, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        answer = person.request.fetch(path, method=method, data=data, headers=headers)
        assert answer.ok, (path, answer.text())
        return answer.json()

    name = ask("POST", "/api/session", {"account": story.account, "password": PASSWORD})["principal"]["name"]
    cameras = {camera["name"]: camera["id"] for camera in ask("GET", "/api/cameras")["cameras"]}
    footage = [
        {"camera": cameras[camera], "start": str(ago(minutes)), "end": str(ago(minutes - seconds / 60))}
        for camera, minutes, seconds in story.sequences
    ]
    new = {"type": story.type, "description": story.description, "footage": footage}
    number = ask("POST", f"{PLUGIN}/projects", new)["project"]["id"]
    changes = [
        {"field": field, "before": "new" if field == "status" else None, "after": value}
        for field, value in {**story.fields, "owner": name}.items()
    ]
    ask("PATCH", f"{PLUGIN}/projects/{number}", {"changes": changes})
    if story.description == THEFT:
        ask("POST", f"{PLUGIN}/projects/{number}/comments", {"text": COMMENT})
        ask("POST", f"{PLUGIN}/projects/{number}/calls", {"at": str(ago(9)), **CALL})
    person.close()


def live(page: Page) -> None:
    """Live, while an incident is followed from camera to camera."""
    tab(page, "Live").click()
    for number in (2, 3, 4):
        page.get_by_role("button", name=f"Empty view item {number}").click()
    page.get_by_role("button", name="Start incident project").click()
    for number, camera in ((2, "Corridor"), (3, "Parking"), (4, "Yard")):
        time.sleep(7)
        page.get_by_role("group", name=f"View item {number}").click()
        page.get_by_role("treeitem", name=camera).click()
    playing(page, "incident-live video", 4)
    # The person stands at the desk in the lobby from the 6th to the 9th second of each minute.
    time.sleep((7 - time.time()) % 60)
    keep(page, "live")
    page.get_by_role("button", name="Discard").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()


def playback(page: Page) -> None:
    """Playback with recorded spans, marks of projects, a chosen time, and the menu for adding it."""
    tab(page, "Playback").click()
    # The person walks through the corridor from the 15th to the 30th second of each minute.
    begin = ago(9) + timedelta(seconds=14)
    go_to(page, begin)
    page.keyboard.press("[")
    go_to(page, begin + timedelta(seconds=50))
    page.keyboard.press("]")
    go_to(page, begin + timedelta(seconds=4))
    playing(page, "incident-playback video", 4)
    page.get_by_role("button", name="Add to incident project").first.click()
    expect(page.get_by_role("menuitem").first).to_be_visible()
    time.sleep(1)
    keep(page, "playback")
    page.keyboard.press("Escape")


def incidents(page: Page) -> None:
    """The list of incident projects with the preview of one."""
    tab(page, "Incidents").click()
    listed(page, THEFT).click()
    time.sleep(3)
    keep(page, "incidents")
    page.get_by_role("button", name="Dashboard").or_(page.get_by_role("link", name="Dashboard")).first.click()
    time.sleep(3)
    keep(page, "dashboard")
    tab(page, "Incidents").click()
    page.goto("/incidents")


def project(page: Page) -> None:
    """One incident project: its sequences, its activity log, and its video."""
    listed(page, THEFT).dblclick()
    expect(page.get_by_role("tabpanel").get_by_label("Status")).to_be_visible()
    keep(page, "project")
    page.get_by_role("tab", name="Activity logs").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("Comment added")
    keep(page, "activity")
    page.get_by_role("tab", name="Sequence list").click()
    page.get_by_role("button", name="View video").first.click()
    for _ in range(7):
        page.get_by_role("button", name="Forward one second").click()
    playing(page, "dialog incident-playback video", 1)
    time.sleep(1)
    keep(page, "view-video")
    page.keyboard.press("Escape")


def report(page: Page) -> None:
    """The first page of the report."""
    page.get_by_role("button", name="Create report").click()
    dialog = page.get_by_role("dialog", name="Report")
    save = dialog.get_by_role("button", name="Save")
    expect(save).to_be_enabled(timeout=60_000)
    with page.expect_download() as downloading:
        save.click()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report"
        downloading.value.save_as(file)
        subprocess.run(["pdftoppm", "-png", "-r", "90", "-singlefile", str(file), str(file)], check=True)
        compress(file.with_suffix(".png").read_bytes(), "report")
    dialog.get_by_role("button", name="Close").click()


def exports(page: Page) -> None:
    """An export that is done, and another project on the export list."""
    page.get_by_role("button", name="Send for export").click()
    page.get_by_role("button", name="Start export").click()
    job = page.get_by_role("region", name="Exports").get_by_role("listitem").first
    expect(job).to_contain_text("Done", timeout=120_000)
    tab(page, "Incidents").click()
    page.get_by_role("button", name="All incident projects").click()
    listed(page, FAINTED).click()
    page.get_by_role("button", name="Send for export").click()
    time.sleep(1)
    tab(page, "Exports").click()
    time.sleep(1)
    keep(page, "exports")


def administration(page: Page) -> None:
    """What administrators see of the plug-in."""
    tab(page, "Administration").click()
    expect(page.get_by_role("article")).to_contain_text("active")
    keep(page, "administration")
    pages = page.get_by_role("navigation", name="Administration")
    pages.get_by_role("link", name="Incident properties").click()
    time.sleep(2)
    keep(page, "properties")


def tab(page: Page, name: str) -> Locator:
    """Find a tab of the main window."""
    return page.get_by_role("navigation", name="Tabs").get_by_role("link", name=name)


def listed(page: Page, description: str) -> Locator:
    """Find an incident project in the list."""
    return page.get_by_role("row").filter(has_text=description)


def go_to(page: Page, instant: datetime) -> None:
    """Put the playhead to an instant, as an operator types it, and give the keys back to the page."""
    page.get_by_label("Go to time").fill(f"{instant:%Y-%m-%d %H:%M:%S}")
    page.keyboard.press("Enter")
    page.get_by_role("group", name="View item 1").focus()


def ago(minutes: float) -> datetime:
    """Give the instant so many minutes ago, counted from the beginning of the present minute."""
    return datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=minutes)


def playing(page: Page, videos: str, count: int) -> None:
    """Wait until so many video elements show a picture."""
    expect(page.locator(videos)).to_have_count(count)
    for video in page.locator(videos).all():
        video.evaluate("v => v.readyState >= 2 || new Promise(r => v.addEventListener('loadeddata', r))")


def keep(page: Page, name: str) -> None:
    """Photograph the page."""
    page.mouse.move(0, 0)
    for close in page.get_by_role("button", name="Close this notice").all():
        close.click()
    compress(page.screenshot(), name)


def compress(picture: bytes, name: str) -> None:
    """Write a picture in 256 colours where it is mostly text, and as a photograph where that is smaller."""
    whole = Image.open(io.BytesIO(picture)).convert("RGB")
    few = whole.quantize(256, dither=Image.Dither.NONE).convert("RGB")
    smallest = min(webp(few, lossless=True), *(webp(whole, quality=each) for each in (80, 65)), key=len)
    (IMAGES / f"{name}.webp").write_bytes(smallest)
    print(f"{name}.webp: {len(smallest) // 1000} kB")
    assert len(smallest) < LARGEST, f"{name} is too large"


def webp(picture: Image.Image, **settings: Any) -> bytes:
    """Give a picture as WebP."""
    file = io.BytesIO()
    picture.save(file, "WEBP", method=6, **settings)
    return file.getvalue()


if __name__ == "__main__":
    main()
