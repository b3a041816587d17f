"""Operations on live and recorded pictures."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal

import attrs
import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from incident_plugin.application.guard import Guard
from incident_plugin.application.media_ports import Kept, Recorders
from incident_plugin.application.reports.reporting import Stills
from incident_plugin.application.video.parts import Part, Parts, Wanted
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput, NoVideo
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.time import Interval
from incident_plugin.http.operations import Call, Media, Operation, Parameter, while_wanted, whole_number

#: What one call gives at most: players fetch in short parts, so that a seek wastes little.
MAXIMUM_LENGTH = timedelta(seconds=60)
#: The same of key pictures alone, for playing fast.
MAXIMUM_INTRA = timedelta(minutes=10)
#: Widths of stills, in pixels.
_NARROWEST, _WIDEST = 32, 3840
#: How a part of video can be wished for.
_FLAGS = {
    "intra": "Key pictures alone, at most ten minutes.",
    "groups": "Up to the next key picture.",
    "sound": "With its sound.",
    "tail": "The last picture before the end alone.",
    "h264": "As H.264, whatever was recorded.",
}
_WHILE = (
    Parameter("start", datetime, required=True),
    Parameter("end", datetime, "Video at most 60 s at once.", required=True),
)
_PART = (*_WHILE, *(Parameter(name, Literal["1"], told) for name, told in _FLAGS.items()))
_STILL = (
    Parameter("at", datetime, required=True),
    Parameter("width", Annotated[int, msgspec.Meta(ge=_NARROWEST, le=_WIDEST)], "In pixels."),
)


@attrs.frozen(kw_only=True)
class RecordedAnswer:
    """Recorded spans."""

    spans: tuple[Interval, ...]


@attrs.frozen(kw_only=True)
class ClockAnswer:
    """How far a recorder's clock is off, in seconds."""

    offset: float
    uncertainty: float
    measured_at: datetime


@attrs.frozen(kw_only=True)
class VideoResources:
    """Handlers of the operations on pictures."""

    _recorders: Recorders
    _parts: Parts
    _stills: Stills
    _guard: Guard
    _kept: Kept

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view = Permission.CAMERAS_VIEW
        return (
            Operation(
                "GET", "recorded/{camera:path}", view, "Recorded spans.", self.recorded, parameters=_WHILE
            ),
            Operation(
                "GET",
                "clocks/{camera:path}",
                view,
                "How far a recorder's clock is off; with `believed=1` as last measured.",
                self.clock,
                parameters=(Parameter("believed", Literal["1"]),),
            ),
            Operation(
                "GET",
                "video/{camera:path}",
                view,
                "Recorded video, fragmented MP4.",
                self.video,
                parameters=_PART,
            ),
            Operation(
                "GET", "stills/{camera:path}", view, "Key picture as JPEG.", self.still, parameters=_STILL
            ),
        )

    async def recorded(self, call: Call) -> RecordedAnswer:
        spans = await self._recorders.recorded(self._camera(call), _interval(call))
        return RecordedAnswer(spans=spans)

    async def clock(self, call: Call) -> ClockAnswer:
        measured = await self._recorders.clock_offset(
            self._camera(call), now=call.query.get("believed") != "1"
        )
        return ClockAnswer(
            offset=measured.offset.total_seconds(),
            uncertainty=measured.uncertainty.total_seconds(),
            measured_at=measured.measured_at,
        )

    async def video(self, call: Call) -> Annotated[Response, Media("video/mp4", or_nothing=True)]:
        camera, interval = self._camera(call), _interval(call)
        flags = {name: call.query.get(name) == "1" for name in _FLAGS}
        longest = MAXIMUM_INTRA if flags["intra"] else MAXIMUM_LENGTH
        if interval.length > longest:
            raise InvalidInput(f"At most {longest.seconds} s of video are given at once.")
        wanted = Wanted(camera=camera, interval=interval, **flags)
        try:
            return _PartResponse(await while_wanted(call.request, self._parts.open(wanted)))
        except NoVideo:
            # For a player a gap is no error: it goes on with the next part.
            return Response(status_code=HTTPStatus.NO_CONTENT)

    async def still(self, call: Call) -> Annotated[Response, Media("image/jpeg", or_nothing=True)]:
        camera, at = self._camera(call), call.instant("at")
        width = whole_number(call.query["width"], "width") if "width" in call.query else None
        if width is not None and not _NARROWEST <= width <= _WIDEST:
            raise InvalidInput(f"“width” must be from {_NARROWEST} to {_WIDEST} pixels.")
        key = f"still {camera} {at.isoformat()} {width}"
        picture = await self._kept.get(key)
        if picture is None:
            try:
                picture = await self._stills.at(camera, Interval(at, at + timedelta(seconds=1)), width=width)
            except NoVideo:
                # As for video: whoever shows several says where there is none.
                return Response(status_code=HTTPStatus.NO_CONTENT)
            await self._kept.put(key, picture)
        return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    def _camera(self, call: Call) -> CameraId:
        camera = CameraId(call.path["camera"])
        self._guard.require(call.actor, Permission.CAMERAS_VIEW, (camera,))
        return camera


def _interval(call: Call) -> Interval:
    return Interval(call.instant("start"), call.instant("end"))


class _PartResponse(StreamingResponse):
    """A part as it comes; it is closed however the response ends, also before its first byte."""

    def __init__(self, part: Part) -> None:
        facts = part.facts
        headers = {
            "Video-Start": facts.start,
            "Video-Codec": facts.codec,
            **({"Video-Sound": "1"} if facts.hears else {}),
            **({"Video-Recoded-From": facts.recoded_from} if facts.recoded_from else {}),
            "Cache-Control": "no-store",
        }
        super().__init__(part.fragments, media_type="video/mp4", headers=headers)
        self._part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._part.close()
