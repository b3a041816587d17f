"""Fragmented MP4 for players (ISO/IEC 14496-12, W3C MSE byte streams): small fragments, as pictures come.

libavformat writes the head; the fragments are written here, for a player waits for the first of them: it ends
with the picture that was sought, and no fragment waits for the end of its group of pictures.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from incident_plugin.adapters.media.head import playing_head
from incident_plugin.adapters.media.sound import PlayableSound, Sample
from incident_plugin.domain.media import AccessUnit, SoundTrack, SoundUnit, VideoTrack

_LENGTH = struct.Struct(">I").pack
_SAMPLE = struct.Struct(">IIIi").pack
_RATE = 90_000
_VIDEO, _SOUND = 1, 2
#: A fragment ends after so much time, in 1/90000 s, once the sought picture was given.
_SHORT = _RATE // 2
#: Bytes of pictures after which a fragment ends as soon as it can.
_LARGE = 2 << 20
#: A step this many times longer than the one before, and at least a second, is a gap.
_GAP = 10
#: Assumed length of a picture before there is a second one: 1/25 s.
_SINGLE = _RATE // 25
#: Seconds of silence behind the last picture. The next part has the sound of this time, and replaces it.
_TAIL = 0.5
#: sample_depends_on = 2 (on nothing) for key pictures; otherwise 1, and not a sync sample.
_KEY, _OTHER = 0x02000000, 0x01010000


class _Picture(NamedTuple):
    #: In 1/90000 s from the first picture.
    pts: int
    unit: AccessUnit
    size: int


class PlayingStream:
    """One stream for a player; its time line begins with the first picture at 0.

    Pictures come in decoding order. A fragment is cut where every picture before is also shown before, so
    that pictures which refer forwards (B pictures) stay whole in order and time.
    """

    def __init__(
        self,
        track: VideoTrack,
        first: AccessUnit,
        *,
        sought: datetime | None = None,
        sound: SoundTrack | None = None,
        tail: bool = False,
    ) -> None:
        self._first = first
        self._tail = _TAIL if tail else 0.0
        self._sought = sought
        self._sound = PlayableSound.of(sound, first.time) if sound else None
        self._pending: list[_Picture] = []
        self._size = 0
        self._highest = -1
        #: How long a picture is shown, as far as that is known.
        self._usual: int | None = None
        self._number = 0
        #: What a browser must know before the first fragment.
        self.head = playing_head(track, first, self._sound)

    def add(self, unit: AccessUnit | SoundUnit) -> bytes:
        """Take the next unit; give the fragment that is complete now, or nothing."""
        if isinstance(unit, SoundUnit):
            if self._sound is not None:
                self._sound.add(unit)
            return b""
        pts = unit.pts - self._first.pts
        due = pts > self._highest and self._is_due(unit, pts)
        done = self._fragment(pts) if due else b""
        size = sum(map(len, unit.nals)) + 4 * len(unit.nals)
        self._pending.append(_Picture(pts, unit, size))
        self._size += size
        self._highest = max(self._highest, pts)
        return done

    def finish(self) -> bytes:
        """Give the last fragment."""
        return self._fragment(None)

    def _is_due(self, unit: AccessUnit, pts: int) -> bool:
        if not self._pending:
            return False
        if self._sought is not None and unit.time > self._sought:
            self._sought = None
            return True
        if self._is_gap(pts - self._highest):
            return True
        waits = self._sought is not None
        return not waits and (unit.key or pts - self._pending[0].pts >= _SHORT or self._size > _LARGE)

    def _is_gap(self, step: int) -> bool:
        return self._usual is not None and step > max(_GAP * self._usual, _RATE)

    def _fragment(self, following: int | None) -> bytes:
        """Write what is pending; ``following`` is where the next picture is, if there is one."""
        pending, self._pending, self._size = self._pending, [], 0
        if not pending:
            return b""
        self._number += 1
        shown = sorted(p.pts for p in pending)
        lengths = self._lengths(shown, following, ends=pending[-1].unit.gap_follows)
        samples = b"".join(
            _SAMPLE(length, p.size, _KEY if p.unit.key else _OTHER, p.pts - decoded)
            for p, decoded, length in zip(pending, shown, lengths, strict=True)
        )
        runs = [_Run(_VIDEO, shown[0], samples)]
        data = [part for p in pending for nal in p.unit.nals for part in (_LENGTH(len(nal)), nal)]
        shown_until = (shown[-1] + lengths[-1]) / _RATE
        sound = self._heard_until(shown_until, last=following is None)
        if sound:
            runs.append(_Run(_SOUND, sound[0].at, b"".join(_sound_sample(one) for one in sound)))
            data += [one.data for one in sound]
        return _moof(self._number, runs, sum(p.size for p in pending)) + _mdat(data)

    def _heard_until(self, seconds: float, *, last: bool) -> Sequence[Sample]:
        """Give the sound of a fragment: whole with the picture that was sought, and beyond the last one."""
        if self._sound is None:
            return ()
        return self._sound.before(seconds, whole=last or self._number == 1, beyond=self._tail if last else 0)

    def _lengths(self, shown: Sequence[int], following: int | None, *, ends: bool) -> list[int]:
        """Say how long each picture is shown: up to the next one, but not through a gap."""
        steps = [max(1, later - earlier) for earlier, later in pairwise(shown)]
        last = max(1, following - shown[-1]) if following is not None and not ends else None
        if last is not None and self._usual is None and not steps:
            self._usual = last
        if steps:
            self._usual = steps[-1]
        if last is None or self._is_gap(last):
            last = self._usual or _SINGLE
        return [*steps, last]


class _Run(NamedTuple):
    track: int
    #: Decode time of the first sample, in the track's time scale.
    at: int
    samples: bytes


def _sound_sample(one: Sample) -> bytes:
    return _SAMPLE(one.length, len(one.data), _KEY, 0)


def _moof(number: int, runs: Sequence[_Run], video_size: int) -> bytes:
    """Write the head of a fragment; the data of its second run lies behind that of the first."""
    size = 8 + 16 + sum(8 + 16 + 20 + 20 + len(run.samples) for run in runs)
    boxes = [struct.pack(">I4s", size, b"moof"), struct.pack(">I4sII", 16, b"mfhd", 0, number)]
    offset = size + 8
    for run in runs:
        count = len(run.samples) // 16
        boxes += [
            struct.pack(">I4s", 8 + 16 + 20 + 20 + len(run.samples), b"traf"),
            struct.pack(">I4sII", 16, b"tfhd", 0x020000, run.track),
            struct.pack(">I4sIQ", 20, b"tfdt", 0x01000000, run.at),
            # Version 1: composition offsets have a sign.
            struct.pack(">I4sIIi", 20 + len(run.samples), b"trun", 0x01000F01, count, offset),
            run.samples,
        ]
        offset += video_size
    return b"".join(boxes)


def _mdat(data: list[bytes]) -> bytes:
    return b"".join((struct.pack(">I4s", 8 + sum(map(len, data)), b"mdat"), *data))
