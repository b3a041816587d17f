"""Recorded pictures, reports and exports over HTTP: from the recorder's stream to files that readers open."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import av
import numpy as np
import pytest
from pypdf import PdfReader
from tests.waiting import until

from demo_recorder.strip import read_strip
from incident_plugin.adapters.evidence.checking import check
from incident_plugin.adapters.evidence.sources import Folder, opened
from incident_plugin.domain.exports import ExportSettings
from incident_plugin.http.exports import SettingsBody


def ago(seconds: float) -> datetime:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).replace(microsecond=0)


def picture_times(file: bytes) -> list[datetime]:
    """Read the time strip of every picture of a video file."""
    times = []
    with av.open(io.BytesIO(file)) as container:
        for frame in container.decode(video=0):
            reading = read_strip(np.asarray(frame.to_ndarray(format="gray")))
            times.append(reading.moment)
    return times


async def finished(client, export: dict) -> dict:
    """Wait until an export has ended, however it did."""

    async def ended() -> dict | None:
        job = (await client.get(f"/exports/{export['id']}")).json()
        return None if job["state"] in ("queued", "running") else job

    return await until(ended, "the end of the export")


async def sent_project(client, *footage: tuple[str, datetime, datetime]) -> dict:
    """Give a project with these sequences, sent for export."""
    picks = [{"camera": c, "start": s.isoformat(), "end": e.isoformat()} for c, s, e in footage]
    project = (await client.post("/projects", json={"footage": picks})).json()["project"]
    await client.post("/export-list", json={"projects": [project["id"]]})
    return project


async def test_part_that_was_fetched_is_not_fetched_again_but_its_camera_is_asked_about(
    client, cameras, host
):
    """Bit by bit the same without the recorder; who may not see the camera gets nothing, kept or not."""
    start = ago(600)
    query = {"start": start.isoformat(), "end": (start + timedelta(seconds=4)).isoformat(), "groups": "1"}
    at = {"at": start.isoformat(), "width": "160"}
    first = await client.get(f"/video/{cameras['Yard']}", params=query)
    picture = await client.get(f"/stills/{cameras['Yard']}", params=at)
    assert list((host.storage / "cache" / "playback").iterdir())
    again = await client.get(f"/video/{cameras['Yard']}", params=query)
    assert again.content == first.content
    assert again.headers["video-start"] == first.headers["video-start"]
    assert again.headers["video-codec"] == first.headers["video-codec"]
    assert (await client.get(f"/stills/{cameras['Yard']}", params=at)).content == picture.content
    host.access.hidden_cameras = frozenset({cameras["Yard"]})
    assert (await client.get(f"/video/{cameras['Yard']}", params=query)).status_code == 403
    assert (await client.get(f"/stills/{cameras['Yard']}", params=at)).status_code == 403


async def test_stills_have_a_size_that_makes_sense(client, cameras):
    """A width of nothing, or of a wall, is refused in words."""
    for width, status in (("160", 200), ("0", 422), ("99999", 422), ("wide", 422)):
        answer = await client.get(
            f"/stills/{cameras['Lobby']}", params={"at": ago(600).isoformat(), "width": width}
        )
        assert answer.status_code == status, width


async def test_picker_is_told_what_projects_have_already(client, cameras):
    """The same time once more is added, with a warning that names the project; so is a whole day."""
    start = ago(900)
    pick = {"camera": cameras["Lobby"], "start": start.isoformat(), "end": ago(840).isoformat()}
    first = (await client.post("/projects", json={"footage": [pick]})).json()
    assert first["warnings"] == []
    again = (await client.post("/drafts", json={"footage": [pick]})).json()
    assert f"already in incident project {first['project']['id']}." in " ".join(again["warnings"])
    day = {"camera": cameras["Corridor"], "start": ago(86_400).isoformat(), "end": ago(60).isoformat()}
    warnings = " ".join((await client.post("/drafts", json={"footage": [day]})).json()["warnings"])
    assert "24 hours of video. Check both times." in warnings


async def test_a_gap_at_the_chosen_end_is_named(client, cameras, recorder_process):
    """Of the last camera a minute is missing: an end within it is told apart from a gap in the middle."""
    gap = recorder_process.since + timedelta(minutes=90)
    for end, words in ((20, "stops 20 s before. In all 20 s are missing"), (120, "no video for 60 s of")):
        pick = {
            "camera": cameras["Yard"],
            "start": (gap - timedelta(seconds=30)).isoformat(),
            "end": (gap + timedelta(seconds=end)).isoformat(),
        }
        (warning,) = (await client.post("/drafts", json={"footage": [pick]})).json()["warnings"]
        assert words in warning


async def test_recorded_video_shows_what_was_asked_for(client, cameras):
    """The pictures' own time strips reach from the key picture before the start to the end, none missing."""
    start = ago(600) + timedelta(seconds=1)
    end = start + timedelta(seconds=6)
    response = await client.get(
        f"/video/{cameras['Corridor']}", params={"start": start.isoformat(), "end": end.isoformat()}
    )
    assert response.status_code == 200
    assert response.headers["video-codec"].startswith("avc1.42")
    times = picture_times(response.content)
    assert abs(datetime.fromisoformat(response.headers["video-start"]) - times[0]) < timedelta(seconds=0.3)
    assert start - timedelta(seconds=2.5) <= times[0] <= start
    assert end - timedelta(seconds=0.2) <= times[-1] <= end + timedelta(seconds=0.2)
    steps = np.diff([t.timestamp() for t in times])
    assert steps.max() < 0.1


