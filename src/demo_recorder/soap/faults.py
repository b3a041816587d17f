"""SOAP faults with the codes that ONVIF gives them (ONVIF Core Specification, "SOAP fault messages")."""

from attrs import frozen

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ERROR = "http://www.onvif.org/ver10/error"


@frozen(kw_only=True)
class Fault(Exception):
    """A request that is answered by a fault."""

    #: Code of SOAP 1.2: Sender, Receiver or VersionMismatch.
    code: str
    #: Codes of ONVIF, from the general to the particular.
    subcodes: tuple[str, ...] = ()
    #: For people.
    reason: str
    #: What to answer in HTTP for the client to sign in by (RFC 7235 section 4.1).
    challenge: str = ""

    @property
    def status(self) -> int:
        """The HTTP status (SOAP 1.2 part 2 section 7.5.2.2)."""
        if self.challenge:
            return 401
        return 400 if self.code == "Sender" else 500


def not_authorized(reason: str) -> Fault:
    """The sender has not proved who it is."""
    return Fault(code="Sender", subcodes=("NotAuthorized",), reason=reason)


def not_well_formed(reason: str) -> Fault:
    """The message is not XML, or not the XML of a SOAP message."""
    return Fault(code="Sender", subcodes=("WellFormed",), reason=reason)


def invalid_arguments(reason: str) -> Fault:
    """The request lacks an argument, or has one that cannot be read."""
    return Fault(code="Sender", subcodes=("InvalidArgs",), reason=reason)


def invalid_value(subcode: str, reason: str) -> Fault:
    """An argument has a value that names nothing here."""
    return Fault(code="Sender", subcodes=("InvalidArgVal", subcode), reason=reason)


def not_supported(reason: str) -> Fault:
    """The device does not offer this operation."""
    return Fault(code="Receiver", subcodes=("ActionNotSupported",), reason=reason)


def device_failed() -> Fault:
    """The device could not do what it offers; its log says why."""
    return Fault(code="Receiver", subcodes=("Action",), reason="the device failed; see its log")
