"""The report as PDF, drawn with reportlab; the only package that imports it."""

from __future__ import annotations

from incident_plugin.adapters.pdf_report.maker import PdfReportMaker

__all__ = ["PdfReportMaker"]
