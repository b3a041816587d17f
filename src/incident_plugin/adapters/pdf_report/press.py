"""Composes and writes a report; what the library cannot do becomes one of our refusals here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from reportlab.pdfbase.pdfdoc import PDFError

from incident_plugin.adapters.pdf_report.document import written
from incident_plugin.adapters.pdf_report.fonts import Fonts
from incident_plugin.adapters.pdf_report.period import composed_period, discreet, written_table
from incident_plugin.adapters.pdf_report.report import Report, composed
from incident_plugin.application.reports.content import PeriodContent, PeriodFormat, ReportContent
from incident_plugin.domain.errors import ReportFailed

#: Part of the time that laying out takes; the rest is drawing.
_LAID_OUT = 0.5


class Press:
    """Prints one report at a time: its fonts are shared by all."""

    def __init__(self, font_directories: Sequence[Path]) -> None:
        self._directories = font_directories
        self._fonts: Fonts | None = None

    def printed_period(
        self,
        content: PeriodContent,
        kind: PeriodFormat,
        file: BinaryIO,
        progress: Callable[[float], None],
    ) -> tuple[str, ...]:
        """Write a period report; give what it lacks. Raises ``ReportFailed``."""
        content = discreet(content)
        if kind is PeriodFormat.CSV:
            return written_table(content, file)
        return self._print(lambda fonts: composed_period(content, fonts), file, progress, "The period report")

    def printed(
        self, content: ReportContent, file: BinaryIO, progress: Callable[[float], None]
    ) -> tuple[str, ...]:
        """Write a PDF that shows the content as it is; give what it lacks. Raises ``ReportFailed``."""
        name = f"The report of incident project {content.project.id}"
        return self._print(lambda fonts: composed(content, fonts), file, progress, name)

    def _print(
        self,
        compose: Callable[[Fonts], Report],
        file: BinaryIO,
        progress: Callable[[float], None],
        name: str,
    ) -> tuple[str, ...]:
        try:
            if self._fonts is None:
                self._fonts = Fonts(self._directories)
            report = compose(self._fonts)
            pages = len(report.pages)
            progress(_LAID_OUT)
            written(report, file, lambda done: progress(_LAID_OUT + (1 - _LAID_OUT) * done / pages))
        except (PDFError, OSError, ValueError) as error:
            raise ReportFailed(
                f"{name} could not be drawn: {error}. Nothing was changed. "
                "Ask an administrator to install the plug-in's reportlab again."
            ) from error
        return report.missing
