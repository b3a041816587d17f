"""What an export consists of: exhibits that are made, and what is told about them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from incident_plugin.adapters.evidence.bag import Sealed, write_file
from incident_plugin.adapters.evidence.checking import ACTIVITY_LOG, DESCRIPTION
from incident_plugin.adapters.evidence.description import describe
from incident_plugin.adapters.evidence.history import encoded_logs
from incident_plugin.adapters.evidence.player_page import page
from incident_plugin.application.ports import PackageContent
from incident_plugin.domain.exports import Export, ExportFormat
from incident_plugin.domain.project import ProjectId


def made(export: Export) -> Iterator[Sealed]:
    """Give the files of the exhibits."""
    for exhibit in export.exhibits:
        if exhibit.file:
            yield Sealed(name=exhibit.file, size=exhibit.size, sha256=exhibit.sha256)
        for other in exhibit.others:
            yield Sealed(name=other.name, size=other.size, sha256=other.sha256)


def described(folder: Path, export: Export, content: PackageContent) -> Iterator[Sealed]:
    """Write what is told about the exhibits."""
    description = describe(
        export,
        site=content.site,
        time_zone=content.time_zone,
        software=content.software,
        earlier=content.earlier,
        not_included=content.not_included,
    )
    if export.settings.format is not ExportFormat.PACKAGE:
        yield write_file(folder, "package.json", description)
        return
    yield write_file(folder, DESCRIPTION, description)
    yield write_file(folder, "data/player/index.html", page(description))
    if content.activity_logs:
        yield write_file(folder, ACTIVITY_LOG, encoded_logs(content.activity_logs))
    for project, pdf in content.reports:
        name = "report.pdf" if len(export.projects) == 1 else f"report-{project}.pdf"
        yield write_file(folder, f"data/{name}", pdf)


def not_included(content: PackageContent) -> str:
    """Say what could not be put into it; empty for a complete one."""
    return f"Not included: {' '.join(content.not_included)}" if content.not_included else ""


def without_report(export: Export, content: PackageContent) -> tuple[ProjectId, ...]:
    """Name the projects whose report was wanted and is missing."""
    if export.settings.format is not ExportFormat.PACKAGE or not export.settings.report:
        return ()
    made = {project for project, _ in content.reports}
    return tuple(project for project in export.projects if project not in made)
