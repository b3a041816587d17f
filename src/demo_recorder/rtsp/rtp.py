"""RTP packets of video and sound on an interleaved channel (RFC 3550, 3551, 3640, 6184, 7798, 2326)."""

import secrets
from collections.abc import Iterator
from struct import Struct

from attrs import frozen

from demo_recorder.cameras import Codec
from demo_recorder.encoder import AccessUnit
from demo_recorder.sound import Sound
from demo_recorder.timebase import RTP_CLOCK_RATE

PAYLOAD_TYPE = 96

_MAX_PAYLOAD = 1400
_WRAP_16 = 0xFFFF
_WRAP_32 = 0xFFFF_FFFF

_VERSION = 0x80
_EXTENSION = 0x10
_MARKER = 0x80

# RFC 6184 section 5.8: fragmentation unit A; RFC 7798 section 4.4.3: fragmentation unit.
_FU_A = 28
_FU_H265 = 49
_FU_START = 0x80
_FU_END = 0x40

# ONVIF Streaming Specification, "RTP header extension".
_REPLAY_EXTENSION = Struct(">HHQBBxx")
_REPLAY_PROFILE = 0xABAC
_REPLAY_WORDS = 3

# RFC 3550 section 6.4.1, and section 6.5 for the source description that must go with it.
_SENDER_REPORT = Struct(">BBHIQIII")
_SENDER_REPORT_TYPE = 200
_SOURCE_DESCRIPTION = Struct(">BBHIBB")
_SOURCE_DESCRIPTION_TYPE = 202
_CNAME = b"demo-recorder"

_HEADER = Struct(">cBHBBHII")


@frozen(kw_only=True)
class ReplayMark:
    """What the replay extension says of a frame, or of a packet of sound."""

    #: When it was recorded, as a 64-bit NTP timestamp.
    ntp: int
    clean_point: bool
    #: The last one before a gap in the recording.
    ends_section: bool
    #: The first one after a jump.
    discontinuity: bool
    #: Nothing follows in the interval that was asked for.
    terminal: bool
    #: Low byte of the CSeq of the PLAY request.
    cseq: int

    def encoded(self) -> bytes:
        """The header extension with its own header (RFC 3550 section 5.3.1)."""
        flags = self.clean_point << 7 | self.ends_section << 6 | self.discontinuity << 5 | self.terminal << 4
        return _REPLAY_EXTENSION.pack(_REPLAY_PROFILE, _REPLAY_WORDS, self.ntp, flags, self.cseq & 0xFF)


class RtpPacketiser:
    """Turns the frames or the sound of one stream into interleaved RTP and RTCP packets."""

    def __init__(self, channel: int, payload_type: int = PAYLOAD_TYPE) -> None:
        """Send media on an interleaved channel and reports on the next one."""
        self.channel = channel
        self._payload_type = payload_type
        self.ssrc = secrets.randbits(32)
        self.next_sequence = secrets.randbits(16)
        self._ticks_offset = secrets.randbits(32)
        self._packets = 0
        self._octets = 0

    def timestamp(self, ticks: int) -> int:
        """The RTP timestamp for a point of the media clock."""
        return (ticks + self._ticks_offset) & _WRAP_32

    def packets(self, unit: AccessUnit, ticks: int, mark: ReplayMark | None = None) -> bytes:
        """The packets of a frame at a point of the 90 kHz media clock, ready to be written."""
        timestamp = self.timestamp(ticks)
        payloads = [part for nal_unit in unit.nal_units for part in _fragments(nal_unit, unit.codec)]
        extension = mark.encoded() if mark else b""
        last = len(payloads) - 1
        out: list[bytes] = []
        for index, payload in enumerate(payloads):
            header = self._header(extension, payload, timestamp, is_last=index == last)
            out += (header, extension, payload)
            extension = b""
        return b"".join(out)

    def sound(self, sound: Sound, number: int, ticks: int, mark: ReplayMark | None = None) -> bytes:
        """A packet of sound at a point of its media clock."""
        samples = sound.packet(number)
        payload = sound.head(len(samples)) + samples
        extension = mark.encoded() if mark else b""
        header = self._header(extension, payload, self.timestamp(ticks), is_last=sound.marked)
        return header + extension + payload

    def sender_report(self, ntp: int, ticks: int) -> bytes:
        """A report that ties a moment, as an NTP timestamp, to its RTP timestamp."""
        words = _SENDER_REPORT.size // 4 - 1
        report = _SENDER_REPORT.pack(
            _VERSION,
            _SENDER_REPORT_TYPE,
            words,
            self.ssrc,
            ntp,
            self.timestamp(ticks),
            self._packets & _WRAP_32,
            self._octets & _WRAP_32,
        )
        compound = report + self._source_description()
        return b"$" + bytes([self.channel + 1]) + len(compound).to_bytes(2, "big") + compound

    def _source_description(self) -> bytes:
        item_end = _SOURCE_DESCRIPTION.size + len(_CNAME)
        padding = 4 - item_end % 4
        words = (item_end + padding) // 4 - 1
        head = _SOURCE_DESCRIPTION.pack(
            _VERSION | 1, _SOURCE_DESCRIPTION_TYPE, words, self.ssrc, 1, len(_CNAME)
        )
        return head + _CNAME + bytes(padding)

    def _header(self, extension: bytes, payload: bytes, timestamp: int, *, is_last: bool) -> bytes:
        sequence = self.next_sequence
        self.next_sequence = (sequence + 1) & _WRAP_16
        self._packets += 1
        self._octets += len(payload)
        return _HEADER.pack(
            b"$",
            self.channel,
            12 + len(extension) + len(payload),
            _VERSION | (_EXTENSION if extension else 0),
            self._payload_type | (_MARKER if is_last else 0),
            sequence,
            timestamp,
            self.ssrc,
        )


def ticks_in(seconds: float) -> int:
    """A length of time on the 90 kHz media clock."""
    return round(seconds * RTP_CLOCK_RATE)


def _fragments(nal_unit: bytes, codec: Codec) -> Iterator[bytes]:
    """The payloads that carry a NAL unit: itself, or fragments when it is too long for one packet."""
    if len(nal_unit) <= _MAX_PAYLOAD:
        yield nal_unit
        return
    if codec is Codec.H265:
        head = bytes((nal_unit[0] & 0x81 | _FU_H265 << 1, nal_unit[1]))
        kind = nal_unit[0] >> 1 & 0x3F
    else:
        head = bytes((nal_unit[0] & 0xE0 | _FU_A,))
        kind = nal_unit[0] & 0x1F
    step = _MAX_PAYLOAD - len(head) - 1
    begin = len(head)
    for start in range(begin, len(nal_unit), step):
        part = nal_unit[start : start + step]
        first = _FU_START if start == begin else 0
        final = _FU_END if start + step >= len(nal_unit) else 0
        yield head + bytes((kind | first | final,)) + part
