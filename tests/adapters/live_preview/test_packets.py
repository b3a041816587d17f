"""Pictures as RTP packets."""

from __future__ import annotations

from aiortc.codecs.h264 import h264_depayload
from aiortc.rtp import HeaderExtensionsMap, RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.adapters.live_preview.pictures import Picture
from incident_plugin.adapters.live_preview.rtp import MAXIMUM_PAYLOAD, Layout, h264_runs

from .clips import split

LAYOUT = Layout(payload_type=102, ssrc=0xCAFE, trailer=16)

#: Units as encoders make them: a header of a coded slice or a parameter set, and no start code within.
NALS = st.builds(
    lambda kind, size, importance: bytes([importance << 5 | kind]) + b"\x81" * size,
    st.sampled_from([1, 5, 6, 7, 8]),
    st.one_of(st.integers(1, 40), st.integers(1100, 1300), st.integers(2000, 150_000)),
    st.integers(0, 3),
)


def packets_of(picture: Picture, *, first: int, time: int, layout: Layout = LAYOUT) -> list[RtpPacket]:
    """Read the packets as a receiver would, from where a block says they are."""
    return [
        RtpPacket.parse(block.packet(place), HeaderExtensionsMap())
        for block in picture.blocks(first, time, layout)
        for place in range(block.packets)
    ]


@given(st.lists(NALS, min_size=1, max_size=6), st.integers(0, 0xFFFF), st.integers(0, 1 << 33))
def test_packets_give_the_units_back(nals: list[bytes], first: int, time: int) -> None:
    """Whatever a picture is made of comes out again bit for bit, numbered, timed and ended by a marker."""
    picture = Picture(pts=time, key=True, runs=h264_runs(nals), origin=5)
    packets = packets_of(picture, first=first, time=time)
    assert split(b"".join(h264_depayload(packet.payload) for packet in packets)) == tuple(nals)
    assert [packet.sequence_number for packet in packets] == [
        (first + n) & 0xFFFF for n in range(len(packets))
    ]
    assert {packet.timestamp for packet in packets} == {(time + 5) & 0xFFFFFFFF}
    assert [packet.marker for packet in packets] == [0] * (len(packets) - 1) + [1]
    assert all(len(packet.payload) <= MAXIMUM_PAYLOAD for packet in packets)
    assert len(packets) == picture.packets


@given(st.lists(NALS, min_size=1, max_size=6))
def test_a_block_can_be_sent_in_segments(nals: list[bytes]) -> None:
    """All packets of a block but the last are of one size, and the system takes them in one call."""
    for block in Picture(pts=0, key=True, runs=h264_runs(nals)).blocks(0, 0, LAYOUT):
        sizes = [len(block.packet(place)) + LAYOUT.trailer for place in range(block.packets)]
        assert set(sizes[:-1]) <= {block.stride}
        assert sizes[-1] <= block.stride
        assert sum(sizes) == len(block.data) < 1 << 16
        assert len(sizes) <= 64


@given(st.lists(NALS, min_size=1, max_size=4))
def test_any_packet_can_be_made_again(nals: list[bytes]) -> None:
    """A packet that is asked for again is the one that was sent."""
    picture = Picture(pts=7, key=True, runs=h264_runs(nals), first=65_000)
    whole = packets_of(picture, first=65_000, time=7)
    for place, packet in enumerate(whole):
        one = picture.packet(place, 65_000, 7, LAYOUT)
        assert (one.packets, one.packet(0)) == (1, packet.serialize())
        assert len(one.data) == len(one.packet(0)) + LAYOUT.trailer


def test_delimiters_and_filler_stay_behind() -> None:
    """They would cost packets and tell a decoder nothing."""
    assert h264_runs([b"\x09\xf0", b"\x65abc", b"\x0c\xff\xff", b""]) == ((b"\x65abc",),)


def test_viewers_in_step_share_their_packets() -> None:
    """They are laid out once; a viewer that skipped pictures gets its own, by number and by time."""
    picture = Picture(pts=9, key=True, runs=h264_runs([b"\x65" * 5000]), first=100)
    shared = picture.blocks(100, 9, LAYOUT)
    assert picture.blocks(100, 9, LAYOUT) is shared
    other = packets_of(picture, first=65_535, time=9)
    assert [packet.sequence_number for packet in other] == [(65_535 + n) & 0xFFFF for n in range(len(other))]
    assert [packet.payload for packet in other] == [
        packet.payload for packet in packets_of(picture, first=100, time=9)
    ]
    assert {packet.timestamp for packet in packets_of(picture, first=100, time=10)} == {10}
