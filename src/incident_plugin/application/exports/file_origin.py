"""What a video file says of its origin, behind its last fragment (ONVIF Export File Format).

``suep`` and ``cstb`` with the time of the first picture in UTC, and, where it is wanted, the seal over the
whole file.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

from incident_plugin.application.media_ports import FileFacts, FileSealer

_TRACK = 1
_MPEG_EPOCH, _WINDOWS_EPOCH = datetime(1904, 1, 1, tzinfo=UTC), datetime(1601, 1, 1, tzinfo=UTC)
_SCHEME, _SCHEME_VERSION = 0x6F656666, 0x00010000


class Digest(Protocol):
    """A SHA-256 in the making."""

    def update(self, data: bytes, /) -> None: ...

    def copy(self) -> Self: ...

    def digest(self) -> bytes: ...


def origin(digest: Digest, facts: FileFacts, begins: datetime, sealer: FileSealer | None) -> bytes:
    """Give what is written behind the last fragment; ``digest`` is that of all bytes before it."""
    meta, place = _meta(facts, begins, sealer)
    if sealer is None:
        return meta
    sealed = digest.copy()
    sealed.update(meta)
    signature = sealer.sign(sealed.digest())
    return meta[:place] + signature + meta[place + len(signature) :]


def _meta(facts: FileFacts, begins: datetime, sealer: FileSealer | None) -> tuple[bytes, int]:
    """Give the file-level ``meta`` box, with zeros for the signature, and where that goes."""
    exported = (facts.exported_at - _MPEG_EPOCH) // timedelta(seconds=1)
    source = struct.pack(">H", _TRACK) + b"".join(map(_text, (facts.camera_name, "", "", facts.line)))
    export = b"".join(map(_text, (facts.exporter, "", ""))) + struct.pack(">Q", exported)
    suep = _full(b"suep", export + _text(facts.operator) + struct.pack(">I", 1) + source, version=1)
    ticks = (begins - _WINDOWS_EPOCH) // timedelta(microseconds=1) * 10
    cstb = _box(b"cstb", struct.pack(">IIQ", 1, _TRACK, ticks))
    handler = _full(b"hdlr", struct.pack(">I4s12xx", 0, b"meta"))
    if sealer is None:
        return _full(b"meta", handler + suep + cstb), 0
    signature = _box(b"sibo", bytes(sealer.signature_size))
    scheme = _full(b"schm", struct.pack(">II", _SCHEME, _SCHEME_VERSION))
    information = _box(b"schi", signature + _box(b"cert", sealer.certificate) + cstb)
    protection = _full(b"ipro", struct.pack(">H", 1) + _box(b"sinf", scheme + information))
    meta = _full(b"meta", handler + suep + protection)
    return meta, meta.index(signature) + 8


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _full(kind: bytes, content: bytes, *, version: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24) + content)


def _text(text: str) -> bytes:
    return text.replace("\0", " ").encode("utf-8", "replace") + b"\0"
