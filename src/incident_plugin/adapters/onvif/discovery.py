"""WS-Discovery: asking the local network which devices there are (ONVIF Core Specification section 7).

Anybody in the network may answer anything, so answers are bounded in size and number, and are shown to
administrators without being used.
"""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import Iterable
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import ifaddr

from incident_plugin.application.recorder_ports import FoundDevice
from incident_plugin.domain.errors import RecorderUnavailable

#: For answers from any network.
_ANYWHERE = "0.0.0.0"  # noqa: S104
_GROUP, _PORT = "239.255.255.250", 3702
#: How long answers are waited for, in seconds; devices wait up to half a second before they answer.
_LISTEN = 3.0
#: Probes are repeated: the first datagram of a network that sleeps gets lost.
_REPEATS = (0.0, 0.4, 1.0)
_LARGEST, _MOST = 32 * 1024, 1000
_PROBE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>"
    "<a:MessageID>urn:uuid:{}</a:MessageID>"
    "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>"
    "<s:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
)


class WsDiscovery:
    """The ``Discovery`` port, on every network that this server is in."""

    def __init__(self, *, group: str = _GROUP, port: int = _PORT, listen: float = _LISTEN) -> None:
        self._target = (group, port)
        self._listen = listen

    async def search(self) -> tuple[FoundDevice, ...]:
        """Ask who is there and wait some seconds; raises ``RecorderUnavailable``."""
        loop = asyncio.get_running_loop()
        answers = _Answers()
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: answers,
                local_addr=(_ANYWHERE, 0),
                family=socket.AF_INET,
            )
        except OSError as error:
            raise RecorderUnavailable(
                f"The network cannot be searched ({error.strerror}). Enter the recorder's address instead."
            ) from error
        try:
            probe = _PROBE.format(uuid.uuid4()).encode()
            began = loop.time()
            for pause in _REPEATS:
                await asyncio.sleep(min(pause, self._listen / 4))
                _send(transport, probe, self._target)
            await asyncio.sleep(max(0.0, began + self._listen - loop.time()))
        finally:
            transport.close()
        if answers.refused is not None and not answers.datagrams:
            raise RecorderUnavailable(
                f"The network cannot be searched ({answers.refused}). Enter the recorder's address instead."
            )
        return await asyncio.to_thread(found_in, answers.datagrams)


def _send(transport: asyncio.DatagramTransport, probe: bytes, target: tuple[str, int]) -> None:
    own = cast("socket.socket", transport.get_extra_info("socket"))
    for interface in _interfaces():
        try:
            own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
            own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        except OSError:
            # An interface that went away, or one without multicast; the others are asked all the same.
            continue
        transport.sendto(probe, target)


def _interfaces() -> list[str]:
    """Give this machine's IPv4 addresses, one for each network: recorders often have one of their own."""
    named = (ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4)
    return list(dict.fromkeys(str(address) for address in named))


class _Answers(asyncio.DatagramProtocol):
    """Keeps what comes, up to a limit."""

    def __init__(self) -> None:
        self.datagrams: list[bytes] = []
        self.refused: str | None = None

    def datagram_received(self, data: bytes, addr: Any) -> None:
        del addr
        if len(data) <= _LARGEST and len(self.datagrams) < _MOST:
            self.datagrams.append(data)

    def error_received(self, exc: Exception) -> None:
        self.refused = getattr(exc, "strerror", None) or str(exc)


def found_in(datagrams: Iterable[bytes]) -> tuple[FoundDevice, ...]:
    """Read ProbeMatches; each address once, in order. What cannot be read is passed over."""
    from lxml import etree  # noqa: PLC0415 -- heavy, when needed

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    found: dict[str, FoundDevice] = {}
    for datagram in datagrams:
        try:
            root: Any = etree.fromstring(datagram, parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        for match in root.iter("{*}ProbeMatch"):
            device = _device(match)
            if device is not None:
                found.setdefault(device.address, device)
    return tuple(sorted(found.values(), key=lambda device: device.address))


def _device(match: Any) -> FoundDevice | None:
    addresses = (match.findtext("{*}XAddrs") or "").split()
    usable = [address for address in addresses if _usable(address)]
    if not usable:
        return None
    scopes = (match.findtext("{*}Scopes") or "").split()
    # IPv4 before IPv6 link-local, which needs a zone that no administrator wants to type.
    address = min(usable, key=lambda one: "[" in one)
    return FoundDevice(
        address=address,
        name=_scope(scopes, "name"),
        hardware=_scope(scopes, "hardware"),
        location=_scope(scopes, "location"),
    )


def _usable(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def _scope(scopes: list[str], kind: str) -> str:
    """Read a scope such as ``onvif://www.onvif.org/name/Door`` (Core Specification section 7.3.2.2)."""
    prefix = f"onvif://www.onvif.org/{kind}/"
    return next((unquote(one[len(prefix) :])[:200] for one in scopes if one.startswith(prefix)), "")
