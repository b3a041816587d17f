"""A viewer's SDP offer, read with suspicion (RFC 8829, RFC 8866, RFC 6184 section 8).

aiortc knows H.264 by two profiles only and parses whatever it is given. So it is handed a shorter offer: the
lines it needs, and of the video formats the one chosen here under the profile it knows. Its answer gets the
viewer's own format parameters back.

Candidates are left out: viewers reach us, and their addresses are learnt from their own checks (peer-reflexive,
RFC 8445 section 7.3.1.3). So nobody can make this server send to addresses of their choice.
"""

from __future__ import annotations

import re

import attrs

from incident_plugin.adapters.live_preview.h264 import Profile
from incident_plugin.domain.errors import InvalidInput

_MAX_OFFER = 64 * 2**10
_MAX_SECTIONS = 4
#: Profile under which aiortc is told every stream; it does not look into the pictures.
_KNOWN_TO_AIORTC = "42e01f"
_SESSION_LINES = ("v=", "o=", "s=", "t=", "a=group:", "a=ice-", "a=fingerprint:", "a=setup:")
_SECTION_LINES = (
    "c=", "a=mid:", "a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=setup:", "a=rtcp-mux", "a=extmap:",
    "a=sendrecv", "a=recvonly", "a=sendonly", "a=inactive", "a=sctp-port:", "a=max-message-size:",
)  # fmt: skip
_NUMBERS = {str(number) for number in range(96, 128)}
_FORMAT_LINE = re.compile(r"a=(rtpmap|fmtp|rtcp-fb):(\d{1,3}|\*) (.+)")
_MEDIA_LINE = re.compile(r"m=(video|audio|application) \d{1,5} [A-Z/]{1,32} [\w. *-]{1,1000}")

_UNREADABLE = "The browser's offer for a live picture cannot be read{why}. Use another browser."


@attrs.frozen(kw_only=True)
class Format:
    """One way of receiving H.264 that a viewer offers."""

    payload_type: str
    #: Value of the fmtp line, as offered.
    parameters: str
    profile: Profile


@attrs.frozen(kw_only=True)
class Offer:
    """What matters of a viewer's offer: all sections' lines, and how its video section takes H.264."""

    session: tuple[str, ...]
    sections: tuple[tuple[str, ...], ...]
    #: In the viewer's order of preference.
    formats: tuple[Format, ...]

    @classmethod
    def parse(cls, text: str) -> Offer:
        """Read an offer; raises ``InvalidInput`` when it is no usable one."""
        if len(text) > _MAX_OFFER:
            raise _unreadable(f": it is longer than {_MAX_OFFER} characters")
        lines = tuple(line.strip() for line in text.splitlines() if line.strip())
        starts = [i for i, line in enumerate(lines) if line.startswith("m=")]
        if not lines or lines[0] != "v=0" or not 1 <= len(starts) <= _MAX_SECTIONS:
            raise _unreadable(": it is not a session description")
        ends = [*starts[1:], len(lines)]
        sections = tuple(lines[start:end] for start, end in zip(starts, ends, strict=True))
        for section in sections:
            _check_section(lines[: starts[0]], section)
        video = [section for section in sections if section[0].startswith("m=video ")]
        if len(video) != 1:
            raise _unreadable(f": it asks for {len(video)} pictures instead of one")
        if not {"a=recvonly", "a=sendrecv"} & set(video[0]):
            raise _unreadable(": it does not ask to receive a picture")
        _check_bundle(lines[: starts[0]], sections)
        return cls(session=lines[: starts[0]], sections=sections, formats=_h264_formats(video[0]))

    def choose(self, stream: Profile | None) -> Format:
        """Choose the format for a stream; raises ``InvalidInput`` when the viewer takes no H.264.

        One whose profile covers the stream is preferred. Without one the first is taken: decoders follow the
        stream's own parameter sets, and some browsers list only Baseline though they show High.
        """
        if not self.formats:
            raise InvalidInput(
                "This browser cannot receive H.264 video, which live view needs."
                " Use a current Chrome, Edge, Firefox or Safari; recorded video is not affected."
            )
        fitting = (item for item in self.formats if stream and item.profile.decodes(stream))
        return next(fitting, self.formats[0])

    def reduced_to(self, chosen: Format) -> str:
        """Give the offer for aiortc, with one video format."""
        lines = [line for line in self.session if line.startswith(_SESSION_LINES)]
        for section in self.sections:
            keep = {chosen.payload_type} if section[0].startswith("m=video ") else None
            lines += _reduced(section, keep)
        known = re.sub(r"(?i)(profile-level-id=)[0-9a-f]{6}", rf"\g<1>{_KNOWN_TO_AIORTC}", _fmtp(chosen))
        text = "\r\n".join(known if line == _fmtp(chosen) else line for line in lines)
        return text + "\r\n"


