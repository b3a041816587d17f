"""Accounts, roles and sessions: made, changed and ended in the administration, effective at once and kept."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from tests.waiting import until

from reference_host.administration_api import AdministrationApi
from reference_host.app import create_app
from reference_host.config import ConfigError, SiteConfig
from reference_host.durable import StorageRefused, write_whole
from reference_host.sessions import IDLE

from .conftest import PASSWORD, Running, Serving, SettableClock, Start

GOOD = "three unrelated words"


async def make(site: Running, account: str = "nora", **more: Any) -> httpx.Response:
    body = {"account": account, "name": "Nora Night", "password": GOOD, "roles": ["operator"], **more}
    return await site.http.post("/api/accounts", json=body)


def log_of(config: SiteConfig) -> list[dict[str, Any]]:
    file = config.data_directory / "host" / "security.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.fixture
def bare(config: SiteConfig) -> SiteConfig:
    """A site without any account."""
    return attrs.evolve(config, accounts=())


async def test_the_first_administrator_is_made_with_the_token(serving: Serving, bare: SiteConfig) -> None:
    """Once: afterwards there is no token, no page and no way to make another one; a restart needs none."""
    first = {"account": "ada", "name": "Ada", "password": GOOD}
    async with serving(bare) as site:
        token = site.host.set_up.token
        assert (await site.http.get("/sign-in")).headers["location"] == "/set-up"
        assert (await site.http.post("/api/set-up", json={**first, "token": "guess"})).status_code == 401
        weak = await site.http.post("/api/set-up", json={**first, "token": token, "password": "ada"})
        assert weak.status_code == 422
        made = await site.http.post("/api/set-up", json={**first, "token": token})
        assert made.json()["principal"] == {"id": "ada", "name": "Ada"}
        assert (await site.http.get("/api/accounts")).status_code == 200
        again = {**first, "account": "eve", "token": token}
        assert (await site.http.post("/api/set-up", json=again)).status_code == 401
        assert (await site.http.get("/set-up")).headers["location"] == "/sign-in"
        assert token not in (bare.data_directory / "host" / "security.jsonl").read_text()
    async with serving(bare) as site:
        assert (site.host.set_up.token, site.host.set_up.open) == ("", False)
        assert (await site.sign_in("ada", GOOD)).status_code == 200


async def test_the_token_cannot_be_tried_out(serving: Serving, bare: SiteConfig) -> None:
    """After a few wrong ones even the right one must wait."""
    async with serving(bare) as site:
        body = {"account": "ada", "name": "Ada", "password": GOOD, "token": "wrong"}
        for _ in range(5):
            assert (await site.http.post("/api/set-up", json=body)).status_code == 401
        body["token"] = site.host.set_up.token
        assert (await site.http.post("/api/set-up", json=body)).status_code == 429


async def test_a_site_with_accounts_offers_no_set_up(running: Running) -> None:
    """Neither token nor page; an empty token opens nothing."""
    assert running.host.set_up.token == ""
    body = {"account": "eve", "name": "Eve", "password": GOOD, "token": " "}
    assert (await running.http.post("/api/set-up", json=body)).status_code == 401


async def test_an_account_is_made_and_used(admin: Running, config: SiteConfig) -> None:
    """It can sign in at once, may do what its role says, and its password stands nowhere."""
    assert (await make(admin)).status_code == 201
    assert (await make(admin, "NORA")).status_code == 409
    await admin.sign_in("nora", GOOD)
    assert (await admin.http.get("/api/cameras")).status_code == 200
    assert (await admin.http.get("/api/accounts")).status_code == 403
    for file in (config.data_directory / "host").iterdir():
        assert GOOD not in file.read_text()
        assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"account": "no spaces"}, 409),
        ({"account": ""}, 422),
        ({"password": "short"}, 422),
        ({"password": "nora nora nora nora"}, 422),
        ({"password": "aaaaaaaaaaaaaaaaaaaa"}, 422),
        ({"password": "Passwordpassword1"}, 422),
        ({"password": "iloveyousomuch"}, 422),
        ({"roles": ["boss"]}, 422),
        ({"surprise": 1}, 422),
    ],
)
async def test_an_account_must_be_one(admin: Running, body: dict[str, Any], status: int) -> None:
    """What cannot be is refused in words and makes nothing."""
    answer = await make(admin, **({"account": "nora"} | body))
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert [one["id"] for one in (await admin.http.get("/api/accounts")).json()["accounts"]] == [
        "admin",
        "operator",
    ]


async def test_disabling_an_account_ends_its_sessions_at_once(admin: Running) -> None:
    """The next request is refused, signing in too; enabling it brings it back."""
    await make(admin)
    token = (await admin.sign_in("nora", GOOD)).cookies["vms-session"]
    await admin.sign_in("admin")
    path = "/api/accounts/nora"
    assert (await admin.http.patch(path, json={"disabled": True})).json()["disabled"] is True
    admin.http.cookies.clear()
    answer = await admin.http.get("/api/time", headers={"cookie": f"vms-session={token}"})
    assert answer.status_code == 401
    assert (await admin.sign_in("nora", GOOD)).status_code == 401
    await admin.sign_in("admin")
    await admin.http.patch(path, json={"disabled": False})
    assert (await admin.sign_in("nora", GOOD)).status_code == 200


async def test_roles_of_an_account_count_from_the_next_request_on(admin: Running) -> None:
    """No new sign-in is needed for a role to be given or taken."""
    await make(admin)
    session = {"cookie": f"vms-session={(await admin.sign_in('nora', GOOD)).cookies['vms-session']}"}
    await admin.sign_in("admin")
    assert (await admin.http.get("/api/cameras", headers=session)).json()["cameras"] != []
    await admin.http.patch("/api/accounts/nora", json={"roles": []})
    admin.http.cookies.clear()
    assert (await admin.http.get("/api/cameras", headers=session)).json()["cameras"] == []


async def test_the_last_administrator_cannot_be_locked_out(serving: Serving, bare: SiteConfig) -> None:
    """Neither by disabling, nor by taking roles, nor by emptying the role."""
    async with serving(attrs.evolve(bare, roles={})) as site:
        body = {"account": "ada", "name": "Ada", "password": GOOD, "token": site.host.set_up.token}
        await site.http.post("/api/set-up", json=body)
        for change in ({"disabled": True}, {"roles": []}):
            answer = await site.http.patch("/api/accounts/ada", json=change)
            assert answer.status_code == 409
            assert "Nobody could administer" in answer.json()["detail"]
        role = {"title": "Bosses", "permissions": ["host.administration"], "cameras": []}
        assert (await site.http.put("/api/roles/bosses", json=role)).status_code == 200
        assert (await site.http.patch("/api/accounts/ada", json={"roles": ["bosses"]})).status_code == 200
        assert (await site.http.put("/api/roles/bosses", json=role | {"permissions": []})).status_code == 409
        assert (await site.http.delete("/api/roles/bosses")).status_code == 409


async def test_accounts_and_roles_of_the_configuration_are_read_only(admin: Running) -> None:
    """They are changed where they stand; what is built in is not changed at all."""
    for method, path, body in (
        ("PATCH", "/api/accounts/operator", {"name": "x"}),
        ("PUT", "/api/accounts/operator/password", {"password": GOOD}),
        ("PUT", "/api/roles/operator", {"title": "x"}),
        ("DELETE", "/api/roles/operator", None),
        ("PUT", "/api/roles/administrator", {"title": "x"}),
    ):
        answer = await admin.http.request(method, path, json=body)
        assert answer.status_code == 409, path
    assert (await admin.sign_in("operator")).status_code == 200


async def test_a_role_is_effective_at_once_and_kept(serving: Serving, config: SiteConfig) -> None:
    """Permissions and cameras are granted and taken without a new sign-in, over a restart too."""
    role = {"title": "Night shift", "permissions": ["sample.things.view"], "cameras": ["roof"]}
    async with serving(config) as site:
        await site.sign_in("admin")
        assert (await site.http.put("/api/roles/night", json=role)).status_code == 200
        await make(site, roles=["night"])
        answer = await site.sign_in("nora", GOOD)
        nora = {"cookie": f"vms-session={answer.cookies['vms-session']}"}
        drawn = (await site.http.get("/api/contributions")).json()
        assert drawn["permissions"] == ["sample.things.view"]
        assert [c["id"] for c in (await site.http.get("/api/cameras")).json()["cameras"]] == ["roof"]
        await site.sign_in("admin")
        await site.http.put("/api/roles/night", json=role | {"permissions": [], "cameras": ["yard"]})
        site.http.cookies.clear()
        assert (await site.http.get("/api/contributions", headers=nora)).json()["permissions"] == []
    async with serving(config) as site:
        cameras = (await site.http.get("/api/cameras", headers=nora)).json()["cameras"]
        assert [camera["id"] for camera in cameras] == ["yard"]


async def test_what_can_be_granted_is_told_as_a_tree(admin: Running) -> None:
    """The host's own tree, those of the plug-ins, and the cameras; roles say where they come from."""
    told = (await admin.http.get("/api/roles")).json()
    assert [node["id"] for node in told["tree"]] == ["host", "sample.things", "sample.secret"]
    assert told["tree"][1]["children"][0]["title"] == "View"
    assert {role["id"]: role["origin"] for role in told["roles"]} == {
        "admin": "configuration",
        "administrator": "built in",
        "operator": "configuration",
    }
    assert len(told["cameras"]) == 5


