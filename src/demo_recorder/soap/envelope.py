"""SOAP envelopes: read with distrust, written plainly (SOAP 1.2 part 1 section 5)."""

from typing import Any

from attrs import frozen
from lxml import etree

from demo_recorder.soap.faults import ERROR, SOAP, Fault, not_well_formed

MAX_BODY_BYTES = 128 << 10

_ENVELOPE = f"{{{SOAP}}}Envelope"


@frozen(kw_only=True)
class Envelope:
    """A request message."""

    root: Any
    header: Any
    #: The one element in the body; its name names the operation.
    payload: Any

    @property
    def action(self) -> etree.QName:
        """The name of the operation."""
        return etree.QName(self.payload)


def read_envelope(body: bytes) -> Envelope:
    """Parse a request. Document types, entities and deep nesting are refused; raises Fault."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise not_well_formed(f"not well-formed XML: {error.msg}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise not_well_formed("a SOAP message must not contain a document type declaration")
    if root.tag != _ENVELOPE:
        raise Fault(code="VersionMismatch", reason="only SOAP 1.2 envelopes are understood")
    payload = root.find(f"{{{SOAP}}}Body/*")
    if payload is None:
        raise not_well_formed("the SOAP body is empty")
    return Envelope(root=root, header=root.find(f"{{{SOAP}}}Header"), payload=payload)


def fault_message(fault: Fault) -> bytes:
    """The message that reports a fault (SOAP 1.2 part 1 section 5.4)."""
    envelope = etree.Element(_ENVELOPE, nsmap={"env": SOAP, "ter": ERROR})
    body = etree.SubElement(envelope, f"{{{SOAP}}}Body")
    element = etree.SubElement(body, f"{{{SOAP}}}Fault")
    code = etree.SubElement(element, f"{{{SOAP}}}Code")
    etree.SubElement(code, f"{{{SOAP}}}Value").text = f"env:{fault.code}"
    for subcode in fault.subcodes:
        code = etree.SubElement(code, f"{{{SOAP}}}Subcode")
        etree.SubElement(code, f"{{{SOAP}}}Value").text = f"ter:{subcode}"
    reason = etree.SubElement(element, f"{{{SOAP}}}Reason")
    text = etree.SubElement(reason, f"{{{SOAP}}}Text")
    text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    text.text = fault.reason
    return serialised(envelope)


def serialised(envelope: Any) -> bytes:
    """The bytes of a message."""
    return bytes(etree.tostring(envelope, xml_declaration=True, encoding="utf-8"))
