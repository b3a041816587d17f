"""Times as a reader of a report sees them: of the site, each with its offset from UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from incident_plugin.domain.time import written


class Moments:
    """Writes instants in one time zone."""

    def __init__(self, zone: str) -> None:
        self._zone: tzinfo = UTC
        #: The zone's IANA name, or UTC when this machine does not know it.
        self.zone_name = "UTC"
        #: Whether the zone asked for is the one used.
        self.zone_known = True
        try:
            self._zone = ZoneInfo(zone)
            self.zone_name = zone
        except (KeyError, ValueError, OSError):
            self.zone_known = zone == "UTC"

    def local(self, instant: datetime) -> datetime:
        """Give the instant in the zone."""
        return instant.astimezone(self._zone)

    def seconds(self, instant: datetime) -> str:
        """Write an instant to the second."""
        return written(instant, self._zone)

    def milliseconds(self, instant: datetime) -> str:
        """Write an instant to the millisecond."""
        return written(instant, self._zone, "milliseconds")


def length(duration: timedelta) -> str:
    """Write a duration as hours, minutes, seconds and milliseconds."""
    milliseconds = duration // timedelta(milliseconds=1)
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}.{milliseconds:03}"
