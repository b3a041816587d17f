"""Sound that browsers play beside recorded pictures: AAC and Opus as they came, G.711 as Opus.

Media Source Extensions know no G.711 in MP4. It is coded anew on the way, for hearing only: files and
exports keep what the recorder sent. Opus has what was heard up to a picture when that picture is there. AAC
would be two frames behind, a quarter of a second at the rate of a telephone, and the picture that is sought
would wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from functools import cache, cached_property
from typing import NamedTuple, Self, cast

import attrs
import av
from av.audio.stream import AudioStream
from av.container import OutputContainer

from incident_plugin.adapters.media.coders import OPUS_RATE, SoundRecoder
from incident_plugin.domain.media import SoundCodec, SoundTrack, SoundUnit

_LAYOUTS = {1: "mono", 2: "stereo"}
_AAC_FRAME = 1024
#: Seconds that sound may be away from where the pictures' time line has it before it is set anew.
_APART = 0.2


class Sample(NamedTuple):
    """One coded frame of sound."""

    #: Samples from the first picture.
    at: int
    length: int
    data: bytes


class PlayableSound:
    """The sound of one stream, placed on the time line of its pictures."""

    def __init__(self, track: SoundTrack, origin: datetime) -> None:
        self.track = track
        self._origin = origin
        self._is_opus = track.codec is not SoundCodec.AAC
        #: Ticks a second of the time line, which are samples.
        self._rate = OPUS_RATE if self._is_opus else track.rate
        self._samples: list[Sample] = []
        self._shift: int | None = None
        #: Samples from the first picture up to which there is sound.
        self._filled = 0
        self._coder = SoundRecoder(track) if track.codec in (SoundCodec.PCMU, SoundCodec.PCMA) else None

    @classmethod
    def of(cls, track: SoundTrack, origin: datetime) -> Self | None:
        """Give the sound of a track, if browsers can play it."""
        return cls(track, origin) if track.codec_string else None

    def describe(self, container: OutputContainer) -> None:
        """Add it to the head of a file."""
        name = "libopus" if self._is_opus else "aac"
        stream = cast("AudioStream", container.add_stream(name, rate=self._rate))
        stream.layout = _LAYOUTS[self.track.channels]
        stream.time_base = Fraction(1, self._rate)

    def add(self, unit: SoundUnit) -> None:
        """Take the next frame; what lies before the first picture is left out."""
        wanted = round((unit.time - self._origin).total_seconds() * self.track.rate)
        if self._shift is None or abs(unit.pts + self._shift - wanted) > _APART * self.track.rate:
            self._shift = wanted - unit.pts
        placed = attrs.evolve(unit, pts=unit.pts + self._shift)
        coded = self._coder.recoded(placed) if self._coder else [placed]
        self._samples += [Sample(one.pts, self._length(one), one.data) for one in coded if one.pts >= 0]

    def before(self, seconds: float, *, whole: bool = False, beyond: float = 0) -> Sequence[Sample]:
        """Give what begins before a place on the time line, in one unbroken run; the rest waits.

        Where no sound came there is silence: a browser shows no picture while a track has a hole. With
        ``whole`` it reaches to that place, for the picture there is not to wait; what comes too late for its
        place by half of its length is left out. Behind that place lies silence of ``beyond`` seconds: a
        browser that has begun to wait for sound shows no picture that is the last one.
        """
        limit = round(seconds * self._rate)
        taken: list[Sample] = []
        while self._samples and self._samples[0].at < limit:
            sample = self._samples.pop(0)
            if sample.at + sample.length // 2 < self._filled:
                continue
            taken += self._silent_until(sample.at)
            taken.append(Sample(self._filled, sample.length, sample.data))
            self._filled += sample.length
        if whole:
            taken += self._silent_until(limit + round(beyond * self._rate) + self._silence[1] - 1)
        return taken

    def _silent_until(self, limit: int) -> list[Sample]:
        """Fill up by whole frames, where a frame or more is missing; in the beginning where anything is."""
        data, length = self._silence
        found = []
        while limit - self._filled >= (length if self._filled else 1):
            found.append(Sample(self._filled, length, data))
            self._filled += length
        return found

    @cached_property
    def _silence(self) -> tuple[bytes, int]:
        """A silent frame, and its samples."""
        if self._is_opus:
            return (b"\xf8\xff\xfe", b"\xfc\xff\xfe")[self.track.channels - 1], 960
        return _silent_aac(self.track.rate, self.track.channels), _AAC_FRAME

    def _length(self, unit: SoundUnit) -> int:
        return _opus_length(unit.data) if self._is_opus else _AAC_FRAME


@cache
def _silent_aac(rate: int, channels: int) -> bytes:
    coder = av.CodecContext.create("aac", "w")
    coder.sample_rate, coder.layout, coder.format = rate, _LAYOUTS[channels], "fltp"
    packets: list[bytes] = []
    for _ in range(4):
        frame = av.AudioFrame(format="fltp", layout=_LAYOUTS[channels], samples=_AAC_FRAME)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = rate
        packets += [bytes(packet) for packet in coder.encode(frame)]
    return packets[-1]


def _opus_length(packet: bytes) -> int:
    """Samples at 48 kHz in an Opus packet (RFC 6716 section 3.1)."""
    if not packet:
        return 960
    config, code = packet[0] >> 3, packet[0] & 3
    if config < 12:  # noqa: PLR2004 -- SILK
        frame = (480, 960, 1920, 2880)[config & 3]
    elif config < 16:  # noqa: PLR2004 -- hybrid
        frame = (480, 960)[config & 1]
    else:
        frame = (120, 240, 480, 960)[config & 3]
    counted = packet[1] & 0x3F if code == 3 and len(packet) > 1 else (1, 2, 2, 1)[code]  # noqa: PLR2004
    return frame * counted
