"""Preserving over HTTP: from a recorder's stream to a file that outlives the recording."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import av
import pytest
from tests.waiting import until

from incident_plugin.adapters.vault import cut, fallback
from incident_plugin.adapters.vault.fallback import Film
from incident_plugin.application.media_ports import MasterOrder
from incident_plugin.domain.errors import NoVideo
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.preserving import CopyState
from incident_plugin.domain.time import Interval


def ago(seconds: float) -> datetime:
    """The recorder has two hours of history."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


async def preserved(client, path, state=CopyState.KEPT):
    """Wait until every copy of a project is in a state; give how preserving stands."""
    found = {}

    async def ready():
        nonlocal found
        found = (await client.get(f"{path}/preserve")).json()
        return found["copies"] and all(copy["state"] == state for copy in found["copies"])

    await until(ready, f"copies that are {state}")
    return found


async def project(client, cameras, **more):
    """Make a project with four seconds of the lobby."""
    footage = [{"camera": cameras["Lobby"], "start": ago(604).isoformat(), "end": ago(600).isoformat()}]
    made = await client.post("/projects", json={"footage": footage, **more})
    assert made.status_code == 201, made.text
    return f"/projects/{made.json()['project']['id']}"


async def test_a_preserved_project_has_its_video_in_the_vault(runtime, client, cameras):
    """Chosen, copied and logged; the state of the sequence says that it is preserved."""
    path = await project(client, cameras)
    assert (await client.get(f"{path}/preserve")).json() == {"wanted": None, "by_rules": False, "copies": []}
    assert (await client.put(f"{path}/preserve", json={"wanted": True})).status_code == 200
    (copy,) = (await preserved(client, path))["copies"]
    file = runtime.parts.video.copies._vault.path(copy["sha256"])
    assert file.stat().st_size == copy["size"] > 10_000
    (state,) = (await client.get(f"{path}/sequences/states")).json()["states"]
    assert state["video"]["state"] == "preserved"
    log = (await client.get(f"{path}/activity")).json()["entries"]
    assert [e["action"] for e in log if "preserve" in e["action"]] == ["preserve.chosen", "video.preserved"]


async def test_what_the_vault_holds_is_counted(client, cameras):
    """Projects, those on hold, copies by their state, each file once, and since when none was read back."""
    assert (await client.get("/preserve-rules")).json()["vault"]["projects"] == 0
    footage = {"camera": cameras["Lobby"], "start": ago(604).isoformat(), "end": ago(600).isoformat()}
    paths = []
    for _ in range(2):
        made = (await client.post("/projects", json={"footage": [footage]})).json()
        paths.append(f"/projects/{made['project']['id']}")
        await client.put(f"{paths[-1]}/preserve", json={"wanted": True})
        copies = (await preserved(client, paths[-1]))["copies"]
    await client.put(f"{paths[0]}/hold", json={"reason": "Court order 7"})
    counted = (await client.get("/preserve-rules")).json()["vault"]
    since = datetime.fromisoformat(counted.pop("checked_since"))
    assert ago(600) < since <= ago(0)
    assert counted == {
        "projects": 2,
        "on_hold": 1,
        "copies": {"kept": 2, "waiting": 0, "failed": 0, "damaged": 0},
        "files": 1,
        "size": copies[0]["size"],
        "troubled": [],
    }


async def test_the_vault_gives_the_same_pictures_as_the_recorder(runtime, client, cameras):
    """NAL unit by NAL unit, at the same times, from the same key picture on."""
    path = await project(client, cameras)
    await client.put(f"{path}/preserve", json={"wanted": True})
    await preserved(client, path)
    kept = runtime.parts.video.copies.covering
    camera = CameraId(cameras["Lobby"])
    (copy,) = await until(lambda: runtime.parts.video.copies.of(camera), "a copy that is found")
    part = Interval(copy.interval.start + timedelta(seconds=1), copy.interval.end - timedelta(seconds=1))
    assert kept(camera, part) == copy
    film = Film(runtime.parts.video.copies._vault.path(copy.sha256), copy, part)
    ours = [unit async for unit in film]
    async with runtime.parts.recorders.network.replay(camera, part) as stream:
        theirs = [unit async for unit in stream]
        assert film.track == stream.track
    wanted = [u for u in theirs if u.time < part.end]
    assert [u.nals for u in ours] == [u.nals for u in wanted]
    assert [u.key for u in ours] == [u.key for u in wanted]
    assert all(abs(a.time - b.time) < timedelta(milliseconds=1) for a, b in zip(ours, wanted, strict=True))
    film.close()


def ordered(copy, part, target):
    """A part of a copy as a master, with the sound that it has."""
    return MasterOrder(camera=copy.camera, interval=part, target=target, sound=True)


async def test_a_cut_begins_with_a_key_picture_and_is_hashed(runtime, client, cameras, tmp_path):
    """The part that was asked for, playable by itself, from zero, with the hash of what was written."""
    path = await project(client, cameras)
    await client.put(f"{path}/preserve", json={"wanted": True})
    await preserved(client, path)
    camera = CameraId(cameras["Lobby"])
    (copy,) = await until(lambda: runtime.parts.video.copies.of(camera), "a copy that is found")
    part = Interval(copy.interval.start + timedelta(seconds=1), copy.interval.end - timedelta(seconds=1))
    source = runtime.parts.video.copies._vault.path(copy.sha256)
    written = cut(source, copy.delivered.start, ordered(copy, part, tmp_path / "cut.mp4")).written
    assert written.delivered.start <= part.start
    assert written.delivered.end >= part.end
    assert written.frames > 10
    again = cut(source, copy.delivered.start, ordered(copy, part, tmp_path / "again.mp4")).written
    assert again.sha256 == written.sha256
    early = copy.delivered.start - timedelta(hours=1)
    before = Interval(early, early + timedelta(seconds=1))
    with pytest.raises(NoVideo):
        cut(source, copy.delivered.start, ordered(copy, before, tmp_path / "no.mp4"))
    assert not (tmp_path / "no.mp4").exists()


