"""Sound and metadata beside the pictures: exact bytes, right times, and never in the way of the pictures."""

from __future__ import annotations

import struct
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_plugin.adapters.rtsp.errors import BrokenProtocol
from incident_plugin.adapters.rtsp.rtp import RtpPacket
from incident_plugin.adapters.rtsp.sdp import parse_description
from incident_plugin.adapters.rtsp.sound import Documents, Piece, unpacking
from incident_plugin.domain.media import MetadataUnit, SoundCodec, SoundTrack, SoundUnit
from incident_plugin.domain.time import Interval

SECOND = timedelta(seconds=1)
VIDEO = "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:track1\n"
AAC = SoundTrack(codec=SoundCodec.AAC, rate=48_000, channels=1, config=b"\x11\x88")


def packet(payload: bytes, *, sequence: int = 0, stamp: int = 0, marker: bool = True) -> RtpPacket:
    return RtpPacket(marker, 97, sequence, stamp, 7, payload, None)


def described(sound: str) -> SoundTrack | None:
    found = parse_description(f"v=0\n{VIDEO}{sound}", "rtsp://h/x").sound
    return found.track if found else None


@pytest.mark.parametrize(
    ("sound", "track"),
    [
        ("m=audio 0 RTP/AVP 0\n", SoundTrack(codec=SoundCodec.PCMU, rate=8000, channels=1)),
        ("m=audio 0 RTP/AVP 8\na=control:a\n", SoundTrack(codec=SoundCodec.PCMA, rate=8000, channels=1)),
        (
            "m=audio 0 RTP/AVP 97\na=rtpmap:97 PCMU/16000/1\n",
            SoundTrack(codec=SoundCodec.PCMU, rate=16_000, channels=1),
        ),
        (
            "m=audio 0 RTP/AVP 97\na=rtpmap:97 OPUS/48000/2\n",
            SoundTrack(codec=SoundCodec.OPUS, rate=48_000, channels=2),
        ),
        (
            "m=audio 0 RTP/AVP 97\na=rtpmap:97 mpeg4-generic/48000/1\na=fmtp:97 config=1188;sizelength=13\n",
            AAC,
        ),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 mpeg4-generic/48000\n", None),
        ("m=audio 0 RTP/AVP 97\na=rtpmap:97 G726-32/8000\n", None),
        ("m=audio 0 RTP/AVP 0\na=sendonly\n", None),
        ("", None),
    ],
)
def test_descriptions_name_the_sound(sound, track):
    """Static and dynamic types; what cannot be passed on, and the way back to a loudspeaker, are no sound."""
    assert described(sound) == track


@settings(deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=8), st.integers(1, 60))
def test_aac_frames_come_back_whole(frames, mtu):
    """Several in one packet, or one in several: what went in comes out, each 1024 samples further."""
    headers = b"".join(struct.pack(">H", len(frame) << 3) for frame in frames)
    together = struct.pack(">H", 16 * len(frames)) + headers + b"".join(frames)
    unpacked = unpacking(AAC, (13, 3)).push(packet(together))
    assert unpacked == [Piece(1024 * n, frame) for n, frame in enumerate(frames)]
    alone = unpacking(AAC, (13, 3))
    head = struct.pack(">HH", 16, len(frames[0]) << 3)
    parts = [frames[0][at : at + mtu] for at in range(0, len(frames[0]), mtu)]
    pieces = [piece for part in parts for piece in alone.push(packet(head + part))]
    assert pieces == [Piece(0, frames[0])]


@settings(deadline=None)
@given(st.sampled_from([SoundCodec.AAC, SoundCodec.OPUS]), st.lists(st.binary(max_size=40), max_size=20))
def test_no_payload_crashes_the_readers(codec, payloads):
    """Rubbish gives pieces or the one error that means so."""
    parts = unpacking(SoundTrack(codec=codec, rate=48_000, channels=1), (13, 3))
    for payload in payloads:
        try:
            parts.push(packet(payload))
        except BrokenProtocol:
            parts.reset()


def test_a_document_without_end_is_given_up():
    """Metadata is kept within a megabyte."""
    documents = Documents()
    for _ in range(52):
        documents.push(packet(b"x" * 20_000, marker=False))
    with pytest.raises(BrokenProtocol, match="no end"):
        documents.push(packet(b"x" * 20_000, marker=False))


