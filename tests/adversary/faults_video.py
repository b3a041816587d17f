"""Faults of RTSP and of the video itself."""

from __future__ import annotations

import itertools
import struct

import attrs

from tests.adversary.device import VIDEO, Conduct, described, ok, refused, sdp, whole
from tests.adversary.fault import Fault, Gives, Outcome, Reads, media, rtsp
from tests.adversary.faults_web import TRY
from tests.adversary.footage import BYE, SPS, Picture, frame, framed, packets
from tests.adversary.replies import CLOSE, MUTE, RESET, Raw

HERE = "The recorder at {rtsp}"
BROKEN = f"{HERE} sent video that cannot be used (%s). {TRY}"
QUIET = f"{HERE} is not answering (%s). {TRY}"
GONE = f"{HERE} cannot be reached (%s). {TRY}"
REFUSED = f"{HERE} refused to send video (%s). {TRY}"
PASSWORD = Reads(f"{HERE} refused the user name or password. Ask your administrator to correct them.")
LIVE, REPLAY = Gives("8 pictures"), Gives("20 pictures")
BOTH = {"live": LIVE, "replay": REPLAY}


def both(words: str) -> dict[str, Outcome]:
    return {"live": Reads(words), "replay": Reads(words)}


def described_as(id_: str, does: str, seen: str, text: str, **outcomes: Outcome) -> Fault:
    return Fault(id=id_, does=does, seen=seen, conduct=Conduct(sdp=text), outcomes=outcomes)


