"""The session description of a recorder, as far as video needs it (RFC 4566, RFC 6184, RFC 7798)."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import urljoin, urlsplit

import attrs

from incident_plugin.adapters.rtsp.errors import BrokenProtocol
from incident_plugin.domain.media import Codec

_CLOCK_RATE = "90000"
#: Where the parameter sets stand in ``a=fmtp``, in the order in which decoders want them.
_SETS = {Codec.H264: ("sprop-parameter-sets",), Codec.H265: ("sprop-vps", "sprop-sps", "sprop-pps")}


@attrs.frozen(kw_only=True)
class VideoDescription:
    """The first video that can be passed through."""

    codec: Codec
    payload_type: int
    #: Parameter sets as NAL units; empty when they come in the stream only.
    parameter_sets: tuple[bytes, ...]
    #: Where to send SETUP.
    setup_url: str
    #: Where to send PLAY, keep-alives and TEARDOWN: the whole session.
    session_url: str


def parse_description(text: str, base: str) -> VideoDescription:
    """Read an SDP; ``base`` is its Content-Base or the URL asked for.

    Raises ``BrokenProtocol`` when there is no H.264 or H.265 video in it, or when it points to another host.
    """
    session, *media = re.split(r"(?m)^(?=m=)", text.replace("\r\n", "\n"))
    session_url = _resolve(base, _control(session))
    for section in media:
        if not section.startswith("m=video"):
            continue
        for payload_type, codec in _formats(section):
            return VideoDescription(
                codec=codec,
                payload_type=payload_type,
                parameter_sets=_parameter_sets(section, payload_type, codec),
                setup_url=_resolve(base, _control(section)),
                session_url=session_url,
            )
    raise BrokenProtocol("the stream has no H.264 or H.265 video")


def _formats(section: str) -> list[tuple[int, Codec]]:
    found = re.findall(r"(?m)^a=rtpmap:(\d{1,3})\s+([\w.-]+)/(\d+)", section)
    return [
        (int(number), Codec(name.upper()))
        for number, name, rate in found
        if name.upper() in tuple(Codec) and rate == _CLOCK_RATE
    ]


def _control(section: str) -> str:
    found = re.search(r"(?m)^a=control:(.*)$", section)
    return found[1].strip() if found else "*"


def on_host_of(trusted: str, url: str) -> str:
    """Give ``url`` with the host and port of ``trusted``.

    Recorders behind address translation announce addresses that nobody outside reaches, and a hostile one
    could point anywhere: of what a recorder announces only path and query are taken.
    """
    here = urlsplit(trusted)
    return urlsplit(url)._replace(scheme=here.scheme, netloc=here.netloc, fragment="").geturl()


def _resolve(base: str, control: str) -> str:
    """Give the absolute URL of a control attribute (RFC 2326 appendix C.1.1)."""
    if control in ("", "*"):
        return base
    if control.lower().startswith("rtsp://"):
        return on_host_of(base, control)
    if control.startswith("/"):
        return urljoin(base, control)
    # Recorders mean the name to be appended, also where the base ends without a slash or with a query.
    return (base if base.endswith("/") else base + "/") + control


def _parameter_sets(section: str, payload_type: int, codec: Codec) -> tuple[bytes, ...]:
    line = re.search(rf"(?m)^a=fmtp:{payload_type}\s+(.*)$", section)
    parameters = {
        name.strip().lower(): value.strip()
        for name, _, value in (part.partition("=") for part in (line[1] if line else "").split(";"))
    }
    sets: list[bytes] = []
    for name in _SETS[codec]:
        for encoded in filter(None, parameters.get(name, "").split(",")):
            try:
                sets.append(base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True))
            except binascii.Error as error:
                raise BrokenProtocol(f"{name} is not base64") from error
    return tuple(filter(None, sets))
