"""Footage coded here and now, so that every byte of it is known."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import attrs
import av
import pytest
from tests.coded import PYRAMID, Footage, encode

from incident_plugin.domain.media import Codec


@pytest.fixture(scope="session")
def h264() -> Footage:
    return encode(Codec.H264)


@pytest.fixture(scope="session")
def h265() -> Footage:
    return encode(Codec.H265)


@pytest.fixture(scope="session", params=[Codec.H264, Codec.H265])
def footage(request: pytest.FixtureRequest) -> Footage:
    return request.getfixturevalue(request.param.lower())


@pytest.fixture(scope="session", params=[Codec.H264, Codec.H265])
def reordered(request: pytest.FixtureRequest) -> Footage:
    """Pictures whose decoding order is not that of their times."""
    return encode(request.param, frames=45, reordered=PYRAMID[request.param])


@pytest.fixture
def gapped(h264: Footage) -> Footage:
    """The second group of pictures was taken a minute later."""
    gap = timedelta(seconds=60)
    before = [attrs.evolve(u, gap_follows=i == 14) for i, u in enumerate(h264.units[:15])]
    after = [attrs.evolve(u, pts=u.pts + 60 * 90_000, time=u.time + gap) for u in h264.units[15:]]
    return Footage(track=h264.track, units=(*before, *after))


@pytest.fixture
def samples() -> Callable[[bytes], list[bytes]]:
    """Read the samples of an MP4 back, plain or fragmented, by a demuxer that is not under test."""

    def read(file: bytes) -> list[bytes]:
        with av.open(io.BytesIO(file)) as container:
            return [bytes(packet) for packet in container.demux(video=0) if packet.size]

    return read