ADMINISTRATION = (
    ("GET", "/api/plugins"),
    ("PUT", "/api/plugins/sample"),
    ("POST", "/api/plugins/sample/try-again"),
    ("POST", "/api/licence/judge"),
    ("GET", "/api/accounts"),
    ("POST", "/api/accounts"),
    ("PATCH", "/api/accounts/admin"),
    ("PUT", "/api/accounts/admin/password"),
    ("DELETE", "/api/accounts/admin/sessions"),
    ("GET", "/api/roles"),
    ("PUT", "/api/roles/night"),
    ("DELETE", "/api/roles/night"),
    ("GET", "/api/security-log"),
    ("GET", "/api/diagnostics"),
)


async def test_administration_is_for_administrators(running: Running, config: SiteConfig) -> None:
    """Every operation: nobody without a session, no operator, and each attempt is in the log."""
    routes = AdministrationApi(running.host).routes()
    assert len(routes) == len(ADMINISTRATION)
    for route in routes:
        method = next(iter((route.methods or set()) - {"HEAD"}))
        assert any(each == method and route.path_regex.match(path) for each, path in ADMINISTRATION), route
    for method, path in ADMINISTRATION:
        assert (await running.http.request(method, path, json={})).status_code == 401, path
    await running.sign_in("operator")
    for method, path in ADMINISTRATION:
        assert (await running.http.request(method, path, json={})).status_code == 403, path
    await until(lambda: sum(e["kind"] == "denied" for e in log_of(config)) == len(ADMINISTRATION))


