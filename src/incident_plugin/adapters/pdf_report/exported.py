"""What was exported: each file with its hash, so that a copy can be told from another file years later."""

from __future__ import annotations

from incident_plugin.adapters.pdf_report.footage import gap
from incident_plugin.adapters.pdf_report.layout import MM, WIDTH, Cell, Flow, Row
from incident_plugin.adapters.pdf_report.material import Material
from incident_plugin.adapters.pdf_report.styles import BODY, ITEM, REMARK, SMALL, fact_rows, nothing
from incident_plugin.domain.exports import Exhibit, Export
from incident_plugin.domain.time import Interval

_INDENT = 10 * MM
_FILE = {"x": _INDENT + 14 * MM, "width": WIDTH - _INDENT - 14 * MM}


def exports(flow: Flow, material: Material) -> None:
    """Fill the section."""
    made = material.content.exports
    if not made:
        nothing(flow, material.texts("none.exports"))
        return
    flow.row(Cell(text=material.texts("export.remark"), style=REMARK))
    flow.space(2 * MM)
    for one in made:
        _export(flow, one, material)


def _export(flow: Flow, export: Export, material: Material) -> None:
    texts = material.texts
    at = material.moments.seconds(export.finished_at or export.created_at)
    head = [
        (Cell(text=texts("export", at=at), style=ITEM),),
        *fact_rows((texts("export.id"), export.id), (texts("export.by"), export.owner.name), x=_INDENT),
    ]
    project = material.content.project.id
    exhibits = [_exhibit(one, material) for one in export.exhibits if one.item.project == project]
    flow.need(flow.height(head) + flow.height(exhibits[0] if exhibits else ()))
    for row in head:
        flow.row(*row)
    for rows in exhibits:
        flow.need(flow.height(rows))
        for row in rows:
            flow.row(*row)
        flow.space(1.5 * MM)
    flow.space(4 * MM)


def _exhibit(exhibit: Exhibit, material: Material) -> list[Row]:
    texts, moments = material.texts, material.moments
    rows: list[Row] = [
        (
            Cell(text=exhibit.id, style=BODY, x=_INDENT, width=14 * MM),
            Cell(text=exhibit.file or exhibit.item.footage.camera_name, style=BODY, **_FILE),
        )
    ]
    if exhibit.delivered is None:
        rows.append((Cell(text=texts("export.nothing"), style=SMALL, **_FILE),))
        return rows
    start, end = (moments.milliseconds(at) for at in (exhibit.delivered.start, exhibit.delivered.end))
    rows.append((Cell(text=texts("export.delivered", start=start, end=end), style=SMALL, **_FILE),))
    if exhibit.sound:
        rows.append((Cell(text=texts("export.sound", sound=exhibit.sound), style=SMALL, **_FILE),))
    rows += [
        (
            Cell(
                text=f"{texts('sequence.gaps')}: {gap(Interval(one.start, one.end), material)}",
                style=SMALL,
                **_FILE,
            ),
        )
        for one in exhibit.gaps
    ]
    rows.append((Cell(text=f"SHA-256 {exhibit.sha256}", style=SMALL, **_FILE),))
    return rows
