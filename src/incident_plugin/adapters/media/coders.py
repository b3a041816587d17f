"""Decoders and encoders of pictures and sound that browsers do not play as they are."""

from __future__ import annotations

import logging
from datetime import datetime
from fractions import Fraction
from typing import Literal

import attrs
import av
from av.video.frame import PictureType

from incident_plugin.domain.media import AccessUnit, Codec, SoundCodec, SoundTrack, SoundUnit, VideoTrack

_log = logging.getLogger(__name__)

_START_CODE = b"\x00\x00\x00\x01"
_SHORT_CODE = b"\x00\x00\x01"
_DECODER: dict[Codec, Literal["h264", "hevc"]] = {Codec.H264: "h264", Codec.H265: "hevc"}
_CLOCK = Fraction(1, 90_000)
#: Pictures from one key picture to the next.
_GROUP = 50
#: Wider pictures are made smaller: coding takes a core for each 1080p camera.
_WIDEST = 1_280
_IDR = 5
#: More pictures than any decoder holds back.
_MOST_REORDERED = 64

#: Samples a second by which Opus counts, and of a frame of 20 ms (RFC 7587 section 4.1).
OPUS_RATE, _OPUS_FRAME = 48_000, 960
#: Rates at which it is coded (RFC 6716 section 2).
_OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
#: Samples by which what came may be elsewhere than what was coded, until sound is missing in between.
_JUMP = OPUS_RATE // 10
_SOUND_DECODERS = {
    SoundCodec.AAC: "aac",
    SoundCodec.PCMU: "pcm_mulaw",
    SoundCodec.PCMA: "pcm_alaw",
    SoundCodec.OPUS: "libopus",
}


class PictureRecoder:
    """Decodes one camera's pictures and codes them for browsers: Constrained Baseline, no delay.

    Key pictures stay key pictures, and each picture keeps its time.
    """

    def __init__(self, track: VideoTrack) -> None:
        self._decoder = av.CodecContext.create(_DECODER[track.codec], "r")
        self._decoder.thread_type = "SLICE"
        self._sets = b"".join(_START_CODE + nal for nal in track.parameter_sets)
        self._encoder: av.VideoCodecContext | None = None
        self._size = (0, 0)
        #: Pictures that are being decoded, by their places.
        self._taken: dict[int, AccessUnit] = {}

    def recoded(self, unit: AccessUnit, skip: bool) -> list[AccessUnit]:
        """Give the pictures that this one completes; none of them when ``skip``."""
        frames = self._decoded(unit)
        return [] if skip else [made for frame in frames for made in self._coded(frame)]

    def _decoded(self, unit: AccessUnit) -> list[av.VideoFrame]:
        """Give what comes out with a picture: others, where pictures are reordered."""
        data = (self._sets if unit.key else b"") + b"".join(_START_CODE + nal for nal in unit.nals)
        packet = av.Packet(data)
        packet.pts, packet.time_base = unit.pts, _CLOCK
        while len(self._taken) > _MOST_REORDERED:
            self._taken.pop(next(iter(self._taken)))
        self._taken[unit.pts] = unit
        try:
            return self._decoder.decode(packet)
        except av.FFmpegError as error:
            _log.debug("a picture could not be decoded: %s", error)
            return []

    def _coded(self, frame: av.VideoFrame) -> list[AccessUnit]:
        taken = self._taken.get(frame.pts or 0)
        if taken is None:
            return []
        wide = min(frame.width, _WIDEST) // 2 * 2
        high = round(frame.height * wide / frame.width / 2) * 2
        if self._encoder is None or self._size != (wide, high):
            self._encoder, self._size = _encoder(wide, high), (wide, high)
        scaled = frame.reformat(width=wide, height=high, format="yuv420p")
        scaled.pts, scaled.time_base = frame.pts, _CLOCK
        scaled.pict_type = PictureType.I if taken.key else PictureType.NONE
        made = []
        for packet in self._encoder.encode(scaled):
            nals = tuple(part.rstrip(b"\0") for part in bytes(packet).split(_SHORT_CODE)[1:])
            key = any(nal[:1] and nal[0] & 0x1F == _IDR for nal in nals)
            made.append(attrs.evolve(taken, key=key, nals=nals))
        return made