async def test_changing_ones_own_password(admin: Running) -> None:
    """The present one is needed; other sessions end, this one goes on."""
    await make(admin)
    other = (await admin.sign_in("nora", GOOD)).cookies["vms-session"]
    await admin.sign_in("nora", GOOD)
    wrong = {"present": "wrong", "password": "another fine sentence"}
    assert (await admin.http.put("/api/password", json=wrong)).status_code == 422
    right = wrong | {"present": GOOD}
    assert (await admin.http.put("/api/password", json=right)).status_code == 200
    assert (await admin.http.get("/api/time")).status_code == 200
    admin.http.cookies.clear()
    assert (await admin.http.get("/api/time", headers={"cookie": f"vms-session={other}"})).status_code == 401
    assert (await admin.sign_in("nora", GOOD)).status_code == 401
    assert (await admin.sign_in("nora", "another fine sentence")).status_code == 200


async def test_signing_out_everywhere(running: Running) -> None:
    """Every session of the account ends, and no other."""
    first = (await running.sign_in()).cookies["vms-session"]
    other = (await running.sign_in("admin")).cookies["vms-session"]
    await running.sign_in()
    assert (await running.http.delete("/api/sessions")).status_code == 204
    running.http.cookies.clear()
    for token, status in ((first, 401), (other, 200)):
        answer = await running.http.get("/api/time", headers={"cookie": f"vms-session={token}"})
        assert answer.status_code == status


