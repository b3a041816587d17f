"""The report: what it says, in which order. Its sections are the tabs of an incident project."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import attrs

from incident_plugin.adapters.pdf_report import sections
from incident_plugin.adapters.pdf_report.fonts import SUBSTITUTE, Fonts, Weight
from incident_plugin.adapters.pdf_report.layout import (
    AMBER,
    AMBER_TINT,
    GREY,
    GREY_TINT,
    MM,
    QUIET,
    WIDTH,
    Bookmark,
    Cell,
    Flow,
    Notice,
    Page,
    Style,
    shortened,
)
from incident_plugin.adapters.pdf_report.moments import Moments
from incident_plugin.adapters.pdf_report.pictures import Jpeg, read_jpeg
from incident_plugin.application.ports import ReportContent
from incident_plugin.domain.fields import shown_value
from incident_plugin.domain.sequence import SequenceId

_EYEBROW = Style(size=9, leading=13, colour=QUIET)
_TITLE = Style(size=20, leading=28, weight=Weight.BOLD)
_MARGINAL = Style(size=7.5, leading=10, colour=QUIET)
_NOTICE = Style(size=8.5, leading=12.5)
_NOTICE_TITLE = Style(size=9.5, leading=15, weight=Weight.BOLD)
_WARNING = Notice(bar=AMBER, tint=AMBER_TINT)
_REMARK = Notice(bar=GREY, tint=GREY_TINT)
#: How many of the characters that cannot be shown are named.
_NAMED_CHARACTERS = 12


@attrs.frozen(kw_only=True)
class Report:
    """A report ready to be drawn: pages, and what stands on each of them."""

    pages: list[Page]
    bookmarks: list[Bookmark]
    title: str
    site: str
    #: The maker's name when user names are shown, else empty.
    author: str
    #: Zone: the site's.
    generated_at: datetime
    #: Left in the footer of every page.
    footer: str
    marginal: Style = _MARGINAL


def composed(content: ReportContent, fonts: Fonts) -> Report:
    """Lay out a report of content that shows only the names it may show."""
    moments = Moments(content.time_zone)
    flow = _filled(content, fonts, moments, Counter())
    if flow.showable.replaced:
        # Page one says what cannot be shown, which is known only when all is set: set it again.
        flow = _filled(content, fonts, moments, flow.showable.replaced)
    site = " ".join(flow.showable(content.site).split())
    return Report(
        pages=flow.pages,
        bookmarks=flow.bookmarks,
        title=f"Incident project {content.project.id}",
        site=shortened(fonts, site, WIDTH / 2, _MARGINAL),
        author=content.generated_by.name if content.show_user_names else "",
        generated_at=moments.local(content.generated_at),
        footer=f"Generated {moments.seconds(content.generated_at)}",
    )


def _filled(content: ReportContent, fonts: Fonts, moments: Moments, unshown: Counter[str]) -> Flow:
    flow = Flow(fonts)
    pictures = {key: read_jpeg(data) for key, data in content.pictures.items()}
    _opening(flow, content, moments)
    _missing(flow, (*content.missing, *_unreadable(content, pictures)))
    _remarks(flow, content, moments, unshown)
    readable = {key: picture for key, picture in pictures.items() if picture}
    for title, fill in sections.SECTIONS.items():
        sections.heading(flow, title)
        fill(flow, sections.Material(content=content, moments=moments, pictures=readable))
    return flow


def _opening(flow: Flow, content: ReportContent, moments: Moments) -> None:
    project, properties = content.project, content.properties
    flow.row(Cell(text="Incident report", style=_EYEBROW))
    flow.row(Cell(text=f"Incident project {project.id}", style=_TITLE))
    shown = (shown_value(name, project.fields.get(name), properties) for name in ("type", "status"))
    if subtitle := " · ".join(text for text in shown if text):
        flow.row(Cell(text=subtitle, style=Style(size=10.5, leading=16)))
    flow.space(4 * MM)
    sections.facts(
        flow,
        ("Site", content.site),
        ("Generated", f"{moments.seconds(content.generated_at)} by {content.generated_by.name}"),
        ("Times", f"{moments.zone_name}, each with its offset from UTC"),
    )
    flow.space(3 * MM)


def _missing(flow: Flow, missing: tuple[str, ...]) -> None:
    if not missing:
        return
    _box(flow, _WARNING, "Not all information is included", *(f"Missing: {text}" for text in missing))


def _unreadable(content: ReportContent, pictures: dict[SequenceId, Jpeg | None]) -> tuple[str, ...]:
    return tuple(
        f"Picture of sequence {number} ({sequence.footage.camera_name}): it could not be read."
        for number, sequence in enumerate(content.project.sequences, start=1)
        if sequence.id in pictures and pictures[sequence.id] is None
    )


def _remarks(flow: Flow, content: ReportContent, moments: Moments, unshown: Counter[str]) -> None:
    if not content.show_user_names:
        _box(
            flow,
            _REMARK,
            "User names are hidden",
            "The same number stands for the same person throughout this report. Where a user name was "
            "written in a text, its number stands in brackets.",
        )
    if not moments.zone_known:
        _box(
            flow,
            _WARNING,
            "Times are in UTC",
            f"The site's time zone “{content.time_zone}” is not known on this machine.",
        )
    if unshown:
        named = ", ".join(f"U+{ord(c):04X}" for c in sorted(unshown)[:_NAMED_CHARACTERS])
        more = "" if len(unshown) <= _NAMED_CHARACTERS else " and others"
        _box(
            flow,
            _WARNING,
            "Not all characters can be shown",
            f"{unshown.total():,} characters have no letter form that can be printed here, and {SUBSTITUTE} "
            f"stands in their place: {named}{more}. The incident project keeps them as they were written.",
        )


def _box(flow: Flow, notice: Notice, title: str, *texts: str) -> None:
    flow.padding(2 * MM, notice)
    inset, width = 5 * MM, WIDTH - 10 * MM
    flow.row(Cell(text=title, style=_NOTICE_TITLE, x=inset, width=width), notice=notice)
    for text in texts:
        flow.row(Cell(text=text, style=_NOTICE, x=inset, width=width), notice=notice)
    flow.padding(2 * MM, notice)
    flow.space(3 * MM)
