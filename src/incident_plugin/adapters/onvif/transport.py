"""HTTP to one device, with limits on time and size, and faults as exceptions."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import attrs
import requests
from lxml import etree
from requests.auth import HTTPDigestAuth
from urllib3.exceptions import HTTPError
from urllib3.exceptions import TimeoutError as SlowError
from zeep.transports import Transport

from incident_plugin.adapters.onvif.deadline import DeadlineAdapter
from incident_plugin.adapters.onvif.errors import (
    Fault,
    NoAnswer,
    NoConnection,
    NoService,
    NotAuthorised,
    NotOnvif,
    NotTrusted,
    OnvifError,
)
from incident_plugin.adapters.onvif.prefixes import declared
from incident_plugin.adapters.onvif.tls import TlsAdapter, TlsRule, why_not_connected, why_not_trusted
from incident_plugin.domain.text import one_line

#: Longest answer in bytes. Lists of thousands of recordings are read in pages far below it.
_MAX_ANSWER = 8 * 1024 * 1024
_PIECE = 64 * 1024
_OK, _UNAUTHORISED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404
_ELSEWHERE = (301, 302, 303, 307, 308)
_SOAP = ("{http://www.w3.org/2003/05/soap-envelope}", "{http://schemas.xmlsoap.org/soap/envelope/}")
#: Our descriptions expect SOAP 1.2; what we read is the same in both.
_SOAP_1_1, _SOAP_1_2 = (name.strip("{}").encode() for name in reversed(_SOAP))
_WRONG_PASSWORD = {
    "NotAuthorized",
    "SenderNotAuthorized",
    "FailedAuthentication",
    "FailedCheck",
    "OperationProhibited",
}
#: Faults without a code that say it in words.
_UNAUTHORISED_WORDS = re.compile(r"(?i)not authori[sz]ed|unauthori[sz]ed|authori[sz]ation failed")
#: What firmwares put around a message, and XML does not allow there.
_AROUND = b"\0\r\n\t \xef\xbb\xbf"
_NOT_OFFERED = {"ActionNotSupported", "NoSuchService", "OptionalActionNotImplemented"}


@attrs.frozen(kw_only=True)
class _Answer:
    """What zeep needs of a response."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes
    encoding: str | None = None


