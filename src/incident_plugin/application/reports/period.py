"""The use case of a period report: a list of projects, as it is filtered, with counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents.listing import Listing
from incident_plugin.application.ports import Actor, ReportMaker
from incident_plugin.application.reports.content import (
    Lacking,
    Missing,
    PeriodContent,
    PeriodFormat,
    ReportWish,
)
from incident_plugin.application.reports.reporting import Report, Reporting
from incident_plugin.application.store import ProjectSummary
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.journal import Action, Activity

#: Projects of one report at most: some 400 pages.
MAXIMUM_PROJECTS = 10_000
#: The part of a long report's work that reading is.
_READING = 0.5

Asked = tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class PeriodWish(ReportWish):
    """How a period report is to be."""

    format: PeriodFormat = PeriodFormat.PDF


@attrs.frozen(kw_only=True)
class PeriodReporting:
    """Makes period reports and logs that they were made."""

    _reporting: Reporting
    _listing: Listing
    _work: UnitOfWork
    _guard: Guard
    _maker: ReportMaker

    def require(self, actor: Actor, wish: ReportWish, asked: Asked) -> None:
        """Raise ``Unreadable`` or ``InvalidFilter`` unless the actor may have such a report."""
        self._reporting.require(actor, wish)
        self._listing.asked(actor, asked)

    async def write(
        self,
        actor: Actor,
        asked: Asked,
        wish: PeriodWish,
        file: Path,
        progress: Callable[[float], None] = lambda _: None,
    ) -> Report:
        """Write the report into a file, with what the actor may read; log it before it is given out."""
        self.require(actor, wish, asked)

        def made() -> Report:
            content = self._content(actor, asked, wish, lambda read: progress(_READING * read))
            with file.open("wb") as target:
                missing = self._maker.make_period(
                    content,
                    wish.format,
                    target,
                    lambda written: progress(_READING + (1 - _READING) * written),
                )
            self.log(actor, Action.REPORT_GENERATED)
            return Report(
                file_name=f"incident-projects-{content.generated_at:%Y%m%dT%H%M%SZ}.{wish.format}",
                missing=missing,
            )

        return await asyncio.to_thread(made)

    def log(self, actor: Actor, action: Action) -> None:
        """Log what was done with a report; it is of no one project."""
        with self._work.begin(actor.person) as work:
            work.audit(Activity(action=action, subject="period report"))

    def _content(
        self, actor: Actor, asked: Asked, wish: ReportWish, progress: Callable[[float], None]
    ) -> PeriodContent:
        wanted = self._listing.asked(actor, asked)
        found: list[ProjectSummary] = []
        for page in self._listing.everything(actor, wanted):
            found += page
            progress(min(1.0, len(found) / MAXIMUM_PROJECTS))
            if len(found) > MAXIMUM_PROJECTS:
                break
        beyond = (Missing(what=Lacking.OLDER, subject=f"{MAXIMUM_PROJECTS:,}"),)
        held_back = (Missing(what=Lacking.PARTS),)
        readable = all(
            self._guard.allows(actor, part) for part in (Permission.DETAILS_VIEW, Permission.CATEGORIES_VIEW)
        )
        missing = (
            *(beyond if len(found) > MAXIMUM_PROJECTS else ()),
            *(() if readable else held_back),
        )
        with self._work.reading(actor.person) as work:
            imprint = self._reporting.imprint(actor, work, wish, missing)
        return PeriodContent(projects=tuple(found[:MAXIMUM_PROJECTS]), asked=asked, **imprint.shared())
