"""Recordings coded anew for browsers: the pictures that were wanted, each at its own time."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta

import attrs
import av
import numpy as np
import pytest
from tests.coded import START, Footage

from incident_plugin.adapters.media import PyavWriter, recoded_replay
from incident_plugin.domain.media import AccessUnit, Codec, SoundTrack, SoundUnit, VideoTrack


@attrs.frozen
class Recorded:
    """A replay of footage."""

    footage: Footage
    sound: SoundTrack | None = None

    @property
    def track(self) -> VideoTrack:
        return self.footage.track

    def __aiter__(self) -> AsyncIterator[AccessUnit]:
        return self.footage.stream()

    async def mixed(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        async for unit in self.footage.stream():
            yield unit


def decoded(footage_track: VideoTrack, units: list[AccessUnit]) -> list[np.ndarray]:
    name = "h264" if footage_track.codec is Codec.H264 else "hevc"
    data = b"".join(b"\0\0\0\1" + nal for unit in units for nal in unit.nals)
    with av.open(io.BytesIO(data), format=name) as container:
        return [frame.to_ndarray(format="gray").astype(int) for frame in container.decode(video=0)]


async def recoded(footage: Footage, seconds: float) -> list[AccessUnit]:
    sought = START + timedelta(seconds=seconds)
    async with recoded_replay(Recorded(footage), sought=sought) as stream:
        return [unit async for unit in stream]


async def test_it_begins_with_the_picture_that_is_sought(h265):
    """What was only needed to decode it is not coded; the rest has its times, and key pictures stay such."""
    made = await recoded(h265, 0.5)
    wanted = h265.units[7:]
    assert [(unit.time, unit.pts) for unit in made] == [(unit.time, unit.pts) for unit in wanted]
    assert [n for n, unit in enumerate(made) if unit.key] == [0, 8]
    before, after = (
        decoded(h265.track, list(h265.units))[7:],
        decoded(VideoTrack(codec=Codec.H264, parameter_sets=()), made),
    )
    assert max(abs(one - other).mean() for one, other in zip(before, after, strict=True)) < 8


@pytest.mark.parametrize("seconds", [0.0, 0.7, 2.9, 60.0])
async def test_reordered_pictures_come_in_order_with_their_own_times(reordered, seconds):
    """B pictures, too; beyond the end it is the last picture."""
    made = await recoded(reordered, seconds)
    times = sorted(unit.time for unit in reordered.units)
    first = max(time for time in times if time <= START + timedelta(seconds=seconds))
    assert [unit.time for unit in made] == times[times.index(first) :]


async def test_browsers_get_a_file_of_it(h265):
    """The track is known with the first picture, and describes what follows."""
    async with recoded_replay(Recorded(h265), sought=START) as stream:
        units = aiter(stream)
        first = await anext(units)

        async def all_of_it() -> AsyncIterator[AccessUnit]:
            yield first
            async for unit in units:
                yield unit

        assert stream.track.codec_string.startswith("avc1.42")
        pieces = PyavWriter().playing(stream.track, all_of_it(), sought=START)
        file = b"".join([piece async for piece in pieces])
    with av.open(io.BytesIO(file)) as container:
        assert sum(1 for _ in container.decode(video=0)) == len(h265.units)
