"""Operations on live and recorded pictures."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import attrs
from starlette.responses import Response, StreamingResponse

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import Recorders, VideoWriter
from incident_plugin.application.ports import Clock
from incident_plugin.application.reporting import Stills
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput, NoVideo
from incident_plugin.domain.media import AccessUnit, CameraId, SoundTrack, SoundUnit, VideoTrack
from incident_plugin.domain.time import Interval
from incident_plugin.http.operations import Call, Operation, while_wanted
from incident_plugin.http.whep import WhepResources

#: What one call gives at most: players fetch in short parts, so that a seek wastes little.
MAXIMUM_LENGTH = timedelta(seconds=60)
#: The same of key pictures alone, for playing fast.
MAXIMUM_INTRA = timedelta(minutes=10)
#: How far beyond the end it goes for the next key picture: parts that are whole groups join without a seam.
_GROUP = timedelta(seconds=4)


@attrs.frozen(kw_only=True)
class _OpenedReplay:
    """A replay whose first picture is here; leaving ``closing`` ends it."""

    track: VideoTrack
    sound: SoundTrack | None
    first: AccessUnit
    #: What came before the first picture.
    early: tuple[SoundUnit, ...]
    rest: AsyncIterator[AccessUnit | SoundUnit]
    closing: contextlib.AsyncExitStack

    async def units(self, end: datetime) -> AsyncGenerator[AccessUnit | SoundUnit]:
        """Give everything from the first picture on, up to the first key picture at or behind the end."""
        yield self.first
        for heard in self.early:
            yield heard
        async for unit in self.rest:
            if isinstance(unit, AccessUnit) and unit.key and unit.time >= end:
                return
            yield unit


@attrs.frozen(kw_only=True)
class VideoResources:
    """Handlers of the operations on pictures."""

    _recorders: Recorders
    _whep: WhepResources
    _writer: VideoWriter
    _stills: Stills
    _guard: Guard
    _clock: Clock

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view = Permission.CAMERAS_VIEW
        return (
            *self._whep.operations(),
            Operation("GET", "recorded/{camera:path}", view, "Recorded spans.", self.recorded),
            Operation("GET", "clocks/{camera:path}", view, "How far a recorder's clock is off.", self.clock),
            Operation("GET", "video/{camera:path}", view, "Recorded video, fragmented MP4.", self.video),
            Operation("GET", "stills/{camera:path}", view, "Key picture as JPEG.", self.still),
        )

    async def recorded(self, call: Call) -> object:
        spans = await self._recorders.recorded(self._camera(call), _interval(call))
        return {"spans": spans}

    async def clock(self, call: Call) -> object:
        measured = await self._recorders.clock_offset(self._camera(call))
        return {
            "offset": measured.offset.total_seconds(),
            "uncertainty": measured.uncertainty.total_seconds(),
            "measured_at": measured.measured_at,
        }

    async def video(self, call: Call) -> Response:
        camera, interval = self._camera(call), _interval(call)
        intra, groups = (call.query.get(name) == "1" for name in ("intra", "groups"))
        longest = MAXIMUM_INTRA if intra else MAXIMUM_LENGTH
        if interval.length > longest:
            raise InvalidInput(f"At most {longest.seconds} s of video are given at once.")
        wanted = self._with_next_group(interval) if groups else interval
        try:
            opened = await while_wanted(call.request, self._opened(camera, wanted, intra=intra))
        except NoVideo:
            # For a player a gap is no error: it goes on with the next part.
            return Response(status_code=HTTPStatus.NO_CONTENT)
        names = (opened.track.codec_string, opened.sound.codec_string if opened.sound else "")
        return StreamingResponse(
            self._fragments(opened, interval),
            media_type="video/mp4",
            headers={
                "Video-Start": opened.first.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "Video-Codec": ",".join(filter(None, names)),
                "Cache-Control": "no-store",
            },
        )

    async def still(self, call: Call) -> Response:
        at = call.instant("at")
        picture = await self._stills.at(self._camera(call), Interval(at, at + timedelta(seconds=1)))
        return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    async def _opened(self, camera: CameraId, interval: Interval, *, intra: bool) -> _OpenedReplay:
        """Open a replay up to its first picture; raises ``NoVideo`` when there is none."""
        async with contextlib.AsyncExitStack() as stack:
            stream = await stack.enter_async_context(
                self._recorders.replay(camera, interval, sound=not intra, intra=intra)
            )
            units = aiter(stream.mixed())
            early: list[SoundUnit] = []
            async for unit in units:
                if isinstance(unit, AccessUnit):
                    return _OpenedReplay(
                        track=stream.track,
                        sound=stream.sound,
                        first=unit,
                        early=tuple(early),
                        rest=units,
                        closing=stack.pop_all(),
                    )
                early.append(unit)
            raise NoVideo("The recorder has no picture in this time.")

    async def _fragments(self, opened: _OpenedReplay, interval: Interval) -> AsyncIterator[bytes]:
        async with opened.closing:
            units = opened.units(interval.end)
            playing = self._writer.playing(opened.track, units, sought=interval.start, sound=opened.sound)
            async with contextlib.aclosing(playing), contextlib.aclosing(units):
                async for fragment in playing:
                    yield fragment

    def _with_next_group(self, interval: Interval) -> Interval:
        """Reach for the key picture behind the end, but never into what is still to come."""
        return Interval(interval.start, max(interval.end, min(interval.end + _GROUP, self._clock.now())))

    def _camera(self, call: Call) -> CameraId:
        camera = CameraId(call.path["camera"])
        self._guard.require(call.actor, Permission.CAMERAS_VIEW, (camera,))
        return camera


def _interval(call: Call) -> Interval:
    return Interval(call.instant("start"), call.instant("end"))
