"""Recorders as administrators set them up. Passwords are not among it: the host keeps them, under a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NewType
from urllib.parse import urlsplit

import attrs

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.text import checked_text

RecorderId = NewType("RecorderId", str)

#: Where ONVIF puts the device service when nobody says otherwise (Core Specification section 5.1).
DEVICE_SERVICE = "/onvif/device_service"
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LONGEST_ADDRESS = 500
_LONGEST_NAME = 100


class TlsPolicy(StrEnum):
    """What is asked of a recorder's certificate. Without ``https`` in the address there is none."""

    #: Issued by an authority that this machine trusts, for this address, and in date.
    VERIFY = "verify"
    #: Exactly the one whose fingerprint an administrator confirmed.
    PINNED = "pinned"
    #: Any: keeps listeners out and impostors not. Administrators are warned.
    ACCEPT = "accept"


@attrs.frozen(kw_only=True)
class RecorderConfig:
    """One recorder of the site. Raises ``InvalidInput`` for what cannot work."""

    id: RecorderId
    #: What people call it.
    name: str
    #: URL of its ONVIF device service.
    address: str
    username: str = ""
    #: Name under which the host keeps the password.
    password_secret: str
    tls: TlsPolicy = TlsPolicy.VERIFY
    #: SHA-256 of the certificate that is pinned, 64 lower-case hexadecimal digits.
    fingerprint: str = ""
    #: Ids at the host by ids of ours, for cameras that the host knows under its own id. Cameras of several
    #: recorders with one id at the host are one camera.
    cameras: Mapping[CameraId, CameraId] = attrs.field(factory=dict)
    #: Its cameras are told from those of another recorder with the same serial number by this recorder's id.
    apart: bool = False
    revision: int = 0

    def __attrs_post_init__(self) -> None:
        if self.tls is TlsPolicy.PINNED and not _FINGERPRINT.fullmatch(self.fingerprint):
            raise InvalidInput(
                "A pinned certificate needs its SHA-256 fingerprint: 64 hexadecimal digits. "
                "Test the recorder to see it, and compare it with the recorder's own."
            )

    @property
    def encrypted(self) -> bool:
        """Whether its address asks for TLS."""
        return self.address.startswith("https:")


def apart_id(recorder: RecorderId, own: CameraId) -> CameraId:
    """Give the id of a camera that is told apart by its recorder."""
    return CameraId(f"{recorder}/{own}")


def recorder_name(text: str) -> str:
    """Give a name without surrounding spaces; raises ``InvalidInput``."""
    name = checked_text("The name", " ".join(text.split()), _LONGEST_NAME)
    if not name:
        raise InvalidInput("A recorder needs a name. Nothing was changed: enter one.")
    return name


def device_address(text: str) -> str:
    """Give the URL of a device service from what an administrator typed.

    ``192.0.2.7``, ``nvr.example:8000`` and whole URLs are understood. Raises ``InvalidInput``; a user name
    within is refused, since addresses are shown and logged.
    """
    typed = text.strip()
    if "://" not in typed:
        typed = f"http://{typed}"
    try:
        parts = urlsplit(typed)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        usable = False
    if not usable or len(typed) > _LONGEST_ADDRESS or re.search(r"[\s\x00-\x1f\x7f]", typed):
        raise InvalidInput(
            f"“{text.strip()[:80]}” is not the address of a recorder. Enter its name or IP address, such as "
            f"192.0.2.7, or the whole address http://192.0.2.7{DEVICE_SERVICE}."
        )
    if "@" in parts.netloc:
        raise InvalidInput("Leave user name and password out of the address, and enter them below it.")
    path = parts.path if parts.path.strip("/") else DEVICE_SERVICE
    return parts._replace(path=path, fragment="").geturl()


def fingerprint(text: str) -> str:
    """Give a SHA-256 fingerprint as lower-case digits, however it was written."""
    return re.sub(r"[\s:-]", "", text).lower().removeprefix("sha256")
