"""The page in a package: it plays from the disk without a network, and compares files with their lists."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from playwright.async_api import Browser, Page, Request, expect

import incident_plugin
from incident_plugin.adapters.evidence.checking import check
from incident_plugin.adapters.evidence.shelf import folder_name
from incident_plugin.adapters.evidence.sources import Folder
from incident_plugin.domain.exports import Export, ExportSettings, ExportState, Receipt
from incident_plugin.domain.phrases import sentence
from incident_plugin.http.receipt import receipt_page
from tests.adapters.evidence.site_of_exports import FINISHED, OWNER, Tape, site
from tests.browsing import Watched, in_shared_browser
from tests.coded import START, Codec, encode
from tests.hostile import HOSTILE, letters, opened_files
from tests.waiting import until

pytestmark = in_shared_browser

SOURCES = Path(incident_plugin.__file__).parent
STYLE = "ui/exports/receipt.css"


async def exported(directory: Path, words: str, settings: ExportSettings) -> tuple[Any, Export, Path]:
    """Have a site of these words make a package; give the site, the export, and the package's folder."""
    here = site(directory, Tape(encode(Codec.H264)), words=words)
    identity = here.ordered(settings, words)
    running = asyncio.create_task(here.exporting.runner.run())
    await until(lambda: here.export(identity).state in FINISHED)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    export = here.export(identity)
    assert export.state is ExportState.DONE, export.message
    return here, export, directory / "exports/e1" / folder_name(export)


@attrs.define
class Looked:
    """A page that was opened from the disk."""

    page: Page
    watched: Watched
    asked: list[str] = attrs.field(factory=list)

    def only_from(self, folder: Path) -> None:
        """Nothing was asked for but files of a folder, and nothing was complained of or begun."""
        assert all(url.startswith((folder.as_uri(), "blob:", "data:")) for url in self.asked), self.asked
        assert self.watched.unexpected == []


async def opened(browser: Browser, path: Path) -> Looked:
    """Open a page as a recipient does: by its file, where there is no network."""
    context = await browser.new_context(offline=True)
    looked = Looked(await context.new_page(), Watched(context))

    def note(request: Request) -> None:
        looked.asked.append(request.url)

    looked.page.on("request", note)
    await looked.page.goto(path.as_uri())
    return looked


def pictures(package: Path) -> list[str]:
    """Names of the still pictures."""
    return sorted(path.name for path in (package / "data/stills").iterdir())


