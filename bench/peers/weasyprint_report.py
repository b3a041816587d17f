"""The same report by WeasyPrint: texts and pictures as HTML, with running head and page numbers."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape

import weasyprint

from incident_plugin.application.reports.content import ReportContent
from incident_plugin.domain.phrases import sentence

_STYLE = """
@page { size: A4; margin: 27mm 20mm 24mm;
  @top-left { content: "Harbour north" }
  @bottom-right { content: "Page " counter(page) " of " counter(pages) } }
body { font: 9pt/13pt "DejaVu Sans" }
h1 { font-size: 20pt }
h2 { font-size: 13pt; border-bottom: .5pt solid #ccc }
img { float: right; width: 58mm }
section { break-inside: avoid; clear: both; margin-bottom: 6mm }
table { width: 100%; font-size: 7.5pt; border-collapse: collapse }
td { vertical-align: top; padding: 1pt 4pt }
"""


def printed(content: ReportContent) -> bytes:
    """Give the PDF."""
    html = f"<html><style>{_STYLE}</style><body>{''.join(_body(content))}</body></html>"
    return bytes(weasyprint.HTML(string=html).write_pdf())


def _body(content: ReportContent) -> Iterator[str]:
    project = content.project
    yield f"<h1>Incident project {project.id}</h1><h2>Main details</h2>"
    yield f"<p>{escape(str(project.fields['description']))}</p><h2>Comments</h2>"
    for comment in project.comments:
        author, text = escape(comment.author.name), escape(comment.text)
        yield f"<section><b>{author}</b><br>{comment.at}<br>{text}</section>"
    yield "<h2>Sequence list</h2>"
    for sequence in project.sequences:
        yield f"<section>{_picture(content.pictures.get(sequence.id))}"
        yield f"<b>{escape(sequence.footage.camera_name)}</b><table style='width: 55%'>"
        interval = sequence.footage.interval
        facts = (("Start", interval.start), ("End", interval.end), ("Length", interval.length))
        for name, value in (*facts, ("Recorder", "North"), ("Gaps", "none")):
            yield f"<tr><td>{name}<td>{value}"
        yield "</table></section>"
    yield "<h2>Activity logs</h2><table><thead><tr><th>No.<th>Time<th>Person<th>Activity</thead>"
    for entry in content.entries:
        said = escape(sentence(entry.activity))
        yield f"<tr><td>{entry.number}<td>{entry.at}<td>{escape(entry.actor.name)}<td>{said}"
    yield "</table>"


def _picture(jpeg: bytes | None) -> str:
    return "" if jpeg is None else f'<img src="data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}">'
