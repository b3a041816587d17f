"""The session description of a recorder, as far as video needs it (RFC 4566, RFC 6184, RFC 7798)."""

from __future__ import annotations

import base64
import re
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

import attrs

from incident_plugin.adapters.rtsp.errors import BrokenProtocol
from incident_plugin.domain.media import Codec, SoundCodec, SoundTrack

_CLOCK_RATE = "90000"
#: Where the parameter sets stand in ``a=fmtp``, in the order in which decoders want them.
_SETS = {Codec.H264: ("sprop-parameter-sets",), Codec.H265: ("sprop-vps", "sprop-sps", "sprop-pps")}


#: Payload types that need no ``a=rtpmap`` (RFC 3551 table 4).
_STATIC_SOUND = {0: ("PCMU", "8000", "1"), 8: ("PCMA", "8000", "1")}
_SOUND = {
    "MPEG4-GENERIC": SoundCodec.AAC,
    "PCMU": SoundCodec.PCMU,
    "PCMA": SoundCodec.PCMA,
    "OPUS": SoundCodec.OPUS,
}
_METADATA = "VND.ONVIF.METADATA"


@attrs.frozen(kw_only=True)
class SoundDescription:
    """The first sound that can be passed through."""

    track: SoundTrack
    payload_type: int
    setup_url: str
    #: Bits of size and index in the headers of AAC frames (RFC 3640 section 4.1).
    sizes: tuple[int, int]


@attrs.frozen(kw_only=True)
class MetadataDescription:
    """A metadata stream (ONVIF Streaming Specification section 5.1.2.1.1)."""

    payload_type: int
    clock_rate: int
    setup_url: str


@attrs.frozen(kw_only=True)
class VideoDescription:
    """The first video that can be passed through, and what comes with it."""

    codec: Codec
    payload_type: int
    #: Parameter sets as NAL units; empty when they come in the stream only.
    parameter_sets: tuple[bytes, ...]
    #: Where to send SETUP.
    setup_url: str
    #: Where to send PLAY, keep-alives and TEARDOWN: the whole session.
    session_url: str
    sound: SoundDescription | None = None
    metadata: MetadataDescription | None = None


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
                sound=next(filter(None, (_sound(one, base) for one in media)), None),
                metadata=next(filter(None, (_metadata(one, base) for one in media)), None),
            )
    raise BrokenProtocol("the stream has no H.264 or H.265 video")


def _formats(section: str) -> list[tuple[int, Codec]]:
    found = re.findall(r"(?m)^a=rtpmap:(\d{1,3})\s+([\w.-]+)/(\d+)", section)
    return [
        (int(number), Codec(name.upper()))
        for number, name, rate in found
        if name.upper() in tuple(Codec) and rate == _CLOCK_RATE
    ]


def _sound(section: str, base: str) -> SoundDescription | None:
    """Read a description of sound that the recorder sends; sound that it wants from us is none."""
    header = re.match(r"m=audio\s+\S+\s+\S+([^\n]*)", section)
    if header is None or re.search(r"(?m)^a=(sendonly|inactive)\s*$", section):
        # From the recorder's description, "sendonly" is the back channel to its loudspeaker.
        return None
    for number in map(int, re.findall(r"\b\d{1,3}\b", header[1])):
        mapped = re.search(rf"(?m)^a=rtpmap:{number}\s+([\w.-]+)/(\d{{1,6}})(?:/(\d))?", section)
        name, rate, channels = mapped.groups() if mapped else _STATIC_SOUND.get(number, ("", "0", "1"))
        codec, given = _SOUND.get(name.upper()), _parameters(section, number)
        config = given.get("config", "")
        if codec is None or not int(rate):
            continue
        if codec is SoundCodec.AAC and not re.fullmatch(r"(?:[0-9a-fA-F]{2})+", config):
            continue
        return SoundDescription(
            track=SoundTrack(
                codec=codec,
                rate=int(rate),
                channels=int(channels or 1),
                config=bytes.fromhex(config) if codec is SoundCodec.AAC else b"",
            ),
            payload_type=number,
            setup_url=_resolve(base, _control(section)),
            sizes=(_bits(given.get("sizelength"), 13), _bits(given.get("indexlength"), 3)),
        )
    return None


def _bits(text: str | None, usual: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and 0 < int(text[:3]) <= 16 else usual  # noqa: PLR2004


def _metadata(section: str, base: str) -> MetadataDescription | None:
    found = re.search(r"(?m)^a=rtpmap:(\d{1,3})\s+([\w.-]+)/(\d{1,6})", section)
    if not section.startswith("m=application") or found is None or found[2].upper() != _METADATA:
        return None
    return MetadataDescription(
        payload_type=int(found[1]),
        clock_rate=int(found[3]) or int(_CLOCK_RATE),
        setup_url=_resolve(base, _control(section)),
    )


def _parameters(section: str, payload_type: int) -> dict[str, str]:
    """Read ``a=fmtp``: names in lower case."""
    line = re.search(rf"(?m)^a=fmtp:{payload_type}\s+(.*)$", section)
    return {
        name.strip().lower(): value.strip()
        for name, _, value in (part.partition("=") for part in (line[1] if line else "").split(";"))
    }


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
    if control.lower().startswith(("rtsp://", "rtsps://")):
        return on_host_of(base, control)
    if control.startswith("/"):
        return urljoin(base, control)
    # Recorders mean the name to be appended, also where the base ends without a slash or with a query.
    return (base if base.endswith("/") else base + "/") + control


def _parameter_sets(section: str, payload_type: int, codec: Codec) -> tuple[bytes, ...]:
    parameters = _parameters(section, payload_type)
    # Damaged ones are left out: they come in the stream as well, or nothing helps.
    sets: list[bytes] = []
    for name in _SETS[codec]:
        for encoded in filter(None, parameters.get(name, "").split(",")):
            with suppress(ValueError):
                sets.append(base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True))
    return tuple(filter(None, sets))
