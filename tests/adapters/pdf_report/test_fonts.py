from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.adapters.pdf_report.fonts import SUBSTITUTE, Fonts, Weight
from incident_plugin.adapters.pdf_report.maker import SYSTEM_FONTS
from incident_plugin.adapters.pdf_report.shaping import Shaper
from incident_plugin.domain.errors import ReportFailed

from .conftest import Print, Printed, made
from .samples import comment, content, project

GREEK = "\u0395\u03bb\u03bb\u03ac\u03b4\u03b1"
CHINESE = "\u4f60\u597d"
ARABIC = "\u0645\u0631\u062d\u0628\u0627"
DEJAVU = [d for d in SYSTEM_FONTS if d.is_dir() and any(d.rglob("DejaVuSans.ttf"))]


def test_a_script_without_a_font_is_said_in_words_and_page_one_says_so(printed: Print) -> None:
    """No boxes: how many letters of which script stood there, and what an administrator can install."""
    report = printed(content(project(comments=(comment(f"Sign: {CHINESE}, {ARABIC}."),)), entries=()))
    assert "Sign: [2 Cjk characters, no font], [5 Arabic characters, no font]." in report.text
    first = " ".join(report.pages[0].split())
    assert "This server has no font for: Arabic (5 characters), Cjk (2 characters)." in first
    assert "fonts-noto-core" in first


def test_invisible_characters_are_marked_and_page_one_names_them(printed: Print) -> None:
    """Each is replaced visibly; their number and code points stand on page one."""
    report = printed(content(project(comments=(comment("a\u202eb\x00c\u200bd"),)), entries=()))
    assert f"a{SUBSTITUTE}b{SUBSTITUTE}c{SUBSTITUTE}d" in report.text
    assert "3 characters have no letter form" in report.pages[0]
    assert "U+0000, U+200B, U+202E" in " ".join(report.pages[0].split())


def test_nothing_is_said_when_all_can_be_shown(printed: Print) -> None:
    """A report in Latin letters carries no such remark."""
    text = printed(content()).text
    assert "characters have no letter form" not in text
    assert "no font" not in text


def test_a_built_in_font_shows_western_letters() -> None:
    """Latin letters, quotes, dashes and the euro need no font of the machine."""
    fonts = Fonts(())
    assert all(fonts.shows(c) for c in "AZaz09ÆØÅßéñ€“”\u2018\u2019\u2013—…·\u00d7" + SUBSTITUTE)
    runs = Shaper(fonts).runs("Østergård", b"", Weight.BOLD)
    assert [(run.face.name, run.text, run.glyphs) for run in runs] == [("VeraBd", "Østergård", None)]


@pytest.mark.skipif(not DEJAVU, reason="no DejaVu fonts on this machine")
def test_fonts_of_the_machine_show_what_the_built_in_one_lacks() -> None:
    """Greek beside Latin: each letter in the font that has it."""
    shaper = Shaper(Fonts(DEJAVU))
    runs = shaper.runs(f"In {GREEK}.", b"", Weight.REGULAR)
    assert [run.text for run in runs] == ["In ", GREEK, "."]
    assert len({run.face.name for run in runs}) == 2
    assert shaper.width(GREEK, Weight.BOLD) > shaper.width(GREEK, Weight.REGULAR) > 0


@pytest.mark.skipif(not DEJAVU, reason="no DejaVu fonts on this machine")
def test_text_in_a_font_of_the_machine_can_be_read_back() -> None:
    """What a reader copies out of the report is what was written."""
    pdf = made(PdfReportMaker(DEJAVU), content(project(comments=(comment(f"In {GREEK}."),))))
    text = Printed(pdf).text
    assert f"In {GREEK}." in text
    assert "no font" not in text


def test_an_unusable_font_file_of_the_machine_is_passed_over(tmp_path: Path) -> None:
    """A broken file that bears a known name costs its letters, not the report."""
    (tmp_path / "DejaVuSans.ttf").write_bytes(b"\x00\x01\x00\x00 not a font")
    (tmp_path / "NotoSans-Regular.ttf").mkdir()
    fonts = Fonts((tmp_path, tmp_path / "nowhere"))
    assert not fonts.shows(GREEK[0])


def test_a_library_without_its_fonts_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a distribution took the built-in fonts out, the message says so and what to do."""
    monkeypatch.setattr("incident_plugin.adapters.pdf_report.fonts._BUILT_IN", {Weight.REGULAR: "NoSuch.ttf"})
    with pytest.raises(ReportFailed, match=r"incident project 42 .*NoSuch.ttf.*\. Nothing was changed"):
        made(PdfReportMaker(()), content())


def test_the_library_is_imported_with_the_first_report() -> None:
    """Starting the plug-in does not pay for it."""
    code = (
        "import sys, incident_plugin.adapters.pdf_report as p; p.PdfReportMaker();"
        "print('reportlab' in sys.modules)"
    )
    read = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert read.stdout.strip() == "False"
