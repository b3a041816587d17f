"""Every viewer gets what it can play: another codec, another size, sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from fractions import Fraction
from functools import cache, partial

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.adapters.live_preview import WebRtcRelay
from incident_plugin.adapters.live_preview.choice import choose
from incident_plugin.adapters.live_preview.offer import Offer
from incident_plugin.adapters.live_preview.rtp import MAXIMUM_PAYLOAD, h265_runs
from incident_plugin.adapters.media import OpusRecoder, recoded_pictures
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.media import (
    Codec,
    LiveProfile,
    SoundCodec,
    SoundTrack,
    SoundUnit,
    VideoTrack,
)
from tests.waiting import until

from .clips import RATE, START, Camera, Clip, split
from .conftest import LOBBY, QUICK
from .test_offer import CHROMIUM
from .watching import Watcher, h265_depayload

pytestmark = pytest.mark.usefixtures("nothing_left")

MAIN = LiveProfile(token="main", codec=Codec.H265, width=1920)
SECOND = LiveProfile(token="second", codec=Codec.H264, width=1280)
SMALL = LiveProfile(token="small", codec=Codec.H264, width=640)
PROFILES = st.builds(
    LiveProfile, token=st.text(min_size=1), codec=st.sampled_from(Codec), width=st.integers(0, 8_000)
)
BOTH, OLD = {Codec.H264, Codec.H265}, {Codec.H264}


@cache
def h265() -> Clip:
    """Two groups of H.265."""
    context = av.CodecContext.create("libx265", "w")
    context.width, context.height, context.pix_fmt = 160, 120, "yuv420p"
    context.time_base, context.framerate = Fraction(1, RATE), Fraction(RATE, 1)
    context.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x265-params": "keyint=25:min-keyint=25:scenecut=0:log-level=none:info=0:pools=none:frame-threads=1",
    }
    packets = []
    for index in range(50):
        image = np.full((120, 160, 3), (40, 120, 200), np.uint8)
        image[:, index * 3 : index * 3 + 16] = (250, 220, 30)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts = index
        packets += context.encode(frame)
    packets += context.encode(None)
    pictures = tuple(split(bytes(packet)) for packet in packets)
    sets = tuple(nal for nal in pictures[0] if nal[0] >> 1 in (32, 33, 34))
    return Clip(track=VideoTrack(codec=Codec.H265, parameter_sets=sets), pictures=pictures, group=25)


def shown(data: bytes, codec: str) -> np.ndarray:
    """Decode a key picture."""
    decoder = av.CodecContext.create(codec, "r")
    frames = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    return frames[0].to_ndarray(format="rgb24")


@pytest.mark.parametrize(
    ("takes", "width", "wanted"),
    [
        (BOTH, 300, ("small", Codec.H264, False)),
        (BOTH, 800, ("small", Codec.H264, False)),
        (BOTH, 801, ("second", Codec.H264, False)),
        (BOTH, 3000, ("main", Codec.H265, False)),
        (OLD, 3000, ("second", Codec.H264, False)),
        ({Codec.H265}, 100, ("main", Codec.H265, False)),
    ],
)
def test_stream_for_the_size_and_the_decoder(takes, width, wanted) -> None:
    """A small stream for a small view item, a large one for a large one; passed through where it can be."""
    choice = choose((MAIN, SECOND, SMALL), takes=takes, width=width)
    assert (choice.profile, choice.codec, choice.recoded) == wanted
    assert choice.fits[0] < width <= choice.fits[1]


def test_only_what_cannot_be_passed_through_is_recoded() -> None:
    """H.265 for a browser without it, and B pictures where there is nothing else."""
    assert choose((MAIN,), takes=OLD, width=500).recoded
    with_b = {"second"}
    assert choose((SECOND, SMALL), takes=OLD, width=1280, recoded=with_b).profile == "small"
    assert choose((SECOND,), takes=OLD, width=1280, recoded=with_b).recoded


@pytest.mark.parametrize(
    ("profiles", "takes", "width", "instead_of"),
    [
        ((MAIN,), BOTH, 500, None),
        ((MAIN,), OLD, 500, Codec.H265),
        ((MAIN, SMALL), OLD, 800, None),
        ((MAIN, SMALL), OLD, 801, Codec.H265),
        ((MAIN, SMALL), BOTH, 801, None),
    ],
)
def test_what_a_viewer_does_not_get_is_named(profiles, takes, width, instead_of) -> None:
    """Where it would have been the better one; and a view item that grows asks again."""
    choice = choose(profiles, takes=takes, width=width)
    assert choice.instead_of is instead_of
    assert choice.fits[0] < width <= choice.fits[1]


def test_viewer_who_decodes_nothing_of_it_is_told() -> None:
    """A codec that nobody plays is said in words."""
    with pytest.raises(InvalidInput, match=r"cannot receive H\.264"):
        choose((SECOND,), takes=frozenset(), width=100)


@given(
    st.lists(
        st.builds(
            LiveProfile, token=st.text(min_size=1), codec=st.sampled_from(Codec), width=st.integers(0, 8000)
        )
    ),
    st.sampled_from([BOTH, OLD]),
    st.integers(1, 10_000),
)
def test_choice_is_the_same_for_all_widths_that_it_fits(profiles, takes, width) -> None:
    """A page asks for another stream only when it would get another."""
    choice = choose(profiles, takes=takes, width=width)
    low, high = choice.fits
    assert low < width <= high or width <= low == 0
    for other in (max(low + 1, 1), min(high, 20_000)):
        if low < other <= high:
            again = choose(profiles, takes=takes, width=other)
            assert (again, again.instead_of) == (choice, choice.instead_of)


@given(st.lists(st.binary(min_size=2, max_size=4_000), max_size=6))
def test_h265_packets_are_put_together_again(bodies: list[bytes]) -> None:
    """Whatever the sizes of its units, a picture arrives as it was, in packets that fit."""
    nals = [bytes((19 << 1, 1)) + body for body in bodies]
    runs = h265_runs(nals)
    assert all(len(payload) <= MAXIMUM_PAYLOAD for run in runs for payload in run)
    data = b"".join(h265_depayload(payload) for run in runs for payload in run)
    assert data == b"".join(b"\0\0\0\1" + nal for nal in nals)


@pytest.fixture
async def recoding(camera: Camera) -> AsyncIterator[WebRtcRelay]:
    """A relay that recodes what viewers cannot play."""
    relay = WebRtcRelay(camera, limits=QUICK, recode=recoded_pictures, recode_sound=OpusRecoder)
    yield relay
    await relay.stop()


@pytest.fixture
async def join() -> AsyncIterator:
    """Connects a viewer."""
    watchers: list[Watcher] = []

    async def joined(relay: WebRtcRelay, *, width: float = 640, **wishes: bool) -> Watcher:
        watcher = Watcher(**wishes)
        watchers.append(watcher)
        session = await relay.open(LOBBY, await watcher.offer(), width=width)
        await watcher.accept(session.answer)
        await watcher.connected()
        return watcher

    yield joined
    for watcher in watchers:
        await watcher.close()


async def filming(camera: Camera, done: asyncio.Future) -> None:
    """Take pictures until something is there."""
    taking = asyncio.create_task(camera.run())
    await done
    taking.cancel()


async def test_h265_is_passed_through_to_who_takes_it(recoding: WebRtcRelay, camera: Camera, join) -> None:
    """Bit for bit, under the viewer's own name and parameters of the format."""
    camera.clip = h265()
    camera.track, camera.profiles = camera.clip.track, (MAIN,)
    watcher = await join(recoding, h265=True)
    await filming(camera, until(lambda: len(watcher.whole()) > 3, "pictures"))
    assert "H265/90000" in watcher.answer
    assert "profile-id=1;level-id=180" in watcher.answer
    assert split(watcher.whole()[1].data) == camera.clip.pictures[1]
    assert "recoded" not in watcher.told
    assert shown(watcher.whole()[0].data, "hevc").shape == (120, 160, 3)


