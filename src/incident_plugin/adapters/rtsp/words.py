"""The one border at which RTSP errors become refusals in an operator's words."""

from __future__ import annotations

from incident_plugin.adapters.rtsp.errors import ConnectionLost, NoAnswer, NotTrusted, Refused, RtspError
from incident_plugin.domain.errors import IncidentError, NotFound, NoVideo, RecorderUnavailable

_TRY = "If it stays so, tell your administrator."

_REFUSED = "incident.recorder-refused"
_BUSY = "incident.recorder-busy"

#: What a status means (RFC 2326 section 11): its words about the recorder at a host, and the cause.
_STATUSES: dict[int, tuple[str, str]] = {
    401: (
        "{} refused the user name or password. Ask your administrator to correct them.",
        "incident.recorder-refused-password",
    ),
    403: ("{} does not let its user see this camera. Ask your administrator to allow it.", _REFUSED),
    453: ("{} has no bandwidth left. Close other pictures of it.", _BUSY),
    461: (
        "{} does not send video over TCP. Ask your administrator to allow RTSP over TCP in its settings.",
        _REFUSED,
    ),
    503: ("{} is too busy now. If it stays so, tell your administrator.", _BUSY),
}
_GONE, _NOT_RECORDED = 404, 457


def recorder_at(name: str, place: str) -> str:
    """Name a recorder: by what people call it, and where it is."""
    return f"{name} ({place})" if name else f"The recorder at {place}"


def told(error: RtspError, recorder: str) -> IncidentError:
    """Say what happened, at which recorder, and what to do."""
    if isinstance(error, Refused):
        return _refused(error, recorder)
    if isinstance(error, NotTrusted):
        return _untrusted(error, recorder)
    if isinstance(error, NoAnswer):
        words, cause = "is not answering", "incident.recorder-silent"
    elif isinstance(error, ConnectionLost):
        words, cause = "cannot be reached", "incident.recorder-unreachable"
    else:
        words, cause = "sent video that cannot be used", "incident.recorder-garbled"
    return RecorderUnavailable(f"{recorder} {words} ({error}). {_TRY}", cause=cause)


def _refused(error: Refused, recorder: str) -> IncidentError:
    if error.status == _GONE:
        return NotFound(f"{recorder} no longer has this camera or recording. Refresh the list.")
    if error.status == _NOT_RECORDED:
        return NoVideo(f"{recorder} has no video for the chosen time. Choose another time.")
    if error.status not in _STATUSES:
        return RecorderUnavailable(f"{recorder} refused to send video ({error}). {_TRY}", cause=_REFUSED)
    words, cause = _STATUSES[error.status]
    return RecorderUnavailable(words.format(recorder), cause=cause)


def _untrusted(error: NotTrusted, recorder: str) -> IncidentError:
    where = recorder[0].lower() + recorder[1:] if recorder.startswith("The ") else recorder
    return RecorderUnavailable(
        f"The certificate of {where} is not trusted for its video ({error}). Ask your administrator to"
        " test this recorder: its certificate can be confirmed there.",
        cause="incident.recorder-untrusted",
    )
