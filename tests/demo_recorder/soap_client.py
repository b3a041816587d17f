"""The device as onvif-zeep sees it, and as somebody sees it who writes his own SOAP."""

import base64
import hashlib
import secrets
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import httpx
from attrs import frozen
from lxml import etree
from onvif.client import ONVIFService
from onvif.exceptions import ONVIFError
from tests.programs import RunningRecorder
from tests.waiting import PATIENCE
from zeep import Client, Settings
from zeep.exceptions import Fault
from zeep.transports import Transport
from zeep.wsdl import Document
from zeep.wsse.username import UsernameToken

from demo_recorder.account import Account

from .conftest import ACCOUNT

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
DIGEST = f"{WSS}username-token-profile-1.0#PasswordDigest"
_WSDL = {"device": "devicemgmt"}


@frozen(kw_only=True)
class Refusal:
    """A fault: its code and subcodes without prefixes, and its reason."""

    codes: tuple[str, ...]
    reason: str


def service(device: RunningRecorder, name: str, account: Account = ACCOUNT) -> Any:
    """A service of the device through onvif-zeep, without the traps of its camera class."""
    token = UsernameToken(account.username, account.password, use_digest=True)
    document = _document(name)
    client = Client(document, wsse=token, settings=Settings(strict=False), transport=document.transport)
    binding = f"{{http://www.onvif.org/ver10/{name}/wsdl}}{name.capitalize()}Binding"
    return ONVIFService(
        device.service_url(name), None, None, document.location, binding_name=binding, zeep_client=client
    )


def refusal(error: ONVIFError) -> Refusal:
    """What the device said, which onvif-zeep hides in the error's context."""
    fault = error.__context__
    assert isinstance(fault, Fault)
    subcodes = tuple(subcode.localname for subcode in fault.subcodes)
    return Refusal(codes=(fault.code.rpartition(":")[2], *subcodes), reason=fault.message)


def header(
    account: Account = ACCOUNT, *, created: datetime | str | None = None, nonce: bytes | None = None
) -> str:
    """A WS-Security header as the standard describes it."""
    nonce = nonce or secrets.token_bytes(16)
    created = created or datetime.now(UTC)
    text = created if isinstance(created, str) else f"{created:%Y-%m-%dT%H:%M:%SZ}"
    digest = base64.b64encode(hashlib.sha1(nonce + text.encode() + account.password.encode()).digest())
    return (
        f'<Security xmlns="{WSS}wssecurity-secext-1.0.xsd"><UsernameToken>'
        f'<Username>{account.username}</Username><Password Type="{DIGEST}">{digest.decode()}</Password>'
        f"<Nonce>{base64.b64encode(nonce).decode()}</Nonce>"
        f'<Created xmlns="{WSS}wssecurity-utility-1.0.xsd">{text}</Created></UsernameToken></Security>'
    )


def envelope(body: str, header: str = "") -> str:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'


def post(device: RunningRecorder, name: str, message: str | bytes, **headers: str) -> httpx.Response:
    """Send anything."""
    content = message.encode() if isinstance(message, str) else message
    return httpx.post(device.service_url(name), content=content, headers=headers, timeout=PATIENCE)


def fault_of(response: httpx.Response) -> Refusal:
    """The fault in an answer; fails if it is none."""
    root = etree.fromstring(response.content)
    codes = [element.text.rpartition(":")[2] for element in root.iter(f"{{{SOAP}}}Value")]
    reason = root.findtext(f".//{{{SOAP}}}Text")
    assert codes
    assert reason
    return Refusal(codes=tuple(codes), reason=reason)


@lru_cache
def _document(name: str) -> Document:
    """Parsed once: reading it anew for every service would be most of the time of a test."""
    files = distribution("onvif-zeep").files or []
    wsdl = f"{_WSDL.get(name, name)}.wsdl"
    path = next(Path(str(file.locate())) for file in files if file.name == wsdl)
    return Document(str(path.resolve()), Transport(), settings=Settings(strict=False))
