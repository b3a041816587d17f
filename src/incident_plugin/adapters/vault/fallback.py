"""Recorders, with what is preserved of their video: the vault answers for what it has."""

from __future__ import annotations

import asyncio
import mmap
import struct
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from incident_plugin.adapters.vault.boxes import Damaged, Fragment, Movie, Sample, read
from incident_plugin.adapters.vault.cutting import cut
from incident_plugin.application.media_ports import CutVideo, MasterOrder, Recorders, VideoStream
from incident_plugin.application.video.reordering import Ending
from incident_plugin.domain.errors import (
    IncidentError,
    NotFound,
    NoVideo,
    RecorderUnavailable,
    StoreUnavailable,
)
from incident_plugin.domain.media import (
    AccessUnit,
    Camera,
    CameraId,
    ClockOffset,
    LiveProfile,
    SoundTrack,
    SoundUnit,
    VideoTrack,
)
from incident_plugin.domain.preserving import Copy
from incident_plugin.domain.time import Interval

_RATE = 90_000


class Copies(Protocol):
    """What is preserved."""

    def covering(self, camera: CameraId, interval: Interval) -> Copy | None:
        """Give a copy that has all of an interval."""
        ...

    def path(self, sha256: str) -> Path:
        """Say where a file lies."""
        ...

    def is_whole(self, copy: Copy) -> bool:
        """Whether a copy's file is what was put into the vault."""
        ...


class PreservedRecorders:
    """Asks the recorders, and the vault where it has the whole of what is wanted.

    A copy is bit by bit what the recorder gave, so it does not matter who is asked, but to the recorder: it
    may have deleted its own meanwhile.
    """

    def __init__(self, recorders: Recorders, copies: Copies) -> None:
        self._recorders = recorders
        self._copies = copies

    async def cameras(self) -> tuple[Camera, ...]:
        """Give all cameras of the recorders."""
        return await self._recorders.cameras()

    async def recorded(self, camera: CameraId, interval: Interval) -> tuple[Interval, ...]:
        """Give the spans for which there is video at a recorder or in the vault."""
        copy = self._copies.covering(camera, interval)
        if copy is not None and copy.delivered is not None:
            spans = await asyncio.to_thread(self._spans, copy)
            return tuple(part for span in spans if (part := span.intersection(interval)))
        return await self._recorders.recorded(camera, interval)

    async def clock_offset(self, camera: CameraId, *, now: bool = True) -> ClockOffset:
        """Measure the clock of the camera's recorder."""
        return await self._recorders.clock_offset(camera, now=now)

    async def live_profiles(self, camera: CameraId) -> tuple[LiveProfile, ...]:
        """Give the live streams of a camera."""
        return await self._recorders.live_profiles(camera)

    async def ask_for_key_picture(self, camera: CameraId, profile: str | None = None) -> None:
        """Ask the camera's recorder."""
        await self._recorders.ask_for_key_picture(camera, profile)

    def live(
        self, camera: CameraId, *, sound: bool = False, profile: str | None = None
    ) -> AbstractAsyncContextManager[VideoStream]:
        """Open the live stream."""
        return self._recorders.live(camera, sound=sound, profile=profile)

    @asynccontextmanager
    async def replay(
        self, camera: CameraId, interval: Interval, *, sound: bool = False, intra: bool = False
    ) -> AsyncIterator[VideoStream]:
        """Open the recording, of the vault when it has all of it.

        Where a copy was made without sound the recorder is asked first for that.
        """
        copy = self._copies.covering(camera, interval)
        async with AsyncExitStack() as stack:
            stream: VideoStream | None = None
            film = await self._film(copy, interval)
            if film is not None:
                stack.callback(film.close)
            if film is not None and sound and film.sound is None:
                with suppress(NoVideo, NotFound, RecorderUnavailable):
                    replay = self._recorders.replay(camera, interval, sound=True, intra=intra)
                    stream = await stack.enter_async_context(replay)
            stream = stream or film
            if stream is None:
                replay = self._recorders.replay(camera, interval, sound=sound, intra=intra)
                stream = await stack.enter_async_context(replay)
            yield stream

    async def write(self, order: MasterOrder) -> CutVideo | None:
        """Cut a master out of a copy that has all of it; nothing where there is none such.

        What leaves the house is read back before. Raises ``NoVideo``, and ``StoreUnavailable`` when the disk
        refuses.
        """
        copy = self._copies.covering(order.camera, order.interval)
        if copy is None or copy.delivered is None or not await asyncio.to_thread(self._copies.is_whole, copy):
            return None
        try:
            return await asyncio.to_thread(self._cut, copy, copy.delivered.start, order)
        except Damaged:
            return None

    def _cut(self, copy: Copy, begins: datetime, order: MasterOrder) -> CutVideo | None:
        path = self._copies.path(copy.sha256)
        film = Film(path, copy, order.interval)
        heard = film.sound is not None
        film.close()
        # Where a copy was made without sound the recorder may still have some.
        return None if order.sound and not heard else cut(path, begins, order)

    async def _film(self, copy: Copy | None, interval: Interval) -> Film | None:
        """Open a copy; a damaged one is no reason to have none of the recorder's."""
        if copy is None or copy.delivered is None:
            return None
        try:
            return await asyncio.to_thread(Film, self._copies.path(copy.sha256), copy, interval)
        except StoreUnavailable:
            return None

    def _spans(self, copy: Copy) -> tuple[Interval, ...]:
        try:
            film = Film(self._copies.path(copy.sha256), copy, copy.interval)
        except IncidentError:
            return ()
        try:
            return film.spans()
        finally:
            film.close()


