"""Cuts the bytes of one RTSP connection into responses and interleaved packets (RFC 2326 section 10.12)."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from incident_plugin.adapters.rtsp.errors import BrokenProtocol
from incident_plugin.adapters.rtsp.messages import MAX_HEAD, Response, content_length, parse_head

_DOLLAR = 0x24
_PREFIX = 4
_LINE_ENDS = b"\r\n"
_HEAD_END = b"\r\n\r\n"

#: One interleaved binary packet: its channel and what it carries. Cameras send some thousands in a second.
Packet = tuple[int, bytes]


class Splitter:
    """Takes bytes as they come, in pieces of any size, and gives whole items.

    What is kept never exceeds one item: 64 KiB of packet, or the limits of ``messages``.
    """

    def __init__(self) -> None:
        self._kept = b""

    def feed(self, data: bytes, packets: list[Packet]) -> Iterator[Response]:
        """Append each packet that is complete now, and give each response; take all before feeding more.

        Raises ``BrokenProtocol``; what came before is appended and given.
        """
        data = self._kept + data if self._kept else data
        position, size = 0, len(data)
        while size - position >= _PREFIX:
            if data[position] == _DOLLAR:
                end = position + _PREFIX + (data[position + 2] << 8 | data[position + 3])
                if end > size:
                    break
                packets.append((data[position + 1], data[position + _PREFIX : end]))
                position = end
            elif data[position] in _LINE_ENDS:
                position += 1
            else:
                found = _message(data, position)
                if found is None:
                    break
                response, position = found
                if response is not None:
                    yield response
        self._kept = data[position:]


def _message(data: bytes, start: int) -> tuple[Response | None, int] | None:
    """Give the message that starts here (``None`` for a request) and where it ends; nothing if incomplete."""
    if not data[start : start + 1].isalpha():
        raise BrokenProtocol(f"neither a packet nor a message: {data[start : start + 16]!r}")
    head_end = data.find(_HEAD_END, start, start + MAX_HEAD)
    if head_end < 0:
        if len(data) - start >= MAX_HEAD:
            raise BrokenProtocol("a message head is too long")
        return None
    head = data[start:head_end]
    body_start = head_end + len(_HEAD_END)
    end = body_start + content_length(head)
    if end > len(data):
        return None
    response = parse_head(head)
    if response is not None:
        response = attrs.evolve(response, body=data[body_start:end])
    return response, end
