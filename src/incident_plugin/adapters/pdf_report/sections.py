"""The sections of a report, one for each tab of an incident project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from incident_plugin.adapters.pdf_report.exported import exports
from incident_plugin.adapters.pdf_report.footage import sequences
from incident_plugin.adapters.pdf_report.layout import MM, WIDTH, Cell, Flow
from incident_plugin.adapters.pdf_report.material import Material
from incident_plugin.adapters.pdf_report.moments import length
from incident_plugin.adapters.pdf_report.styles import (
    BODY,
    HEADING,
    ITEM,
    REMARK,
    SMALL,
    SMALL_HEAD,
    fact_rows,
    facts,
    nothing,
)
from incident_plugin.domain.journal import Entry
from incident_plugin.domain.project import Call, Comment

__all__ = ["SECTIONS", "facts", "heading"]

_DETAILS = ("type", "status", "description", "owner", "priority")


def heading(flow: Flow, title: str) -> None:
    """Begin a section; a heading never stands alone at the foot of a page."""
    flow.space(6 * MM)
    flow.need(46 * MM)
    row, below = (Cell(text=title, style=HEADING),), 2.5 * MM

    def draw() -> None:
        flow.bookmark(title)
        flow.row(*row)
        flow.rule()
        flow.space(below)

    flow.heading(draw, flow.height((row,)) + below)


def _main_details(flow: Flow, material: Material) -> None:
    project, moments, texts = material.content.project, material.moments, material.texts
    facts(
        flow,
        (texts("id"), str(project.id)),
        (texts("created-by"), project.created_by.name),
        (texts("created"), moments.seconds(project.created_at)),
        (texts("start-time"), moments.milliseconds(project.start) if project.start else ""),
        (texts("end-time"), moments.milliseconds(project.end) if project.end else ""),
        *((material.title(field), material.value(field)) for field in _DETAILS),
    )
    if project.hold:
        at = moments.seconds(project.hold.at)
        held = texts("hold.by", at=at, name=project.hold.by.name, reason=project.hold.reason)
        facts(flow, (texts("hold"), held))


def _categories(flow: Flow, material: Material) -> None:
    properties = material.content.properties
    fields = [f"category:{c.id}" for c in properties.categories] + [f"data:{d.id}" for d in properties.data]
    # A value outlives the category or field it was given for.
    retired = sorted(material.content.project.fields.keys() - {*fields, *_DETAILS})
    if not (fields or retired):
        nothing(flow, material.texts("none.categories"))
    facts(flow, *((material.title(field), material.value(field)) for field in (*fields, *retired)))


def _comments(flow: Flow, material: Material) -> None:
    comments = material.content.project.comments
    if not comments:
        nothing(flow, material.texts("none.comments"))
    for comment in comments:
        _comment(flow, comment, material)


def _comment(flow: Flow, comment: Comment, material: Material) -> None:
    at = material.moments.seconds(comment.at)
    if comment.edited_at:
        edited = material.moments.seconds(comment.edited_at)
        at = material.texts("comment.edited", at=at, edited=edited)
        if comment.edited_by:
            at = material.texts("comment.edited.by", edited=at, name=comment.edited_by.name)
    flow.need(ITEM.leading + REMARK.leading + 2 * BODY.leading)
    flow.row(Cell(text=comment.author.name, style=ITEM))
    flow.row(Cell(text=at, style=REMARK))
    flow.row(Cell(text=comment.text, style=BODY))
    flow.space(4 * MM)


def _calls(flow: Flow, material: Material) -> None:
    calls = material.content.project.calls
    if not calls:
        nothing(flow, material.texts("none.calls"))
    for call in calls:
        _call(flow, call, material)


def _call(flow: Flow, call: Call, material: Material) -> None:
    texts = material.texts
    rows = (
        (texts("call.time"), material.moments.seconds(call.at)),
        (texts("call.person"), call.person),
        (texts("call.number"), call.number),
        (texts("call.duration"), "" if call.duration is None else length(call.duration)),
        (texts("call.outcome"), call.outcome),
        (texts("call.note"), call.note),
        (texts("call.by"), call.author.name),
        (texts("call.edited"), _edited(call, material)),
    )
    told = [(label, value) for label, value in rows if value]
    flow.need(ITEM.leading + min(flow.height(fact_rows(*told)), 40 * MM))
    flow.row(Cell(text=texts(f"call.{call.direction}"), style=ITEM))
    facts(flow, *told)
    flow.space(4 * MM)


def _edited(call: Call, material: Material) -> str:
    if call.edited_at is None or call.edited_by is None:
        return ""
    return material.texts(
        "generated.by", at=material.moments.seconds(call.edited_at), name=call.edited_by.name
    )


def _related(flow: Flow, material: Material) -> None:
    texts = material.texts
    related = material.content.project.related
    if not related:
        nothing(flow, texts("none.related"))
    for one in related:
        at = material.moments.seconds(one.at)
        facts(
            flow,
            (texts("project", id=one.project), one.why),
            (texts("related.by"), texts("generated.by", at=at, name=one.by.name)),
        )
        flow.space(2 * MM)


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
        nothing(flow, material.texts("none.activity"))
        return
    flow.row(Cell(text=material.texts("log.remark"), style=REMARK))
    flow.space(1 * MM)
    with flow.headed(partial(_log_head, flow, material)):
        for entry in entries:
            _entry(flow, entry, material)


def _log_head(flow: Flow, material: Material) -> None:
    titles = (material.texts(f"log.{name}") for name in ("number", "time", "person", "what"))
    flow.row(
        *(
            Cell(text=title, style=SMALL_HEAD, x=x, width=width)
            for title, (x, width) in zip(titles, (_NUMBER, _AT, _WHO, _WHAT), strict=True)
        )
    )
    flow.rule()
    flow.space(1 * MM)


def _entry(flow: Flow, entry: Entry, material: Material) -> None:
    said = material.texts.activity(entry.activity)
    columns = (str(entry.number), material.moments.seconds(entry.at), entry.actor.name, said)
    flow.row(
        *(
            Cell(text=text, style=SMALL, x=x, width=width)
            for text, (x, width) in zip(columns, (_NUMBER, _AT, _WHO, _WHAT), strict=True)
        )
    )
    flow.space(0.8 * MM)


#: In the order of the tabs. What was exported stands before the log, which can be long.
SECTIONS: Mapping[str, Callable[[Flow, Material], None]] = {
    "details": _main_details,
    "categories": _categories,
    "comments": _comments,
    "sequences": sequences,
    "calls": _calls,
    "exports": exports,
    "related": _related,
    "activity": _activity_logs,
}
