"""What devices send wrongly is read as far as it makes sense, and otherwise refused in plain words."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta

import pytest

from incident_plugin.domain.errors import NotFound, RecorderUnavailable
from incident_plugin.domain.time import Interval

HOUR = Interval(datetime(2026, 11, 2, 10, 0, tzinfo=UTC), datetime(2026, 11, 2, 11, 0, tzinfo=UTC))
INFORMATION = (
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>M</tds:Manufacturer><tds:Model>X</tds:Model>"
    "<tds:FirmwareVersion>1</tds:FirmwareVersion><tds:SerialNumber>S1</tds:SerialNumber>"
    "<tds:HardwareId>H</tds:HardwareId></tds:GetDeviceInformationResponse>"
)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><Get', "cut off"),
        (b"", "no ONVIF answer"),
        (b"<html><body>Welcome</body></html>", "no ONVIF answer"),
        (b"\xff\xfe\x00rubbish", "cut off"),
        (b"<a>" * 100_000, "cut off"),
        (b"<a>" * 5000 + b"</a>" * 5000, "cut off"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
        (b" " * (9 * 2**20), "longer than 8 MB"),
    ],
    ids=["truncated", "empty", "html", "binary", "unclosed", "nested", "entities", "huge"],
)
async def test_answers_that_are_not_soap_are_refused(answers, device, broken, said):
    """Truncated, nested, oversized or foreign content: one message that names the recorder."""
    answers["GetDeviceInformation"] = broken
    with pytest.raises(RecorderUnavailable, match=rf"recorder at 192\.0\.2\.1:8080 .*{said}"):
        await device.information()


async def test_a_truncated_list_is_never_taken_for_a_short_one(answers, device, soap):
    """Half an answer with a well-formed beginning does not lose cameras silently."""
    whole = soap.ENVELOPE.format(
        "<trt:GetProfilesResponse>"
        f"{soap.profile('p1', 's')}{soap.profile('p2', 't')}"
        "</trt:GetProfilesResponse>"
    )
    answers["GetProfiles"] = whole[: whole.index('token="p2"')].encode()
    with pytest.raises(RecorderUnavailable, match="cut off"):
        await device.channels()


async def test_a_wrong_password_is_said_plainly(answers, device, soap):
    """The fault NotAuthorized, with its prefix undeclared as some devices leave it."""
    answers["GetDeviceInformation"] = soap.fault("NotAuthorized")
    with pytest.raises(RecorderUnavailable, match="refused the user name or password"):
        await device.information()
    answers["GetDeviceInformation"] = soap.fault("NotAuthorized", declared=False)
    with pytest.raises(RecorderUnavailable, match="refused the user name or password"):
        await device.information()


async def test_what_the_device_says_is_passed_on(answers, device, soap):
    """Other faults keep their codes and reason, for support."""
    answers["GetDeviceInformation"] = soap.fault("Action", "HardwareFailure", reason="disk 2")
    with pytest.raises(RecorderUnavailable, match="Action/HardwareFailure: disk 2"):
        await device.information()


async def test_a_camera_that_is_gone_is_not_found(answers, device, soap):
    """NoProfile means that the list is old."""
    answers["GetStreamUri"] = soap.fault("InvalidArgVal", "NoProfile")
    with pytest.raises(NotFound, match="Refresh the list"):
        await device.live_uri("p9")


@pytest.mark.parametrize(
    ("shown", "offset"),
    [
        (("2026-11-02", "12:00:00"), 0),
        (("2026-11-01", "24:00:00"), -43200),
        (("2026-11-02", "11:59:60"), 0),
        (("2026-11-02", "11:61:00"), 60),
    ],
)
async def test_clocks_beyond_their_range_carry_over(answers, device, soap, shown, offset):
    """24:00:00 is midnight, minute 61 the next hour: the clock is still measured."""
    answers["GetSystemDateAndTime"] = soap.clock(*shown)
    measured = await device.clock_offset()
    assert measured.offset == timedelta(seconds=offset)
    assert measured.uncertainty == timedelta(seconds=0.5)


async def test_a_device_that_does_not_tell_utc_still_shows_its_cameras(answers, device, soap):
    """Without UTCDateTime messages are signed by our clock; measuring the clock says what is missing."""
    answers["GetSystemDateAndTime"] = soap.clock(name="LocalDateTime")
    answers["GetDeviceInformation"] = INFORMATION
    assert (await device.information()).id == "S1"
    with pytest.raises(RecorderUnavailable, match="does not tell its time in UTC"):
        await device.clock_offset()


async def test_messages_are_signed_by_the_devices_clock(answers, device, soap):
    """A device four hours late accepts the token: digest of nonce, its own time and password."""
    answers["GetSystemDateAndTime"] = soap.clock(time="08:00:00")
    answers["GetDeviceInformation"] = INFORMATION
    await device.information()
    request = answers.asked[-1][1]
    created, nonce = (
        re.search(r"Created[^>]*>(.*?)<", request)[1],
        re.search(r"Nonce [^>]*>(.*?)<", request)[1],
    )
    assert created == "2026-11-02T08:00:00Z"
    digest = hashlib.sha1(base64.b64decode(nonce) + created.encode() + b"right").digest()
    assert f">{base64.b64encode(digest).decode()}<" in request
    assert "right" not in request
    assert "Security" not in answers.asked[0][1]


async def test_a_clock_set_meanwhile_is_no_wrong_password(answers, device, soap):
    """When a refused device's clock has moved, the call is made again with its new time."""
    answers["GetDeviceInformation"] = INFORMATION
    await device.information()
    answers["GetSystemDateAndTime"] = soap.clock(time="09:30:00")
    answers["GetDeviceInformation"] = lambda request: (
        INFORMATION if "T09:30:00Z" in request else soap.fault("NotAuthorized")
    )
    assert (await device.information()).serial == "S1"


