"""Coded pictures and sound to fragmented MP4 (ISO/IEC 14496-12), byte by byte as they came.

libavformat writes the head; the fragments are written here, because a file then needs one pass and one copy
of its bytes, and times are those of the recorder to the tick.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from incident_plugin.adapters.media.head import head
from incident_plugin.adapters.media.timeline import CLOCK_RATE, SoundLine, Timeline
from incident_plugin.domain.fragmented import Piece, decoding_times, mdat, moof
from incident_plugin.domain.media import AccessUnit, SoundTrack, SoundUnit, VideoTrack

_LENGTH = struct.Struct(">I").pack
#: Bytes after which a fragment ends in any case.
_LARGEST = 8 << 20


class Fragments:
    """One film in the making: a fragment for each group of pictures, with the sound that is heard meanwhile.

    ``longest`` (1/90000 s) ends fragments within a group, where no picture is shown before one that was
    decoded earlier.
    """

    def __init__(
        self,
        track: VideoTrack,
        first: AccessUnit,
        sound: SoundTrack | None = None,
        *,
        longest: int | None = None,
    ) -> None:
        self.head = head(track, first, sound)
        self.timeline = Timeline(track.reordering)
        self._reordering = track.reordering
        self._longest = longest
        self._line = SoundLine(sound, first.time) if sound else None
        self._rate = sound.rate if sound else 1
        self._number = 0
        self._decoded = -1
        #: Pictures of the fragment that is begun, and their NAL units.
        self._pieces: list[Piece] = []
        self._nals: list[tuple[bytes, ...]] = []
        self._sound: list[tuple[Piece, bytes, int]] = []
        self._size = 0
        self._parted: _Parted | None = None

    def add(self, units: Sequence[AccessUnit | SoundUnit]) -> list[bytes]:
        """Take pictures and sound; give the fragments that are complete now."""
        done: list[bytes] = []
        for unit in units:
            if isinstance(unit, SoundUnit):
                done += self._hear(unit)
                continue
            shown, nals = self.timeline.place(unit), unit.nals
            if self._pieces:
                if unit.key:
                    done += self._end(len(self._pieces), shown)
                elif self._is_long(shown) and (count := self._divisible(shown)):
                    following = self._pieces[count].time if count < len(self._pieces) else shown
                    done += self._end(count, following)
            size = sum(map(len, nals)) + 4 * len(nals)
            self._pieces.append(Piece(shown, size, unit.key))
            self._nals.append(nals)
            self._size += size
        return done

    def finish(self) -> list[bytes]:
        """Give what is left."""
        done = self._released()
        if self._pieces:
            end = max(piece.time for piece in self._pieces) + self.timeline.last_duration
            self._parted = self._part(len(self._pieces), end, last=True)
            done += self._released(last=True)
        return done

    def _hear(self, unit: SoundUnit) -> list[bytes]:
        """Take sound; give the fragment that waited for it."""
        place = self._line.place(unit) if self._line else None
        if self._line is None or place is None:
            return []
        self._sound.append((Piece(place, len(unit.data)), unit.data, self._line.end))
        caught_up = self._parted is not None and self._is_heard_from(place, self._parted.following)
        return self._released() if caught_up else []

    def _is_heard_from(self, place: int, shown: int) -> bool:
        """Whether sound belongs to pictures from here on."""
        return place * CLOCK_RATE >= shown * self._rate

    def _is_long(self, shown: int) -> bool:
        if self._size > _LARGEST:
            return True
        return self._longest is not None and shown - self._pieces[0].time >= self._longest

    def _divisible(self, shown: int) -> int:
        """Give how many pictures can end a fragment now: those that none of the others is shown before."""
        times = [piece.time for piece in self._pieces]
        earliest = shown
        for count in range(len(times), 0, -1):
            if max(times[:count]) < earliest:
                return count
            earliest = min(earliest, times[count - 1])
        return 0

    def _end(self, count: int, following: int) -> list[bytes]:
        """End a fragment with the first so many pictures; it waits for the sound of its time, if any.

        It waits no longer than until the next one ends: sound may have stopped.
        """
        done = self._released()
        self._parted = self._part(count, following)
        return done if self._line else done + self._released()

    def _part(self, count: int, following: int, *, last: bool = False) -> _Parted:
        """Part pictures from those that follow; ``following`` is when the first of these is shown."""
        pieces, self._pieces = self._pieces[:count], self._pieces[count:]
        nals, self._nals = self._nals[:count], self._nals[count:]
        size = sum(piece.size for piece in pieces)
        self._size -= size
        decoded = decoding_times([piece.time for piece in pieces], self._decoded)
        self._decoded = decoded[-1]
        end = following
        if self._reordering and not last:
            # Pictures before the next key picture may yet follow it: when it is decoded is not known here.
            end = min(following, decoded[-1] + self.timeline.last_duration)
        data = [part for nal in chain.from_iterable(nals) for part in (_LENGTH(len(nal)), nal)]
        return _Parted(pieces, decoded, end, following, data, size)

    def _released(self, *, last: bool = False) -> list[bytes]:
        """Write the fragment that waits, with the sound that is heard before what follows; last with all."""
        parted, self._parted = self._parted, None
        if parted is None:
            return []
        count = len(self._sound)
        if not last:
            places = (one.time for one, _, _ in self._sound)
            count = next(
                (n for n, at in enumerate(places) if self._is_heard_from(at, parted.following)), count
            )
        sound, self._sound = self._sound[:count], self._sound[count:]
        self._number += 1
        described = moof(
            self._number,
            parted.pieces,
            parted.decoded,
            parted.end,
            sound=[piece for piece, _, _ in sound],
            heard_until=sound[-1][2] if sound else 0,
        )
        size = parted.size + sum(piece.size for piece, _, _ in sound)
        return [b"".join((described, mdat(size), *parted.data, *(heard for _, heard, _ in sound)))]


class _Parted(NamedTuple):
    """A fragment whose pictures are all there."""

    pieces: list[Piece]
    decoded: list[int]
    #: When the next picture is decoded, as far as is known, and when it is shown.
    end: int
    following: int
    data: list[bytes]
    size: int
