"""Prefixes that devices use and do not declare; seen in answers that are otherwise good."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

#: What the prefixes that the ONVIF specifications use stand for.
_USUAL = {
    "tt": "http://www.onvif.org/ver10/schema",
    "ter": "http://www.onvif.org/ver10/error",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "timg": "http://www.onvif.org/ver20/imaging/wsdl",
    "tmd": "http://www.onvif.org/ver10/deviceIO/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "trc": "http://www.onvif.org/ver10/recording/wsdl",
    "tse": "http://www.onvif.org/ver10/search/wsdl",
    "trp": "http://www.onvif.org/ver10/replay/wsdl",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
}
_MISSING = re.compile(r"Namespace prefix ([\w.-]{1,32}) ")
_ROOT = re.compile(rb"<(?:[\w.-]{1,32}:)?Envelope\b")
_MOST = 16


def declared(content: bytes, error: etree.XMLSyntaxError) -> bytes | None:
    """Declare what an answer leaves out, when that is all that is wrong with it; otherwise ``None``.

    A prefix that is not one of the usual gets a namespace of its own, which fits no description: answers
    without content, to commands, do not mind.
    """
    root = _ROOT.search(content)
    missing = _prefixes(error)
    if root is None or not 0 < len(missing) <= _MOST:
        return None
    declarations = "".join(
        f' xmlns:{name}="{_USUAL.get(name, f"urn:undeclared:{name}")}"' for name in missing
    )
    return content[: root.end()] + declarations.encode() + content[root.end() :]


def _prefixes(error: etree.XMLSyntaxError) -> set[str]:
    """Every prefix that is missing; none when there are mistakes of other kinds."""
    found: set[str] = set()
    entries: Any = error.error_log
    for entry in entries:
        match = _MISSING.match(entry.message)
        if entry.type != etree.ErrorTypes.NS_ERR_UNDEFINED_NAMESPACE or match is None:
            return set()
        found.add(match[1])
    return found
