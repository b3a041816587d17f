"""The sequence list: each with its first picture, its gaps, and how far the recorder's clock was off."""

from __future__ import annotations

from datetime import timedelta

from incident_plugin.adapters.pdf_report.layout import MM, RIGHT, WIDTH, Cell, Flow, Picture, Row
from incident_plugin.adapters.pdf_report.material import Material
from incident_plugin.adapters.pdf_report.moments import length
from incident_plugin.adapters.pdf_report.pictures import Jpeg
from incident_plugin.adapters.pdf_report.styles import ITEM, REMARK, WARNING, fact_rows, nothing
from incident_plugin.application.reports.content import FootageFacts
from incident_plugin.domain.media import ClockOffset
from incident_plugin.domain.sequence import Sequence
from incident_plugin.domain.time import Interval

_NUMBER_WIDTH = 10 * MM
_PICTURE_WIDTH, _PICTURE_HEIGHT = 58 * MM, 40 * MM
#: A sequence higher than this may be divided between pages.
_KEPT_WHOLE = 120 * MM


def sequences(flow: Flow, material: Material) -> None:
    """Fill the section."""
    listed = material.content.project.sequences
    if not listed:
        nothing(flow, material.texts("none.sequences"))
    for number, sequence in enumerate(listed, start=1):
        _sequence(flow, number, sequence, material)


def _sequence(flow: Flow, number: int, sequence: Sequence, material: Material) -> None:
    picture = material.pictures.get(sequence.id)
    width = WIDTH - _PICTURE_WIDTH - 5 * MM if picture else WIDTH
    rows = _rows(number, sequence, material, width)
    height = max(flow.height(rows), _PICTURE_HEIGHT if picture else 0)
    flow.need(min(height, _KEPT_WHOLE))
    flow.bookmark(f"{number} {sequence.footage.camera_name}", level=1)
    top, page = flow.y, flow.page
    taken = _beside(flow, picture) if picture else 0
    for row in rows:
        flow.row(*row)
    if flow.page is page:
        flow.y = min(flow.y, top - taken)
    flow.space(6 * MM)


def _rows(number: int, sequence: Sequence, material: Material, width: float) -> list[Row]:
    footage, moments, texts = sequence.footage, material.moments, material.texts
    found = material.content.footage.get(sequence.id, FootageFacts())
    at = moments.seconds(sequence.added_at)
    told = [
        (texts("sequence.start"), moments.milliseconds(footage.interval.start)),
        (texts("sequence.end"), moments.milliseconds(footage.interval.end)),
        (texts("sequence.length"), length(footage.interval.length)),
        (texts("sequence.recorder"), footage.recorder),
        (texts("sequence.clock"), _clock(found.clock_offset, material)),
        (texts("sequence.gaps"), _gaps(found.gaps, material)),
        *([(texts("sequence.note"), sequence.note)] if sequence.note else []),
        (texts("sequence.added"), texts("sequence.added.by", at=at, name=sequence.added_by.name)),
    ]
    rows: list[Row] = [
        (
            Cell(text=str(number), style=ITEM, width=_NUMBER_WIDTH),
            Cell(text=footage.camera_name, style=ITEM, x=_NUMBER_WIDTH, width=width - _NUMBER_WIDTH),
        ),
        *fact_rows(*told, x=_NUMBER_WIDTH, width=width),
    ]
    if sequence.end_unconfirmed:
        under = {"x": _NUMBER_WIDTH, "width": width - _NUMBER_WIDTH}
        rows.append((Cell(text=texts("sequence.unconfirmed"), style=WARNING, **under),))
        rows.append((Cell(text=texts("sequence.unconfirmed.why"), style=REMARK, **under),))
    return rows


def _clock(offset: ClockOffset | None, material: Material) -> str:
    if offset is None:
        return material.texts("sequence.unknown")
    return material.texts(
        "sequence.clock.value",
        offset=f"{round(offset.offset / timedelta(seconds=1), 1) + 0.0:+.1f}",
        bound=f"{offset.uncertainty / timedelta(seconds=1):.1f}",
        at=material.moments.seconds(offset.measured_at),
    )


def _gaps(found: tuple[Interval, ...] | None, material: Material) -> str:
    if found is None:
        return material.texts("sequence.unknown")
    if not found:
        return material.texts("sequence.gaps.none")
    return "\n".join(gap(one, material) for one in found)


def gap(one: Interval, material: Material) -> str:
    """Write a gap."""
    moments = material.moments
    return material.texts(
        "sequence.gap",
        start=moments.milliseconds(one.start),
        end=moments.milliseconds(one.end),
        length=length(one.length),
    )


def _beside(flow: Flow, jpeg: Jpeg) -> float:
    """Set a picture at the right margin; give its height."""
    scale = min(_PICTURE_WIDTH / jpeg.width, _PICTURE_HEIGHT / jpeg.height)
    width, height = jpeg.width * scale, jpeg.height * scale
    top = flow.y - 1 * MM
    flow.page.pictures.append(Picture(x=RIGHT - width, y=top - height, width=width, height=height, jpeg=jpeg))
    return height + 1 * MM