def wire(payload: bytes, *, channel: int, sequence: int, stamp: int, time=None, marker: bool = True) -> bytes:
    """One interleaved packet of sound or metadata."""
    extension = b""
    if time is not None:
        extension = struct.pack(">HHIIBBH", 0xABAC, 3, *time, 0, 0, 0)
    head = struct.pack(">BBHII", 0x90 if extension else 0x80, 97 | marker << 7, sequence, stamp, 9)
    data = head + extension + payload
    return struct.pack(">BBH", 0x24, channel, len(data)) + data


@pytest.fixture
def speaking(recorder):
    """The scripted recorder with sound and metadata beside its video."""
    answer = recorder.answer

    def with_more(head: str):
        given = answer(head)
        if given is not None and head.startswith("DESCRIBE"):
            text = given.decode()
            body = text.split("\r\n\r\n", 1)[1] + (
                "m=audio 0 RTP/AVP 0\r\na=control:track2\r\nm=application 0 RTP/AVP 107\r\n"
                "a=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:track3\r\n"
            )
            head_lines = text.split("\r\n\r\n", 1)[0].rsplit("Content-Length", 1)[0]
            return f"{head_lines}Content-Length: {len(body)}\r\n\r\n{body}".encode()
        if given is not None and head.startswith("SETUP"):
            wanted = head.split("interleaved=")[1].split("\r\n", maxsplit=1)[0]
            return given.replace(b"interleaved=0-1", f"interleaved={wanted}".encode())
        return given

    type(recorder).answer, before = (lambda _, head: with_more(head)), type(recorder).answer
    recorder_class = type(recorder)
    yield recorder
    recorder_class.answer = before


async def test_sound_and_metadata_come_with_the_pictures(speaking, client, kit):
    """In one session, each exact and in its own order; lost sound costs no picture."""
    pictures = kit.footage(10)
    sound = [
        wire(
            bytes([n]) * 160, channel=2, sequence=n, stamp=n * 800, time=kit.ntp(kit.START + n * 0.1 * SECOND)
        )
        for n in range(10)
        if n != 4
    ]
    document = [
        wire(part, channel=4, sequence=n, stamp=0, time=kit.ntp(kit.START + 0.2 * SECOND), marker=n == 1)
        for n, part in enumerate((b"<tt:Meta", b"data/>"))
    ]
    speaking.media = [*sound[:3], *kit.media(pictures), *sound[3:], *document]
    speaking.then = "bye"
    interval = Interval(kit.START + 0.25 * SECOND, kit.START + 5 * SECOND)
    async with client.replay(speaking.url, interval, sound=True, metadata=True) as stream:
        assert stream.sound == SoundTrack(codec=SoundCodec.PCMU, rate=8000, channels=1)
        units = [unit async for unit in stream.everything()]
    heard = [unit for unit in units if isinstance(unit, SoundUnit)]
    assert [unit.data[0] for unit in heard] == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    assert [unit.pts for unit in heard][:3] == [0, 800, 1600]
    assert heard[-1].time == kit.START + 0.9 * SECOND
    assert [unit.document for unit in units if isinstance(unit, MetadataUnit)] == [b"<tt:Metadata/>"]
    assert len(units) == 10 + 9 + 1
    assert [request.split()[1][-6:] for request in speaking.requests if request.startswith("SETUP")] == [
        "track1",
        "track2",
        "track3",
    ]


async def test_sound_is_not_set_up_unless_asked_for(speaking, client, kit):
    """Who wants pictures gets pictures."""
    speaking.media = kit.media(kit.footage(3))
    speaking.then = "bye"
    async with client.replay(speaking.url, Interval(kit.START, kit.START + SECOND)) as stream:
        assert stream.sound is None
        assert len([unit async for unit in stream.mixed()]) == 3
    assert speaking.methods().count("SETUP") == 1


async def test_key_pictures_alone_are_asked_for_the_standard_way(recorder, client, kit):
    """Frames: intra (ONVIF Streaming Specification section 6.4)."""
    recorder.media = kit.media(kit.footage(3))
    recorder.then = "bye"
    async with client.replay(recorder.url, Interval(kit.START, kit.START + SECOND), intra=True) as stream:
        assert [unit async for unit in stream]
    assert "\r\nFrames: intra\r\n" in recorder.request("PLAY")
