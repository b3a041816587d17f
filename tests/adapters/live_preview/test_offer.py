"""Offers of real browsers, and of those who mean harm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.adapters.live_preview.h264 import Profile
from incident_plugin.adapters.live_preview.offer import Offer, answer_with
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.media import Codec

#: As Chromium makes it; its fourth format, High 4:4:4 Predictive, has a number that aiortc cannot use.
CHROMIUM = (Path(__file__).parent / "chromium.sdp").read_bytes().decode()
BASELINE, CONSTRAINED, MAIN, HIGH = (
    Profile.of_level_id(text) for text in ("42001f", "42e01f", "4d001f", "64001f")
)


@pytest.mark.parametrize(
    ("stream", "payload_type"), [(BASELINE, "102"), (CONSTRAINED, "102"), (MAIN, "116"), (HIGH, "117")]
)
def test_format_that_covers_the_stream_is_chosen(stream: Profile, payload_type: str) -> None:
    """The answer promises a profile in which the camera's pictures are allowed."""
    offer = re.sub(r"\b41\b(?!:)", "117", CHROMIUM)
    assert Offer.parse(offer).choose(Codec.H264, stream).payload_type == payload_type


def test_without_a_covering_format_the_first_is_chosen() -> None:
    """A browser that lists only Baseline still gets the picture."""
    assert Offer.parse(CHROMIUM).choose(Codec.H264, HIGH).payload_type == "102"


@pytest.mark.parametrize(
    ("decoder", "stream", "does"),
    [
        (BASELINE, CONSTRAINED, True),
        (CONSTRAINED, BASELINE, False),
        (MAIN, CONSTRAINED, True),
        (MAIN, BASELINE, False),
        (MAIN, HIGH, False),
        (HIGH, MAIN, True),
        (HIGH, HIGH, True),
        (Profile.of_level_id("2c0028"), Profile.of_level_id("2c0028"), True),
        (Profile.of_level_id("2c0028"), CONSTRAINED, False),
    ],
)
def test_profiles_contain_one_another(decoder: Profile, stream: Profile, does: bool) -> None:
    """As annex A.2 of the standard has it."""
    assert decoder.decodes(stream) is does


def test_browser_without_h264_is_told_so() -> None:
    """The refusal names what is missing and what to use."""
    with pytest.raises(InvalidInput, match=r"cannot receive H\.264"):
        Offer.parse(CHROMIUM.replace("H264/90000", "VP8/90000")).choose(Codec.H264, HIGH)


def test_small_packets_only_is_no_h264_for_us() -> None:
    """packetization-mode 0 has no room for a key picture."""
    with pytest.raises(InvalidInput, match=r"H\.264"):
        Offer.parse(CHROMIUM.replace("packetization-mode=1", "packetization-mode=0")).choose(Codec.H264, HIGH)


def test_aiortc_is_handed_one_format_and_no_candidate() -> None:
    """Nothing in an offer can make the server send packets somewhere else."""
    offer = Offer.parse(CHROMIUM + "a=candidate:1 1 udp 2122260223 203.0.113.9 53 typ host\r\n")
    reduced = offer.reduced_to(offer.choose(Codec.H264, HIGH))
    assert "candidate" not in reduced
    assert "m=video 9 UDP/TLS/RTP/SAVPF 102\r\n" in reduced
    assert reduced.count("a=rtpmap:") == reduced.count("a=fmtp:") == 1
    assert "profile-level-id=42e01f" in reduced


def test_answer_repeats_the_viewers_parameters() -> None:
    """What was negotiated is what the viewer offered, not what aiortc was told."""
    offer = Offer.parse(CHROMIUM)
    chosen = offer.choose(Codec.H264, HIGH)
    answer = answer_with(
        chosen, "v=0\r\na=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\na=mid:0\r\n"
    )
    assert answer == f"v=0\r\na=fmtp:102 {chosen.parameters}\r\na=mid:0\r\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a session description"),
        ("GET / HTTP/1.1\r\n", "not a session description"),
        ("v=0\r\n", "not a session description"),
        (CHROMIUM + "a=x:" + "y" * 70_000, "longer than"),
        (CHROMIUM + CHROMIUM[CHROMIUM.index("m=video") :] * 3, "not a session description"),
        (CHROMIUM + CHROMIUM[CHROMIUM.index("m=video") :], "2 pictures"),
        (CHROMIUM.replace("m=video", "m=audio"), "0 pictures"),
        (CHROMIUM.replace("m=video 9", "m=video nine"), "malformed"),
        (CHROMIUM.replace("a=recvonly", "a=sendonly"), "does not ask to receive"),
        (CHROMIUM.replace("a=ice-pwd", "a=x-pwd"), "ice-pwd is missing"),
        (CHROMIUM.replace("a=fingerprint", "a=x-print"), "fingerprint is missing"),
        (CHROMIUM.replace("a=mid:0", "a=dim:0"), "mid is missing"),
        (CHROMIUM.replace("BUNDLE 0 1", "BUNDLE 1"), "not bundled"),
        (CHROMIUM.replace("a=mid:1", "a=mid:0"), "not bundled"),
    ],
    ids=range(14),
)
def test_unusable_offers_are_refused_with_a_reason(text: str, reason: str) -> None:
    """Whoever made the offer learns what is wrong with it."""
    with pytest.raises(InvalidInput, match=reason):
        Offer.parse(text)


@given(st.text(max_size=400))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    """No other error gets out."""
    for candidate in (text, "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n" + text):
        try:
            Offer.parse(candidate)
        except InvalidInput:
            continue
