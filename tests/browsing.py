"""A real Chromium for tests, and pages whose every complaint is kept."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from playwright import async_api, sync_api

from tests.waiting import PATIENCE

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
#: The smallest window that is supported.
SMALLEST: async_api.ViewportSize = {"width": 1280, "height": 720}
#: Keeps what is printed of frames from a browser without a window: it has no printer, and has crashed over a
#: report whose viewer was still being put in. ``printed`` is the address of what was to be printed.
NO_PRINTER = """() => {
  const { get } = Object.getOwnPropertyDescriptor(HTMLIFrameElement.prototype, 'contentWindow');
  Object.defineProperty(HTMLIFrameElement.prototype, 'contentWindow', {
    get() {
      return get.call(this) && { print: () => { window.printed = this.src; } };
    },
  });
}"""
#: Playwright's unit.
PATIENCE_MS = PATIENCE * 1000

async_api.expect.set_options(timeout=PATIENCE_MS)
sync_api.expect.set_options(timeout=PATIENCE_MS)


def missing() -> bool:
    """Whether browser tests are left out: without a browser, unless one is demanded."""
    return not os.access(CHROMIUM, os.X_OK) and os.environ.get("REQUIRE_BROWSER") != "1"


needs_browser = pytest.mark.skipif(missing(), reason="no Chromium here")
#: One browser for all, since starting it takes longer than a test; so these tests share its event loop.
in_shared_browser = [pytest.mark.asyncio(loop_scope="session"), needs_browser]


# With slots playwright cannot keep its wrapper of the bound method.
@attrs.define(slots=False)
class Watched:
    """A person's browser, of either of playwright's kinds: every complaint on any of its pages is kept.

    Complaints are errors and warnings on the console, breaches of the policy among them, and what no script
    caught.
    """

    context: Any
    complaints: list[str] = attrs.field(factory=list)
    #: Regular expressions of complaints that the test provokes.
    provoked: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda thrown: self.complaints.append(f"thrown: {thrown.error.stack}"))

    def _heard(self, message: async_api.ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    @property
    def page(self) -> Any:
        """The page that was opened first."""
        return self.context.pages[0]

    @property
    def unexpected(self) -> list[str]:
        """What nobody asked for."""
        return [c for c in self.complaints if not any(re.search(part, c) for part in self.provoked)]


def problem(title: str, detail: str, status: int) -> Mapping[str, object]:
    """What to fulfil a request with so that it is refused."""
    return {
        "status": status,
        "content_type": "application/problem+json",
        "json": {"title": title, "detail": detail, "status": status, "message_id": "test"},
    }
