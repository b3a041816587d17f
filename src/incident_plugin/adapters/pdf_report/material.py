"""What the sections of a report are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from incident_plugin.adapters.pdf_report.languages import Texts
from incident_plugin.adapters.pdf_report.moments import Moments
from incident_plugin.adapters.pdf_report.pictures import Jpeg
from incident_plugin.application.reports.content import ReportContent
from incident_plugin.domain.fields import field_title, shown_value
from incident_plugin.domain.properties import DataKind
from incident_plugin.domain.sequence import SequenceId


@attrs.frozen(kw_only=True)
class Material:
    """One report's content, and how times and words are written in it."""

    content: ReportContent
    moments: Moments
    texts: Texts
    #: Pictures that can be shown.
    pictures: Mapping[SequenceId, Jpeg]

    def title(self, field: str) -> str:
        """Give the name of a field: ours in the report's language, the administrators' as it is."""
        return self.texts.known(field, field_title(field, self.content.properties))

    def value(self, field: str) -> str:
        """Give the value of a field as readers understand it; empty for none."""
        properties = self.content.properties
        value = self.content.project.fields.get(field)
        if isinstance(value, bool):
            return self.texts("yes" if value else "no")
        if field == "priority" and value:
            return self.texts.known(f"priority.{value}", str(value))
        kinds = {f"data:{d.id}": d.kind for d in properties.data}
        if isinstance(value, str) and kinds.get(field) is DataKind.DATE_TIME:
            return self.moments.seconds(datetime.fromisoformat(value))
        return shown_value(field, value, properties)