class Film:
    """A stream of pictures out of a file of the vault."""

    def __init__(self, path: Path, copy: Copy, wanted: Interval) -> None:
        """Open a file; raises ``StoreUnavailable``."""
        if copy.delivered is None:
            raise StoreUnavailable("The vault has no picture of this sequence.")
        try:
            with path.open("rb") as file:
                self._mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        except (OSError, ValueError) as error:
            raise StoreUnavailable(
                "A file of the vault cannot be read.", server=f"Details: {error}."
            ) from error
        self._data = memoryview(self._mapped)
        self._begins = copy.delivered.start
        self._wanted = wanted
        try:
            self._movie: Movie = read(self._data)
            self._fragments = self._movie.within(self._units(wanted.start), self._units(wanted.end))
        except StoreUnavailable:
            self.close()
            raise

    @property
    def track(self) -> VideoTrack:
        """What a decoder must know."""
        return self._movie.track

    @property
    def sound(self) -> SoundTrack | None:
        """What a decoder of the sound must know; nothing for a copy without sound."""
        return self._movie.sound

    def close(self) -> None:
        """Let go of the file."""
        self._data.release()
        self._mapped.close()

    def spans(self) -> tuple[Interval, ...]:
        """Give the spans that have pictures: a step longer than a second is a gap."""
        scale = self._movie.scale
        times = sorted(at for fragment in self._movie.fragments for at in self._movie.times(fragment))
        ends = [place for place, (one, other) in enumerate(pairwise(times)) if other - one > scale]
        spans = pairwise([-1, *ends, len(times) - 1])
        return tuple(
            Interval(self._at(times[before + 1]), self._at(times[last] + scale // 25))
            for before, last in spans
        )

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        """Give the pictures from the key picture at or before the start to the end."""
        async for unit in self._all(mixed=False):
            if isinstance(unit, AccessUnit):
                yield unit

    def mixed(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        """Give pictures and sound."""
        return self._all(mixed=True)

    async def _all(self, *, mixed: bool) -> AsyncIterator[AccessUnit | SoundUnit]:
        end, ending = self._units(self._wanted.end), Ending(self._wanted.end, self._movie.track.reordering)
        begins = self._fragments[0].shown if self._fragments else 0
        for fragment in self._fragments:
            if ending.over or (fragment.key and fragment.time >= end):
                return
            for unit in await asyncio.to_thread(self._units_of, fragment, begins, ending, mixed=mixed):
                yield unit

    def _units_of(
        self, fragment: Fragment, begins: int, ending: Ending, *, mixed: bool
    ) -> list[AccessUnit | SoundUnit]:
        units: list[AccessUnit | SoundUnit] = []
        for sample in self._movie.samples(fragment):
            # What is shown before the first key picture refers to pictures that are not there.
            if sample.time >= begins:
                units += ending.push(self._picture(sample))
        sound = self._movie.sound
        if mixed and sound is not None:
            first, last = self._at(begins), self._wanted.end
            units += [
                unit
                for sample in self._movie.sounds(fragment)
                if first <= (unit := self._heard(sample, sound)).time < last
            ]
        return units

    def _picture(self, sample: Sample) -> AccessUnit:
        return AccessUnit(
            pts=sample.time * _RATE // self._movie.scale,
            time=self._at(sample.time),
            key=sample.key,
            nals=_nals(self._data, sample.offset, sample.size),
        )

    def _heard(self, sample: Sample, sound: SoundTrack) -> SoundUnit:
        return SoundUnit(
            pts=sample.time,
            time=self._begins + timedelta(seconds=sample.time / sound.rate),
            data=bytes(self._data[sample.offset : sample.offset + sample.size]),
        )

    def _units(self, at: datetime) -> float:
        return ((at - self._begins) / timedelta(seconds=1)) * self._movie.scale

    def _at(self, units: int) -> datetime:
        return self._begins + timedelta(seconds=units / self._movie.scale)


def _nals(data: memoryview, place: int, size: int) -> tuple[bytes, ...]:
    """Split a picture into its NAL units, each after its length."""
    end, found = place + size, []
    while place + 4 <= end:
        length = struct.unpack_from(">I", data, place)[0]
        found.append(bytes(data[place + 4 : place + 4 + length]))
        place += 4 + length
    return tuple(found)
