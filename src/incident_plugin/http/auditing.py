"""Operations on the audit log."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Literal

import attrs
from starlette.responses import Response, StreamingResponse

from incident_plugin.application.administration.audit_log import Audit, AuditFilter, Verification
from incident_plugin.domain.access import Permission
from incident_plugin.domain.audit_lines import FORMS, lines
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.journal import Action
from incident_plugin.domain.people import Person
from incident_plugin.domain.phrases import sentence
from incident_plugin.http.activity import Moment, said_of
from incident_plugin.http.operations import Call, Media, Number, Operation, Parameter, whole_number

_TYPES = {"csv": "text/csv", "jsonl": "application/jsonl", "syslog": "text/plain"}
_ENDS = {"csv": "csv", "jsonl": "jsonl", "syslog": "log"}
_NARROWED = (
    Parameter("kind", told="Beginning of the action."),
    Parameter("person", told="Id of a person."),
    Parameter("text"),
    Parameter("since", datetime),
    Parameter("until", datetime),
)
_PAGE = (*_NARROWED, Parameter("before", Number, "Number of an entry."))
_FILE = (*_NARROWED, Parameter("form", Literal["csv", "jsonl", "syslog"], "`csv` when left out."))


@attrs.frozen(kw_only=True)
class AuditAnswer:
    """One row of the audit log, readable and machine-readable."""

    number: int
    at: datetime
    actor: Person
    action: Action
    subject: str
    before: str
    after: str
    text: str
    #: The same sentence in pieces, its times as instants.
    said: tuple[str | Moment, ...]


@attrs.frozen(kw_only=True)
class AuditPageAnswer:
    """A page of the audit log."""

    entries: tuple[AuditAnswer, ...]
    #: How many match.
    total: int


@attrs.frozen(kw_only=True)
class AuditResources:
    """Handlers of the operations on the audit log."""

    _audit: Audit
    #: Name of the site's machine, for syslog.
    _host: str

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view = Permission.AUDIT_VIEW
        file = "The audit log as CSV, JSON Lines or syslog (RFC 5424)."
        return (
            Operation(
                "GET", "audit", view, "A page of the audit log, newest first.", self.page, parameters=_PAGE
            ),
            Operation("GET", "audit/verification", view, "Verify the chain of the audit log.", self.verify),
            # Not GET: that the log was exported is logged.
            Operation("POST", "audit/file", view, file, self.file, parameters=_FILE),
        )

    async def page(self, call: Call) -> AuditPageAnswer:
        before = whole_number(call.query["before"], "before") if call.query.get("before") else None
        page = await asyncio.to_thread(self._audit.page, call.actor, _narrowed(call), before=before)
        rows = tuple(
            AuditAnswer(
                number=e.number,
                at=e.at,
                actor=e.actor,
                action=e.activity.action,
                subject=e.activity.subject,
                before=e.activity.before,
                after=e.activity.after,
                text=sentence(e.activity),
                said=said_of(e.activity),
            )
            for e in page.entries
        )
        return AuditPageAnswer(entries=rows, total=page.total)

    async def verify(self, call: Call) -> Verification:
        return await asyncio.to_thread(self._audit.verify, call.actor)

    async def file(self, call: Call) -> Annotated[Response, Media(*_TYPES.values())]:
        form = call.query.get("form", "csv")
        if form not in FORMS:
            raise InvalidInput("The file is CSV, JSON Lines or syslog.")
        entries = await asyncio.to_thread(self._audit.export, call.actor, _narrowed(call), form)
        name = f"audit-log.{_ENDS[form]}"
        return StreamingResponse(
            (line.encode("utf-8", "replace") for line in lines(entries, form, host=self._host)),
            media_type=f"{_TYPES[form]}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )


def _narrowed(call: Call) -> AuditFilter:
    query = call.query
    return AuditFilter(
        kind=query.get("kind", "")[:100],
        person=query.get("person", "")[:200],
        text=query.get("text", "")[:1000],
        since=call.instant("since") if query.get("since") else None,
        before=call.instant("until") if query.get("until") else None,
    )
