"""Operations on live and recorded pictures."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import attrs
import msgspec
from starlette.responses import Response, StreamingResponse

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import Kept, Recorders, VideoWriter
from incident_plugin.application.ports import Clock
from incident_plugin.application.reporting import Stills
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput, NoVideo
from incident_plugin.domain.media import AccessUnit, CameraId, SoundTrack, SoundUnit, VideoTrack
from incident_plugin.domain.time import Interval
from incident_plugin.http.operations import Call, Operation, while_wanted, whole_number

#: What one call gives at most: players fetch in short parts, so that a seek wastes little.
MAXIMUM_LENGTH = timedelta(seconds=60)
#: The same of key pictures alone, for playing fast.
MAXIMUM_INTRA = timedelta(minutes=10)
#: How far beyond the end it goes for the next key picture: parts that are whole groups join without a seam.
_GROUP = timedelta(seconds=4)
#: Recorders write some seconds behind the present: what is older does not grow any more.
_SETTLED = timedelta(seconds=20)
#: Widths of stills, in pixels.
_NARROWEST, _WIDEST = 32, 3840


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
    _writer: VideoWriter
    _stills: Stills
    _guard: Guard
    _clock: Clock
    _kept: Kept

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view = Permission.CAMERAS_VIEW
        return (
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
        # What may still grow, and what is only looked at in passing, is not kept.
        keeps = groups and not intra and interval.end + _SETTLED < self._clock.now()
        key = f"part {camera} {interval.start.isoformat()} {interval.end.isoformat()}" if keeps else ""
        kept = await self._kept.get(key) if keeps else None
        if kept is not None:
            return _part(*_unpacked(kept))
        wanted = self._with_next_group(interval) if groups else interval
        try:
            opened = await while_wanted(call.request, self._opened(camera, wanted, intra=intra))
        except NoVideo:
            # For a player a gap is no error: it goes on with the next part.
            return Response(status_code=HTTPStatus.NO_CONTENT)
        names = (opened.track.codec_string, opened.sound.codec_string if opened.sound else "")
        headers = {
            "Video-Start": opened.first.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "Video-Codec": ",".join(filter(None, names)),
        }
        return _part(headers, self._keeping(key, headers, self._fragments(opened, interval)))

    async def still(self, call: Call) -> Response:
        camera, at = self._camera(call), call.instant("at")
        width = whole_number(call.query["width"], "width") if "width" in call.query else None
        if width is not None and not _NARROWEST <= width <= _WIDEST:
            raise InvalidInput(f"“width” must be from {_NARROWEST} to {_WIDEST} pixels.")
        key = f"still {camera} {at.isoformat()} {width}"
        picture = await self._kept.get(key)
        if picture is None:
            picture = await self._stills.at(camera, Interval(at, at + timedelta(seconds=1)), width=width)
            await self._kept.put(key, picture)
        return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    async def _keeping(
        self, key: str, headers: Mapping[str, str], fragments: AsyncGenerator[bytes]
    ) -> AsyncGenerator[bytes]:
        """Keep a part that was given to its end; nothing is kept without a key."""
        given: list[bytes] = []
        async with contextlib.aclosing(fragments):
            async for fragment in fragments:
                if key:
                    given.append(fragment)
                yield fragment
        if key:
            await self._kept.put(key, _packed(headers, given))

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

    async def _fragments(self, opened: _OpenedReplay, interval: Interval) -> AsyncGenerator[bytes]:
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


def _part(headers: Mapping[str, str], body: bytes | AsyncGenerator[bytes]) -> Response:
    given = {**headers, "Cache-Control": "no-store"}
    if isinstance(body, bytes):
        return Response(body, media_type="video/mp4", headers=given)
    return StreamingResponse(body, media_type="video/mp4", headers=given)


def _packed(headers: Mapping[str, str], fragments: list[bytes]) -> bytes:
    return b"".join((msgspec.json.encode(headers), b"\n", *fragments))


def _unpacked(kept: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = kept.partition(b"\n")
    return msgspec.json.decode(head, type=dict[str, str]), body