async def exported(client, path, settings, folder):
    """Export the one sequence of a project as a single file; give what is said of it, and the file."""
    await client.post("/export-list", json={"projects": [int(path.rsplit("/", 1)[1])]})
    chosen = {"format": "media", "sign": False, **settings}
    ordered = await client.post("/exports", json={"settings": chosen})
    assert ordered.status_code == 201, ordered.text

    async def done():
        job = (await client.get(f"/exports/{ordered.json()['id']}")).json()
        return job if job["state"] == "done" else None

    export = await until(done, "the end of the export")
    (exhibit,) = export["exhibits"]
    file = folder / "master.mp4"
    name = f"{export['package']['name']}/{exhibit['file']}"
    file.write_bytes((await client.get(f"/exports/{export['id']}/files/{name}")).content)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == exhibit["sha256"]
    return exhibit, file


@pytest.mark.parametrize("sound", [True, False])
async def test_preserved_video_is_exported_with_its_sound_only_where_that_is_chosen(
    client, cameras, tmp_path, monkeypatch, sound
):
    """The lobby hears: an export is cut out of the vault with its sound, or with that left out."""
    cuts = []
    monkeypatch.setattr(fallback, "cut", lambda *given: cuts.append(given) or cut(*given))
    path = await project(client, cameras)
    await client.put(f"{path}/preserve", json={"wanted": True})
    await preserved(client, path)
    exhibit, file = await exported(client, path, {"sound": sound}, tmp_path)
    assert len(cuts) == 1
    assert exhibit["gaps"] == []
    assert exhibit["notes"] == []
    with av.open(str(file)) as container:
        pictures = [packet for packet in container.demux(video=0) if packet.size]
    assert len(pictures) == exhibit["frames"]
    assert ("G.711" in exhibit["sound"]) == sound
    with av.open(str(file)) as container:
        assert len(container.streams.audio) == sound
        heard = [packet for packet in container.demux(audio=0) if packet.size] if sound else []
    assert abs(sum(packet.size for packet in heard) / 8000 - (4 if sound else 0)) < 2.5


@pytest.mark.parametrize("rules", [{"sound": False}])
async def test_a_site_can_forbid_sound(runtime, client, cameras):
    """Nothing is preserved with it; who orders it is told before anything begins, and the list is kept."""
    path = await project(client, cameras)
    await client.put(f"{path}/preserve", json={"wanted": True})
    (copy,) = (await preserved(client, path))["copies"]
    with av.open(str(runtime.parts.video.copies._vault.path(copy["sha256"]))) as container:
        assert not container.streams.audio
    await client.post("/export-list", json={"projects": [int(path.rsplit("/", 1)[1])]})
    refused = await client.post("/exports", json={"settings": {"sound": True}})
    assert refused.status_code == 422
    assert "does not let recorded sound leave" in refused.json()["detail"]
    assert refused.json()["message_id"] == "incident.sound-forbidden"
    assert len((await client.get("/export-list")).json()["items"]) == 1


async def test_a_type_can_be_preserved_as_soon_as_it_is_saved(client, cameras):
    """Nobody has to think of it; a project can be left out by choice, and then its copies leave the vault."""
    rules = await client.put("/preserve-rules", json={"types": ["theft"]})
    assert rules.json() == {"types": ["theft"]}
    refused = await client.put("/preserve-rules", json={"types": ["nothing"]})
    assert refused.status_code == 422
    path = await project(client, cameras, type="theft")
    assert (await preserved(client, path))["by_rules"] is True
    await client.put(f"{path}/preserve", json={"wanted": False})

    async def gone():
        return (await client.get(f"{path}/preserve")).json()["copies"] == []

    await until(gone, "no copies")


async def test_what_nobody_needs_leaves_the_vault_and_a_hold_keeps_it(runtime, client, cameras):
    """Two projects share one file; it goes with the last one, and never under a legal hold."""
    first, second = await project(client, cameras), await project(client, cameras)
    for path in (first, second):
        await client.put(f"{path}/preserve", json={"wanted": True})
        await preserved(client, path)
    files = runtime.parts.video.copies._vault.files
    held = await client.put(f"{first}/hold", json={"reason": "Court order 12"})
    assert held.is_success, held.text
    refused = await client.put(f"{first}/preserve", json={"wanted": False})
    assert refused.status_code == 422
    assert "legal hold" in refused.json()["detail"]
    await client.put(f"{second}/preserve", json={"wanted": False})

    async def only_first():
        return (await client.get(f"{second}/preserve")).json()["copies"] == []

    await until(only_first, "the second project's copies to leave")
    assert len(files()) >= 1


async def test_damage_is_named(runtime, client, cameras):
    """A byte that changed on the disk is found when the copy is read back, and the file is named."""
    path = await project(client, cameras)
    await client.put(f"{path}/preserve", json={"wanted": True})
    (copy,) = (await preserved(client, path))["copies"]
    vault = runtime.parts.video.copies._vault
    assert vault.damage(copy["sha256"]) == ""
    file = vault.path(copy["sha256"])
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert "is not what was put into the vault" in vault.damage(copy["sha256"])
    file.unlink()
    assert "no longer in the vault" in vault.damage(copy["sha256"])
