"""The host and its plug-in: contributions, cameras, views, mounts and health."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.waiting import PATIENCE, until

from reference_host.access import RoleAccess
from reference_host.config import Role, SiteConfig
from vms_hooks import CONTRACT
from vms_hooks.schema import CONTRIBUTIONS_FILE
from vms_hooks.testing.json_schema import faults
from vms_hooks.values import Principal, Target

from .conftest import Running, Serving, SettableClock

VIEW = {"client": "browser-tab-1", "number": 1, "mode": "live", "cameras": ["lobby", "yard"]}


async def contributions(site: Running) -> Any:
    return (await site.http.get("/api/contributions")).json()


async def test_everything_contributed_is_there_as_json(operator: Running) -> None:
    """A client in any language can draw it: elements with absolute modules, sorted."""
    drawn = await contributions(operator)
    assert drawn["plugins"] == [{"id": "sample", "name": "Sample", "base": "/plugins/sample/"}]
    assert [tab["path"] for tab in drawn["tabs"]] == ["things", "broken"]
    assert drawn["live_views"][0]["module"] == "/plugins/sample/ui/elements.js"
    assert drawn["live_views"][0]["tag"] == "sample-picture"
    assert [len(items) for items in drawn["toolbar_items"].values()] == [1, 1, 1, 1]
    assert drawn["starting"] == []


async def test_the_json_is_what_its_published_schema_says(operator: Running) -> None:
    """With every place of the sample plug-in filled, but for the export tab that this host has not."""
    drawn = await contributions(operator)
    assert faults(drawn, json.loads(CONTRIBUTIONS_FILE.read_bytes())) == ()
    assert {name for name, value in drawn.items() if not value} == {"export_lists", "starting"}
    assert drawn["contract"] == ".".join(map(str, CONTRACT))
    assert drawn["commands"][1]["when"] == ["playback", "time-marked"]


async def test_a_tab_cannot_take_the_hosts_own_place(operator: Running) -> None:
    """The second "live" is left out, and this is said."""
    assert [each["reason"] for each in (await contributions(operator))["trouble"]] == [
        'The tab "Not twice" cannot be shown: its path "live" is taken or not valid.'
    ]


async def test_only_what_somebody_may_do_is_offered(running: Running) -> None:
    """Permissions and commands follow the roles."""
    await running.sign_in("operator")
    drawn = await contributions(running)
    assert drawn["permissions"] == ["sample.things.view"]
    assert [command["id"] for command in drawn["commands"]] == [
        "sample.greet",
        "sample.recall",
        "sample.fail",
    ]
    await running.sign_in("admin")
    drawn = await contributions(running)
    assert drawn["permissions"] == [
        "host.administration",
        "host.views.share",
        "sample.things",
        "sample.things.view",
        "sample.secret",
    ]
    assert "sample.hush" in [command["id"] for command in drawn["commands"]]


async def test_a_failing_hook_costs_only_its_own_place(
    operator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the plug-in is still drawn, and the reason is told."""
    plugin = operator.host.plugins.all[0]

    def fail(*_: Any) -> Any:
        raise ValueError("no panels today")

    impl = plugin.hooks._manager.hook.vms_live_panels.get_hookimpls()[0]
    monkeypatch.setattr(impl, "function", fail)
    drawn = await contributions(operator)
    assert drawn["live_panels"] == []
    assert len(drawn["tabs"]) == 2
    assert "no panels today" in str(drawn["trouble"])


async def test_cameras_that_somebody_may_not_see_do_not_exist_for_them(running: Running) -> None:
    """Neither in the list, nor on the timeline, nor in a view; the attempt is reported."""
    await running.sign_in()
    cameras = (await running.http.get("/api/cameras")).json()["cameras"]
    assert [camera["id"] for camera in cameras] == ["lobby", "yard", "gate", "dock"]
    span = "start=2026-11-22T11:00:00Z&end=2026-11-22T12:00:00Z"
    assert (await running.http.get(f"/api/timeline?camera=roof&{span}")).status_code == 403
    assert (await running.http.post("/api/view", json=VIEW | {"cameras": ["roof"]})).status_code == 403
    assert running.runtime.views == []
    await until(lambda: [event.kind for event in running.runtime.events[1:]] == ["denied"] * 2)
    await running.sign_in("admin")
    assert len((await running.http.get("/api/cameras")).json()["cameras"]) == 5


