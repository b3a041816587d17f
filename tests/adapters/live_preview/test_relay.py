"""Viewers, one camera, and what passes between them."""

from __future__ import annotations

from incident_plugin.adapters.live_preview import WebRtcRelay

from .clips import Camera
from .conftest import LOBBY, Watch
from .watching import until


async def test_pictures_arrive_bit_for_bit(relay: WebRtcRelay, camera: Camera, watch: Watch) -> None:
    """What the camera coded is what the viewer receives, with the announced parameter sets before the key."""
    watcher, _ = await watch(relay)
    camera.show()
    await until(lambda: watcher.whole())
    camera.show(29)
    await until(lambda: len(watcher.whole()) == 30)
    assert watcher.whole()[0].nals == (*camera.track.parameter_sets, *camera.clip.pictures[0])
    assert [picture.nals for picture in watcher.whole()[1:25]] == list(camera.clip.pictures[1:25])


async def test_second_viewer_starts_with_the_kept_key_picture(
    relay: WebRtcRelay, camera: Camera, watch: Watch
) -> None:
    """Who joins in the middle of a group sees it at once: no new picture is taken meanwhile."""
    first, _ = await watch(relay)
    camera.show(1)
    await until(lambda: first.whole())
    camera.show(34)
    await until(lambda: len(first.whole()) == 35)
    second, _ = await watch(relay)
    await until(lambda: len(second.whole()) == 10)
    assert second.whole()[0].nals == first.whole()[25].nals
    assert camera.opened == 1
    assert LOBBY
