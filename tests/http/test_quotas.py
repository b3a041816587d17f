"""A room whose quota is full refuses in words, and nothing that was there is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from tests.programs import RECORDER_USER
from tests.support import OPERATOR, as_principal, host_services
from tests.waiting import until

from incident_plugin.assembly import assemble
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import RecorderSettings, Settings, StorageSettings

#: Gigabytes; a film of 2,000 bytes fills it.
SMALL = 1e-6


@pytest.fixture
async def runtime(tmp_path: Path, recorder_address: str) -> AsyncIterator[IncidentRuntime]:
    """A site all of whose rooms are full."""
    for name in ("exports/old", "vault/old", "cache/old"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "film").write_bytes(b"x" * 2000)
    settings = Settings(
        recorder=RecorderSettings(address=recorder_address, username=RECORDER_USER),
        storage=StorageSettings(exports_quota_gb=SMALL, vault_quota_gb=SMALL, cache_quota_gb=SMALL),
    )
    runtime = IncidentRuntime(parts=assemble(host_services(tmp_path), settings))
    await runtime.start()
    yield runtime
    await runtime.stop()


@pytest.fixture
async def client(runtime: IncidentRuntime) -> AsyncIterator[httpx.AsyncClient]:
    """Its operator."""
    transport = httpx.ASGITransport(as_principal(runtime.parts.app, OPERATOR))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as speaking:
        yield speaking


@pytest.fixture
async def project(runtime: IncidentRuntime, client: httpx.AsyncClient) -> int:
    """A project with two seconds of video."""
    camera = runtime.parts.recorders.cameras.known[0].id
    start = datetime.now(UTC) - timedelta(seconds=600)
    pick = {
        "camera": camera,
        "start": start.isoformat(),
        "end": (start + timedelta(seconds=2)).isoformat(),
    }
    made = await client.post("/projects", json={"footage": [pick]})
    return int(made.json()["project"]["id"])


async def test_an_export_is_refused_and_its_list_is_kept(client, project, tmp_path):
    """What is used and what is needed is said before anything is fetched; finished exports stay."""
    await client.post("/export-list", json={"projects": [project]})
    refused = await client.post("/exports", json={})
    assert refused.status_code == 507, refused.text
    assert refused.json()["message_id"] == "incident.quota-reached"
    assert "Finished exports: 2.0 kB of 1.0 kB are used" in refused.json()["detail"]
    assert len((await client.get("/export-list")).json()["items"]) == 1
    assert (tmp_path / "exports/old/film").stat().st_size == 2000


async def test_a_copy_for_the_vault_waits(client, project, tmp_path):
    """It is tried again by itself later, says why it waits, and kept copies stay."""
    await client.put(f"/projects/{project}/preserve", json={"wanted": True})

    async def told():
        copies = (await client.get(f"/projects/{project}/preserve")).json()["copies"]
        return [copy for copy in copies if copy["message"]]

    (copy,) = await until(told, "a copy that says why it waits")
    assert copy["state"] == "waiting"
    assert "Evidence vault: 2.0 kB of 1.0 kB are used" in copy["message"]
    assert (tmp_path / "vault/old/film").stat().st_size == 2000


async def test_a_report_is_refused(client, project):
    """The report says why it is not made; the project is as it was."""
    begun = await client.post(f"/projects/{project}/reports", json={})

    async def refused():
        # The first answer tells it where it is known by then.
        answer = begun if begun.is_error else await client.get(f"/reports/{begun.json()['id']}")
        return answer if answer.is_error else None

    problem = (await until(refused, "a report that is refused")).json()
    assert problem["message_id"] == "incident.quota-reached"
    assert "Caches: 2.0 kB of 1.0 kB are used" in problem["detail"]
    assert (await client.get(f"/projects/{project}")).status_code == 200
