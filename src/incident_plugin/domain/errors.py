"""The closed set of ways in which incident work can be refused.

Every error carries a stable message id (small print for support), a title that operators know, and a second
line that says what happened, to what, what was kept and what to do.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from incident_plugin.domain.people import Person


class IncidentError(Exception):
    """Root of all refusals; the text is the second line shown to the user."""

    #: Names the kind of refusal; a cause with an id of its own replaces it.
    message_id: str = "incident.failed"
    title: ClassVar[str] = "Cannot perform this action. Try again later."

    def __init__(self, detail: str, *, cause: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        if cause:
            self.message_id = cause


class InvalidInput(IncidentError):
    """What was entered breaks a rule; nothing was changed."""

    message_id = "incident.invalid-input"
    title = "This cannot be saved as entered."


class UnusableOffer(InvalidInput):
    """What a player of live pictures offers or wants to change cannot be used; nothing was opened."""

    message_id = "incident.unusable-offer"
    title = "This live picture cannot be opened."


class Incomplete(IncidentError):
    """The project cannot be closed: it lacks values that the site requires; nothing was changed."""

    message_id = "incident.required-missing"
    title = "This incident project cannot be closed yet."


class Held(IncidentError):
    """A legal hold forbids it; nothing was deleted."""

    message_id = "incident.legal-hold"
    title = "This incident project is on legal hold."


class InvalidFilter(InvalidInput):
    """What a list is narrowed by or sorted by means nothing; nothing is shown rather than too much."""

    message_id = "incident.invalid-filter"
    title = "Cannot perform this action. Try again later."


class NotFound(IncidentError):
    """The thing does not exist, or no longer does."""

    message_id = "incident.not-found"
    title = "Cannot perform this action. Please refresh the list."


class Conflict(IncidentError):
    """Somebody else changed the same field first; it is now ``now``, since ``at`` and by ``by`` if known."""

    message_id = "incident.conflict"
    title = "Somebody else changed this at the same time."

    def __init__(
        self,
        detail: str,
        *,
        field: str,
        now: str | int | bool | None,
        by: Person | None = None,
        at: datetime | None = None,
    ) -> None:
        super().__init__(detail)
        self.field = field
        self.now = now
        self.by = by
        self.at = at


class Denied(IncidentError):
    """The principal may not do this."""

    message_id = "incident.denied"
    title = "Permission denied."


class Unreadable(Denied):
    """The principal may not read this."""

    message_id = "incident.unreadable"
    title = "This information is not available to you."


class StoreUnavailable(IncidentError):
    """The disk or the database refused; nothing of this change was kept."""

    # ``server`` is for those who keep the server, and for its log: which file, and what the system said.

    message_id = "incident.store-unavailable"

    def __init__(self, detail: str, *, cause: str = "", server: str = "") -> None:
        super().__init__(detail, cause=cause)
        self.server = server

    def __str__(self) -> str:
        return f"{self.detail} {self.server}".strip()


class RecorderUnavailable(IncidentError):
    """The recorder did not answer, or answered with an error."""

    message_id = "incident.recorder-unavailable"


class NoVideo(IncidentError):
    """The recorder has no video for any part of the time asked for."""

    message_id = "incident.no-video"
    title = "There is no recorded video in the chosen time."


class LicenceRefused(IncidentError):
    """The licence does not allow this; what exists stays readable and editable."""

    message_id = "incident.licence-refused"
    title = "Cannot create incident project. Try again later."


class ReportFailed(IncidentError):
    """The report could not be made; the incident project is as it was."""

    message_id = "incident.report-failed"
    title = "Cannot generate report. Try again later."
