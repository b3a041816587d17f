"""Sound that browsers play beside recorded pictures: AAC and Opus as they came, G.711 as AAC.

Media Source Extensions know no G.711 in MP4. It is coded anew on the way, for hearing only: files and exports
keep what the recorder sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from functools import cache, cached_property
from typing import NamedTuple, Self, cast

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.container import OutputContainer

from incident_plugin.domain.media import SoundCodec, SoundTrack, SoundUnit

_G711 = {SoundCodec.PCMU: "pcm_mulaw", SoundCodec.PCMA: "pcm_alaw"}
_LAYOUTS = {1: "mono", 2: "stereo"}
#: Samples that libavformat's AAC coder puts before the first one.
_AAC_PRIMING = 1024
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
        self._samples: list[Sample] = []
        self._shift: int | None = None
        #: Samples from the first picture up to which there is sound.
        self._filled = 0
        self._coder = _Recoder(track) if track.codec in _G711 else None

    @classmethod
    def of(cls, track: SoundTrack, origin: datetime) -> Self | None:
        """Give the sound of a track, if browsers can play it."""
        return cls(track, origin) if track.codec_string else None

    def describe(self, container: OutputContainer) -> None:
        """Add it to the head of a file."""
        name = "libopus" if self.track.codec is SoundCodec.OPUS else "aac"
        stream = cast("AudioStream", container.add_stream(name, rate=self.track.rate))
        stream.layout = _LAYOUTS[self.track.channels]
        stream.time_base = Fraction(1, self.track.rate)

    def add(self, unit: SoundUnit) -> None:
        """Take the next frame; what lies before the first picture is left out."""
        wanted = round((unit.time - self._origin).total_seconds() * self.track.rate)
        if self._shift is None or abs(unit.pts + self._shift - wanted) > _APART * self.track.rate:
            self._shift = wanted - unit.pts
        at = unit.pts + self._shift
        found = self._coder.add(unit.data, at) if self._coder else [Sample(at, self._length(unit), unit.data)]
        self._samples += [sample for sample in found if sample.at >= 0]

    def before(self, seconds: float, *, whole: bool = False) -> Sequence[Sample]:
        """Give what begins before a place on the time line, in one unbroken run; the rest waits.

        Where no sound came there is silence: a browser shows no picture while a track has a hole. With
        ``whole`` it reaches to that place, for nothing comes any more.
        """
        limit = round(seconds * self.track.rate)
        taken: list[Sample] = []
        while self._samples and self._samples[0].at < limit:
            sample = self._samples.pop(0)
            if sample.at + sample.length <= self._filled:
                continue
            taken += self._silent_until(sample.at)
            taken.append(Sample(self._filled, sample.length, sample.data))
            self._filled += sample.length
        if whole:
            taken += self._silent_until(limit + self._silence[1] - 1)
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
        if self.track.codec is SoundCodec.OPUS:
            return (b"\xf8\xff\xfe", b"\xfc\xff\xfe")[self.track.channels - 1], 960
        return _silent_aac(self.track.rate, self.track.channels), _AAC_FRAME

    def _length(self, unit: SoundUnit) -> int:
        return _opus_length(unit.data) if self.track.codec is SoundCodec.OPUS else _AAC_FRAME


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


class _Recoder:
    """G.711 to AAC."""

    def __init__(self, track: SoundTrack) -> None:
        layout = _LAYOUTS[track.channels]
        self._decoder = cast("AudioCodecContext", av.CodecContext.create(_G711[track.codec], "r"))
        self._decoder.sample_rate, self._decoder.layout = track.rate, layout
        self._coder = av.CodecContext.create("aac", "w")
        self._coder.sample_rate, self._coder.layout, self._coder.format = track.rate, layout, "fltp"
        self._coder.bit_rate = 32_000
        self._resampler = av.AudioResampler(
            format="fltp", layout=layout, rate=track.rate, frame_size=_AAC_FRAME
        )
        self._begins: int | None = None

    def add(self, data: bytes, at: int) -> list[Sample]:
        """Take a piece at its place; give the frames that are complete."""
        if self._begins is None:
            self._begins = at
        found: list[Sample] = []
        for frame in self._decoder.decode(av.Packet(data)):
            frame.pts = None
            for even in self._resampler.resample(frame):
                even.pts = None
                for packet in self._coder.encode(even):
                    place = self._begins - _AAC_PRIMING
                    self._begins += _AAC_FRAME
                    found.append(Sample(place, _AAC_FRAME, bytes(packet)))
        return found
