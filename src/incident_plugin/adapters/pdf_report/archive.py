"""What makes a document one for archives (PDF/A-2b, ISO 19005-2): metadata in XMP, the meaning of colours."""

from __future__ import annotations

import struct
from datetime import datetime
from xml.sax.saxutils import escape

import attrs
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFObjectReference, PDFString

from incident_plugin.adapters.pdf_report.objects import Book, Stream

CREATOR = "Incident manager"
PRODUCER = "ReportLab"


@attrs.frozen(kw_only=True)
class About:
    """What the document says of itself; both of its records of metadata say the same."""

    title: str
    subject: str
    #: Empty when user names are hidden.
    author: str
    #: BCP 47.
    language: str
    #: In the site's zone.
    made_at: datetime


def information(about: About) -> PDFDictionary:
    """Give the document information dictionary (ISO 32000-1, section 14.3.3)."""
    stamp = about.made_at.strftime("D:%Y%m%d%H%M%S%z")
    moment = PDFString(f"{stamp[:-2]}'{stamp[-2:]}'")
    texts = {"Title": about.title, "Subject": about.subject, "Author": about.author}
    return PDFDictionary(
        {
            **{name: PDFString(text) for name, text in texts.items() if text},
            "Creator": PDFString(CREATOR),
            "Producer": PDFString(PRODUCER),
            "CreationDate": moment,
            "ModDate": moment,
        }
    )


def metadata(about: About) -> Stream:
    """Give the same as XMP (ISO 16684-1), and that this is PDF/A-2b; anybody can read it."""
    moment = about.made_at.isoformat(timespec="seconds")
    author = f"<dc:creator><rdf:Seq><rdf:li>{_xml(about.author)}</rdf:li></rdf:Seq></dc:creator>"
    subject = f"<dc:description>{_in_any_language(about.subject)}</dc:description>"
    packet = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title>{_in_any_language(about.title)}</dc:title>
{subject if about.subject else ""}
{author if about.author else ""}
<dc:language><rdf:Bag><rdf:li>{_xml(about.language)}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{CREATOR}</xmp:CreatorTool><pdf:Producer>{PRODUCER}</pdf:Producer>
<xmp:CreateDate>{moment}</xmp:CreateDate><xmp:ModifyDate>{moment}</xmp:ModifyDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
    content = packet.encode()
    return Stream(content, packed=False, Type=PDFName("Metadata"), Subtype=PDFName("XML"))


def _in_any_language(text: str) -> str:
    return f'<rdf:Alt><rdf:li xml:lang="x-default">{_xml(text)}</rdf:li></rdf:Alt>'


def _xml(text: str) -> str:
    return escape(text)


def output_intent(book: Book) -> PDFObjectReference:
    """Say that colours are those of sRGB (IEC 61966-2-1)."""
    profile = book.add(Stream(srgb_profile(), N=3, Alternate=PDFName("DeviceRGB")))
    return book.add(
        PDFDictionary(
            {
                "Type": PDFName("OutputIntent"),
                "S": PDFName("GTS_PDFA1"),
                "OutputConditionIdentifier": PDFString("sRGB IEC61966-2.1"),
                "Info": PDFString("sRGB IEC61966-2.1"),
                "DestOutputProfile": profile,
            }
        )
    )


#: Colorants of sRGB adapted to the white of profiles (D50), and the matrix of that adaptation.
_WHITE = (0.9642, 1.0, 0.8249)
_COLORANTS = {
    b"rXYZ": (0.436065674, 0.222488403, 0.013916016),
    b"gXYZ": (0.385147095, 0.716873169, 0.097076416),
    b"bXYZ": (0.143066406, 0.060607910, 0.714096069),
}
_ADAPTATION = (1.047882, 0.022919, -0.050201, 0.029587, 0.990479, -0.017059, -0.009232, 0.015076, 0.751678)
#: Gamma, a, b, c, d of the curve (ICC.1:2004-10, section 10.15, function type 3).
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def srgb_profile() -> bytes:
    """Give an ICC profile of sRGB (ICC.1:2004-10), made from the standard's numbers."""
    tags = {
        b"desc": _localised("sRGB IEC61966-2.1"),
        b"cprt": _localised("No copyright, use freely"),
        b"wtpt": b"XYZ \0\0\0\0" + _fixed(*_WHITE),
        b"chad": b"sf32\0\0\0\0" + _fixed(*_ADAPTATION),
        **{name: b"XYZ \0\0\0\0" + _fixed(*colorant) for name, colorant in _COLORANTS.items()},
        **dict.fromkeys(
            (b"rTRC", b"gTRC", b"bTRC"), b"para\0\0\0\0" + struct.pack(">HH", 3, 0) + _fixed(*_CURVE)
        ),
    }
    directory, data, places = b"", b"", {}
    offset = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        if value not in places:
            places[value] = offset + len(data)
            data += value + bytes(-len(value) % 4)
        directory += name + struct.pack(">II", places[value], len(value))
    size = offset + len(data)
    moment = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    head = (
        struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x04200000, b"mntr", b"RGB ", b"XYZ ")
        + moment
        + b"acsp"
    )
    head += bytes(24) + struct.pack(">I", 0) + _fixed(*_WHITE)
    return head + bytes(128 - len(head)) + struct.pack(">I", len(tags)) + directory + data


def _fixed(*numbers: float) -> bytes:
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def _localised(text: str) -> bytes:
    coded = text.encode("utf-16-be")
    return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(coded), 28) + coded
