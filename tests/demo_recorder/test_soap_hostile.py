"""Messages that are broken or mean harm get a fault, and the device goes on."""

from itertools import pairwise

import httpx
import pytest
from tests.programs import RunningRecorder

from .soap_client import envelope, fault_of, header, post, service

TIME = '<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>'
BOMB = (
    '<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in pairwise("abcdefghi"))
    + "]>"
)
FILE = '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def is_well(device: RunningRecorder) -> bool:
    return bool(service(device, "device").GetSystemDateAndTime())


@pytest.mark.parametrize(
    ("message", "codes"),
    [
        ("", ("Sender", "WellFormed")),
        ("hello", ("Sender", "WellFormed")),
        (envelope(TIME)[:-20], ("Sender", "WellFormed")),
        (envelope(""), ("Sender", "WellFormed")),
        (b"\x00\xff" * 100, ("Sender", "WellFormed")),
        (BOMB + envelope(TIME.replace("/>", ">&i;</GetSystemDateAndTime>")), ("Sender", "WellFormed")),
        (FILE + envelope(TIME.replace("/>", ">&a;</GetSystemDateAndTime>")), ("Sender", "WellFormed")),
        ("<!DOCTYPE s>" + envelope(TIME), ("Sender", "WellFormed")),
        ("<a>" * 5000 + "</a>" * 5000, ("Sender", "WellFormed")),
        ("<html/>", ("VersionMismatch",)),
        (
            envelope(TIME).replace(
                "http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/"
            ),
            ("VersionMismatch",),
        ),
    ],
    ids=[
        "nothing",
        "text",
        "cut off",
        "empty body",
        "bytes",
        "entity bomb",
        "file entity",
        "doctype",
        "deep",
        "html",
        "SOAP 1.1",
    ],
)
def test_what_is_no_soap_is_a_fault(device: RunningRecorder, message, codes) -> None:
    """Broken, hostile and foreign XML is refused with the standard's code."""
    assert fault_of(post(device, "device", message)).codes == codes
    assert is_well(device)


def test_entities_are_never_resolved(device: RunningRecorder) -> None:
    """No answer contains what an entity points to."""
    reply = post(device, "device", FILE + envelope(TIME.replace("/>", ">&a;</GetSystemDateAndTime>")))
    assert b"root:" not in reply.content


def test_a_huge_message_is_refused_before_it_is_read(device: RunningRecorder) -> None:
    """Memory does not grow with what a stranger sends."""
    reply = post(device, "device", envelope(f"<!--{'x' * 4_000_000}-->" + TIME))
    found = fault_of(reply)
    assert found.codes == ("Sender", "WellFormed")
    assert "longer" in found.reason
    assert is_well(device)


@pytest.mark.parametrize(
    "body",
    [
        "<StartPoint>never</StartPoint>",
        "<Scope/><SearchFilter/><IncludeStartState>perhaps</IncludeStartState>",
        "<StartPoint>2026-13-40T99:99:99Z</StartPoint>",
        "<Scope/><SearchFilter/>",
        "<Unheard><Of/></Unheard>",
        "<StartPoint><Deep/></StartPoint>",
        "<StartPoint>9999-12-31T23:59:59-12:00</StartPoint>",
    ],
)
def test_arguments_that_cannot_be_read_are_a_fault(device: RunningRecorder, body: str) -> None:
    """Missing and malformed arguments are told to the client as its own mistake."""
    message = f'<FindEvents xmlns="http://www.onvif.org/ver10/search/wsdl">{body}</FindEvents>'
    found = fault_of(post(device, "search", envelope(message, header())))
    assert found.codes == ("Sender", "InvalidArgs")
    assert is_well(device)


def test_an_operation_of_another_service_is_not_supported(device: RunningRecorder) -> None:
    """Each address answers for its own service only."""
    message = envelope('<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/>', header())
    assert fault_of(post(device, "device", message)).codes == ("Receiver", "ActionNotSupported")


def test_a_host_name_that_is_none_is_refused(device: RunningRecorder) -> None:
    """No answer carries an address that somebody smuggled in."""
    reply = post(device, "device", envelope(TIME), Host="evil/<script>")
    assert reply.status_code == 400
    assert b"<script>" not in reply.content


def test_only_posts_to_services_are_answered(device: RunningRecorder) -> None:
    """Everything else is not found, or not allowed."""
    assert httpx.get(device.address).status_code == 405
    assert httpx.post(device.address.replace("device_service", "event_service")).status_code == 404
