"""Decoders and encoders of pictures and sound that browsers do not play as they are."""

from __future__ import annotations

import logging
from fractions import Fraction
from typing import Literal

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
    """Decodes one camera's pictures and codes them for browsers: Constrained Baseline, no delay."""

    def __init__(self, track: VideoTrack) -> None:
        self._decoder = av.CodecContext.create(_DECODER[track.codec], "r")
        self._decoder.thread_type = "SLICE"
        self._sets = b"".join(_START_CODE + nal for nal in track.parameter_sets)
        self._encoder: av.VideoCodecContext | None = None
        self._size = (0, 0)

    def recoded(self, unit: AccessUnit, skip: bool) -> list[AccessUnit]:
        """Give the pictures that this one completes; none of them when ``skip``."""
        data = (self._sets if unit.key else b"") + b"".join(_START_CODE + nal for nal in unit.nals)
        packet = av.Packet(data)
        packet.pts, packet.time_base = unit.pts, _CLOCK
        try:
            frames = self._decoder.decode(packet)
        except av.FFmpegError as error:
            _log.debug("a live picture could not be decoded: %s", error)
            return []
        return [] if skip else [made for frame in frames for made in self._coded(frame, unit)]

    def _coded(self, frame: av.VideoFrame, unit: AccessUnit) -> list[AccessUnit]:
        wide = min(frame.width, _WIDEST) // 2 * 2
        high = round(frame.height * wide / frame.width / 2) * 2
        if self._encoder is None or self._size != (wide, high):
            self._encoder, self._size = _encoder(wide, high), (wide, high)
        scaled = frame.reformat(width=wide, height=high, format="yuv420p")
        scaled.pts, scaled.time_base, scaled.pict_type = frame.pts, _CLOCK, PictureType.NONE
        made = []
        for packet in self._encoder.encode(scaled):
            nals = tuple(part.rstrip(b"\0") for part in bytes(packet).split(_SHORT_CODE)[1:])
            key = any(nal[:1] and nal[0] & 0x1F == _IDR for nal in nals)
            made.append(AccessUnit(pts=packet.pts or 0, time=unit.time, key=key, nals=nals))
        return made


def _encoder(wide: int, high: int) -> av.VideoCodecContext:
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = wide, high, "yuv420p"
    encoder.time_base, encoder.framerate = _CLOCK, Fraction(25, 1)
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "crf": "24",
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
