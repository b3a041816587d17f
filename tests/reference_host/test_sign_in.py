"""Signing in and out, and what protects both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.waiting import until

from reference_host.brake import ATTEMPTS_PER_ACCOUNT, ATTEMPTS_PER_ADDRESS, Brake
from reference_host.clock import SteadyClock
from reference_host.config import SiteConfig
from reference_host.security import CONTENT_SECURITY_POLICY
from reference_host.sessions import IDLE, LONGEST

from .conftest import ORIGIN, PASSWORD, Running, Serving, SettableClock


async def test_signing_in_and_out(running: Running) -> None:
    """A session begins with the right password and ends with signing out, for its token too."""
    assert (await running.http.get("/api/cameras")).status_code == 401
    answer = await running.sign_in()
    assert answer.json()["principal"] == {"id": "operator", "name": "Olivia Operator"}
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie
    assert (await running.http.get("/api/cameras")).status_code == 200
    token = running.http.cookies["vms-session"]
    assert (await running.http.delete("/api/session")).status_code == 204
    running.http.cookies.set("vms-session", token)
    assert (await running.http.get("/api/cameras")).status_code == 401


async def test_signing_in_anew_ends_the_session_before(running: Running) -> None:
    """Whoever took the old token has nothing; other browsers of the account stay signed in."""
    await running.sign_in()
    elsewhere = running.http.cookies["vms-session"]
    await running.sign_in()
    former = running.http.cookies["vms-session"]
    await running.http.post("/api/session", json={"account": "operator", "password": PASSWORD})
    latest = running.http.cookies["vms-session"]
    for token, status in ((former, 401), (elsewhere, 200), (latest, 200)):
        running.http.cookies.clear()
        running.http.cookies.set("vms-session", token)
        assert (await running.http.get("/api/cameras")).status_code == status
    await until(lambda: "signed in anew" in [event.detail for event in running.runtime.events])


async def test_over_https_the_cookie_stays_with_https(running: Running) -> None:
    """The cookie is Secure and bound to the host."""
    running.http.headers["origin"] = "https://host.test"
    answer = await running.http.post(
        "https://host.test/api/session", json={"account": "operator", "password": PASSWORD}
    )
    assert answer.headers["set-cookie"].startswith("__Host-vms-session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in (await running.http.get("/sign-in")).headers


@pytest.mark.parametrize(("account", "password"), [("operator", "wrong"), ("nobody", PASSWORD)])
async def test_a_refusal_does_not_say_which_part_is_wrong(
    running: Running, account: str, password: str
) -> None:
    """Wrong password and unknown account read alike; both reach the plug-ins as events."""
    answer = await running.sign_in(account, password)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Account or password is wrong."
    assert "set-cookie" not in answer.headers
    await until(lambda: [event.kind for event in running.runtime.events] == ["sign-in-refused"])
    assert running.runtime.events[0].detail == account


async def test_guessing_is_slowed_and_time_forgives(running: Running, clock: SettableClock) -> None:
    """After five wrong passwords even the right one must wait; other accounts and later minutes need not."""
    for _ in range(ATTEMPTS_PER_ACCOUNT):
        assert (await running.sign_in(password="wrong")).status_code == 401
    refused = await running.sign_in()
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 61
    assert "Wait" in refused.json()["detail"]
    assert (await running.sign_in("admin")).status_code == 200
    clock.set_by(hours=-1)
    assert int((await running.sign_in()).headers["retry-after"]) <= 61
    clock.pass_by(seconds=61)
    assert (await running.sign_in()).status_code == 200


def test_one_address_cannot_try_many_accounts(clock: SettableClock) -> None:
    """Passwords tried over many accounts count together; successes do not count."""
    brake = Brake(SteadyClock(clock, clock.elapsed))
    for number in range(ATTEMPTS_PER_ADDRESS * 2):
        assert brake.attempt("10.0.0.1", f"good{number}") is None
        brake.succeeded("10.0.0.1", f"good{number}")
    for number in range(ATTEMPTS_PER_ADDRESS):
        assert brake.attempt("10.0.0.1", f"bad{number}") is None
    assert brake.attempt("10.0.0.1", "one more") == timedelta(minutes=1)
    assert brake.attempt("10.0.0.2", "one more") is None


async def test_sessions_end_by_themselves(operator: Running, clock: SettableClock) -> None:
    """An idle one ends early, a busy one at last."""
    for _ in range(int(LONGEST / IDLE) * 2 - 1):
        clock.pass_by(seconds=IDLE.total_seconds() / 2)
        assert (await operator.http.get("/api/time")).status_code == 200
    clock.pass_by(seconds=IDLE.total_seconds() / 2)
    assert (await operator.http.get("/api/time")).status_code == 401
    await operator.sign_in()
    clock.pass_by(seconds=IDLE.total_seconds())
    assert (await operator.http.get("/api/time")).status_code == 401


@pytest.mark.parametrize("hours", [-25, -1, 1, 25])
async def test_a_clock_that_is_set_ends_no_session_and_lengthens_none(
    serving: Serving, config: SiteConfig, clock: SettableClock, hours: float
) -> None:
    """While the host runs, and over a restart after the clock was set: what goes by counts, and only that."""
    async with serving(config) as site:
        token = (await site.sign_in()).cookies["vms-session"]
        clock.set_by(hours=hours)
        clock.pass_by(minutes=29)
        assert (await site.http.get("/api/time")).status_code == 200
    async with serving(config) as site:
        site.http.cookies["vms-session"] = token
        clock.pass_by(minutes=29)
        assert (await site.http.get("/api/time")).status_code == 200
        clock.set_by(hours=-hours)
        clock.pass_by(minutes=30)
        assert (await site.http.get("/api/time")).status_code == 401


@pytest.mark.parametrize(("minutes", "status"), [(5, 200), (60, 401)])
async def test_a_clock_that_was_set_back_while_the_host_was_off(
    serving: Serving, config: SiteConfig, clock: SettableClock, minutes: int, status: int
) -> None:
    """A little is taken for no time at all; after more, how long somebody was away is not known."""
    async with serving(config) as site:
        token = (await site.sign_in()).cookies["vms-session"]
    clock.set_by(minutes=-minutes)
    async with serving(config) as site:
        site.http.cookies["vms-session"] = token
        assert (await site.http.get("/api/time")).status_code == status
        clock.pass_by(minutes=30)
        assert (await site.http.get("/api/time")).status_code == 401


@pytest.mark.parametrize("origin", [None, "null", "http://evil.test", "https://host.test", f"{ORIGIN}:81"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/session"),
        ("DELETE", "/api/session"),
        ("POST", "/api/view"),
        ("POST", "/plugins/sample/whoami"),
        ("PUT", "/no/such/place"),
    ],
)
async def test_changes_from_foreign_pages_are_refused(
    operator: Running, origin: str | None, method: str, path: str
) -> None:
    """A request that changes something must come from the host's own pages, the plug-ins' paths included."""
    del operator.http.headers["origin"]
    headers = {} if origin is None else {"origin": origin}
    answer = await operator.http.request(method, path, headers=headers, json={})
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:vms-host:foreign-origin"
    assert (await operator.http.get("/api/time")).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/sign-in", "/api/session", "/ui/main.js", "/no", "/plugins/sample/whoami"]
)
async def test_every_answer_carries_the_policy(operator: Running, path: str) -> None:
    """Pages, files, refusals and a plug-in's answers alike."""
    headers = (await operator.http.get(path)).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/api/session", "/api/cameras", "/no", "/plugins/sample/whoami"])