CONVERSATION = [
    Fault(
        id="rtsp-refused",
        does="refuses connections to its streams",
        seen="a firewall, or RTSP switched off",
        conduct=Conduct(listening=frozenset({"web"})),
        outcomes=both(GONE % "the connection was refused"),
    ),
    rtsp(
        "rtsp-reset",
        "resets the connection when it is asked what there is",
        "overloaded NVRs",
        {"DESCRIBE": RESET},
        **both(GONE % "the connection broke"),
    ),
    rtsp(
        "rtsp-closed",
        "closes the connection when it is asked to play",
        "NVRs out of sessions",
        {"PLAY": CLOSE},
        **both(GONE % "the recorder closed the connection"),
    ),
    rtsp(
        "rtsp-mute",
        "does not answer",
        "hung RTSP servers",
        {"DESCRIBE": MUTE},
        **both(QUIET % "DESCRIBE was not answered in time"),
    ),
    rtsp(
        "rtsp-mute-play",
        "does not answer PLAY",
        "disks that do not start",
        {"PLAY": MUTE},
        **both(QUIET % "PLAY was not answered in time"),
    ),
    rtsp(
        "rtsp-551",
        "does not know what ONVIF requires of a replay",
        "onvifsim rtsp.ignore_backchannel_require",
        {
            "SETUP": lambda asked: (
                refused(551, "Option not supported")
                if "Require:" in asked.head
                else ok("Session: abc\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")
            )
        },
        replay=REPLAY,
    ),
    rtsp(
        "rtsp-454",
        "has forgotten the session",
        "NVRs with very short sessions",
        {"PLAY": refused(454, "Session Not Found")},
        **both(REFUSED % "PLAY was answered 454 Session Not Found"),
    ),
    rtsp(
        "rtsp-461",
        "sends by UDP only",
        "cameras behind old VMS bridges",
        {"SETUP": refused(461, "Unsupported Transport")},
        **both(
            f"{HERE} does not send video over TCP. Ask your administrator to allow RTSP over TCP in its"
            " settings."
        ),
    ),
    rtsp(
        "rtsp-453",
        "has no bandwidth left",
        "onvifsim rtsp.max_sessions",
        {"SETUP": refused(453, "Not Enough Bandwidth")},
        **both(f"{HERE} has no bandwidth left. Close other pictures of it."),
    ),
    rtsp(
        "rtsp-503",
        "is too busy",
        "NVRs with few sessions",
        {"DESCRIBE": refused(503, "Service Unavailable")},
        **both(f"{HERE} is too busy now. If it stays so, tell your administrator."),
    ),
    rtsp(
        "rtsp-404",
        "no longer has the stream",
        "cameras replaced at an NVR",
        {"DESCRIBE": refused(404, "Not Found")},
        kind="NotFound",
        **both(f"{HERE} no longer has this camera or recording. Refresh the list."),
    ),
    rtsp(
        "rtsp-403",
        "does not let the user see the camera",
        "accounts with rights by camera",
        {"DESCRIBE": refused(403, "Forbidden")},
        **both(f"{HERE} does not let its user see this camera. Ask your administrator to allow it."),
    ),
    rtsp(
        "rtsp-457",
        "has nothing at the chosen time",
        "everybody",
        {"PLAY": refused(457, "Invalid Range")},
        kind="NoVideo",
        replay=Reads(f"{HERE} has no video for the chosen time. Choose another time."),
    ),
    rtsp(
        "rtsp-401-loop",
        "answers 401 for ever",
        "onvifsim rtsp.auth_strict_digest_params",
        {"DESCRIBE": refused(401, "Unauthorized", 'WWW-Authenticate: Digest realm="r", nonce="n"\r\n')},
        live=PASSWORD,
        replay=PASSWORD,
    ),
    rtsp(
        "rtsp-401-unknown",
        "wants to be signed in to in a way nobody knows",
        "stands for firmwares to come",
        {"DESCRIBE": refused(401, "Unauthorized", "WWW-Authenticate: Bearer\r\n")},
        live=PASSWORD,
    ),
    rtsp(
        "rtsp-no-reason",
        "gives a status without words",
        "minimal servers",
        {
            "OPTIONS": "RTSP/1.0 200\r\nCSeq: <cseq>\r\n\r\n",
            "DESCRIBE": "RTSP/1.0 500\r\nCSeq: <cseq>\r\n\r\n",
        },
        live=Reads(REFUSED % "DESCRIBE was answered 500 "),
    ),
    rtsp(
        "rtsp-no-cseq",
        "leaves out the numbers of its answers",
        "mpv with Xiaomi Dafang: CSeq 6 expected",
        {"DESCRIBE": described(sdp()).replace("CSeq: <cseq>\r\n", "")},
        **BOTH,
    ),
    rtsp(
        "rtsp-wrong-base",
        "gives another host as Content-Base",
        "recorders behind address translation",
        {"DESCRIBE": described(sdp(), "rtsp://192.168.1.99/live/")},
        **BOTH,
    ),
    rtsp(
        "rtsp-no-base",
        "gives no Content-Base",
        "RFC 2326 makes it optional",
        {"DESCRIBE": described(sdp(), "")},
        **BOTH,
    ),
    rtsp(
        "rtsp-no-length",
        "does not tell how long its description is",
        "stands for minimal servers",
        {"DESCRIBE": f"RTSP/1.0 200 OK\r\nCSeq: <cseq>\r\n\r\n{sdp()}"},
        **both(BROKEN % "the stream has no H.264 or H.265 video"),
    ),
    rtsp(
        "rtsp-endless-head",
        "sends a head without end",
        "stands for a hostile device",
        {
            "DESCRIBE": Raw(
                pieces=lambda: itertools.chain(
                    (b"RTSP/1.0 200 OK\r\n",), itertools.repeat(b"X: " + b"y" * 60000 + b"\r\n")
                )
            )
        },
        **both(BROKEN % "a message head is too long"),
    ),
    rtsp(
        "rtsp-huge-length",
        "promises a description of 4 GB",
        "stands for a hostile device",
        {"DESCRIBE": "RTSP/1.0 200 OK\r\nCSeq: <cseq>\r\nContent-Length: 4294967296\r\n\r\n"},
        **both(BROKEN % "a message body is too long, or its length is no number"),
    ),
    rtsp(
        "rtsp-no-session",
        "names no session",
        "onvifsim rtsp.setup_no_session_header",
        {"SETUP": ok("Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")},
        **BOTH,
    ),
    rtsp(
        "rtsp-no-transport",
        "does not confirm the channels",
        "stands for minimal servers",
        {"SETUP": ok("Session: abc\r\n")},
        **BOTH,
    ),
    rtsp(
        "rtsp-zero-timeout",
        "lets its sessions end after 0 seconds",
        "stands for sloppy servers",
        {"SETUP": ok("Session: abc;timeout=0\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n")},
        **BOTH,
    ),
]

