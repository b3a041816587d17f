"""SOAP by onvif-zeep, held to account: no side effects on the process, nothing without limits.

Heavy to import; only ``session`` does, in a worker thread. onvif-zeep's own camera class is not used: its
constructor opens connections without time-out, leaks a subscription and changes the environment.
"""

from __future__ import annotations

import logging
import threading
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from incident_plugin.adapters.onvif.clock import parse_instant
from incident_plugin.adapters.onvif.descriptions import description_directory
from incident_plugin.adapters.onvif.errors import NotOnvif, OnvifError


def _import_quietly() -> Any:
    """Import onvif-zeep without what it does to logging: the process's logging belongs to the host."""
    root, client = logging.getLogger(), logging.getLogger("zeep.client")
    occupied, level = logging.NullHandler(), client.level
    root.addHandler(occupied)
    try:
        import onvif  # noqa: PLC0415 -- between setting up and taking down
    finally:
        root.removeHandler(occupied)
        client.setLevel(level)
    return onvif


onvif = _import_quietly()

# Half of zeep is typed and half is not, so all of it counts as untyped.
zeep: Any = import_module("zeep")

_DATE_TIME = "{http://www.w3.org/2001/XMLSchema}dateTime"
_documents: dict[str, Any] = {}
_parsing = threading.Lock()
_OURS = Path(__file__).parent / "wsdl"


class _Description(NamedTuple):
    namespace: str
    binding: str
    file: Path


def _descriptions() -> dict[str, _Description]:
    """By service: those of onvif-zeep, and ours where it has none or knows only older forms."""
    theirs = {
        name: _Description(known["ns"], known["binding"], description_directory() / known["wsdl"])
        for name, known in onvif.SERVICES.items()
    }
    events = "http://www.onvif.org/ver10/events/wsdl"
    ours = {
        "media2": _Description(
            "http://www.onvif.org/ver20/media/wsdl", "Media2Binding", _OURS / "media2.wsdl"
        ),
        "events": _Description(events, "EventBinding", _OURS / "events.wsdl"),
        "eventsearch": _Description(
            "http://www.onvif.org/ver10/search/wsdl", "EventSearchBinding", _OURS / "eventsearch.wsdl"
        ),
        "pullpoint": _Description(events, "PullPointBinding", _OURS / "events.wsdl"),
    }
    return theirs | ours


_DESCRIPTIONS = _descriptions()


def _settings() -> Any:
    # Devices add elements of their own and leave out mandatory ones. What is not XML at all was refused
    # before, by the transport.
    return zeep.Settings(strict=False, forbid_dtd=True, forbid_external=True)


def _document(file: Path) -> Any:
    """Give a parsed service description; every process needs each of them once, whatever the recorders."""
    with _parsing:
        if str(file) not in _documents:
            document = zeep.wsdl.Document(str(file), zeep.Transport(), settings=_settings())
            # This schema's own type object, so no other user of zeep in the process is affected.
            document.types.get_type(_DATE_TIME).pythonvalue = parse_instant
            _documents[str(file)] = document
        return _documents[str(file)]


def namespace(name: str) -> str:
    """XML namespace by which devices list a service, such as ``search``."""
    return _DESCRIPTIONS[name].namespace


class SoapService:
    """One service of one device, at one address."""

    def __init__(self, name: str, address: str, transport: object, token: object | None) -> None:
        description = _DESCRIPTIONS[name]
        document = _document(description.file)
        client = zeep.Client(document, wsse=token, transport=transport, settings=_settings())
        self._service = onvif.ONVIFService(
            xaddr=address,
            user=None,
            passwd=None,
            url=document.location,
            zeep_client=client,
            binding_name=f"{{{description.namespace}}}{description.binding}",
        )

    def call(self, operation: str, **parameters: object) -> Any:
        """Call and wait for the answer; raises ``OnvifError``."""
        try:
            return getattr(self._service, operation)(parameters)
        except onvif.ONVIFError as error:
            # onvif-zeep flattens every error to "Unknown error"; the real one is its context.
            cause = error.__context__
            if isinstance(cause, OnvifError):
                raise cause from None
            raise NotOnvif(f"the answer to {operation} does not fit its description: {cause}") from cause
