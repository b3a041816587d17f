"""The recorder's time grid: every frame has a number, and its number is its time.

Frame ``n`` is taken ``n / 15`` seconds after 1970-01-01T00:00:00Z, on every camera. Groups of pictures
begin at every thirtieth frame, so at every even second. Nothing here reads a clock.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NewType

FRAME_RATE = 15
GROUP_FRAMES = 30
RTP_CLOCK_RATE = 90_000

#: Seconds from the NTP era (1900) to the Unix era (1970), RFC 5905 section 6.
NTP_UNIX_OFFSET = 2_208_988_800

FrameNumber = NewType("FrameNumber", int)
GroupNumber = NewType("GroupNumber", int)

#: Gives the present moment as an aware UTC datetime.
Clock = Callable[[], datetime]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MICROSECONDS = 1_000_000


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def shifted_clock(seconds: float) -> Clock:
    """A clock that is fast by so many seconds, or slow."""
    shift = timedelta(seconds=seconds)
    return lambda: system_clock() + shift


def moment_of(frame: FrameNumber) -> datetime:
    """When a frame was taken, rounded down to a microsecond."""
    return _EPOCH + timedelta(microseconds=frame * _MICROSECONDS // FRAME_RATE)


def milliseconds_of(frame: FrameNumber) -> int:
    """When a frame was taken, in whole milliseconds since 1970, rounded down."""
    return frame * 1000 // FRAME_RATE


def ntp_of(frame: FrameNumber) -> int:
    """When a frame was taken, as a 64-bit NTP timestamp."""
    return ntp_at(frame, FRAME_RATE)


def ntp_at(count: int, rate: int) -> int:
    """A moment counted from 1970 at so many a second, as a 64-bit NTP timestamp.

    Rounded up, so that a reader who rounds down to microseconds finds ``moment_of(frame)`` again.
    """
    seconds, rest = divmod(count, rate)
    return ((seconds + NTP_UNIX_OFFSET) << 32) + -((-rest << 32) // rate)


def rtp_ticks_of(frame: FrameNumber) -> int:
    """When a frame was taken, in ticks of the 90 kHz RTP clock since 1970 (not wrapped)."""
    return frame * (RTP_CLOCK_RATE // FRAME_RATE)


def latest_frame(moment: datetime) -> FrameNumber:
    """The newest frame taken at or before a moment: what exists by then."""
    microseconds = (moment - _EPOCH) // _MICROSECOND
    return FrameNumber(-(-(microseconds + 1) * FRAME_RATE // _MICROSECONDS) - 1)


def first_frame_from(moment: datetime) -> FrameNumber:
    """The first frame taken at or after a moment: where the half-open interval from it begins."""
    microseconds = (moment - _EPOCH) // _MICROSECOND
    return FrameNumber(-(-microseconds * FRAME_RATE // _MICROSECONDS))


def group_of(frame: FrameNumber) -> GroupNumber:
    """The group of pictures that holds a frame."""
    return GroupNumber(frame // GROUP_FRAMES)


def first_frame_of(group: GroupNumber) -> FrameNumber:
    """The key frame of a group of pictures."""
    return FrameNumber(group * GROUP_FRAMES)


def clean_point(frame: FrameNumber) -> FrameNumber:
    """The key frame at or before a frame."""
    return first_frame_of(group_of(frame))
