"""Viewers, one camera, and what passes between them."""

from __future__ import annotations

import asyncio
import gc
import inspect
import weakref
from collections.abc import Iterator
from itertools import pairwise

import aiortc
import attrs
import av
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incident_plugin.adapters.live_preview import WebRtcRelay
from incident_plugin.domain.errors import InvalidInput, RecorderUnavailable
from incident_plugin.domain.media import Codec, SoundCodec, SoundTrack, VideoTrack
from tests.waiting import PATIENCE, until

from .clips import Camera, coded
from .conftest import LOBBY, QUICK, Watch
from .test_offer import CHROMIUM
from .watching import Watcher

pytestmark = pytest.mark.usefixtures("nothing_left")


async def seen(watcher: Watcher, camera: Camera, count: int = 1) -> None:
    """Take pictures that belong to the group the viewer is in, and wait until it has them."""
    camera.show()
    await until(watcher.whole)
    camera.show(count - 1)
    await until(lambda: len(watcher.whole()) == count)


class NoCodec:
    """Stands where a decoder or an encoder would be made."""

    @staticmethod
    def create(*_args: object) -> object:
        pytest.fail("a codec was created: live pictures are to be passed through")


async def test_pictures_arrive_bit_for_bit(
    relay: WebRtcRelay, camera: Camera, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the camera coded is what the viewer receives, parameter sets before the key; without a codec."""
    monkeypatch.setattr(av, "CodecContext", NoCodec)
    watcher, _ = await watch(relay)
    await seen(watcher, camera, 30)
    assert watcher.whole()[0].nals == (*camera.track.parameter_sets, *camera.clip.pictures[0])
    assert [picture.nals for picture in watcher.whole()[1:25]] == list(camera.clip.pictures[1:25])


async def test_times_are_the_cameras(relay: WebRtcRelay, camera: Camera, watch: Watch) -> None:
    """RTP time runs as the camera's own, from a start of its own."""
    watcher, _ = await watch(relay)
    await seen(watcher, camera, 10)
    times = [picture.rtp_time for picture in watcher.whole()]
    assert {(after - before) % 2**32 for before, after in pairwise(times)} == {3600}


async def test_second_viewer_starts_with_the_kept_key_picture(
    relay: WebRtcRelay, camera: Camera, watch: Watch
) -> None:
    """Who joins in the middle of a group sees it at once: no new picture is taken meanwhile."""
    first, _ = await watch(relay)
    await seen(first, camera, 35)
    second, _ = await watch(relay)
    await until(lambda: len(second.whole()) == 10)
    assert second.whole()[0].nals == first.whole()[25].nals


async def test_many_viewers_share_one_stream(relay: WebRtcRelay, camera: Camera, watch: Watch) -> None:
    """The camera is opened once, and closed a little after the last viewer left, not before."""
    viewers = [await watch(relay) for _ in range(4)]
    assert (camera.opened, len(camera.open_now)) == (1, 1)
    for _, session in viewers[:3]:
        await relay.close(session.id)
    await asyncio.sleep(QUICK.linger * 2)
    await seen(viewers[3][0], camera)
    await relay.close(viewers[3][1].id)
    await until(lambda: not camera.open_now)
    assert camera.opened == 1


async def test_who_returns_soon_finds_the_stream_open(camera: Camera, watch: Watch) -> None:
    """Changing the view forth and back does not bother the camera."""
    relay = WebRtcRelay(camera, limits=attrs.evolve(QUICK, linger=PATIENCE))
    _, session = await watch(relay)
    await relay.close(session.id)
    await watch(relay)
    assert (camera.opened, len(camera.open_now)) == (1, 1)
    await relay.stop()


async def test_who_comes_while_the_stream_is_closed_gets_it_opened_again(
    camera: Camera, watch: Watch
) -> None:
    """At no time are there two streams of a camera."""
    relay = WebRtcRelay(camera, limits=attrs.evolve(QUICK, linger=0.0))
    _, session = await watch(relay)
    await relay.close(session.id)
    watcher, _ = await watch(relay)
    await until(lambda: camera.open_now)
    assert len(camera.open_now) == 1
    await seen(watcher, camera)
    await relay.stop()


async def test_broken_stream_is_told_and_opened_again(
    relay: WebRtcRelay, camera: Camera, watch: Watch
) -> None:
    """Viewers learn the reason, keep their session, and see the camera again on one growing time line."""
    watcher, _ = await watch(relay)
    await seen(watcher, camera, 5)
    camera.break_off(RecorderUnavailable("The recorder closed the connection."))
    await until(lambda: camera.opened == 2 and camera.open_now)
    await until(lambda: watcher.told["state"] == "lost")
    assert watcher.told["detail"] == "The recorder closed the connection."
    camera.show(3)
    await until(lambda: len(watcher.whole()) == 8)
    await until(lambda: watcher.told["state"] == "live")
    assert watcher.whole()[5].nals == watcher.whole()[0].nals
    assert (watcher.whole()[5].rtp_time - watcher.whole()[4].rtp_time) % 2**32 >= 3600


async def test_after_a_break_no_old_picture_is_shown(
    relay: WebRtcRelay, camera: Camera, watch: Watch
) -> None:
    """Who joins a lost camera is told so, and gets nothing from before."""
    first, _ = await watch(relay)
    await seen(first, camera, 5)
    camera.refusal = RecorderUnavailable("The recorder does not answer.")
    camera.break_off(RecorderUnavailable("The recorder closed the connection."))
    await until(lambda: first.told["detail"] == "The recorder does not answer.")
    second, _ = await watch(relay)
    await until(lambda: second.messages)
    assert (second.told["state"], second.pictures) == ("lost", [])


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (RecorderUnavailable("The recorder refused."), "The recorder refused."),
        (OSError("cable"), "stopped by a fault"),
        (TimeoutError(), "no picture"),
    ],
)
async def test_unreachable_camera_is_refused_with_its_reason(
    relay: WebRtcRelay, camera: Camera, fault: Exception, reason: str
) -> None:
    """A first viewer is not left waiting."""
    camera.refusal = fault
    with pytest.raises(RecorderUnavailable, match=reason):
        await relay.open(LOBBY, CHROMIUM)


