"""Reports over a list: what was asked for, with counts, as PDF and as a table."""

from __future__ import annotations

import csv
import io

import pytest
from pypdf import PdfReader
from tests.support import OPERATOR

from incident_plugin.adapters.host import actor_of
from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.application.incidents import listing
from incident_plugin.application.reports import period


async def made(client, body):
    """Have a report made; give its job and the file."""
    job = (await client.post("/reports", json=body)).json()
    while job["state"] == "running":
        job = (await client.get(f"/reports/{job['id']}")).json()
    return job, (await client.get(f"/reports/{job['id']}/file")).content


async def projects(client):
    """Three projects, one of them with a hostile text."""
    for kind, text in (
        ("theft", "Broken lock"),
        ("theft", "=cmd|' /C calc'!A0"),
        ("fire", "Smoke, Olivia saw it"),
    ):
        assert (await client.post("/projects", json={"type": kind, "description": text})).status_code == 201


async def test_a_period_report_counts_what_it_lists(client):
    """Every project of the list stands in it, and how many there are of each type; names are hidden."""
    await projects(client)
    job, pdf = await made(client, {})
    text = " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages).split())
    assert job["missing"] == []
    for said in (
        "Period report",
        "all incident projects",
        "Theft: 2",
        "Fire: 1",
        "Broken lock",
        "Smoke, [Person 1] saw it",
    ):
        assert said in text
    assert "Olivia" not in text
    assert job["file_name"].startswith("incident-projects-")
    shown = (await made(client, {"show_user_names": True}))[1]
    assert "Smoke, Olivia saw it" in "".join(p.extract_text() for p in PdfReader(io.BytesIO(shown)).pages)


async def test_a_period_report_is_of_the_filtered_list(client):
    """The filter is named in it, and nothing else than what it finds is in it."""
    await projects(client)
    text = " ".join(
        p.extract_text() for p in PdfReader(io.BytesIO((await made(client, {"query": "type=fire"}))[1])).pages
    )
    assert "Type: Fire" in text
    assert "Smoke" in text
    assert "Broken lock" not in text
    refused = await client.post("/reports", json={"query": "colour=red"})
    assert refused.status_code == 422


async def test_the_table_is_safe_to_open(client):
    """A text that looks like a formula is a text; counts follow the list; no names unless asked."""
    await projects(client)
    job, data = await made(client, {"format": "csv"})
    assert job["file_name"].endswith(".csv")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert "Owner" not in rows[0]
    cells = [cell for row in rows for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
    assert ["Type", "Theft", "2"] in rows
    assert "Olivia" not in data.decode()


async def test_reading_a_long_list_is_part_of_the_progress(client, runtime, monkeypatch, tmp_path):
    """Ten thousand projects take their time to be read: the bar does not stand at 0 % meanwhile."""
    await projects(client)
    monkeypatch.setattr(listing, "_AT_ONCE", 1)
    monkeypatch.setattr(period, "MAXIMUM_PROJECTS", 3)
    parts, told = runtime.parts, []
    periods = period.PeriodReporting(
        reporting=parts.reports.reporting,
        listing=parts.incidents.listing,
        work=parts.ground.work,
        guard=parts.ground.guard,
        maker=PdfReportMaker(),
    )
    await periods.write(actor_of(OPERATOR), (), period.PeriodWish(), tmp_path / "report.pdf", told.append)
    assert told[:3] == pytest.approx([1 / 6, 2 / 6, 3 / 6])
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


async def test_a_period_report_is_in_the_audit_log(client, runtime):
    """It is of no one project, so the administrators' log tells of it."""
    job, _ = await made(client, {})
    assert (await client.post(f"/reports/{job['id']}/used/printed")).status_code == 204
    told = [entry.activity for entry in runtime.parts.ground.store.entries(0)]
    assert [a.action for a in told if a.subject == "period report"] == ["report.generated", "report.printed"]
