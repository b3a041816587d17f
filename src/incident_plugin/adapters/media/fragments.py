"""Coded pictures and sound to fragmented MP4 (ISO/IEC 14496-12), byte by byte as they came.

libavformat writes the head; the fragments are written here, because a file then needs one pass and one copy
of its bytes, and times are those of the recorder to the tick.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

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
        self._pictures: list[tuple[Piece, AccessUnit]] = []
        self._sound: list[tuple[Piece, bytes, int]] = []
        self._size = 0

    def add(self, units: Sequence[AccessUnit | SoundUnit]) -> list[bytes]:
        """Take pictures and sound; give the fragments that are complete now."""
        done: list[bytes] = []
        for unit in units:
            if isinstance(unit, SoundUnit):
                self._hear(unit)
                continue
            shown = self.timeline.place(unit)
            if unit.key and self._pictures:
                done.append(self._fragment(len(self._pictures), shown))
            elif self._is_long(shown) and (count := self._divisible(shown)):
                following = self._pictures[count][0].time if count < len(self._pictures) else shown
                done.append(self._fragment(count, following))
            size = sum(map(len, unit.nals)) + 4 * len(unit.nals)
            self._pictures.append((Piece(shown, size, unit.key), unit))
            self._size += size
        return done

    def finish(self) -> list[bytes]:
        """Give the last fragment."""
        if not self._pictures:
            return []
        end = max(piece.time for piece, _ in self._pictures) + self.timeline.last_duration
        return [self._fragment(len(self._pictures), end, last=True)]

    def _hear(self, unit: SoundUnit) -> None:
        place = self._line.place(unit) if self._line else None
        if self._line is not None and place is not None:
            self._sound.append((Piece(place, len(unit.data)), unit.data, self._line.end))

    def _is_long(self, shown: int) -> bool:
        if self._size > _LARGEST or not self._pictures:
            return bool(self._pictures)
        return self._longest is not None and shown - self._pictures[0][0].time >= self._longest

    def _divisible(self, shown: int) -> int:
        """Give how many pictures can end a fragment now: those that none of the others is shown before."""
        times = [piece.time for piece, _ in self._pictures]
        earliest = shown
        for count in range(len(times), 0, -1):
            if max(times[:count]) < earliest:
                return count
            earliest = min(earliest, times[count - 1])
        return 0

    def _fragment(self, count: int, following: int, *, last: bool = False) -> bytes:
        """Write the first so many pictures; ``following`` is when the one after them is shown."""
        taken, self._pictures = self._pictures[:count], self._pictures[count:]
        pieces = [piece for piece, _ in taken]
        size = sum(piece.size for piece in pieces)
        self._size -= size
        decoded = decoding_times([piece.time for piece in pieces], self._decoded)
        self._decoded = decoded[-1]
        sound = self._heard_before(following, last=last)
        self._number += 1
        end = following
        if self._reordering and not last:
            # Pictures before the next key picture may yet follow it: when it is decoded is not known here.
            end = min(following, decoded[-1] + self.timeline.last_duration)
        until = sound[-1][2] if sound else 0
        data = [part for _, unit in taken for nal in unit.nals for part in (_LENGTH(len(nal)), nal)]
        data += [heard for _, heard, _ in sound]
        size += sum(len(heard) for _, heard, _ in sound)
        described = moof(
            self._number, pieces, decoded, end, sound=[piece for piece, _, _ in sound], heard_until=until
        )
        return b"".join((described, mdat(size), *data))

    def _heard_before(self, end: int, *, last: bool) -> list[tuple[Piece, bytes, int]]:
        """Take the sound that is heard before a place of the pictures; after the last picture all of it."""
        count = next(
            (n for n, (one, _, _) in enumerate(self._sound) if one.time * CLOCK_RATE >= end * self._rate),
            len(self._sound),
        )
        count = len(self._sound) if last else count
        taken, self._sound = self._sound[:count], self._sound[count:]
        return taken
