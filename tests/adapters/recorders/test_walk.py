"""The test of a recorder with parts that a test can break: each step says what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incident_plugin.adapters.recorders.walk import _plain, _Walk
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
    assert _plain(url) == shown


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
    walk = _Walk(config=config, device=Clock(offset * SECOND), streams=None, now=lambda: datetime.now(UTC))
    found = await walk.measure()
    assert found.said == said
    assert ("NTP" in found.remedy) is warns
    assert f"{offset:+.2f} s ± 0.10 s" in found.technical
