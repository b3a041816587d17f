"""Operations on live and recorded pictures."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from http import HTTPStatus

import attrs
from starlette.responses import Response, StreamingResponse

from incident_plugin.application.guard import Guard
from incident_plugin.application.live_sessions import LiveSessions
from incident_plugin.application.media_ports import Recorders, VideoWriter
from incident_plugin.application.reporting import Stills
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput, NoVideo
from incident_plugin.domain.media import AccessUnit, CameraId, VideoTrack
from incident_plugin.domain.time import Interval
from incident_plugin.http.operations import Call, Operation, while_wanted

#: What one call gives at most: players fetch in short parts, so that a seek wastes little.
MAXIMUM_LENGTH = timedelta(seconds=60)


@attrs.frozen(kw_only=True)
class _OpenedReplay:
    """A replay whose first picture is here; leaving ``closing`` ends it."""

    track: VideoTrack
    first: AccessUnit
    rest: AsyncIterator[AccessUnit]
    closing: contextlib.AsyncExitStack

    async def units(self) -> AsyncIterator[AccessUnit]:
        """Give all pictures from the first on."""
        yield self.first
        async for unit in self.rest:
            yield unit


@attrs.frozen(kw_only=True)
class VideoResources:
    """Handlers of the operations on pictures."""

    _recorders: Recorders
    _live: LiveSessions
    _writer: VideoWriter
    _stills: Stills
    _guard: Guard

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view = Permission.CAMERAS_VIEW
        return (
            Operation("DELETE", "live/sessions/{id}", view, "End a live session (WHEP).", self.close),
            Operation("POST", "live/{camera:path}", view, "Open a live session (WHEP).", self.open),
            Operation("GET", "recorded/{camera:path}", view, "Recorded spans.", self.recorded),
            Operation("GET", "video/{camera:path}", view, "Recorded video, fragmented MP4.", self.video),
            Operation("GET", "stills/{camera:path}", view, "Key picture as JPEG.", self.still),
        )

    async def open(self, call: Call) -> Response:
        camera = self._camera(call)
        if call.request.headers.get("content-type", "").partition(";")[0].strip() != "application/sdp":
            raise InvalidInput("A live session is opened with an SDP offer (application/sdp).")
        session = await self._live.open(call.actor, camera, call.body.decode("utf-8", "replace"))
        return Response(
            session.answer,
            status_code=HTTPStatus.CREATED,
            media_type="application/sdp",
            headers={"Location": f"live/sessions/{session.id}", "Cache-Control": "no-store"},
        )

    async def close(self, call: Call) -> None:
        await self._live.close(call.path["id"])

    async def recorded(self, call: Call) -> object:
        spans = await self._recorders.recorded(self._camera(call), _interval(call))
        return {"spans": spans}

    async def video(self, call: Call) -> Response:
        camera, interval = self._camera(call), _interval(call)
        if interval.length > MAXIMUM_LENGTH:
            raise InvalidInput(f"At most {MAXIMUM_LENGTH.seconds} s of video are given at once.")
        try:
            opened = await while_wanted(call.request, self._opened(camera, interval))
        except NoVideo:
            # For a player a gap is no error: it goes on with the next part.
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return StreamingResponse(
            self._fragments(opened),
            media_type="video/mp4",
            headers={
                "Video-Start": opened.first.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "Video-Codec": opened.track.codec_string,
                "Cache-Control": "no-store",
            },
        )

    async def still(self, call: Call) -> Response:
        at = call.instant("at")
        picture = await self._stills.at(self._camera(call), Interval(at, at + timedelta(seconds=1)))
        return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    async def _opened(self, camera: CameraId, interval: Interval) -> _OpenedReplay:
        """Open a replay up to its first picture; raises ``NoVideo`` when there is none."""
        async with contextlib.AsyncExitStack() as stack:
            stream = await stack.enter_async_context(self._recorders.replay(camera, interval))
            units = aiter(stream)
            first = await anext(units, None)
            if first is None:
                raise NoVideo("The recorder has no picture in this time.")
            return _OpenedReplay(track=stream.track, first=first, rest=units, closing=stack.pop_all())

    async def _fragments(self, opened: _OpenedReplay) -> AsyncIterator[bytes]:
        async with opened.closing:
            async for fragment in self._writer.fragments(opened.track, opened.units()):
                yield fragment

    def _camera(self, call: Call) -> CameraId:
        camera = CameraId(call.path["camera"])
        self._guard.require(call.actor, Permission.CAMERAS_VIEW, (camera,))
        return camera


def _interval(call: Call) -> Interval:
    return Interval(call.instant("start"), call.instant("end"))