async def test_sessions_outlive_a_restart_and_not_their_time(
    serving: Serving, config: SiteConfig, clock: SettableClock
) -> None:
    """Kept by the hash of their token only; signed out ones stay out; idle time goes on while it is off."""
    async with serving(config) as site:
        gone = (await site.sign_in()).cookies["vms-session"]
        await site.http.delete("/api/session")
        token = (await site.sign_in()).cookies["vms-session"]
        assert token not in (config.data_directory / "host" / "sessions.json").read_text()
        clock.pass_by(minutes=20)
        assert (await site.http.get("/api/time")).status_code == 200
    async with serving(config) as site:
        clock.pass_by(minutes=20)
        for each, status in ((token, 200), (gone, 401)):
            answer = await site.http.get("/api/time", headers={"cookie": f"vms-session={each}"})
            assert answer.status_code == status
    async with serving(config) as site:
        clock.pass_by(seconds=IDLE.total_seconds())
        answer = await site.http.get("/api/time", headers={"cookie": f"vms-session={token}"})
        assert answer.status_code == 401


async def test_a_restart_gains_a_guesser_nothing(serving: Serving, config: SiteConfig) -> None:
    """Wrong passwords are counted over a restart."""
    async with serving(config) as site:
        for _ in range(5):
            await site.sign_in(password="wrong")
    async with serving(config) as site:
        assert (await site.sign_in()).status_code == 429


async def test_the_security_log_tells_who_did_what(
    serving: Serving, config: SiteConfig, clock: SettableClock
) -> None:
    """Numbered over a restart, with the address; no password and no token is in it."""
    async with serving(config) as site:
        await site.sign_in("eve\n{}", "wrong")
        await site.sign_in("admin")
        await make(site)
        await site.http.patch("/api/accounts/nora", json={"disabled": True})
        await site.http.delete("/api/session")
        token = site.http.cookies.get("vms-session", "nothing")
    async with serving(config) as site:
        await site.sign_in("admin")
        shown = (await site.http.get("/api/security-log")).json()["entries"]
    entries = log_of(config)
    assert [entry["number"] for entry in entries] == list(range(1, len(entries) + 1))
    people = [entry for entry in entries if entry["kind"] != "plugin"]
    assert [(e["kind"], e["account"], e["detail"]) for e in people] == [
        ("sign-in-refused", "", "eve\n{}"),
        ("signed-in", "admin", ""),
        ("account-changed", "admin", "account nora made with roles operator"),
        ("account-changed", "admin", "account nora: disabled False to True"),
        ("signed-out", "admin", ""),
        ("signed-in", "admin", ""),
    ]
    assert {entry["address"] for entry in people} == {"127.0.0.1"}
    # Once the page was read, the site went on: plug-ins are still being started, and then stopped.
    assert shown == entries[: len(shown)][::-1]
    text = (config.data_directory / "host" / "security.jsonl").read_text()
    assert GOOD not in text
    assert PASSWORD not in text
    assert token not in text


async def test_a_torn_line_costs_no_other(serving: Serving, config: SiteConfig) -> None:
    """After a power cut in the middle of a line the log goes on below it."""
    async with serving(config) as site:
        await site.sign_in()
    file = config.data_directory / "host" / "security.jsonl"
    with file.open("ab") as stream:
        stream.write(b'{"number": 2, "at"')
    async with serving(config) as site:
        await site.sign_in()
    before, torn, *after = file.read_text().splitlines()[-4:]
    assert torn == '{"number": 2, "at"'
    last = json.loads(before)["number"]
    assert [json.loads(line)["number"] for line in after] == [last + 1, last + 2]


