"""The report as a document for archives: PDF/A-2b (ISO 19005-2), as far as its rules concern what we write.

The rules are checked one by one, by a reader that is not ours, and the file as such by three others. The one
validator of PDF/A among Debian's packages, Apache PDFBox Preflight, knows level 1b only: what it says beyond
the three rules in which part 2 differs from part 1 would be a fault.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageCms
from pypdf.generic import DictionaryObject, IndirectObject, StreamObject

from incident_plugin.adapters.pdf_report.archive import srgb_profile
from incident_plugin.adapters.pdf_report.maker import SYSTEM_FONTS, PdfReportMaker

from .conftest import Print, Printed, made
from .samples import comment, content, export, jpeg, project

MANY_SCRIPTS = (
    "\u0395\u03bb \u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5 \u0e01\u0e35\u0e48 \u0939\u093f \u4f60"
)
NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
}


@pytest.fixture(scope="module")
def report() -> Printed:
    """A report with everything: scripts, pictures in colour and grey, exports, a logo."""
    grey = io.BytesIO()
    Image.new("L", (64, 36), 90).save(grey, "JPEG")
    of = project(comments=(comment(MANY_SCRIPTS),))
    pictures = dict(zip((s.id for s in of.sequences), (jpeg(), grey.getvalue()), strict=True))
    told = content(of, pictures=pictures, exports=(export(of),), logo=jpeg(300, 100), title="For the police")
    return Printed(made(PdfReportMaker(SYSTEM_FONTS), told))


def objects(report: Printed) -> list[object]:
    """Every object of the file."""
    numbers = range(1, int(report.reader.trailer["/Size"]))
    return [report.reader.get_object(IndirectObject(n, 0, report.reader)) for n in numbers]


def dictionaries(report: Printed) -> list[DictionaryObject]:
    """Every dictionary of the file, those of streams included."""
    return [one for one in objects(report) if isinstance(one, DictionaryObject)]


def test_the_file_begins_and_ends_as_the_standard_wants(report: Printed) -> None:
    """Sections 6.1.2 and 6.1.3: header, bytes beyond ASCII, an id, nothing behind the end, no encryption."""
    assert re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", report.pdf)
    assert report.pdf.endswith(b"%%EOF\n")
    trailer = report.reader.trailer
    assert len(trailer["/ID"]) == 2
    assert "/Encrypt" not in trailer


def test_streams_are_as_long_as_they_say_and_end_on_a_line_of_their_own(report: Printed) -> None:
    """Section 6.1.7: no external data, no LZW, and the length is that of the bytes between the keywords."""
    streams = 0
    for found in re.finditer(rb"/Length (\d+)\b[^>]*>>\nstream\n", report.pdf):
        end = found.end() + int(found[1])
        assert report.pdf[end : end + 11] == b"\nendstream\n"
        streams += 1
    assert streams == sum(isinstance(one, StreamObject) for one in objects(report))
    for one in dictionaries(report):
        assert "/F" not in one or "/Type" not in one
        assert one.get("/Filter") in (None, "/FlateDecode", "/DCTDecode")


def test_colours_have_a_meaning(report: Printed) -> None:
    """Section 6.2.3: one output intent with a profile in RGB; pictures are in RGB or grey, not smoothed."""
    (intent,) = report.reader.root_object["/OutputIntents"]
    intent = intent.get_object()
    assert intent["/S"] == "/GTS_PDFA1"
    profile = intent["/DestOutputProfile"].get_object()
    assert profile["/N"] == 3
    assert profile.get_data() == srgb_profile()
    for one in dictionaries(report):
        assert one.get("/ColorSpace") in (None, "/DeviceRGB", "/DeviceGray")
        assert not {"/Interpolate", "/Alternates", "/OPI", "/SMask", "/PS"} & one.keys()


def test_the_profile_is_srgb() -> None:
    """Another implementation reads it, and it changes no colour of sRGB by more than rounding."""
    ours = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    assert ours.profile.version < 5
    assert ours.profile.xcolor_space.strip() == "RGB"
    image = Image.linear_gradient("L").convert("RGB").resize((64, 64))
    image = Image.merge("RGB", (image.getchannel(0), image.getchannel(1).rotate(90), image.getchannel(2)))
    shown = ImageCms.profileToProfile(image, ours, ImageCms.createProfile("sRGB"))
    assert shown is not None
    assert max(abs(a - b) for a, b in zip(image.tobytes(), shown.tobytes(), strict=True)) <= 1
    assert srgb_profile() == srgb_profile()


def test_every_font_is_in_the_file_with_widths_and_meaning(report: Printed) -> None:
    """Section 6.2.11: programs embedded, codes mapped to glyphs and text, widths those of the program."""
    fonts = [one for one in dictionaries(report) if one.get("/Type") == "/Font"]
    assert {font["/Subtype"] for font in fonts} == {"/Type0", "/CIDFontType2"}
    for font in fonts:
        if font["/Subtype"] == "/Type0":
            assert font["/Encoding"] == "/Identity-H"
            assert "/ToUnicode" in font
            continue
        descriptor = font["/FontDescriptor"].get_object()
        program = descriptor["/FontFile2"].get_object()
        assert program["/Length1"] == len(program.get_data())
        assert font["/BaseFont"] == descriptor["/FontName"]
        assert re.fullmatch(r"/[A-Z]{6}\+[A-Za-z0-9-]+", font["/BaseFont"])
        places = font["/CIDToGIDMap"].get_object().get_data()
        glyphs = [int.from_bytes(places[n : n + 2], "big") for n in range(2, len(places), 2)]
        first, widths = font["/W"]
        assert first == 1
        assert len(widths) == len(glyphs)
        for glyph, width in zip(glyphs, widths, strict=True):
            assert abs(width - _program_width(program.get_data(), glyph)) <= 1


def _program_width(program: bytes, glyph: int) -> float:
    """Read an advance width from a font program's tables (OpenType: head, hhea, hmtx)."""
    tables = {}
    for place in range(12, 12 + 16 * int.from_bytes(program[4:6], "big"), 16):
        tables[program[place : place + 4]] = int.from_bytes(program[place + 8 : place + 12], "big")
    upem = int.from_bytes(program[tables[b"head"] + 18 : tables[b"head"] + 20], "big")
    count = int.from_bytes(program[tables[b"hhea"] + 34 : tables[b"hhea"] + 36], "big")
    place = tables[b"hmtx"] + 4 * min(glyph, count - 1)
    return 1000 * int.from_bytes(program[place : place + 2], "big") / upem


