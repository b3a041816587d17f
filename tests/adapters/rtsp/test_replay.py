"""Recorded video comes whole, exact and as fast as it is read."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import attrs
import pytest

from incident_plugin.domain.errors import NoVideo, RecorderUnavailable
from incident_plugin.domain.time import Interval

SECOND = timedelta(seconds=1)


async def test_pictures_come_as_they_were_recorded(recorder, client, kit):
    """Every NAL unit, its time and its place arrive exactly, from the key picture before the start on."""
    pictures = kit.footage(20)
    pictures[-1] = attrs.evolve(pictures[-1], last=True)
    recorder.media = kit.media(pictures)
    interval = Interval(kit.START + 0.25 * SECOND, kit.START + 10 * SECOND)
    async with client.replay(recorder.url, interval) as stream:
        units = [unit async for unit in stream]
    assert [unit.nals for unit in units] == [picture.nals for picture in pictures]
    assert [unit.time for unit in units] == [picture.time for picture in pictures]
    assert [unit.key for unit in units] == [number % 5 == 0 for number in range(20)]
    assert units[1].pts - units[0].pts == 9000
    assert stream.track.parameter_sets == (kit.SPS, kit.PPS)
    assert stream.losses == 0


async def test_the_recorder_is_asked_the_standard_way(recorder, client, kit):
    """Range in UTC, no rate control, replay required (ONVIF Streaming Specification section 6)."""
    recorder.media = kit.media([attrs.evolve(p, last=True) for p in kit.footage(1)])
    async with client.replay(recorder.url, Interval(kit.START + 0.25 * SECOND, kit.START + SECOND)):
        pass
    play = recorder.request("PLAY")
    assert play.startswith(f"PLAY {recorder.url}/ RTSP/1.0\r\n")
    assert "Range: clock=20261102T115959.250Z-20261102T120001.000Z\r\n" in play
    assert "Rate-Control: no\r\n" in play
    assert "Require: onvif-replay\r\n" in play
    assert "Session: abc\r\n" in play
    assert recorder.request("SETUP").startswith(f"SETUP {recorder.url}/track1 ")
    assert recorder.methods()[-1] == "TEARDOWN"


async def test_the_end_is_exact(recorder, client, kit):
    """A picture at the end instant is outside, the one before it is the last; the recorder sends more."""
    recorder.media = kit.media(kit.footage(50))
    end = kit.START + 1.3 * SECOND
    async with client.replay(recorder.url, Interval(kit.START, end)) as stream:
        units = [unit async for unit in stream]
    assert units[-1].time == end - timedelta(milliseconds=100)
    assert len(units) == 13


async def test_the_beginning_is_the_last_key_picture_before_the_start(recorder, client, kit):
    """A recorder that begins groups of pictures too early costs nothing but their transfer."""
    pictures = kit.footage(40)
    pictures[-1] = attrs.evolve(pictures[-1], last=True)
    recorder.media = kit.media(pictures)
    async with client.replay(
        recorder.url, Interval(kit.START + 2.25 * SECOND, kit.START + 9 * SECOND)
    ) as stream:
        units = [unit async for unit in stream]
    assert [unit.nals for unit in units] == [picture.nals for picture in pictures[20:]]


async def test_an_interval_of_one_picture_is_that_picture(recorder, client, kit):
    """Shorter than the distance of two pictures: what was to be seen then, from its key picture on."""
    recorder.media = kit.media(kit.footage(40))
    interval = Interval(kit.START + 0.72 * SECOND, kit.START + 0.75 * SECOND)
    async with client.replay(recorder.url, interval) as stream:
        units = [unit async for unit in stream]
    assert [(unit.time - kit.START) / SECOND for unit in units] == [0.5, 0.6, 0.7]


@pytest.mark.parametrize("after", [0, 5])
async def test_pictures_before_a_gap_do_not_show_what_is_in_it(recorder, client, kit, after):
    """A start within a gap begins after it, or has no video at all; the recorder sends what lies before."""
    pictures = kit.footage(5) + kit.footage(after, start=kit.START + 60 * SECOND, first_stamp=90_000)
    pictures[-1] = attrs.evolve(pictures[-1], last=True)
    recorder.media = kit.media(pictures)
    interval = Interval(kit.START + 30 * SECOND, kit.START + 90 * SECOND)
    if after:
        async with client.replay(recorder.url, interval) as stream:
            assert [unit.nals for unit in [u async for u in stream]] == [p.nals for p in pictures[5:]]
    else:
        with pytest.raises(NoVideo, match="Choose another time"):
            async with client.replay(recorder.url, interval):
                pass


@pytest.mark.parametrize(("apart", "before"), [(20, True), (120, False)])
async def test_key_pictures_alone_begin_with_the_one_before_the_start(recorder, client, kit, apart, before):
    """It is shown until the next one comes, unless they are so far apart that there is a gap between them."""
    pictures = kit.footage(3 * apart)[::apart]
    pictures[-1] = attrs.evolve(pictures[-1], last=True)
    recorder.media = kit.media(pictures)
    start = kit.START + 0.09 * apart * SECOND
    async with client.replay(recorder.url, Interval(start, start + 60 * SECOND), intra=True) as stream:
        units = [unit async for unit in stream]
    assert [unit.nals for unit in units] == [picture.nals for picture in pictures[0 if before else 1 :]]


async def test_times_are_told_by_our_clock(recorder, client, kit):
    """A recorder seven seconds fast is asked by its clock and answered by ours."""
    offset = 7 * SECOND
    recorder.media = kit.media(kit.footage(30, start=kit.START + offset))
    async with client.replay(
        recorder.url, Interval(kit.START, kit.START + SECOND), clock_offset=offset
    ) as stream:
        units = [unit async for unit in stream]
    assert "clock=20261102T120006.000Z-20261102T120008.000Z" in recorder.request("PLAY")
    assert units[0].time == kit.START
    assert len(units) == 10


@pytest.mark.parametrize("rtp_shows_it", [True, False])
async def test_replay_goes_on_across_a_gap(recorder, client, kit, rtp_shows_it):
    """Before a gap the mark is seen, after it time and place jump, whether or not RTP time stamps do."""
    before, after = kit.footage(5), kit.footage(5, start=kit.START + 60 * SECOND)
    before[-1] = attrs.evolve(before[-1], gap=True)
    shift = 60 * 90_000 if rtp_shows_it else 5 * 9000
    after = [attrs.evolve(p, timestamp=p.timestamp + shift) for p in after]
    after[-1] = attrs.evolve(after[-1], last=True)
    recorder.media = kit.media(before + after)
    async with client.replay(recorder.url, Interval(kit.START, kit.START + 90 * SECOND)) as stream:
        units = [unit async for unit in stream]
    assert [unit.gap_follows for unit in units] == [False] * 4 + [True] + [False] * 5
    assert units[5].time - units[4].time == timedelta(seconds=59.6)
    assert units[5].pts - units[4].pts == 596 * 9000


async def test_time_stamps_wrap_without_a_jump(recorder, client, kit):
    """RTP time stamps and sequence numbers begin again at 0; the time line does not."""
    pictures = kit.footage(20, first_stamp=2**32 - 5 * 9000)
    pictures[-1] = attrs.evolve(pictures[-1], last=True)
    recorder.media = kit.media(pictures)
    async with client.replay(recorder.url, Interval(kit.START, kit.START + 9 * SECOND)) as stream:
        units = [unit async for unit in stream]
    assert {b.pts - a.pts for a, b in pairwise(units)} == {9000}


async def test_after_a_loss_nothing_half_is_given(recorder, client, kit):
    """A lost packet costs the pictures up to the next key picture, and is counted."""
    pictures = kit.footage(20)
    pictures[-1] = attrs.evolve(pictures[-1], last=True)
    packets = kit.packets(pictures)
    first_of_seventh = next(
        i for i, p in enumerate(packets) if p[4:8] == pictures[6].timestamp.to_bytes(4, "big")
    )
    recorder.media = [kit.frame(packet) for i, packet in enumerate(packets) if i != first_of_seventh]
    async with client.replay(recorder.url, Interval(kit.START, kit.START + 9 * SECOND)) as stream:
        units = [unit async for unit in stream]
    whole = [pictures[n].nals for n in (*range(6), *range(10, 20))]
    assert [unit.nals for unit in units] == whole
    assert stream.losses == 1


async def test_half_a_key_picture_is_not_given(recorder, client, kit):
    """When the beginning of a key picture is lost, its whole second slice does not pass for a picture."""
    pictures = kit.footage(11)
    pictures[5] = attrs.evolve(pictures[5], nals=(*pictures[5].nals, kit.slice_(5, key=True, size=80)))
    pictures[-1] = attrs.evolve(pictures[-1], last=True)
    packets = kit.packets(pictures)
    lost = next(i for i, p in enumerate(packets) if p[4:8] == pictures[5].timestamp.to_bytes(4, "big"))
    recorder.media = [kit.frame(packet) for i, packet in enumerate(packets) if i != lost]
    async with client.replay(recorder.url, Interval(kit.START, kit.START + 9 * SECOND)) as stream:
        units = [unit async for unit in stream]
    assert [unit.nals for unit in units] == [pictures[n].nals for n in (0, 1, 2, 3, 4, 10)]


async def test_parameter_sets_from_the_description_are_put_before_key_pictures(recorder, client, kit):
    """A recorder that names them only in its SDP still gives decodable key pictures."""
    bare = [attrs.evolve(p, nals=p.nals[-1:]) for p in kit.footage(6)]
    bare[-1] = attrs.evolve(bare[-1], last=True)
    recorder.media = kit.media(bare)
    async with client.replay(recorder.url, Interval(kit.START, kit.START + 9 * SECOND)) as stream:
        units = [unit async for unit in stream]
    assert units[0].nals == (kit.SPS, kit.PPS, bare[0].nals[0])
    assert units[1].nals == bare[1].nals


async def test_a_recorder_without_the_replay_feature_is_asked_again(recorder, client, kit):
    """551: the same without Require; the answer's Range then tells the time of the first picture."""
    recorder.refuse_require = True
    recorder.play_headers = "Range: clock=20261102T120000.500Z-\r\n"
    recorder.media = kit.media(kit.footage(20, replay=False))
    async with client.replay(recorder.url, Interval(kit.START, kit.START + SECOND)) as stream:
        units = [unit async for unit in stream]
    assert [unit.time for unit in units] == [kit.START + (5 + n) * SECOND / 10 for n in range(5)]


