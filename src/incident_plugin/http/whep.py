"""Live pictures as WHEP describes them (draft-ietf-wish-whep, with the rules of WHIP, RFC 9725).

STUN and TURN servers, where the site has any, are named in ``Link`` headers (RFC 9725 section 4.6).
"""

from __future__ import annotations

from http import HTTPStatus
from math import inf
from typing import Annotated

import attrs
import msgspec
from starlette.responses import Response

from incident_plugin.application.live.ice_servers import IceServers
from incident_plugin.application.live.sessions import LiveSessions
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import UnusableOffer
from incident_plugin.domain.ice import IceServer
from incident_plugin.domain.media import CameraId
from incident_plugin.http.operations import Call, Media, Operation, Parameter
from incident_plugin.http.problems import problem

_SDP, _FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
#: Wider than any screen, in pixels.
_WIDEST = 100_000
_REFUSED = "Cannot perform this action. Try again later."
_OPENED = (
    Parameter("width", Annotated[int, msgspec.Meta(ge=1, le=_WIDEST)], "How wide it is shown, in pixels."),
)
_OF_SESSION = (Parameter("If-Match", told="The session's ETag.", required=True, place="header"),)


@attrs.frozen(kw_only=True)
class IceServersAnswer:
    """STUN and TURN servers for live pictures."""

    ice_servers: tuple[IceServer, ...]


@attrs.frozen(kw_only=True)
class WhepResources:
    """Handlers of these operations."""

    _live: LiveSessions
    _ice: IceServers

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view, one = Permission.CAMERAS_VIEW, "live/sessions/{id}"
        return (
            Operation(
                "GET", "live/ice-servers", view, "STUN and TURN servers for live pictures.", self.ice_servers
            ),
            Operation("DELETE", one, view, "End a live session (WHEP).", self.close),
            Operation(
                "PATCH",
                one,
                view,
                "Tell ICE candidates of a live session (WHEP).",
                self.trickle,
                status=HTTPStatus.NO_CONTENT,
                parameters=_OF_SESSION,
                refusals=(
                    HTTPStatus.PRECONDITION_FAILED,
                    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                    HTTPStatus.PRECONDITION_REQUIRED,
                ),
            ),
            Operation(
                "OPTIONS",
                one,
                view,
                "What can be asked of a live session (WHEP).",
                self.session_options,
                status=HTTPStatus.NO_CONTENT,
            ),
            Operation(
                "POST",
                "live/{camera:path}",
                view,
                "Open a live session (WHEP).",
                self.open,
                status=HTTPStatus.CREATED,
                parameters=_OPENED,
                refusals=(HTTPStatus.UNSUPPORTED_MEDIA_TYPE,),
            ),
            Operation(
                "OPTIONS",
                "live/{camera:path}",
                view,
                "What can be posted (WHEP).",
                self.options,
                status=HTTPStatus.NO_CONTENT,
            ),
        )

    async def ice_servers(self, call: Call) -> IceServersAnswer:
        return IceServersAnswer(ice_servers=self._ice.for_viewer(call.actor))

    async def open(self, call: Call, body: Annotated[bytes, Media(_SDP)]) -> Annotated[Response, Media(_SDP)]:
        if _content_type(call) != _SDP:
            return _unsupported(_SDP, {"Accept-Post": _SDP})
        offer = body.decode("utf-8", "replace")
        camera = CameraId(call.path["camera"])
        session = await self._live.open(call.actor, camera, offer, width=_width(call))
        response = Response(
            session.answer,
            status_code=HTTPStatus.CREATED,
            media_type=_SDP,
            headers={
                "Location": f"{call.request.scope.get('root_path', '')}/live/sessions/{session.id}",
                "ETag": f'"{self._live.tag(call.actor, session.id)}"',
                "Accept-Patch": _FRAGMENT,
                "Cache-Control": "no-store",
            },
        )
        return self._naming_servers(call, response)

    async def options(self, call: Call) -> Annotated[Response, Media()]:
        self._live.see(call.actor, CameraId(call.path["camera"]))
        headers = {"Allow": "OPTIONS, POST", "Accept-Post": _SDP}
        return self._naming_servers(call, Response(status_code=HTTPStatus.NO_CONTENT, headers=headers))

    def _naming_servers(self, call: Call, response: Response) -> Response:
        for server in self._ice.for_viewer(call.actor):
            for url in server.urls:
                response.headers.append("Link", _link(url, server))
        return response

    async def session_options(self, call: Call) -> Annotated[Response, Media()]:
        del call
        headers = {"Allow": "DELETE, OPTIONS, PATCH", "Accept-Patch": _FRAGMENT}
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=headers)

    async def trickle(
        self, call: Call, body: Annotated[bytes, Media(_FRAGMENT)]
    ) -> Annotated[Response, Media()]:
        """RFC 9725 section 4.3: 428 without If-Match, 412 for another ICE session, 422 for a restart."""
        session = call.path["id"]
        tag = f'"{self._live.tag(call.actor, session)}"'
        if _content_type(call) != _FRAGMENT:
            return _unsupported(_FRAGMENT, {"Accept-Patch": _FRAGMENT})
        named = call.request.headers.get("if-match")
        if named is None:
            detail = "Candidates are taken with If-Match and the ETag of the session. The picture goes on."
            return problem(HTTPStatus.PRECONDITION_REQUIRED, _REFUSED, detail, "incident.http-428")
        if named.strip() != "*" and tag not in [one.strip() for one in named.split(",")]:
            detail = "These candidates are of another connection of this session. The picture goes on."
            return problem(HTTPStatus.PRECONDITION_FAILED, _REFUSED, detail, "incident.http-412")
        self._live.trickle(call.actor, session, body.decode("utf-8", "replace"))
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"ETag": tag})

    async def close(self, call: Call) -> Annotated[Response, Media()]:
        await self._live.close(call.actor, call.path["id"])
        return Response(status_code=HTTPStatus.OK)


def _content_type(call: Call) -> str:
    return call.request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _link(url: str, server: IceServer) -> str:
    """RFC 9725 section 4.6."""
    signing_in = {"username": server.username, "credential": server.credential} if server.username else {}
    quoted = "".join(
        f'; {name}="{value.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"'
        for name, value in {"rel": "ice-server", **signing_in}.items()
    )
    return f"<{url}>{quoted}" + ('; credential-type="password"' if signing_in else "")


def _unsupported(wanted: str, headers: dict[str, str]) -> Response:
    refused = problem(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _REFUSED,
        f"This is asked for as {wanted}. Nothing was opened or changed.",
        "incident.http-415",
    )
    refused.headers.update(headers)
    return refused


def _width(call: Call) -> float:
    """Give how wide the picture is shown, in pixels; players that do not say get the largest."""
    text = call.query.get("width")
    if text is None:
        return inf
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and 1 <= int(text) <= _WIDEST):  # noqa: PLR2004
        raise UnusableOffer(f"“width” must be a whole number of pixels, 1 to {_WIDEST}.")
    return float(text)
