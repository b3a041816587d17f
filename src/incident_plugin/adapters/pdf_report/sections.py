"""The sections of a report, one for each tab of an incident project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

import attrs

from incident_plugin.adapters.pdf_report.fonts import Weight
from incident_plugin.adapters.pdf_report.layout import (
    AMBER,
    MM,
    QUIET,
    RIGHT,
    WIDTH,
    Cell,
    Flow,
    Picture,
    Style,
)
from incident_plugin.adapters.pdf_report.moments import Moments, length
from incident_plugin.adapters.pdf_report.pictures import Jpeg
from incident_plugin.application.ports import ReportContent
from incident_plugin.domain.fields import field_title, shown_value
from incident_plugin.domain.journal import Entry
from incident_plugin.domain.phrases import sentence
from incident_plugin.domain.project import Call, Comment
from incident_plugin.domain.properties import DataKind
from incident_plugin.domain.sequence import Sequence, SequenceId

_HEADING = Style(size=13, leading=20, weight=Weight.BOLD)
_ITEM = Style(size=9, leading=14, weight=Weight.BOLD)
_BODY = Style(size=9, leading=13)
_LABEL = Style(size=8, leading=13, colour=QUIET)
_REMARK = Style(size=8, leading=12, colour=QUIET)
_WARNING = Style(size=8, leading=12, weight=Weight.BOLD, colour=AMBER)
_SMALL = Style(size=7.5, leading=11)
_SMALL_HEAD = Style(size=7.5, leading=13, weight=Weight.BOLD, colour=QUIET)

_LABEL_WIDTH = 36 * MM
_NUMBER_WIDTH = 10 * MM
_PICTURE_WIDTH, _PICTURE_HEIGHT = 52 * MM, 36 * MM
#: Stands where there is no value.
_NONE = "\u2013"
_DETAILS = ("type", "status", "description", "owner", "priority")


@attrs.frozen(kw_only=True)
class Material:
    """What sections are made of."""

    content: ReportContent
    moments: Moments
    #: Pictures that can be shown.
    pictures: Mapping[SequenceId, Jpeg]


def heading(flow: Flow, title: str) -> None:
    """Begin a section; a heading never stands alone at the foot of a page."""
    flow.space(6 * MM)
    flow.need(46 * MM)
    flow.bookmark(title)
    flow.row(Cell(text=title, style=_HEADING))
    flow.rule()
    flow.space(2.5 * MM)


def facts(flow: Flow, *rows: tuple[str, str], width: float = WIDTH) -> None:
    """Set names and values side by side."""
    for label, value in rows:
        flow.row(
            Cell(text=label, style=_LABEL, width=_LABEL_WIDTH - 3 * MM),
            Cell(text=value or _NONE, style=_BODY, x=_LABEL_WIDTH, width=width - _LABEL_WIDTH),
        )


def _main_details(flow: Flow, material: Material) -> None:
    project, moments = material.content.project, material.moments
    facts(
        flow,
        ("ID", str(project.id)),
        ("Created by", project.created_by.name),
        ("Created", moments.seconds(project.created_at)),
        ("Start time", moments.milliseconds(project.start) if project.start else ""),
        ("End time", moments.milliseconds(project.end) if project.end else ""),
        *((_title(material, field), _value(material, field)) for field in _DETAILS),
    )


def _categories(flow: Flow, material: Material) -> None:
    properties = material.content.properties
    fields = [f"category:{c.id}" for c in properties.categories] + [f"data:{d.id}" for d in properties.data]
    # A value outlives the category or field it was given for.
    retired = sorted(material.content.project.fields.keys() - {*fields, *_DETAILS})
    if not (fields or retired):
        _nothing(flow, "There are no categories and no incident data.")
    facts(flow, *((_title(material, field), _value(material, field)) for field in (*fields, *retired)))


def _title(material: Material, field: str) -> str:
    return field_title(field, material.content.properties)


def _value(material: Material, field: str) -> str:
    properties = material.content.properties
    value = material.content.project.fields.get(field)
    kinds = {f"data:{d.id}": d.kind for d in properties.data}
    if isinstance(value, str) and kinds.get(field) is DataKind.DATE_TIME:
        return material.moments.seconds(datetime.fromisoformat(value))
    return shown_value(field, value, properties)


def _comments(flow: Flow, material: Material) -> None:
    comments = material.content.project.comments
    if not comments:
        _nothing(flow, "No comments.")
    for comment in comments:
        _comment(flow, comment, material.moments)


def _comment(flow: Flow, comment: Comment, moments: Moments) -> None:
    flow.need(_ITEM.leading + 2 * _BODY.leading)
    edited = f", edited {moments.seconds(comment.edited_at)}" if comment.edited_at else ""
    flow.row(Cell(text=comment.author.name, style=_ITEM))
    flow.row(Cell(text=f"{moments.seconds(comment.at)}{edited}", style=_REMARK))
    flow.row(Cell(text=comment.text, style=_BODY))
    flow.space(4 * MM)


def _sequences(flow: Flow, material: Material) -> None:
    sequences = material.content.project.sequences
    if not sequences:
        _nothing(flow, "No sequences.")
    for number, sequence in enumerate(sequences, start=1):
        _sequence(flow, number, sequence, material)


def _sequence(flow: Flow, number: int, sequence: Sequence, material: Material) -> None:
    picture = material.pictures.get(sequence.id)
    remark = 3 * _REMARK.leading if sequence.end_unconfirmed else 0
    text_height = _ITEM.leading + 5 * _BODY.leading + remark
    flow.need(max(_PICTURE_HEIGHT, text_height) if picture else text_height)
    top, page = flow.y, flow.page
    width = WIDTH - _PICTURE_WIDTH - 5 * MM if picture else WIDTH
    height = _beside(flow, picture) if picture else 0
    footage, moments = sequence.footage, material.moments
    flow.row(
        Cell(text=str(number), style=_ITEM, width=_NUMBER_WIDTH),
        Cell(text=footage.camera_name, style=_ITEM, x=_NUMBER_WIDTH, width=width - _NUMBER_WIDTH),
    )
    facts(
        flow,
        ("Start", moments.milliseconds(footage.interval.start)),
        ("End", moments.milliseconds(footage.interval.end)),
        ("Length", length(footage.interval.length)),
        ("Recorder", footage.recorder),
        ("Added", f"{moments.seconds(sequence.added_at)} by {sequence.added_by.name}"),
        width=width,
    )
    if sequence.end_unconfirmed:
        flow.row(Cell(text="The end was not confirmed.", style=_WARNING, width=width))
        reason = "The browser vanished meanwhile; the end is the last confirmed view and a margin."
        flow.row(Cell(text=reason, style=_REMARK, width=width))
    if flow.page is page:
        flow.y = min(flow.y, top - height)
    flow.space(5 * MM)


def _beside(flow: Flow, jpeg: Jpeg) -> float:
    """Set a picture at the right margin; give its height."""
    scale = min(_PICTURE_WIDTH / jpeg.width, _PICTURE_HEIGHT / jpeg.height)
    width, height = jpeg.width * scale, jpeg.height * scale
    flow.page.pictures.append(
        Picture(x=RIGHT - width, y=flow.y - height, width=width, height=height, jpeg=jpeg)
    )
    return height


def _calls(flow: Flow, material: Material) -> None:
    calls = material.content.project.calls
    if not calls:
        _nothing(flow, "No calls.")
    for call in calls:
        _call(flow, call, material.moments)


def _call(flow: Flow, call: Call, moments: Moments) -> None:
    flow.need(_ITEM.leading + 3 * _BODY.leading)
    flow.row(Cell(text=f"Call {call.direction}", style=_ITEM))
    duration = "" if call.duration is None else length(call.duration)
    rows = (
        ("Time", moments.seconds(call.at)),
        ("Person", call.person),
        ("Number", call.number),
        ("Duration", duration),
        ("Outcome", call.outcome),
        ("Note", call.note),
        ("Logged by", call.author.name),
    )
    facts(flow, *((label, value) for label, value in rows if value))
    flow.space(4 * MM)


#: Columns of the activity log: place and width.
_NUMBER, _AT, _WHO, _WHAT = (
    (0.0, 10 * MM),
    (12 * MM, 41 * MM),
    (55 * MM, 30 * MM),
    (87 * MM, WIDTH - 87 * MM),
)


def _activity_logs(flow: Flow, material: Material) -> None:
    entries = material.content.entries
    if not entries:
        _nothing(flow, "The activity log is not part of this report.")
        return
    flow.row(Cell(text="Times within an activity are UTC (Z), as they were recorded.", style=_REMARK))
    with flow.headed(partial(_log_head, flow)):
        for entry in entries:
            _entry(flow, entry, material.moments)


def _log_head(flow: Flow) -> None:
    titles = ("No.", "Time", "Person", "Activity")
    flow.row(
        *(
            Cell(text=title, style=_SMALL_HEAD, x=x, width=width)
            for title, (x, width) in zip(titles, (_NUMBER, _AT, _WHO, _WHAT), strict=True)
        )
    )
    flow.rule()
    flow.space(1 * MM)


def _entry(flow: Flow, entry: Entry, moments: Moments) -> None:
    texts = (str(entry.number), moments.seconds(entry.at), entry.actor.name, sentence(entry.activity))
    flow.row(
        *(
            Cell(text=text, style=_SMALL, x=x, width=width)
            for text, (x, width) in zip(texts, (_NUMBER, _AT, _WHO, _WHAT), strict=True)
        )
    )
    flow.space(0.8 * MM)


def _nothing(flow: Flow, text: str) -> None:
    flow.row(Cell(text=text, style=_REMARK))


#: Titles are the names of the tabs, in their order.
SECTIONS: Mapping[str, Callable[[Flow, Material], None]] = {
    "Main details": _main_details,
    "Categories": _categories,
    "Comments": _comments,
    "Sequence list": _sequences,
    "Calls": _calls,
    "Activity logs": _activity_logs,
}