async def test_services_behind_address_translation_are_found(answers, device, soap):
    """A foreign XAddr is used for its path only, on the configured host and port."""
    answers["GetServices"] = soap.services("10.1.2.3:80")
    answers["GetStreamUri"] = (
        "<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>rtsp://u:p@10.1.2.3:5554/a?b=1</tt:Uri></trt:MediaUri>"
        "</trt:GetStreamUriResponse>"
    )
    assert await device.live_uri("p") == "rtsp://192.0.2.1:5554/a?b=1"
    assert {url.split("/onvif")[0] for url in answers.urls} == {"http://192.0.2.1:8080"}


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "http://192.0.2.1/x", "rtsp://h:x/", ""])
async def test_stream_addresses_of_another_kind_are_refused(answers, device, uri):
    """A device cannot make us open anything but RTSP."""
    answers["GetReplayUri"] = f"<trp:GetReplayUriResponse><trp:Uri>{uri}</trp:Uri></trp:GetReplayUriResponse>"
    with pytest.raises(RecorderUnavailable, match="sent an answer that cannot be used"):
        await device.replay_uri("r")


async def test_older_devices_are_asked_for_capabilities(answers, device, soap):
    """Without GetServices the addresses come from GetCapabilities, extension included."""
    answers["GetServices"] = soap.fault("ActionNotSupported")
    answers["GetCapabilities"] = (
        "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media><tt:XAddr>http://192.0.2.1:8080/m</tt:XAddr>"
        "<tt:StreamingCapabilities/></tt:Media><tt:Extension><tt:Search><tt:XAddr>http://192.0.2.1:8080/s</tt:XAddr>"
        "<tt:MetadataSearch>false</tt:MetadataSearch></tt:Search></tt:Extension></tds:Capabilities>"
        "</tds:GetCapabilitiesResponse>"
    )
    answers["GetProfiles"] = f"<trt:GetProfilesResponse>{soap.profile('p1', 's1')}</trt:GetProfilesResponse>"
    answers["FindRecordings"] = (
        "<tse:FindRecordingsResponse><tse:SearchToken>t</tse:SearchToken></tse:FindRecordingsResponse>"
    )
    answers["GetRecordingSearchResults"] = (
        "<tse:GetRecordingSearchResultsResponse><tse:ResultList><tt:SearchState>Completed</tt:SearchState>"
        "</tse:ResultList></tse:GetRecordingSearchResultsResponse>"
    )
    channels = await device.channels()
    assert [(channel.token, channel.profile, channel.recordings) for channel in channels] == [
        ("s1", "p1", ())
    ]
    assert answers.urls[-2:] == ["http://192.0.2.1:8080/s"] * 2
    assert answers.operations()[-1] == "EndSearch"