SOUND = "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 {}\r\na=control:track2\r\n"
DESCRIPTIONS = [
    described_as(
        "sdp-unknown-sound",
        "has sound of a kind nobody knows",
        "onvifsim rtsp.sdp_nonstandard_codec: G7221",
        sdp(VIDEO + SOUND.format("G7221/16000")),
        **BOTH,
    ),
    described_as(
        "sdp-sound-without-map",
        "has sound by its number alone",
        "onvifsim rtsp.sdp_no_rtpmap",
        sdp(VIDEO + "m=audio 0 RTP/AVP 0\r\na=control:track2\r\n"),
        **BOTH,
    ),
    described_as(
        "sdp-back-channel",
        "offers its loudspeaker first",
        "onvifsim rtsp.talkback_dual_track",
        sdp(SOUND.format("PCMU/8000") + "a=sendonly\r\n" + VIDEO),
        **BOTH,
    ),
    described_as(
        "sdp-metadata-only",
        "has metadata and no video",
        "Axis, Bosch: profile of metadata",
        sdp("m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:track1\r\n"),
        **both(BROKEN % "the stream has no H.264 or H.265 video"),
    ),
    described_as(
        "sdp-jpeg",
        "sends another codec than ONVIF says",
        "onvifsim media.codec_mismatch",
        sdp("m=video 0 RTP/AVP 26\r\na=control:track1\r\n"),
        **both(BROKEN % "the stream has no H.264 or H.265 video"),
    ),
    described_as(
        "sdp-one-control",
        "has a control address for the whole alone",
        "onvifsim rtsp.sdp_session_level_control",
        sdp(VIDEO.replace("a=control:track1\r\n", "")),
        **BOTH,
    ),
    described_as(
        "sdp-line-feeds", "ends lines by a line feed alone", "many", sdp().replace("\r\n", "\n"), **BOTH
    ),
    described_as(
        "sdp-bad-sets",
        "has parameter sets that are not base64",
        "stands for sloppy servers",
        sdp(VIDEO.replace("sprop-parameter-sets=", "sprop-parameter-sets=%%%")),
        **BOTH,
    ),
    described_as(
        "sdp-empty",
        "describes nothing",
        "NVRs whose camera is away",
        "",
        **both(BROKEN % "the stream has no H.264 or H.265 video"),
    ),
    described_as(
        "sdp-other-host",
        "points to another host for its video",
        "stands for a hostile device",
        sdp(VIDEO.replace("control:track1", "control:rtsp://192.0.2.9/live/track1")),
        **BOTH,
    ),
]


def without_sets(pictures: list[Picture]) -> list[Picture]:
    return [
        attrs.evolve(one, nals=tuple(nal for nal in one.nals if nal[0] & 31 not in (7, 8)))
        for one in pictures
    ]


def lost(pictures: list[Picture]) -> bytes:
    """A packet of the last picture but one group is missing."""
    found = packets(pictures)
    return framed(found[:-12] + found[-11:])


def stretched(pictures: list[Picture]) -> bytes:
    half = len(pictures) // 2
    first = packets(pictures[:half])
    return framed(first + packets(pictures[half:], sequence=30_000))


def stamped(change):
    return lambda pictures: whole(
        [attrs.evolve(one, timestamp=change(number, one.timestamp)) for number, one in enumerate(pictures)]
    )


def unmarked(pictures: list[Picture]) -> bytes:
    return framed([bytes((p[0], p[1] & 0x7F)) + p[2:] for p in packets(pictures)])


def marked_sets(pictures: list[Picture]) -> bytes:
    """The parameter sets marked as if they were a picture, at the time of the one before."""
    found = []
    for packet in packets(pictures):
        kind = packet[28 if packet[0] & 0x10 else 12] & 31
        found.append(packet[:1] + bytes((packet[1] | 0x80,)) + packet[2:] if kind in (7, 8) else packet)
    return framed(found)


def other_sets(pictures: list[Picture]) -> bytes:
    """Another resolution from the middle on."""
    half = len(pictures) // 2
    changed = [
        attrs.evolve(one, nals=tuple(nal[:4] + b"\x01" + nal[5:] if nal == SPS else nal for nal in one.nals))
        for one in pictures[half:]
    ]
    return whole([*pictures[:half], *changed])


def never_key(pictures: list[Picture]) -> Raw:
    """It goes on for long, and no picture can be shown without the one before it."""
    later = (attrs.evolve(one, clean=False, nals=(b"\x41" + one.nals[-1][1:],)) for one in pictures)
    found = itertools.cycle(packets(list(later)))
    return Raw(
        pieces=lambda: (
            frame(packet[:2] + struct.pack(">H", number % 65536) + packet[4:])
            for number, packet in enumerate(found)
        ),
        pause=0.02,
    )


def untimed(pictures: list[Picture]) -> bytes:
    return whole([attrs.evolve(one, time=None) for one in pictures])


def unterminated(pictures: list[Picture]) -> bytes:
    return whole([attrs.evolve(one, last=False) for one in pictures])


