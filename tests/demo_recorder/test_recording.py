"""What is recorded follows from when recording began and what time it is."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from demo_recorder.cameras import CAMERAS, cameras_with
from demo_recorder.recording import (
    GAP_AFTER,
    GAP_CAMERA,
    OLDER_GAP_LENGTH,
    OLDER_GAPS_AFTER,
    RENEWED_AFTER,
    RENEWING,
    Recording,
    recordings_since,
)
from demo_recorder.timebase import FrameNumber, clean_point, first_frame_from, latest_frame, moment_of

SINCE = datetime(2026, 11, 22, 8, 0, 1, 500_000, tzinfo=UTC)
BEGAN = datetime(2026, 11, 22, 8, 0, 2, tzinfo=UTC)
GAP = (BEGAN + GAP_AFTER, BEGAN + GAP_AFTER + timedelta(seconds=60))
AGES = st.timedeltas(timedelta(0), timedelta(hours=3))


def recording_of(number: int) -> Recording:
    return recordings_since(SINCE)[number - 1]


def spans_of(recording: Recording, age: timedelta) -> list[tuple[datetime, datetime]]:
    return [(moment_of(span.start), moment_of(span.end)) for span in recording.spans(BEGAN + age)]


def test_recording_begins_at_the_first_even_second() -> None:
    """Footage begins with a key frame, not before the time given."""
    assert [moment_of(recording.start) for recording in recordings_since(SINCE)] == [BEGAN] * len(CAMERAS)


def test_one_camera_has_one_gap_of_a_minute() -> None:
    """After two hours the yard's footage is in two parts, all others are whole."""
    now = moment_of(latest_frame(BEGAN + timedelta(hours=2)))
    end = moment_of(FrameNumber(latest_frame(now) + 1))
    for recording in recordings_since(SINCE):
        expected = [(BEGAN, GAP[0]), (GAP[1], end)] if recording.camera == GAP_CAMERA else [(BEGAN, end)]
        assert spans_of(recording, timedelta(hours=2)) == expected


def test_before_the_gap_is_over_there_is_nothing_behind_it() -> None:
    """A recording grows up to its gap, waits, and grows on."""
    yard = recording_of(4)
    assert spans_of(yard, GAP_AFTER + timedelta(seconds=59)) == [(BEGAN, GAP[0])]
    assert len(spans_of(yard, GAP_AFTER + timedelta(seconds=60))) == 2
    assert recording_of(1).spans(SINCE) == ()


@settings(deadline=None)
@given(AGES)
def test_changes_and_spans_tell_the_same(age: timedelta) -> None:
    """Every span begins with a change to footage and, unless it still grows, ends with one to none."""
    yard, now = recording_of(4), BEGAN + age
    begun = [frame for frame, has_footage in yard.changes(now) if has_footage]
    ended = [frame for frame, has_footage in yard.changes(now) if not has_footage]
    spans = yard.spans(now)
    assert begun == [span.start for span in spans]
    assert ended == [span.end for span in spans][: len(ended)]


@settings(deadline=None)
@given(AGES, st.timedeltas(timedelta(minutes=-5), timedelta(hours=3)))
def test_replay_begins_at_a_clean_point_with_footage(age: timedelta, wanted: timedelta) -> None:
    """In footage at or before what was asked for, in a gap after it; always at a key frame."""
    yard = recording_of(4)
    asked = first_frame_from(BEGAN + wanted)
    start = yard.replay_start(asked)
    assert start == clean_point(start)
    in_gap = first_frame_from(GAP[0]) <= asked < first_frame_from(GAP[1])
    if in_gap:
        assert moment_of(start) == GAP[1]
    elif asked < yard.start:
        assert start == yard.start
    else:
        assert asked - 30 < start <= asked


def test_a_camera_that_was_set_up_anew_has_two_recordings() -> None:
    """The older one has two gaps and ends; the other goes on, from a minute later."""
    made = recordings_since(SINCE, cameras_with(renewed=["parking"]))
    older, newer = (recording for recording in made if recording.camera.renewed)
    gaps = [(BEGAN + after, BEGAN + after + OLDER_GAP_LENGTH) for after in OLDER_GAPS_AFTER]
    edges = [BEGAN, *(edge for gap in gaps for edge in gap), BEGAN + RENEWED_AFTER]
    assert spans_of(older, timedelta(hours=2)) == list(zip(edges[::2], edges[1::2], strict=True))
    assert older.goes_on(BEGAN)
    assert not older.goes_on(BEGAN + RENEWED_AFTER)
    assert newer.goes_on(BEGAN + timedelta(hours=2))
    assert moment_of(newer.start) == BEGAN + RENEWED_AFTER + RENEWING
    assert older.token != newer.token == newer.camera.recording
    assert older.changes(BEGAN + timedelta(hours=2))[-1] == (older.end, False)
    assert not older.covers(older.end)
    assert older.covers(FrameNumber(older.end - 1))


def test_the_frame_after_the_last_before_the_gap_is_the_first_behind_it() -> None:
    """Going on over the gap skips exactly its frames."""
    yard = recording_of(4)
    last = FrameNumber(first_frame_from(GAP[0]) - 1)
    after = FrameNumber(last + 1)
    assert yard.at_or_after(after) == first_frame_from(GAP[1])
    assert yard.missing_between(last, after) == 900
    assert yard.missing_between(FrameNumber(last - 1), last) == 0