async def test_a_log_that_cannot_be_written_is_an_illness(running: Running, config: SiteConfig) -> None:
    """Changes are refused loudly, and the health says so, to administrators why; people can still work."""
    await running.sign_in("admin")
    file = config.data_directory / "host" / "security.jsonl"
    await until(lambda: log_of(config)[-1]["kind"] == "signed-in")
    file.unlink()
    file.mkdir()
    assert (await make(running)).status_code == 507
    assert (await running.sign_in()).status_code == 200
    answer = await running.http.get("/healthz")
    assert (answer.status_code, answer.json()["security_log"]) == (503, False)
    await running.sign_in("admin")
    assert "security log" in (await running.http.get("/api/plugins")).json()["trouble"]


@pytest.mark.parametrize(
    "name", ["accounts", "roles", "sessions", "views", "keys", "plugins", "clock", "attempts"]
)
def test_damaged_files_of_the_host_are_never_overwritten(config: SiteConfig, name: str) -> None:
    """The host does not start on what it cannot read, and says which file it is."""
    file = config.data_directory / "host" / f"{name}.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"half')
    with pytest.raises(ConfigError, match=f"{name}.json is damaged"):
        create_app(config, installed=[])
    assert file.read_text() == '{"half'


async def test_a_disk_that_refuses_changes_nothing(admin: Running, config: SiteConfig) -> None:
    """Full while an account is made: said so, and the accounts are as they were."""
    await make(admin)
    before = (config.data_directory / "host" / "accounts.json").read_bytes()
    (config.data_directory / "host" / "accounts.json.partial").mkdir()
    answer = await make(admin, "olaf")
    assert answer.status_code == 507
    assert "What it held before is kept" in answer.json()["detail"]
    assert (config.data_directory / "host" / "accounts.json").read_bytes() == before
    assert (await admin.sign_in("olaf", GOOD)).status_code == 401


@pytest.mark.parametrize("odd", ["line\r\nbreak", "\0", "\ttab", "evil\u202egnp.exe", "\u2028", "\x9b1m"])
async def test_a_name_that_cannot_be_seen_as_it_is_is_refused(admin: Running, odd: str) -> None:
    """It would stand in logs, exports and sentences; at its end it counts too."""
    for name in (odd, f"Nora{odd}"):
        answer = await make(admin, name=name)
        assert answer.status_code == 422
        assert answer.json()["detail"].startswith("The name has a character that cannot be seen")
    role = await admin.http.put("/api/roles/odd", json={"title": odd})
    assert role.json()["detail"].startswith("The title has a character that cannot be seen")
    assert (
        await make(admin, name="\u0646\u0648\u0631\u0627 \u5c0f\u6797 O\u2019Neill <b>")
    ).status_code == 201


def test_what_a_full_disk_took_half_of_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may hold a password, and nothing reads it."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    write_whole(file := tmp_path / "secrets.json", b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageRefused, match="No space left"):
        write_whole(file, b"after")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("secrets.json", b"before")]


async def test_on_a_full_disk_people_still_come_in(running: Running, config: SiteConfig) -> None:
    """Who signs in can see what is wrong; the session is on disk with the next one that can be written."""
    refusing = config.data_directory / "host" / "sessions.json.partial"
    refusing.parent.mkdir(parents=True, exist_ok=True)
    refusing.mkdir()
    assert (await running.sign_in("admin")).status_code == 200
    assert (await running.http.get("/api/session")).json()["principal"]["id"] == "admin"
    refusing.rmdir()
    await running.sign_in("operator")
    kept = (config.data_directory / "host" / "sessions.json").read_text("utf-8")
    assert '"admin"' in kept
    assert '"operator"' in kept


