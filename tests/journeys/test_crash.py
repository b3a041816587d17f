"""Nothing that was acknowledged is lost when the server is killed in the middle of work."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
from tests.journeys.sites import RunningSite

PLUGIN = "/plugins/incident"


def cameras_of(client: httpx.Client) -> dict[str, str]:
    """Camera ids by name."""
    answer = client.get("/api/cameras").raise_for_status().json()
    return {camera["name"]: camera["id"] for camera in answer["cameras"]}


def look_at(client: httpx.Client, number: int, cameras: list[str]) -> None:
    """Report a live view and wait for the acknowledgement."""
    view = {"client": "browser-tab", "number": number, "mode": "live", "cameras": cameras}
    client.post("/api/view", json=view).raise_for_status()


def test_a_collection_survives_kill_9_and_is_saved_afterwards(site: RunningSite):
    """Start and two view changes are acknowledged, the server is killed: all is there and is saved."""
    with site.signed_in() as client:
        cameras = cameras_of(client)
        look_at(client, 1, [cameras["Lobby"]])
        body = {"client": "browser-tab", "cameras": [cameras["Lobby"]]}
        started = client.post(f"{PLUGIN}/collections", json=body).raise_for_status().json()
        look_at(client, 2, [cameras["Lobby"], cameras["Corridor"]])
        look_at(client, 3, [cameras["Corridor"]])
        before = client.get(f"{PLUGIN}/collections").json()["collections"]
        site.kill_host()
    site.start_host()
    with site.signed_in() as client:
        after = client.get(f"{PLUGIN}/collections").json()["collections"]
        assert [c["id"] for c in after] == [started["id"]]
        assert after == before
        saved = client.post(f"{PLUGIN}/collections/{started['id']}/save", json={}).raise_for_status().json()
        assert [s["footage"]["camera_name"] for s in saved["sequences"]] == ["Lobby", "Corridor"]


def test_every_acknowledged_change_is_there_after_kill_9(site: RunningSite):
    """Drafts, fields and comments are written until the server is killed: what was acknowledged is there."""
    acknowledged: list[str] = []
    with site.signed_in() as client:
        camera = cameras_of(client)["Lobby"]
        project = client.post(f"{PLUGIN}/projects", json={}).raise_for_status().json()["project"]
        enough = threading.Event()
        killer = threading.Thread(target=lambda: enough.wait() and site.kill_host())
        killer.start()
        last = random.randrange(20, 120)
        start = datetime.now(UTC) - timedelta(hours=1)
        try:
            for number in count():
                if number == last:
                    enough.set()
                text = f"comment {number}"
                path = f"{PLUGIN}/projects/{project['id']}/comments"
                client.post(path, json={"text": text}).raise_for_status()
                acknowledged.append(text)
                if number % 10 == 0:
                    begin = start + timedelta(seconds=number)
                    pick = {
                        "camera": camera,
                        "start": begin.isoformat(),
                        "end": (begin + timedelta(seconds=1)).isoformat(),
                    }
                    client.post(f"{PLUGIN}/drafts", json={"footage": [pick]}).raise_for_status()
                    acknowledged.append(f"draft {begin.isoformat()}")
        except httpx.TransportError:
            pass
        finally:
            enough.set()
            killer.join()
    site.start_host()
    with site.signed_in() as client:
        stored = client.get(f"{PLUGIN}/projects/{project['id']}").raise_for_status().json()
        drafts = client.get(f"{PLUGIN}/drafts").raise_for_status().json()["sequences"]
        activity = client.get(f"{PLUGIN}/projects/{project['id']}/activity").raise_for_status().json()
    found = {comment["text"] for comment in stored["comments"]}
    starts = (datetime.fromisoformat(s["footage"]["interval"]["start"]) for s in drafts)
    found |= {f"draft {start.isoformat()}" for start in starts}
    assert len(acknowledged) > last
    assert [one for one in acknowledged if one not in found] == []
    assert activity["fault"] is None
