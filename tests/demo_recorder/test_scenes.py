"""What the cameras show: one person, somewhere, and otherwise an unchanging scene."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from demo_recorder.cameras import CAMERAS, Camera
from demo_recorder.caption import BAR_HEIGHT, time_text
from demo_recorder.painter import Painter
from demo_recorder.scenes import background
from demo_recorder.strip import read_strip
from demo_recorder.timebase import FrameNumber, milliseconds_of
from demo_recorder.walker import camera_seeing

MINUTE = FrameNumber(29_900_000 * 60 * 15)
ROUND = range(MINUTE, MINUTE + 60 * 15)


def scene_of(camera: Camera, frame: FrameNumber) -> NDArray[np.uint8]:
    """The luma of a frame without bar and strip."""
    return Painter(camera).paint(frame).y[BAR_HEIGHT:-8].copy()


@pytest.mark.parametrize("second", [*range(0, 60, 3), 14.94, 15, 29.94, 44.94, 59.94])
def test_the_person_is_before_exactly_one_camera(second: float) -> None:
    """At any time one scene differs clearly from its empty self, and no other differs at all."""
    frame = FrameNumber(MINUTE + int(second * 15))
    changed = [
        int((scene_of(camera, frame) != background(camera).y[BAR_HEIGHT:-8]).sum()) for camera in CAMERAS
    ]
    seen = camera_seeing(frame).number - 1
    assert changed[seen] > 400
    assert sum(changed) == changed[seen]


def test_the_person_goes_from_camera_to_camera_in_order() -> None:
    """Fifteen seconds on each camera, then the next one, for ever."""
    numbers = [camera_seeing(FrameNumber(frame)).number for frame in ROUND]
    assert numbers == [1] * 225 + [2] * 225 + [3] * 225 + [4] * 225
    assert camera_seeing(FrameNumber(MINUTE + 900)).number == 1


def test_the_person_moves_evenly() -> None:
    """From frame to frame the person is never far from where it was."""
    for camera in CAMERAS:
        painter, before = Painter(camera), None
        for step in range(0, 225, 3):
            frame = FrameNumber(MINUTE + (camera.number - 1) * 225 + step)
            changed = painter.paint(frame).y[BAR_HEIGHT:-8] != background(camera).y[BAR_HEIGHT:-8]
            rows, columns = np.nonzero(changed)
            here = np.array([rows.max(), (columns.min() + columns.max()) / 2])
            assert before is None or np.abs(here - before).max() < 30
            before = here


@given(st.lists(st.sampled_from(ROUND), min_size=1, max_size=6), st.sampled_from(CAMERAS))
@settings(max_examples=25, deadline=None)
def test_a_frame_depends_on_nothing_but_its_number(frames: list[FrameNumber], camera: Camera) -> None:
    """Painted after any others, a frame is the same as painted alone."""
    painter = Painter(camera)
    for frame in frames:
        picture = painter.paint(frame).buffer.copy()
    assert np.array_equal(picture, Painter(camera).paint(frames[-1]).buffer)


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: camera.token)
def test_every_frame_says_where_and_when_it_was_taken(camera: Camera) -> None:
    """The strip carries the camera's number and the frame's time."""
    painter = Painter(camera)
    for frame in map(FrameNumber, range(MINUTE, MINUTE + 30)):
        reading = read_strip(painter.paint(frame).y)
        assert (reading.camera, reading.time_ms) == (camera.number, milliseconds_of(frame))


def test_the_burnt_in_time_is_utc_to_a_hundredth() -> None:
    """People read the time that the frame was taken, rounded down."""
    assert time_text(FrameNumber(1_795_000_000 * 15 + 1)) == "2026-11-18 11:06:40.06 UTC"


def test_scenes_are_easily_told_apart() -> None:
    """No two cameras look alike."""
    scenes = [background(camera).y.astype(int) for camera in CAMERAS]
    for index, scene in enumerate(scenes):
        for other in scenes[index + 1 :]:
            assert np.abs(scene - other).mean() > 20
