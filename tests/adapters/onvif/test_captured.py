"""Answers that servers of other people really gave (``captured/``), read as they came."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import responses

from incident_plugin.adapters.onvif import OnvifDevice
from incident_plugin.domain.media import Motion, Preset

CAPTURED = Path(__file__).parent / "captured" / "onvif_simple_server"
#: The server tells where it sees itself; it is asked at another address, as behind address translation.
URL = "http://198.51.100.7:8000/onvif/device_service"
AT = datetime(2026, 11, 26, 11, 54, 14, tzinfo=UTC)


@pytest.fixture
def asked() -> Iterator[list[tuple[str, str, str]]]:
    """Answers from the files; gives what was asked: operation, address, whole message."""
    seen: list[tuple[str, str, str]] = []

    def answer(request):
        text = request.body.decode()
        operation = re.search(r"Body>\s*<(?:\w+:)?(\w+)", text)[1]
        seen.append((operation, request.url, text))
        if "media2" in request.url:
            # Asked for all profiles of Media2 this server falls over, and nothing is answered.
            return 200, {}, b""
        return 200, {"Content-Type": "application/soap+xml"}, (CAPTURED / f"{operation}.xml").read_bytes()

    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.POST, re.compile(r"http://198\.51\.100\.7:8000/.*"), callback=answer)
        yield seen


@pytest.fixture
async def device(asked):
    made = OnvifDevice(URL, "admin", "admin", now=lambda: AT)
    yield made
    await made.close()


async def test_its_camera_is_found_although_its_media2_falls_over(device, asked):
    """The older media service answers in its place, with two profiles of one camera that can be moved."""
    (channel,) = await device.channels()
    assert (channel.token, channel.profile, channel.ptz) == ("VideoSourceToken", "Profile_0", "Profile_0")
    assert channel.recordings == ()
    assert [operation for operation, url, _ in asked if "media" in url] == ["GetProfiles", "GetProfiles"]


async def test_it_is_moved(device, asked):
    """Moving ends by itself at the device; presets are named."""
    assert await device.presets("Profile_0") == (Preset(token="PresetToken_1", name="gate"),)
    await device.move("Profile_0", Motion(pan=0.5, tilt=-0.25), timedelta(seconds=2))
    await device.stop("Profile_0")
    await device.go_to("Profile_0", "PresetToken_1")
    message = next(text for operation, _, text in asked if operation == "ContinuousMove")
    assert re.search(r'PanTilt[^>]* x="0\.5"[^>]* y="-0\.25"', message)
    assert "PT2S" in message
    assert "Zoom" not in message


async def test_its_events_are_heard_at_the_configured_address(device, asked):
    """The subscription is pulled, and ended, where the device was configured, not where it says it is."""
    async with device.events() as events:
        first = await anext(events)
    assert (first.topic, first.at, first.initial) == ("Device/Trigger/Relay", AT, True)
    assert (first.source, first.data) == ({"RelayToken": "RelayOutputToken_0"}, {"LogicalState": "inactive"})
    assert asked[-1][:2] == ("Unsubscribe", "http://198.51.100.7:8000/onvif/events_service?sub=1")
    assert "SubscriptionManager/UnsubscribeRequest" in asked[-1][2]
