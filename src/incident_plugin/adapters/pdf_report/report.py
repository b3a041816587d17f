"""The report: what it says, in which order. Its sections are the tabs of an incident project."""

from __future__ import annotations

from functools import partial

import attrs

from incident_plugin.adapters.pdf_report import sections
from incident_plugin.adapters.pdf_report.archive import About
from incident_plugin.adapters.pdf_report.direction import levels
from incident_plugin.adapters.pdf_report.fonts import SUBSTITUTE, Fonts, Weight
from incident_plugin.adapters.pdf_report.languages import Texts
from incident_plugin.adapters.pdf_report.layout import (
    AMBER,
    AMBER_TINT,
    GREY,
    GREY_TINT,
    HAIRLINE,
    LEFT,
    MM,
    PAGE_HEIGHT,
    QUIET,
    RIGHT,
    TOP,
    WIDTH,
    Area,
    Bookmark,
    Cell,
    Flow,
    Notice,
    Page,
    Picture,
    Style,
    Words,
    shortened,
)
from incident_plugin.adapters.pdf_report.material import Material
from incident_plugin.adapters.pdf_report.moments import Moments
from incident_plugin.adapters.pdf_report.pictures import Jpeg, read_jpeg, read_logo
from incident_plugin.adapters.pdf_report.text import Showable
from incident_plugin.application.reports.content import Lacking, Missing, ReportContent
from incident_plugin.domain.fields import shown_value
from incident_plugin.domain.sequence import SequenceId

_EYEBROW = Style(size=9, leading=13, colour=QUIET)
_TITLE = Style(size=20, leading=28, weight=Weight.BOLD)
_SUBTITLE = Style(size=10.5, leading=16)
MARGINAL = Style(size=7.5, leading=10, colour=QUIET)
_NOTICE = Style(size=8.5, leading=12.5)
_NOTICE_TITLE = Style(size=9.5, leading=15, weight=Weight.BOLD)
_WARNING = Notice(bar=AMBER, tint=AMBER_TINT)
_REMARK = Notice(bar=GREY, tint=GREY_TINT)
_HEADER = PAGE_HEIGHT - 16 * MM
_FOOTER = 13 * MM
_LOGO_WIDTH, _LOGO_HEIGHT = 42 * MM, 16 * MM
#: How many of the characters that cannot be shown are named.
_NAMED_CHARACTERS = 12


@attrs.frozen(kw_only=True)
class Report:
    """A report ready to be drawn: pages, and what stands on each of them."""

    flow: Flow
    about: About
    texts: Texts
    #: Left and right in the head of every page, and left at its foot; each fits.
    head: tuple[str, str]
    foot: str
    #: All that the report says it lacks.
    missing: tuple[str, ...]

    @property
    def pages(self) -> list[Page]:
        """The pages without their margins."""
        return self.flow.pages

    @property
    def bookmarks(self) -> list[Bookmark]:
        """What the outline points to."""
        return self.flow.bookmarks

    def margins(self, number: int) -> Page:
        """Give head and foot of a page, counted from 0."""
        left, right = self.head
        pages = self.texts("page", number=number + 1, total=len(self.pages))
        return Page(
            words=[
                self._line(left, _HEADER),
                self._line(right, _HEADER, at_right=True),
                self._line(self.foot, _FOOTER),
                self._line(pages, _FOOTER, at_right=True),
            ],
            areas=[
                Area(x=LEFT, y=y, width=WIDTH, height=0.5, colour=HAIRLINE)
                for y in (_HEADER - 2.5 * MM, _FOOTER + 4.5 * MM)
            ],
        )

    def _line(self, text: str, y: float, *, at_right: bool = False) -> Words:
        x = RIGHT - self.flow.width(text, MARGINAL) if at_right else LEFT
        return Words(x=x, y=y, text=text, style=MARGINAL, levels=levels(text))


def composed(content: ReportContent, fonts: Fonts) -> Report:
    """Lay out a report of content that shows only the names it may show."""
    texts = Texts(content.language)
    moments = Moments(content.time_zone)
    pictures = {key: read_jpeg(partial(content.pictures.__getitem__, key)) for key in content.pictures}
    lost = (*content.missing, *_unreadable(content, pictures, texts))
    missing = tuple(texts(f"missing.{one.what}", subject=one.subject, reason=one.reason) for one in lost)
    material = Material(
        content=content,
        moments=moments,
        texts=texts,
        pictures={key: picture for key, picture in pictures.items() if picture},
    )
    flow = _filled(material, fonts, missing, None)
    lacking = flow.showable
    if lacking.replaced or lacking.without_font:
        # Page one says what cannot be shown, which is known only when all is set: set it again.
        flow = _filled(material, fonts, missing, lacking)
    title = texts("project", id=content.project.id)
    return Report(
        flow=flow,
        about=About(
            title=title,
            subject=" ".join(flow.showable(content.site).split()),
            author=" ".join(flow.showable(content.generated_by.name).split())
            if content.show_user_names
            else "",
            language=texts.language,
            made_at=moments.local(content.generated_at),
        ),
        texts=texts,
        head=(shortened(flow, content.site, WIDTH / 2, MARGINAL), title),
        foot=texts("generated.footer", at=moments.seconds(content.generated_at)),
        missing=missing,
    )


