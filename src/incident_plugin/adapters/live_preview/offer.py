"""A viewer's SDP offer, read with suspicion (RFC 8829, RFC 8866, RFC 6184 section 8).

aiortc knows H.264 by two profiles only and parses whatever it is given. So it is handed a shorter offer: the
lines it needs, and of the video formats the one chosen here under the profile it knows. Its answer gets the
viewer's own format parameters back.

Candidates are left out: viewers reach us, and their addresses are learnt from their own checks
(peer-reflexive, RFC 8445 section 7.3.1.3). So nobody can make this server send to addresses of their choice.
"""

from __future__ import annotations

import re

import attrs

from incident_plugin.adapters.live_preview import h264, h265
from incident_plugin.adapters.live_preview.sound import NAMES
from incident_plugin.domain.errors import UnusableOffer
from incident_plugin.domain.media import Codec, SoundCodec

_MAX_OFFER = 64 * 2**10
_MAX_SECTIONS = 4
#: Under which aiortc is told every format of pictures; it does not look into them.
_KNOWN_TO_AIORTC = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
#: Of a decoder of H.265 that says nothing else (RFC 7798 section 7.1): Main, level 3.1.
_MAIN, _LEVEL_3_1 = "1", "93"
_SESSION_LINES = ("v=", "o=", "s=", "t=", "a=group:", "a=ice-", "a=fingerprint:", "a=setup:")
_SECTION_LINES = (
    "c=", "a=mid:", "a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=setup:", "a=rtcp-mux", "a=extmap:",
    "a=sendrecv", "a=recvonly", "a=sendonly", "a=inactive", "a=sctp-port:", "a=max-message-size:",
)  # fmt: skip
_NUMBERS = {str(number) for number in range(96, 128)}
_FORMAT_LINE = re.compile(r"a=(rtpmap|fmtp|rtcp-fb):(\d{1,3}|\*) (.+)")
_MEDIA_LINE = re.compile(r"m=(video|audio|application) \d{1,5} [A-Z/]{1,32} [\w. *-]{1,1000}")

_UNREADABLE = "The browser's offer for a live picture cannot be read{why}. Use another browser."

Profile = h264.Profile | h265.Profile


@attrs.frozen(kw_only=True)
class Format:
    """One way of receiving pictures that a viewer offers."""

    codec: Codec
    payload_type: str
    #: Value of the fmtp line, as offered; empty when there is none.
    parameters: str
    profile: Profile


@attrs.frozen(kw_only=True)
class SoundFormat:
    """One way of receiving sound that a viewer offers."""

    codec: SoundCodec
    payload_type: str


@attrs.frozen(kw_only=True)
class Offer:
    """What matters of a viewer's offer: all sections' lines, and how it takes pictures and sound."""

    session: tuple[str, ...]
    sections: tuple[tuple[str, ...], ...]
    #: In the viewer's order of preference.
    formats: tuple[Format, ...]
    #: None when the viewer does not ask for sound.
    sounds: tuple[SoundFormat, ...] = ()

    @property
    def takes(self) -> frozenset[Codec]:
        """What pictures the viewer decodes."""
        return frozenset(item.codec for item in self.formats)

    @classmethod
    def parse(cls, text: str) -> Offer:
        """Read an offer; raises ``UnusableOffer`` when it is no usable one."""
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
        if not _receives(video[0]):
            raise _unreadable(": it does not ask to receive a picture")
        _check_bundle(lines[: starts[0]], sections)
        heard = [one for one in sections if one[0].startswith("m=audio ") and _receives(one)]
        return cls(
            session=lines[: starts[0]],
            sections=sections,
            formats=_formats(video[0]),
            sounds=_sounds(heard[0]) if len(heard) == 1 else (),
        )

    def choose(self, codec: Codec, stream: Profile | None) -> Format:
        """Choose the format for a stream; raises ``UnusableOffer`` when the viewer does not take its codec.

        One whose profile covers the stream is preferred. Without one the first is taken: decoders follow the
        stream's own parameter sets, and some browsers list only Baseline though they show High.
        """
        usable = [item for item in self.formats if item.codec is codec]
        if not usable:
            raise UnusableOffer(
                f"This browser cannot receive {codec.spoken} video, which live view needs."
                " Use a current Chrome, Edge, Firefox or Safari; recorded video is not affected."
            )
        fitting = (item for item in usable if stream and _decodes(item.profile, stream))
        return next(fitting, usable[0])

    def sound(self, codec: SoundCodec | None) -> SoundFormat | None:
        """Give the format for sound, if the viewer takes it."""
        return next((item for item in self.sounds if item.codec is codec), None)

    def reduced_to(self, chosen: Format, sound: SoundFormat | None = None) -> str:
        """Give the offer for aiortc, with one format of pictures and one of sound."""
        lines = [line for line in self.session if line.startswith(_SESSION_LINES)]
        for section in self.sections:
            if section[0].startswith("m=video "):
                kept = _reduced(section, {chosen.payload_type})
                lines += [line for line in kept if not line.startswith(("a=rtpmap:", "a=fmtp:"))]
                lines.append(f"a=rtpmap:{chosen.payload_type} H264/90000")
                lines.append(f"a=fmtp:{chosen.payload_type} {_KNOWN_TO_AIORTC}")
            elif section[0].startswith("m=audio ") and sound:
                lines += _reduced(section, {sound.payload_type})
            else:
                lines += _reduced(section, None)
        return "\r\n".join(lines) + "\r\n"


