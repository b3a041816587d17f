"""What a camera with a microphone hears: G.711, a function of the time alone.

Sound is sent in packets of 20 ms; packet ``n`` begins ``n / 50`` seconds after 1970-01-01T00:00:00Z. A pip
begins with every second of UTC, a higher one with every even second, over the quiet hum of a room: so the ear
and a test can tell whether sound and picture are together.
"""

import math
from functools import cache

import numpy as np

from demo_recorder.picture import Floats
from demo_recorder.timebase import FRAME_RATE, FrameNumber

#: Samples per second, and ticks of the RTP clock (RFC 3551 section 4.5.14).
SAMPLE_RATE = 8_000
PACKETS_PER_SECOND = 50
SAMPLES = SAMPLE_RATE // PACKETS_PER_SECOND

#: Hertz of the pips, by the second being even or odd, and their length in seconds.
PIPS = (1_500, 1_000)
PIP_SECONDS = 0.1
_HUM, _HUM_LEVEL, _PIP_LEVEL = 100, 0.01, 0.4

# ITU-T G.711, mu-law: 14 bits of magnitude and sign, moved by a bias.
_BIAS = 132
_CLIP = 32_635


def packets_with(frame: FrameNumber) -> range:
    """The numbers of the packets that begin while a frame is the newest."""
    return range(
        -(-frame * PACKETS_PER_SECOND // FRAME_RATE), -(-(frame + 1) * PACKETS_PER_SECOND // FRAME_RATE)
    )


def packet(number: int) -> bytes:
    """The samples of a packet, in mu-law."""
    period = _two_seconds()
    start = number * SAMPLES % len(period)
    return period[start : start + SAMPLES]


def ticks_of(number: int) -> int:
    """When a packet begins, in ticks of its RTP clock since 1970 (not wrapped)."""
    return number * SAMPLES


def mu_law(samples: Floats) -> bytes:
    """Code samples from -1 to 1 (ITU-T G.711 section 3, mu-law)."""
    linear = np.rint(samples * 32_767).astype(np.int32)
    magnitude = np.minimum(np.abs(linear), _CLIP) + _BIAS
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = magnitude >> (exponent + 3) & 0x0F
    coded = np.where(linear < 0, 0x80, 0) | exponent << 4 | mantissa
    return bytes((~coded & 0xFF).astype(np.uint8))


@cache
def _two_seconds() -> bytes:
    """All there is to hear, for it repeats; it begins at an even second."""
    time = np.arange(2 * SAMPLE_RATE, dtype=np.float32) / SAMPLE_RATE
    sound = _HUM_LEVEL * np.sin(2 * math.pi * _HUM * time)
    for second, pitch in enumerate(PIPS):
        since = time - second
        pip = _PIP_LEVEL * np.sin(2 * math.pi * pitch * since)
        sound += np.where((since >= 0) & (since < PIP_SECONDS), pip, 0)
    return mu_law(sound.astype(np.float32))