async def test_a_still_is_the_picture_of_its_time(client, cameras):
    """The JPEG of an instant is the key picture at or before it."""
    at = ago(600)
    response = await client.get(f"/stills/{cameras['Lobby']}", params={"at": at.isoformat()})
    assert response.headers["content-type"] == "image/jpeg"
    (time,) = picture_times(response.content)
    assert at - timedelta(seconds=2.5) <= time <= at + timedelta(seconds=0.2)


async def test_where_nothing_is_recorded_there_is_no_still_and_no_error(client, cameras):
    """A preview that shows several says which have none; browsers would log each refusal as an error."""
    response = await client.get(f"/stills/{cameras['Lobby']}", params={"at": ago(10 * 86_400).isoformat()})
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("query", [{}, {"start": "x", "end": "y"}, {"start": "2026-01-01T00:00:00"}])
async def test_a_time_that_is_none_is_refused(client, cameras, query):
    """Times that are missing, broken or without zone are refused in words."""
    response = await client.get(f"/video/{cameras['Lobby']}", params=query)
    assert response.status_code == 422


async def unpacked(client, export: dict, directory: Path) -> Path:
    """Download everything, as a person does; give the folder of the package."""
    archive = await client.get(f"/exports/{export['id']}/archive")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as files:
        assert all(entry.date_time[0] >= ago(0).year for entry in files.infolist())
        files.extractall(directory)
    return directory / export["package"]["name"]


async def test_an_export_delivers_what_was_asked_for_and_says_its_hashes(client, cameras, tmp_path):
    """The package is whole; the pictures reach from start to end; the log says so."""
    start = ago(900)
    end = start + timedelta(seconds=20)
    project = await sent_project(client, (cameras["Lobby"], start, end), (cameras["Yard"], start, end))
    export = await finished(client, (await client.post("/exports", json={})).json())
    assert (export["state"], export["message"]) == ("done", "")
    assert (await client.get("/export-list")).json()["items"] == []
    package = await unpacked(client, export, tmp_path)
    assert check(Folder(package)).faults == ()
    for exhibit in export["exhibits"]:
        times = picture_times((package / exhibit["file"]).read_bytes())
        assert start - timedelta(seconds=2.5) <= times[0] <= start
        assert end <= times[-1] <= end + timedelta(seconds=0.2)
        assert exhibit["gaps"] == []
    described = json.loads((package / "data/package.json").read_text())
    assert [e["camera_name"] for e in described["exhibits"]] == ["Lobby", "Yard"]
    assert described["exhibits"][0]["requested"]["end"]["utc"] == end.isoformat().replace("+00:00", "Z")
    activity = (await client.get(f"/projects/{project['id']}/activity")).json()["entries"]
    assert [e["action"] for e in activity][-2:] == ["report.generated", "export.finished"]
    assert "Olivia" not in (package / "data/activity-log.jsonl").read_text()


