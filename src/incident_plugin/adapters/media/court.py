"""A court copy: H.264 and AAC with the index in front, for any player; the time is burnt into its pictures.

It is a convenience: the master is the evidence. It is made at low priority, and drawing the time touches only
the corner of a picture that it stands in.
"""

from __future__ import annotations

import errno
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from PIL import Image, ImageDraw, ImageFont

from incident_plugin.application.media_ports import WrittenVideo
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.time import Interval

_CLOCK_RATE = 90_000
_OPTIONS = {"preset": "veryfast", "crf": "20", "threads": "1"}
_NICE = 10
_MARGIN = 4
_LEAST_RATE, _USUAL_RATE, _AAC_FRAME = 16_000, 48_000, 1024
#: Sound that begins later than this after the one before begins behind silence: 1/20 s.
_AUDIBLE = 20
_GREY = 128
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EACCES, errno.EROFS)


def write(
    master: Path,
    copy: Path,
    begins: datetime,
    clock: Callable[[datetime], str] | None,
    told: Callable[[datetime], None] = lambda _: None,
) -> WrittenVideo:
    """Decode, draw, encode; raises ``RecorderUnavailable`` for what cannot be decoded.

    ``told`` learns the time of each picture that is done, and may raise to stop.
    """
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
    partial = copy.with_name(copy.name + ".partial")
    try:
        with av.open(str(master)) as source:
            frames, last = _encode(source, partial, begins, clock, told)
    except av.FFmpegError as error:
        partial.unlink(missing_ok=True)
        if error.errno in _DISK:
            raise OSError(error.errno, error.strerror) from error
        raise RecorderUnavailable("The video cannot be decoded, so there is no court copy of it.") from error
    except Exception:
        partial.unlink(missing_ok=True)
        raise
    with partial.open("rb") as file:
        os.fsync(file.fileno())
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    partial.replace(copy)
    return WrittenVideo(frames=frames, size=size, delivered=Interval(begins, last), sha256=sha256)


def _encode(
    source: InputContainer,
    target: Path,
    begins: datetime,
    clock: Callable[[datetime], str] | None,
    told: Callable[[datetime], None],
) -> tuple[int, datetime]:
    video = source.streams.video[0]
    count, at = 0, begins
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        stream = out.add_stream("libx264", rate=Fraction(video.average_rate or 25), options=_OPTIONS)
        stream.width, stream.height = video.width // 2 * 2, video.height // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _CLOCK_RATE)
        caption = None if clock is None else _Caption(stream.width)
        voice = _Voice(source, out)
        for frame in _decoded(source):
            if isinstance(frame, av.AudioFrame):
                voice.add(frame)
                continue
            at = begins + timedelta(seconds=float((frame.pts or 0) * (frame.time_base or 0)))
            picture = frame.reformat(width=stream.width, height=stream.height, format="yuv420p")
            if caption is not None and clock is not None:
                picture.make_writable()
                caption.draw(picture, clock(at))
            picture.pts = round((at - begins).total_seconds() * _CLOCK_RATE)
            picture.time_base = Fraction(1, _CLOCK_RATE)
            picture.pict_type = av.video.frame.PictureType.NONE
            out.mux(stream.encode(picture))
            count += 1
            told(at)
        out.mux(stream.encode(None))
        voice.finish()
    return count, at + timedelta(seconds=1 / 25)


def _decoded(source: InputContainer) -> Iterator[av.VideoFrame | av.AudioFrame]:
    source.streams.video[0].codec_context.thread_count = 1
    for frame in source.decode(source.streams.video[0], *source.streams.audio[:1]):
        if isinstance(frame, av.VideoFrame | av.AudioFrame):
            yield frame


class _Voice:
    """The sound as AAC, silent where the recording has a gap; nothing where the master has none."""

    def __init__(self, source: InputContainer, out: OutputContainer) -> None:
        self._out = out
        self._stream: AudioStream | None = None
        if not source.streams.audio:
            return
        context = source.streams.audio[0].codec_context
        # Old players know few rates: telephone sound gets a usual one.
        self._rate = context.sample_rate if context.sample_rate >= _LEAST_RATE else _USUAL_RATE
        layout = "mono" if context.channels == 1 else "stereo"
        self._stream = out.add_stream("aac", rate=self._rate, layout=layout)
        self._resampler = av.AudioResampler(format="fltp", layout=layout, rate=self._rate)
        self._fifo = av.AudioFifo()
        #: Samples written so far.
        self._count = 0

    def add(self, frame: av.AudioFrame) -> None:
        """Take decoded sound to its time."""
        if self._stream is None:
            return
        at = round(float((frame.pts or 0) * (frame.time_base or 0)) * self._rate)
        if at - self._count > self._rate // _AUDIBLE:
            self._put(_silence(at - self._count, self._stream))
        frame.pts = None
        for given in self._resampler.resample(frame):
            self._put(given)

    def finish(self) -> None:
        """Write the rest."""
        if self._stream is None:
            return
        for given in self._resampler.resample(None):
            self._put(given)
        rest = self._fifo.read(0, partial=True)
        if rest is not None:
            self._out.mux(self._stream.encode(rest))
        self._out.mux(self._stream.encode(None))

    def _put(self, frame: av.AudioFrame) -> None:
        assert self._stream is not None  # noqa: S101 - the callers look
        frame.pts, frame.time_base = self._count, Fraction(1, self._rate)
        self._count += frame.samples
        self._fifo.write(frame)
        while (whole := self._fifo.read(_AAC_FRAME)) is not None:
            self._out.mux(self._stream.encode(whole))


def _silence(samples: int, stream: AudioStream) -> av.AudioFrame:
    frame = av.AudioFrame(format="fltp", layout=stream.codec_context.layout.name, samples=samples)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.sample_rate = stream.codec_context.sample_rate
    return frame


class _Caption:
    """A line of text, white on black, in the lower left corner."""

    def __init__(self, width: int) -> None:
        self._height = max(16, width // 40) // 2 * 2
        self._width = width
        self._font = ImageFont.load_default(size=self._height * 0.7)

    def draw(self, picture: av.VideoFrame, text: str) -> None:
        wide = min(self._width, int(self._font.getlength(text)) + 2 * _MARGIN + 1) // 2 * 2
        image = Image.new("L", (wide, self._height), 16)
        ImageDraw.Draw(image).text((_MARGIN, 0), text, fill=235, font=self._font)
        rows = image.tobytes()
        luma = picture.planes[0]
        _lay(luma, [rows[n * wide : (n + 1) * wide] for n in range(self._height)])
        grey = bytes((_GREY,)) * (wide // 2)
        for plane in picture.planes[1:3]:
            _lay(plane, [grey] * (self._height // 2))


def _lay(plane: av.video.plane.VideoPlane, rows: list[bytes]) -> None:
    """Put rows into the lower left corner of a plane."""
    pixels = memoryview(plane).cast("B")
    for number, row in enumerate(rows):
        start = (plane.height - len(rows) + number) * plane.line_size
        pixels[start : start + len(row)] = row