def test_nothing_acts(report: Printed) -> None:
    """Sections 6.5 and 6.6: no scripts, actions, forms, attachments or links to elsewhere."""
    forbidden = {"/JS", "/JavaScript", "/AA", "/OpenAction", "/AcroForm", "/EmbeddedFiles", "/URI", "/Launch"}
    for one in dictionaries(report):
        assert not forbidden & one.keys()
        assert not {"/CA", "/ca", "/BM", "/TR", "/HTP"} & one.keys()


def test_both_records_of_metadata_say_the_same(report: Printed) -> None:
    """Section 6.6.2: XMP, readable as it stands, with part and level; the rest as in the other one."""
    stream = report.reader.root_object["/Metadata"].get_object()
    assert "/Filter" not in stream
    about = report.reader.metadata
    assert about is not None
    xmp = ET.fromstring(stream.get_data().decode())

    def said(path: str) -> str:
        found = xmp.find(f".//{path}", NAMES)
        assert found is not None, path
        return "".join(found.itertext()).strip()

    assert (said("pdfaid:part"), said("pdfaid:conformance")) == ("2", "B")
    assert said("dc:title") == about.title
    assert said("dc:description") == about.subject
    assert said("dc:creator") == about.author
    assert said("xmp:CreatorTool") == about.creator
    assert said("pdf:Producer") == about.producer
    assert about.creation_date is not None
    assert said("xmp:CreateDate") == said("xmp:ModifyDate") == about.creation_date.isoformat()


def test_hidden_names_are_in_neither_record(printed: Print) -> None:
    """Without user names there is no author."""
    hidden = printed(content(show_user_names=False))
    assert hidden.reader.metadata is not None
    assert hidden.reader.metadata.author is None
    assert b"dc:creator" not in hidden.pdf


