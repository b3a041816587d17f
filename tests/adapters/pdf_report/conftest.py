"""Makes reports, and reads them back with a reader that is not ours."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cached_property

import pytest
from pypdf import PdfReader

from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.application.reports.content import ReportContent


class Printed:
    """A report, read back."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        self.reader = PdfReader(io.BytesIO(pdf), strict=True)

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page."""
        return [page.extract_text() for page in self.reader.pages]

    @cached_property
    def text(self) -> str:
        """All text, each run of white space as one space."""
        return " ".join(" ".join(self.pages).split())

    @cached_property
    def letters(self) -> str:
        """All text without white space."""
        return "".join("".join(self.pages).split())


Print = Callable[[ReportContent], Printed]


def made(maker: PdfReportMaker, content: ReportContent) -> bytes:
    """Make a report; give the file."""
    file = io.BytesIO()
    maker.make(content, file)
    return file.getvalue()


@pytest.fixture(scope="session")
def maker() -> PdfReportMaker:
    """One maker, as in a running plug-in; it knows no fonts but the built-in ones."""
    return PdfReportMaker(font_directories=())


@pytest.fixture(scope="session")
def printed(maker: PdfReportMaker) -> Print:
    """Makes a report and opens it with a reader that is not ours."""
    return lambda of: Printed(made(maker, of))