async def test_the_timeline_shows_gaps_marks_and_what_is_missing(operator: Running) -> None:
    """Spans of one camera with its gap, a mark with its target, and an incomplete row."""
    query = "camera=yard&camera=lobby&camera=dock&start=2026-11-22T11:00:00%2B01:00&end=2026-11-22T12:00:00Z"
    yard, lobby, dock = (await operator.http.get(f"/api/timeline?{query}")).json()["rows"]
    assert [span["end"] for span in yard["spans"]] == ["2026-11-22T11:52:00Z", "2026-11-22T12:00:00Z"]
    assert lobby["marks"][0]["target"] == {"tab": "things", "path": "7"}
    assert dock["incomplete"] == "Recorder 1 answers slowly."


async def test_operators_are_told_in_their_words_that_a_plugin_fails(operator: Running, monkeypatch) -> None:
    """What raises in it, and after how many faults it is left out, is for administrators."""

    async def broken(*_):
        raise ZeroDivisionError

    for name in ("timeline", "cameras"):
        monkeypatch.setattr(operator.runtime, name, broken)
    span = "start=2026-11-22T11:00:00Z&end=2026-11-22T12:00:00Z"
    for path in (f"/api/timeline?camera=lobby&{span}", "/api/cameras"):
        (told,) = (await operator.http.get(path)).json()["incomplete"]
        assert told.startswith("Sample could not answer. It is asked again by itself")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "start=x&end=y",
        "start=2026-11-22T12:00:00&end=2026-11-22T13:00:00",
        "start=2026-11-22T12:00:00Z&end=2026-11-22T12:00:00Z",
    ],
)
async def test_a_timeline_needs_a_time(operator: Running, query: str) -> None:
    """Missing, unreadable, without a zone, empty."""
    answer = await operator.http.get(f"/api/timeline?camera=lobby&{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"]


async def test_a_view_is_acknowledged_only_when_the_plugin_has_taken_note(operator: Running) -> None:
    """204 after the plug-in returned, 503 with the reason as long as it does not."""
    operator.runtime.refusing = True
    refused = await operator.http.post("/api/view", json=VIEW)
    assert refused.status_code == 503
    assert "Sample: disk full" in refused.json()["detail"]
    assert operator.runtime.views == []
    operator.runtime.refusing = False
    assert (await operator.http.post("/api/view", json=VIEW)).status_code == 204
    (view,) = operator.runtime.views
    assert (view.principal.id, view.client, view.number, view.mode) == (
        "operator",
        "browser-tab-1",
        1,
        "live",
    )
    assert view.cameras == ("lobby", "yard")
    assert view.at == operator.host.clock.now()


