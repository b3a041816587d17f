"""Answering searches of the network (WS-Discovery 2005/04, ONVIF Core Specification section 7)."""

import asyncio
import logging
import socket
import struct
import time
import uuid
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from attrs import frozen
from lxml import etree

GROUP, PORT = "239.255.255.250", 3702
_ANY_HOST = ("0.0.0.0", "::")  # noqa: S104 - how all interfaces are named
_LARGEST = 32 * 1024
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_TYPES = frozenset({"NetworkVideoTransmitter", "NetworkVideoStorage", "Device"})
_ANSWER = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{addressing}"'
    ' xmlns:d="{discovery}"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
    "<s:Header><a:MessageID>urn:uuid:{message}</a:MessageID><a:RelatesTo>{relates}</a:RelatesTo>"
    "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
    "<a:Action>{discovery}/ProbeMatches</a:Action>"
    '<d:AppSequence InstanceId="{instance}" MessageNumber="{number}"/></s:Header>'
    "<s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:{identity}</a:Address>"
    "</a:EndpointReference><d:Types>dn:NetworkVideoTransmitter dn:NetworkVideoStorage tds:Device</d:Types>"
    "<d:Scopes>{scopes}</d:Scopes><d:XAddrs>{address}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>"
    "</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
)
_LOG = logging.getLogger(__name__)


@frozen(kw_only=True)
class Described:
    """What is told of the recorder."""

    #: Stays the same over restarts.
    identity: str
    #: Of its device service.
    address: str
    scopes: Sequence[str]


async def answer_probes(
    described: Described, host: str, *, group: str = GROUP, port: int = PORT
) -> asyncio.DatagramTransport:
    """Answer from now on, on the interface that has the address ``host``; raises ``OSError``."""
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        # Others on this machine may answer, too.
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind((group, port))
        if group == GROUP:
            interface = "0.0.0.0" if host in _ANY_HOST else host  # noqa: S104 - the system chooses
            membership = struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton(interface))
            own.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Answering(described), sock=own)
    except BaseException:
        own.close()
        raise
    return transport


class _Answering(asyncio.DatagramProtocol):
    def __init__(self, described: Described) -> None:
        self._described = described
        self._identity = uuid.uuid5(uuid.NAMESPACE_URL, described.identity)
        self._instance = int(time.time())
        self._number = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        asked = _message_of_probe(data, self._described.scopes) if len(data) <= _LARGEST else None
        if asked is None or self._transport is None:
            return
        self._number += 1
        answer = _ANSWER.format(
            addressing=_ADDRESSING,
            discovery=_DISCOVERY,
            message=uuid.uuid4(),
            relates=escape(asked),
            instance=self._instance,
            number=self._number,
            identity=self._identity,
            scopes=escape(" ".join(self._described.scopes)),
            address=escape(_toward(self._described.address, addr[0])),
        )
        self._transport.sendto(answer.encode(), addr)

    def error_received(self, exc: Exception) -> None:
        _LOG.info("An answer to a search was not delivered: %s", exc)


def _message_of_probe(data: bytes, scopes: Sequence[str]) -> str | None:
    """The id of a probe that looks for something like us; None for all else."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root: Any = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    probe = next(root.iter(f"{{{_DISCOVERY}}}Probe"), None)
    message = root.findtext(f".//{{{_ADDRESSING}}}MessageID")
    if probe is None or not message:
        return None
    types = (probe.findtext(f"{{{_DISCOVERY}}}Types") or "").split()
    wanted = (probe.findtext(f"{{{_DISCOVERY}}}Scopes") or "").split()
    if not all(one.rpartition(":")[2] in _TYPES for one in types):
        return None
    return str(message).strip() if all(_within(one, scopes) for one in wanted) else None


def _within(wanted: str, scopes: Sequence[str]) -> bool:
    """Whether a scope is one of ours, or stands above one (WS-Discovery section 5.1, by whole segments)."""
    stem = wanted.rstrip("/")
    return any(scope == stem or scope.startswith(stem + "/") for scope in scopes)


def _toward(address: str, peer: str) -> str:
    """The address as a peer can reach it, where it names all interfaces."""
    for host in _ANY_HOST:
        bracketed = f"[{host}]" if ":" in host else host
        if f"//{bracketed}:" in address:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.connect((peer, PORT))
                return address.replace(bracketed, probe.getsockname()[0])
    return address