async def test_h265_is_recoded_once_for_those_without(recoding: WebRtcRelay, camera: Camera, join) -> None:
    """Browsers without H.265 see the picture too; the camera is read and decoded once for them."""
    camera.clip = h265()
    camera.track, camera.profiles = camera.clip.track, (MAIN,)
    one, other = await join(recoding), await join(recoding)
    await filming(camera, until(lambda: one.whole() and other.whole(), "pictures"))
    picture = shown(one.whole()[0].data, "h264")
    assert abs(picture[60, 150].astype(int) - (40, 120, 200)).max() < 25
    assert camera.opened == 1
    await until(lambda: one.told["state"] == "live", "the state")
    assert one.told["recoded"] == "H.265"


async def test_second_h264_stream_comes_before_recoding(recoding: WebRtcRelay, camera: Camera, join) -> None:
    """A camera that has both codecs is not recoded."""
    camera.profiles = (MAIN, SMALL)
    await join(recoding)
    assert camera.wanted == ["small"]


async def test_small_and_large_view_items(recoding: WebRtcRelay, camera: Camera, join) -> None:
    """They get different streams, and are told for which sizes those are."""
    camera.profiles = (SECOND, SMALL)
    small, large = await join(recoding, width=300), await join(recoding, width=1_900)
    await filming(camera, until(lambda: "live" in (small.told["state"], large.told["state"]), "pictures"))
    assert camera.wanted == ["small", "second"]
    await until(lambda: "fits" in small.told and "fits" in large.told)
    assert (small.told["fits"], large.told["fits"]) == ([0, 800], [800, 1_000_000])


async def test_b_pictures_are_never_sent_twice(recoding: WebRtcRelay, camera: Camera, join) -> None:
    """The stream in which they are found is left; who comes back gets another one, or a recoded one."""
    camera.profiles = (SECOND, SMALL)
    first = await join(recoding, width=1_280)
    await until(lambda: camera.open_now)
    for index in (0, 2, 1):
        camera.open_now[0].queue.put_nowait(camera.clip.unit(index))
    await until(lambda: first.pc.connectionState == "closed", "the end of the session")
    await join(recoding, width=1_280)
    assert camera.wanted == ["second", "small"]