@pytest.mark.parametrize("then", ["bye", "stay"])
async def test_a_recorder_that_runs_out_ends_the_replay(recorder, kit, then):
    """BYE, or silence of a recorder that still answers, is the end of what it has."""
    recorder.media = kit.media(kit.footage(7))
    recorder.then = then
    client = kit.client_with(replay=0.5)
    async with client.replay(recorder.url, Interval(kit.START, kit.START + 60 * SECOND)) as stream:
        assert len([unit async for unit in stream]) == 7


async def test_a_recorder_that_hangs_up_in_the_middle_is_an_error(recorder, client, kit):
    """Half an answer never passes for all of it."""
    recorder.media = kit.media(kit.footage(7))
    recorder.then = "close"
    async with client.replay(recorder.url, Interval(kit.START, kit.START + 60 * SECOND)) as stream:
        reading = aiter(stream)
        assert [(await anext(reading)).key for _ in range(7)] == [True, *[False] * 4, True, False]
        with pytest.raises(RecorderUnavailable, match=r"cannot be reached .*closed"):
            await anext(reading)


async def test_hanging_up_at_the_end_is_no_error(recorder, client, kit):
    """Some recorders close when everything was sent."""
    recorder.media = kit.media(kit.footage(10))
    recorder.then = "close"
    async with client.replay(recorder.url, Interval(kit.START, kit.START + SECOND)) as stream:
        assert len([unit async for unit in stream]) == 10


