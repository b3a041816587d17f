"""The host where sites put it: behind a reverse proxy, below a path, within another application, with TLS."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from tests.waiting import until

from reference_host.app import create_app
from reference_host.config import ConfigError, ProxyConfig, SiteConfig, load_config

from .conftest import PASSWORD, Running, Serving, SettableClock, Start

SECRET = "a shared secret of some length"
SAID = {
    "x-vms-proxy-secret": SECRET,
    "remote-user": "petra",
    "remote-name": "Petra",
    "remote-roles": "operator",
}


@pytest.fixture
def proxied(config: SiteConfig) -> SiteConfig:
    """A site behind a proxy that signs people in."""
    assert config.secrets_file
    config.secrets_file.write_text(json.dumps({"host": {"proxy": SECRET}}))
    proxy = ProxyConfig(addresses=("127.0.0.0/8",), secret="proxy", account_header="remote-user")
    return attrs.evolve(config, proxy=proxy)


async def who(site: Running, headers: dict[str, str]) -> Any:
    return (await site.http.get("/api/session", headers=headers)).json()["principal"]


async def test_a_proxy_is_believed_with_address_and_secret(serving: Serving, proxied: SiteConfig) -> None:
    """Its person has the roles it names; the sign-in is reported once and reaches the plug-in."""
    async with serving(proxied) as site:
        assert await who(site, SAID) == {"id": "petra", "name": "Petra"}
        assert (await site.http.get("/api/cameras", headers=SAID)).json()["cameras"] != []
        assert (await site.http.get("/api/accounts", headers=SAID)).status_code == 403
        seen = (await site.http.get("/plugins/sample/whoami", headers=SAID)).json()
        assert (seen["id"], seen["seen"]) == ("petra", [])
        await until(lambda: "signed-in" in [event.kind for event in site.runtime.events])
        assert [event.kind for event in site.runtime.events].count("signed-in") == 1
        assert (await site.http.delete("/api/session", headers=SAID)).status_code == 409


@pytest.mark.parametrize(
    "change",
    [
        {"x-vms-proxy-secret": "wrong"},
        {"x-vms-proxy-secret": ""},
        {"x-vms-proxy-secret": SECRET.upper()},
        {"remote-user": ""},
    ],
)
async def test_without_the_secret_nothing_is_believed(
    serving: Serving, proxied: SiteConfig, change: dict[str, str]
) -> None:
    """From the right address, even."""
    async with serving(proxied) as site:
        assert await who(site, SAID | change) is None


@pytest.mark.parametrize("address", ["10.0.0.9", "::1", "203.0.113.5/32"])
async def test_from_another_address_nothing_is_believed(
    serving: Serving, proxied: SiteConfig, address: str
) -> None:
    """With the right secret, even; and what was said is gone for everybody behind."""
    proxy = ProxyConfig(addresses=(address,), secret="proxy", account_header="remote-user")
    async with serving(attrs.evolve(proxied, proxy=proxy)) as site:
        assert await who(site, SAID) is None
        forged = SAID | {"x-forwarded-proto": "https", "x-forwarded-for": "1.2.3.4"}
        answer = await site.http.post(
            "/api/session", headers=forged, json={"account": "operator", "password": PASSWORD}
        )
        assert "Secure" not in answer.headers["set-cookie"]


async def test_what_is_said_twice_is_not_believed(serving: Serving, proxied: SiteConfig) -> None:
    """A client's header beside the proxy's, also with the underscore that some servers take for a hyphen."""
    async with serving(proxied) as site:
        for name in ("remote-user", "Remote-User", "remote_user"):
            headers = [*SAID.items(), (name, "admin")]
            answer = await site.http.get("/api/session", headers=headers)
            assert answer.json()["principal"] is None, name


async def test_without_a_proxy_its_headers_are_removed(operator: Running) -> None:
    """Nobody becomes somebody else by saying so, and a forwarded scheme changes nothing."""
    forged = SAID | {"x-forwarded-proto": "https", "x-forwarded-prefix": "/evil", "forwarded": "for=1.2.3.4"}
    assert (await who(operator, forged))["id"] == "operator"
    page = await operator.http.get("/live", headers=forged)
    assert "evil" not in page.text


async def test_a_proxy_signs_nobody_in_unless_the_site_says_so(serving: Serving, proxied: SiteConfig) -> None:
    """Without an account header people sign in to the host, and a new site offers its set-up."""
    proxy = ProxyConfig(addresses=("127.0.0.0/8",), secret="proxy")
    async with serving(attrs.evolve(proxied, proxy=proxy, accounts=())) as site:
        assert await who(site, SAID) is None
        assert site.host.set_up.open
    async with serving(attrs.evolve(proxied, accounts=())) as site:
        assert not site.host.set_up.open


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x-vms-proxy-secret": "wrong"}, "the header x-vms-proxy-secret is missing"),
        ({"x-vms-proxy-secret": SECRET, "x-forwarded-host": "vms.example"}, "with the port"),
    ],
)
async def test_a_proxy_that_is_not_set_up_is_named_in_the_log(
    serving: Serving,
    proxied: SiteConfig,
    caplog: pytest.LogCaptureFixture,
    change: dict[str, str],
    words: str,
) -> None:
    """Whoever signs in behind it is refused and sent to the log, where a line says what to mend."""
    headers = {"origin": "https://vms.example:8443", "x-forwarded-proto": "https"} | change
    body = {"account": "operator", "password": PASSWORD}
    async with serving(proxied) as site:
        for _ in range(2):
            answer = await site.http.post("/api/session", json=body, headers=headers)
            assert answer.status_code == 403
            assert "the host's log" in answer.json()["detail"]
    (line,) = (record.message for record in caplog.records if record.name == "reference_host.security")
    assert "'https://vms.example:8443'" in line
    assert words in line


async def test_a_disabled_account_stays_out_through_the_proxy(serving: Serving, proxied: SiteConfig) -> None:
    """The administration's word counts over the proxy's."""
    async with serving(proxied) as site:
        await site.sign_in("admin")
        made = {"account": "petra", "name": "Petra", "password": "three unrelated words"}
        assert (await site.http.post("/api/accounts", json=made)).status_code == 201
        await site.http.patch("/api/accounts/petra", json={"disabled": True})
        assert await who(site, SAID) is None


def test_a_proxy_needs_a_secret_worth_the_name(config: SiteConfig) -> None:
    """Missing or short ones are refused at the start."""
    assert config.secrets_file
    proxy = ProxyConfig(addresses=("127.0.0.1",), secret="proxy")
    for secrets in ({}, {"host": {"proxy": "short"}}):
        config.secrets_file.write_text(json.dumps(secrets))
        with pytest.raises(ConfigError, match="at least 16 characters"):
            create_app(attrs.evolve(config, proxy=proxy), installed=[])


def test_faults_of_the_proxy_section_are_named(site_file: Path) -> None:
    """An address that is none, and none at all."""
    for addresses, words in (('["10.0.0.300"]', "proxy.addresses"), ("[]", "proxy.addresses is empty")):
        text = f'{site_file.read_text()}\n[proxy]\naddresses = {addresses}\nsecret = "proxy"\n'
        path = site_file.with_name("other.toml")
        path.write_text(text)
        with pytest.raises(ConfigError, match=words):
            load_config(path)


def reverse_proxy(app: Any, prefix: str) -> Starlette:
    """A proxy that shows the host below a path over HTTPS, removes the path and says what it did."""

    async def forward(request: Request) -> Response:
        transport = httpx.ASGITransport(app)
        headers = {
            **{name: value for name, value in request.headers.items() if name != "host"},
            "x-vms-proxy-secret": SECRET,
            "x-forwarded-proto": "https",
            "x-forwarded-host": request.headers["host"],
            "x-forwarded-for": f"6.6.6.6, {request.client.host if request.client else ''}",
            "x-forwarded-prefix": prefix,
        }
        async with httpx.AsyncClient(transport=transport, base_url="http://inside") as client:
            path = request.url.path.removeprefix(prefix) or "/"
            answer = await client.request(
                request.method,
                path,
                params=request.query_params,
                headers=headers,
                content=await request.body(),
            )
        kept = {name: value for name, value in answer.headers.items() if name != "content-length"}
        return Response(answer.content, answer.status_code, headers=kept)

    return Starlette(
        routes=[Route("/{path:path}", forward, methods=["GET", "POST", "PUT", "DELETE"])],
    )


async def see_that_it_works(http: httpx.AsyncClient, root: str) -> None:
    """Pages, files, redirects, the API, a plug-in's pages and references below a path."""
    assert (await http.get(f"{root}/live")).headers[
        "location"
    ] == f"{root}/sign-in?next={root.replace('/', '%2F')}%2Flive"
    page = await http.get(f"{root}/sign-in")
    assert f'src="{root}/ui/sign-in.js"' in page.text
    assert (await http.get(f"{root}/ui/sign-in.js")).status_code == 200
    answer = await http.post(f"{root}/api/session", json={"account": "operator", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    assert f'href="{root}/ui/tokens.css"' in (await http.get(f"{root}/live")).text
    drawn = (await http.get(f"{root}/api/contributions")).json()
    assert drawn["plugins"][0]["base"] == f"{root}/plugins/sample/"
    module = drawn["live_views"][0]["module"]
    assert module.startswith(root)
    assert (await http.get(module)).status_code == 200
    assert (await http.get(f"{root}/plugins/sample/whoami")).json()["id"] == "operator"
    assert (await http.get(f"{root}/open/thing:42")).headers["location"] == f"{root}/things/42"
    evil = await http.post(f"{root}/api/session", json={}, headers={"origin": "http://evil.test"})
    assert evil.status_code == 403


async def test_behind_a_proxy_below_a_path(serving: Serving, proxied: SiteConfig) -> None:
    """Scheme, host, prefix and client are the proxy's word: cookies are secure, the log has the client."""
    async with serving(proxied) as site:
        outside = reverse_proxy(site.app, "/vms")
        base = "https://vms.example"
        transport = httpx.ASGITransport(outside, client=("198.51.100.7", 1))
        async with httpx.AsyncClient(transport=transport, base_url=base, headers={"origin": base}) as http:
            await see_that_it_works(http, "/vms")
            assert [cookie.name for cookie in http.cookies.jar] == ["__Host-vms-session"]
        await until(lambda: site.host.security_log.latest(1)[0].kind == "signed-in")
        assert site.host.security_log.latest(1)[0].address == "198.51.100.7"


async def test_mounted_in_another_application(
    sample: EntryPoint, config: SiteConfig, clock: SettableClock
) -> None:
    """Another application's lifespan runs the host; its own pages go on beside."""
    app = create_app(config, installed=[sample], clock=clock)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with app.state.host.running():
            yield

    outer = Starlette(
        routes=[
            Route("/", lambda _: PlainTextResponse("the existing VMS")),
            Mount("/incidents/vms", app),
        ],
        lifespan=lifespan,
    )
    base = "http://vms.example"
    async with outer.router.lifespan_context(outer):
        await app.state.host.plugins.started()
        transport = httpx.ASGITransport(outer, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=base, headers={"origin": base}) as http:
            await see_that_it_works(http, "/incidents/vms")
            assert (await http.get("/")).text == "the existing VMS"
            health = await http.get("/incidents/vms/healthz")
            assert health.json()["ok"] is True


def certificate(folder: Path) -> None:
    """A certificate for this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "host.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "host.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def test_a_site_whose_people_the_proxy_names_says_so_at_the_start(program: Start, site_file: Path) -> None:
    """There is no token then, and nobody could sign in without it."""
    secrets = site_file.with_name("secrets.json")
    secrets.write_text(json.dumps({"host": {"proxy": SECRET}}))
    secrets.chmod(0o600)
    before = site_file.read_text().partition("[[accounts]]")[0]
    site_file.write_text(
        f'{before}\n[proxy]\naddresses = ["127.0.0.1"]\nsecret = "proxy"\naccount_header = "remote-user"\n'
    )
    host = program("--config", str(site_file), "--port", "0")
    host.line("listening")
    assert "leave proxy.account_header out" in host.line("no account")


def test_tls_files_of_the_configuration(program: Start, site_file: Path) -> None:
    """The program itself speaks HTTPS below a path, and its cookie stays with HTTPS."""
    certificate(site_file.parent)
    site_file.write_text(f'{site_file.read_text()}\n[tls]\ncertificate = "host.pem"\nkey = "host.key"\n')
    host = program("--config", str(site_file), "--port", "0", "--root-path", "/vms")
    address = host.line("listening").split()[-1]
    assert address.startswith("https://127.0.0.1:")
    assert address.endswith("/vms")
    base = address.removesuffix("/vms")
    trust = str(site_file.parent / "host.pem")
    context = ssl.create_default_context(cafile=trust)
    with httpx.Client(base_url=base, verify=context, headers={"origin": base}) as http:
        # The proxy removes the path: what arrives has none.
        answer = http.post("/api/session", json={"account": "operator", "password": PASSWORD})
        assert answer.headers["set-cookie"].startswith("__Host-vms-session=")
        assert 'src="/vms/ui/main.js"' in http.get("/live").text


def test_tls_files_that_cannot_be_used(program: Start, site_file: Path) -> None:
    """Refused at the start, in one sentence."""
    site_file.write_text(f'{site_file.read_text()}\n[tls]\ncertificate = "no.pem"\nkey = "no.key"\n')
    ended = program("--config", str(site_file), "--port", "0").end()
    assert ended.status == 2
    assert "TLS certificate" in ended.complaints
    assert len(ended.complaints.splitlines()) == 1
