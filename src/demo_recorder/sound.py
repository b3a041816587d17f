"""What a camera with a microphone hears: a function of the time alone.

A pip begins with every second of UTC, a higher one with every even second, over the quiet hum of a room: so
the ear and a test can tell whether sound and picture are together. Packets are numbered: packet ``n`` begins
``n * samples / rate`` seconds after 1970-01-01T00:00:00Z.
"""

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import av
import numpy as np
from attrs import frozen

from demo_recorder.cameras import SoundCodec
from demo_recorder.picture import Floats
from demo_recorder.timebase import FRAME_RATE, FrameNumber, ntp_at

#: Hertz of the pips, by the second being even or odd, and their length in seconds.
PIPS = (1_500, 1_000)
PIP_SECONDS = 0.1
_HUM, _HUM_LEVEL, _PIP_LEVEL = 100, 0.01, 0.4

# ITU-T G.711, mu-law: 14 bits of magnitude and sign, moved by a bias.
_BIAS = 132
_CLIP = 32_635


@frozen(kw_only=True)
class Sound:
    """Sound in one coding."""

    #: Samples per second, and ticks of the RTP clock (RFC 3551 section 4.5.14, RFC 3640 section 2.1).
    rate: int
    #: In each packet.
    samples: int
    #: Bits per second, as clients are told.
    bits: int
    #: RTP payload type, and how the description names it (RFC 4566 section 6).
    payload_type: int
    encoding: str
    parameters: str = ""
    #: What stands before the samples of a packet, by their size; whether each packet is marked as whole.
    head: Callable[[int], bytes] = lambda _: b""
    marked: bool = False
    #: All packets there are; they repeat from 1970 on.
    period: Callable[[], tuple[bytes, ...]]

    def packets_with(self, frame: FrameNumber) -> range:
        """The numbers of the packets that begin while a frame is the newest; at least one."""
        return range(self._first_from(frame), self._first_from(FrameNumber(frame + 1)))

    def packet(self, number: int) -> bytes:
        """What is heard in a packet, coded."""
        period = self.period()
        return period[number % len(period)]

    def ticks_of(self, number: int) -> int:
        """When a packet begins, in ticks of its RTP clock since 1970 (not wrapped)."""
        return number * self.samples

    def ntp_of(self, number: int) -> int:
        """When a packet begins, as a 64-bit NTP timestamp."""
        return ntp_at(number * self.samples, self.rate)

    def _first_from(self, frame: FrameNumber) -> int:
        return -(-frame * self.rate // (FRAME_RATE * self.samples))


def mu_law(samples: Floats) -> bytes:
    """Code samples from -1 to 1 (ITU-T G.711 section 3, mu-law)."""
    linear = np.rint(samples * 32_767).astype(np.int32)
    magnitude = np.minimum(np.abs(linear), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = magnitude >> (exponent + 3) & 0x0F
    coded = np.where(linear < 0, 0x80, 0) | exponent << 4 | mantissa
    return bytes((~coded & 0xFF).astype(np.uint8))


@cache
def _g711() -> tuple[bytes, ...]:
    coded = mu_law(_heard(_G711_RATE, seconds=2))
    return tuple(coded[start : start + _G711_SAMPLES] for start in range(0, len(coded), _G711_SAMPLES))


@cache
def _aac() -> tuple[bytes, ...]:
    """AAC-LC (ISO/IEC 14496-3), whose frames overlap: all there is to hear is coded three times in a row.

    Of that the middle is kept, which has the same before and after it.
    """
    samples = np.tile(_heard(_AAC_RATE, seconds=_AAC_SECONDS), 3)
    context: Any = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = _AAC_RATE, "mono", "fltp"
    context.bit_rate = _AAC_BITS
    frames: dict[int, bytes] = {}
    for start in range(0, len(samples), _AAC_SAMPLES):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + _AAC_SAMPLES], "fltp", "mono")
        frame.sample_rate, frame.pts = _AAC_RATE, start
        for packet in context.encode(frame):
            frames[int(packet.pts) // _AAC_SAMPLES] = bytes(packet)
    count = _AAC_RATE * _AAC_SECONDS // _AAC_SAMPLES
    return tuple(frames[number] for number in range(count, 2 * count))


def _heard(rate: int, *, seconds: int) -> Floats:
    """From an even second on."""
    time = np.arange(seconds * rate, dtype=np.float32) / rate
    sound = _HUM_LEVEL * np.sin(2 * math.pi * _HUM * time)
    for second in range(seconds):
        since = time - second
        pip = _PIP_LEVEL * np.sin(2 * math.pi * PIPS[second % 2] * since)
        sound += np.where((since >= 0) & (since < PIP_SECONDS), pip, 0)
    return sound.astype(np.float32)


def _au_header(size: int) -> bytes:
    """One access unit: 16 bits of headers, 13 of size, 3 of index (RFC 3640 section 3.3.6)."""
    return (16).to_bytes(2, "big") + (size << 3).to_bytes(2, "big")


_G711_RATE, _G711_SAMPLES = 8_000, 160
#: The shortest time in whole seconds, and even, that whole frames of AAC fill.
_AAC_RATE, _AAC_SAMPLES, _AAC_SECONDS, _AAC_BITS = 16_000, 1_024, 8, 32_000
#: AudioSpecificConfig: AAC-LC, 16 kHz, one channel (ISO/IEC 14496-3 section 1.6.2.1).
_AAC_CONFIG = "1408"

SOUNDS: Mapping[SoundCodec, Sound] = {
    SoundCodec.G711: Sound(
        rate=_G711_RATE,
        samples=_G711_SAMPLES,
        bits=64_000,
        payload_type=0,
        encoding=f"PCMU/{_G711_RATE}",
        period=_g711,
    ),
    SoundCodec.AAC: Sound(
        rate=_AAC_RATE,
        samples=_AAC_SAMPLES,
        bits=_AAC_BITS,
        payload_type=97,
        encoding=f"MPEG4-GENERIC/{_AAC_RATE}/1",
        parameters="streamtype=5;profile-level-id=15;mode=AAC-hbr;"
        f"config={_AAC_CONFIG};sizelength=13;indexlength=3;indexdeltalength=3",
        head=_au_header,
        marked=True,
        period=_aac,
    ),
}
