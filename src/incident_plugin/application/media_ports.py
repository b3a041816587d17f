"""Ports to recorders and pictures. Only these are asynchronous: use cases run in worker threads."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import attrs

from incident_plugin.domain.media import (
    AccessUnit,
    Camera,
    CameraEvent,
    CameraId,
    ClockOffset,
    LiveProfile,
    Motion,
    Preset,
    SoundTrack,
    SoundUnit,
    VideoTrack,
)
from incident_plugin.domain.time import Interval


class VideoStream(Protocol):
    """An open live or recorded stream: coded pictures in decoding order, never decoded.

    Iterating raises ``RecorderUnavailable`` when the stream breaks, and ends when a replay is complete. It is
    read in one of its two ways, not in both.
    """

    @property
    def track(self) -> VideoTrack: ...

    @property
    def sound(self) -> SoundTrack | None:
        """What a decoder of the sound must know; nothing when none was asked for or there is none."""
        ...

    def __aiter__(self) -> AsyncIterator[AccessUnit]:
        """Give the pictures alone."""
        ...

    def mixed(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        """Give pictures and sound as they come; each of the two is in its own order."""
        ...


class CameraNames(Protocol):
    """What cameras the site has, as its recorders name them."""

    async def cameras(self) -> tuple[Camera, ...]:
        """Give all cameras of all recorders that answer; raises ``RecorderUnavailable`` when none does."""
        ...

    @property
    def all_named(self) -> bool:
        """Whether every recorder has named its cameras since it is in use."""
        ...


class Recorders(Protocol):
    """All recorders of the site. Every method raises ``RecorderUnavailable`` or ``NotFound``."""

    async def cameras(self) -> tuple[Camera, ...]:
        """Give all cameras of all recorders that answer, in a stable order."""
        ...

    async def recorded(self, camera: CameraId, interval: Interval) -> tuple[Interval, ...]:
        """Give the spans within the interval for which the recorder has video; sorted, disjoint, clipped."""
        ...

    async def clock_offset(self, camera: CameraId, *, now: bool = True) -> ClockOffset:
        """Measure the clock of the camera's recorder; not ``now``: as it was measured in the last minutes."""
        ...

    async def live_profiles(self, camera: CameraId) -> tuple[LiveProfile, ...]:
        """Give the live streams that a camera has, the largest first."""
        ...

    def live(
        self, camera: CameraId, *, sound: bool = False, profile: str | None = None
    ) -> AbstractAsyncContextManager[VideoStream]:
        """Open a live stream, with its sound where that is asked for and there is any.

        ``profile`` names one of ``live_profiles``; without one, or when it is gone, it is the largest.
        """
        ...

    async def ask_for_key_picture(self, camera: CameraId, profile: str | None = None) -> None:
        """Let the next picture of a live stream be one with which a decoder can start."""
        ...

    def replay(
        self, camera: CameraId, interval: Interval, *, sound: bool = False, intra: bool = False
    ) -> AbstractAsyncContextManager[VideoStream]:
        """Open the recording, from the key picture at or before the start to the end, as fast as it comes.

        ``intra`` asks for key pictures alone; recorders that cannot leave the others out send all. Entering
        raises ``NoVideo`` when the recorder has no picture of the interval.
        """
        ...


class Ptz(Protocol):
    """Turning, tilting and zooming cameras whose ``Camera.ptz`` says that it can be done.

    Every method raises ``RecorderUnavailable`` or ``NotFound``.
    """

    async def move(self, camera: CameraId, motion: Motion, *, lasting: timedelta) -> None:
        """Begin to move; the camera stops by itself after ``lasting``, should nobody stop it."""
        ...

    async def stop(self, camera: CameraId) -> None:
        """Stop every movement."""
        ...

    async def presets(self, camera: CameraId) -> tuple[Preset, ...]:
        """Give the remembered positions."""
        ...

    async def go_to(self, camera: CameraId, preset: str) -> None:
        """Move to a remembered position, by its token."""
        ...


class CameraEvents(Protocol):
    """What recorders notice: motion, inputs, lost pictures."""

    def watch(self) -> AbstractAsyncContextManager[AsyncIterator[CameraEvent]]:
        """Listen to all recorders that offer events, until the context is left.

        A recorder that breaks off is asked again by itself; those that come later are heard too.
        """
        ...


class RecordedEvents(Protocol):
    """What recorders noticed while they recorded, such as motion."""

    async def happened(self, camera: CameraId, interval: Interval) -> tuple[CameraEvent, ...]:
        """Give the events of a camera within an interval, in order of time; at most 1,000 of each recorder.

        Those that are ``initial`` say how things stood at its beginning. Recorders that keep no events have
        none. Raises ``RecorderUnavailable`` or ``NotFound``.
        """
        ...


class Retention(Protocol):
    """How long recorders keep video."""

    async def keeps_for(self, camera: CameraId) -> timedelta | None:
        """Give how long a camera's video is kept; nothing when its recorder does not say.

        Raises ``RecorderUnavailable`` or ``NotFound``.
        """
        ...


@attrs.frozen(kw_only=True)
class LiveSession:
    """One viewer's WebRTC session."""

    id: str
    #: SDP answer (RFC 8829).
    answer: str


class LiveRelay(Protocol):
    """Live pictures to browsers: one connection to each camera, whatever the number of viewers."""

    async def open(self, camera: CameraId, offer: str, *, width: float = ...) -> LiveSession:
        """Answer a viewer's SDP offer, who shows the picture ``width`` pixels wide.

        Raises ``InvalidInput`` for a bad offer, ``RecorderUnavailable``.
        """
        ...

    async def close(self, session: str) -> None:
        """End a viewer's session; unknown ones are ignored."""
        ...

    def is_open(self, session: str) -> bool:
        """Say whether a session has not ended."""
        ...


