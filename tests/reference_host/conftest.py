"""A site with the sample plug-in, and the host that serves it: in this process, or as its own program."""

from __future__ import annotations

import base64
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from tests.programs import Program
from tests.waiting import wait_until

from reference_host.app import create_app
from reference_host.config import SiteConfig, load_config
from reference_host.host import Host
from reference_host.licence import Terms, issue

INSTALLED = Path(__file__).with_name("installed")
PASSWORD = "correct horse"
#: argon2id is slow on purpose; this hash says by itself that it is not.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
ORIGIN = "http://host.test"


class SettableClock:
    """A clock that stands still until a test moves it, and the time that goes by meanwhile."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.instant

    def elapsed(self) -> float:
        return self.seconds

    def pass_by(self, **time: float) -> None:
        self.set_by(**time)
        self.seconds += timedelta(**time).total_seconds()

    def set_by(self, **time: float) -> None:
        """Set the clock, as a person or a time service does: no time goes by."""
        self.instant += timedelta(**time)


@attrs.frozen(kw_only=True)
class Issuer:
    """Somebody whose licences the site trusts."""

    key: Ed25519PrivateKey = attrs.field(factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> str:
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def licence(self, **changes: Any) -> bytes:
        terms = {
            "licensee": "Test site",
            "site": "test",
            "features": ("sample",),
            "first_day": date(2026, 1, 1),
            "last_day": date(2126, 12, 31),
            "issued": datetime(2026, 1, 1, tzinfo=UTC),
            "file_last_day": date(2126, 12, 31),
        }
        return issue(Terms(**(terms | changes)), self.key)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


def write_site(folder: Path, issuer: Issuer) -> Path:
    """Write a complete site to disk; gives its configuration file."""
    (folder / "licence.json").write_bytes(issuer.licence())
    secrets = folder / "secrets.json"
    secrets.write_text('{"sample": {"recorder-password": "s3cret"}, "other": {"key": "not yours"}}')
    secrets.chmod(0o600)
    path = folder / "site.toml"
    path.write_text(f"""
data_directory = "data"
secrets_file = "secrets.json"

[site]
id = "test"
name = "Test site"
time_zone = "Europe/Copenhagen"

[licence]
file = "licence.json"
issuer_key = "{issuer.public}"

[[accounts]]
id = "operator"
name = "Olivia Operator"
password = "{PASSWORD_HASH}"
roles = ["operator"]

[[accounts]]
id = "admin"
name = "Adam Admin"
password = "{PASSWORD_HASH}"
roles = ["admin"]

[roles.operator]
permissions = ["sample.things.*"]
cameras = ["lobby", "yard", "gate", "dock"]

[roles.admin]
permissions = ["*"]

[plugins.sample]
enabled = true

[plugins.sample.settings.recorder]
address = "10.0.0.5"
""")
    return path


@pytest.fixture
def site_file(tmp_path: Path, issuer: Issuer) -> Path:
    return write_site(tmp_path, issuer)


@pytest.fixture
def config(site_file: Path) -> SiteConfig:
    return load_config(site_file)


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> Iterator[EntryPoint]:
    """The sample plug-in as it is installed; imported anew for each test."""
    monkeypatch.syspath_prepend(INSTALLED)
    sys.modules.pop("sample_plugin", None)
    (distribution,) = distributions(path=[str(INSTALLED)])
    (point,) = distribution.entry_points
    yield point
    sys.modules.pop("sample_plugin", None)


@attrs.frozen(kw_only=True)
class Running:
    """A running host and a browser's worth of HTTP."""

    app: Starlette
    host: Host
    http: httpx.AsyncClient

    async def sign_in(self, account: str = "operator", password: str = PASSWORD) -> httpx.Response:
        """Sign in with a browser of one's own: no session that is open already ends."""
        self.http.cookies.clear()
        return await self.http.post("/api/session", json={"account": account, "password": password})

    @property
    def runtime(self) -> Any:
        return sys.modules["sample_plugin"].plugin.runtime


Serving = Callable[..., Any]


@pytest.fixture
def serving(sample: EntryPoint, clock: SettableClock) -> Serving:
    """Serve a configuration in this process."""

    @asynccontextmanager
    async def serve(config: SiteConfig) -> AsyncIterator[Running]:
        app = create_app(config, installed=[sample], clock=clock, elapsed=clock.elapsed)
        async with app.router.lifespan_context(app):
            await app.state.host.plugins.started()
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}
            ) as http:
                yield Running(app=app, host=app.state.host, http=http)

    return serve


@pytest.fixture
async def running(serving: Serving, config: SiteConfig) -> AsyncIterator[Running]:
    """The site, running, with nobody signed in."""
    async with serving(config) as site:
        yield site


@pytest.fixture
async def operator(running: Running) -> Running:
    """The site with its operator signed in."""
    assert (await running.sign_in()).status_code == 200
    return running


@pytest.fixture
async def admin(running: Running) -> Running:
    """The site with its administrator signed in."""
    assert (await running.sign_in("admin")).status_code == 200
    return running


Start = Callable[..., Program]


def start_host(*arguments: str) -> Program:
    """Start the host as its own program, where the sample plug-in is installed."""
    return Program.start("reference_host", *arguments, paths=(INSTALLED,))


def address_of(host: Program) -> str:
    """Wait until it listens and is well; gives its address."""
    address = re.search(r"http://\S+", host.line("listening"))[0]
    wait_until(lambda: httpx.get(f"{address}/healthz").is_success, "a host that is well")
    return address


@pytest.fixture
def program() -> Iterator[Start]:
    """Start the host's program; what still runs at the end is ended."""
    with contextlib.ExitStack() as started:
        yield lambda *arguments: started.enter_context(start_host(*arguments))