async def test_silent_camera_is_lost(camera: Camera, watch: Watch) -> None:
    """A stream that stays open and sends nothing counts as broken."""
    relay = WebRtcRelay(camera, limits=attrs.evolve(QUICK, silence=0.3))
    watcher, _ = await watch(relay)
    await until(lambda: "no picture for 0.3 seconds" in watcher.told["detail"])
    await until(lambda: camera.opened > 1)
    await relay.stop()


async def test_ended_stream_is_lost(relay: WebRtcRelay, camera: Camera, watch: Watch) -> None:
    """A live stream has no end of its own."""
    watcher, _ = await watch(relay)
    camera.break_off()
    await until(lambda: "ended" in watcher.told["detail"])


async def test_what_is_not_as_announced_is_said_in_words(relay: WebRtcRelay, camera: Camera) -> None:
    """A stream of another codec than the recorder told is not shown, and the reason is said."""
    camera.track = VideoTrack(codec=Codec.H265, parameter_sets=())
    with pytest.raises(RecorderUnavailable, match=r"announces H264 and sends H265.*Check the profile"):
        await relay.open(LOBBY, CHROMIUM)


async def test_new_format_ends_the_sessions(relay: WebRtcRelay, camera: Camera, watch: Watch) -> None:
    """When the camera comes back with another profile, viewers have to negotiate anew."""
    watcher, _ = await watch(relay)
    await seen(watcher, camera)
    camera.track = coded("baseline").track
    camera.break_off()
    await until(lambda: watcher.pc.connectionState == "closed")


async def test_b_pictures_are_pointed_out(relay: WebRtcRelay, camera: Camera, watch: Watch) -> None:
    """Operators learn why the picture stutters."""
    watcher, _ = await watch(relay)
    camera.show(3)
    camera.next = 1
    camera.show()
    await until(lambda: "B pictures" in watcher.told["detail"])
    assert watcher.told["state"] == "live"


async def test_too_long_a_group_is_not_kept(camera: Camera, watch: Watch) -> None:
    """A camera without key pictures does not fill the memory; its viewers go on seeing it."""
    relay = WebRtcRelay(camera, limits=attrs.evolve(QUICK, group=1_000, linger=0))
    watcher, _ = await watch(relay)
    for taken in range(1, 20):
        camera.show()
        await until(lambda count=taken: len(watcher.whole()) == count)
    late, _ = await watch(relay)
    for taken in range(20, 26):
        assert late.pictures == []
        camera.show()
        await until(lambda count=taken: len(watcher.whole()) == count)
    camera.show()
    await until(late.whole)
    assert late.whole()[0].nals == watcher.whole()[25].nals
    await relay.stop()


