"""The conversation with one device: which operations, in which order, and what their answers mean.

Synchronous: ``device`` runs all of it in one worker thread, so that no two calls to a device overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from incident_plugin.adapters.onvif.addresses import DeviceAddress
from incident_plugin.adapters.onvif.clock import Sample, device_time
from incident_plugin.adapters.onvif.errors import (
    TITLES,
    Fault,
    NoConnection,
    NoService,
    NotAuthorised,
    NotOnvif,
)
from incident_plugin.adapters.onvif.reading import item, text
from incident_plugin.adapters.onvif.soap import SoapService, namespace
from incident_plugin.adapters.onvif.tls import TlsRule
from incident_plugin.adapters.onvif.token import DigestToken
from incident_plugin.adapters.onvif.transport import BoundedTransport
from incident_plugin.adapters.onvif.values import DeviceInformation
from incident_plugin.domain.text import one_line

#: A clock that shows whole seconds is on average this much further.
_HALF_SECOND = timedelta(seconds=0.5)
#: Readings of the device's clock, which shows whole seconds, differ by less unless it was set.
_SKEW = timedelta(seconds=2)


class DeviceSession:
    """One device. Every method raises ``OnvifError``."""

    def __init__(
        self,
        address: DeviceAddress,
        username: str,
        password: str,
        *,
        seconds: float,
        now: Callable[[], datetime],
        tls: TlsRule,
    ) -> None:
        self.address = address
        self._now = now
        self._transport = BoundedTransport(username, password, seconds, tls)
        self._clock_offset = timedelta(0)
        self._token = DigestToken(username, password, self.device_now)
        self._anonymous = SoapService("devicemgmt", address.url, self._transport, None)
        self._device = SoapService("devicemgmt", address.url, self._transport, self._token)
        self._addresses: dict[str, str] | None = None
        self._services: dict[str, SoapService] = {}

    @property
    def patience(self) -> float:
        """How long one answer may take, in seconds."""
        return self._transport.patience

    @property
    def exchange(self) -> str:
        """The last exchange, for an engineer."""
        return self._transport.exchange

    def read_clock(self) -> Sample:
        """Read the device's clock, and sign by it from now on (ONVIF Core Specification section 8.3.5)."""
        asked = self._now()
        try:
            answer = self._anonymous.call("GetSystemDateAndTime")
        except NotAuthorised:
            # Contrary to the standard some devices want a token even for the time that is needed to make it.
            answer = self._device.call("GetSystemDateAndTime")
        sample = Sample(asked, self._now(), device_time(answer))
        self._clock_offset = sample.shown + _HALF_SECOND - sample.answered
        return sample

    def clock_moved(self) -> bool:
        """Read the clock again; tells whether messages signed by the last reading may be refused for it."""
        before, exchange = self._clock_offset, self._transport.exchange
        self.read_clock()
        # What was refused is what an engineer wants to see.
        self._transport.exchange = exchange
        return abs(self._clock_offset - before) > _SKEW

    def device_now(self) -> datetime:
        """Give the time by the device's clock, to about a second."""
        return self._now() + self._clock_offset

    def information(self) -> DeviceInformation:
        """Ask who it is (ONVIF Core Specification section 8.3.1)."""
        answer = self._device.call("GetDeviceInformation")
        serial = text(answer, "SerialNumber")
        return DeviceInformation(
            manufacturer=one_line(text(answer, "Manufacturer")),
            model=one_line(text(answer, "Model")),
            firmware=one_line(text(answer, "FirmwareVersion")),
            serial=serial,
            id=serial or text(answer, "HardwareId") or self.address.place,
        )

    def services(self) -> dict[str, str]:
        """Addresses of its services by their namespaces, as it announces them."""
        if self._addresses is None:
            self._addresses = self._find_services()
        return dict(self._addresses)

    def call(self, service: str, operation: str, **parameters: object) -> Any:
        """Call an operation of a service, wherever the device says that it is."""
        if service not in self._services:
            announced = self.services().get(namespace(service))
            if announced is None:
                # It may be switched on meanwhile.
                self._addresses = None
                raise NoService(f"it has no {TITLES.get(service, service)} service")
            return self._first_call(service, self.address.service(announced), operation, **parameters)
        return self._services[service].call(operation, **parameters)

    def _first_call(self, service: str, address: str, operation: str, **parameters: object) -> Any:
        """Find out whether a service is where it is announced; some announce a port where nobody listens."""
        at = self._at(service, address)
        try:
            answer = at.call(operation, **parameters)
        except NoConnection:
            home = self.address.at_home(address)
            if home == address:
                raise
            at = self._at(service, home)
            answer = at.call(operation, **parameters)
        self._services[service] = at
        return answer

    def call_at(self, address: str, service: str, operation: str, **parameters: object) -> Any:
        """Call an operation at an address of its own, such as a subscription's."""
        return self._at(service, address).call(operation, **parameters)

    @contextmanager
    def waiting(self, seconds: float) -> Iterator[None]:
        """Within, the device may take so much longer to answer, because it was asked to wait."""
        self._transport.allowance = seconds
        try:
            yield
        finally:
            self._transport.allowance = 0.0

    def interrupt(self) -> None:
        """Have the call under way fail now; called from another thread."""
        self._transport.interrupt()

    def close(self) -> None:
        """Close idle connections."""
        self._transport.session.close()

    def _at(self, service: str, address: str) -> SoapService:
        return SoapService(service, address, self._transport, self._token)

    def _find_services(self) -> dict[str, str]:
        """Addresses by namespace (ONVIF Core Specification sections 8.1.2.1 and 8.1.2.2)."""
        try:
            services = self._device.call("GetServices", IncludeCapability=False)
            places = ((text(one, "Namespace"), text(one, "XAddr")) for one in services or ())
            found = {named: place for named, place in places if named and place}
        except NotAuthorised:
            raise
        except (Fault, NoService, NotOnvif):
            found = {}
        # Older devices have only the operation that GetServices replaces.
        return found or self._find_capabilities()

    def _find_capabilities(self) -> dict[str, str]:
        found = self._device.call("GetCapabilities", Category=["All"])
        places = {
            "media": text(found, "Media", "XAddr"),
            "ptz": text(found, "PTZ", "XAddr"),
            "events": text(found, "Events", "XAddr"),
            "imaging": text(found, "Imaging", "XAddr"),
            **_extension_addresses(found),
        }
        return {namespace(name): address for name, address in places.items() if address}


def _extension_addresses(capabilities: Any) -> dict[str, str]:
    """Read what came later than GetCapabilities; its description lets zeep see nothing but elements there."""
    elements = item(capabilities, "Extension", "_value_1") or ()
    found = {etree.QName(one).localname.lower(): one.findtext("{*}XAddr") or "" for one in elements}
    return {name: found.get(name, "") for name in ("search", "replay", "recording", "deviceio")}
