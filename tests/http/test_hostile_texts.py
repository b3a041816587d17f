"""Hostile texts in every field that people fill, through the whole plug-in, into every file it makes."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader
from tests.hostile import HOSTILE, letters, opened_files
from tests.http.test_projects import minutes_ago

#: How a cell begins that a spreadsheet would reckon with.
FORMULA = re.compile("[=+\\-@\t\r]")
FORMS = ("csv", "jsonl", "syslog")
CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f]")


async def put(client: httpx.AsyncClient, method: str, path: str, body: object) -> httpx.Response:
    answer = await client.request(method, path, json=body)
    assert answer.is_success, (path, answer.text)
    return answer


async def file_of(client: httpx.AsyncClient, path: str, wish: object) -> tuple[str, bytes]:
    """Have a report made; give its name and its bytes."""
    job = (await put(client, "POST", path, wish)).json()
    while job["state"] == "running":
        job = (await client.get(f"/reports/{job['id']}")).json()
    assert job["state"] == "done", job
    return job["file_name"], (await client.get(f"/reports/{job['id']}/file")).content


def cells(table: bytes) -> list[str]:
    """Give the cells of a table; none is a formula."""
    found = [cell for row in csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")) for cell in row]
    assert not [cell for cell in found if FORMULA.match(cell) and not cell.startswith("-0")]
    return found


def text_of(pdf: bytes) -> str:
    reader = PdfReader(io.BytesIO(pdf))
    assert not {"/OpenAction", "/AA", "/Names"} & reader.root_object.keys()
    return letters("".join(page.extract_text() for page in reader.pages))


class Site:
    """A site whose people write the same words everywhere."""

    def __init__(self, client: httpx.AsyncClient, words: str) -> None:
        self.client, self.words, self.name = client, words, " ".join(words.split())[:200].strip()

    async def fill(self, camera: str) -> int:
        """Fill every field; give the project."""
        client, words, name = self.client, self.words, self.name
        defined = (await client.get("/properties/definition")).json()["properties"]
        for kind in ("types", "statuses", "categories"):
            defined[kind][0]["name"] = name
        # Fields of one name are refused: no log could tell them apart.
        defined["data"][0]["name"] = f"{name[:198]} 2"
        defined["categories"][0]["values"][0]["name"] = name
        defined["report_titles"] = [{"id": "title", "name": name}]
        await put(client, "PUT", "/properties/definition", defined)
        for whose in ("mine", "site"):
            await put(client, "PUT", "/export-presets", {"name": name, "settings": {}, "whose": whose})
        await put(client, "POST", "/list/filters", {"name": name, "shared": True, "query": "text=a"})
        footage = [{"camera": camera, "start": minutes_ago(10), "end": minutes_ago(9)}]
        new = {"type": defined["types"][0]["id"], "description": words, "footage": footage}
        project = (await put(client, "POST", "/projects", new)).json()["project"]
        at = f"/projects/{project['id']}"
        await put(client, "POST", f"{at}/comments", {"text": words})
        call = {"direction": "made", "at": minutes_ago(5), "number": name, "person": name}
        await put(client, "POST", f"{at}/calls", {**call, "outcome": name, "note": words})
        sequence = project["sequences"][0]["id"]
        await put(client, "PUT", f"{at}/sequences/{sequence}", {"before": "", "note": words[:2000]})
        await put(client, "PUT", f"{at}/hold", {"reason": words[:1000]})
        await put(client, "POST", "/export-list", {"projects": [project["id"]]})
        await put(client, "PUT", f"/export-list/items/{sequence}", {"comment": words})
        return int(project["id"])


@pytest.mark.parametrize("kind", HOSTILE)
async def test_hostile_texts_are_text_in_every_file(
    client, cameras, tmp_path: Path, caplog, kind: str
) -> None:
    """Properties, presets, filters, texts, notes: in PDF, CSV, JSON, TOML, syslog, file names, our log.

    What cannot be kept is refused with the place where it stands. No file that the words name is opened.
    """
    outside = tmp_path / "outside.txt"
    outside.write_text("a secret")
    words = HOSTILE[kind].replace("OUTSIDE", str(outside))
    if "\0" in words:
        refused = await client.post("/projects", json={"description": words})
        assert (refused.status_code, "U+0000" in refused.json()["detail"]) == (422, True)
        words = words.replace("\0", "")
    site = Site(client, words)
    with opened_files() as files:
        project = await site.fill(cameras["Lobby"])
        title = {"title": site.name, "show_user_names": True}
        made = [await file_of(client, f"/projects/{project}/reports", title)]
        made.append(await file_of(client, "/reports", {**title, "format": "pdf"}))
        made.append(await file_of(client, "/reports", {"show_user_names": True, "format": "csv"}))
        listed = await put(client, "GET", "/list/csv", None)
        audited = {form: await put(client, "POST", f"/audit/file?form={form}", None) for form in FORMS}
        kept = await put(client, "GET", "/properties/file?format=toml", None)
        log = await put(client, "GET", f"/projects/{project}/activity/lines", None)
    assert str(outside) not in files
    assert "/etc/passwd" not in files
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", name) for name, _ in made)
    for _, pdf in made[:2]:
        assert all(letters(word) in text_of(pdf) for word in site.name.split())
        assert b"a secret" not in pdf
    for table in (made[2][1], listed.content):
        assert any(letters(words[:100]) in letters(cell) for cell in cells(table))
    cells(audited["csv"].content)
    for line in (*audited["jsonl"].content.splitlines(), *log.content.splitlines()):
        assert isinstance(json.loads(line), dict)
    for line in audited["syslog"].text.splitlines():
        assert re.match(r"<\d+>1 ", line)
        assert not CONTROLS.search(line)
    assert tomllib.loads(kept.text)["types"][0]["name"] == site.name
    presets = (await client.get("/export-presets")).json()
    assert [one["name"] for one in (*presets["site"], *presets["mine"])] == [site.name, site.name]
    await put(client, "POST", "/export-presets/remove", {"name": site.name, "whose": "site"})
    assert not [record for record in caplog.records if CONTROLS.search(record.getMessage())]
