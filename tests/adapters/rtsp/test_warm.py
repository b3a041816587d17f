"""Seeking again on the session that is set up; and how it goes on when that is gone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import attrs
import pytest
from tests.adversary.footage import BYE

from incident_plugin.adapters.rtsp import Credentials, RtspClient
from incident_plugin.domain.errors import NoVideo
from incident_plugin.domain.time import Interval

SECOND = timedelta(seconds=1)
#: Seconds that no test lasts.
LONG = 3600.0


@pytest.fixture
async def client() -> AsyncIterator[RtspClient]:
    """One that keeps its sessions."""
    made = RtspClient(Credentials(username="user", password="pass"), keeps_warm=LONG)
    yield made
    await made.close()


async def fetched(client, recorder, interval):
    async with client.replay(recorder.url, interval) as stream:
        return [unit async for unit in stream]


def until_the_last(kit, count: int, **how):
    pictures = kit.footage(count, **how)
    return kit.media([*pictures[:-1], attrs.evolve(pictures[-1], last=True)])


async def test_second_replay_needs_one_question(recorder, client, kit):
    """No connection, description or set-up anew: the session pauses and plays another part."""
    recorder.media = until_the_last(kit, 20)
    await fetched(client, recorder, Interval(kit.START, kit.START + SECOND))
    recorder.media = until_the_last(kit, 20, start=kit.START + 60 * SECOND, first_stamp=77)
    units = await fetched(client, recorder, Interval(kit.START + 60 * SECOND, kit.START + 61 * SECOND))
    assert units[0].time == kit.START + 60 * SECOND
    assert recorder.connections == 1
    assert recorder.methods() == ["DESCRIBE", "SETUP", "PLAY", "PAUSE", "PLAY", "PAUSE"]
    assert "clock=20261102T120100.000Z-" in recorder.requests[4]


async def test_what_an_overtaken_replay_still_sends_is_thrown_away(recorder, client, kit):
    """Pictures of the part that nobody wants any more do not appear in the next one."""
    recorder.media = kit.media(kit.footage(3000))
    async with client.replay(recorder.url, Interval(kit.START, kit.START + 300 * SECOND)) as stream:
        async for _ in stream:
            break
    recorder.media = until_the_last(kit, 10, start=kit.START + 900 * SECOND)
    units = await fetched(client, recorder, Interval(kit.START + 900 * SECOND, kit.START + 901 * SECOND))
    assert [unit.time for unit in units] == [kit.START + (900 + n / 10) * SECOND for n in range(10)]
    assert recorder.connections == 1


async def test_recorder_that_begins_late_is_asked_earlier_from_then_on(recorder, client, kit):
    """It is found out once, by a second question; afterwards there is one question again."""
    late = until_the_last(kit, 10, start=kit.START + 0.5 * SECOND)
    early = until_the_last(kit, 15)
    recorder.media_for = lambda request: early if "T115959" in request else late
    interval = Interval(kit.START + 0.25 * SECOND, kit.START + SECOND)
    for _ in range(2):
        units = await fetched(client, recorder, interval)
        assert units[0].time == kit.START
    assert recorder.methods().count("PLAY") == 3


@pytest.mark.parametrize("pausing", [True, False])
async def test_recorder_that_begins_with_the_next_key_picture_is_asked_for_the_one_before(
    recorder, client, kit, pausing
):
    """Nine seconds lie between its key pictures: what is between the start and the next one is not lost."""
    pictures = kit.footage(300, gop=90)

    def from_the_next_key(request: str) -> list[bytes]:
        asked = re.search(r"clock=(\d{8}T\d{6}\.\d+)Z-(\d{8}T\d{6}\.\d+)Z", request)
        begin, end = (datetime.strptime(f"{one}+0000", "%Y%m%dT%H%M%S.%f%z") for one in asked.groups())
        keys = [one.time for one in pictures if one.clean and begin <= one.time < end]
        sent = [one for one in pictures if keys and keys[0] <= one.time < end]
        return kit.media([*sent[:-1], attrs.evolve(sent[-1], last=True)]) if sent else [BYE]

    recorder.media_for = from_the_next_key
    if not pausing:
        recorder.answers = {"PAUSE": "RTSP/1.0 501 Not Implemented\nCSeq: <cseq>\n\n"}
    for start, length in [(12, 15), (12, 3)]:
        interval = Interval(kit.START + start * SECOND, kit.START + (start + length) * SECOND)
        units = await fetched(client, recorder, interval)
        assert units[0].time == kit.START + 9 * SECOND
        assert len(units) == 10 * (start + length - 9)


async def test_recorder_that_cannot_pause_is_asked_anew(recorder, client, kit):
    """Each replay then has its own session, with the head start in the first question."""
    recorder.answers = {"PAUSE": "RTSP/1.0 501 Not Implemented\nCSeq: <cseq>\n\n"}
    late = until_the_last(kit, 10, start=kit.START + 0.5 * SECOND)
    early = until_the_last(kit, 15)
    recorder.media_for = lambda request: early if "T115959" in request else late
    interval = Interval(kit.START + 0.25 * SECOND, kit.START + SECOND)
    assert (await fetched(client, recorder, interval))[0].time == kit.START
    assert (await fetched(client, recorder, interval))[0].time == kit.START
    assert recorder.connections == 3


async def test_session_that_the_recorder_ended_is_opened_anew(recorder, client, kit):
    """Who waits too long for a recorder's taste notices nothing."""
    recorder.media = until_the_last(kit, 20)
    interval = Interval(kit.START, kit.START + SECOND)
    await fetched(client, recorder, interval)
    recorder.handlers[0].cancel()
    await asyncio.gather(recorder.handlers[0], return_exceptions=True)
    assert len(await fetched(client, recorder, interval)) == 10
    assert recorder.connections == 2


async def test_time_without_video_leaves_the_session_usable(recorder, client, kit):
    """A gap is no reason to connect anew."""
    recorder.answers = {"PLAY": "RTSP/1.0 457 Invalid Range\nCSeq: <cseq>\n\n"}
    with pytest.raises(NoVideo):
        await fetched(client, recorder, Interval(kit.START, kit.START + SECOND))
    assert recorder.connections == 1


async def test_waiting_sessions_end_with_the_client(recorder, client, kit):
    """A recorder that is not used any more is left in order."""
    recorder.media = until_the_last(kit, 20)
    await fetched(client, recorder, Interval(kit.START, kit.START + SECOND))
    await client.close()
    assert recorder.methods()[-1] == "TEARDOWN"
