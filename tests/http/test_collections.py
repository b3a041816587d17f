"""Collecting over HTTP: start, follow, save, discard, resume; the clock is the test's."""

from __future__ import annotations

import contextlib
from datetime import datetime

import attrs
import httpx
import pytest
from tests.programs import RECORDER_USER
from tests.support import OPERATOR, SetClock, as_principal, host_services

from incident_plugin.adapters.onvif import OnvifDevice
from incident_plugin.application.incidents.collections import MOST_RUNNING, UNDO_WITHIN
from incident_plugin.assembly import assemble
from incident_plugin.domain.collection import SIGN_OF_LIFE_MARGIN
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import RecorderSettings, Settings
from vms_hooks.values import HostEvent, HostEventKind, View, ViewMode


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def host(tmp_path, clock):
    return host_services(tmp_path, clock=clock)


@pytest.fixture
def look_at(runtime, cameras, clock):
    """Report that the operator's live view now shows these cameras."""
    numbers = iter(range(1, 1000))

    async def look(
        *names: str, client: str = "tab", mode: ViewMode = ViewMode.LIVE, runtime: IncidentRuntime = runtime
    ) -> None:
        view = View(
            principal=OPERATOR,
            client=client,
            number=next(numbers),
            mode=mode,
            cameras=tuple(cameras[name] for name in names),
            at=clock.now(),
        )
        await runtime.view_changed(view)

    return look


async def start(client, cameras, *names: str) -> dict:
    body = {"client": "tab", "cameras": [cameras[name] for name in names]}
    response = await client.post("/collections", json=body)
    assert response.status_code == 201, response.text
    return response.json()


def seconds(sequence: dict, origin: datetime) -> tuple[str, float, float]:
    """Name, start and end in seconds after ``origin``."""
    interval = sequence["footage"]["interval"]
    ends = (datetime.fromisoformat(interval[key]) for key in ("start", "end"))
    return (sequence["footage"]["camera_name"], *((end - origin).total_seconds() for end in ends))


async def test_following_a_person_gives_the_sequences_of_what_was_in_view(client, cameras, clock, look_at):
    """Changing the view closes and opens sequences to the second, each with its pre-roll of 30 s."""
    origin = clock.now()
    collection = await start(client, cameras, "Lobby")
    clock.advance(seconds=10)
    await look_at("Lobby", "Corridor")
    clock.advance(seconds=5)
    await look_at("Corridor")
    clock.advance(seconds=7)
    saved = await client.post(
        f"/collections/{collection['id']}/save", json={"type": "theft", "description": "followed"}
    )
    assert saved.status_code == 201
    assert [seconds(s, origin) for s in saved.json()["sequences"]] == [
        ("Lobby", -30, 15),
        ("Corridor", -20, 22),
    ]
    assert saved.json()["fields"]["type"] == "theft"
    assert (await client.get("/collections")).json()["collections"] == []


async def test_a_camera_seen_twice_gives_two_sequences(client, cameras, clock, look_at):
    """A camera that comes back after more than pre-roll and merge time opens a second sequence."""
    origin = clock.now()
    collection = await start(client, cameras, "Lobby")
    clock.advance(seconds=10)
    await look_at("Yard")
    clock.advance(seconds=20)
    await look_at("Yard")
    clock.advance(seconds=16)
    await look_at("Lobby")
    clock.advance(seconds=4)
    saved = (await client.post(f"/collections/{collection['id']}/save", json={})).json()
    assert sorted(seconds(s, origin) for s in saved["sequences"]) == [
        ("Lobby", -30, 10),
        ("Lobby", 16, 50),
        ("Yard", -20, 46),
    ]


async def test_a_camera_that_comes_back_soon_goes_on_with_its_sequence(client, cameras, clock, look_at):
    """Within pre-roll and merge time there is one sequence: two of one camera never overlap."""
    origin = clock.now()
    collection = await start(client, cameras, "Lobby")
    clock.advance(seconds=10)
    await look_at("Yard")
    clock.advance(seconds=20)
    await look_at("Lobby", "Yard")
    clock.advance(seconds=4)
    saved = (await client.post(f"/collections/{collection['id']}/save", json={})).json()
    assert ("Lobby", -30, 34) in [seconds(s, origin) for s in saved["sequences"]]