def test_texts_with_markup_do_not_break_the_metadata(printed: Print) -> None:
    """A site may be called as it likes."""
    stream = printed(content(site='<A> & ]]> "B"')).reader.root_object["/Metadata"].get_object()
    assert "<A> & ]]>" in "".join(ET.fromstring(stream.get_data().decode()).itertext())


def test_the_table_of_objects_is_whole(report: Printed) -> None:
    """Section 6.1.4: every entry leads to its object, none is unused."""
    table = report.pdf[report.pdf.rindex(b"\nxref\n") + 1 :].split(b"trailer")[0].split(b"\n")
    places = [int(row[:10]) for row in table[3:] if row.strip()]
    assert len(places) == int(report.reader.trailer["/Size"]) - 1
    for number, place in enumerate(places, start=1):
        assert report.pdf[place:].startswith(b"%d 0 obj\n" % number)
    assert all(one < other for one, other in pairwise(places))


#: Debian's libpdfbox2-java and what it needs.
JARS = [
    Path("/usr/share/java") / f"{name}.jar"
    for name in (
        "preflight",
        "pdfbox2",
        "fontbox2",
        "xmpbox",
        "commons-logging",
        "commons-io",
        "javax.activation",
        "jaxb-api",
    )
]
#: Rules of part 1 that part 2 has not: an ICC profile of version 2, a CIDSet, and the number of the part.
OF_PART_1 = ("2.1.6", "3.1.11", "7.11.2")
needs_preflight = pytest.mark.skipif(
    os.environ.get("REQUIRE_BROWSER") != "1"
    and (shutil.which("java") is None or not all(jar.exists() for jar in JARS)),
    reason="Apache PDFBox Preflight is not installed",
)


def preflight(pdf: bytes, folder: Path) -> set[str]:
    """Give the codes of the rules that a file breaks (ISO 19005-1), as Apache's validator finds them."""
    file = folder / "report.pdf"
    file.write_bytes(pdf)
    validator = ["java", "-cp", ":".join(map(str, JARS)), "org.apache.pdfbox.preflight.Validator_A1b"]
    done = subprocess.run([*validator, str(file)], capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    assert "The file report.pdf is" in told, told
    return set(re.findall(r"^(\d+(?:\.\d+)*) : ", told, re.MULTILINE))


@needs_preflight
def test_a_validator_finds_no_fault(report: Printed, tmp_path: Path) -> None:
    """Fonts, widths, colours, metadata, structure: everything that both parts of the standard ask for."""
    assert preflight(report.pdf, tmp_path) == set(OF_PART_1)


@needs_preflight
@pytest.mark.parametrize(
    ("said", "instead", "rule"),
    [
        (b"/OutputIntents", b"/OutputIntentz", "2.4"),
        (b"<dc:title>", b"<dc:titlE>", "7"),
        (b"/S /GTS_PDFA1", b"/S /GTS_PDFX1", "2.1"),
    ],
)
def test_the_validator_finds_what_is_wrong(
    report: Printed, tmp_path: Path, said: bytes, instead: bytes, rule: str
) -> None:
    """What was tampered with is named: that it finds nothing else means something."""
    assert said in report.pdf
    found = preflight(report.pdf.replace(said, instead), tmp_path) - set(OF_PART_1)
    assert any(code.startswith(rule) for code in found), found


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf_finds_no_fault(report: Printed, tmp_path: Path) -> None:
    """Cross references, lengths and streams: a program of other people reads every one."""
    file = tmp_path / "report.pdf"
    file.write_bytes(report.pdf)
    done = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No syntax or stream encoding errors found" in done.stdout
    assert "WARNING" not in done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="poppler-utils is not installed")
def test_poppler_finds_every_font_embedded_and_readable(report: Printed, tmp_path: Path) -> None:
    """Every font of every script is in the file, as a part, with the letters of its glyphs; no warning."""
    file = tmp_path / "report.pdf"
    file.write_bytes(report.pdf)
    done = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True)
    fonts = done.stdout.splitlines()[2:]
    assert len(fonts) > 4
    assert done.stderr == ""
    for font in fonts:
        # The columns emb, sub and uni, before the object's two numbers.
        assert font.split()[-5:-2] == ["yes", "yes", "yes"], font