async def test_a_camera_without_recordings_is_still_a_camera(answers, device, soap):
    """No search service: its cameras are live only; of two profiles the larger H.264 one is taken."""
    answers["GetServices"] = soap.services().replace("ver10/search", "ver10/other")
    profiles = (
        soap.profile("big-jpeg", "s1", "JPEG", 3840)
        + soap.profile("small", "s1")
        + soap.profile("big", "s1", width=1920)
        + soap.profile("jpeg", "s2", "JPEG")
    )
    answers["GetProfiles"] = f"<trt:GetProfilesResponse>{profiles}</trt:GetProfilesResponse>"
    channels = await device.channels()
    assert [(channel.token, channel.profile) for channel in channels] == [("s1", "big"), ("s2", None)]


def searching(answers, soap, *results: str) -> None:
    answers["FindEvents"] = (
        "<tse:FindEventsResponse><tse:SearchToken>t</tse:SearchToken></tse:FindEventsResponse>"
    )
    pages = list(results)
    answers["GetEventSearchResults"] = lambda _: (
        "<tse:GetEventSearchResultsResponse><tse:ResultList><tt:SearchState>"
        f"{'Searching' if len(pages) > 1 else 'Completed'}</tt:SearchState>{pages.pop(0)}"
        "</tse:ResultList></tse:GetEventSearchResultsResponse>"
    )


def event(time: str, *, present: bool, start: bool = False, item: str = "IsDataPresent") -> str:
    return (
        f"<tt:Result><tt:RecordingToken>r</tt:RecordingToken><tt:TrackToken>V</tt:TrackToken><tt:Time>{time}</tt:Time>"
        '<tt:Event><wsnt:Topic Dialect="d">tns1:RecordingHistory/Track/State</wsnt:Topic><wsnt:Message>'
        f'<tt:Message UtcTime="{time}"><tt:Source><tt:SimpleItem Name="Recording" Value="r"/></tt:Source>'
        f'<tt:Data><tt:SimpleItem Name="{item}" Value="{str(present).lower()}"/></tt:Data></tt:Message>'
        f"</wsnt:Message></tt:Event><tt:StartStateEvent>{str(start).lower()}</tt:StartStateEvent></tt:Result>"
    )


async def test_spans_come_from_the_history_also_with_wrong_times(answers, device, soap):
    """Several pages; minute 90 and a missing zone are read, a time that is none is passed over."""
    searching(
        answers,
        soap,
        event("2026-11-02T10:00:00Z", present=True, start=True) + event("2026-11-02T10:20:00", present=False),
        event("rubbish", present=False) + event("2026-11-02T09:90:00Z", present=True),
    )
    spans = await device.recorded("r", HOUR)
    assert [(span.start.minute, (span.end - HOUR.start).seconds // 60) for span in spans] == [
        (0, 20),
        (30, 60),
    ]
    assert answers.operations()[-1] == "EndSearch"


async def test_a_device_without_history_is_taken_at_its_word(answers, device, soap):
    """No events: earliest and latest recording bound the span."""
    searching(answers, soap, "")
    answers["GetRecordingInformation"] = (
        "<tse:GetRecordingInformationResponse><tse:RecordingInformation>"
        f"{soap.recording('r', 's', '2026-11-02T10:10:00Z', '2026-11-02T10:40:00Z')}"
        "</tse:RecordingInformation></tse:GetRecordingInformationResponse>"
    )
    expected = (Interval(HOUR.start + timedelta(minutes=10), HOUR.start + timedelta(minutes=40)),)
    assert await device.recorded("r", HOUR) == expected
    answers["FindEvents"] = soap.fault("ActionFailed")
    assert await device.recorded("r", HOUR) == expected


async def test_the_future_has_no_recordings(answers, device):
    """A span that has not ended lasts until the device's now, and later intervals have none."""
    later = Interval(HOUR.end + timedelta(hours=2), HOUR.end + timedelta(hours=3))
    assert await device.recorded("r", later) == ()
    assert "FindEvents" not in answers.operations()


async def test_a_search_without_end_is_given_up_and_ended(answers, device, soap, monkeypatch):
    """A device that searches for ever does not hold us for ever."""
    monkeypatch.setattr("incident_plugin.adapters.onvif.recorded._MAX_PAGES", 3)
    searching(answers, soap, *[""] * 100)
    with pytest.raises(RecorderUnavailable, match="does not come to an end"):
        await device.recorded("r", HOUR)
    assert answers.operations()[-1] == "EndSearch"