def _filled(material: Material, fonts: Fonts, missing: tuple[str, ...], lacking: Showable | None) -> Flow:
    flow = Flow(fonts)
    _opening(flow, material)
    missing_box(flow, missing, material.texts)
    _remarks(flow, material, lacking)
    for name, fill in sections.SECTIONS.items():
        sections.heading(flow, material.texts(f"section.{name}"))
        fill(flow, material)
    return flow


def opening(flow: Flow, eyebrow: str, title: str, subtitle: str, picture: bytes) -> None:
    """Set the head of the first page."""
    logo = read_logo(picture) if picture else None
    width = WIDTH - (_LOGO_WIDTH + 6 * MM if logo else 0)
    if logo:
        _logo(flow, logo)
    flow.row(Cell(text=eyebrow, style=_EYEBROW, width=width))
    flow.row(Cell(text=title, style=_TITLE, width=width))
    if subtitle:
        flow.row(Cell(text=subtitle, style=_SUBTITLE, width=width))
    flow.y = min(flow.y, TOP - _LOGO_HEIGHT) if logo else flow.y
    flow.space(4 * MM)


def _opening(flow: Flow, material: Material) -> None:
    content, moments, texts = material.content, material.moments, material.texts
    fields, properties = content.project.fields, content.properties
    shown = (shown_value(name, fields.get(name), properties) for name in ("type", "status"))
    subtitle = " \u00b7 ".join(text for text in shown if text)
    eyebrow = texts("project", id=content.project.id)
    opening(flow, eyebrow, content.title or texts("title"), subtitle, content.logo)
    at = moments.seconds(content.generated_at)
    sections.facts(
        flow,
        (texts("site"), content.site),
        (texts("generated"), texts("generated.by", at=at, name=content.generated_by.name)),
        (texts("times"), texts("times.zone", zone=moments.zone_name)),
        (texts("contents"), _contents(content, texts)),
    )
    flow.space(3 * MM)


def _logo(flow: Flow, logo: Jpeg) -> None:
    scale = min(_LOGO_WIDTH / logo.width, _LOGO_HEIGHT / logo.height)
    width, height = logo.width * scale, logo.height * scale
    flow.page.pictures.append(Picture(x=RIGHT - width, y=TOP - height, width=width, height=height, jpeg=logo))


def _contents(content: ReportContent, texts: Texts) -> str:
    """Count what is in the report: a page that is lost later is noticed."""
    counted = {
        "sequences": content.project.sequences,
        "comments": content.project.comments,
        "calls": content.project.calls,
        "exports": content.exports,
        "entries": content.entries,
    }
    return ", ".join(texts(f"contents.{name}", count=len(items)) for name, items in counted.items())


def missing_box(flow: Flow, missing: tuple[str, ...], texts: Texts) -> None:
    """Say what the report lacks."""
    if missing:
        _box_of(flow, _WARNING, texts("missing"), *(texts("missing.line", what=what) for what in missing))


def _unreadable(
    content: ReportContent, pictures: dict[SequenceId, Jpeg | None], texts: Texts
) -> tuple[Missing, ...]:
    return tuple(
        Missing(
            what=Lacking.PICTURE,
            subject=texts("missing.sequence", number=number, camera=sequence.footage.camera_name),
            reason=texts("missing.unreadable"),
        )
        for number, sequence in enumerate(content.project.sequences, start=1)
        if sequence.id in pictures and pictures[sequence.id] is None
    )


def _remarks(flow: Flow, material: Material, lacking: Showable | None) -> None:
    content, texts = material.content, material.texts
    if not content.show_user_names:
        box(flow, texts("hidden"), texts("hidden.why"))
    if not material.moments.zone_known:
        _box_of(flow, _WARNING, texts("zone"), texts("zone.why", zone=content.time_zone))
    if lacking and lacking.without_font:
        counted = sorted(lacking.without_font.items())
        scripts = ", ".join(texts("fonts.script", script=script, number=n) for script, n in counted)
        _box_of(flow, _WARNING, texts("fonts"), texts("fonts.why", scripts=scripts))
    if lacking and lacking.replaced:
        replaced = lacking.replaced
        named = ", ".join(f"U+{ord(c):04X}" for c in sorted(replaced)[:_NAMED_CHARACTERS])
        if len(replaced) > _NAMED_CHARACTERS:
            named = texts("controls.more", named=named)
        count = f"{replaced.total():,}"
        why = texts("controls.why", number=count, substitute=SUBSTITUTE, named=named)
        _box_of(flow, _WARNING, texts("controls"), why)


def box(flow: Flow, title: str, *lines: str) -> None:
    """Set a remark."""
    _box_of(flow, _REMARK, title, *lines)


def _box_of(flow: Flow, notice: Notice, title: str, *lines: str) -> None:
    flow.padding(2 * MM, notice)
    inset, width = 5 * MM, WIDTH - 10 * MM
    flow.row(Cell(text=title, style=_NOTICE_TITLE, x=inset, width=width), notice=notice)
    for text in lines:
        flow.row(Cell(text=text, style=_NOTICE, x=inset, width=width), notice=notice)
    flow.padding(2 * MM, notice)
    flow.space(3 * MM)
