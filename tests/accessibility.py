"""WCAG 2.2 AA as far as a program can judge it: axe-core, run in the page under its own policy."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
from playwright.async_api import Page

AXE = Path(__file__).parent.parent / "node_modules/axe-core/axe.min.js"
#: All levels that count, and nothing that is only good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

_RUN = """async ([within, rules]) => {
  const { violations } = await axe.run(within ?? document, {
    runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'],
  });
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: `
    + nodes.map(({ target, failureSummary }) => `${JSON.stringify(target)} ${failureSummary}`).join(' | '));
}"""


@cache
def _axe() -> str:
    if not AXE.exists() and os.environ.get("REQUIRE_BROWSER") != "1":
        pytest.skip("axe-core is not installed here: npm ci")
    return AXE.read_text(encoding="utf-8")


async def violations(page: Page, within: str | None = None) -> list[str]:
    """Give what is wrong with a page as it is shown now, or with the part that a CSS selector names.

    Shadow trees are looked into. The script comes through the debugger: the page's policy, which would refuse
    it, stays as it is.
    """
    await page.evaluate(_axe())
    found: list[str] = await page.evaluate(_RUN, [within, RULES])
    return found
