"""From a viewer's place in the camera's pictures to its socket."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import attrs

from incident_plugin.adapters.live_preview.pictures import Picture
from incident_plugin.adapters.live_preview.rtp import Block, Layout

_log = logging.getLogger(__name__)

#: Bytes per second at which a key picture or a replay leaves; no camera sends that much for long.
_PACE = 10_000_000
#: What may leave at once, in seconds of the pace: one run of packets, which fits into any receive buffer.
_BURST = 0.006
#: Bytes of a picture that may.
_AT_ONCE = int(_PACE * _BURST)
#: Seconds until a full socket is tried again.
_FULL = 0.002
#: Pictures of which packets can be sent again: four seconds at 25 pictures a second.
_HISTORY = 100
_HALF = 0x8000


class Pictures(Protocol):
    """A viewer's place, as an outlet reads it."""

    def take(self) -> tuple[Picture, int] | None:
        """Give the next picture with its RTP time, if there is one."""
        ...

    def takes(self, picture: Picture) -> bool:
        """Take the newest picture if it is the next one."""
        ...


class Protects(Protocol):
    """Encryption of one viewer's packets."""

    @property
    def trailer(self) -> int:
        """Bytes added to each packet."""
        ...

    def protect(self, block: Block) -> memoryview:
        """Encrypt the packets of a block."""
        ...


class Route(Protocol):
    """Where packets leave for one viewer."""

    def send(self, packets: memoryview, stride: int) -> None:
        """Send packets of ``stride`` bytes, the last may be shorter; raises ``BlockingIOError`` when full."""
        ...


#: A picture as it was sent, with its first packet's number and its time on the camera's time line: enough to
#: make any of its packets again. A plain tuple, since one is made for every viewer of every picture.
_Sent = tuple[Picture, int, int]


@attrs.define(kw_only=True)
class Tally:
    """What sender reports tell (RFC 3550 section 6.4.1)."""

    packets: int = 0
    #: Payload only.
    octets: int = 0
    #: RTP time of the newest picture, and when it was handed over, by the loop's clock.
    time: int = 0
    at: float = 0.0


class Outlet:
    """Sends a viewer's pictures as they come, paced, and again what the viewer reports as lost.

    Nothing is awaited: when the pace or a full socket holds packets up, a timer goes on with them.
    """

    def __init__(
        self,
        pictures: Pictures,
        route: Route,
        protection: Protects,
        *,
        payload_type: int,
        ssrc: int,
        on_failure: Callable[[], None],
    ) -> None:
        self.tally = Tally()
        self._pictures = pictures
        self._route = route
        self._protection = protection
        self._layout = Layout(payload_type=payload_type, ssrc=ssrc, trailer=protection.trailer)
        self._on_failure = on_failure
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time
        self._pending: deque[Block] = deque()
        self._history: deque[_Sent] = deque(maxlen=_HISTORY)
        #: Sequence number of the next packet, of which the first picture decides.
        self._next = 0
        self._begun = False
        #: Whether all that was taken has left, so that the next picture may.
        self._ready = False
        self._paid = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    def drain(self) -> None:
        """Send what there is and may leave now."""
        if self._timer is not None or self._closed:
            return
        pending, now = self._pending, self._now()
        try:
            while pending or self._take(now):
                if self._paid - now > _BURST:
                    self._later(self._paid - now - _BURST)
                    return
                self._send(pending[0], now)
                pending.popleft()
            self._ready = self._begun
        except BlockingIOError:
            self._later(_FULL)
        except Exception:  # noqa: BLE001 - one viewer's fault must not reach the camera, which serves others next
            self._fail()

    def push(self, picture: Picture, now: float) -> None:
        """Send a picture that came just now: the short way, for who has all others and is ready for it.

        That is nearly all that is ever done here, so it is spelt out.
        """
        ready = self._ready and picture.size <= _AT_ONCE and self._paid - now <= _BURST
        if not (ready and self._pictures.takes(picture)):
            self.drain()
            return
        first, size = self._next, 0
        self._took(picture, first, picture.pts, now)
        blocks = picture.timely((first - picture.first) & 0xFFFF, self._layout)
        protect, send = self._protection.protect, self._route.send
        try:
            for block in blocks:
                packets = protect(block)
                size += len(packets)
                send(packets, block.stride)
        except BlockingIOError:
            self._pending.extend(blocks[blocks.index(block) :])
            self._later(_FULL)
        except OSError as error:
            _log_refusal(error)
        except Exception:  # noqa: BLE001 - as above
            self._fail()
        self._paid = max(self._paid, now) + size / _PACE

    def send_again(self, numbers: Sequence[int]) -> None:
        """Send packets once more that the viewer misses, as far as they are kept and the pace allows."""
        for number in numbers:
            now = self._now()
            if self._closed or self._paid - now > _BURST:
                return
            block = self._kept(number)
            try:
                if block is not None:
                    self._send(block, now)
            except BlockingIOError:
                return
            except Exception:  # noqa: BLE001 - as above
                self._fail()

    def close(self) -> None:
        """Send nothing more."""
        self._closed, self._ready = True, False
        self._pending.clear()
        if self._timer:
            self._timer.cancel()

    def _fail(self) -> None:
        _log.exception("a viewer's pictures could not be sent")
        self.close()
        self._on_failure()

    def _later(self, seconds: float) -> None:
        self._ready = False
        self._timer = self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        self._timer = None
        self.drain()

    def _take(self, now: float) -> bool:
        """Make the next picture's packets ready, if there is one."""
        taken = self._pictures.take()
        if taken is None:
            return False
        picture, time = taken
        if not self._begun:
            self._begun = True
            # In the lower half: a wrap within the first packets would make the viewer's count of them differ.
            self._next = picture.first & ~_HALF
        first = self._next
        self._took(picture, first, time, now)
        self._pending.extend(picture.blocks(first, time, self._layout))
        return True

    def _took(self, picture: Picture, first: int, time: int, now: float) -> None:
        """Take note of a picture that is about to leave."""
        self._next = (first + picture.packets) & 0xFFFF
        self._history.append((picture, first, time))
        tally = self.tally
        tally.packets += picture.packets
        tally.octets += picture.size
        tally.time, tally.at = (picture.origin + time) & 0xFFFFFFFF, now

    def _send(self, block: Block, now: float) -> None:
        packets = self._protection.protect(block)
        try:
            self._route.send(packets, block.stride)
        except BlockingIOError:
            raise
        except OSError as error:
            _log_refusal(error)
        self._paid = max(self._paid, now) + len(packets) / _PACE

    def _kept(self, number: int) -> Block | None:
        """Give one packet as a block of its own."""
        for picture, first, time in reversed(self._history):
            place = (number - first) & 0xFFFF
            if place < picture.packets:
                return picture.packet(place, first, time, self._layout)
        return None


def _log_refusal(error: OSError) -> None:
    """The network is away for a moment, or for good: ICE finds out, and the viewer asks again."""
    _log.debug("packets for a viewer were not sent: %s", error)
