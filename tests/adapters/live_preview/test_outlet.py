"""How a viewer's packets leave: paced, in order, and again when they got lost."""

from __future__ import annotations

import asyncio
import errno

import attrs
import pytest

from incident_plugin.adapters.live_preview.outlet import Outlet
from incident_plugin.adapters.live_preview.pictures import Picture
from incident_plugin.adapters.live_preview.rtp import Block, h264_runs
from tests.waiting import until


class Plain:
    """No encryption, so that a test sees what was sent."""

    trailer = 0

    def protect(self, block: Block) -> memoryview:
        return memoryview(block.data)


@attrs.define
class Wire:
    """Keeps sequence numbers of what was sent, and refuses as the test wants it."""

    sent: list[int] = attrs.field(factory=list)
    sizes: list[int] = attrs.field(factory=list)
    refusal: OSError | None = None

    def send(self, packets: memoryview, stride: int) -> None:
        if self.refusal:
            raise self.refusal
        self.sizes.append(len(packets))
        for start in range(0, len(packets), stride):
            self.sent.append(int.from_bytes(packets[start + 2 : start + 4]))


@attrs.define
class Queue:
    """Pictures in the order in which the viewer takes them."""

    waiting: list[Picture] = attrs.field(factory=list)

    def take(self) -> tuple[Picture, int] | None:
        return (self.waiting[0], self.waiting.pop(0).pts) if self.waiting else None

    def takes(self, picture: Picture) -> bool:
        if self.waiting == [picture]:
            self.waiting.clear()
            return True
        return False


def picture(size: int, *, first: int, pts: int = 0) -> Picture:
    """A picture of so many bytes on the camera's own count of packets."""
    return Picture(pts=pts, key=True, runs=h264_runs([b"\x65" + b"\x81" * size]), first=first)


@attrs.define
class Bench:
    """An outlet with both its ends in the test's hands."""

    queue: Queue = attrs.field(factory=Queue)
    wire: Wire = attrs.field(factory=Wire)
    failures: list[str] = attrs.field(factory=list)
    outlet: Outlet = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        def failed() -> None:
            self.failures.append("failed")

        self.outlet = Outlet(self.queue, self.wire, Plain(), payload_type=102, ssrc=1, on_failure=failed)


@pytest.fixture
async def bench() -> Bench:
    return Bench()


async def test_a_picture_leaves_at_once(bench: Bench) -> None:
    """Who is in step gets it within the same turn of the loop."""
    bench.queue.waiting = [picture(3000, first=10)]
    bench.outlet.drain()
    assert bench.wire.sent == [10, 11, 12]
    assert (bench.outlet.tally.packets, bench.outlet.tally.octets) == (3, 3006)


async def test_the_newest_picture_takes_the_short_way(bench: Bench) -> None:
    """It leaves like any other: numbered on, counted, and kept for who misses a packet of it."""
    bench.queue.waiting = [picture(3000, first=10)]
    bench.outlet.drain()
    newest = picture(3000, first=13, pts=3600)
    bench.queue.waiting = [newest]
    bench.outlet.push(newest, asyncio.get_running_loop().time())
    bench.outlet.send_again([14])
    assert bench.wire.sent == [10, 11, 12, 13, 14, 15, 14]
    assert (bench.outlet.tally.packets, bench.outlet.tally.time) == (6, 3600)


async def test_the_short_way_ends_at_a_full_socket(bench: Bench) -> None:
    """What it could not send leaves later, before what comes next."""
    bench.queue.waiting = [picture(3000, first=10)]
    bench.outlet.drain()
    bench.wire.refusal = BlockingIOError(errno.EAGAIN, "full")
    for number in (13, 16):
        newest = picture(3000, first=number)
        bench.queue.waiting.append(newest)
        bench.outlet.push(newest, asyncio.get_running_loop().time())
    bench.wire.refusal = None
    await until(lambda: bench.wire.sent == list(range(10, 19)), "all three pictures")


async def test_numbers_have_no_holes(bench: Bench) -> None:
    """Pictures that were left out for a slow viewer leave no hole that it would ask for."""
    bench.queue.waiting = [picture(3000, first=10), picture(3000, first=5000), picture(3000, first=5003)]
    bench.outlet.drain()
    assert bench.wire.sent == list(range(10, 19))


async def test_numbers_begin_in_the_lower_half(bench: Bench) -> None:
    """After a wrap among the first packets the receiver might count differently (RFC 3711 section 3.3.1)."""
    bench.queue.waiting = [picture(3000, first=0xFFFF)]
    bench.outlet.drain()
    assert bench.wire.sent == [0x7FFF, 0x8000, 0x8001]


async def test_a_large_picture_is_paced(bench: Bench) -> None:
    """It does not leave in one burst, but all of it does, in order."""
    bench.queue.waiting = [picture(400_000, first=0)]
    bench.outlet.drain()
    soon = len(bench.wire.sent)
    whole = picture(400_000, first=0).packets
    assert 44 <= soon < whole
    assert max(bench.wire.sizes) < 1 << 16
    await until(lambda: bench.wire.sent == list(range(whole)), "the whole picture")


async def test_a_full_socket_is_waited_for(bench: Bench) -> None:
    """Nothing is skipped, and the camera is not held up."""
    bench.wire.refusal = BlockingIOError(errno.EAGAIN, "full")
    bench.queue.waiting = [picture(3000, first=10), picture(3000, first=13)]
    bench.outlet.drain()
    assert bench.wire.sent == []
    bench.wire.refusal = None
    await until(lambda: bench.wire.sent == list(range(10, 16)), "both pictures")


async def test_a_network_that_refuses_costs_packets_only(bench: Bench) -> None:
    """The viewer asks for them again when it is back."""
    bench.wire.refusal = OSError(errno.ENETUNREACH, "away")
    bench.queue.waiting = [picture(3000, first=10)]
    bench.outlet.drain()
    bench.wire.refusal = None
    bench.outlet.send_again([11, 12, 99])
    assert bench.wire.sent == [11, 12]
    assert not bench.failures


async def test_a_fault_ends_this_viewer_only(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """The camera, which calls, does not notice."""
    bench.wire.refusal = ValueError("broken")  # type: ignore[assignment]
    bench.queue.waiting = [picture(3000, first=10)]
    bench.outlet.drain()
    assert bench.failures == ["failed"]
    assert "could not be sent" in caplog.text
    bench.wire.refusal = None
    bench.outlet.drain()
    bench.outlet.send_again([10])
    assert bench.wire.sent == []


async def test_nothing_leaves_after_closing(bench: Bench) -> None:
    """Also not what waited for its turn."""
    bench.queue.waiting = [picture(400_000, first=0)]
    bench.outlet.drain()
    sent = len(bench.wire.sent)
    bench.outlet.close()
    bench.queue.waiting = [picture(3000, first=400)]
    bench.outlet.drain()
    await asyncio.sleep(0)
    assert len(bench.wire.sent) == sent