class SoughtRecoder(PictureRecoder):
    """The same from the picture on that is shown at an instant; what comes before is decoded only."""

    def __init__(self, track: VideoTrack, sought: datetime) -> None:
        super().__init__(track)
        self._sought = sought
        self._found = False
        #: The last one that is not shown after the instant.
        self._held: av.VideoFrame | None = None

    def shown(self, unit: AccessUnit) -> list[AccessUnit]:
        """Give the pictures that this one completes."""
        return [made for frame in self._decoded(unit) for made in self._wanted(frame)]

    def rest(self) -> list[AccessUnit]:
        """Give what was not complete when the last one came."""
        made = [one for frame in self._decoder.decode(None) for one in self._wanted(frame)]
        return made if self._found or self._held is None else self._coded(self._held)

    def _wanted(self, frame: av.VideoFrame) -> list[AccessUnit]:
        taken = self._taken.get(frame.pts or 0)
        if not self._found and taken is not None and taken.time <= self._sought:
            self._held = frame
            return []
        before, self._found = () if self._found or self._held is None else (self._held,), True
        return [made for one in (*before, frame) for made in self._coded(one)]


def _encoder(wide: int, high: int) -> av.VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = wide, high, "yuv420p"
    encoder.time_base, encoder.framerate = _CLOCK, Fraction(25, 1)
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "crf": "24",
        "forced-idr": "1",
        "x264-params": f"keyint={_GROUP}:scenecut=0:sliced-threads=0:threads=1:annexb=1:repeat-headers=1",
    }
    return encoder


class SoundRecoder:
    """Decodes one camera's sound and codes it as Opus, at its own rate where Opus knows that."""

    def __init__(self, track: SoundTrack) -> None:
        self._rate = track.rate
        layout = "mono" if track.channels == 1 else "stereo"
        decoder = av.CodecContext.create(_SOUND_DECODERS[track.codec], "r")
        assert isinstance(decoder, av.AudioCodecContext)  # noqa: S101 - by its name
        self._decoder = decoder
        if track.config:
            self._decoder.extradata = track.config
        self._decoder.sample_rate, self._decoder.layout = track.rate, layout
        rate = track.rate if track.rate in _OPUS_RATES else OPUS_RATE
        self._resampler = av.AudioResampler("s16", layout, rate, frame_size=rate * _OPUS_FRAME // OPUS_RATE)
        self._encoder = av.CodecContext.create("libopus", "w")
        self._encoder.sample_rate, self._encoder.layout, self._encoder.format = rate, layout, "s16"
        self._encoder.bit_rate = 24_000 * track.channels
        self._encoder.options = {"application": "lowdelay"}
        #: Of the next frame of Opus.
        self._next: int | None = None

    def recoded(self, unit: SoundUnit) -> list[SoundUnit]:
        """Give the frames that this unit completes, counted in samples of 48 kHz."""
        packet = av.Packet(unit.data)
        packet.pts, packet.time_base = unit.pts, Fraction(1, self._rate)
        try:
            decoded = self._decoder.decode(packet)
            frames = [part for frame in decoded for part in self._resampler.resample(frame)]
        except av.FFmpegError as error:
            _log.debug("sound could not be decoded: %s", error)
            return []
        place = unit.pts * OPUS_RATE // self._rate
        if self._next is None or abs(self._next - place) > _JUMP:
            self._next = place
        made = []
        for frame in frames:
            frame.pts = None
            for coded in self._encoder.encode(frame):
                made.append(SoundUnit(pts=self._next, time=unit.time, data=bytes(coded)))
                self._next += _OPUS_FRAME
        return made