async def test_a_recorder_that_dies_in_the_middle_is_an_error(recorder, kit):
    """Silence of a recorder that no longer answers is not taken for the end."""
    recorder.media = kit.media(kit.footage(7))
    recorder.answers["OPTIONS"] = "silence"
    client = kit.client_with(request=0.5, replay=0.5)
    with pytest.raises(RecorderUnavailable, match="not answering"):
        async with client.replay(recorder.url, Interval(kit.START, kit.START + 60 * SECOND)) as stream:
            _ = [unit async for unit in stream]


async def test_no_video_is_said_when_opening(recorder, client, kit):
    """A recorder that has nothing, by its status or by sending nothing, is told from one that fails."""
    recorder.answers["PLAY"] = "RTSP/1.0 457 Invalid Range\nCSeq: <cseq>\n\n"
    with pytest.raises(NoVideo, match="Choose another time"):
        async with client.replay(recorder.url, Interval(kit.START, kit.START + SECOND)):
            pass
    del recorder.answers["PLAY"]
    recorder.then = "bye"
    with pytest.raises(NoVideo, match="Choose another time"):
        async with client.replay(recorder.url, Interval(kit.START, kit.START + SECOND)):
            pass


async def test_a_slow_reader_makes_the_recorder_wait(recorder, client, kit):
    """What is not read is not fetched: memory stays bounded, and nothing is lost."""
    pictures = kit.footage(3000)
    pictures = [
        attrs.evolve(p, nals=(*p.nals[:-1], kit.slice_(n, key=p.clean, size=20_000)))
        for n, p in enumerate(pictures)
    ]
    pictures[-1] = attrs.evolve(pictures[-1], last=True)
    recorder.media = kit.media(pictures, mtu=1400)
    total = sum(map(len, recorder.media))
    async with client.replay(recorder.url, Interval(kit.START, kit.START + 600 * SECOND)) as stream:
        reading = aiter(stream)
        await anext(reading)
        before = -1
        while before != recorder.sent:  # until the recorder is stuck
            before = recorder.sent
            await asyncio.sleep(0.1)
        assert recorder.sent < total / 3
        count = 1
        async for _ in reading:
            count += 1
    assert count == 3000
    assert stream.losses == 0
