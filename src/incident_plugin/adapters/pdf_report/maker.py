"""The report port: content in, PDF out. What draws is imported when the first report is made."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from incident_plugin.adapters.pdf_report.discretion import without_user_names
from incident_plugin.adapters.pdf_report.languages import NAMES
from incident_plugin.application.reports.content import PeriodContent, PeriodFormat, ReportContent

if TYPE_CHECKING:
    from incident_plugin.adapters.pdf_report.press import Press

#: Where operating systems keep the fonts that are asked for what the built-in one lacks; first found wins.
SYSTEM_FONTS = (
    Path("/usr/local/share/fonts"),
    Path("/usr/share/fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)


class PdfReportMaker:
    """Makes reports. The same content gives the same bytes on machines with the same fonts."""

    def __init__(self, font_directories: Sequence[Path] = SYSTEM_FONTS) -> None:
        self._directories = tuple(font_directories)
        self._press: Press | None = None
        # Fonts and what was learned of them are shared by all reports.
        self._one_at_a_time = threading.Lock()

    @property
    def languages(self) -> Mapping[str, str]:
        """Languages that there are words for, by their tags."""
        return NAMES

    def make(
        self, content: ReportContent, file: BinaryIO, progress: Callable[[float], None] = lambda _: None
    ) -> tuple[str, ...]:
        """Write a PDF document; give what it lacks. Raises ``ReportFailed``, and what ``progress`` raises."""
        shown = content if content.show_user_names else without_user_names(content)
        with self._one_at_a_time:
            return self._ready().printed(shown, file, progress)

    def make_period(
        self,
        content: PeriodContent,
        kind: PeriodFormat,
        file: BinaryIO,
        progress: Callable[[float], None] = lambda _: None,
    ) -> tuple[str, ...]:
        """Write a report over a list of projects; give what it lacks. The rest as ``make``."""
        with self._one_at_a_time:
            return self._ready().printed_period(content, kind, file, progress)

    def _ready(self) -> Press:
        if self._press is None:
            # A fifth of a second that the start of a host need not wait for.
            from incident_plugin.adapters.pdf_report.press import Press  # noqa: PLC0415

            self._press = Press(self._directories)
        return self._press
