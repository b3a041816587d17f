"""The time grid: numbers and moments mean the same."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from demo_recorder.timebase import (
    FRAME_RATE,
    NTP_UNIX_OFFSET,
    FrameNumber,
    clean_point,
    first_frame_from,
    first_frame_of,
    group_of,
    latest_frame,
    milliseconds_of,
    moment_of,
    ntp_of,
    rtp_ticks_of,
)

FRAMES = st.integers(0, 4_000_000_000 * FRAME_RATE).map(FrameNumber)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(deadline=None)
@given(FRAMES)
def test_a_frames_moment_leads_back_to_it(frame: FrameNumber) -> None:
    """The frame taken at its own moment is the frame itself, asked either way."""
    assert latest_frame(moment_of(frame)) == frame == first_frame_from(moment_of(frame))


@settings(deadline=None)
@given(MOMENTS)
def test_frames_lie_on_either_side_of_a_moment(moment: datetime) -> None:
    """What exists by a moment ends where what comes from then on begins, or is the same frame."""
    last, first = latest_frame(moment), first_frame_from(moment)
    assert moment_of(last) <= moment < moment_of(FrameNumber(last + 1))
    assert moment_of(FrameNumber(first - 1)) < moment <= moment_of(first)


@settings(deadline=None)
@given(FRAMES)
def test_ntp_time_read_back_in_microseconds_is_the_moment(frame: FrameNumber) -> None:
    """A reader of the NTP timestamp who rounds down finds the moment to the microsecond."""
    ntp = ntp_of(frame)
    seconds = (ntp >> 32) - NTP_UNIX_OFFSET
    microseconds = (ntp & 0xFFFF_FFFF) * 1_000_000 >> 32
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=microseconds) == (
        moment_of(frame)
    )


@settings(deadline=None)
@given(FRAMES)
def test_the_strip_and_the_rtp_clock_agree_with_the_moment(frame: FrameNumber) -> None:
    """Milliseconds are the moment rounded down; the RTP clock is exact."""
    assert milliseconds_of(frame) == (moment_of(frame) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        milliseconds=1
    )
    assert rtp_ticks_of(frame) * FRAME_RATE == frame * 90_000


@settings(deadline=None)
@given(FRAMES)
def test_groups_begin_at_even_seconds(frame: FrameNumber) -> None:
    """The key frame before a frame is less than two seconds away, on an even second."""
    key = clean_point(frame)
    assert key == first_frame_of(group_of(frame))
    assert 0 <= frame - key < 2 * FRAME_RATE
    assert moment_of(key).microsecond == 0
    assert moment_of(key).second % 2 == 0