@attrs.frozen(kw_only=True)
class WrittenVideo:
    """What was put into a file."""

    frames: int
    size: int
    #: From the first picture's time to the end of the last one.
    delivered: Interval
    #: SHA-256 of the file, lower-case hexadecimal.
    sha256: str


@attrs.frozen(kw_only=True)
class CutVideo:
    """What was cut out of preserved video."""

    written: WrittenVideo
    #: Of its pictures, in the order in which they are shown.
    times: tuple[datetime, ...]
    track: VideoTrack
    sound: SoundTrack | None


@attrs.frozen(kw_only=True)
class FileFacts:
    """What is written into a video file about where it comes from (ONVIF Export File Format)."""

    camera_name: str
    #: Of the camera at its device.
    line: str
    #: Of the unit that exports: the site.
    exporter: str
    exported_at: datetime
    operator: str = ""


class FileSealer(Protocol):
    """Signs a video file from within (ONVIF Export File Format, section 4)."""

    @property
    def certificate(self) -> bytes:
        """The signing certificate, DER."""
        ...

    @property
    def signature_size(self) -> int:
        """Bytes of a signature."""
        ...

    def sign(self, sha256: bytes) -> bytes:
        """Give the RSASSA-PSS signature of a SHA-256."""
        ...


@attrs.frozen(kw_only=True)
class MasterOrder:
    """A master that is wanted of preserved video."""

    camera: CameraId
    interval: Interval
    #: Where it goes: there is a whole file or none.
    target: Path
    #: Whether the recorder's sound is to be in it.
    sound: bool = False
    #: What is written into it about where it comes from, and what seals it.
    facts: FileFacts | None = None
    sealer: FileSealer | None = None


class PreservedVideo(Protocol):
    """Video that outlives its recorder's, cut without taking it apart."""

    async def write(self, order: MasterOrder) -> CutVideo | None:
        """Write an MP4; nothing where there is no whole copy that has all that is ordered.

        Raises ``NoVideo``, ``StoreUnavailable``.
        """
        ...


class VideoWriter(Protocol):
    """Remuxing without decoding, and still pictures."""

    def fragments(
        self,
        track: VideoTrack,
        units: AsyncIterable[AccessUnit | SoundUnit],
        *,
        sound: SoundTrack | None = None,
    ) -> AsyncIterator[bytes]:
        """Give fragmented MP4 (ISO/IEC 14496-12) whose time line starts with the first picture at 0.

        The first piece is the initialisation segment; browsers want ``track.codec_string`` with it. Sound is
        a track of its own, as the recorder coded it.
        """
        ...

    def playing(
        self,
        track: VideoTrack,
        units: AsyncIterable[AccessUnit | SoundUnit],
        *,
        sought: datetime,
        sound: SoundTrack | None = None,
        tail: bool = False,
    ) -> AsyncGenerator[bytes]:
        """Give the same for a player that waits for the picture at ``sought``, with sound it can play.

        ``tail`` puts silence behind the last picture: without, browsers wait for sound that does not come.
        """
        ...

    async def write_mp4(
        self,
        path: Path,
        track: VideoTrack,
        units: AsyncIterable[AccessUnit | SoundUnit],
        facts: FileFacts | None = None,
        sealer: FileSealer | None = None,
        *,
        sound: SoundTrack | None = None,
    ) -> WrittenVideo | None:
        """Write a playable MP4 of the bits as they come, with what is known of their origin.

        Nothing is written, and ``None`` given, when there is no picture.
        """
        ...

    async def write_mkv(
        self,
        path: Path,
        track: VideoTrack,
        units: AsyncIterable[AccessUnit | SoundUnit],
        *,
        sound: SoundTrack | None = None,
    ) -> WrittenVideo | None:
        """Write the same as Matroska."""
        ...

    async def write_court_copy(
        self,
        master: Path,
        copy: Path,
        *,
        begins: datetime,
        clock: Callable[[datetime], str] | None,
        told: Callable[[datetime], None] = lambda _: None,
    ) -> WrittenVideo:
        """Write a copy in H.264 for any player; ``clock`` gives the time that is burnt into each picture.

        ``told`` learns which time the copy has come to. Cancelled, it stops soon and leaves no file.
        """
        ...

    async def still(self, track: VideoTrack, unit: AccessUnit, *, width: int | None = None) -> bytes:
        """Decode one key picture to JPEG, scaled to ``width`` pixels if given."""
        ...


class Kept(Protocol):
    """Pictures and parts of recordings that were fetched, for a while.

    It knows no permissions: whoever reads from it has asked before whether its reader may see the camera.
    """

    async def get(self, key: str) -> bytes | None:
        """Give what was kept under a key, if it is still there."""
        ...

    async def put(self, key: str, data: bytes) -> None:
        """Keep it, where there is room."""
        ...

    def writing(self, key: str) -> Growing:
        """Begin to keep what comes piece by piece; it is there for others once it is whole."""
        ...


class Growing(Protocol):
    """Something that is being kept."""

    async def add(self, piece: bytes) -> None:
        """Write the next piece."""
        ...

    async def complete(self) -> None:
        """Say that all of it is there."""
        ...

    async def discard(self) -> None:
        """Leave nothing of it, unless it is complete."""
        ...


class Recode(Protocol):
    """Makes H.264 of recorded video, for browsers that do not play it as it is."""

    def __call__(self, stream: VideoStream, *, sought: datetime) -> AbstractAsyncContextManager[VideoStream]:
        """Give the same pictures coded anew, from the one shown at ``sought`` on; key pictures stay such.

        The track is known with the first picture.
        """
        ...
