"""Events by pull point (ONVIF Core Specification section 9.2): subscribe, pull, renew, unsubscribe.

Synchronous, and slow by nature: a pull waits at the device. It has a session and a thread of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from datetime import datetime
from typing import Any

import attrs
from lxml import etree

from incident_plugin.adapters.onvif.clock import parse_instant
from incident_plugin.adapters.onvif.errors import Fault, NotOnvif, OnvifError
from incident_plugin.adapters.onvif.reading import below, content, elements, first
from incident_plugin.adapters.onvif.session import DeviceSession

#: How long the device keeps a subscription that is not renewed; renewed after half of it.
_KEPT = "PT60S"
RENEW_AFTER = 25.0
_LIMIT = 100
_ADDRESSING = "http://www.w3.org/2005/08/addressing"
_ACTIONS = {
    "PullMessages": "http://www.onvif.org/ver10/events/wsdl/PullPointSubscription/PullMessagesRequest",
    "Renew": "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/RenewRequest",
    "Unsubscribe": "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/UnsubscribeRequest",
}


@attrs.frozen(kw_only=True)
class EventNotice:
    """An event as a device reports it; any text, also hostile."""

    #: Without prefixes, such as ``RuleEngine/CellMotionDetector/Motion``.
    topic: str
    #: By the device's clock.
    at: datetime
    #: How it was when we subscribed, and no change (PropertyOperation Initialized).
    initial: bool
    source: Mapping[str, str]
    data: Mapping[str, str]


class PullPoint:
    """One subscription. Every method raises ``OnvifError``."""

    def __init__(self, session: DeviceSession, monotonic: Callable[[], float], patience: float) -> None:
        """``patience`` is how long the device may wait for something to happen before it answers, seconds."""
        self._session = session
        self._patience = patience
        self._monotonic = monotonic
        answer = session.call("events", "CreatePullPointSubscription", InitialTerminationTime=_KEPT)
        reference = next(
            (one for one in elements(answer) if etree.QName(one).localname == "SubscriptionReference"), None
        )
        # Some leave out the reference around the address.
        address = content(reference, "Address") if reference is not None else _flat_address(answer)
        if not address:
            raise NotOnvif("it gives no address for its events")
        self._address = session.address.service(address)
        parameters = first(reference, "ReferenceParameters")
        self._parameters = [] if parameters is None else list(parameters)
        self._renewed = monotonic()

    def pull(self) -> list[EventNotice]:
        """Wait a little for events, and renew the subscription when it is time."""
        if self._monotonic() - self._renewed > RENEW_AFTER:
            self._renew()
        with self._session.waiting(self._patience):
            answer = self._call("PullMessages", Timeout=f"PT{self._patience:g}S", MessageLimit=_LIMIT)
        messages = (one for one in elements(answer) if etree.QName(one).localname == "NotificationMessage")
        return [notice for notice in map(notice_in, messages) if notice is not None]

    def end(self) -> None:
        """Unsubscribe; a device that does not answer forgets the subscription by itself."""
        with suppress(OnvifError):
            self._call("Unsubscribe")

    def _renew(self) -> None:
        # Some devices renew with each pull and have no operation for it.
        with suppress(Fault):
            self._call("Renew", TerminationTime=_KEPT)
        self._renewed = self._monotonic()

    def _call(self, operation: str, **parameters: object) -> Any:
        headers = [
            _header("Action", _ACTIONS[operation]),
            _header("MessageID", f"urn:uuid:{uuid.uuid4()}"),
            _header("To", self._address),
            *map(deepcopy, self._parameters),
        ]
        return self._session.call_at(
            self._address, "pullpoint", operation, _soapheaders=headers, **parameters
        )


def _flat_address(answer: Any) -> str:
    found = (one for one in elements(answer) if etree.QName(one).localname == "Address")
    return next(((one.text or "").strip() for one in found), "")


def _header(name: str, value: str) -> Any:
    element = etree.Element(f"{{{_ADDRESSING}}}{name}", nsmap={"wsa": _ADDRESSING})
    element.text = value
    return element


def notice_in(message: Any) -> EventNotice | None:
    """Read one notification (ONVIF Core Specification section 9.5); ``None`` for what is none."""
    topic = "/".join(part.rpartition(":")[2] for part in content(message, "Topic").split("/"))
    body = first(message, "Message", "Message")
    at = None if body is None else parse_instant(body.get("UtcTime") or "")
    if not topic or at is None:
        return None
    return EventNotice(
        topic=topic,
        at=at,
        initial=body.get("PropertyOperation") == "Initialized",
        source=dict(simple_items(first(body, "Source"))),
        data=dict(simple_items(first(body, "Data"))),
    )


def simple_items(parent: Any) -> Iterator[tuple[str, str]]:
    """Give names and values of an event's source or data."""
    for one in below([] if parent is None else [parent], "SimpleItem"):
        yield one.get("Name") or "", one.get("Value") or ""
