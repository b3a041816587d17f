"""Scripts that need joining, stacking or another direction, with fonts of the system."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from bidi import get_display
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.adapters.pdf_report.direction import base_level, levels, on_line, visual
from incident_plugin.adapters.pdf_report.fonts import Fonts, Weight
from incident_plugin.adapters.pdf_report.layout import LEFT, RIGHT, Cell, Flow
from incident_plugin.adapters.pdf_report.maker import SYSTEM_FONTS
from incident_plugin.adapters.pdf_report.shaping import Shaper
from incident_plugin.adapters.pdf_report.styles import BODY

from .conftest import Printed, made
from .samples import comment, content, project

ARABIC = "\u0631\u0623\u064a\u062a \u0631\u062c\u0644\u0627\u064b \u0639\u0646\u062f"
HEBREW = "\u05e8\u05d0\u05d9\u05ea\u05d9 \u05d0\u05d3\u05dd \u05dc\u05d9\u05d3"
THAI = "\u0e21\u0e35\u0e1c\u0e39\u0e49\u0e0a\u0e32\u0e22\u0e22\u0e37\u0e19\u0e2d\u0e22\u0e39\u0e48"
DEVANAGARI = "\u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f \u0939\u093f\u0928\u094d\u0926\u0940"
CHINESE = "\u95e8\u53e3\u6709\u4e00\u4e2a\u7537\u4eba\u3002"
KOREAN = "\ud55c\uad6d\uc5b4"
ARABIC_WITHOUT_LIGATURES = "\u0631\u0623\u064a\u062a \u0639\u0646\u062f"

FONTS = tuple(d for d in SYSTEM_FONTS if d.is_dir())
NOTO = any(any(d.rglob("NotoSansArabic-Regular.ttf")) for d in FONTS)
CJK = any(any(d.rglob("wqy-zenhei.ttc")) for d in FONTS)
needs_noto = pytest.mark.skipif(not NOTO, reason="no Noto fonts on this machine")


@pytest.fixture(scope="module")
def shaper() -> Shaper:
    """Shapes with the fonts of the machine."""
    return Shaper(Fonts(FONTS))


def drawn(shaper: Shaper, text: str) -> list[tuple[float, str]]:
    """Give each glyph's place from the left, and what it stands for."""
    place = 0.0
    found = []
    for run in shaper.runs(text, levels(text), Weight.REGULAR):
        for glyph in run.glyphs or ():
            found.append((place + glyph.dx, glyph.text))
            place += glyph.advance
        if run.glyphs is None:
            place += run.width
    return found


@needs_noto
def test_arabic_letters_join_and_run_from_the_right(shaper: Shaper) -> None:
    """The same letter has another form at the end of a word; the first letter stands rightmost."""
    shaped = drawn(shaper, "\u0628\u0628\u0628")
    runs = shaper.runs("\u0628\u0628\u0628", b"\1\1\1", Weight.REGULAR)
    assert len({glyph.number for run in runs for glyph in run.glyphs or () if glyph.text}) == 3
    assert [place for place, _ in shaped] == sorted(place for place, _ in shaped)
    first = drawn(shaper, "\u0627\u0628")
    assert max(first)[1] == "\u0627"


@needs_noto
def test_lam_and_alef_are_one_glyph_that_stands_for_both(shaper: Shaper) -> None:
    """What is copied out of a ligature are its letters in their order."""
    assert "\u0644\u0627" in {text for _, text in drawn(shaper, "\u0644\u0627")}


@needs_noto
def test_a_vowel_sign_that_is_spoken_later_stands_first(shaper: Shaper) -> None:
    """Devanagari i is written left of the letter it follows."""
    plain = shaper.runs("\u0939", b"", Weight.REGULAR)[0].glyphs
    both = shaper.runs("\u0939\u093f", b"", Weight.REGULAR)[0].glyphs
    assert plain is not None
    assert both is not None
    assert both[-1].number == plain[0].number


@needs_noto
@pytest.mark.parametrize("text", [THAI, DEVANAGARI, KOREAN, CHINESE], ids=["th", "hi", "ko", "zh"])
@pytest.mark.skipif(not CJK, reason="no font for Chinese on this machine")
def test_what_is_copied_is_what_was_written(text: str) -> None:
    """Letters that are stacked or reordered come out of the file in their own order, each once."""
    maker = PdfReportMaker(FONTS)
    pdf = made(maker, content(project(comments=(comment(f"x {text} y"),)), entries=()))
    assert "".join(f"x{text}y".split()) in Printed(pdf).letters
    assert "no font" not in Printed(pdf).text


@needs_noto
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
@pytest.mark.parametrize("text", [HEBREW, ARABIC_WITHOUT_LIGATURES], ids=["he", "ar"])
def test_another_reader_finds_right_to_left_text_in_its_order(text: str, tmp_path: Path) -> None:
    """Poppler turns what it sees from right to left back into what was written."""
    file = tmp_path / "report.pdf"
    file.write_bytes(made(PdfReportMaker(FONTS), content(project(comments=(comment(text),)), entries=())))
    read = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout
    assert text in read.replace("\u202b", "").replace("\u202c", "")


@needs_noto
def test_a_text_from_right_to_left_ends_at_the_right_edge() -> None:
    """Lines of such a paragraph begin at the right; a short value stays beside its name."""
    flow = Flow(Fonts(FONTS))
    flow.row(Cell(text=f"{ARABIC} " * 20, style=BODY))
    long = [words.x + flow.width(words.text, words.style) for words in flow.page.words]
    assert len(long) > 1
    assert long == pytest.approx([RIGHT] * len(long))
    flow.row(Cell(text=HEBREW, style=BODY))
    assert flow.page.words[-1].x == LEFT


def test_a_date_behind_arabic_letters_keeps_its_order() -> None:
    """By the letter of UAX 9 year, month and day would change places: 2026-03-01 would read 01-03-2026."""
    moments = ("2026-03-01T12:04:07.000Z", "2026-03-01 13:04:07 +01:00", "2026-03-01")
    for moment in moments:
        line = f"Sequence added: \u0627\u0644\u0631\u062f\u0647\u0629, {moment} to the end"
        assert moment in "".join(visual(list(line), levels(line)))


def test_the_first_letter_decides_where_a_paragraph_begins() -> None:
    """Numbers and signs before it do not."""
    assert base_level(ARABIC) == base_level(f"1. {HEBREW}") == 1
    assert base_level(f"He said {HEBREW}") == 0


#: Letters, digits, signs and brackets of both directions.
MIXED = st.text("abc \u05d0\u05d1\u05d2\u0627\u0628\u062a123\u0661\u0662 .,:-+/%$()[]\"'!?", max_size=40)


@settings(max_examples=500, deadline=None)
@given(MIXED)
def test_mixed_lines_stand_in_the_order_that_the_library_gives(text: str) -> None:
    """Brackets, numbers and signs between words of both directions: the same as the algorithm in Rust."""
    found = levels(text)
    base = base_level(text)
    shown = "".join(visual(text, on_line(found, text, base))) if found else text
    assert shown == str(get_display(text, base_dir="LR"[base]))
