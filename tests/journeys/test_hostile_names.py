"""Markup and formulas in everything that people name, in the product as it runs: it stays text everywhere."""

from __future__ import annotations

import csv
import io

import httpx
import pytest
from playwright.async_api import expect
from tests.browsing import in_shared_browser
from tests.journeys.operator import Operator
from tests.journeys.sites import RunningSite
from tests.waiting import until, wait_until

pytestmark = in_shared_browser

PLUGIN = "/plugins/incident"
HOSTILE = "=cmd<img src=x onerror=\"document.body.innerHTML='broken'\">{{7*7}}"
#: Says what names brought in, in the document and every shadow root, and in how many places they show.
LOOK = """() => {
  const all = (root) => [...root.querySelectorAll('*')].flatMap(
    (one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
  const shows = (one) => String(one.value ?? '').includes('onerror=')
    || [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.includes('onerror='));
  return {
    brought: all(document).filter((one) => one.matches('img[src="x"], [onerror]')).length,
    shown: all(document).filter((one) => !one.matches('script, style') && shows(one)).length,
  };
}"""
#: Pages, and how many names they show at least.
PAGES = {
    "live": 1,
    "exports": 1,
    "incidents": 1,
    "administration/accounts": 2,
    "administration/roles": 1,
    "administration/security-log": 0,
    "administration/incident.properties": 1,
    "administration/incident.retention": 1,
    "administration/incident.preserve": 1,
    "administration/incident.recorders": 0,
    "administration/incident.audit": 0,
    "administration/incident.bin": 0,
}


@pytest.fixture
def administrator(site: RunningSite) -> httpx.Client:
    """An administrator who has named everything so; the demonstration's own accounts are left alone."""
    with site.signed_in("admin") as asking:
        defined = asking.get(f"{PLUGIN}/properties/definition").json()["properties"]
        for kind in ("types", "statuses", "categories"):
            defined[kind][0]["name"] = HOSTILE
        for method, path, body in (
            ("PUT", "/api/roles/hostile", {"title": HOSTILE, "permissions": [], "cameras": ["*"]}),
            (
                "POST",
                "/api/accounts",
                {"account": "mallory", "name": HOSTILE, "password": "long enough 123", "roles": ["hostile"]},
            ),
            ("POST", "/api/views", {"title": HOSTILE, "shared": True, "slots": [None]}),
            ("PUT", f"{PLUGIN}/properties/definition", defined),
            ("POST", f"{PLUGIN}/list/filters", {"name": HOSTILE, "shared": True, "query": "text=a"}),
            ("PUT", f"{PLUGIN}/export-presets", {"name": HOSTILE, "settings": {}, "whose": "site"}),
            (
                "POST",
                f"{PLUGIN}/projects",
                {"type": defined["types"][0]["id"], "description": HOSTILE},
            ),
        ):
            answer = asking.request(method, path, json=body)
            assert answer.is_success, (path, answer.text)
        yield asking


async def test_names_stay_text_on_every_page(operator: Operator, administrator: httpx.Client) -> None:
    """Names are seen as they were written, and bring no element in: the policy has nothing to stop."""
    page = operator.page
    await operator.sign_in("admin")
    for path, names in PAGES.items():
        await page.goto(f"{administrator.base_url}/{path}")
        await expect(page.locator(".skeleton")).to_have_count(0)

        async def shown(names: int = names) -> bool:
            return bool((await page.evaluate(LOOK))["shown"] >= names)

        await until(shown, f"the names on {path}")
        assert (await page.evaluate(LOOK))["brought"] == 0, path


def table(asking: httpx.Client) -> list[list[str]]:
    """Have a period report made as a table."""
    made = asking.post(f"{PLUGIN}/reports", json={"format": "csv", "show_user_names": True}).json()
    job = f"{PLUGIN}/reports/{made['id']}"
    wait_until(lambda: asking.get(job).json()["state"] != "running", "a report")
    return list(csv.reader(io.StringIO(asking.get(f"{job}/file").content.decode("utf-8-sig"))))


async def test_names_stay_text_in_tables(administrator: httpx.Client) -> None:
    """In the table of the period report what looks like a formula is quoted, names of values too."""
    cells = [cell for row in table(administrator) for cell in row if "cmd" in cell]
    assert f"'{HOSTILE}" in cells
    assert not [cell for cell in cells if cell.startswith("=")]