async def test_a_view_waits_for_a_plugin_that_is_being_started(
    operator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a crash pages are there before plug-ins: what they report then is not acknowledged unheard."""
    may_start, began = asyncio.Event(), asyncio.Event()

    async def start(_runtime: object) -> None:
        began.set()
        await may_start.wait()

    monkeypatch.setattr(type(operator.runtime), "start", start)
    await operator.host.plugins.enable("sample", enabled=False)
    starting = asyncio.create_task(operator.host.plugins.enable("sample", enabled=True))
    await began.wait()
    listed = (await operator.http.get("/api/cameras")).json()
    assert listed["incomplete"] == ["Sample is still starting. Its cameras come by themselves."]
    assert listed["starting"]
    monkeypatch.setattr("reference_host.api.STARTING_WITHIN", 0.01)
    refused = await operator.http.post("/api/view", json=VIEW)
    assert refused.status_code == 503
    assert "The plug-in sample is being started." in refused.json()["detail"]
    monkeypatch.setattr("reference_host.api.STARTING_WITHIN", PATIENCE)
    waiting = asyncio.create_task(operator.http.post("/api/view", json=VIEW))
    may_start.set()
    assert (await waiting).status_code == 204
    await starting
    assert [view.cameras for view in operator.runtime.views] == [("lobby", "yard")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"client": "x"},
        {"client": "a b c d e f"},
        {"number": 0},
        {"number": 1.5},
        {"mode": "film"},
        {"cameras": "lobby"},
        {"cameras": [""]},
        {"cameras": ["lobby"] * 65},
        {"surprise": 1},
    ],
)
async def test_a_view_must_be_one(operator: Running, wrong: dict[str, Any]) -> None:
    """Anything else is refused and reaches no plug-in."""
    assert (await operator.http.post("/api/view", json=VIEW | wrong)).status_code == 422
    assert operator.runtime.views == []


async def test_the_mounted_plugin_knows_who_acts_from_the_host_alone(operator: Running) -> None:
    """Whatever the client sends under the host's names stays outside, the session's cookie too."""
    forged = {"vms.principal": "admin", "VMS-Principal": "admin", "vms_principal": "admin"}
    answer = (await operator.http.get("/plugins/sample/whoami", headers=forged)).json()
    session = answer.pop("session")
    assert answer == {"id": "operator", "typed": True, "seen": [], "path": "/plugins/sample/whoami"}
    assert session


async def test_the_mount_needs_a_session(running: Running) -> None:
    """Files of the plug-in's pages included."""
    for path in ("whoami", "ui/elements.js"):
        assert (await running.http.get(f"/plugins/sample/{path}")).status_code == 401
    await running.sign_in()
    assert (await running.http.get("/plugins/sample/ui/elements.js")).status_code == 200
    assert (await running.http.get("/plugins/nobody/x")).status_code == 404


async def test_a_plugin_that_exits_while_it_answers(operator: Running) -> None:
    """SystemExit in a request is a problem for that request only."""
    answer = await operator.http.get("/plugins/sample/crash")
    assert answer.status_code == 500
    assert answer.json()["title"] == "The plug-in failed while it answered."
    assert (await operator.http.get("/plugins/sample/whoami")).status_code == 200


async def test_the_mount_of_a_suspended_plugin_is_closed(operator: Running) -> None:
    """503 with the reason; the host's own pages go on and say so."""
    operator.host.plugins.all[0].conduct.suspension = "It hung."
    answer = await operator.http.get("/plugins/sample/whoami")
    assert answer.status_code == 503
    assert "It hung." in answer.json()["detail"]
    assert (await contributions(operator))["tabs"] == []
    assert (await operator.http.get("/live")).status_code == 200
    assert (await operator.http.get("/healthz")).json()["parts"][0]["state"] == "suspended"


async def test_references_lead_to_their_place(operator: Running) -> None:
    """The plug-in names the place; a reference nobody knows is refused."""
    answer = await operator.http.get("/open/thing:42")
    assert (answer.status_code, answer.headers["location"]) == (303, "/things/42")
    assert (await operator.http.get("/open/incident:42")).status_code == 404


async def test_health_follows_the_plugin(running: Running) -> None:
    """200 while everything enabled works, 503 with the part that does not; why is for those who signed in."""
    assert (await running.http.get("/healthz")).status_code == 200
    running.runtime.healthy = False
    answer = await running.http.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"][0]["broken"] == ["store"]
    await running.sign_in("admin")
    store = (await running.http.get("/api/plugins")).json()["plugins"][0]["parts"][0]
    assert (store["detail"], store["remedy"]) == ("in memory", "Mend it.")


async def test_warnings_are_for_those_who_work_with_the_plugin(serving: Serving, config: SiteConfig) -> None:
    """What a plug-in says of its recorders is no business of an account that may use nothing of it."""
    roles = {**config.roles, "visitor": Role(cameras=("lobby",))}
    (operator,) = (one for one in config.accounts if one.id == "operator")
    accounts = (*config.accounts, attrs.evolve(operator, id="vera", roles=("visitor",)))
    async with serving(attrs.evolve(config, roles=roles, accounts=accounts)) as site:
        site.runtime.not_recorded = ["lobby"]
        await site.sign_in("vera")
        assert (await site.http.get("/api/warnings")).json() == {"warnings": []}
        await site.sign_in("operator")
        (told,) = (await site.http.get("/api/warnings")).json()["warnings"]
        assert told["camera"] == "lobby"


async def test_plugin_states_are_for_administrators(running: Running) -> None:
    """An operator is denied, and this is reported; an administrator reads them."""
    await running.sign_in("operator")
    assert (await running.http.get("/api/plugins")).status_code == 403
    await running.sign_in("admin")
    (plugin,) = (await running.http.get("/api/plugins")).json()["plugins"]
    assert (plugin["id"], plugin["version"], plugin["state"], plugin["healthy"]) == (
        "sample",
        "1.0",
        "active",
        True,
    )


async def test_the_plugin_gets_its_services(running: Running, config: SiteConfig) -> None:
    """Settings of the site over those of the manifest, its own secrets, its own directory, the site."""
    runtime = running.runtime
    assert runtime.settings == {"greeting": "hello", "recorder": {"address": "10.0.0.5", "port": 80}}
    assert runtime.host.secrets.get("recorder-password") == "s3cret"
    assert runtime.host.secrets.get("key") is None
    assert runtime.host.storage == config.data_directory / "plugins" / "sample"
    assert runtime.host.storage.is_dir()
    assert runtime.host.site.name == "Test site"
    assert runtime.host.navigation.url(Target(tab="things", path="a b")) == "/things/a%20b"
    assert runtime.host.capabilities == {
        "audit/1",
        "navigation/1",
        "sessions/1",
        "timeline/1",
        "views/1",
    }
    assert runtime.host.notifications is None
    assert runtime.host.licence.status().state == "valid"
    operator = Principal(id="operator", name="O", roles=frozenset({"operator"}))
    assert runtime.host.access.decide(operator, "sample.things.view", ["lobby"]).allowed
    assert not runtime.host.access.decide(operator, "sample.things.view", ["roof"]).allowed


async def state_of(serving: Serving, config: SiteConfig) -> tuple[dict[str, Any], int]:
    async with serving(config) as site:
        await site.sign_in("admin")
        (plugin,) = (await site.http.get("/api/plugins")).json()["plugins"]
        return plugin, (await site.http.get("/healthz")).status_code


async def test_a_plugin_the_site_does_not_want(serving: Serving, config: SiteConfig) -> None:
    """Disabled is no illness of the host."""
    plugin, health = await state_of(serving, attrs.evolve(config, plugins={}))
    assert (plugin["state"], health) == ("disabled", 200)


@pytest.mark.parametrize("loss", ["file", "section", "site", "key"])
async def test_without_its_licence_a_plugin_is_not_activated(
    serving: Serving, config: SiteConfig, issuer: Any, loss: str
) -> None:
    """Missing, foreign and forged licences each stop it with their own reason."""
    licence = config.licence
    assert licence
    if loss == "file":
        licence.file.unlink()
    elif loss == "site":
        licence.file.write_bytes(issuer.licence(site="elsewhere"))
    elif loss == "key":
        config = attrs.evolve(
            config, licence=attrs.evolve(licence, issuer_key=base64.b64encode(bytes(32)).decode())
        )
    else:
        config = attrs.evolve(config, licence=None)
    plugin, health = await state_of(serving, config)
    assert (plugin["state"], health) == ("unlicensed", 503)
    assert plugin["reason"]
    assert plugin["remedy"]


async def test_an_expired_licence_still_activates(
    serving: Serving, config: SiteConfig, clock: SettableClock
) -> None:
    """The plug-in itself is told, and refuses what is new."""
    clock.pass_by(days=36525 + 40)
    async with serving(config) as site:
        assert site.host.plugins.all[0].active
        assert site.runtime.host.licence.status().state == "expired"


async def test_the_plugin_is_stopped_with_the_host(serving: Serving, config: SiteConfig) -> None:
    """Cleanly, whoever is still connected."""
    async with serving(config) as site:
        runtime = site.runtime
        assert not runtime.stopped
    assert runtime.stopped


async def test_events_are_told_again_until_they_are_taken(
    operator: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plug-in that is busy for a moment still learns that somebody signed out."""
    monkeypatch.setattr("reference_host.events._PAUSES", (0.0, 0.0, 0.0))
    tries: list[str] = []

    async def busy(event: Any) -> None:
        if event.kind != "signed-out":
            return
        tries.append(event.kind)
        if len(tries) < 3:
            raise OSError("busy")

    monkeypatch.setattr(operator.runtime, "host_event", busy)
    await operator.http.delete("/api/session")
    await until(lambda: len(tries) == 3 and not operator.host.events._telling)
    assert len(tries) == 3


@pytest.mark.parametrize(
    ("grant", "permission", "allowed"),
    [
        ("*", "anything.at.all", True),
        ("a.*", "a.b", True),
        ("a.*", "a.b.c", True),
        ("a.*", "a", False),
        ("a.*", "ab.c", False),
        ("a.b", "a.b", True),
        ("a.b", "a.b.c", False),
        ("a", "*", False),
    ],
)
def test_what_a_grant_covers(grant: str, permission: str, allowed: bool) -> None:
    """A star covers everything below the dot, and nothing beside it."""
    access = RoleAccess({"role": Role(permissions=(grant,))})
    principal = Principal(id="p", name="P", roles=frozenset({"role", "gone"}))
    assert access.decide(principal, permission).allowed is allowed
    assert not access.decide(Principal(id="q", name="Q"), permission).allowed


async def test_a_fault_of_the_host_itself(operator: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a problem like others, under the same policy, and tells no internals."""

    def fail(*_: Any) -> Any:
        raise RuntimeError("internals")

    monkeypatch.setattr("reference_host.api.list_cameras", fail)
    answer = await operator.http.get("/api/cameras")
    assert answer.status_code == 500
    assert answer.json()["title"] == "The server could not do this."
    assert "internals" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_pages_that_do_not_exist(operator: Running) -> None:
    """The API and the files answer 404; any other address is the page's own to judge."""
    for path in ("/api/nothing", "/ui/nothing.js", "/plugins"):
        answer = await operator.http.get(path)
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await operator.http.get("/incidents/42/comments")).headers["content-type"].startswith("text/html")


def test_the_host_knows_no_product() -> None:
    """No module of the host names the plug-in that is built beside it."""
    sources = Path(__file__).parents[2] / "src" / "reference_host"
    for path in sources.rglob("*.*"):
        if path.suffix in (".py", ".js", ".css", ".html"):
            assert "incident" not in path.read_text().lower(), path
