"""Groups of pictures, rendered when first asked for and kept while there is room.

Live view and replay take their frames from the same groups, so what was seen live is bit for bit what was
recorded. A group still being watched live is rendered no further than asked.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from demo_recorder.cameras import Camera
from demo_recorder.encoder import AccessUnit, GroupEncoder, ParameterSets, parameter_sets
from demo_recorder.painter import Turns, straight_ahead
from demo_recorder.timebase import GROUP_FRAMES, FrameNumber, GroupNumber, clean_point, group_of

_CACHE_BYTES = 192 << 20
#: An open encoder holds about two megabytes; groups read for their key frame alone would pile them up.
_OPEN_ENCODERS = 8
#: More than processors, for some only wait until another has rendered the group they want.
_REPLAY_WORKERS = 4


class _Group:
    """The frames of one group, as far as anybody asked for them."""

    def __init__(self, camera: Camera, number: GroupNumber, turns: Turns) -> None:
        self._turns = turns
        self.units: list[AccessUnit] = []
        self.size = 0
        self.counted = 0
        self._camera = camera
        self._number = number
        self._encoder: GroupEncoder | None = None
        self._lock = Lock()

    @property
    def is_open(self) -> bool:
        return self._encoder is not None

    def render(self, count: int) -> None:
        with self._lock:
            if len(self.units) >= count:
                return
            encoder = self._encoder or self._reopened()
            while len(self.units) < count:
                unit = encoder.encode_next()
                self.units.append(unit)
                self.size += unit.size
            self._encoder = encoder if count < GROUP_FRAMES else None

    def close(self) -> None:
        with self._lock:
            self._encoder = None

    def _reopened(self) -> GroupEncoder:
        """An encoder that has come to where the last one was closed: the same frames give the same bits."""
        encoder = GroupEncoder(self._camera, self._number, self._turns)
        for _ in self.units:
            encoder.encode_next()
        return encoder


_Key = tuple[Camera, GroupNumber]


class Footage:
    """Frames of all cameras at any time, coded. Safe to share between tasks of one event loop."""

    def __init__(self, *, cache_bytes: int = _CACHE_BYTES, turns: Turns = straight_ahead) -> None:
        """Begin with an empty cache that will hold about ``cache_bytes`` of video.

        ``turns`` says where the cameras look that can be moved; it is asked from several threads.
        """
        self._turns = turns
        self._budget = cache_bytes
        self._size = 0
        self._groups: OrderedDict[_Key, _Group] = OrderedDict()
        self._open: OrderedDict[_Key, _Group] = OrderedDict()
        self._lock = Lock()
        # Live frames are few and urgent: they never wait behind groups rendered for a replay.
        self._live_worker = ThreadPoolExecutor(1, "live")
        self._replay_workers = ThreadPoolExecutor(_REPLAY_WORKERS, "replay")

    def close(self) -> None:
        """Stop rendering; call once, when nobody asks any more."""
        for workers in (self._live_worker, self._replay_workers):
            workers.shutdown(cancel_futures=True)

    @property
    def cached_bytes(self) -> int:
        """Bytes of video kept at the moment."""
        return self._size

    async def live(self, camera: Camera, frame: FrameNumber) -> AccessUnit:
        """A frame taken just now; renders nothing after it."""
        index = frame - clean_point(frame)
        units = await self._units(self._live_worker, camera, group_of(frame), index + 1)
        return units[index]

    async def recorded(self, camera: Camera, frame: FrameNumber, *, through: FrameNumber) -> AccessUnit:
        """A frame of the past, rendering its group up to the frame ``through`` if that is in the group."""
        start = clean_point(frame)
        count = min(through - start + 1, GROUP_FRAMES)
        units = await self._units(self._replay_workers, camera, group_of(frame), count)
        return units[frame - start]

    def prefetch(self, camera: Camera, group: GroupNumber) -> None:
        """Begin to render a whole group that will be asked for soon."""
        if self._cached(camera, group, GROUP_FRAMES) is None:
            self._replay_workers.submit(self._render, camera, group, GROUP_FRAMES)

    async def parameter_sets(self, camera: Camera, frame: FrameNumber) -> ParameterSets:
        """The parameter sets of a camera around a frame."""
        start = clean_point(frame)
        return parameter_sets(await self.recorded(camera, start, through=start))

    async def _units(
        self, workers: ThreadPoolExecutor, camera: Camera, group: GroupNumber, count: int
    ) -> Sequence[AccessUnit]:
        cached = self._cached(camera, group, count)
        if cached is not None:
            return cached
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(workers, self._render, camera, group, count)

    def _cached(self, camera: Camera, group: GroupNumber, count: int) -> Sequence[AccessUnit] | None:
        with self._lock:
            key = (camera, group)
            found = self._groups.get(key)
            if found is None or len(found.units) < count:
                return None
            self._groups.move_to_end(key)
            return found.units

    def _render(self, camera: Camera, number: GroupNumber, count: int) -> Sequence[AccessUnit]:
        key = (camera, number)
        with self._lock:
            group = self._groups.setdefault(key, _Group(camera, number, self._turns))
            self._groups.move_to_end(key)
        group.render(count)
        with self._lock:
            if key in self._groups:
                self._size += group.size - group.counted
                group.counted = group.size
            self._forget_oldest()
            crowded = self._crowded(key, group)
        if crowded is not None:
            crowded.close()
        return group.units

    def _forget_oldest(self) -> None:
        while self._size > self._budget and len(self._groups) > 1:
            key, oldest = self._groups.popitem(last=False)
            self._open.pop(key, None)
            self._size -= oldest.counted

    def _crowded(self, key: _Key, group: _Group) -> _Group | None:
        """The group whose encoder must be closed now that ``group`` has been rendered further."""
        self._open.pop(key, None)
        if group.is_open:
            self._open[key] = group
        return self._open.popitem(last=False)[1] if len(self._open) > _OPEN_ENCODERS else None
