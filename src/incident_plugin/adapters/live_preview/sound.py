"""A camera's sound as RTP packets (RFC 3550, RFC 3551, RFC 7587), for those of its viewers who listen."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Callable, Sequence
from typing import Protocol

import attrs

from incident_plugin.adapters.live_preview.outlet import Protects, Route, Tally
from incident_plugin.adapters.live_preview.rtp import MAXIMUM_PAYLOAD, Block
from incident_plugin.domain.media import SoundCodec, SoundTrack, SoundUnit

_HEADER = struct.Struct("!BBHLL")
_VERSION = 0x80

#: What viewers can be given, by its name in SDP (RFC 7587 section 7, RFC 3551 section 6).
NAMES = {
    SoundCodec.OPUS: "OPUS/48000/2",
    SoundCodec.PCMU: "PCMU/8000",
    SoundCodec.PCMA: "PCMA/8000",
}
#: Seconds of sound that are out of step with the clock before the time line is mended.
_OUT_OF_STEP = 1.0


class Recoder(Protocol):
    """Makes Opus of a camera's sound."""

    track: SoundTrack

    def recoded(self, unit: SoundUnit) -> list[SoundUnit]:
        """Give what this unit completes."""
        ...


def recoded_track(track: SoundTrack) -> bool:
    """Whether browsers cannot play a camera's sound as it comes: it is AAC, or of an unusual rate."""
    return track.codec not in NAMES or f"{track.codec}/{track.rate}" not in {
        name.removesuffix("/2") for name in NAMES.values()
    }


@attrs.frozen(slots=True)
class Piece:
    """One packet of sound, the same for all its listeners."""

    data: bytes
    sequence: int
    time: int


class SoundLine:
    """Numbers the packets of a camera's sound on one time line, which goes on over breaks of the stream."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._listeners: set[Callable[[Piece], None]] = set()
        self._sequence = secrets.randbits(15)
        self._origin = secrets.randbits(32)
        self._shift: int | None = None
        self._last = 0
        self._last_at: float | None = None
        self.ssrc = secrets.randbits(32)

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def listen(self, hear: Callable[[Piece], None]) -> None:
        """Give every packet from now on."""
        self._listeners.add(hear)

    def leave(self, hear: Callable[[Piece], None]) -> None:
        """Give no more."""
        self._listeners.discard(hear)

    def begin(self) -> None:
        """The stream begins anew: its time stamps do too."""
        self._shift = None

    def publish(self, unit: SoundUnit, rate: int, *, bytes_a_sample: int = 0) -> None:
        """Give a unit to all listeners; sound of so many bytes a sample can be cut where it is too long."""
        if not bytes_a_sample and len(unit.data) > MAXIMUM_PAYLOAD:
            return  # No Opus frame of speech is as large; whoever sends it means harm.
        time = self._continued(unit.pts, rate)
        for start in range(0, len(unit.data), MAXIMUM_PAYLOAD):
            part = unit.data[start : start + MAXIMUM_PAYLOAD]
            ahead = start // bytes_a_sample if bytes_a_sample else 0
            piece = Piece(part, self._sequence, (self._origin + time + ahead) & 0xFFFFFFFF)
            self._sequence = (self._sequence + 1) & 0xFFFF
            for hear in tuple(self._listeners):
                hear(piece)

    def _continued(self, pts: int, rate: int) -> int:
        now = self._now()
        passed = 0 if self._last_at is None else int((now - self._last_at) * rate)
        if self._shift is None or abs(pts + self._shift - self._last - passed) > _OUT_OF_STEP * rate:
            self._shift = self._last + max(passed, 1) - pts
        self._last, self._last_at = pts + self._shift, now
        return self._last


class SoundOutlet:
    """Sends one listener's packets as they come; what a full socket refuses is lost, as sound may be."""

    def __init__(self, route: Route, protection: Protects, *, payload_type: int, ssrc: int) -> None:
        self.tally = Tally()
        self._route = route
        self._protection = protection
        self._payload_type = payload_type
        self._ssrc = ssrc
        self._room = bytes(protection.trailer)

    def send(self, piece: Piece, at: float) -> None:
        """Send one packet; raises ``OSError`` where the network refuses."""
        header = _HEADER.pack(_VERSION, self._payload_type, piece.sequence, piece.time, self._ssrc)
        block = Block.single(header + piece.data, self._room)
        self._route.send(self._protection.protect(block), block.stride)
        self.tally.packets += 1
        self.tally.octets += len(piece.data)
        self.tally.time, self.tally.at = piece.time, at


def playable(track: SoundTrack, names: Sequence[str]) -> SoundCodec | None:
    """Say in which form a viewer that plays ``names`` can be given the sound; nothing where it cannot."""
    if not recoded_track(track) and NAMES[track.codec] in names:
        return track.codec
    return SoundCodec.OPUS if NAMES[SoundCodec.OPUS] in names else None
