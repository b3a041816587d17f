"""The HTTP side of the web services: an ASGI application that answers SOAP requests."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

from attrs import frozen
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from demo_recorder.soap.envelope import MAX_BODY_BYTES, Envelope, fault_message, read_envelope, serialised
from demo_recorder.soap.faults import Fault, device_failed, not_supported, not_well_formed
from demo_recorder.soap.service import Call, Service
from demo_recorder.soap.sign_in import Gate
from demo_recorder.soap.wsdl import Contract, read_contract
from demo_recorder.timebase import Clock

Post = Callable[[Request], Awaitable[Response]]

_LOG = logging.getLogger(__name__)

_ROOT = "/onvif/"
_MEDIA_TYPE = "application/soap+xml; charset=utf-8"
_AUTHORITY = re.compile(r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


@frozen(kw_only=True)
class Endpoint:
    """One web service at its address."""

    service: Service
    contract: Contract
    gate: Gate
    clock: Clock
    #: Scheme and port of the streams.
    rtsp_at: tuple[str, int]

    async def post(self, request: Request) -> Response:
        """Answer a request, by a response or a fault."""
        try:
            envelope = read_envelope(await read_body(request))
            return reply(200, serialised(self._answer(envelope, request)))
        except Fault as fault:
            return refusal(fault)
        except Exception:  # noqa: BLE001 - a client is told of our faults in its own language
            _LOG.exception("A request to %s could not be answered", self.service.path)
            return refusal(device_failed())

    def _answer(self, envelope: Envelope, request: Request) -> object:
        operation = self.contract.operation(envelope.action)
        if operation is None or operation.name not in self.service.open_to_all:
            self.gate.check(request, envelope.header)
        if operation is None or operation.name not in self.service.handlers:
            raise not_supported(f"{envelope.action.localname} is not offered by {self.service.path}")
        base, host = where(request)
        call = Call(
            element=envelope.payload,
            arguments=operation.arguments(envelope),
            http_base=base,
            rtsp_base=f"{self.rtsp_at[0]}://{host}:{self.rtsp_at[1]}",
            now=self.clock(),
        )
        return operation.response(self.service.handlers[operation.name](call))


def soap_application(
    services: Sequence[Service],
    *,
    gate: Gate,
    clock: Clock,
    rtsp_at: tuple[str, int],
    more: Mapping[str, Post] | None = None,
) -> Starlette:
    """The application that serves all web services; reading their contracts takes some tenths of a second.

    ``more`` are services that answer by themselves, by their paths.
    """
    endpoints = (
        Endpoint(
            service=service,
            contract=read_contract(service.wsdl, service.namespace),
            gate=gate,
            clock=clock,
            rtsp_at=rtsp_at,
        )
        for service in services
    )
    posts: dict[str, Post] = {end.service.path: end.post for end in endpoints}
    posts |= more or {}
    return Starlette(routes=[Route(_ROOT + path, post, methods=["POST"]) for path, post in posts.items()])


def where(request: Request) -> tuple[str, str]:
    """Where the client finds the web services, and by which host; raises Fault."""
    match = _AUTHORITY.fullmatch(request.headers.get("host", ""))
    if match is None:
        raise not_well_formed("the HTTP request names no host")
    return f"{request.url.scheme}://{match[0]}{_ROOT}", match["host"]


async def read_body(request: Request) -> bytes:
    """The body of a request; raises Fault when it is too long."""
    parts = bytearray()
    try:
        async for part in request.stream():
            parts += part
            if len(parts) > MAX_BODY_BYTES:
                raise not_well_formed(f"the request is longer than {MAX_BODY_BYTES} bytes")
    except ClientDisconnect as gone:
        raise not_well_formed("the client left in the middle of its request") from gone
    return bytes(parts)


def refusal(fault: Fault) -> Response:
    """The answer to a request that is refused."""
    answer = reply(fault.status, fault_message(fault))
    if fault.challenge:
        answer.headers["WWW-Authenticate"] = fault.challenge
    return answer


def reply(status: int, message: bytes) -> Response:
    """An answer, with its length where every client finds it: some look for capital letters."""
    answer = Response(message, status_code=status, headers={"Content-Type": _MEDIA_TYPE})
    answer.raw_headers = [(name.title(), value) for name, value in answer.raw_headers]
    return answer
