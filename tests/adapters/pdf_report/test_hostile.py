from __future__ import annotations

import codecs
import io
import os
import string
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.application.reports.content import Lacking, Missing
from incident_plugin.domain.project import LegalHold, ProjectId, Relation

from .conftest import Printed, made
from .samples import ANNA, NOON, call, comment, content, entries, project, sequence

_TOUCHED: list[str] = []
_WATCHING: list[bool] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _WATCHING and event in ("open", "subprocess.Popen", "os.system", "socket.connect", "os.listdir"):
        _TOUCHED.append(f"{event} {arguments[:1]}")


sys.addaudithook(_watch)
# Python loads this when it is first used, for metadata beyond Latin 1.
codecs.lookup("utf-16-be")


@contextmanager
def no_file_touched() -> Iterator[None]:
    """Nothing within opens a file, a process or a connection."""
    _TOUCHED.clear()
    _WATCHING.append(True)
    try:
        yield
    finally:
        _WATCHING.clear()
    assert _TOUCHED == []


#: Markup of reportlab, HTML and PDF, paths, templates, and letters.
FRAGMENTS = st.sampled_from(
    [
        '<img src="/etc/passwd">',
        "<img src='file:///etc/passwd' width=1/>",
        "<para><b><i>",
        "</para>",
        "<font color=red face=nosuch>",
        "<a href='javascript:alert(1)'>",
        "<seq id=x/>",
        "<onDraw name=f label=l/>",
        "&amp;&#0;&nosuch;",
        "<![CDATA[",
        "<?xml version='1.0'?>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
        ") Tj /F1 12 Tf (",
        "\\)\\(\\\\",
        "endstream endobj",
        "%PDF-1.4",
        "trailer << /Root 1 0 R >>",
        "=cmd|' /C calc'!A0",
        "{{7*7}}${7*7}",
        "%s%n%(x)s{0.__class__}",
        "../../../etc/passwd",
        "'; DROP TABLE projects; --",
    ]
)
PRINTABLE = (
    string.ascii_letters + string.digits + string.punctuation + "ÆØÅæøåÄÖÜäöüßéèñç£€§«»“”\u2018\u2019…"
)
LATIN = st.lists(FRAGMENTS | st.text(PRINTABLE + " ", max_size=20), min_size=1, max_size=5).map("".join)


#: The long form takes minutes.
EXAMPLES = 1_000 if os.environ.get("SOAK") else 25


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LATIN, min_size=40, max_size=40))
def test_hostile_text_comes_out_as_it_went_in(maker: PdfReportMaker, texts: list[str]) -> None:
    """1,000 texts of markup and paths: printed letter by letter, and no file is touched."""
    hostile = project(comments=tuple(comment(text) for text in texts))
    made(maker, content())
    with no_file_touched():
        pdf = made(maker, content(hostile, entries=()))
    letters = Printed(pdf).letters
    for text in texts:
        assert "".join(text.split()) in letters


@settings(max_examples=6 * EXAMPLES, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_anywhere_makes_a_report(maker: PdfReportMaker, text: str, line: str) -> None:
    """Controls, halves of pairs, right-to-left, astral: in every place where text can stand."""
    footage = attrs.evolve(sequence(1).footage, camera_name=line, recorder=line)
    anything = project(
        fields={"status": "new", "description": text, "owner": line, "type": line, "data:reference": text},
        comments=(comment(text),),
        calls=(call(person=line, number=line, outcome=line, note=text),),
        sequences=(sequence(1, footage=footage),),
    )
    lacking = (Missing(what=Lacking.PICTURE, subject=line, reason=text),)
    told = content(anything, site=line, title=line, missing=lacking, entries=entries(anything))
    for shown in (told, attrs.evolve(told, show_user_names=False)):
        assert made(maker, shown).startswith(b"%PDF-")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(LATIN, min_size=14, max_size=14))
def test_hostile_text_in_every_field_comes_out_as_it_went_in(maker: PdfReportMaker, texts: list[str]) -> None:
    """Details, data, cameras, recorders, notes, calls, relations, holds, exports, site and title."""
    left = iter(texts)
    camera, recorder = next(left), next(left)
    footage = attrs.evolve(sequence(1).footage, camera_name=camera, recorder=recorder)
    relation = Relation(project=ProjectId(7), why=next(left), by=ANNA, at=NOON)
    hostile = project(
        fields={
            "status": "new",
            "description": next(left),
            "owner": next(left),
            "data:reference": next(left),
        },
        comments=(comment(next(left)),),
        calls=(call(person=next(left), number=next(left), outcome=next(left), note=next(left)),),
        sequences=(sequence(1, footage=footage, note=next(left)),),
        related=(relation,),
        hold=LegalHold(reason=next(left), by=ANNA, at=NOON),
    )
    maker.make(content(), io.BytesIO())
    with no_file_touched():
        pdf = made(maker, content(hostile, entries=(), title=next(left)))
    letters = Printed(pdf).letters
    for text in texts:
        assert "".join(text.split()) in letters


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/hostname"])
def test_a_path_is_a_text(maker: PdfReportMaker, path: str) -> None:
    """A file that is named in every field does not come into the report."""
    named = f'<img src="{path}"/>'
    hostile = project(
        fields={"status": "new", "description": named, "owner": named},
        comments=(comment(named),),
        calls=(call(person=named),),
    )
    made(maker, content())
    with no_file_touched():
        lacking = (Missing(what=Lacking.PICTURE, subject=named),)
        pdf = made(maker, content(hostile, site=named, missing=lacking))
    text = Printed(pdf).letters
    assert "root:x:0" not in text
    assert text.count("".join(named.split())) >= 5


def test_the_watch_would_have_seen_a_file() -> None:
    """The check that no file is touched can fail."""
    opened = pytest.raises(AssertionError, match="/etc/hostname")
    with opened, no_file_touched(), Path("/etc/hostname").open():
        pass