@pytest.mark.parametrize("mode", [ViewMode.PLAYBACK, ViewMode.OTHER])
async def test_looking_at_something_else_changes_nothing(client, cameras, clock, look_at, mode):
    """Views of other tabs are signs of life: they neither close nor open what is collected."""
    await start(client, cameras, "Lobby")
    for _ in range(6):
        clock.advance(seconds=10)
        await look_at("Yard", mode=mode)
    (running,) = (await client.get("/collections")).json()["collections"]
    assert [(s["camera_name"], s["end"]) for s in running["sequences"]] == [("Lobby", None)]


async def test_another_tab_of_the_browser_does_not_feed_the_collection(client, cameras, look_at):
    """Only the tab that started a collection feeds it, until another one goes on with it."""
    collection = await start(client, cameras, "Lobby")
    await look_at("Yard", client="other tab")
    (running,) = (await client.get("/collections")).json()["collections"]
    assert [s["camera_name"] for s in running["sequences"]] == ["Lobby"]
    body = {"client": "other tab", "cameras": [cameras["Yard"]]}
    resumed = (await client.post(f"/collections/{collection['id']}/resume", json=body)).json()
    assert [s["camera_name"] for s in resumed["sequences"]] == ["Lobby", "Yard"]


async def test_a_vanished_browser_ends_its_sequences_after_the_margin(client, cameras, clock):
    """Without signs of life open sequences end 30 s after the last one, marked so; the collection stays."""
    origin = clock.now()
    collection = await start(client, cameras, "Lobby")
    clock.advance(minutes=10)
    (running,) = (await client.get("/collections")).json()["collections"]
    assert running["sequences"][0]["end_unconfirmed"]
    saved = (await client.post(f"/collections/{collection['id']}/save", json={})).json()
    margin = SIGN_OF_LIFE_MARGIN.total_seconds()
    assert [seconds(s, origin) for s in saved["sequences"]] == [("Lobby", -30, margin)]
    assert saved["sequences"][0]["end_unconfirmed"]


async def test_a_discarded_collection_is_gone_and_makes_no_project(client, cameras):
    """A discarded collection is not saved any more: that says that it is gone."""
    collection = await start(client, cameras, "Lobby")
    path = f"/collections/{collection['id']}"
    assert (await client.post(f"{path}/discard")).status_code == 204
    assert (await client.post(f"{path}/save", json={})).status_code == 404
    assert (await client.post(f"{path}/discard")).status_code == 404
    assert (await client.get("/projects")).json()["total"] == 0


async def test_a_refused_save_keeps_the_collection(client, cameras):
    """An over-long description or a type that is not there: refused in words, and the collection goes on."""
    collection = await start(client, cameras, "Lobby")
    path = f"/collections/{collection['id']}/save"
    assert (await client.post(path, json={"description": "x" * 100_001})).status_code == 422
    assert (await client.post(path, json={"type": "no such type"})).status_code == 422
    assert len((await client.get("/collections")).json()["collections"]) == 1
    assert (await client.get("/projects")).json()["total"] == 0


async def test_unknown_cameras_in_a_view_are_left_out(client, cameras):
    """A view that names a camera nobody knows collects the others."""
    body = {"client": "tab", "cameras": ["nowhere:1", cameras["Lobby"]]}
    collection = (await client.post("/collections", json=body)).json()
    assert [s["camera_name"] for s in collection["sequences"]] == ["Lobby"]


@attrs.frozen
class Restarted:
    """The plug-in after a restart, whose recorder has not answered yet."""

    runtime: IncidentRuntime
    client: httpx.AsyncClient
    _patched: pytest.MonkeyPatch

    async def hear_from_the_recorder(self) -> None:
        """Let the recorder answer."""
        self._patched.undo()
        await self.runtime.parts.recorders.cameras.refresh()


