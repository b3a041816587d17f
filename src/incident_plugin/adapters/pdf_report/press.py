"""Composes and writes a report; what the library cannot do becomes one of our refusals here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reportlab.pdfbase.pdfdoc import PDFError

from incident_plugin.adapters.pdf_report.document import written
from incident_plugin.adapters.pdf_report.fonts import Fonts
from incident_plugin.adapters.pdf_report.report import composed
from incident_plugin.application.ports import ReportContent
from incident_plugin.domain.errors import ReportFailed


class Press:
    """Prints one report at a time: its fonts are shared by all."""

    def __init__(self, font_directories: Sequence[Path]) -> None:
        self._directories = font_directories
        self._fonts: Fonts | None = None

    def printed(self, content: ReportContent) -> bytes:
        """Give a PDF that shows the content as it is; raises ``ReportFailed``."""
        try:
            if self._fonts is None:
                self._fonts = Fonts(self._directories)
            return written(composed(content, self._fonts), self._fonts)
        except (PDFError, OSError) as error:
            raise ReportFailed(
                f"The report of incident project {content.project.id} could not be drawn: {error}. "
                "The project is as it was. Ask an administrator to install the plug-in's reportlab again."
            ) from error
