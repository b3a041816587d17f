"""What takes longer to start than a test takes to run: one of each for all."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from hypothesis import settings
from playwright.async_api import Browser, async_playwright

from tests.browsing import ARGUMENTS, CHROMIUM
from tests.programs import RunningRecorder, running_recorder

# How long an example takes is no property of the product: the machine may be busy.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

#: Programs without which tests are skipped; any of the names will do.
PROGRAMS = (
    ("ffprobe",),
    ("pdftotext",),
    ("pdffonts",),
    ("qpdf",),
    ("java",),
    ("7zz", "7z"),
    ("unzip",),
    ("turnserver",),
)


def pytest_configure() -> None:
    """Skip nothing in silence where everything is to be shown (``REQUIRE_BROWSER=1``)."""
    if os.environ.get("REQUIRE_BROWSER") != "1":
        return
    missing = [names[0] for names in PROGRAMS if not any(map(shutil.which, names))]
    if missing:
        raise pytest.UsageError(
            f"{', '.join(missing)} not found, and REQUIRE_BROWSER=1: .ci/run installs it."
        )


@pytest.fixture(scope="session")
def recorder_process() -> Iterator[RunningRecorder]:
    """A demo recorder for tests that do not change it."""
    with running_recorder() as running:
        yield running


@pytest.fixture(scope="session")
def recorder_address(recorder_process: RunningRecorder) -> str:
    """Its device service."""
    return recorder_process.address


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium as Debian ships it, without a window; each test has a context of its own."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        await chromium.close()