@pytest.fixture
async def restart(runtime, host, recorder_address):
    """Start the plug-in again on the same data."""
    async with contextlib.AsyncExitStack() as stack:

        async def mute(_):
            raise RecorderUnavailable("The recorder does not answer.")

        async def again() -> Restarted:
            await runtime.stop()
            patched = stack.enter_context(pytest.MonkeyPatch.context())
            patched.setattr(OnvifDevice, "channels", mute)
            settings = Settings(recorder=RecorderSettings(address=recorder_address, username=RECORDER_USER))
            started = IncidentRuntime(parts=assemble(host, settings))
            await started.start()
            stack.push_async_callback(started.stop)
            transport = httpx.ASGITransport(as_principal(started.parts.app, OPERATOR))
            client = httpx.AsyncClient(transport=transport, base_url="http://plugin")
            return Restarted(started, await stack.enter_async_context(client), patched)

        yield again


async def test_views_before_the_recorder_has_answered_are_collected(client, cameras, clock, look_at, restart):
    """After a restart what is open goes on; what comes into view is taken, and named when it can be."""
    origin = clock.now()
    collection = await start(client, cameras, "Lobby")
    again = await restart()

    async def open_now() -> set[str]:
        sequences = (await running(again.client))[collection["id"]]["sequences"]
        return {one["camera_name"] for one in sequences if not one["end"]}

    for names in (("Lobby",), ("Lobby", "Yard")):
        clock.advance(seconds=10)
        await look_at(*names, runtime=again.runtime)
    assert await open_now() == {"Lobby", cameras["Yard"]}
    await again.hear_from_the_recorder()
    assert await open_now() == {"Lobby", "Yard"}
    clock.advance(seconds=10)
    saved = (await again.client.post(f"/collections/{collection['id']}/save", json={})).json()
    assert [seconds(one, origin) for one in saved["sequences"]] == [("Lobby", -30, 30), ("Yard", -10, 30)]
    assert len({one["footage"]["recorder"] for one in saved["sequences"]}) == 1


async def test_what_was_done_with_cameras_is_told_by_the_project(client, cameras, clock, look_at):
    """Movements and snapshots of a collected camera come into its activity log; others concern nobody."""
    collection = await start(client, cameras, "Yard")
    yard, lobby = cameras["Yard"], cameras["Lobby"]
    for gesture, passed in (("one", 3), ("two", 90), ("three", 1)):
        move = {"gesture": gesture, "zoom": 0.5}
        assert (await client.post(f"/ptz/moves/{yard}", json=move)).status_code == 204
        assert (await client.post(f"/ptz/stops/{yard}", json={"gesture": gesture})).status_code == 204
        clock.advance(seconds=passed)
        await look_at("Yard")
    for camera in (lobby, yard):
        assert (await client.post(f"/snapshots/{camera}")).status_code == 204
    saved = await client.post(f"/collections/{collection['id']}/save", json={})
    log = await client.get(f"/projects/{saved.json()['id']}/activity")
    told = [
        (e["action"], e["text"], " to " in e["text"])
        for e in log.json()["entries"]
        if e["action"] in ("camera.moved", "snapshot.taken")
    ]
    assert [one[::2] for one in told] == [
        ("camera.moved", True),
        ("camera.moved", False),
        ("snapshot.taken", False),
    ]


