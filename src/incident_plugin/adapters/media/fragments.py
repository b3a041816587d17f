"""A master as fragmented MP4 (ISO/IEC 14496-12): pictures as they came, hashed while they are written.

libavformat writes the head; the fragments are written here, because a file then needs one pass and one copy
of its bytes. Behind the last one lies what the ONVIF Export File Format tells of the origin: ``suep`` and
``cstb`` with the time of the first picture in UTC, and, where it is wanted, the seal over the whole file.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import IO

from incident_plugin.adapters.media.muxer import Fragmenter
from incident_plugin.adapters.media.timeline import Timeline
from incident_plugin.application.media_ports import FileFacts, FileSealer
from incident_plugin.domain.media import AccessUnit, VideoTrack

_LENGTH = struct.Struct(">I").pack
_SAMPLE = struct.Struct(">III").pack
_TRACK = 1
#: Bytes after which a fragment ends in any case.
_LARGEST_FRAGMENT = 8 << 20
#: sample_depends_on = 2 (on nothing) for key pictures; otherwise 1, and not a sync sample.
_KEY, _OTHER = 0x02000000, 0x01010000
_MPEG_EPOCH, _WINDOWS_EPOCH = datetime(1904, 1, 1, tzinfo=UTC), datetime(1601, 1, 1, tzinfo=UTC)
_SCHEME, _SCHEME_VERSION = 0x6F656666, 0x00010000


class FragmentedFile:
    """One file being written."""

    def __init__(self, file: IO[bytes], track: VideoTrack, first: AccessUnit) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0
        self.timeline = Timeline()
        self._number = 0
        self._pending: list[tuple[int, AccessUnit, int]] = []
        self._pending_size = 0
        self._first: AccessUnit = first
        self._put(Fragmenter(track, first).add([first]))

    def write(self, units: Sequence[AccessUnit]) -> None:
        """Append pictures."""
        for unit in units:
            pts, _ = self.timeline.place(unit)
            if self._pending and (unit.key or self._pending_size > _LARGEST_FRAGMENT):
                self._fragment(pts)
            size = sum(map(len, unit.nals)) + 4 * len(unit.nals)
            self._pending.append((pts, unit, size))
            self._pending_size += size

    def finish(self, facts: FileFacts | None, sealer: FileSealer | None) -> str:
        """Write the last fragment and the origin; give the SHA-256 of the file, in hexadecimal."""
        if self._pending:
            self._fragment(self._pending[-1][0] + self.timeline.last_duration)
        if facts is None:
            return self._digest.hexdigest()
        meta, place = _meta(facts, self._first.time, sealer)
        if sealer is not None:
            sealed = self._digest.copy()
            sealed.update(meta)
            signature = sealer.sign(sealed.digest())
            meta = meta[:place] + signature + meta[place + len(signature) :]
        self._put(meta)
        return self._digest.hexdigest()

    def _fragment(self, end: int) -> None:
        """Write what is pending; ``end`` is where the next picture begins."""
        pending = self._pending
        starts = [pts for pts, _, _ in pending]
        samples = b"".join(
            _SAMPLE(following - pts, size, _KEY if unit.key else _OTHER)
            for (pts, unit, size), following in zip(pending, [*starts[1:], end], strict=True)
        )
        self._number += 1
        count = len(pending)
        # The offset of the data counts from the beginning of the moof, whose size is known by then.
        moof_size = 8 + 16 + 8 + 16 + 20 + 20 + len(samples)
        moof = b"".join(
            (
                struct.pack(">I4s", moof_size, b"moof"),
                struct.pack(">I4sII", 16, b"mfhd", 0, self._number),
                struct.pack(">I4s", moof_size - 24, b"traf"),
                struct.pack(">I4sII", 16, b"tfhd", 0x020000, _TRACK),
                struct.pack(">I4sIQ", 20, b"tfdt", 0x01000000, starts[0]),
                struct.pack(">I4sIIi", 20 + len(samples), b"trun", 0x000701, count, moof_size + 8),
                samples,
            )
        )
        data = [part for _, unit, _ in pending for nal in unit.nals for part in (_LENGTH(len(nal)), nal)]
        self._put(b"".join((moof, struct.pack(">I4s", 8 + self._pending_size, b"mdat"), *data)))
        self._pending, self._pending_size = [], 0

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)
        self.size += len(data)


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
