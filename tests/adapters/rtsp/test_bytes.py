"""Bytes in, values out: whatever the pieces and whatever the damage."""

from __future__ import annotations

import base64
import contextlib
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_plugin.adapters.rtsp.depacketise import depacketiser
from incident_plugin.adapters.rtsp.errors import BrokenProtocol
from incident_plugin.adapters.rtsp.framing import Splitter
from incident_plugin.adapters.rtsp.pictures import Pictures
from incident_plugin.adapters.rtsp.rtp import Bye, SenderReport, ntp_time, parse_rtcp, parse_rtp
from incident_plugin.adapters.rtsp.sdp import parse_description
from incident_plugin.adapters.rtsp.times import LiveTimes, ticks_between
from incident_plugin.domain.media import Codec

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LENGTHS = st.integers(2, 400)
H264_NAL = st.builds(
    lambda kind, rest: bytes((0x60 | kind,)) + rest, st.integers(1, 23), st.binary(min_size=1, max_size=300)
)
H265_NAL = st.builds(
    lambda kind, rest: bytes((kind << 1, 1)) + rest, st.integers(0, 47), st.binary(min_size=1, max_size=300)
)


def h264_payloads(nals: list[bytes], mtu: int, *, aggregate: bool) -> list[bytes]:
    if aggregate:
        return [b"\x78" + b"".join(struct.pack(">H", len(nal)) + nal for nal in nals)]
    found = []
    for nal in nals:
        parts = [nal[1:][at : at + mtu] for at in range(0, len(nal) - 1, mtu)]
        for index, part in enumerate(parts):
            flags = (index == 0) << 7 | (index == len(parts) - 1) << 6
            head = bytes((nal[0] & 0xE0 | 28, nal[0] & 0x1F | flags))
            found.append(nal if len(parts) == 1 else head + part)
    return found


def h265_payloads(nals: list[bytes], mtu: int, *, aggregate: bool) -> list[bytes]:
    if aggregate:
        return [b"\x60\x01" + b"".join(struct.pack(">H", len(nal)) + nal for nal in nals)]
    found = []
    for nal in nals:
        parts = [nal[2:][at : at + mtu] for at in range(0, len(nal) - 2, mtu)]
        for index, part in enumerate(parts):
            flags = (index == 0) << 7 | (index == len(parts) - 1) << 6
            head = bytes((nal[0] & 0x81 | 49 << 1, nal[1], nal[0] >> 1 & 0x3F | flags))
            found.append(nal if len(parts) == 1 else head + part)
    return found


@settings(deadline=None)
@given(st.lists(H264_NAL, min_size=1, max_size=8), st.integers(1, 100), st.booleans())
def test_h264_nal_units_come_back_whole(nals, mtu, aggregate):
    """Alone, aggregated or in fragments of any size: what went in comes out (RFC 6184)."""
    found: list[bytes] = []
    stream = depacketiser(Codec.H264)
    for payload in h264_payloads(nals, mtu, aggregate=aggregate):
        stream.push(payload, found)
    assert found == nals


@settings(deadline=None)
@given(st.lists(H265_NAL, min_size=1, max_size=8), st.integers(1, 100), st.booleans())
def test_h265_nal_units_come_back_whole(nals, mtu, aggregate):
    """Alone, aggregated or in fragments of any size: what went in comes out (RFC 7798)."""
    found: list[bytes] = []
    stream = depacketiser(Codec.H265)
    for payload in h265_payloads(nals, mtu, aggregate=aggregate):
        stream.push(payload, found)
    assert found == nals


PICTURES = st.lists(
    st.lists(
        st.builds(lambda kind, size: bytes((0x60 | kind,)) + bytes(size), st.sampled_from([1, 5, 6]), LENGTHS)
    ),
    max_size=6,
)


@settings(deadline=None)
@given(PICTURES, st.integers(0, 0xFFFF), st.data())
def test_packets_taken_unread_give_the_same_pictures(pictures, first, data):
    """Whatever is lost, repeated, marked or not: the short ways for most packets are only shorter ways."""
    sent = []
    for place, nals in enumerate(pictures):
        for payload in h264_payloads(nals, 40, aggregate=False):
            marker = data.draw(st.booleans())
            number = (first + len(sent)) & 0xFFFF
            flags = data.draw(st.sampled_from([None, 0, 0x40, 0x10]))
            told = b"" if flags is None else struct.pack(">HHIIB3x", 0xABAC, 3, 0, 0, flags)
            begins = 0x80 | bool(told) << 4
            head = struct.pack(">BBHII", begins, marker << 7 | 96, number, place * 3600, 7)
            sent.append(head + told + payload)
    for times in data.draw(st.lists(st.integers(0, 2), max_size=3)):
        place = data.draw(st.integers(0, len(sent)))
        sent[place : place + 1] = sent[place : place + 1] * times
    short, long = (Pictures(Codec.H264, (), LiveTimes(None)) for _ in range(2))
    found, wanted = [], []
    for packet in sent:
        found += short.take(packet, NOW)
        wanted += long.push(parse_rtp(packet), NOW)
    assert found == wanted
    assert short.losses == long.losses
    assert short.ended == long.ended


