"""Which cameras a recorder has, under ids that last."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from incident_plugin.adapters.recorders.aging import Aging
from incident_plugin.adapters.recorders.condition import Condition
from incident_plugin.adapters.recorders.parts import Channel, Device, Information
from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.media import Camera, CameraId, DeviceFacts

#: How long cameras are believed, and that one of them cannot do something, in seconds.
_CAMERAS_FOR, _LACK_FOR = 60.0, 5.0


class Catalogue:
    """The cameras of one recorder; raises as ``Device.information`` and ``Device.channels``."""

    def __init__(
        self,
        recorder: str,
        device: Device,
        condition: Condition,
        *,
        monotonic: Callable[[], float],
        told: Callable[[], None],
    ) -> None:
        """``told`` is called whenever the device has said what it has."""
        self._recorder = recorder
        self._device = device
        self._told = told
        self._condition = condition
        #: How often it had come back when its cameras were told.
        self._returns = 0
        self._channels = Aging(
            lambda: condition.watched(self._ask()), seconds=_CAMERAS_FOR, monotonic=monotonic
        )
        #: What the device said of itself, once it was asked.
        self.information: Information | None = None

    @property
    def known(self) -> dict[CameraId, Channel]:
        """The channels as they were told last."""
        return self._channels.last or {}

    async def channels(self) -> dict[CameraId, Channel]:
        """Give the channels by camera, as they were some time ago at most.

        What was away may come back as another device at the same address: then it is asked who it is.
        """
        if self._condition.health.error is not None or self._condition.returns != self._returns:
            self._channels.doubt()
        channels = await self._channels.get()
        self._returns = self._condition.returns
        return channels

    async def cameras(self) -> dict[CameraId, Camera]:
        """Ask for the cameras now; give them by id, in the device's order."""
        channels = await self._channels.renew()
        return {
            id_: Camera(
                id=id_,
                name=channel.name,
                recorder=self._recorder,
                recorded=bool(channel.recordings),
                ptz=channel.ptz is not None,
                device=_facts(self.information),
            )
            for id_, channel in channels.items()
        }

    async def channel(self, camera: CameraId, *, able: Callable[[Channel], bool] | None = None) -> Channel:
        """Find a camera, also one that was added since they were last listed; raises ``NotFound``.

        Before it is said that it is not ``able`` to do what it is wanted for, it is asked again.
        """
        channels = await self.channels()
        missing = camera not in channels
        lacks = not missing and able is not None and not able(channels[camera])
        if missing or (lacks and self._channels.age > _LACK_FOR):
            channels = await self._channels.renew()
        if camera not in channels:
            raise NotFound(f"{self._recorder} no longer has this camera. Refresh the list.")
        return channels[camera]

    async def _ask(self) -> dict[CameraId, Channel]:
        # One after the other: a device answers one question at a time, and a mute one is asked once.
        information = await self._device.information()
        channels = await self._device.channels()
        self.information = information
        self._told()
        identity = quote(information.id, safe="")
        return {CameraId(f"{identity}:{quote(channel.token, safe='')}"): channel for channel in channels}


def _facts(told: Information | None) -> DeviceFacts | None:
    if told is None:
        return None
    return DeviceFacts(
        manufacturer=told.manufacturer, model=told.model, firmware=told.firmware, serial=told.serial
    )
