"""Coded footage: the same bits whenever and wherever they are made, true times, in bounded memory."""

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import Sequence

import pytest
from tests.programs import SOURCES

from demo_recorder.cameras import CAMERAS, Camera
from demo_recorder.encoder import AccessUnit, GroupEncoder, parameter_sets
from demo_recorder.footage import Footage
from demo_recorder.timebase import GROUP_FRAMES, FrameNumber, GroupNumber, first_frame_of, milliseconds_of

from .decoding import strips

GROUP = GroupNumber(897_500_000)
START = first_frame_of(GROUP)
LAST = FrameNumber(START + GROUP_FRAMES - 1)
LOBBY = CAMERAS[0]


def encoded(camera: Camera, group: GroupNumber = GROUP) -> list[AccessUnit]:
    encoder = GroupEncoder(camera, group)
    return [encoder.encode_next() for _ in range(GROUP_FRAMES)]


def digest(units: Sequence[AccessUnit]) -> str:
    return hashlib.sha256(b"".join(b"".join(unit.nal_units) for unit in units)).hexdigest()


async def recorded(footage: Footage, camera: Camera, start: FrameNumber = START) -> list[AccessUnit]:
    last = FrameNumber(start + GROUP_FRAMES - 1)
    return [
        await footage.recorded(camera, FrameNumber(frame), through=last) for frame in range(start, last + 1)
    ]


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: camera.token)
def test_decoded_frames_carry_their_own_times(camera: Camera) -> None:
    """Every time strip, after coding and decoding, says the camera and the frame's time."""
    readings = strips(encoded(camera))
    assert [reading.time_ms for reading in readings] == [
        milliseconds_of(FrameNumber(START + index)) for index in range(GROUP_FRAMES)
    ]
    assert {reading.camera for reading in readings} == {camera.number}


def test_groups_are_closed_and_fit_for_webrtc() -> None:
    """One IDR frame with its parameter sets, then P frames; Constrained Baseline, level 3.1."""
    units = encoded(LOBBY)
    types = [[nal_unit[0] & 31 for nal_unit in unit.nal_units] for unit in units]
    assert types == [[7, 8, 5]] + [[1]] * (GROUP_FRAMES - 1)
    sps = parameter_sets(units[0]).sps
    assert sps[1] == 0x42
    assert sps[2] & 0x40, "constraint_set1_flag makes Baseline Constrained Baseline"
    assert sps[3] == 31


def test_every_group_has_the_same_parameter_sets() -> None:
    """A stream can go from any group to any other without new parameters."""
    sets = {parameter_sets(GroupEncoder(camera, GROUP).encode_next()) for camera in CAMERAS}
    assert len(sets) == 1


def test_another_process_makes_the_same_bits() -> None:
    """Started again, the recorder has the same recording to the last bit."""
    program = (
        "import hashlib\n"
        "from demo_recorder.cameras import CAMERAS\n"
        "from demo_recorder.encoder import GroupEncoder\n"
        f"encoder = GroupEncoder(CAMERAS[0], {GROUP})\n"
        "units = [encoder.encode_next() for _ in range(30)]\n"
        "print(hashlib.sha256(b''.join(b''.join(unit.nal_units) for unit in units)).hexdigest())\n"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(SOURCES[0])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == digest(encoded(LOBBY))


async def test_live_frames_are_the_recorded_frames() -> None:
    """What is watched frame by frame is bit for bit what is replayed afterwards, from any cache."""
    watching, replaying = Footage(), Footage()
    live = [await watching.live(LOBBY, FrameNumber(START + index)) for index in range(GROUP_FRAMES)]
    assert live == await recorded(watching, LOBBY) == await recorded(replaying, LOBBY)
    watching.close()
    replaying.close()


async def test_a_watched_group_is_rendered_no_further_than_asked() -> None:
    """Frames of the future cost nothing before their time."""
    footage = Footage()
    first = await footage.live(LOBBY, START)
    assert footage.cached_bytes == first.size
    footage.close()


async def test_memory_stays_bounded_and_forgotten_groups_come_back_the_same() -> None:
    """Old groups make room; asked for again, they are rendered to the same bits."""
    footage = Footage(cache_bytes=100_000)
    before = digest(await recorded(footage, LOBBY))
    for ahead in range(1, 6):
        await recorded(footage, LOBBY, FrameNumber(START + ahead * GROUP_FRAMES))
        assert footage.cached_bytes < 200_000
    assert digest(await recorded(footage, LOBBY)) == before
    footage.close()


async def test_groups_begun_and_left_go_on_to_the_same_bits() -> None:
    """Reading key frames all over closes encoders in between; nothing of that shows in the bits."""
    footage = Footage()
    for ahead in range(20):
        start = FrameNumber(START + ahead * GROUP_FRAMES)
        await footage.recorded(LOBBY, start, through=start)
    assert await recorded(footage, LOBBY) == encoded(LOBBY)
    footage.close()


async def test_many_readers_of_one_group_get_the_same() -> None:
    """Asked for at once by live view and replay, a group is rendered once and whole for all."""
    footage = Footage()
    live, *replays = await asyncio.gather(
        footage.live(LOBBY, LAST), *(recorded(footage, LOBBY) for _ in range(6))
    )
    assert all(replay == replays[0] for replay in replays)
    assert live == replays[0][-1]
    assert footage.cached_bytes == sum(unit.size for unit in replays[0])
    footage.close()
