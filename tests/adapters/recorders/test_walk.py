"""The test of a recorder with parts that a test can break: each step says what is wrong with it."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from tests.certificates import own_certificate

from incident_plugin.adapters.recorders.advice import advice
from incident_plugin.adapters.recorders.reach import Place, secure
from incident_plugin.adapters.recorders.steps import Steps, plain
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.media import ClockOffset
from incident_plugin.domain.recorders import RecorderConfig, RecorderId

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "rtsp://h/user=admin&password=s3cret&channel=1",
            "rtsp://h/user=admin&password=…&channel=1",
        ),
        ("rtsp://h/live?Token=abc", "rtsp://h/live?Token=…"),
        ("rtsp://h/live/1", "rtsp://h/live/1"),
    ],
)
def test_passwords_in_addresses_are_not_shown(url, shown):
    """Some recorders put them into path or query; engineers do not need them."""
    assert plain(url) == shown


@pytest.mark.parametrize(
    ("step", "error", "said", "remedy"),
    [
        (
            "sign-in",
            RecorderUnavailable("X refused it.", cause="incident.recorder-refused-password"),
            "It refused the user name or password.",
            "Enter those of an ONVIF user",
        ),
        (
            "search",
            RecorderUnavailable("X refused it.", cause="incident.recorder-refused-password"),
            "The user may sign in, and may not ask this.",
            "more rights",
        ),
        (
            "soap",
            RecorderUnavailable("X (y) cannot be reached (z). Ask.", cause="incident.recorder-unreachable"),
            "breaks them off",
            "https://",
        ),
        (
            "cameras",
            RecorderUnavailable(
                "N (h:1) does not offer this (why). Ask your administrator whether it records."
            ),
            "N (h:1) does not offer this (why).",
            "Check whether it records.",
        ),
        (
            "clock",
            RecorderUnavailable("N sent it (why). If it stays so, tell your administrator."),
            "N sent it (why).",
            "restart the recorder",
        ),
        ("clock", RecorderUnavailable("N is full."), "N is full.", ""),
    ],
    ids=["password", "rights", "broken off", "addressed", "try again", "no remedy"],
)
def test_an_administrator_is_not_told_to_ask_an_administrator(step, error, said, remedy):
    """What operators read is turned into what whoever sets recorders up can do."""
    told = advice(step, error)
    assert said in told[0]
    assert remedy in told[1]
    assert "administrator" not in told[1].replace("“administrator”", "")


@pytest.mark.parametrize(
    ("days", "why"), [(1, "by the recorder itself"), (-1, "itself, and it expired on 20")]
)
async def test_it_is_said_why_a_certificate_is_not_trusted(tmp_path, days, why):
    """Also that it expired, where its issuer alone would be reason enough."""
    file, fingerprint = own_certificate(tmp_path, days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        met = await secure(Place(host="127.0.0.1", port=server.sockets[0].getsockname()[1]))
    assert met.fingerprint == fingerprint
    assert why in met.reason


class Clock:
    """A device of which only the clock is asked."""

    exchange = ""

    def __init__(self, offset: timedelta) -> None:
        self._offset = offset

    async def clock_offset(self) -> ClockOffset:
        return ClockOffset(offset=self._offset, uncertainty=0.1 * SECOND, measured_at=datetime.now(UTC))


@pytest.mark.parametrize(
    ("offset", "said", "warns"),
    [
        (0.05, "Its clock is right.", False),
        (2.05, "Its clock is right.", False),
        (7, "Its clock is 7.0 seconds fast. Times are corrected by that.", True),
        (-7, "Its clock is 7.0 seconds slow. Times are corrected by that.", True),
        (3600, "Its clock is 60 minutes fast. Times are corrected by that.", True),
        (-86_400, "Its clock is 24 hours slow. Times are corrected by that.", True),
    ],
)
async def test_a_wrong_clock_is_a_warning(offset, said, warns):
    """Video is there all the same: the test goes on, and says how to mend the clock."""
    config = RecorderConfig(id=RecorderId("r"), name="N", address="http://192.0.2.1/x", password_secret="s")
    walk = Steps(config=config, device=Clock(offset * SECOND), streams=None, now=lambda: datetime.now(UTC))
    found = await walk.measure()
    assert found.said == said
    assert ("NTP" in found.remedy) is warns
    assert f"{offset:+.2f} s ± 0.10 s" in found.technical
