"""The only code that lets libavformat write: coded pictures to MP4, never decoded, NAL units untouched."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Self, cast

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from incident_plugin.adapters.media.parameter_sets import configuration
from incident_plugin.adapters.media.sound import PlayableSound
from incident_plugin.adapters.media.timeline import CLOCK_RATE, Timeline
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.media import AccessUnit, Codec, VideoTrack

_TIME_BASE = Fraction(1, CLOCK_RATE)
_START_CODE = b"\x00\x00\x00\x01"
_DEMUXER = {Codec.H264: "h264", Codec.H265: "hevc"}
_BUFFER = 1024 * 1024
#: One fragment per group of pictures, and at least one per second (in microseconds); no index at the end,
#: which a growing stream cannot have.
_FRAGMENTED = {
    "movflags": "+empty_moov+default_base_moof+frag_keyframe+skip_trailer",
    "frag_duration": "1000000",
}


class _Sink(io.RawIOBase):
    """Collects what libavformat writes until it is fetched."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(cast("bytes", data))
        self._pieces.append(piece)
        return len(piece)

    def fetch(self) -> bytes:
        """Give everything since the last call."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


class Muxer:
    """One MP4 being written; every method may block and belongs into a worker thread."""

    def __init__(self, container: OutputContainer, track: VideoTrack, first: AccessUnit) -> None:
        self._container = container
        self.timeline = Timeline()
        self._stream = _add_stream(container, track, first)

    @classmethod
    def to_file(cls, path: Path, track: VideoTrack, first: AccessUnit) -> Self:
        """Begin a Matroska file, whose clusters carry the time and whose head says when it begins."""
        container = av.open(str(path), "w", format="matroska")
        container.metadata["creation_time"] = first.time.isoformat().replace("+00:00", "Z")
        return cls(container, track, first)

    def write(self, units: Sequence[AccessUnit]) -> None:
        """Append pictures."""
        for unit in units:
            pts, duration = self.timeline.place(unit)
            packet = av.Packet(b"".join([part for nal in unit.nals for part in (_LENGTH(len(nal)), nal)]))
            packet.stream = self._stream
            packet.time_base = _TIME_BASE
            packet.pts = packet.dts = pts
            packet.duration = duration
            packet.is_keyframe = unit.key
            self._container.mux_one(packet)

    def close(self) -> None:
        """Write the end."""
        self._container.close()

    def abandon(self) -> None:
        """Let go of a file that nobody wants any more, whatever the disk says."""
        with suppress(av.FFmpegError):
            self._container.close()


_LENGTH = struct.Struct(">I").pack


class Fragmenter:
    """A fragmented MP4 in memory: what was not fetched yet is all that it keeps."""

    def __init__(self, track: VideoTrack, first: AccessUnit) -> None:
        self._sink = _Sink()
        container = av.open(self._sink, "w", format="mp4", options=_FRAGMENTED, buffer_size=_BUFFER)
        self._muxer = Muxer(container, track, first)

    def add(self, units: Sequence[AccessUnit]) -> bytes:
        """Append pictures; give the bytes that are complete now."""
        self._muxer.write(units)
        return self._sink.fetch()

    def finish(self) -> bytes:
        """Give the last fragment."""
        self._muxer.close()
        return self._sink.fetch()


def head(track: VideoTrack, first: AccessUnit, sound: PlayableSound | None) -> bytes:
    """Give the initialisation segment for a track, and its sound where there is any."""
    sink = _Sink()
    container = av.open(sink, "w", format="mp4", options=_FRAGMENTED, buffer_size=_BUFFER)
    _add_stream(container, track, first)
    if sound is not None:
        sound.describe(container)
    container.start_encoding()
    return sink.fetch()


def _add_stream(container: OutputContainer, track: VideoTrack, first: AccessUnit) -> VideoStream:
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