async def test_a_camera_is_moved_and_stands_still_again(client, cameras, runtime):
    """Over ONVIF, for as long as it is asked for; a camera without motors says so."""
    refused = await client.post(f"/ptz/moves/{cameras['Lobby']}", json={"gesture": "g", "pan": 1})
    assert (refused.status_code, refused.json()["title"]) == (404, "Cannot move the camera. Try again later.")
    presets = (await client.get(f"/ptz/presets/{cameras['Yard']}")).json()["presets"]
    assert presets
    gone = await client.post(f"/ptz/presets/{cameras['Yard']}", json={"token": presets[0]["token"]})
    assert gone.status_code == 204
    for body in ({"gesture": ""}, {"gesture": "g", "pan": 2}, {"gesture": "g", "pan": "x"}, {}):
        answer = await client.post(f"/ptz/moves/{cameras['Yard']}", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def by_id(collections: list[dict]) -> dict[str, dict]:
    return {collection["id"]: collection for collection in collections}


async def running(client) -> dict[str, dict]:
    return by_id((await client.get("/collections")).json()["collections"])


async def test_a_view_feeds_the_collection_started_last_and_the_other_waits(client, cameras, clock, look_at):
    """Of several collections in one browser tab one follows the view; which one can be changed."""
    first = await start(client, cameras, "Lobby")
    clock.advance(seconds=10)
    second = await start(client, cameras, "Lobby")
    clock.advance(seconds=10)
    await look_at("Yard")
    found = await running(client)
    assert [found[c["id"]]["client"] for c in (first, second)] == ["", "tab"]
    assert [s["camera_name"] for s in found[first["id"]]["sequences"]] == ["Lobby"]
    assert [s["camera_name"] for s in found[second["id"]]["sequences"]] == ["Lobby", "Yard"]

    body = {"client": "tab", "cameras": [cameras["Corridor"]]}
    await client.post(f"/collections/{first['id']}/resume", json=body)
    found = await running(client)
    assert [found[c["id"]]["client"] for c in (first, second)] == ["tab", ""]
    assert all(s["end"] for s in found[second["id"]]["sequences"])


async def test_two_tabs_of_one_operator_feed_a_collection_each(client, cameras, look_at):
    """Every browser tab has a view of its own."""
    first = await start(client, cameras, "Lobby")
    body = {"client": "tab-2", "cameras": [cameras["Yard"]]}
    second = (await client.post("/collections", json=body)).json()
    await look_at("Corridor", client="tab-2")
    found = await running(client)
    assert [s["camera_name"] for s in found[first["id"]]["sequences"]] == ["Lobby"]
    assert [s["camera_name"] for s in found[second["id"]]["sequences"]] == ["Yard", "Corridor"]


async def test_a_collection_waits_and_goes_on(client, cameras, clock, look_at):
    """Paused: views are not collected and nothing is unconfirmed; doing it twice changes nothing."""
    collection = await start(client, cameras, "Lobby")
    path = f"/collections/{collection['id']}"
    clock.advance(seconds=10)
    paused = (await client.post(f"{path}/pause")).json()
    clock.advance(minutes=10)
    await look_at("Yard")
    assert (await client.post(f"{path}/pause")).json() == paused
    body = {"client": "tab", "cameras": [cameras["Yard"]]}
    (resumed,) = [(await client.post(f"{path}/resume", json=body)).json()]
    assert [(s["camera_name"], s["end_unconfirmed"]) for s in resumed["sequences"]] == [
        ("Lobby", False),
        ("Yard", False),
    ]


async def test_a_discarded_collection_can_be_put_back_for_ten_minutes(client, cameras, clock, runtime):
    """Undo gives all of it back, waiting; afterwards it is forgotten for good."""
    collection = await start(client, cameras, "Lobby")
    path = f"/collections/{collection['id']}"
    clock.advance(seconds=10)
    await client.post(f"{path}/discard")
    answer = (await client.get("/collections")).json()
    assert answer["collections"] == []
    assert [c["id"] for c in answer["discarded"]] == [collection["id"]]
    back = (await client.post(f"{path}/discard/undo")).json()
    assert (back["discarded_at"], back["client"]) == (None, "")
    assert [s["camera_name"] for s in back["sequences"]] == ["Lobby"]

    await client.post(f"{path}/discard")
    clock.advance(seconds=UNDO_WITHIN.total_seconds() + 1)
    assert (await client.get("/collections")).json()["discarded"] == []
    late = await client.post(f"{path}/discard/undo")
    assert (late.status_code, late.json()["message_id"]) == (404, "incident.collection-gone")
    runtime.parts.incidents.collections.tidy()
    with runtime.parts.ground.store.read() as stored:
        assert stored.collections.all() == ()


async def test_signing_out_lets_the_collection_wait_and_others_go_on(runtime, cameras, clock):
    """A sign-out ends what its own view fed, to the second; the same person's other machine goes on."""
    ids = {}
    for session in ("here", "there"):
        principal = attrs.evolve(OPERATOR, session=session)
        transport = httpx.ASGITransport(as_principal(runtime.parts.app, principal))
        async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as client:
            body = {"client": session, "cameras": [cameras["Lobby"]]}
            ids[session] = (await client.post("/collections", json=body)).json()["id"]
            clock.advance(seconds=10)
    event = HostEvent(
        kind=HostEventKind.SIGNED_OUT, at=clock.now(), principal=OPERATOR, session="here", number=1
    )
    await runtime.host_event(event)
    transport = httpx.ASGITransport(as_principal(runtime.parts.app, OPERATOR))
    async with httpx.AsyncClient(transport=transport, base_url="http://plugin") as client:
        found = await running(client)
        assert found[ids["here"]]["client"] == ""
        assert found[ids["there"]]["client"] == "there"
        assert datetime.fromisoformat(found[ids["here"]]["sequences"][0]["end"]) == clock.now()
        # Signed out everywhere.
        await runtime.host_event(attrs.evolve(event, session="", number=2))
        assert {one["client"] for one in (await running(client)).values()} == {""}


async def test_the_activity_log_tells_how_the_view_changed(client, cameras, clock, look_at):
    """Who opens the project reads which camera came into view and left it, and when."""
    origin = clock.now()
    collection = await start(client, cameras, "Lobby")
    clock.advance(seconds=10)
    await look_at("Yard")
    clock.advance(seconds=5)
    saved = (await client.post(f"/collections/{collection['id']}/save", json={})).json()
    log = (await client.get(f"/projects/{saved['id']}/activity")).json()["entries"]
    told = [
        (e["action"], e["subject"], round((datetime.fromisoformat(e["after"]) - origin).total_seconds()))
        for e in log
        if e["action"].startswith("view.")
    ]
    assert told == [
        ("view.shown", "Lobby", 0),
        ("view.left", "Lobby", 10),
        ("view.shown", "Yard", 10),
    ]


async def test_there_is_an_end_to_collections_of_one_operator(client, cameras):
    """More than can be told apart are refused in words, and nothing is lost."""
    for _ in range(MOST_RUNNING):
        await start(client, cameras, "Lobby")
    body = {"client": "tab", "cameras": [cameras["Lobby"]]}
    refused = await client.post("/collections", json=body)
    assert refused.status_code == 422
    assert "Save or discard one" in refused.json()["detail"]
    assert len(await running(client)) == MOST_RUNNING


async def test_the_rules_are_told(client):
    """The page can say how much is taken along."""
    answer = (await client.get("/collections")).json()
    assert (answer["pre_roll"], answer["merge_within"]) == (30, 5)


class TestRules:
    """What a site decides of pre-roll and merge time holds."""

    @pytest.fixture
    def rules(self):
        return {"pre_roll_seconds": 0, "merge_within_seconds": 20}

    async def test_without_pre_roll_and_with_a_longer_merge_time(self, client, cameras, clock, look_at):
        """No second before; a camera away for 20 s is one sequence, for 21 s two."""
        origin = clock.now()
        collection = await start(client, cameras, "Lobby")
        for away in (20, 21):
            clock.advance(seconds=10)
            await look_at("Yard")
            clock.advance(seconds=away)
            await look_at("Lobby")
        clock.advance(seconds=4)
        saved = (await client.post(f"/collections/{collection['id']}/save", json={})).json()
        assert [s for s in (seconds(s, origin) for s in saved["sequences"]) if s[0] == "Lobby"] == [
            ("Lobby", 0, 40),
            ("Lobby", 61, 65),
        ]


@pytest.mark.parametrize("jump", [-86_400, -3_600, -40, -5, 5, 40, 3_600, 86_400])
async def test_a_clock_that_jumps_while_collecting_loses_nothing(client, cameras, clock, look_at, jump):
    """What was seen before the jump and after it is in the project, by the clock of each time."""
    origin = clock.now()
    collection = await start(client, cameras, "Lobby")
    clock.advance(seconds=10)
    await look_at("Lobby")
    clock.advance(seconds=jump)
    await look_at("Lobby")
    clock.advance(seconds=10)
    await look_at("Yard")
    assert (await running(client))[collection["id"]]["client"] == "tab"
    saved = (await client.post(f"/collections/{collection['id']}/save", json={})).json()
    lobby = [s[1:] for s in (seconds(s, origin) for s in saved["sequences"]) if s[0] == "Lobby"]
    for start_, end in ((-30, 10), (10 + jump, 20 + jump)):
        assert any(first <= start_ and end <= last for first, last in lobby), lobby
