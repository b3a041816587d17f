"""The one stream of a camera, shared by all its viewers."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from incident_plugin.adapters.live_preview import h264, h265
from incident_plugin.adapters.live_preview.choice import Choice
from incident_plugin.adapters.live_preview.limits import Limits
from incident_plugin.adapters.live_preview.pictures import Group, Picture
from incident_plugin.adapters.live_preview.rtp import h264_runs, h265_runs
from incident_plugin.adapters.live_preview.sound import Recoder, SoundLine, recoded_track
from incident_plugin.adapters.live_preview.state import CameraState, Phase, PictureTime
from incident_plugin.adapters.live_preview.viewer import Viewer
from incident_plugin.application.media_ports import VideoStream
from incident_plugin.application.video.following import follow
from incident_plugin.domain.errors import IncidentError, RecorderUnavailable
from incident_plugin.domain.media import (
    AccessUnit,
    CameraId,
    Codec,
    SoundCodec,
    SoundTrack,
    SoundUnit,
    VideoTrack,
)

_log = logging.getLogger(__name__)

StreamOpener = Callable[[], AbstractAsyncContextManager[VideoStream]]
#: Makes what makes Opus of a camera's sound.
SoundRecoding = Callable[[SoundTrack], Recoder]

_CLOCK_RATE = 90_000
#: Bytes of one sample of sound that may be cut anywhere.
_CUTTABLE = {SoundCodec.PCMU: 1, SoundCodec.PCMA: 1}
#: Part of the longest silence after which a picture puts its end off.
_RENEWED = 0.1
#: Given to the first picture after a break at least, so that times grow.
_ONE_PICTURE = 3_600

_B_PICTURES = (
    "The camera sends B pictures, which browsers show with a stutter in live view."
    " The recording is not affected. Choose a Baseline or Main profile without B pictures in the camera."
)


def profile_of(track: VideoTrack) -> h264.Profile | h265.Profile | None:
    """Read the profile that a track declares, if it does."""
    read = h264.Profile.of_sets if track.codec is Codec.H264 else h265.Profile.of_sets
    return read(track.parameter_sets)


class CameraStream:
    """Opens a camera's stream for the first viewer, keeps the newest group, and opens again after a break.

    It closes the stream some seconds after the last viewer left, and then calls ``on_idle``. When the camera
    comes back with another profile, ``on_new_format`` is called: what viewers negotiated no longer holds.
    """

    def __init__(
        self,
        camera: CameraId,
        opener: StreamOpener,
        limits: Limits,
        *,
        choice: Choice,
        on_idle: Callable[[CameraStream], None],
        on_new_format: Callable[[CameraStream], None],
        on_b_pictures: Callable[[CameraStream], None],
        ask_for_key: Callable[[CameraStream], None],
        recode_sound: SoundRecoding | None,
    ) -> None:
        self.camera = camera
        #: Which of the camera's streams it is.
        self.choice = choice
        self._on_b_pictures = on_b_pictures
        self._ask_for_key = ask_for_key
        self._recode_sound = recode_sound
        self.state = CameraState(phase=Phase.CONNECTING)
        self.group: Group | None = None
        self._opener = opener
        self._limits = limits
        self._on_idle = on_idle
        self._on_new_format = on_new_format
        self._loop = asyncio.get_running_loop()
        self._viewers: set[Viewer] = set()
        self._track: VideoTrack | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._lingering: asyncio.TimerHandle | None = None
        self._groups = self._pictures = 0
        #: The same for all viewers: each has a key of its own (RFC 3711 section 9.1).
        self.ssrc = secrets.randbits(32)
        self._origin = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._failures = 0
        #: Camera time minus stream time; unknown until the first picture after opening.
        self._shift: int | None = None
        self._last_pts = 0
        self._last_at = 0.0
        #: When the newest key picture came, and when one was last asked for.
        self._key_at = self._asked_at = float("-inf")
        #: As browsers can be given it; the camera's own may be another.
        self.sound = SoundLine(self._loop.time)
        self.sound_track: SoundTrack | None = None
        self._recoder: Recoder | None = None

    @property
    def newest(self) -> PictureTime | None:
        """When the newest picture came, if there is one."""
        if not self._last_at:
            return None
        passed = self._loop.time() - self._last_at
        return PictureTime(
            rtp=(self._origin + self._last_pts) & 0xFFFFFFFF, at=(time.time() - passed) * 1_000
        )

    def join(self, on_state: Callable[[CameraState], None]) -> Viewer:
        """Add a viewer; the first one opens the stream."""
        viewer = Viewer(self, self._limits, on_state, self._loop.time)
        self._viewers.add(viewer)
        if self._lingering:
            self._lingering.cancel()
            self._lingering = None
        if self._task is None:
            self._start()
        return viewer

    def want_key_picture(self) -> None:
        """Have the camera asked for a key picture, unless one came or was asked for a moment ago."""
        now = self._loop.time()
        if now - max(self._key_at, self._asked_at) > self._limits.key_pictures:
            self._asked_at = now
            self._ask_for_key(self)

    def leave(self, viewer: Viewer) -> None:
        """Remove a viewer; the last one closes the stream, a little later."""
        viewer.leave()
        self._viewers.discard(viewer)
        if not self._viewers and self._task and not self._lingering:
            self._lingering = self._loop.call_later(self._limits.linger, self._task.cancel)

    async def track(self) -> VideoTrack:
        """Wait for what a decoder must know; raises ``RecorderUnavailable`` while the stream is lost."""
        while self._track is None:
            if self.state.phase is Phase.LOST:
                raise RecorderUnavailable(self.state.detail)
            await self._changed.wait()
        return self._track

    async def close(self) -> None:
        """Close the stream at once, whoever watches."""
        for viewer in tuple(self._viewers):
            self.leave(viewer)
        if self._lingering:
            self._lingering.cancel()
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"live stream of {self.camera}")
        self._task.add_done_callback(self._ended)

    def _ended(self, _task: asyncio.Task[None]) -> None:
        self._task, self._lingering, self.group = None, None, None
        if self._viewers:  # somebody came while the stream was being closed
            self._set_state(CameraState(phase=Phase.CONNECTING))
            self._start()
        else:
            self._on_idle(self)

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
                reason = "The camera ended its live stream."
            except IncidentError as error:
                reason = error.detail
            except TimeoutError:
                reason = f"The camera sent no picture for {self._limits.silence:g} seconds."
            except Exception:  # noqa: BLE001 - foreign stream code; viewers are told, the stream is tried again
                _log.exception("live stream of camera %s stopped by a fault", self.camera)
                reason = "The live picture was stopped by a fault, which is in the server's log."
            self.group = None
            self._set_state(CameraState(phase=Phase.LOST, detail=reason))
            waits = self._limits.retries
            await asyncio.sleep(waits[min(self._failures, len(waits) - 1)])
            self._failures += 1

    async def _follow(self) -> None:
        """Open the stream and pass its pictures on until it breaks."""
        silence, renewed = self._limits.silence, self._loop.time()
        async with asyncio.timeout(silence) as deadline, self._opener() as stream:
            track = stream.track
            self._begin(track, stream.sound)

            def take(unit: AccessUnit | SoundUnit) -> None:
                nonlocal renewed
                if isinstance(unit, SoundUnit):
                    self._publish_sound(unit)
                    return
                now = self._loop.time()
                self._publish(unit, track, now)
                # Not at every picture: it costs as much as all else that is done with one.
                if now - renewed > silence * _RENEWED:
                    renewed = now
                    deadline.reschedule(now + silence)

            await follow(stream, take)

    def _begin(self, track: VideoTrack, sound: SoundTrack | None) -> None:
        if track.codec is not self.choice.codec:
            raise RecorderUnavailable(
                f"The camera announces {self.choice.codec} and sends {track.codec}: live view cannot show it."
                " Its recording is not affected. Check the profile for live view in the camera."
            )
        before, self._track, self._shift = self._track, track, None
        self.sound_track, self._recoder = sound, None
        self.sound.begin()
        if before and profile_of(before) != profile_of(track):
            self._on_new_format(self)
        self._announce()

    def _publish(self, unit: AccessUnit, track: VideoTrack, now: float) -> None:
        coding, runs = (h264, h264_runs) if track.codec is Codec.H264 else (h265, h265_runs)
        key = unit.key and coding.starts_decoding(unit.nals)
        group = self.group
        if key or (group and group.size > self._limits.group):
            self._groups += 1
            group = self.group = Group(number=self._groups, first=self._pictures)
        if group is None:
            return
        if key:
            self._key_at = now
        nals = coding.with_parameter_sets(unit.nals, track.parameter_sets) if key else unit.nals
        picture = Picture(
            number=self._pictures,
            pts=self._continued(unit.pts, now),
            key=key,
            runs=runs(nals),
            first=self._sequence,
            origin=self._origin,
        )
        self._sequence = (self._sequence + picture.packets) & 0xFFFF
        self._pictures += 1
        group.add(picture)
        if self.state.phase is not Phase.LIVE:
            self._failures = 0
            self._set_state(self._live())
        for viewer in tuple(self._viewers):
            viewer.push(picture, now)

    def _continued(self, pts: int, now: float) -> int:
        """Put a stream's time on the camera's time line, which over breaks goes on with the clock."""
        if self._shift is None:
            passed = int((now - self._last_at) * _CLOCK_RATE) if self._last_at else 0
            self._shift = self._last_pts + max(passed, _ONE_PICTURE) - pts
        continued = pts + self._shift
        if continued < self._last_pts and not self.state.detail:
            _log.warning("camera %s sends B pictures", self.camera)
            self._set_state(self._live(_B_PICTURES))
            self._on_b_pictures(self)
        self._last_pts, self._last_at = max(continued, self._last_pts), now
        return continued

    def _live(self, detail: str = "") -> CameraState:
        return CameraState(phase=Phase.LIVE, detail=detail, sound=self.sound_track is not None)

    def _publish_sound(self, unit: SoundUnit) -> None:
        """Pass sound on, or what is made of it once for all; nothing is done while nobody listens."""
        track = self.sound_track
        if track is None or not self.sound.heard:
            self._recoder = None
            return
        if not recoded_track(track):
            self.sound.publish(unit, track.rate, bytes_a_sample=_CUTTABLE.get(track.codec, 0))
            return
        if self._recoder is None and self._recode_sound is not None:
            self._recoder = self._recode_sound(track)
        if self._recoder is not None:
            for made in self._recoder.recoded(unit):
                self.sound.publish(made, self._recoder.track.rate)

    def _set_state(self, state: CameraState) -> None:
        if state == self.state:
            return
        self.state = state
        self._announce()
        for viewer in tuple(self._viewers):
            viewer.tell(state)

    def _announce(self) -> None:
        """Let those go on who wait for a track."""
        self._changed.set()
        self._changed = asyncio.Event()