async def test_one_file_of_an_export_can_be_fetched_in_part(client, cameras):
    """A download can be resumed: the file answers ranges, and nothing outside the export can be named."""
    start = ago(900)
    await sent_project(client, (cameras["Lobby"], start, start + timedelta(seconds=4)))
    export = await finished(client, (await client.post("/exports", json={})).json())
    file = f"{export['package']['name']}/{export['exhibits'][0]['file']}"
    part = await client.get(f"/exports/{export['id']}/files/{file}", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    for name in ("..%2f..%2fstore%2fincidents.db", "%2e%2e", "nothing.mp4", "result.json"):
        assert (await client.get(f"/exports/{export['id']}/files/{name}")).status_code == 404


async def test_an_export_whose_files_are_gone_offers_none(client, cameras, host):
    """As after a restore that left them out; back in their place they are offered again."""
    await sent_project(client, (cameras["Lobby"], ago(600), ago(598)))
    job = await finished(client, (await client.post("/exports", json={"settings": {}})).json())
    place = host.storage / "exports" / job["id"]
    aside = place.rename(host.storage / "elsewhere")
    (listed,) = (await client.get("/exports")).json()["exports"]
    assert (listed["state"], listed["package"]) == ("expired", job["package"])
    assert (await client.get(f"/exports/{job['id']}/archive")).status_code == 404
    aside.rename(place)
    assert (await client.get(f"/exports/{job['id']}")).json()["state"] == "done"


async def test_a_download_that_broke_goes_on(client, cameras):
    """The ZIP says how long it is; what is missing of it is given, and the whole when it is another one."""
    start = ago(900)
    await sent_project(client, (cameras["Lobby"], start, start + timedelta(seconds=4)))
    export = await finished(client, (await client.post("/exports", json={})).json())
    place = f"/exports/{export['id']}/archive"
    whole = await client.get(place)
    assert int(whole.headers["content-length"]) == len(whole.content)
    tag = whole.headers["etag"]
    half = len(whole.content) // 2
    rest = await client.get(place, headers={"Range": f"bytes={half}-", "If-Range": tag})
    assert (rest.status_code, rest.content) == (206, whole.content[half:])
    assert rest.headers["content-range"] == f"bytes {half}-{len(whole.content) - 1}/{len(whole.content)}"
    first = await client.get(place, headers={"Range": "bytes=0-3"})
    assert (first.status_code, first.content) == (206, b"PK\x03\x04")
    for asked in ({"Range": "bytes=5-", "If-Range": '"another"'}, {"Range": "bytes=1-2,4-5"}, {"Range": "x"}):
        answer = await client.get(place, headers=asked)
        assert (answer.status_code, answer.content) == (200, whole.content)
    beyond = await client.get(place, headers={"Range": f"bytes={len(whole.content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")


async def test_a_zip_with_a_password_is_downloaded_as_itself(client, cameras, tmp_path):
    """Not one ZIP inside another; the parts of one are named, and come one by one."""
    start = ago(900)
    await sent_project(client, (cameras["Lobby"], start, start + timedelta(seconds=4)))
    secret = "a password of many letters"
    order = {"settings": {"encrypted": True}, "password": secret}
    export = await finished(client, (await client.post("/exports", json=order)).json())
    answer = await client.get(f"/exports/{export['id']}/archive")
    name = f"{export['package']['name']}.zip"
    assert export["package"]["volumes"] == [name]
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    (tmp_path / name).write_bytes(answer.content)
    with opened(tmp_path / name, secret) as source:
        assert check(source).faults == ()
    await sent_project(client, (cameras["Lobby"], start, start + timedelta(seconds=60)))
    order = {"settings": {"split_size": 1 << 20}}
    export = await finished(client, (await client.post("/exports", json=order)).json())
    volumes = export["package"]["volumes"]
    assert len(volumes) > 1
    for name in volumes:
        part = await client.get(f"/exports/{export['id']}/files/{name}")
        (tmp_path / name).write_bytes(part.content)
    with opened(tmp_path / volumes[0]) as source:
        assert check(source).faults == ()


@pytest.mark.parametrize("password", ["", "seven77", "Grüße aus Köln 77", "tabs\tand more", "nul\0 and more"])
async def test_a_password_that_a_receiver_could_not_enter_is_refused(client, cameras, password):
    """ZIPs do not say how a password is coded: only plain letters open everywhere. Nothing is begun."""
    start = ago(900)
    await sent_project(client, (cameras["Lobby"], start, start + timedelta(seconds=4)))
    answer = await client.post("/exports", json={"settings": {"encrypted": True}, "password": password})
    assert answer.status_code == 422
    assert "Nothing was begun" in answer.json()["detail"]
    assert (await client.get("/exports")).json()["exports"] == []


async def test_an_export_of_nothing_recorded_fails_in_words(client, cameras, runtime):
    """A project whose video is gone: the export fails, says why and what to do, and leaves no files."""
    start = ago(900)
    await sent_project(client, (cameras["Lobby"], start, start + timedelta(seconds=4)))
    with runtime.parts.ground.store.transaction() as stored:
        waiting = stored.export_lists.get("olivia")
        long_ago = start - timedelta(days=30)
        item = waiting.items[0]
        interval = type(item.footage.interval)(long_ago, long_ago + timedelta(seconds=4))
        footage = attrs.evolve(item.footage, interval=interval)
        stored.export_lists.put(attrs.evolve(waiting, items=(attrs.evolve(item, footage=footage),)))
    export = await finished(client, (await client.post("/exports", json={})).json())
    assert export["state"] == "failed"
    assert "retention" in export["message"]
    assert (await client.get(f"/exports/{export['id']}/archive")).status_code == 404


async def test_a_gap_is_listed_to_the_picture(client, cameras, tmp_path):
    """Around the recorder's gap: time strips of what was delivered, and the gap, make what was asked for."""
    camera = cameras["Yard"]
    whole = {"start": ago(3600).isoformat(), "end": ago(60).isoformat()}
    spans = (await client.get(f"/recorded/{camera}", params=whole)).json()["spans"]
    assert len(spans) == 2
    gap_start, gap_end = (datetime.fromisoformat(t) for t in (spans[0]["end"], spans[1]["start"]))
    assert gap_end - gap_start == timedelta(seconds=60)
    around = (gap_start - timedelta(seconds=4), gap_end + timedelta(seconds=4))
    await sent_project(client, (camera, *around))
    export = await finished(client, (await client.post("/exports", json={})).json())
    exhibit = export["exhibits"][0]
    (gap,) = exhibit["gaps"]
    package = await unpacked(client, export, tmp_path)
    times = picture_times((package / exhibit["file"]).read_bytes())
    frame = timedelta(seconds=1 / 10)
    before = max(t for t in times if t < gap_start + frame)
    after = min(t for t in times if t > before)
    assert abs(datetime.fromisoformat(gap["start"]) - before) <= frame
    assert abs(datetime.fromisoformat(gap["end"]) - after) <= frame
    assert "no video" in gap["reason"]
    assert check(Folder(package)).faults == ()


async def test_a_matroska_file_that_cannot_hold_the_sound_becomes_mp4_and_says_so(client, cameras, tmp_path):
    """G.711 of one camera goes into MP4 as it was recorded; a camera without sound keeps the kind chosen."""
    start = ago(600)
    part = (start, start + timedelta(seconds=4))
    await sent_project(client, (cameras["Lobby"], *part), (cameras["Yard"], *part))
    order = {"settings": {"container": "mkv", "sound": True}}
    export = await finished(client, (await client.post("/exports", json=order)).json())
    heard, mute = export["exhibits"]
    assert [Path(one["file"]).suffix for one in (heard, mute)] == [".mp4", ".mkv"]
    because = "The recorder's sound is G.711, so the file is MP4 and not Matroska."
    assert [because in one["notes"] for one in (heard, mute)] == [True, False]
    package = await unpacked(client, export, tmp_path)
    assert check(Folder(package)).faults == ()
    for exhibit, kind, sounds in ((heard, "mp4", ["pcm_mulaw"]), (mute, "matroska", [])):
        with av.open(str(package / exhibit["file"])) as file:
            assert kind in file.format.name
            assert [stream.codec_context.name for stream in file.streams.audio] == sounds
            samples = sum(packet.size for packet in file.demux(*file.streams.audio)) if sounds else 0
            assert samples == pytest.approx(4 * 8000 if sounds else 0, abs=2.5 * 8000)


def test_an_order_that_says_nothing_asks_for_what_the_product_delivers():
    """Whoever asks for the interface from a program gets the defaults of the pages."""
    assert SettingsBody().settings == ExportSettings()


async def test_an_empty_export_list_makes_no_export(client):
    """Start export without items is refused in words."""
    refused = await client.post("/exports", json={})
    assert refused.status_code == 422
    assert "empty" in refused.json()["detail"]


async def test_a_report_can_be_begun_followed_fetched_and_is_logged(client, cameras):
    """The job says when it is done, and gives the file under a name that tells nobody's."""
    made = await client.post("/projects", json={"description": "Broken window"})
    path = f"/projects/{made.json()['project']['id']}"
    job = (await client.post(f"{path}/reports", json={"language": "da-DK"})).json()
    while job["state"] == "running":
        job = (await client.get(f"/reports/{job['id']}")).json()
    assert (job["state"], job["progress"], job["missing"]) == ("done", 1.0, [])
    assert re.fullmatch(r"incident-project-\d+-\d{8}T\d{6}Z\.pdf", job["file_name"])
    response = await client.get(f"/reports/{job['id']}/file")
    assert response.headers["content-type"] == "application/pdf"
    assert job["file_name"] in response.headers["content-disposition"]
    assert "Beskrivelse" in PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    for use in ("printed", "saved"):
        assert (await client.post(f"/reports/{job['id']}/used/{use}")).status_code == 204
    assert (await client.post(f"/reports/{job['id']}/used/sold")).status_code == 422
    log = (await client.get(f"{path}/activity")).json()["entries"]
    assert [e["action"] for e in log][-3:] == ["report.generated", "report.printed", "report.saved"]


async def test_a_sequence_that_begins_in_a_gap_is_reported_with_the_first_picture_there_is(
    client, cameras, recorder_process
):
    """Its gap is told; a picture is not missing while the recorder has one of the sequence."""
    gap = recorder_process.since + timedelta(minutes=90)
    start, end = ((gap + timedelta(seconds=after)).isoformat() for after in (50, 70))
    footage = {"camera": cameras["Yard"], "start": start, "end": end}
    made = await client.post("/projects", json={"footage": [footage]})
    report = await client.post(f"/projects/{made.json()['project']['id']}/report", json={})
    assert report.headers["report-complete"] == "true"
    pages = PdfReader(io.BytesIO(report.content)).pages
    assert "(0:00:10.000)" in "".join(page.extract_text() for page in pages)
    assert sum(len(page.images) for page in pages) == 1


async def test_a_report_of_nothing_and_a_title_nobody_defined_are_refused(client):
    """The reason comes with the first answer, and nothing is kept."""
    missing = await client.post("/projects/999/reports", json={})
    assert missing.status_code == 404
    made = await client.post("/projects", json={})
    path = f"/projects/{made.json()['project']['id']}"
    refused = await client.post(f"{path}/reports", json={"title": "Nobody's"})
    assert refused.status_code == 422
    assert "Nobody" in refused.json()["detail"]
    design = (await client.get("/report-design")).json()
    assert design["titles"] == []
    assert {"tag": "da", "name": "Dansk"} in design["languages"]


async def test_a_report_holds_every_text_and_hides_names_unless_asked(client, cameras):
    """All that was written is in the PDF; the operator's name is only there when it was asked for."""
    start = ago(900)
    picks = [{"camera": cameras["Lobby"], "start": start.isoformat(), "end": ago(890).isoformat()}]
    made = await client.post("/projects", json={"description": "Broken window", "footage": picks})
    path = f"/projects/{made.json()['project']['id']}"
    await client.post(f"{path}/comments", json={"text": "A glazier was called"})
    for show, expected in ((False, False), (True, True)):
        response = await client.post(f"{path}/report", json={"show_user_names": show})
        assert response.headers["report-complete"] == "true"
        reader = PdfReader(io.BytesIO(response.content))
        text = "".join(page.extract_text() for page in reader.pages)
        assert "Broken window" in text
        assert "A glazier was called" in text
        assert "Lobby" in text
        assert any(page.images for page in reader.pages)
        assert ("Olivia" in text) is expected
    await client.post(f"{path}/report/printed")
    activity = (await client.get(f"{path}/activity")).json()["entries"]
    assert [e["action"] for e in activity][-3:] == ["report.generated", "report.generated", "report.printed"]