async def test_lost_picture_is_answered_by_the_kept_group(
    relay: WebRtcRelay, camera: Camera, watch: Watch
) -> None:
    """There is no encoder to make a key picture: the last one is sent again."""
    watcher, _ = await watch(relay)
    await seen(watcher, camera, 5)
    await asyncio.sleep(QUICK.replay)
    await watcher.lost_picture()
    await until(lambda: len(watcher.whole()) == 10)
    assert [p.nals for p in watcher.whole()[5:]] == [p.nals for p in watcher.whole()[:5]]


async def test_every_packet_of_a_large_key_picture_can_be_had_again(watch: Watch) -> None:
    """Key pictures of more than 128 packets survive losses, also of their first packet."""
    camera = Camera(coded(group=2, noise=255, size=640))
    relay = WebRtcRelay(camera, limits=QUICK)
    watcher, _ = await watch(relay)
    watcher.losing = {0, 5, 60}
    camera.show()
    await until(watcher.whole)
    assert len(watcher.packets) > 150
    await watcher.lost_packets(watcher.lost)
    await until(lambda: {packet.sequence_number for packet in watcher.packets} >= set(watcher.lost))
    await relay.stop()


async def test_answer_offers_loopback_and_no_stun(relay: WebRtcRelay, watch: Watch) -> None:
    """A host that listens on 127.0.0.1 only has pictures, and nobody outside is asked for addresses."""
    _, session = await watch(relay)
    candidates = [line for line in session.answer.splitlines() if line.startswith("a=candidate:")]
    assert any(" 127.0.0.1 " in line for line in candidates)
    assert all(line.endswith("typ host") for line in candidates)


async def test_viewer_without_a_channel_is_served(relay: WebRtcRelay, camera: Camera) -> None:
    """A plain WHEP player needs to know nothing of ours."""
    watcher = Watcher(channel=False)
    await watcher.accept((await relay.open(LOBBY, await watcher.offer())).answer)
    await watcher.connected()
    await seen(watcher, camera)
    await watcher.close()


async def test_session_that_never_connects_is_dropped(camera: Camera) -> None:
    """Half-open sessions hold no socket, and the camera is closed after them."""
    relay = WebRtcRelay(camera, limits=attrs.evolve(QUICK, connecting=0.1))
    await relay.open(LOBBY, CHROMIUM)
    assert camera.open_now
    await until(lambda: not camera.open_now)
    await relay.stop()


async def test_viewer_that_leaves_frees_its_session(camera: Camera, watch: Watch) -> None:
    """Closing the browser's end is enough."""
    relay = WebRtcRelay(camera, limits=attrs.evolve(QUICK, sessions=1, linger=0))
    watcher, _ = await watch(relay)
    with pytest.raises(RecorderUnavailable, match="in use") as told:
        await relay.open(LOBBY, CHROMIUM)
    assert told.value.message_id == "incident.live-full"
    await watcher.close()
    await until(lambda: not camera.open_now)
    await watch(relay)
    await relay.stop()


def belongings(relay: WebRtcRelay) -> Iterator[object]:
    """Give what the relay has for its viewers: ours, and what is costly of aiortc's."""
    for session in relay._sessions.values():
        peer = session.peer
        assert peer is not None
        yield from (session, session.viewer, peer, peer._pc, peer._channel)
        for connection, route in peer._routes.items():
            yield from (connection, route)
        for sender, sending in zip(peer._senders, peer._sending, strict=True):
            yield from (sender, sender.transport, sender.transport.transport, sending, sending._outlet)


@pytest.mark.parametrize("told", [True, False])
async def test_what_a_viewer_took_is_free_when_it_has_left(
    relay: WebRtcRelay, camera: Camera, told: bool
) -> None:
    """At once: Python's collector of cycles comes seldom, and while it looks nobody gets a picture."""
    camera.sound = SoundTrack(codec=SoundCodec.PCMU, rate=8_000, channels=1)
    watchers = [Watcher(sound=True), Watcher(), Watcher(channel=False)]
    gc.collect()
    gc.disable()
    try:
        sessions = []
        for watcher in watchers:
            sessions.append(await relay.open(LOBBY, await watcher.offer()))
            await watcher.accept(sessions[-1].answer)
            await watcher.connected()
        await until(lambda: all(one is not None for one in belongings(relay)), "every viewer's outlets")
        await seen(watchers[0], camera)
        taken = [weakref.ref(one) for one in belongings(relay)]
        for watcher, session in zip(watchers, sessions, strict=True):
            if told:
                await relay.close(session.id)
            await watcher.close()
        await until(lambda: not [one for one in taken if one() is not None])
    finally:
        gc.enable()


