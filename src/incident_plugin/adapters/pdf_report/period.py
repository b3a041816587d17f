"""The period report: a list of projects with counts, as PDF or as a table for spreadsheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

import attrs

from incident_plugin.adapters.pdf_report.archive import About
from incident_plugin.adapters.pdf_report.discretion import Names
from incident_plugin.adapters.pdf_report.fonts import Fonts
from incident_plugin.adapters.pdf_report.languages import Texts
from incident_plugin.adapters.pdf_report.layout import MM, WIDTH, Cell, Flow, shortened
from incident_plugin.adapters.pdf_report.moments import Moments
from incident_plugin.adapters.pdf_report.report import MARGINAL, Report, box, missing_box, opening
from incident_plugin.adapters.pdf_report.sections import heading
from incident_plugin.adapters.pdf_report.styles import SMALL, SMALL_HEAD, facts, nothing
from incident_plugin.application.incidents.tables import BOM, csv_line
from incident_plugin.application.reports.content import PeriodContent
from incident_plugin.application.store import ProjectSummary
from incident_plugin.domain.fields import shown_value
from incident_plugin.domain.people import Person, PersonId

#: Columns of the list: place and width.
_COLUMNS = (
    ("id", 0.0, 13 * MM),
    ("created", 15 * MM, 41 * MM),
    ("type", 58 * MM, 24 * MM),
    ("status", 84 * MM, 22 * MM),
    ("period.sequences", 108 * MM, 9 * MM),
    ("description", 119 * MM, WIDTH - 119 * MM),
)
_OF_PEOPLE = ("owner", "created_by", "by")
_COUNTED = ("type", "status", "priority")


def discreet(content: PeriodContent) -> PeriodContent:
    """Give the content without user names, unless they are shown."""
    if content.show_user_names:
        return content
    creators = (Person(id=PersonId(p.creator), name=p.created_by) for p in content.projects)
    owners = (p.owner or "" for p in content.projects)
    names = Names((content.generated_by, *creators, *content.colleagues), owners, content.language)
    hidden = tuple(
        attrs.evolve(
            p,
            created_by="",
            owner=None,
            description=names.in_text(p.description),
            values=names.hidden(p.values),
        )
        for p in content.projects
    )
    asked = tuple(
        (name, "\u2013" if name in ("owner", "creator", "created_by") else names.in_text(value))
        for name, value in content.asked
    )
    return attrs.evolve(
        content, projects=hidden, asked=asked, generated_by=names.hidden(content.generated_by), colleagues=()
    )


def composed_period(content: PeriodContent, fonts: Fonts) -> Report:
    """Lay the report out."""
    texts, moments = Texts(content.language), Moments(content.time_zone)
    missing = tuple(texts(f"missing.{one.what}", subject=one.subject) for one in content.missing)
    flow = Flow(fonts)
    title = content.title or texts("period")
    opening(flow, content.site, title, "", content.logo)
    _facts(flow, content, texts, moments)
    missing_box(flow, missing, texts)
    if not content.show_user_names:
        box(flow, texts("hidden"), texts("period.hidden"))
    _counts(flow, content, texts)
    _list(flow, content, texts, moments)
    return Report(
        flow=flow,
        about=About(
            title=" ".join(flow.showable(title).split()),
            subject=" ".join(flow.showable(content.site).split()),
            author=content.generated_by.name if content.show_user_names else "",
            language=texts.language,
            made_at=moments.local(content.generated_at),
        ),
        texts=texts,
        head=(shortened(flow, content.site, WIDTH / 2, MARGINAL), texts("period")),
        foot=texts("generated.footer", at=moments.seconds(content.generated_at)),
        missing=missing,
    )


def _facts(flow: Flow, content: PeriodContent, texts: Texts, moments: Moments) -> None:
    at = moments.seconds(content.generated_at)
    created = [p.created_at for p in content.projects]
    spread = ""
    if created:
        first, last = moments.seconds(min(created)), moments.seconds(max(created))
        spread = texts("period.created.range", first=first, last=last)
    facts(
        flow,
        (texts("site"), content.site),
        (texts("generated"), texts("generated.by", at=at, name=content.generated_by.name)),
        (texts("times"), texts("times.zone", zone=moments.zone_name)),
        (texts("period.filter"), _filter(content, texts)),
        (texts("period.total"), f"{len(content.projects):,}"),
        (texts("period.created"), spread),
    )
    flow.space(3 * MM)


def _filter(content: PeriodContent, texts: Texts) -> str:
    said = [
        f"{texts.known(name, name)}: {shown_value(name, value, content.properties)}"
        for name, value in content.asked
    ]
    return "\n".join(said) or texts("period.all")


def counted(content: PeriodContent, texts: Texts) -> Iterator[tuple[str, Counter[str]]]:
    """Give how many projects have which value: of type, status, priority and each category."""
    fields = [(field, texts(field)) for field in _COUNTED]
    fields += [(f"category:{c.id}", c.name) for c in content.properties.categories]
    for field, name in fields:
        values: Counter[str] = Counter()
        for project in content.projects:
            value = project.values.get(field) if ":" in field else getattr(project, field)
            said = shown_value(field, value, content.properties)
            if field == "priority" and value:
                said = texts.known(f"priority.{value}", said)
            values[said or texts("period.value.none")] += 1
        yield name, values


def _counts(flow: Flow, content: PeriodContent, texts: Texts) -> None:
    heading(flow, texts("period.counts"))
    if not content.projects:
        nothing(flow, texts("period.none"))
    for name, values in counted(content, texts):
        if content.projects:
            said = "\n".join(f"{value}: {count:,}" for value, count in values.most_common())
            facts(flow, (name, said))
            flow.space(1.5 * MM)


def _list(flow: Flow, content: PeriodContent, texts: Texts, moments: Moments) -> None:
    if not content.projects:
        return
    heading(flow, texts("period.list"))
    with flow.headed(partial(_head, flow, texts)):
        for project in content.projects:
            flow.row(
                *(
                    Cell(text=text, style=SMALL, x=x, width=width)
                    for text, (_, x, width) in zip(_cells(project, content, moments), _COLUMNS, strict=True)
                )
            )
            flow.space(0.8 * MM)


def _head(flow: Flow, texts: Texts) -> None:
    flow.row(*(Cell(text=texts(name), style=SMALL_HEAD, x=x, width=width) for name, x, width in _COLUMNS))
    flow.rule()
    flow.space(1 * MM)


def _cells(project: ProjectSummary, content: PeriodContent, moments: Moments) -> tuple[str, ...]:
    owner = f"{project.owner}: " if project.owner else ""
    return (
        str(project.id),
        moments.seconds(project.created_at),
        shown_value("type", project.type, content.properties),
        shown_value("status", project.status, content.properties),
        str(project.sequences),
        owner + project.description,
    )


def written_table(content: PeriodContent, file: BinaryIO) -> tuple[str, ...]:
    """Write the list and the counts as comma-separated values that no spreadsheet takes for formulas."""
    texts, moments = Texts(content.language), Moments(content.time_zone)
    missing = tuple(texts(f"missing.{one.what}", subject=one.subject) for one in content.missing)
    names = ("id", "created", "type", "status", "priority", "start-time", "end-time", "section.sequences")
    head = [texts(name) for name in (*names, "description")]
    who = [texts("owner"), texts("created-by")] if content.show_user_names else []
    lines = [BOM, csv_line([*head, *who])]
    for p in content.projects:
        shown = [shown_value(f, getattr(p, f), content.properties) for f in ("type", "status", "priority")]
        span = [moments.seconds(at) if at else "" for at in (p.start, p.end)]
        people = [p.owner or "", p.created_by] if content.show_user_names else []
        row = (
            str(p.id),
            moments.seconds(p.created_at),
            *shown,
            *span,
            str(p.sequences),
            p.description,
            *people,
        )
        lines.append(csv_line(row))
    lines.append("\r\n")
    lines.append(csv_line([texts("period.counts"), "", f"{len(content.projects)}"]))
    for name, values in counted(content, texts):
        lines += [csv_line([name, value, str(count)]) for value, count in values.most_common()]
    lines += [csv_line([texts("missing.line", what=what)]) for what in missing]
    file.write("".join(lines).encode("utf-8", "replace"))
    return missing