async def test_what_is_private_is_kept_by_no_browser(operator: Running, path: str) -> None:
    """What was made for who asked is stored nowhere; the pages' own files may be."""
    assert (await operator.http.get(path)).headers["cache-control"] == "no-store"
    assert "no-store" not in (await operator.http.get("/ui/main.js")).headers.get("cache-control", "")


def test_the_policy_lets_in_nothing_from_elsewhere() -> None:
    """Only this host, and blobs where pictures and video come from."""
    sources = {part for value in CONTENT_SECURITY_POLICY.values() for part in value.split()}
    assert sources == {"'none'", "'self'", "blob:", "'script'"}
    assert "blob:" not in CONTENT_SECURITY_POLICY["script-src"]


async def test_deep_links_lead_through_signing_in(running: Running) -> None:
    """The address that was wanted, query included, is kept."""
    answer = await running.http.get("/playback?camera=lobby&at=2026-11-22T12:00:00Z")
    assert answer.status_code == 303
    assert answer.headers["location"] == (
        "/sign-in?next=%2Fplayback%3Fcamera%3Dlobby%26at%3D2026-11-22T12%3A00%3A00Z"
    )
    assert (await running.http.get("/sign-in")).status_code == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"\xff", b'{"account": "a"}', b'{"account": 1, "password": "b"}', b"{" * 200_000],
)
async def test_nonsense_is_refused_calmly(running: Running, body: bytes) -> None:
    """Whatever is sent, the answer is a problem and not a fault of the server."""
    answer = await running.http.post("/api/session", content=body)
    assert answer.status_code in (413, 422)
    assert answer.headers["content-type"] == "application/problem+json"
