"""Live video that is followed: the same pictures and breaks as for who iterates."""

from __future__ import annotations

import asyncio

import pytest
from tests.waiting import until

from incident_plugin.adapters.recorders.lasting import WhileUsed
from incident_plugin.application.video.following import Followed, follow
from incident_plugin.domain.errors import RecorderUnavailable


class Enough(Exception):
    """Whoever follows has seen what it wanted."""


def taking(count: int):
    """Give a list, and what fills it until it raises."""
    units = []

    def take(unit) -> None:
        units.append(unit)
        if len(units) == count:
            raise Enough

    return units, take


@pytest.mark.parametrize("sets_in_sdp", [True, False])
async def test_every_picture_is_given(recorder, client, kit, sets_in_sdp):
    """Also those that were read while the stream was opened; what the taker raises comes through."""
    recorder.parameter_sets_in_sdp = sets_in_sdp
    recorder.media = kit.media(kit.footage(7, replay=False))
    units, take = taking(7)
    async with client.live(recorder.url) as stream:
        assert isinstance(stream, Followed)
        with pytest.raises(Enough):
            await follow(stream, take)
    assert [unit.nals for unit in units] == [picture.nals for picture in kit.footage(7, replay=False)]


async def test_a_camera_that_stops_sending_is_an_error(recorder, kit):
    """A frozen picture is never passed off as live."""
    recorder.media = kit.media(kit.footage(3, replay=False))
    units, take = taking(4)
    async with kit.client_with(silence=0.5).live(recorder.url) as stream:
        with pytest.raises(RecorderUnavailable, match="no video arrived in time"):
            await follow(stream, take)
    assert len(units) == 3


async def test_rubbish_in_the_stream_breaks_it_cleanly(recorder, client, kit):
    """Pictures before the rubbish are given, then the break is said."""
    recorder.media = [*kit.media(kit.footage(3, replay=False)), b"\xff" * 500]
    units, take = taking(4)
    async with client.live(recorder.url) as stream:
        with pytest.raises(RecorderUnavailable, match="cannot be used"):
            await follow(stream, take)
    assert len(units) == 3


async def test_another_stream_in_place_of_this_one_is_noticed(recorder, client, kit):
    """A recorder that restarts its stream within the session does not mix two time lines."""
    again = kit.media(kit.footage(3, replay=False), source=8)
    recorder.media = kit.media(kit.footage(3, replay=False)) + again
    _, take = taking(6)
    async with client.live(recorder.url) as stream:
        with pytest.raises(RecorderUnavailable, match="another stream"):
            await follow(stream, take)


async def test_leaving_ends_the_session(recorder, client, kit):
    """Also when the follower goes away in the middle, with video still coming."""
    recorder.media = kit.media(kit.footage(2000, replay=False))
    units: list[object] = []

    async def watch() -> None:
        async with client.live(recorder.url) as stream:
            await follow(stream, units.append)

    watching = asyncio.create_task(watch())
    await until(lambda: len(units) > 3)
    watching.cancel()
    await asyncio.wait([watching])
    await until(lambda: recorder.methods()[-1] == "TEARDOWN")


async def test_a_recorder_that_is_no_longer_used_ends_it(recorder, client, kit):
    """At the next picture, as for who iterates."""
    recorder.media = kit.media(kit.footage(5, replay=False))
    units: list[object] = []

    def refuse() -> None:
        if len(units) == 2:
            raise RecorderUnavailable("It was removed.")

    async with client.live(recorder.url) as stream:
        with pytest.raises(RecorderUnavailable, match="removed"):
            await follow(WhileUsed(stream, refuse), units.append)
    assert len(units) == 2