def harmed(package: Path) -> str:
    """Change a file, remove one, add one; give the name of the first."""
    (master,) = (package / "data/master").iterdir()
    data = bytearray(master.read_bytes())
    data[len(data) // 2] ^= 1
    master.write_bytes(data)
    (package / "data/activity-log.jsonl").unlink()
    (package / "data/more.txt").write_text("more")
    return master.name


async def test_it_plays_from_the_disk(browser: Browser, tmp_path: Path) -> None:
    """Real video in a real browser, from file://, with its times, its device, and stills beside it."""
    _, export, package = await exported(tmp_path, "Lobby", ExportSettings(stills_every=1, report=False))
    looked = await opened(browser, package / "data/player/index.html")
    page = looked.page
    await expect(
        page.get_by_text("2026-11-02 13:00:00.000 +01:00   2026-11-02 12:00:00.000 UTC")
    ).to_be_visible()
    await expect(page.get_by_text("Lobby, M-1, firmware 2.4.1, serial number S 17")).to_be_visible()
    await page.evaluate("document.querySelector('video').play()")
    await page.emulate_media(forced_colors="active")
    there, nothing = [
        await page.locator(part).evaluate("(one) => getComputedStyle(one).backgroundColor")
        for part in (".there", ".strip")
    ]
    assert there != nothing
    chosen = page.get_by_role("button", name="Lobby")
    assert await chosen.evaluate("(one) => getComputedStyle(one).backgroundColor") == there
    playing = "document.querySelector('video').currentTime > 1"
    await until(lambda: page.evaluate(playing), "a second of the video")
    assert await page.evaluate("document.querySelector('video').videoWidth") == 320
    await expect(page.locator(".state")).to_be_empty()
    looked.only_from(package)
    await page.context.close()
    assert pictures(package) == ["E01_Lobby_20261102T120000Z.jpg", "E01_Lobby_20261102T120001Z.jpg"]
    assert len(export.exhibits[0].others) == 2


async def test_what_is_missing_at_the_end_shows(browser: Browser, tmp_path: Path) -> None:
    """The bar stands for what was asked for, not only for what is there."""
    _, _, package = await exported(tmp_path, "Lobby", ExportSettings(report=False))
    html = package / "data/player/index.html"
    text = html.read_text("utf-8")
    described = re.search(r'<script[^>]*id="package"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert described is not None
    facts = json.loads(described[1])
    requested = facts["exhibits"][0]["requested"]
    start, end = (datetime.fromisoformat(requested[name]["utc"]) for name in ("start", "end"))
    requested["end"]["utc"] = (end + (end - start)).isoformat()
    html.write_text(text.replace(described[1], json.dumps(facts)), "utf-8")
    looked = await opened(browser, html)
    width = await looked.page.locator(".there").evaluate("(one) => parseFloat(one.style.width)")
    assert 40 < width < 60
    await looked.page.context.close()


async def test_it_compares_the_files_with_their_lists(browser: Browser, tmp_path: Path) -> None:
    """Whole, changed, missing and added: said in words; the sum of the list is that of the receipt."""
    _, export, package = await exported(tmp_path, "Lobby", ExportSettings(report=False))
    looked = await opened(browser, package / "data/player/index.html")
    chosen, told = looked.page.locator("footer input"), looked.page.locator(".checked")
    await chosen.set_input_files(package)
    await expect(told).to_contain_text("listed files are as they were listed")
    assert export.package is not None
    await expect(told).to_contain_text(export.package.sha256)
    master = await asyncio.to_thread(harmed, package)
    await looked.page.reload()
    await chosen.set_input_files(package)
    await expect(told).to_have_text("The files are not those that were listed:")
    faults = await looked.page.locator(".faults li").all_inner_texts()
    assert sorted(faults) == [
        "data/activity-log.jsonl is missing.",
        f"data/master/{master} was changed.",
        "data/more.txt was added.",
    ]
    looked.only_from(package)
    await looked.page.context.close()


async def test_its_sums_are_sha_256(browser: Browser, tmp_path: Path) -> None:
    """Of every length around the ends of blocks, in pieces of every kind."""
    _, _, package = await exported(tmp_path, "Lobby", ExportSettings(report=False))
    looked = await opened(browser, package / "data/player/index.html")
    lengths = [*range(131), 1000, 65_537]
    found = await looked.page.evaluate(
        """lengths => lengths.map((length) => {
            const digest = new Sha256();
            const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + length);
            for (let at = 0, step = 1; at < length; at += step, step = step * 3 % 101 + 1) {
                digest.update(bytes.subarray(at, at + step));
            }
            return digest.hex();
        })""",
        lengths,
    )
    expected = [hashlib.sha256(bytes((i * 7 + n) % 256 for i in range(n))).hexdigest() for n in lengths]
    assert found == expected
    await looked.page.context.close()


def inert(place: Path, package: Path, outside: Path) -> None:
    """Nothing lies elsewhere, nothing of the file that was named came in, lines are lines, all is whole."""
    assert sorted(path.name for path in place.iterdir()) == ["outside.txt", "site"]
    assert check(Folder(package)).faults == ()
    for path in (path for path in package.rglob("*") if path.is_file()):
        assert outside.read_bytes() not in path.read_bytes()
    assert len((package / "bag-info.txt").read_text().splitlines()) == 7
    for line in (package / "data/activity-log.jsonl").read_bytes().splitlines():
        assert isinstance(json.loads(line), dict)


def receipt(folder: Path, export: Export, words: str) -> Path:
    """Write the receipt of an export where it finds its style."""
    handover = Receipt(
        recipient=words,
        organisation=words,
        reference=words,
        means=words,
        note=words,
        handed_over_by=attrs.evolve(OWNER, name=words),
        at=START + timedelta(days=2),
    )
    page = receipt_page(attrs.evolve(export, receipts=(handover,)), words, ZoneInfo("Europe/Copenhagen"))
    file = folder / "exports/e1/receipt.html"
    for path in (file, folder / STYLE):
        path.parent.mkdir(parents=True)
    file.write_bytes(page.encode("utf-8", "replace"))
    shutil.copy(SOURCES / STYLE, folder / STYLE)
    return file


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_words_in_every_field_are_inert_and_readable(
    browser: Browser, tmp_path: Path, kind: str
) -> None:
    """Site, people, cameras, device, data, calls, receipt: in the page, the receipt, the log and the files.

    No script runs, no address is asked for, no file that the words name is opened; they can be read.
    """
    outside = tmp_path / "outside.txt"
    await asyncio.to_thread(outside.write_text, "a secret")
    words = HOSTILE[kind].replace("OUTSIDE", str(outside))
    with opened_files() as files:
        here, export, package = await exported(tmp_path / "site", words, ExportSettings(user_names=True))
    assert any(path.startswith(str(tmp_path)) for path in files)
    assert not [path for path in files if path in (str(outside), "/etc/passwd")]
    await asyncio.to_thread(inert, tmp_path, package, outside)
    assert all(sentence(entry.activity) for entry in here.store.entries(export.projects[0]))

    told = letters(words.encode("utf-8", "replace").decode())
    for file in (package / "data/player/index.html", receipt(tmp_path / "receipt", export, words)):
        looked = await opened(browser, file)
        assert await looked.page.evaluate("window.pwned === undefined")
        assert told in letters(await looked.page.evaluate("document.body.innerText"))
        assert await looked.page.locator("img, svg, iframe, object, a[href^=javascript]").count() == 0
        # However long the words are, the time of the handover is not broken.
        for width in await looked.page.locator(".lines:last-of-type td:first-child").evaluate_all(
            "(all) => all.map((one) => one.clientWidth)"
        ):
            assert width > 80
        looked.only_from(tmp_path)
        await looked.page.context.close()
