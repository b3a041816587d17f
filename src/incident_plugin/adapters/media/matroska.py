"""Matroska by libavformat: coded pictures and sound as they came, whose clusters carry the time."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer

from incident_plugin.adapters.media.head import add_video, head
from incident_plugin.adapters.media.timeline import CLOCK_RATE, SoundLine, Timeline
from incident_plugin.domain.fragmented import decoding_times
from incident_plugin.domain.media import AccessUnit, SoundTrack, SoundUnit, VideoTrack

_TIME_BASE = Fraction(1, CLOCK_RATE)
_LENGTH = struct.Struct(">I").pack


class Matroska:
    """One file being written; every method may block and belongs into a worker thread."""

    def __init__(self, path: Path, track: VideoTrack, first: AccessUnit, sound: SoundTrack | None) -> None:
        """Begin it; its head says when it begins."""
        self._container = av.open(str(path), "w", format="matroska")
        self._container.metadata["creation_time"] = first.time.isoformat().replace("+00:00", "Z")
        self._video = add_video(self._container, track, first)
        self._audio: AudioStream | None = None
        self._line: SoundLine | None = None
        if sound is not None:
            self._audio = _add_sound(self._container, head(track, first, sound))
            self._line, self._sound_base = SoundLine(sound, first.time), Fraction(1, sound.rate)
        self.timeline = Timeline(track.reordering)
        self._reordering = track.reordering
        self._decoded = -1
        #: Pictures since the last key picture: decoding times are known when all of these are.
        self._group: list[tuple[int, AccessUnit]] = []
        self._sound: list[av.Packet[AudioStream]] = []

    def write(self, units: Sequence[AccessUnit | SoundUnit]) -> None:
        """Append pictures and sound."""
        for unit in units:
            if isinstance(unit, SoundUnit):
                self._hear(unit)
                continue
            shown = self.timeline.place(unit)
            if unit.key or not self._reordering:
                self._write_group()
            self._group.append((shown, unit))

    def close(self) -> None:
        """Write the end."""
        self._write_group()
        self._container.close()

    def abandon(self) -> None:
        """Let go of a file that nobody wants any more, whatever the disk says."""
        with suppress(av.FFmpegError):
            self._container.close()

    def _write_group(self) -> None:
        decoded = decoding_times([shown for shown, _ in self._group], self._decoded)
        for (shown, unit), time in zip(self._group, decoded, strict=True):
            packet = av.Packet(b"".join([part for nal in unit.nals for part in (_LENGTH(len(nal)), nal)]))
            packet.stream = self._video
            packet.time_base = _TIME_BASE
            packet.pts, packet.dts = shown, time
            packet.duration = self.timeline.last_duration
            packet.is_keyframe = unit.key
            self._container.mux_one(packet)
            self._decoded = time
        for heard in self._sound:
            self._container.mux_one(heard)
        self._group, self._sound = [], []

    def _hear(self, unit: SoundUnit) -> None:
        place = self._line.place(unit) if self._line else None
        if self._audio is None or self._line is None or place is None:
            return
        heard = cast("av.Packet[AudioStream]", av.Packet(unit.data))
        heard.stream = self._audio
        heard.time_base = self._sound_base
        heard.pts = heard.dts = place
        heard.duration = self._line.end - place
        heard.is_keyframe = True
        self._sound.append(heard)


def _add_sound(container: OutputContainer, described: bytes) -> AudioStream:
    """Describe the sound as the head of an MP4 does."""
    with av.open(io.BytesIO(described), format="mp4") as source:
        return container.add_stream_from_template(source.streams.audio[0], opaque=True)