def with_gap(pictures: list[Picture]) -> bytes:
    """Five pictures are missing, and nothing says so."""
    return whole([one for number, one in enumerate(pictures) if not 20 <= number < 25])


def hours_away(pictures: list[Picture]) -> bytes:
    """One picture in ten is stamped hours before its neighbours."""
    return stamped(lambda number, stamp: stamp - 9800 * 90_000 if number % 10 == 7 else stamp)(pictures)


def others_packets(pictures: list[Picture]) -> bytes:
    """Packets of channels nobody set up, and receiver reports, in between."""
    return b"".join(
        frame(packet) + frame(b"\x80" * 40, channel=9) + frame(b"?", 1) for packet in packets(pictures)
    )


def cut_extension(pictures: list[Picture]) -> bytes:
    found = packets(pictures)
    return framed([struct.pack(">BBHII", 0x90, 96, 1, 1, 7) + b"\xab\xac"]) + framed(found)


def another_source(pictures: list[Picture]) -> bytes:
    half = len(pictures) // 2
    return whole(pictures[:half]) + framed(packets(pictures[half:], source=8))


def first_half(pictures: list[Picture]) -> bytes:
    return whole(pictures[: len(pictures) // 2])


def endless_picture(pictures: list[Picture]) -> bytes:
    """Fragments of one picture that never ends, beyond any camera's size."""
    kinds = (b"\x7c\x85", *[b"\x7c\x05"] * 600)
    return framed(
        [struct.pack(">BBHII", 0x80, 96, n, 1000, 7) + kind + bytes(60_000) for n, kind in enumerate(kinds)]
    )


def told_in_range(asked):
    return ok(f"Range: clock={asked.start:%Y%m%dT%H%M%S}.0Z-\r\n")


VIDEO_FAULTS = [
    media(
        "rtp-lost",
        "loses a packet",
        "onvifsim rtsp.rtp_packet_loss",
        lost,
        replay=Gives("15 pictures, 1 loss"),
    ),
    media(
        "rtp-sequence-jump",
        "jumps in its packet numbers",
        "cameras that restart their encoder",
        stretched,
        live=LIVE,
        replay=Gives("15 pictures, 1 loss"),
    ),
    media(
        "rtp-stamp-wraps",
        "counts its time stamps over their end",
        "every camera after 13 hours",
        stamped(lambda number, stamp: stamp - 1000 - 9000 * 12),
        **BOTH,
    ),
    media(
        "rtp-stamp-hours-away",
        "stamps some pictures hours away",
        "mediamtx #6255, Intelbras",
        hours_away,
        **BOTH,
    ),
    media(
        "rtp-stamp-repeats",
        "gives two pictures the same time stamp",
        "homebridge-camera-ffmpeg #471",
        stamped(lambda number, stamp: stamp - 9000 if number % 5 == 3 else stamp),
        **BOTH,
    ),
    media(
        "rtp-stamp-stands",
        "gives all pictures the same time stamp",
        "go2rtc #1943, stands for worse",
        stamped(lambda _number, _stamp: 0),
        **BOTH,
    ),
    media(
        "rtp-no-marker",
        "does not mark where pictures end",
        "stands for sloppy encoders",
        unmarked,
        live=LIVE,
        replay=REPLAY,
    ),
    media(
        "rtp-marked-sets",
        "marks parameter sets as pictures",
        "retina #13, Reolink RLC-822A",
        marked_sets,
        **BOTH,
    ),
    media(
        "rtp-junk-channels",
        "sends what nobody asked for in between",
        "NVRs with metadata",
        others_packets,
        **BOTH,
    ),
    media(
        "rtp-no-bytes",
        "sends empty packets in between",
        "keep-alives of address translators",
        lambda pictures: b"".join(frame(packet) + b"\r\n" for packet in packets(pictures)),
        **BOTH,
    ),
    media(
        "rtp-cut-extension",
        "cuts a header extension off",
        "stands for a hostile device",
        cut_extension,
        **both(BROKEN % "an RTP header extension is cut off"),
    ),
    media(
        "rtp-garbage",
        "sends bytes that are neither packet nor message",
        "go2rtc history",
        lambda _: b"\x00\x01\x02\x03garbage",
        **both(BROKEN % "neither a packet nor a message: {garbage}"),
    ),
    media(
        "rtp-short-packets",
        "sends packets shorter than their head",
        "stands for a hostile device",
        lambda _: frame(b"\x80\x60"),
        **both(BROKEN % "an RTP packet is cut off"),
    ),
    media(
        "rtp-endless-picture",
        "sends a picture without end",
        "stands for a hostile device",
        endless_picture,
        **both(BROKEN % "a picture has no end"),
    ),
    media(
        "rtp-other-source",
        "puts another stream in place of the one that plays",
        "NVRs that switch cameras",
        another_source,
        **both(BROKEN % "the recorder put another stream in place of this one"),
    ),
    media("sets-change", "changes its resolution", "cameras set up while they record", other_sets, **BOTH),
    media(
        "sets-in-description-only",
        "sends parameter sets in its description alone",
        "onvifsim rtsp.sps_pps_placement",
        lambda pictures: whole(without_sets(pictures)),
        **BOTH,
    ),
    Fault(
        id="sets-in-stream-only",
        does="sends parameter sets in the stream alone",
        seen="onvifsim rtsp.sps_pps_placement",
        conduct=Conduct(sdp=sdp(VIDEO.partition("sprop")[0] + "\r\na=control:track1\r\n")),
        outcomes=BOTH,
    ),
    Fault(
        id="sets-nowhere",
        does="sends no parameter sets at all",
        seen="stands for broken encoders",
        conduct=Conduct(
            sdp=sdp(VIDEO.partition("sprop")[0] + "\r\na=control:track1\r\n"),
            media=lambda pictures: whole(without_sets(pictures)),
        ),
        outcomes=both(BROKEN % "the video does not say how to decode it"),
    ),
    media(
        "key-never",
        "never sends a key picture",
        "smart codecs; cameras after a break",
        never_key,
        **both(QUIET % "no picture that can be shown came for {limit} seconds"),
    ),
    media(
        "live-silent",
        "plays and sends nothing",
        "cameras whose encoder hangs",
        lambda _: b"",
        live=Reads(QUIET % "no video arrived in time"),
    ),
    Fault(
        id="replay-silent",
        does="plays a recording and sends nothing",
        seen="recordings that are not there after all",
        conduct=Conduct(media=lambda _: b""),
        outcomes={"replay": Reads(f"{HERE} has no video in the chosen time. Choose another time.")},
        kind="NoVideo",
        impatient=True,
    ),
    media(
        "live-bye",
        "says good-bye",
        "onvifsim rtsp.periodic_teardown",
        lambda pictures: whole(pictures[:3]) + BYE,
        live=Reads(GONE % "the camera ended its stream"),
    ),
    media(
        "live-closed",
        "closes the connection while it plays",
        "onvifsim rtsp.periodic_teardown",
        lambda pictures: whole(pictures[:3]),
        then="close",
        live=Reads(GONE % "the recorder closed the connection"),
    ),
    media(
        "replay-bye",
        "ends a recording by good-bye",
        "GStreamer's ONVIF server",
        lambda pictures: unterminated(pictures) + BYE,
        replay=REPLAY,
    ),
    media(
        "replay-no-terminal",
        "does not mark the last picture",
        "NVRs without the T bit",
        unterminated,
        replay=REPLAY,
    ),
    media(
        "replay-closed-at-end",
        "closes the connection behind the last picture",
        "NVRs without the T bit",
        unterminated,
        then="close",
        replay=REPLAY,
    ),
    media(
        "replay-unmarked-gap",
        "leaves a gap out without a word",
        "NVRs without the E bit",
        with_gap,
        replay=Gives("15 pictures"),
    ),
    Fault(
        id="replay-no-times",
        does="gives recorded pictures no times",
        seen="servers without the 0xABAC extension",
        conduct=Conduct(media=untimed),
        outcomes={"replay": Reads(BROKEN % "recorded pictures carry no time")},
    ),
    Fault(
        id="replay-times-in-answer",
        does="tells the time of the first picture only",
        seen="servers without the 0xABAC extension",
        conduct=Conduct(media=untimed, rtsp={"PLAY": told_in_range}),
        outcomes={"replay": REPLAY},
    ),
    Fault(
        id="reboot",
        does="restarts in the middle of a replay",
        seen="onvifsim transport.overload_reboot",
        conduct=Conduct(media=first_half, then="reset", away=2),
        outcomes={"replay": REPLAY},
    ),
    Fault(
        id="reboot-for-good",
        does="breaks off in the middle of a replay and stays away",
        seen="onvifsim transport.random_dropout",
        conduct=Conduct(media=first_half, then="reset", away=99),
        outcomes={"replay": Reads(GONE % "the recorder closed the connection")},
    ),
]

FAULTS = [*CONVERSATION, *DESCRIPTIONS, *VIDEO_FAULTS]