async def test_saved_views_are_ones_own_or_shared(running: Running) -> None:
    """Shared ones need the right; cameras that somebody may not see are empty places for them."""
    await running.sign_in("admin")
    view = {"title": "Day", "slots": ["roof", None, "yard"], "shared": True}
    saved = (await running.http.post("/api/views", json=view)).json()
    assert (await running.http.post("/api/views", json=view | {"title": "day"})).status_code == 409
    await running.http.post("/api/views", json=view | {"title": "Mine", "shared": False})
    await running.sign_in("operator")
    (seen,) = (await running.http.get("/api/views")).json()["views"]
    assert (seen["title"], seen["slots"]) == ("Day", [None, None, "yard"])
    assert (await running.http.post("/api/views", json=view | {"slots": ["yard"]})).status_code == 403
    path = f"/api/views/{saved['id']}"
    assert (await running.http.delete(path)).status_code == 403
    assert (await running.http.patch(path, json={"title": "Night"})).status_code == 403
    hidden = {"title": "Roof", "slots": ["roof"]}
    assert (await running.http.post("/api/views", json=hidden)).status_code == 403
    mine = (await running.http.post("/api/views", json={"title": "Day", "slots": ["yard"]})).json()
    await running.sign_in("admin")
    assert (await running.http.delete(f"/api/views/{mine['id']}")).status_code == 404
    assert (await running.http.patch(path, json={"title": " Night "})).status_code == 204
    assert (await running.http.post(f"{path}/restore")).status_code == 404
    assert (await running.http.delete(path)).status_code == 204
    await running.sign_in("operator")
    assert (await running.http.post(f"{path}/restore")).status_code == 403
    await running.sign_in("admin")
    assert (await running.http.post(f"{path}/restore")).status_code == 204
    views = (await running.http.get("/api/views")).json()["views"]
    assert [(one["title"], one["slots"]) for one in views if one["shared"]] == [
        ("Night", ["roof", None, "yard"])
    ]
    await running.http.delete(path)
    taken = (await running.http.post("/api/views", json=view | {"title": "night"})).json()
    assert (await running.http.post(f"{path}/restore")).status_code == 409
    assert (await running.http.delete(f"/api/views/{taken['id']}")).status_code == 204


@pytest.mark.parametrize(
    ("name", "told"), [("", "The name is empty."), ("x" * 201, "The name is longer than 200 characters.")]
)
async def test_a_name_that_cannot_be_is_told_in_words(admin: Running, name: str, told: str) -> None:
    """People read it below the form, in which it may be blanks."""
    body = {"account": "ada", "name": name, "password": GOOD}
    assert (await admin.http.post("/api/accounts", json=body)).json()["detail"] == told


def test_the_program_shows_the_token_once(program: Start, site_file: Path) -> None:
    """In its output, and not in its log."""
    text = site_file.read_text()
    begin, end = text.index("[[accounts]]"), text.index("[roles.operator]")
    site_file.write_text(text[:begin] + text[end:])
    host = program("--config", str(site_file), "--port", "0")
    address = host.line("listening").split()[-1]
    assert f"{address}/set-up" in host.line("no account")
    token = host.line("one-time").rpartition(": ")[2]
    body = {"token": token, "account": "ada", "name": "Ada", "password": GOOD}
    answer = httpx.post(f"{address}/api/set-up", json=body, headers={"origin": address})
    assert answer.status_code == 200, answer.text
    host.process.terminate()
    assert token not in host.end().complaints


async def test_keys_are_ones_own_and_survive(running: Running) -> None:
    """Chosen keys are kept for the account; two commands with one key are refused."""
    await running.sign_in("operator")
    keys = {"keys": {"sample.greet": "F2"}}
    assert (await running.http.put("/api/keys", json=keys)).status_code == 204
    twice = {"keys": {"sample.greet": "F2", "sample.fail": "F2"}}
    assert (await running.http.put("/api/keys", json=twice)).status_code == 422
    assert (await running.http.get("/api/keys")).json() == keys
    await running.sign_in("admin")
    assert (await running.http.get("/api/keys")).json() == {"keys": {}}
