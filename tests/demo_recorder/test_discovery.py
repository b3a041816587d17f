"""Searches of the network: who is answered, and what is said."""

import asyncio
import socket

import pytest
from tests.waiting import PATIENCE

from demo_recorder.discovery import Described, answer_probes
from incident_plugin.adapters.onvif import WsDiscovery

LOOPBACK = "127.0.0.1"
DESCRIBED = Described(
    identity="DEMO-0001",
    address="http://127.0.0.1:8000/onvif/device_service",
    scopes=("onvif://www.onvif.org/name/Demo%20recorder", "onvif://www.onvif.org/location/nowhere"),
)
PROBE = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:x="urn:x"><e:Header>'
    "<a:MessageID>{message}</a:MessageID></e:Header><e:Body><d:Probe>{wanted}</d:Probe></e:Body></e:Envelope>"
)


async def asked(*probes: bytes) -> bytes:
    """Send these to a recorder's port, and give its first answer."""
    transport = await answer_probes(DESCRIBED, LOOPBACK, group=LOOPBACK, port=0)
    there = transport.get_extra_info("sockname")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.setblocking(False)
        own.bind((LOOPBACK, 0))
        loop = asyncio.get_running_loop()
        for probe in probes:
            await loop.sock_sendto(own, probe, there)
        try:
            return await asyncio.wait_for(loop.sock_recv(own, 65_536), PATIENCE)
        finally:
            transport.close()


def probe(message: str, wanted: str = "") -> bytes:
    return PROBE.format(message=message, wanted=wanted).encode()


async def test_the_product_finds_it():
    """By name and address, as an administrator sees it."""
    transport = await answer_probes(DESCRIBED, LOOPBACK, group=LOOPBACK, port=0)
    port = transport.get_extra_info("sockname")[1]
    (found,) = await WsDiscovery(group=LOOPBACK, port=port, listen=0.5).search()
    transport.close()
    assert (found.address, found.name, found.location) == (DESCRIBED.address, "Demo recorder", "nowhere")


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "<d:Types>x:NetworkVideoTransmitter</d:Types>",
        "<d:Types>x:Device</d:Types><d:Scopes>onvif://www.onvif.org/location</d:Scopes>",
    ],
    ids=["anything", "a type", "type and scope"],
)
async def test_who_looks_for_something_like_it_is_answered(wanted: str):
    """With reference to the question."""
    answer = await asked(probe("urn:1", wanted))
    assert b"<a:RelatesTo>urn:1</a:RelatesTo>" in answer
    assert DESCRIBED.address.encode() in answer


async def test_nobody_else_is_answered():
    """Printers, other scopes, rubbish and entities: the first answer belongs to the one good question."""
    answer = await asked(
        probe("urn:1", "<d:Types>x:PrintDeviceType</d:Types>"),
        probe("urn:2", "<d:Scopes>onvif://www.onvif.org/locat</d:Scopes>"),
        b"\xff rubbish",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        probe("urn:4"),
    )
    assert b"<a:RelatesTo>urn:4</a:RelatesTo>" in answer
