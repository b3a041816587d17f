"""Hostile texts in what a recorder says over ONVIF and RTSP, through the whole plug-in."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from html import escape

import pytest
from tests.adversary.device import Conduct, Device, refused
from tests.adversary.replies import (
    Asked,
    fault,
    found_recordings,
    information,
    profile,
    profiles,
    recording,
    stamp,
)
from tests.hostile import HOSTILE, letters
from tests.http.test_hostile_texts import cells, file_of, put, text_of

from incident_plugin.domain.text import MAXIMUM_LINE

#: What XML 1.0 can carry, section 2.2: all else is no answer at all.
CARRIED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.fixture
def device() -> Iterator[Device]:
    with Device() as made:
        yield made


def is_a_line(text: str, most: int = MAXIMUM_LINE) -> bool:
    """Whether a text may stand on a page and in a log."""
    controls = [one for one in text if unicodedata.category(one) in ("Cc", "Zl", "Zp") or one in TURNING]
    return not controls and len(text) <= most


def named(words: str) -> Conduct:
    """A recorder that calls everything so."""
    presets = f'<tptz:Preset token="1"><tt:Name>{words}</tt:Name></tptz:Preset>'

    def recordings(asked: Asked) -> str:
        one = recording(stamp(asked.start), stamp(asked.now)).replace(">Door<", f">{words}<")
        return found_recordings(one)

    called = information().replace(">M<", f">{words}<").replace(">X<", f">{words}<")
    return Conduct(
        soap={
            "GetDeviceInformation": called.replace("Version>1<", f"Version>{words}<"),
            "GetProfiles": profiles(profile(name=words)),
            "GetRecordingSearchResults": recordings,
            "GetPresets": f"<tptz:GetPresetsResponse>{presets}</tptz:GetPresetsResponse>",
        }
    )


@pytest.mark.parametrize("kind", HOSTILE)
async def test_what_a_recorder_says_is_a_line_of_text(client, runtime, device, caplog, kind: str) -> None:
    """Names of the device, cameras and positions, faults, reasons: on pages, in reports, tables and logs."""
    words = CARRIED.sub("", HOSTILE[kind])
    device.behave(named(escape(words, quote=False)))
    body = {"name": "North", "address": device.url, "username": "u", "password": "p"}
    recorder = (await put(client, "POST", "/recorders", body)).json()
    assert len(recorder["state"]["device"]) <= 3 * MAXIMUM_LINE + 20
    camera = next(one for one in runtime.parts.recorders.cameras.known if one.recorder == "North")
    positions = (await put(client, "GET", f"/ptz/presets/{camera.id}", None)).json()["presets"]
    for shown in (camera.name, positions[0]["name"]):
        assert is_a_line(shown)
        assert letters(shown)
        assert letters(words).startswith(letters(shown))
    footage = [
        {"camera": camera.id, "start": stamp(device.start), "end": stamp(device.start).replace("Z", ".9Z")}
    ]
    project = (await put(client, "POST", "/projects", {"footage": footage})).json()["project"]["id"]
    _, pdf = await file_of(client, f"/projects/{project}/reports", {"title": "", "show_user_names": True})
    assert letters(camera.name.split()[0]) in text_of(pdf)
    cells((await put(client, "POST", "/audit/file?form=csv", None)).content)

    device.behave(Conduct(soap={"*": fault("Action", reason=escape(words, quote=False))}))
    tested = await put(client, "POST", "/recorder-test", body)
    steps = [json.loads(line) for line in tested.text.splitlines()]
    assert not [step["said"] for step in steps if not is_a_line(step["said"], 2 * MAXIMUM_LINE)]
    device.behave(Conduct(rtsp={"DESCRIBE": refused(500, " ".join(words.split())[:500])}))
    wanted = {"start": stamp(device.start), "end": stamp(device.start).replace("Z", ".9Z")}
    video = await client.get(f"/video/{camera.id}", params=wanted)
    assert video.status_code == 502, video.text
    assert is_a_line(video.json()["detail"], 2 * MAXIMUM_LINE)
    told = [record.getMessage() for record in caplog.records]
    assert not [one for one in told if TURNING & set(one) or "\n2026-11-02" in one or "\x1b" in one]
