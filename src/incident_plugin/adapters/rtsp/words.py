"""The one border at which RTSP errors become refusals in an operator's words."""

from __future__ import annotations

from incident_plugin.adapters.rtsp.errors import ConnectionLost, NoAnswer, NotTrusted, Refused, RtspError
from incident_plugin.domain.errors import IncidentError, NotFound, NoVideo, RecorderUnavailable

_TRY = "Try again; if it stays so, tell your administrator."

#: What a status means (RFC 2326 section 11): which refusal, and its words about the recorder at a host.
_STATUSES: dict[int, tuple[type[IncidentError], str]] = {
    401: (
        RecorderUnavailable,
        "{} refused the user name or password. Ask your administrator to correct them.",
    ),
    403: (
        RecorderUnavailable,
        "{} does not let its user see this camera. Ask your administrator to allow it.",
    ),
    404: (NotFound, "{} no longer has this camera or recording. Refresh the list."),
    453: (RecorderUnavailable, "{} has no bandwidth left. Close other pictures, or try again shortly."),
    457: (NoVideo, "{} has no video for the chosen time. Choose another time."),
    461: (
        RecorderUnavailable,
        "{} does not send video over TCP. Ask your administrator to allow RTSP over TCP in its settings.",
    ),
    503: (RecorderUnavailable, "{} is too busy. Try again shortly."),
}


def recorder_at(name: str, place: str) -> str:
    """Name a recorder: by what people call it, and where it is."""
    return f"{name} ({place})" if name else f"The recorder at {place}"


def told(error: RtspError, recorder: str) -> IncidentError:
    """Say what happened, at which recorder, and what to do."""
    if isinstance(error, Refused) and error.status in _STATUSES:
        kind, words = _STATUSES[error.status]
        return kind(words.format(recorder))
    if isinstance(error, Refused):
        return RecorderUnavailable(f"{recorder} refused to send video ({error}). {_TRY}")
    if isinstance(error, NotTrusted):
        where = recorder[0].lower() + recorder[1:] if recorder.startswith("The ") else recorder
        return RecorderUnavailable(
            f"The certificate of {where} is not trusted for its video ({error}). Ask your administrator to"
            " test this recorder: its certificate can be confirmed there.",
            cause="incident.recorder-untrusted",
        )
    if isinstance(error, NoAnswer):
        return RecorderUnavailable(f"{recorder} is not answering ({error}). {_TRY}")
    if isinstance(error, ConnectionLost):
        return RecorderUnavailable(f"{recorder} cannot be reached ({error}). {_TRY}")
    return RecorderUnavailable(f"{recorder} sent video that cannot be used ({error}). {_TRY}")
