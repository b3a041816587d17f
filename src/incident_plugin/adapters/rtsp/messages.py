"""RTSP requests and responses as values (RFC 2326 sections 4 to 7)."""

from __future__ import annotations

import re

import attrs

from incident_plugin.adapters.rtsp.errors import BrokenProtocol

#: Longest start line with headers, in bytes; real ones have a few hundred.
MAX_HEAD = 16 * 1024
#: Longest body, in bytes: bodies are session descriptions of a few kilobytes.
MAX_BODY = 256 * 1024

_STATUS_LINE = re.compile(r"RTSP/1\.\d (\d{3})(?: (.*))?")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


@attrs.frozen(kw_only=True)
class Response:
    """A response; several headers of one name are kept in order."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, by its lower-case name."""
        return tuple(value for key, value in self.headers if key == name)

    def header(self, name: str) -> str | None:
        """Give the first value of a header, by its lower-case name."""
        return next(iter(self.all(name)), None)

    @property
    def cseq(self) -> int | None:
        """Number of the request this answers, if it says so."""
        value = self.header("cseq") or ""
        return int(value) if value.isascii() and value.isdigit() else None


def encode_request(method: str, url: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """Give a request without a body as bytes.

    Raises ``BrokenProtocol`` when the URL or a value, which the recorder may have chosen, holds a control
    character: it could smuggle a second request.
    """
    if any(_UNSAFE.search(text) for text in (url, *(value for _, value in headers))) or " " in url:
        raise BrokenProtocol("an address given by the recorder holds a control character or a space")
    lines = [f"{method} {url} RTSP/1.0", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode()


def parse_head(head: bytes) -> Response | None:
    """Read a start line with headers; ``None`` for a request, which a client need not answer.

    Raises ``BrokenProtocol``.
    """
    first, *rest = head.decode("utf-8", errors="replace").split("\r\n")
    status = _STATUS_LINE.fullmatch(first)
    if status is None and not first.endswith(("RTSP/1.0", "RTSP/1.1")):
        raise BrokenProtocol(f"not an RTSP start line: {first[:80]!r}")
    headers: list[tuple[str, str]] = []
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon:
            raise BrokenProtocol(f"not an RTSP header: {line[:80]!r}")
        headers.append((name.strip().lower(), value.strip()))
    if status is None:
        return None
    return Response(status=int(status[1]), reason=status[2] or "", headers=tuple(headers))


def content_length(head: bytes) -> int:
    """Length of the body that follows a head, in bytes; raises ``BrokenProtocol``."""
    found = re.search(rb"(?im)^content-length[ \t]*:[ \t]*([^\r]*)", head)
    if found is None:
        return 0
    value = found[1].strip()
    if not value.isdigit() or len(value) > len(str(MAX_BODY)) or int(value) > MAX_BODY:
        raise BrokenProtocol("a message body is too long, or its length is no number")
    return int(value)
