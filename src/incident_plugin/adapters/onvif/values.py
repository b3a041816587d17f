"""What a device tells about itself, its cameras and its recordings."""

from __future__ import annotations

from datetime import datetime

import attrs

from incident_plugin.domain.media import LiveProfile


@attrs.frozen(kw_only=True)
class DeviceInformation:
    """Who the device says it is; any text, also hostile."""

    manufacturer: str
    model: str
    firmware: str
    serial: str

    #: Stays the same over restarts and changes of address.
    id: str

    @property
    def summary(self) -> str:
        """Manufacturer, model and firmware in one line."""
        named = " ".join(text for text in (self.manufacturer, self.model) if text)
        return ", ".join(text for text in (named, self.firmware and f"firmware {self.firmware}") if text)


@attrs.frozen(kw_only=True)
class Channel:
    """One camera: what can be seen of it live, joined with what is recorded of it."""

    #: The device's own token, stable over restarts.
    token: str
    name: str
    #: Media profile for live video, if the camera is there now.
    profile: str | None
    #: Its recordings, those that go on before those that ended.
    recordings: tuple[str, ...] = ()
    #: Media profile for movements, if it can be moved.
    ptz: str | None = None
    #: Whatever events may name it by.
    tokens: frozenset[str] = frozenset()
    #: Its live streams, the largest first.
    live: tuple[LiveProfile, ...] = ()


@attrs.frozen(kw_only=True)
class Profile:
    """A media profile with video (ONVIF Media Service Specification section 5.2)."""

    token: str
    name: str
    source: str
    encoding: str
    pixels: int
    width: int = 0
    #: By which its movements are asked for, if it has a PTZ configuration.
    ptz: str | None = None
    #: Of itself and its configurations.
    tokens: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Recording:
    """A recording of one source (ONVIF Recording Search Service Specification section 5.4)."""

    token: str
    source: str
    name: str
    earliest: datetime | None
    latest: datetime | None
    has_video: bool
