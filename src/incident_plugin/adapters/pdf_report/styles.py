"""How the parts of a report look, and the two forms that every section uses."""

from __future__ import annotations

from incident_plugin.adapters.pdf_report.fonts import Weight
from incident_plugin.adapters.pdf_report.layout import AMBER, MM, QUIET, WIDTH, Cell, Flow, Row, Style

HEADING = Style(size=13, leading=20, weight=Weight.BOLD)
ITEM = Style(size=9, leading=14, weight=Weight.BOLD)
BODY = Style(size=9, leading=13)
LABEL = Style(size=8, leading=13, colour=QUIET)
REMARK = Style(size=8, leading=12, colour=QUIET)
WARNING = Style(size=8, leading=12, weight=Weight.BOLD, colour=AMBER)
SMALL = Style(size=7.5, leading=11)
SMALL_HEAD = Style(size=7.5, leading=13, weight=Weight.BOLD, colour=QUIET)

LABEL_WIDTH = 36 * MM
#: Stands where there is no value.
_NONE = "\u2013"


def fact_rows(*facts: tuple[str, str], x: float = 0, width: float = WIDTH) -> list[Row]:
    """Give rows of names and values side by side."""
    label = LABEL_WIDTH - x
    return [
        (
            Cell(text=name, style=LABEL, x=x, width=label - 3 * MM),
            Cell(text=value or _NONE, style=BODY, x=x + label, width=width - x - label),
        )
        for name, value in facts
    ]


def facts(flow: Flow, *rows: tuple[str, str], width: float = WIDTH) -> None:
    """Set names and values side by side."""
    for row in fact_rows(*rows, width=width):
        flow.row(*row)


def nothing(flow: Flow, text: str) -> None:
    """Say that there is nothing."""
    flow.row(Cell(text=text, style=REMARK))