class BoundedTransport(Transport):
    """Posts to one device; follows no redirect and no proxy, loads nothing else."""

    def __init__(self, username: str, password: str, seconds: float, tls: TlsRule) -> None:
        session = requests.Session()
        self._adapters = (DeadlineAdapter(), TlsAdapter(tls, seconds))
        session.mount("http://", self._adapters[0])
        session.mount("https://", self._adapters[1])
        # Neither proxies nor .netrc of the environment: recorders are in the local network.
        session.trust_env = False
        super().__init__(session=session, timeout=seconds, operation_timeout=seconds)  # type: ignore[no-untyped-call]
        self._seconds = self.patience = seconds
        # Answers a challenge only; most devices check the token in the message and never send one.
        self._digest = _BoundedDigest(username, password)
        #: How much longer an answer may take, in seconds, because the device was asked to wait with it.
        self.allowance = 0.0
        self._interrupted = False
        #: The last exchange, for an engineer: what was asked where, what came, how long it took.
        self.exchange = ""

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> _Answer:
        """Send a message; raises ``OnvifError`` for everything but a well-formed answer without fault."""
        began = time.monotonic()
        limit = self._seconds + self.allowance
        deadline = began + limit
        asked = f"POST {_plain(address)} {_operation(headers)}"
        self.exchange = asked
        try:
            try:
                status, reply_headers, content = self._exchange(address, message, headers, deadline)
            except (requests.ConnectTimeout, requests.exceptions.SSLError):
                raise
            except requests.ConnectionError:
                if self._interrupted:
                    raise
                # Devices drop a kept connection at the very moment when it is used again. What we ask
                # changes nothing in the device, or nothing more when it is asked twice.
                status, reply_headers, content = self._exchange(address, message, headers, deadline)
        except (requests.Timeout, SlowError) as error:
            self.exchange = f"{asked}: no answer in {limit:g} s"
            raise NoAnswer(f"nothing came for {limit:g} seconds") from error
        except requests.exceptions.SSLError as error:
            self.exchange = f"{asked}: {why_not_trusted(error)}"
            raise NotTrusted(why_not_trusted(error)) from error
        except (requests.RequestException, HTTPError, OSError) as error:
            self.exchange = f"{asked}: {why_not_connected(error)}"
            raise NoConnection(why_not_connected(error)) from error
        took = 1000 * (time.monotonic() - began)
        self.exchange = f"{asked}: HTTP {status}, {len(content):,} bytes, {took:.0f} ms"
        if status in _ELSEWHERE:
            place = _plain(reply_headers.get("Location", "another address"))[:120]
            raise NotOnvif(f"it sends to {place}: enter that address if it is this recorder's")
        content = _checked(status, content.strip(_AROUND).replace(_SOAP_1_1, _SOAP_1_2))
        return _Answer(status_code=status, headers=reply_headers, content=content)

    def _exchange(
        self, address: str, message: bytes, headers: dict[str, str], deadline: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        left = max(0.1, deadline - time.monotonic())
        with self.session.post(
            address,
            data=message,
            headers=headers,
            timeout=left,
            auth=self._digest,
            allow_redirects=False,
            stream=True,
        ) as response:
            return response.status_code, response.headers, _read(response, deadline)

    def interrupt(self) -> None:
        """Have the call under way, if there is one, fail now; called from another thread."""
        self._interrupted = True
        for adapter in self._adapters:
            adapter.cut()

    def load(self, url: str) -> bytes:
        """Refuse: a message must not make us fetch anything."""
        raise NotOnvif(f"it refers to {url!r}")


class _BoundedDigest(HTTPDigestAuth):
    """HTTP Digest that does not read a challenge's body without end."""

    def handle_401(self, r: requests.Response, **kwargs: Any) -> requests.Response:
        if r.status_code == _UNAUTHORISED:
            _read(r, time.monotonic() + float(kwargs.get("timeout") or 1))
        return super().handle_401(r, **kwargs)  # type: ignore[no-any-return,no-untyped-call,unused-ignore]


def _plain(address: str) -> str:
    return address.partition("?")[0]


def _operation(headers: Mapping[str, str]) -> str:
    found = re.search(
        r'(?:action="?|/)(\w+)"?$', headers.get("Content-Type", "") or headers.get("SOAPAction", "")
    )
    return found[1] if found else ""


def _read(response: requests.Response, deadline: float) -> bytes:
    pieces, size = [], 0
    while piece := response.raw.read1(_PIECE, decode_content=True):
        pieces.append(piece)
        size += len(piece)
        if size > _MAX_ANSWER:
            raise NotOnvif(f"the answer is longer than {_MAX_ANSWER // 2**20} MB")
        if time.monotonic() > deadline:
            raise NoAnswer("the answer came too slowly")
    return b"".join(pieces)


def _checked(status: int, content: bytes) -> bytes:
    """Give an answer that can be read; raises what it reports, or that it is no ONVIF answer."""
    if status in (_UNAUTHORISED, _FORBIDDEN):
        raise NotAuthorised
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root: Any = etree.fromstring(content, parser) if content else None
    except etree.XMLSyntaxError as error:
        if (mended := declared(content, error)) is not None:
            return _checked(status, mended)
        root = None
        if status == _OK:
            raise NotOnvif("the answer is not well-formed or is cut off") from error
    if root is None:
        raise _by_status(status)
    if root.getroottree().docinfo.doctype:
        raise NotOnvif("the answer carries a document type")
    for soap in _SOAP:
        fault = root.find(f"{soap}Body/{soap}Fault")
        if fault is not None:
            raise _fault(fault)
    if status != _OK or not any(root.tag == f"{soap}Envelope" for soap in _SOAP):
        raise _by_status(status)
    return content


def _by_status(status: int) -> OnvifError:
    if status == _NOT_FOUND:
        return NoService("there is no ONVIF service at its address")
    return NotOnvif("it is no ONVIF answer" if status == _OK else f"HTTP status {status}")


def _fault(fault: Any) -> OnvifError:
    """Read a SOAP 1.2 or 1.1 fault, by local names: devices declare their prefixes wrongly or not at all."""
    texts = {"Value": [], "Text": [], "faultstring": [], "faultcode": []}  # type: dict[str, list[str]]
    for element in fault.iter(etree.Element):
        name = etree.QName(element).localname
        if name in texts:
            texts[name].append(one_line(element.text or ""))
    codes = [code.rpartition(":")[2] for code in (*texts["Value"][1:], *texts["faultcode"])]
    reason = next(iter((*texts["Text"], *texts["faultstring"])), "")
    if _WRONG_PASSWORD.intersection(codes) or _UNAUTHORISED_WORDS.search(reason):
        return NotAuthorised(reason)
    if _NOT_OFFERED.intersection(codes):
        return NoService(reason or codes[-1])
    return Fault(tuple(codes), reason)