@settings(deadline=None)
@given(st.sampled_from(Codec), st.lists(st.binary(max_size=40), max_size=20))
def test_no_payload_crashes_a_depacketiser(codec, payloads):
    """Rubbish is refused by the one error that means so."""
    stream, found = depacketiser(codec), []
    for payload in payloads:
        with contextlib.suppress(BrokenProtocol):
            stream.push(payload, found)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_packet_crashes_the_readers(data):
    """RTP and RTCP of any bytes give values or the one error."""
    parse_rtcp(data)
    with contextlib.suppress(BrokenProtocol):
        parse_rtp(data)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_description_crashes_the_reader(text):
    """An SDP of any text gives a video or the one error."""
    with contextlib.suppress(BrokenProtocol):
        parse_description("m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=fmtp:96 " + text, "rtsp://h/x")


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=100)), max_size=10), st.data())
def test_pieces_of_any_size_give_the_same_items(items, data):
    """TCP cuts where it likes; responses between packets are found."""
    answer = b"RTSP/1.0 200 OK\r\nCSeq: 7\r\nContent-Length: 3\r\n\r\nabc"
    wire = b"".join(struct.pack(">BBH", 0x24, channel, len(one)) + one for channel, one in items) + answer
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=8)))
    splitter, packets = Splitter(), []
    responses = [
        response
        for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True)
        for response in splitter.feed(wire[start:end], packets)
    ]
    assert packets == items
    assert [(response.cseq, response.body) for response in responses] == [(7, b"abc")]


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(-(2**31), 2**31 - 1))
def test_time_stamps_are_compared_the_shorter_way_round(stamp, ticks):
    """A wrap of the 32-bit time stamp is no jump."""
    assert ticks_between(stamp, (stamp + ticks) % 2**32) == ticks


def test_ntp_times_go_on_after_2036():
    """The 32-bit seconds begin again on 7 February 2036; recordings do not."""
    assert ntp_time(0xFFFFFFFF, 0) == datetime(2036, 2, 7, 6, 28, 15, tzinfo=UTC)
    assert ntp_time(0, 2**31) == datetime(2036, 2, 7, 6, 28, 16, 500_000, tzinfo=UTC)
    assert ntp_time(2_208_988_800, 0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_compound_rtcp_is_read():
    """A report with a goodbye behind it (RFC 3550 section 6)."""
    report = struct.pack(">BBHIIIIII", 0x80, 200, 6, 7, 2_208_988_800, 0, 4711, 0, 0)
    assert parse_rtcp(report + struct.pack(">BBHI", 0x81, 203, 1, 7)) == [
        SenderReport(datetime(1970, 1, 1, tzinfo=UTC), 4711, (2_208_988_800 & 0xFFFF) << 16),
        Bye(),
    ]


def test_h265_descriptions_are_read():
    """VPS, SPS and PPS stand in three parameters (RFC 7798 section 7.1)."""
    sets = [b"\x40\x01vps", b"\x42\x01sps", b"\x44\x01pps"]
    vps, sps, pps = (base64.b64encode(one).decode().rstrip("=") for one in sets)
    video = parse_description(
        "v=0\r\na=control:rtsp://10.0.0.1/all\r\nm=audio 0 RTP/AVP 0\r\na=control:a\r\n"
        "m=video 0 RTP/AVP 97\r\na=rtpmap:97 H265/90000\r\na=control:v?x=1\r\n"
        f"a=fmtp:97 sprop-vps={vps}; sprop-sps={sps};sprop-pps={pps}\r\n",
        "rtsp://h:8554/base",
    )
    assert video.codec is Codec.H265
    assert list(video.parameter_sets) == sets
    assert video.setup_url == "rtsp://h:8554/base/v?x=1"
    assert video.session_url == "rtsp://h:8554/all"


@pytest.mark.parametrize("codec", ["VP8", "JPEG", "H264/8000"])
def test_other_video_is_refused_by_name(codec):
    """What cannot be passed through is said."""
    with pytest.raises(BrokenProtocol, match=r"no H\.264 or H\.265 video"):
        parse_description(f"m=video 0 RTP/AVP 96\na=rtpmap:96 {codec}/90000\n", "rtsp://h/")
