"""Administration > Plug-ins: tried again, enabled, disabled, and the licence judged, while the host runs."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.waiting import until

from reference_host.config import LicenceConfig, PluginConfig, SiteConfig

from .conftest import PASSWORD_HASH, Issuer, Running, Serving, SettableClock


async def plugin(site: Running) -> Any:
    (found,) = (await site.http.get("/api/plugins")).json()["plugins"]
    return found


async def log(site: Running) -> list[str]:
    entries = (await site.http.get("/api/security-log")).json()["entries"]
    return [entry["detail"] for entry in entries[::-1]]


async def test_a_suspended_plugin_is_tried_again(admin: Running) -> None:
    """It is stopped, judged and activated anew; its mount and tabs are back; it is in the log."""
    before = admin.runtime
    admin.host.plugins.all[0].conduct.suspension = "It hung."
    assert (await plugin(admin))["state"] == "suspended"
    again = await admin.http.post("/api/plugins/sample/try-again")
    assert (again.json()["state"], again.json()["healthy"]) == ("active", True)
    assert before.stopped
    assert admin.runtime is not before
    assert (await admin.http.get("/plugins/sample/whoami")).status_code == 200
    assert len((await admin.http.get("/api/contributions")).json()["tabs"]) == 2
    assert "plug-in sample: try again" in await log(admin)


async def test_a_section_for_a_plugin_that_is_not_installed_is_told(
    serving: Serving, config: SiteConfig
) -> None:
    """A misspelt id switches nothing on: the page says so, with the id that was meant."""
    misspelt = attrs.evolve(config, plugins={**config.plugins, "sampel": PluginConfig(enabled=True)})
    async with serving(misspelt) as site:
        await site.sign_in("admin")
        told = (await site.http.get("/api/plugins")).json()["trouble"]
        assert told.startswith('The site configuration has a section "plugins.sampel", and no plug-in')
        assert told.endswith('Did you mean "plugins.sample"?')
        assert (await plugin(site))["state"] == "active"


async def test_one_that_works_is_left_alone(admin: Running) -> None:
    """Trying again does not interrupt what runs; an unknown one is said to be."""
    before = admin.runtime
    assert (await admin.http.post("/api/plugins/sample/try-again")).json()["state"] == "active"
    assert admin.runtime is before
    assert (await admin.http.post("/api/plugins/nobody/try-again")).status_code == 404
    assert (await admin.http.put("/api/plugins/nobody", json={"enabled": True})).status_code == 404


async def test_a_failed_plugin_starts_when_its_cause_is_mended(
    serving: Serving, config: SiteConfig, tmp_path: Path
) -> None:
    """Each try says why it failed, until the cause is gone."""
    cause = tmp_path / "cause"
    cause.touch()
    settings = {"fails_while_there_is": str(cause)}
    broken = attrs.evolve(config, plugins={"sample": PluginConfig(enabled=True, settings=settings)})
    async with serving(broken) as site:
        await site.sign_in("admin")
        first = await plugin(site)
        assert (first["state"], "no disk" in first["reason"]) == ("failed", True)
        assert "try again" in first["remedy"]
        assert (await site.http.post("/api/plugins/sample/try-again")).json()["state"] == "failed"
        cause.unlink()
        assert (await site.http.post("/api/plugins/sample/try-again")).json()["state"] == "active"


async def test_disabling_and_enabling_are_kept(serving: Serving, config: SiteConfig) -> None:
    """Disabled it is stopped and gone from the pages, also after a restart; enabled it starts."""
    async with serving(config) as site:
        await site.sign_in("admin")
        runtime = site.runtime
        assert (await site.http.put("/api/plugins/sample", json={"enabled": False})).json()[
            "state"
        ] == "disabled"
        assert runtime.stopped
        assert (await site.http.get("/api/contributions")).json()["tabs"] == []
        assert (await site.http.get("/plugins/sample/whoami")).status_code == 503
        assert (await site.http.get("/healthz")).status_code == 200
    async with serving(config) as site:
        await site.sign_in("admin")
        assert (await plugin(site))["state"] == "disabled"
        enabled = await site.http.put("/api/plugins/sample", json={"enabled": True})
        assert (enabled.json()["state"], enabled.json()["enabled"]) == ("active", True)
        assert [line for line in await log(site) if "abled" in line] == [
            "plug-in sample disabled",
            "plug-in sample enabled",
        ]


async def test_the_plugin_is_shown_with_its_settings_and_licence(admin: Running) -> None:
    """Settings of the site over the manifest's, by name; what the licence grants."""
    shown = await plugin(admin)
    assert shown["settings"] == {"greeting": "hello", "recorder.address": "10.0.0.5", "recorder.port": 80}
    assert shown["licence"]["verdict"] == "valid"
    assert shown["licence"]["terms"]["licensee"] == "Test site"
    (outside,) = (await admin.http.get("/healthz")).json()["parts"]
    assert set(outside) == {"id", "name", "state", "healthy", "broken"}