def answer_with(chosen: Format, answer: str) -> str:
    """Put the viewer's own name and parameters of the format into aiortc's answer."""
    number = chosen.payload_type
    lines = []
    for line in answer.split("\r\n"):
        if line == f"a=rtpmap:{number} H264/90000":
            lines.append(f"a=rtpmap:{number} {chosen.codec}/90000")
        elif not line.startswith(f"a=fmtp:{number} "):
            lines.append(line)
        elif chosen.parameters:
            lines.append(f"a=fmtp:{number} {chosen.parameters}")
    return "\r\n".join(lines)


def _unreadable(why: str) -> UnusableOffer:
    return UnusableOffer(_UNREADABLE.format(why=why))


def unreadable(error: Exception) -> UnusableOffer:
    """Name an offer that aiortc refused."""
    return _unreadable(f" ({type(error).__name__})")


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


def _receives(section: tuple[str, ...]) -> bool:
    return bool({"a=recvonly", "a=sendrecv"} & set(section))


def _decodes(decoder: Profile, stream: Profile) -> bool:
    if isinstance(decoder, h264.Profile):
        return isinstance(stream, h264.Profile) and decoder.decodes(stream)
    return isinstance(stream, h265.Profile) and decoder.decodes(stream)


def _named(section: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Give number, name in capitals and parameters of a section's formats, in order of the media line."""
    maps, parameters = {"0": "PCMU/8000", "8": "PCMA/8000"}, {}
    for line in section:
        found = _FORMAT_LINE.fullmatch(line)
        if found and found[1] == "rtpmap":
            maps[found[2]] = found[3].strip().upper()
        elif found and found[1] == "fmtp":
            parameters[found[2]] = found[3]
    numbers = section[0].split()[3:]
    return [(number, maps.get(number, ""), parameters.get(number, "")) for number in numbers]


def _formats(section: tuple[str, ...]) -> tuple[Format, ...]:
    """Give the formats of pictures that can be passed through.

    aiortc gives formats numbered below 96 (Chromium runs out of higher ones) a number of its own: not those.
    """
    found: list[Format] = []
    for number, name, parameters in _named(section):
        if number not in _NUMBERS:
            continue
        profile: Profile | None = None
        if name == "H264/90000":
            profile = _h264(_values(parameters))
        elif name == "H265/90000":
            profile = _h265(_values(parameters))
        if profile is not None:
            codec = Codec(name.partition("/")[0])
            found.append(Format(codec=codec, payload_type=number, parameters=parameters, profile=profile))
    return tuple(found)


def _sounds(section: tuple[str, ...]) -> tuple[SoundFormat, ...]:
    """Give the formats of sound that can be sent; numbers below 96 are those of RFC 3551."""
    known = {name: codec for codec, name in NAMES.items()}
    return tuple(
        SoundFormat(codec=known[name], payload_type=number)
        for number, name, _ in _named(section)
        if name in known and (number in _NUMBERS or known[name] is not SoundCodec.OPUS)
    )


def _values(parameters: str) -> dict[str, str]:
    return dict(part.strip().lower().partition("=")[::2] for part in parameters.split(";"))


def _h264(values: dict[str, str]) -> h264.Profile | None:
    """Read the profile; only packetization-mode=1 carries large pictures."""
    try:
        profile = h264.Profile.of_level_id(values["profile-level-id"])
    except (KeyError, ValueError):
        return None
    return profile if values.get("packetization-mode") == "1" else None


def _h265(values: dict[str, str]) -> h265.Profile | None:
    """Read the profile; only one stream on one transport is sent (tx-mode SRST)."""
    profile, level = values.get("profile-id", _MAIN), values.get("level-id", _LEVEL_3_1)
    if values.get("tx-mode", "srst") != "srst" or not (profile + level).isascii():
        return None
    if not (profile.isdecimal() and level.isdecimal() and len(profile + level) < 8):  # noqa: PLR2004
        return None
    return h265.Profile(int(profile), int(level))


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
