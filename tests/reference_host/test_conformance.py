"""The reference host under the conformance suite that every host can run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from reference_host.app import create_app
from reference_host.config import SiteConfig, load_config
from vms_hooks.states import PluginState, Standing
from vms_hooks.testing import Answer, Installation, host_checks
from vms_hooks.testing.host_conformance import ALMIGHTY, POWERLESS

from .conftest import ORIGIN, PASSWORD, PASSWORD_HASH


def site_of(installation: Installation) -> SiteConfig:
    """Configure a site that enables whatever is installed, for somebody with all rights and with none."""
    accounts = "".join(
        f'[[accounts]]\nid = "{account}"\nname = "{account}"\n'
        f'password = "{PASSWORD_HASH}"\nroles = ["{account}"]\n'
        for account in (ALMIGHTY, POWERLESS)
    )
    names = sorted({point.name for point in installation.entry_points})
    plugins = "".join(f"[plugins.{name}]\nenabled = true\n" for name in names)
    path = installation.folder / "site.toml"
    path.write_text(
        'data_directory = "data"\n[site]\nid = "test"\nname = "Test"\ntime_zone = "UTC"\n'
        f'{accounts}[roles.{ALMIGHTY}]\npermissions = ["*"]\n[roles.{POWERLESS}]\n{plugins}'
    )
    return load_config(path)


@attrs.frozen
class ReferenceHost:
    """The reference host, as the checks see it."""

    app: Any

    async def contributions(self, account: str) -> Mapping[str, Any]:
        async with self._signed_in(account) as http:
            return (await http.get("/api/contributions")).json()

    async def mounted(
        self, plugin: str, path: str, *, account: str | None, headers: Mapping[str, str]
    ) -> Answer:
        async with self._signed_in(account) as http:
            answer = await http.get(f"/plugins/{plugin}/{path}", headers=headers)
            return Answer(status=answer.status_code, headers=dict(answer.headers), body=answer.content)

    async def standings(self) -> Mapping[str, Standing]:
        async with self._signed_in(ALMIGHTY) as http:
            plugins = (await http.get("/api/plugins")).json()["plugins"]
        return {
            each["id"]: Standing(
                state=PluginState(each["state"]), reason=each["reason"], remedy=each["remedy"]
            )
            for each in plugins
        }

    async def look(self, account: str, client: str, number: int, cameras: tuple[str, ...]) -> bool:
        view = {"client": client, "number": number, "mode": "live", "cameras": cameras}
        async with self._signed_in(account) as http:
            return (await http.post("/api/view", json=view)).status_code == 204

    @asynccontextmanager
    async def _signed_in(self, account: str | None) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}
        ) as http:
            if account is not None:
                answer = await http.post("/api/session", json={"account": account, "password": PASSWORD})
                assert answer.status_code == 200
            yield http


@asynccontextmanager
async def start(installation: Installation) -> AsyncIterator[ReferenceHost]:
    """Start the reference host with what is installed."""
    app = create_app(site_of(installation), installed=installation.entry_points)
    async with app.router.lifespan_context(app):
        await app.state.host.plugins.started()
        yield ReferenceHost(app)


@pytest.mark.parametrize("check", host_checks(), ids=lambda check: check.__name__)
async def test_the_reference_host_conforms(check: Any, tmp_path: Path) -> None:
    """Every check of the suite, each with plug-ins of its own."""
    await check(start, Installation(tmp_path))
