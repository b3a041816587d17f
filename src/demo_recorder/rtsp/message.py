"""RTSP messages: what arrives on a connection, and what is answered (RFC 2326 sections 4 to 7)."""

import asyncio
import re
from collections.abc import Iterable
from http import HTTPStatus

from attrs import frozen

MAX_HEAD_BYTES = 16 << 10
MAX_BODY_BYTES = 16 << 10

_INTERLEAVED = b"$"
_HEAD_END = b"\r\n\r\n"
_REQUEST_LINE = re.compile(r"([A-Z_]{1,32}) (\S{1,2048}) RTSP/1\.0")

_REASONS = {
    406: "Not Acceptable",
    451: "Parameter Not Understood",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    457: "Invalid Range",
    459: "Aggregate Operation Not Allowed",
    461: "Unsupported Transport",
    551: "Option not supported",
}


class BadMessageError(Exception):
    """The peer sent something that is no RTSP message; nothing after it can be understood."""


@frozen
class Headers:
    """Header fields in order; names are compared without regard to case."""

    fields: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str | None:
        """The value of a field, or None."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)


@frozen(kw_only=True)
class Request:
    """A request of the client."""

    method: str
    uri: str
    headers: Headers

    @property
    def cseq(self) -> int:
        """The sequence number of the request; 0 when it is missing or no number."""
        value = self.headers.get("CSeq") or ""
        return int(value) if value.isascii() and value.isdigit() else 0


@frozen(kw_only=True)
class Response:
    """An answer; the server adds CSeq and Content-Length."""

    status: int = 200
    headers: Headers = Headers()
    body: bytes = b""

    def encoded(self, request: Request) -> bytes:
        """The bytes to send in answer to a request."""
        reason = _REASONS.get(self.status) or HTTPStatus(self.status).phrase
        fields = [("CSeq", str(request.cseq)), *self.headers.fields]
        if self.body:
            fields.append(("Content-Length", str(len(self.body))))
        lines = [f"RTSP/1.0 {self.status} {reason}", *(f"{name}: {value}" for name, value in fields)]
        return "\r\n".join(lines).encode("utf-8") + _HEAD_END + self.body


class RefusedError(Exception):
    """A request cannot be granted; carries the answer."""

    def __init__(self, status: int, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Refuse with a status and, where the standard asks for one, a header."""
        super().__init__(status)
        self.response = Response(status=status, headers=Headers(tuple(headers)))


async def read_request(reader: asyncio.StreamReader) -> Request:
    """The next request; binary data of the client (RTCP receiver reports) is skipped.

    Raises BadMessageError, and IncompleteReadError when the client closes the connection.
    """
    while True:
        first = await reader.readexactly(1)
        if first == _INTERLEAVED:
            head = await reader.readexactly(3)
            await reader.readexactly(int.from_bytes(head[1:], "big"))
        elif first not in b"\r\n":
            return await _read_from(first, reader)


async def _read_from(first: bytes, reader: asyncio.StreamReader) -> Request:
    try:
        head = first + await reader.readuntil(_HEAD_END)
    except asyncio.LimitOverrunError as error:
        raise BadMessageError(f"request head is longer than {MAX_HEAD_BYTES} bytes") from error
    try:
        request_line, *lines = head[: -len(_HEAD_END)].decode("utf-8").split("\r\n")
    except UnicodeDecodeError as error:
        raise BadMessageError("request head is not text") from error
    match = _REQUEST_LINE.fullmatch(request_line)
    if match is None:
        raise BadMessageError(f"not a request line: {request_line[:80]!r}")
    request = Request(method=match[1], uri=match[2], headers=Headers(tuple(map(_field, lines))))
    await _skip_body(request, reader)
    return request


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise BadMessageError(f"not a header field: {line[:80]!r}")
    return name.strip(), value.strip()


async def _skip_body(request: Request, reader: asyncio.StreamReader) -> None:
    """No request that is served here has a body of meaning (GET_PARAMETER keeps the session alive)."""
    length = request.headers.get("Content-Length")
    if length is None:
        return
    if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY_BYTES:
        raise BadMessageError(f"unacceptable Content-Length {length[:40]!r}")
    await reader.readexactly(int(length))