async def test_unknown_session_is_ignored(relay: WebRtcRelay) -> None:
    """Closing twice, or somebody else's id, does nothing."""
    await relay.close("nobody")


async def test_stopped_relay_takes_nobody(relay: WebRtcRelay, camera: Camera, watch: Watch) -> None:
    """Stopping ends sessions and streams at once; what comes later is refused."""
    watcher, _ = await watch(relay)
    await relay.stop()
    assert camera.open_now == []
    await until(lambda: watcher.pc.connectionState == "closed")
    with pytest.raises(RecorderUnavailable, match="being stopped"):
        await relay.open(LOBBY, CHROMIUM)


async def test_closing_in_the_middle_of_connecting_leaves_nothing(camera: Camera, watch: Watch) -> None:
    """Operators who flick through views do not leave half-connected viewers behind."""
    for _ in range(10):
        relay = WebRtcRelay(camera, limits=QUICK)
        await watch(relay)  # the viewer's end is connected, the relay's end may not be yet
        await relay.stop()


async def test_opening_that_is_given_up_leaves_nothing(relay: WebRtcRelay, camera: Camera) -> None:
    """An operator who closes the view while it connects costs nothing."""
    camera.answers.clear()
    opening = asyncio.create_task(relay.open(LOBBY, CHROMIUM))
    await until(lambda: camera.asked == 1)
    opening.cancel()
    await until(lambda: camera.asked == 0, seconds=QUICK.silence / 2)


async def test_malformed_offers_are_refused_and_leave_nothing(relay: WebRtcRelay) -> None:
    """What only aiortc finds wrong is refused in the same way."""
    for broken in ("a=setup:sideways", "a=setup:"):
        with pytest.raises(InvalidInput, match="cannot be read"):
            await relay.open(LOBBY, CHROMIUM.replace("a=setup:actpass", broken))


LINES = CHROMIUM.splitlines()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from(["drop", "double", "cut", "noise"])),
        min_size=1,
        max_size=3,
    )
)
def test_damaged_offers_are_answered_or_refused(camera: Camera, damage: list[tuple[int, str]]) -> None:
    """No damage to an offer leads to another error than the refusal, or to a task that is left."""
    lines = list(LINES)
    for place, kind in damage:
        line = lines[place]
        lines[place] = {
            "drop": "",
            "double": f"{line}\r\n{line}",
            "cut": line[: len(line) // 2],
            "noise": line[:6] + "\x7f%" + line[6:],
        }[kind]

    async def offered() -> None:
        relay = WebRtcRelay(camera, limits=QUICK)
        try:
            session = await relay.open(LOBBY, "\r\n".join(lines))
            assert session.answer.startswith("v=0")
        except InvalidInput:
            pass
        finally:
            await relay.stop()

    asyncio.run(offered())


async def test_the_private_places_are_where_they_were() -> None:
    """Pass-through relies on private names of aiortc; this fails first when a version moves them."""
    peer = aiortc.RTCPeerConnection()
    sender = peer.addTransceiver("video", direction="sendonly").sender
    private = ("_run_rtp", "_run_rtcp", "_handle_rtcp_packet")
    assert all(inspect.iscoroutinefunction(getattr(sender, name)) for name in private)
    events = {f"_RTCRtpSender__{kind}_{what}" for kind in ("rtp", "rtcp") for what in ("started", "exited")}
    assert {"_ssrc", "_RTCRtpSender__cname", *events} <= vars(sender).keys()
    assert {"_tx_srtp", "_ssl"} <= vars(sender.transport).keys()
    assert callable(vars(sender.transport)["_RTCDtlsTransport__local_certificate"]._create_ssl_context)
    assert inspect.iscoroutinefunction(sender.transport._send_rtp)
    connection = sender.transport.transport.iceGatherer._connection
    assert callable(connection.get_component_candidates)
    assert callable(connection.check_complete)
    assert callable(connection.build_request)
    assert inspect.iscoroutinefunction(connection.query_consent)
    assert connection._query_consent_task is None
    assert connection._nominated == {}
    await peer.close()
