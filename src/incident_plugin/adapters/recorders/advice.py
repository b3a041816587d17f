"""What a failed step of a recorder's test means to the administrator who tests it, and what to do.

The adapters' words are for operators, who are told to ask their administrator: here the administrator reads.
"""

from __future__ import annotations

from incident_plugin.domain.errors import IncidentError

_LACKS, _UNREACHABLE = "incident.recorder-lacks-service", "incident.recorder-unreachable"
_SILENT, _PASSWORD = "incident.recorder-silent", "incident.recorder-refused-password"

_STREAMS = (
    "It answers questions, and its pictures come through another door: check in its own settings that RTSP is"
    " switched on, and that no firewall closes this port."
)
_ENTER = (
    "Enter those of an ONVIF user: many recorders keep them apart from the users of their web page. After"
    " several wrong passwords some refuse the right one too, for some minutes."
)
_NOT_SEEN = (
    "The user may sign in, and may not see pictures.",
    "Let this user see live and recorded video in its own settings; some have a switch for RTSP's sign-in.",
)
#: By step and kind of failure: what was found, and what to do.
_MEANING: dict[tuple[str, str], tuple[str, str]] = {
    ("soap", _LACKS): (
        "Something answers at this address, but there is no ONVIF service at its path.",
        "Enter the address without a path, or see in its settings whether ONVIF is on, and at which path.",
    ),
    ("soap", _UNREACHABLE): (
        "It accepts connections, and breaks them off when it is asked something.",
        "Try the address with https://, or another port: its own settings show it under ONVIF or HTTP.",
    ),
    ("soap", _SILENT): (
        "It accepts connections, and says nothing when it is asked something.",
        "Check the port: this may be that of another service. If it is right, restart the recorder.",
    ),
    ("soap", _PASSWORD): (
        "Something answers at this address, and refuses a question that ONVIF devices answer everybody.",
        "This may be a web page or another server: check the port, and whether ONVIF is switched on.",
    ),
    ("sign-in", _PASSWORD): (
        "It refused the user name or password.",
        _ENTER,
    ),
    ("stream", _PASSWORD): _NOT_SEEN,
    ("replay", _PASSWORD): _NOT_SEEN,
    ("stream", _UNREACHABLE): ("Its live pictures cannot be reached.", _STREAMS),
    ("replay", _UNREACHABLE): ("Its recorded video cannot be reached.", _STREAMS),
}
_RIGHTS = (
    "The user may sign in, and may not ask this.",
    "Give this user more rights in the recorder's own settings: ONVIF's “operator”, or “administrator”.",
)
_TRY = "Try again; if it stays so, restart the recorder, and update it if its maker has something newer."


def advice(step: str, error: IncidentError) -> tuple[str, str]:
    """Give what was found and what to do, for a step that failed."""
    meant = _MEANING.get((step, error.message_id))
    if meant is None and error.message_id == _PASSWORD:
        meant = _RIGHTS
    if meant is not None:
        return meant
    said, found, remedy = error.detail.partition("). ")
    return (f"{said}).", _addressed(remedy)) if found else (error.detail, "")


def _addressed(remedy: str) -> str:
    """Tell an administrator what operators are told to ask of one."""
    for asked, told in (("Ask your administrator to ", ""), ("Ask your administrator ", "Check ")):
        if remedy.startswith(asked):
            rest = told + remedy.removeprefix(asked)
            return rest[0].upper() + rest[1:]
    return _TRY if "tell your administrator" in remedy else remedy
