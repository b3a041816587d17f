"""The head of a fragmented MP4: libavformat describes the video, the sound is described here."""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from typing import cast

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from incident_plugin.adapters.media.parameter_sets import configuration
from incident_plugin.adapters.media.sound import PlayableSound
from incident_plugin.adapters.media.timeline import CLOCK_RATE
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.fragmented import SOUND
from incident_plugin.domain.media import AccessUnit, Codec, SoundCodec, SoundTrack, VideoTrack

_TIME_BASE = Fraction(1, CLOCK_RATE)
_START_CODE = b"\x00\x00\x00\x01"
_DEMUXER = {Codec.H264: "h264", Codec.H265: "hevc"}
_FRAGMENTED = {"movflags": "+empty_moov+default_base_moof+frag_keyframe+skip_trailer"}
_UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
#: Undetermined language (ISO 639-2, packed).
_LANGUAGE = 0x55C4
_ENTRIES = {
    SoundCodec.AAC: b"mp4a",
    SoundCodec.PCMU: b"ulaw",
    SoundCodec.PCMA: b"alaw",
    SoundCodec.OPUS: b"Opus",
}


class _Sink(io.RawIOBase):
    """Keeps what libavformat writes."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(cast("bytes", data))
        self.pieces.append(piece)
        return len(piece)


def head(track: VideoTrack, first: AccessUnit, sound: SoundTrack | None) -> bytes:
    """Give ``ftyp`` and ``moov``; raises ``RecorderUnavailable`` for video that cannot be described."""
    whole = playing_head(track, first, None)
    return whole if sound is None else _with_sound(whole, sound)


def playing_head(track: VideoTrack, first: AccessUnit, sound: PlayableSound | None) -> bytes:
    """Give the same with sound in a form that browsers play, where there is any."""
    sink = _Sink()
    container = av.open(sink, "w", format="mp4", options=_FRAGMENTED)
    add_video(container, track, first)
    if sound is not None:
        sound.describe(container)
    container.start_encoding()
    container.close()
    return b"".join(sink.pieces)


def add_video(container: OutputContainer, track: VideoTrack, first: AccessUnit) -> VideoStream:
    """Describe the video: libavformat reads its size and colours from the first key picture."""
    sample = b"".join(_START_CODE + nal for nal in (*track.parameter_sets, *first.nals))
    try:
        with av.open(
            io.BytesIO(sample),
            format=_DEMUXER[track.codec],
            options={"probesize": "32", "analyzeduration": "0"},
        ) as source:
            stream = container.add_stream_from_template(source.streams.video[0], opaque=True)
    except (av.FFmpegError, IndexError) as error:
        raise RecorderUnavailable(
            "The recorder's video cannot be read, so nothing was written. Try another time, and tell your"
            " administrator the camera's name."
        ) from error
    stream.time_base = _TIME_BASE
    stream.codec_context.extradata = configuration(track)
    return stream


def _with_sound(whole: bytes, sound: SoundTrack) -> bytes:
    """Put the description of the sound behind that of the video (section 8.3)."""
    start = whole.index(b"moov") - 4
    end = start + struct.unpack_from(">I", whole, start)[0]
    extends = whole.index(b"mvex", start) - 4
    extends_end = extends + struct.unpack_from(">I", whole, extends)[0]
    movie = bytearray(whole[start + 8 : extends])
    # The last field of the movie header is the number of the next track.
    header_end = struct.unpack_from(">I", movie, 0)[0]
    struct.pack_into(">I", movie, header_end - 4, SOUND + 1)
    tracks = whole[extends + 8 : extends_end] + _full(b"trex", struct.pack(">5I", SOUND, 1, 0, 0, 0))
    content = bytes(movie) + _trak(sound) + _box(b"mvex", tracks) + whole[extends_end:end]
    return whole[:start] + _box(b"moov", content) + whole[end:]


def _trak(sound: SoundTrack) -> bytes:
    """Describe a track whose samples are all in fragments."""
    header = struct.pack(">5I8xhhhH", 0, 0, SOUND, 0, 0, 0, 1, 0x100, 0) + _UNITY + struct.pack(">II", 0, 0)
    media_header = struct.pack(">4IHH", 0, 0, sound.rate, 0, _LANGUAGE, 0)
    handler = struct.pack(">I4s12x", 0, b"soun") + b"SoundHandler\0"
    here = _full(b"dref", struct.pack(">I", 1) + _full(b"url ", b"", flags=1))
    nothing = b"".join(_full(kind, bytes(4)) for kind in (b"stts", b"stsc")) + _full(b"stsz", bytes(8))
    table = _full(b"stsd", struct.pack(">I", 1) + _entry(sound)) + nothing + _full(b"stco", bytes(4))
    information = _full(b"smhd", bytes(4)) + _box(b"dinf", here) + _box(b"stbl", table)
    media = _full(b"mdhd", media_header) + _full(b"hdlr", handler) + _box(b"minf", information)
    return _box(b"trak", _full(b"tkhd", header, flags=3) + _box(b"mdia", media))


def _entry(sound: SoundTrack) -> bytes:
    """Give the sample entry: section 12.2.3, for AAC with ISO/IEC 14496-14 section 5.6."""
    entry = struct.pack(">6xH8xHHII", 1, sound.channels, 16, 0, sound.rate << 16 & 0xFFFFFFFF)
    if sound.codec is SoundCodec.AAC:
        entry += _full(b"esds", _elementary(sound))
    elif sound.codec is SoundCodec.OPUS:
        # Encapsulation of Opus in ISO Base Media File Format, section 4.3.2.
        entry += _box(b"dOps", struct.pack(">BBHIhB", 0, sound.channels, 0, sound.rate, 0, 0))
    return _box(_ENTRIES[sound.codec], entry)


def _elementary(sound: SoundTrack) -> bytes:
    """Give the descriptors of AAC (ISO/IEC 14496-1 section 7.2.6)."""
    decoder = struct.pack(">BBxHII", 0x40, 0x15, 0, 0, 0) + _descriptor(5, sound.config)
    return _descriptor(3, struct.pack(">HB", SOUND, 0) + _descriptor(4, decoder) + _descriptor(6, b"\x02"))


def _descriptor(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _full(kind: bytes, content: bytes, *, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", flags) + content)
