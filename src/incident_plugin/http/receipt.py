"""The receipt of an export: a page to print and sign."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from incident_plugin.domain.exports import Exhibit, Export
from incident_plugin.domain.time import written

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Receipt of an export</title>
<link rel="stylesheet" href="../../ui/exports/receipt.css">
</head>
<body>
<h1>Receipt of an export of recorded video</h1>
<table>{facts}</table>
<h2>Contents</h2>
<table class="lines"><tr><th>Exhibit</th><th>Camera</th><th>From</th><th>To</th><th>Missing</th>
<th>SHA-256</th></tr>
{exhibits}</table>
<h2>Handed over</h2>
<table class="lines handed"><tr><th>When</th><th>Received by</th>
<th>Organisation</th><th>Reference</th><th>Means</th>
<th>Note</th><th>Handed over by</th></tr>{receipts}</table>
<p class="signatures"><span>Received (place, date, signature)</span>
<span>Handed over (place, date, signature)</span></p>
<p class="small">The receiver can verify the package with standard tools: VERIFY.txt in it has the commands.
The fingerprint above is to be compared with the one of the certificate in the package.</p>
</body>
</html>
"""


def receipt_page(export: Export, site: str, zone: ZoneInfo) -> str:
    """Give the page; every text stands in it as text."""

    def at(moment: datetime | None) -> str:
        return "" if moment is None else written(moment, zone)

    made = export.package
    facts = [
        ("Site", site),
        ("Export", export.id),
        ("Incident projects", ", ".join(map(str, export.projects))),
        ("Made", at(export.finished_at)),
        *(
            [
                ("Package", made.name),
                ("Files", f"{made.files}, {made.size:,} bytes of content"),
                ("How to open it", _opening(export, len(made.volumes))),
                ("SHA-256 of the list of files", made.sha256),
                ("Fingerprint of the signer", made.fingerprint or "not signed"),
                ("Time stamp", at(made.stamped_at) or "none"),
            ]
            if made
            else []
        ),
    ]
    exhibits = (
        (
            one.id,
            one.item.footage.camera_name,
            at(one.delivered.start if one.delivered else None) or "no video",
            at(one.delivered.end if one.delivered else None),
            f"{_seconds(one):.1f} s" if one.gaps else "nothing",
            one.sha256,
        )
        for one in export.exhibits
    )
    handovers = [
        (at(r.at), r.recipient, r.organisation, r.reference, r.means, r.note, r.handed_over_by.name)
        for r in export.receipts
    ] or [("",) * 7]
    shown = [(name, value) for name, value in facts if value]
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in shown)
    return _PAGE.format(facts=rows, exhibits=_rows(exhibits), receipts=_rows(handovers))


def _opening(export: Export, parts: int) -> str:
    """Say what people need to know who get a ZIP that not every program opens."""
    told = []
    if parts > 1:
        told.append(f"It is in {parts} parts: put all into one folder and open the first with 7-Zip.")
    if export.settings.encrypted:
        told.append(
            "It has a password (AES-256): 7-Zip opens it, the file manager of Windows does not. "
            "The password is told apart from the files."
        )
    return " ".join(told)


def _seconds(exhibit: Exhibit) -> float:
    return sum((gap.end - gap.start).total_seconds() for gap in exhibit.gaps)


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    return "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
