"""Receiver reports: recorders are told what came of their streams."""

from __future__ import annotations

import struct
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from tests.waiting import until

from incident_plugin.adapters.rtsp.rtcp import INTERVAL, Reception
from incident_plugin.adapters.rtsp.rtp import RtpPacket, SenderReport

NOW = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)


def packet(sequence: int, timestamp: int = 0) -> RtpPacket:
    return RtpPacket(
        marker=True,
        payload_type=96,
        sequence=sequence,
        timestamp=timestamp,
        source=7,
        payload=b"",
        replay=None,
    )


def read(report: bytes) -> dict[str, int]:
    head, kind, words, _, source, loss, highest, jitter, middle, delay = struct.unpack_from(
        ">BBHIIIIIII", report
    )
    assert (head, kind, words) == (0x81, 201, 7)
    assert struct.unpack_from(">BB", report, 32) == (0x81, 202)
    assert len(report) == 32 + 4 + 4 * struct.unpack_from(">H", report, 34)[0]
    return {
        "source": source,
        "fraction": loss >> 24,
        "lost": loss & 0xFFFFFF,
        "highest": highest,
        "jitter": jitter,
        "middle": middle,
        "delay": delay,
    }


def test_a_report_counts_what_came_and_what_did_not():
    """Over the end of the sequence numbers; the fraction is of the time since the last report."""
    reception = Reception(90_000)
    reception.took(2, packet(65_535), NOW)
    assert reception.report(NOW) == b""
    reception.heard(SenderReport(time=NOW, timestamp=0, middle=0xABCD1234), NOW + timedelta(seconds=3))
    reception.took(6, packet(7, 90_000), NOW + timedelta(seconds=1))
    told = read(reception.report(NOW + INTERVAL))
    assert told == {
        "source": 7,
        "fraction": 2 * 256 // 10,
        "lost": 2,
        "highest": 65_536 + 7,
        "jitter": 0,
        "middle": 0xABCD1234,
        "delay": 2 * 65_536,
    }
    assert reception.report(NOW + INTERVAL) == b""
    reception.took(3, packet(10, 180_000), NOW + timedelta(seconds=2))
    told = read(reception.report(NOW + 2 * INTERVAL))
    assert (told["fraction"], told["lost"], told["highest"]) == (0, 2, 65_536 + 10)


def test_jitter_is_how_unevenly_packets_come():
    """A sixteenth of each difference counts (RFC 3550 appendix A.8)."""
    reception = Reception(8_000)
    reception.took(1, packet(1, 0), NOW)
    reception.took(1, packet(2, 160), NOW + timedelta(milliseconds=40))
    assert read(reception.report(NOW + INTERVAL))["jitter"] == 10


async def test_they_are_sent_beside_the_stream(recorder, kit):
    """On the channel next to the pictures, from five seconds after the first packet on."""
    pictures = kit.footage(20, replay=False)
    early, late = kit.media(pictures[:10]), kit.media(pictures)[len(kit.media(pictures[:10])) :]
    moment = [NOW]
    recorder.media = early
    client = kit.client_with()
    client._now = lambda: moment[0]
    async with client.live(recorder.url) as stream, aclosing(aiter(stream)) as units:
        for _ in range(10):
            await anext(units)
        assert recorder.reports == []
        moment[0] += INTERVAL
        for piece in late:
            stream._session.connection.data_received(piece)
        await anext(units)
        await until(lambda: bool(recorder.reports))
    channel, report = recorder.reports[0]
    assert channel == 1
    assert read(report)["source"] != 0
