"""What can go wrong in a call to an ONVIF device, and the border at which it becomes an operator's words."""

from __future__ import annotations

from incident_plugin.domain.errors import IncidentError, NotFound, RecorderUnavailable


class OnvifError(Exception):
    """Root of everything this package raises inside itself; never leaves it."""


class NoConnection(OnvifError):
    """The device's address refused the connection, or it broke."""


class NoAnswer(OnvifError):
    """The device did not answer in time."""


class NotOnvif(OnvifError):
    """The answer is not what the ONVIF services send: other content, broken, cut off or too long."""


class NoService(OnvifError):
    """The device does not offer the service that is needed."""


class Fault(OnvifError):
    """A SOAP fault (SOAP 1.2 section 5.4)."""

    def __init__(self, subcodes: tuple[str, ...], reason: str) -> None:
        super().__init__(f"{'/'.join(subcodes) or 'fault'}: {reason}")
        #: Local names from the outer to the inner one, such as ``InvalidArgVal``, ``NoProfile``.
        self.subcodes = subcodes


class NotAuthorised(OnvifError):
    """User name or password is wrong, or the user may not do this."""


class NotTrusted(OnvifError):
    """The device's certificate is not one that may be trusted, or it speaks no TLS."""


#: Services as messages name them.
TITLES = {
    "media": "media",
    "media2": "media",
    "ptz": "PTZ",
    "events": "event",
    "pullpoint": "event",
    "deviceio": "device I/O",
}

_TRY = "If it stays so, tell your administrator."
_GONE = ("NoProfile", "InvalidToken", "NoRecording", "InvalidRecording")

_WORDS: dict[type[OnvifError], str] = {
    NoConnection: (
        "{} cannot be reached ({}). Ask your administrator to check that it is switched on and connected, and"
        " has this address."
    ),
    NoAnswer: "{} is not answering ({}). " + _TRY,
    NotOnvif: "{} sent an answer that cannot be used ({}). " + _TRY,
    NoService: (
        "{} does not offer this ({}). Ask your administrator whether it records and is set up for ONVIF."
    ),
    NotAuthorised: "{} refused the user name or password. Ask your administrator to correct them.",
    NotTrusted: (
        "The certificate of {} is not trusted ({}). Ask your administrator to test this recorder: its"
        " certificate can be confirmed there."
    ),
    Fault: "{} refused the request ({}). " + _TRY,
}


#: Message ids.
_CAUSES: dict[type[OnvifError], str] = {
    NoConnection: "incident.recorder-unreachable",
    NoAnswer: "incident.recorder-silent",
    NotOnvif: "incident.recorder-garbled",
    NoService: "incident.recorder-lacks-service",
    NotAuthorised: "incident.recorder-refused-password",
    NotTrusted: "incident.recorder-untrusted",
    Fault: "incident.recorder-refused",
}


def told(error: OnvifError, recorder: str) -> IncidentError:
    """Say what happened, at which recorder, and what to do."""
    if isinstance(error, Fault) and any(code in _GONE for code in error.subcodes):
        return NotFound(_sentence(f"{recorder} no longer has this camera or recording. Refresh the list."))
    words = _WORDS.get(type(error), _WORDS[Fault]).format(recorder, error)
    return RecorderUnavailable(_sentence(words), cause=_CAUSES.get(type(error), _CAUSES[Fault]))


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]