def answer_with(chosen: Format, answer: str) -> str:
    """Put the viewer's own format parameters into aiortc's answer."""
    prefix = f"a=fmtp:{chosen.payload_type} "
    lines = (_fmtp(chosen) if line.startswith(prefix) else line for line in answer.split("\r\n"))
    return "\r\n".join(lines)


def _unreadable(why: str) -> InvalidInput:
    return InvalidInput(_UNREADABLE.format(why=why))


def unreadable(error: Exception) -> InvalidInput:
    """Name an offer that aiortc refused."""
    return _unreadable(f" ({type(error).__name__})")


def _fmtp(item: Format) -> str:
    return f"a=fmtp:{item.payload_type} {item.parameters}"


def _check_section(session: tuple[str, ...], section: tuple[str, ...]) -> None:
    """Refuse what would only fail later, when nobody can be told."""
    if not _MEDIA_LINE.fullmatch(section[0]):
        raise _unreadable(": a media line is malformed")
    for needed in ("a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=setup:"):
        if not any(line.startswith(needed) for line in (*session, *section)):
            raise _unreadable(f": {needed[2:-1]} is missing")
    if sum(line.startswith("a=mid:") for line in section) != 1:
        raise _unreadable(": mid is missing")


def _check_bundle(session: tuple[str, ...], sections: tuple[tuple[str, ...], ...]) -> None:
    """See that everything comes over one transport (RFC 9143), as all browsers have it."""
    mids = [line[len("a=mid:") :] for section in sections for line in section if line.startswith("a=mid:")]
    bundles = [line.split()[1:] for line in session if line.startswith("a=group:")]
    if len(set(mids)) != len(mids) or bundles != ([mids] if bundles or len(mids) > 1 else []):
        raise _unreadable(": its parts are not bundled")


def _h264_formats(section: tuple[str, ...]) -> tuple[Format, ...]:
    """Give the H.264 formats in order of the media line; only packetization-mode=1 carries large pictures.

    aiortc gives formats numbered below 96 (Chromium runs out of higher ones) a number of its own: not those.
    """
    maps, parameters = {}, {}
    for line in section:
        found = _FORMAT_LINE.fullmatch(line)
        if found and found[1] == "rtpmap":
            maps[found[2]] = found[3].strip().upper()
        elif found and found[1] == "fmtp":
            parameters[found[2]] = found[3]
    formats = []
    for payload_type in section[0].split()[3:]:
        if maps.get(payload_type) == "H264/90000" and payload_type in _NUMBERS:
            formats += _format(payload_type, parameters.get(payload_type, ""))
    return tuple(formats)


def _format(payload_type: str, parameters: str) -> list[Format]:
    values = dict(part.strip().lower().partition("=")[::2] for part in parameters.split(";"))
    try:
        profile = Profile.of_level_id(values["profile-level-id"])
    except (KeyError, ValueError):
        return []
    if values.get("packetization-mode") != "1":
        return []
    return [Format(payload_type=payload_type, parameters=parameters, profile=profile)]


def _reduced(section: tuple[str, ...], keep: set[str] | None) -> list[str]:
    """Give the lines that aiortc needs; ``keep`` names the payload types that stay, all without it."""
    media = section[0].split()
    head = section[0] if keep is None else " ".join([*media[:3], *keep])
    lines = [head]
    for line in section[1:]:
        found = _FORMAT_LINE.fullmatch(line)
        if found:
            if keep is None or found[2] in keep or found[2] == "*":
                lines.append(line)
        elif line.startswith(_SECTION_LINES):
            lines.append(line)
    return lines
