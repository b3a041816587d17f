"""The HTTP side of the web services: an ASGI application that answers SOAP requests."""

import logging
import re
from collections.abc import Sequence

from attrs import frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo_recorder.soap.envelope import MAX_BODY_BYTES, Envelope, fault_message, read_envelope, serialised
from demo_recorder.soap.faults import Fault, device_failed, not_supported, not_well_formed
from demo_recorder.soap.security import TokenGuard
from demo_recorder.soap.service import Call, Service
from demo_recorder.soap.wsdl import Contract, read_contract
from demo_recorder.timebase import Clock

_LOG = logging.getLogger(__name__)

_ROOT = "/onvif/"
_MEDIA_TYPE = "application/soap+xml; charset=utf-8"
_AUTHORITY = re.compile(r"(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


@frozen(kw_only=True)
class Endpoint:
    """One web service at its address."""

    service: Service
    contract: Contract
    guard: TokenGuard
    clock: Clock
    rtsp_port: int

    async def post(self, request: Request) -> Response:
        """Answer a request, by a response or a fault."""
        try:
            envelope = read_envelope(await _body(request))
            return _reply(200, serialised(self._answer(envelope, request)))
        except Fault as fault:
            return _refusal(fault)
        except Exception:  # noqa: BLE001 - a client is told of our faults in its own language
            _LOG.exception("A request to %s could not be answered", self.service.path)
            return _refusal(device_failed())

    def _answer(self, envelope: Envelope, request: Request) -> object:
        operation = self.contract.operation(envelope.action)
        if operation is None or operation.name not in self.service.open_to_all:
            self.guard.check(envelope.header)
        if operation is None or operation.name not in self.service.handlers:
            raise not_supported(f"{envelope.action.localname} is not offered by {self.service.path}")
        match = _AUTHORITY.fullmatch(request.headers.get("host", ""))
        if match is None:
            raise not_well_formed("the HTTP request names no host")
        call = Call(
            element=envelope.payload,
            arguments=operation.arguments(envelope),
            http_base=f"http://{match[0]}{_ROOT}",
            rtsp_base=f"rtsp://{match['host']}:{self.rtsp_port}",
            now=self.clock(),
        )
        return operation.response(self.service.handlers[operation.name](call))


def soap_application(
    services: Sequence[Service], *, guard: TokenGuard, clock: Clock, rtsp_port: int
) -> Starlette:
    """The application that serves all web services; reading their contracts takes some tenths of a second."""
    endpoints = (
        Endpoint(
            service=service,
            contract=read_contract(service.wsdl, service.namespace),
            guard=guard,
            clock=clock,
            rtsp_port=rtsp_port,
        )
        for service in services
    )
    return Starlette(
        routes=[Route(_ROOT + end.service.path, end.post, methods=["POST"]) for end in endpoints]
    )


async def _body(request: Request) -> bytes:
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > MAX_BODY_BYTES:
            raise not_well_formed(f"the request is longer than {MAX_BODY_BYTES} bytes")
    return bytes(parts)


def _refusal(fault: Fault) -> Response:
    return _reply(fault.status, fault_message(fault))


def _reply(status: int, message: bytes) -> Response:
    return Response(message, status_code=status, headers={"Content-Type": _MEDIA_TYPE})
