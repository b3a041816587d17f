"""What goes into a package besides the video: reports, activity logs, earlier packages, versions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import attrs

from incident_plugin.application.administration.sealing import SealedLog, Sealing
from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, DisclosedLog, PackageContent
from incident_plugin.application.reports.content import ReportWish
from incident_plugin.application.reports.reporting import Reporting
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.disclosure import disclosed
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.exports import Export, ExportFormat, ExportState
from incident_plugin.domain.journal import Activity
from incident_plugin.domain.project import ProjectId

#: The field whose values are people.
_OWNER = "Owner"


@attrs.frozen(kw_only=True)
class Packaging:
    """Gathers it with the rights of the person who ordered the export."""

    _work: UnitOfWork
    _guard: Guard
    _sealing: Sealing
    _reporting: Reporting
    _site: str
    _time_zone: str
    _software: Mapping[str, str]

    async def content(self, export: Export) -> PackageContent:
        """Give all that lies beside the exhibits; what cannot be had is listed and no error."""
        reports: list[tuple[ProjectId, bytes]] = []
        missing: list[str] = []
        if export.settings.format is ExportFormat.PACKAGE and export.settings.report:
            for project in export.projects:
                try:
                    wish = ReportWish(show_user_names=export.settings.user_names)
                    report = await self._reporting.report(_orderer(export), project, wish)
                except IncidentError as error:
                    missing.append(f"The report of incident project {project}. {error.detail}")
                else:
                    reports.append((project, report.pdf))
                    missing += [f"In the report of incident project {project}: {m}" for m in report.missing]
        logs: tuple[DisclosedLog, ...] = ()
        if export.settings.format is ExportFormat.PACKAGE:
            logs = await asyncio.to_thread(self._logs, export, missing)
        return PackageContent(
            site=self._site,
            time_zone=self._time_zone,
            software=self._software,
            reports=tuple(reports),
            activity_logs=logs,
            earlier=await asyncio.to_thread(self._earlier, export),
            not_included=tuple(missing),
        )

    def _logs(self, export: Export, missing: list[str]) -> tuple[DisclosedLog, ...]:
        """Give the projects' activity logs, each with the proof that it belongs to the whole."""
        actor = _orderer(export)
        if not self._guard.allows(actor, Permission.ACTIVITY_VIEW):
            missing.append("The activity log, which the person who ordered the export may not read.")
            return ()
        logs: list[DisclosedLog] = []
        for project in export.projects:
            sealed = self._sealing.sealed_log(project)
            withheld = self._withheld(actor, sealed, names=export.settings.user_names)
            names = export.settings.user_names
            rows = (disclosed(entry, names=names, withhold=withheld.__contains__) for entry in sealed.entries)
            logs.append(DisclosedLog(entries=tuple(rows), proof=sealed.proof))
        return tuple(logs)

    def _withheld(self, actor: Actor, sealed: SealedLog, *, names: bool) -> frozenset[Activity]:
        """Give what the reader may not know: parts and cameras, and words that name people."""
        with self._work.reading(actor.person) as work:
            readable = self._guard.readable_log(actor, sealed.entries, work.properties)
        withheld = {
            entry.activity
            for entry, shown in zip(sealed.entries, readable, strict=True)
            if entry.activity != shown.activity
        }
        if not names:
            people = {entry.actor.name.casefold() for entry in sealed.entries} - {""}
            withheld |= {e.activity for e in sealed.entries if _names_people(e.activity, people)}
        return frozenset(withheld)

    def _earlier(self, export: Export) -> tuple[Export, ...]:
        wanted = {item.sequence for item in export.items}
        with self._work.reading(export.owner) as work:
            found = [
                one
                for one in work.stored.exports.all()
                if one.id != export.id
                and one.state in (ExportState.DONE, ExportState.EXPIRED)
                and wanted & {item.sequence for item in one.items}
            ]
        return tuple(sorted(found, key=lambda one: one.created_at))


def _names_people(activity: Activity, people: set[str]) -> bool:
    if activity.subject == _OWNER:
        return True
    words = f"{activity.subject}\n{activity.before}\n{activity.after}".casefold()
    return any(name in words for name in people)


def _orderer(export: Export) -> Actor:
    return Actor(person=export.owner, roles=frozenset(export.owner_roles))
