"""The ASGI application: routes made from the operation table, each behind its permission."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import Denied, IncidentError
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.http.operations import MAXIMUM_BODY, Call, Operation
from incident_plugin.http.problems import problem, problem_of
from vms_hooks.values import PRINCIPAL_SCOPE_KEY, Principal

logger = logging.getLogger(__name__)

UI = Path(__file__).parent.parent / "ui"

_BODILESS = ("GET", "HEAD")


#: Hears who was denied what, and the permission that was missing.
Denials = Callable[[Actor, str, str], None]


def create_app(operations: Iterable[Operation], guard: Guard, denials: Denials) -> Starlette:
    """Build the application that a host mounts."""
    routes: list[BaseRoute] = [
        Route(f"/{operation.path}", _Endpoint(operation, guard, denials).answer, methods=[operation.method])
        for operation in operations
    ]
    routes.append(Mount("/ui", _Revalidated(directory=UI)))
    return Starlette(routes=routes, exception_handlers={HTTPException: _not_ours})


class _Revalidated(StaticFiles):
    """Files that a browser keeps but asks for again: no page mixes old modules with those of an upgrade."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


class _Endpoint:
    """One operation as an ASGI endpoint: who asks, may they, what do they ask, what is the answer."""

    def __init__(self, operation: Operation, guard: Guard, denials: Denials) -> None:
        self._operation = operation
        self._guard = guard
        self._denials = denials

    async def answer(self, request: Request) -> Response:
        principal = request.scope.get(PRINCIPAL_SCOPE_KEY)
        if not isinstance(principal, Principal):
            return problem(
                HTTPStatus.UNAUTHORIZED,
                "Permission denied.",
                "Nobody is signed in. Sign in and try again; what you entered is still in the page.",
                "incident.not-signed-in",
            )
        actor = Actor(
            person=Person(id=PersonId(principal.id), name=principal.name),
            roles=principal.roles,
            session=getattr(principal, "session", ""),
        )
        try:
            self._guard.require(actor, self._operation.permission)
            call = Call(
                actor=actor,
                path=request.path_params,
                query=self._operation.asked(request.query_params),
                body=await _body(request),
                request=request,
            )
            return await self._operation.answer(call)
        except IncidentError as error:
            if isinstance(error, Denied):
                path = request.url.path.removeprefix(request.scope.get("root_path", ""))
                what = f"{self._operation.method} {path}"
                await asyncio.to_thread(self._denials, actor, what[:200], self._operation.permission.value)
            keeps_server = self._guard.allows(actor, Permission.BACKUP_MANAGE)
            return problem_of(error, self._operation.failure, of_server=keeps_server)
        except HTTPException:
            raise
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except Exception:
            logger.exception("%s %s failed", self._operation.method, self._operation.path)
            return problem(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                self._operation.failure or "Cannot perform this action. Try again later.",
                "Something unexpected happened on the server; its log says what. What was saved is kept.",
                "incident.unexpected",
            )


async def _body(request: Request) -> bytes:
    """Read what was sent; with these methods a body means nothing (RFC 9110, 9.3)."""
    if request.method in _BODILESS:
        return b""
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > MAXIMUM_BODY:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(parts)


async def _not_ours(request: Request, error: Exception) -> Response:
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    return problem(
        status,
        "Cannot perform this action. Try again later.",
        f"{request.method} {request.url.path}: {status.phrase}. Nothing was changed.",
        f"incident.http-{status}",
    )