async def test_viewer_without_h264_is_refused_in_words(recoding: WebRtcRelay, camera: Camera) -> None:
    """A codec that nobody here plays."""
    with pytest.raises(InvalidInput, match=r"cannot receive H\.264"):
        await recoding.open(LOBBY, CHROMIUM.replace("H264/90000", "VP8/90000"))
    assert camera.opened == 0


def tone(codec: str, rate: int) -> tuple[list[bytes], bytes]:
    """Half a second of 440 Hz, coded; with what its decoder must know."""
    context = av.CodecContext.create(codec, "w")
    context.sample_rate, context.layout = rate, "mono"
    context.format = "fltp" if codec == "aac" else "s16"
    samples = (np.sin(2 * np.pi * 440 * np.arange(rate // 2) / rate) * 0.5).astype(np.float32)
    step = context.frame_size or rate // 50
    packets = []
    for start in range(0, len(samples) - step + 1, step):
        part = samples[None, start : start + step]
        if codec != "aac":
            part = (part * 32_767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(part, format=context.format.name, layout="mono")
        frame.sample_rate, frame.pts = rate, start
        packets += context.encode(frame)
    return [bytes(packet) for packet in packets], bytes(context.extradata or b"")


def loudest(payloads: list[bytes]) -> float:
    """Decode Opus and give the frequency that is in it most."""
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48_000, "stereo"
    frames = [frame.to_ndarray() for data in payloads for frame in decoder.decode(av.Packet(data))]
    left = np.concatenate([frame.reshape(-1, 2)[:, 0] for frame in frames]).astype(float)
    return float(np.argmax(np.abs(np.fft.rfft(left)))) * 48_000 / len(left)


async def play(camera: Camera, parts: list[bytes], step: int) -> None:
    for number, data in enumerate(parts):
        for stream in camera.open_now:
            stream.queue.put_nowait(SoundUnit(pts=number * step, time=START, data=data))
        await asyncio.sleep(0)


async def test_g711_is_passed_through(recoding: WebRtcRelay, camera: Camera, join) -> None:
    """Byte for byte, on a clock of its own, to all who ask for sound; the others get none."""
    parts, _ = tone("pcm_mulaw", 8_000)
    camera.sound = SoundTrack(codec=SoundCodec.PCMU, rate=8_000, channels=1)
    mute, *hearing = await join(recoding), await join(recoding, sound=True), await join(recoding, sound=True)
    camera.show()
    await until(lambda: recoding._streams and next(iter(recoding._streams.values())).sound.heard)
    await until(lambda: len(next(iter(recoding._streams.values())).sound._listeners) == 2)
    await play(camera, parts, 160)
    await until(lambda: all(len(one.heard) == len(parts) for one in hearing), "the sound")
    for one in hearing:
        assert [data for _, data in one.heard] == parts
        assert {(b[0] - a[0]) & 0xFFFFFFFF for a, b in zip(one.heard, one.heard[1:], strict=False)} == {160}
        assert "PCMU/8000" in one.answer
    assert not mute.heard
    await until(lambda: mute.told.get("sound") is True, "that there is sound")


async def test_aac_becomes_opus_once_for_all(
    recoding: WebRtcRelay, camera: Camera, join, monkeypatch
) -> None:
    """The tone is still there; nothing is decoded while nobody listens."""
    made = []
    recoder = partial(lambda cls, track: made.append(track) or cls(track), OpusRecoder)
    monkeypatch.setattr(recoding, "_recode_sound", recoder)
    parts, config = tone("aac", 16_000)
    camera.sound = SoundTrack(codec=SoundCodec.AAC, rate=16_000, channels=1, config=config)
    await join(recoding)
    camera.show()
    await play(camera, parts, 1_024)
    assert made == []
    hearing = [await join(recoding, sound=True), await join(recoding, sound=True)]
    await until(lambda: len(next(iter(recoding._streams.values())).sound._listeners) == 2)
    await play(camera, parts, 1_024)
    await until(lambda: all(len(one.heard) > 15 for one in hearing), "the sound")
    for one in hearing:
        assert abs(loudest([data for _, data in one.heard]) - 440) < 20
    assert len(made) == 1


def test_offer_without_sound_gets_none() -> None:
    """Only what is asked for is answered."""
    assert Offer.parse(CHROMIUM).sounds == ()


async def test_key_pictures_are_asked_for_within_bounds(recoding: WebRtcRelay, camera: Camera, join) -> None:
    """A player that lost a picture lets the camera be asked once, however often it complains."""
    watcher = await join(recoding)
    camera.show(3)
    await until(watcher.whole)
    stream = next(iter(recoding._streams.values()))
    stream._key_at = float("-inf")
    for _ in range(5):
        await watcher.lost_picture()
    await until(lambda: camera.keys_wanted, "the question")
    await watcher.lost_picture()
    camera.show(3)
    await until(lambda: len(watcher.whole()) > 4)
    assert camera.keys_wanted == 1