async def test_a_licence_that_is_put_there_later_activates(
    serving: Serving, config: SiteConfig, issuer: Issuer
) -> None:
    """Judged again on request: no restart."""
    assert config.licence
    config.licence.file.unlink()
    async with serving(config) as site:
        await site.sign_in("admin")
        assert (await plugin(site))["state"] == "unlicensed"
        config.licence.file.write_bytes(issuer.licence())
        judged = (await site.http.post("/api/licence/judge")).json()["plugins"]
        assert judged[0]["state"] == "active"


async def test_a_licence_that_ends_while_the_plugin_works(
    admin: Running, config: SiteConfig, issuer: Issuer
) -> None:
    """The plug-in is told and goes on working; the administrator sees why new work is refused."""
    assert config.licence
    for document, verdict, state in (
        (issuer.licence(last_day=date(2026, 11, 1)), "expired", "expired"),
        (Issuer().licence(), "foreign issuer", "refused"),
        (issuer.licence(), "valid", "valid"),
    ):
        config.licence.file.write_bytes(document)
        (shown,) = (await admin.http.post("/api/licence/judge")).json()["plugins"]
        assert (shown["state"], shown["licence"]["verdict"]) == ("active", verdict)
        assert admin.runtime.host.licence.status().state == state
    await until(lambda: [e.kind for e in admin.runtime.events].count("licence-changed") == 3)
    kept = admin.host.security_log
    await until(lambda: any("sample: expired" in entry.detail for entry in kept.latest(9)))


async def test_the_licence_is_judged_by_itself(
    serving: Serving, config: SiteConfig, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asks, and the plug-in is told of the end of the licence all the same."""
    monkeypatch.setattr("reference_host.host.LICENCE_EVERY", 0.01)
    async with serving(config) as site:
        clock.pass_by(days=36525 + 40)
        await until(lambda: "licence-changed" in [event.kind for event in site.runtime.events])


async def test_a_denial_by_the_plugin_is_in_the_security_log(admin: Running) -> None:
    """What a plug-in refuses with 403 is an attempt that the log knows."""
    assert (await admin.http.get("/plugins/sample/forbidden")).status_code == 403
    kept = admin.host.security_log
    await until(lambda: "sample: GET /forbidden" in [entry.detail for entry in kept.latest(1)])
    await until(lambda: "denied" in [event.kind for event in admin.runtime.events])


async def test_the_diagnostics_bundle_has_no_secret(
    serving: Serving, config: SiteConfig, issuer: Issuer, tmp_path: Path
) -> None:
    """States, versions, configuration, log lines; no password, hash, secret or name of a person."""
    settings = {"recorder": {"address": "10.0.0.5", "api_password": "written here by mistake"}}
    careless = attrs.evolve(config, plugins={"sample": PluginConfig(enabled=True, settings=settings)})
    assert isinstance(careless.licence, LicenceConfig)
    async with serving(careless) as site:
        assert config.secrets_file
        secret = next(iter(site.host.secrets.all - {"s3cret"}))
        await site.sign_in("admin")
        logging.getLogger("anything").warning("a careless line with %s in it", secret)
        answer = await site.http.get("/api/diagnostics")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(texts) == {"about.json", "configuration.json", "plugins.json", "accounts.json", "log.txt"}
    assert json.loads(texts["plugins.json"])[0]["state"] == "active"
    assert "starlette" in json.loads(texts["about.json"])["distributions"]
    assert "a careless line with (removed) in it" in texts["log.txt"]
    everything = "".join(texts.values())
    for hidden in (secret, PASSWORD_HASH, "written here by mistake", "Olivia Operator"):
        assert hidden not in everything, hidden
    assert "10.0.0.5" in everything
