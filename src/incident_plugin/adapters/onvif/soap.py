"""SOAP by onvif-zeep, held to account: no side effects on the process, nothing without limits.

Heavy to import; only ``session`` does, in a worker thread. onvif-zeep's own camera class is not used: its
constructor opens connections without time-out, leaks a subscription and changes the environment.
"""

from __future__ import annotations

import logging
import threading
from importlib import import_module
from typing import Any

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


def _settings() -> Any:
    # Devices add elements of their own and leave out mandatory ones. What is not XML at all was refused
    # before, by the transport.
    return zeep.Settings(strict=False, forbid_dtd=True, forbid_external=True)


def _document(name: str) -> Any:
    """Give a parsed service description; every process needs each of them once, whatever the recorders."""
    with _parsing:
        if name not in _documents:
            path = description_directory() / onvif.SERVICES[name]["wsdl"]
            document = zeep.wsdl.Document(str(path), zeep.Transport(), settings=_settings())
            # This schema's own type object, so no other user of zeep in the process is affected.
            document.types.get_type(_DATE_TIME).pythonvalue = parse_instant
            _documents[name] = document
        return _documents[name]


def namespace(name: str) -> str:
    """XML namespace by which devices list a service, such as ``search``."""
    return str(onvif.SERVICES[name]["ns"])


class SoapService:
    """One service of one device, at one address."""

    def __init__(self, name: str, address: str, transport: object, token: object | None) -> None:
        document = _document(name)
        client = zeep.Client(document, wsse=token, transport=transport, settings=_settings())
        description = onvif.SERVICES[name]
        self._service = onvif.ONVIFService(
            xaddr=address,
            user=None,
            passwd=None,
            url=document.location,
            zeep_client=client,
            binding_name=f"{{{description['ns']}}}{description['binding']}",
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
