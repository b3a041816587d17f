"""Cutting a film of the vault: whole fragments are copied, with new times and numbers, hashed meanwhile.

A fragment is written anew, without what is not wanted, only where the part begins or ends within it, and
where sound is left out.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from incident_plugin.adapters.side_thread import SideThread
from incident_plugin.adapters.vault.boxes import Fragment, Movie, Sample, head_without, read
from incident_plugin.application.exports.file_origin import origin
from incident_plugin.application.media_ports import CutVideo, MasterOrder, WrittenVideo
from incident_plugin.domain.errors import NoVideo, StoreUnavailable
from incident_plugin.domain.fragmented import Piece, decoding_times, mdat, moof
from incident_plugin.domain.time import Interval


def cut(source: Path, begins: datetime, order: MasterOrder) -> CutVideo:
    """Write the part of a film that is ordered, from the key picture at or before its start.

    It ends with the first picture at or after the interval's end, and those that are decoded with it.
    ``begins`` is when the film's first picture was taken. Raises ``NoVideo``, ``StoreUnavailable``.
    """
    target = order.target
    partial = target.with_name(target.name + ".partial")
    try:
        with (
            source.open("rb", buffering=0) as file,
            mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped,
            memoryview(mapped) as data,
            partial.open("wb", buffering=0) as out,
        ):
            part = _Part(read(data), begins, order)
            digest = hashlib.sha256()
            with SideThread(digest.update) as hashing:
                copy = _Copy(file.fileno(), out, hashing)
                part.write(copy)
                if order.facts is not None:
                    hashing.finish()
                    copy.put(origin(digest, order.facts, part.starts, order.sealer))
                os.fsync(out.fileno())
            done = part.told(copy.size, digest.hexdigest())
        partial.replace(target)
    except OSError as error:
        raise StoreUnavailable(
            f"{target.name} cannot be cut from the vault: {error.strerror or error}. The vault is as it was."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return done


class _Copy:
    """A file being written from parts of another one, hashed meanwhile."""

    def __init__(self, source: int, out: BinaryIO, hashing: SideThread) -> None:
        self._source, self._out, self._hashing = source, out, hashing
        self.size = 0

    def put(self, data: bytes | bytearray) -> None:
        """Write bytes."""
        self._hashing.take_also(data)
        self._write(memoryview(data))

    def take(self, start: int, end: int) -> None:
        """Copy a part of the source. It is not read through its map: faults of pages cost more than reads."""
        while start < end:
            buffer = self._hashing.buffer()
            count = os.preadv(self._source, [buffer[: end - start]], start)
            if not count:
                raise StoreUnavailable("A file of the vault became shorter while it was read.")
            self._hashing.take(buffer[:count])
            self._write(buffer[:count])
            start += count

    def _write(self, left: memoryview) -> None:
        """Write all of it: a disk that becomes full takes some and says so at the next."""
        self.size += len(left)
        while left:
            left = left[self._out.write(left) :]


class _Part:
    """The pictures of an interval, and the sound if that is ordered."""

    def __init__(self, movie: Movie, begins: datetime, order: MasterOrder) -> None:
        self._movie, self._begins = movie, begins
        self._mute = movie.sound is not None and not order.sound
        start, end = (
            ((at - begins) / timedelta(seconds=1)) * movie.scale
            for at in (order.interval.start, order.interval.end)
        )
        self._fragments = movie.within(start, end)
        if not self._fragments or self._fragments[0].shown >= end:
            raise NoVideo("The vault has no picture of this time.")
        self._end = end
        #: When the first picture is shown: the zero of what is cut.
        self._base = self._fragments[0].shown
        self._number = 0
        self._shown: list[int] = []
        self._reached: int | None = None

    @property
    def starts(self) -> datetime:
        """When the first picture was taken."""
        return self._at(self._base)

    def write(self, copy: _Copy) -> None:
        """Write the head and what is wanted."""
        if self._mute:
            copy.put(head_without(self._movie, self._movie.heard))
        else:
            copy.take(0, self._movie.moov.end)
        for place, fragment in enumerate(self._fragments):
            following = self._fragments[place + 1 : place + 2]
            self._number += 1
            if place and not self._mute and following and following[0].shown < self._end:
                self._whole(fragment, copy)
            elif not self._divided(fragment, copy):
                return

    def told(self, size: int, sha256: str) -> CutVideo:
        """Say what was written."""
        times = sorted(self._shown)
        step = times[-1] - times[-2] if len(times) > 1 else self._movie.scale // 25
        end = times[-1] + min(step, self._movie.scale)
        return CutVideo(
            written=WrittenVideo(
                frames=len(times),
                size=size,
                delivered=Interval(self.starts, self._at(end)),
                sha256=sha256,
            ),
            times=tuple(map(self._at, times)),
            track=self._movie.track,
            sound=None if self._mute else self._movie.sound,
        )

    def _whole(self, fragment: Fragment, copy: _Copy) -> None:
        """Copy a fragment; where it stands in the file is all that changes."""
        described = bytearray(self._movie.data[fragment.start : fragment.data])
        struct.pack_into(">I", described, fragment.number_at - fragment.start, self._number)
        for part in fragment.parts:
            base = self._base if part.track == self._movie.pictures else self._heard_base
            at = part.time_at - fragment.start
            struct.pack_into(">Q" if part.wide else ">I", described, at, max(0, part.time - base))
        self._shown += self._movie.times(fragment)
        copy.put(described)
        copy.take(fragment.data, fragment.end)

    def _divided(self, fragment: Fragment, copy: _Copy) -> bool:
        """Write what is wanted of a fragment; say whether more may follow."""
        samples = list(self._wanted(self._movie.samples(fragment)))
        if not samples:
            return False
        self._shown += [sample.time for sample in samples]
        latest = self._heard_until(samples)
        sounds = () if self._mute else self._movie.sounds(fragment)
        heard = [s for s in sounds if self._heard_base <= s.time < latest]
        pictures = [Piece(s.time - self._base, s.size, s.key) for s in samples]
        sound = [Piece(s.time - self._heard_base, s.size) for s in heard]
        decoded = decoding_times([one.time for one in pictures], max(-1, samples[0].decoded - self._base - 1))
        until = heard[-1].until - self._heard_base if heard else 0
        end = decoded[-1] + samples[-1].until - samples[-1].decoded
        copy.put(moof(self._number, pictures, decoded, end, sound=sound, heard_until=until))
        copy.put(mdat(sum(one.size for one in (*samples, *heard))))
        for start, stop in _joined((*samples, *heard)):
            copy.take(start, stop)
        return self._reached is None

    def _wanted(self, samples: Iterator[Sample]) -> Iterator[Sample]:
        """Leave out pictures from before the first one, and those decoded after one that is later."""
        for sample in samples:
            if sample.time < self._base:
                continue
            if self._reached is not None and sample.time > self._reached:
                return
            if sample.time >= self._end and self._reached is None:
                if self._shown and sample.time - max(self._shown) > self._movie.scale and sample.key:
                    # It is behind a gap, in which the end lies.
                    self._reached = sample.time
                    return
                self._reached = sample.time
            yield sample

    def _heard_until(self, samples: Sequence[Sample]) -> float:
        """Sound ends where it was asked to, if the pictures do."""
        if self._reached is None:
            return float("inf")
        return self._in_sound(max(self._end, *(s.time for s in samples)))

    @property
    def _heard_base(self) -> int:
        return round(self._in_sound(self._base))

    def _in_sound(self, time: float) -> float:
        return time * (self._movie.sound.rate if self._movie.sound else 1) / self._movie.scale

    def _at(self, units: int) -> datetime:
        return self._begins + timedelta(seconds=units / self._movie.scale)


def _joined(samples: Sequence[Sample]) -> list[tuple[int, int]]:
    """Give where samples lie: neighbours as one piece."""
    pieces: list[tuple[int, int]] = []
    for sample in samples:
        start, end = sample.offset, sample.offset + sample.size
        if pieces and pieces[-1][1] == start:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return pieces
