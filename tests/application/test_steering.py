"""Moving cameras: nothing goes on moving that nobody holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from incident_plugin.application.guard import Guard
from incident_plugin.application.live.steering import Steering, SteeringLimits
from incident_plugin.application.ports import Actor
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import Conflict, Denied, RecorderUnavailable
from incident_plugin.domain.media import CameraId, Motion, Preset
from incident_plugin.domain.people import Person, PersonId
from tests.waiting import until

YARD = CameraId("yard")
OLIVIA, BEN = (Actor(person=Person(id=PersonId(name.lower()), name=name)) for name in ("Olivia", "Ben"))
RIGHT = Motion(pan=0.5)
#: Quick where a test waits for it, and long where it must not end before.
QUICK = SteeringLimits(silence=timedelta(seconds=0.05), between=0.01)
PATIENT = SteeringLimits(silence=timedelta(seconds=60), between=0.01)


class Camera:
    """A camera that tells what it was asked, and may be slow or silent."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers = asyncio.Event()
        self.answers.set()
        self.refusals = 0

    async def _ask(self, what: str) -> None:
        await self.answers.wait()
        if self.refusals:
            self.refusals -= 1
            raise RecorderUnavailable("The recorder does not answer.")
        self.asked.append(what)

    async def move(self, camera: CameraId, motion: Motion, *, lasting: timedelta) -> None:
        await self._ask(f"move {motion.pan:g} {motion.tilt:g} {motion.zoom:g}")

    async def stop(self, camera: CameraId) -> None:
        await self._ask("stop")

    async def presets(self, camera: CameraId) -> tuple[Preset, ...]:
        return (Preset(token="1", name="Gate"),)

    async def go_to(self, camera: CameraId, preset: str) -> None:
        await self._ask(f"go to {preset}")


@pytest.fixture
def camera() -> Camera:
    return Camera()


class Access:
    """What each may do."""

    def __init__(self) -> None:
        both = {Permission.CAMERAS_VIEW, Permission.PTZ_MANAGE}
        self.held = {"olivia": set(both), "ben": set(both)}

    def allows(self, actor: Actor, permission: Permission, cameras: Sequence[CameraId] = ()) -> bool:
        return permission in self.held[actor.person.id]


@pytest.fixture
def access() -> Access:
    return Access()


class Told(list[tuple[str, CameraId]]):
    """What was noted."""

    def moved(self, actor: Actor, camera: CameraId) -> None:
        self.append((actor.person.name, camera))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def steering(camera, access, told, limits) -> AsyncIterator[Steering]:
    steering = Steering(camera, Guard(access), told.moved, limits=limits)
    yield steering
    camera.answers.set()
    camera.refusals = 0
    await steering.close()


@pytest.fixture
def limits() -> SteeringLimits:
    return PATIENT


async def test_held_from_pressing_to_letting_go(steering, camera, told) -> None:
    """The device hears of the beginning, of changes and of the end; repetitions in between are for us."""
    for motion in (RIGHT, RIGHT, RIGHT, Motion(pan=0.5, tilt=-0.5)):
        await steering.move(OLIVIA, YARD, motion, "press")
    await steering.stop(OLIVIA, YARD, "press")
    assert camera.asked == ["move 0.5 0 0", "move 0.5 -0.5 0", "stop"]
    assert told == [("Olivia", YARD)]


@pytest.mark.parametrize("limits", [QUICK])
async def test_page_that_vanished(steering, camera) -> None:
    """Nobody lets go, and the camera stops."""
    await steering.move(OLIVIA, YARD, RIGHT, "press")
    await until(lambda: camera.asked[-1] == "stop", "the end of the movement")


@pytest.mark.parametrize("limits", [QUICK])
async def test_device_that_does_not_hear_the_stop(steering, camera) -> None:
    """It is told again."""
    await steering.move(OLIVIA, YARD, RIGHT, "press")
    camera.refusals = 2
    await until(lambda: camera.asked[-1] == "stop", "the end of the movement")


async def test_device_that_never_hears_the_stop(steering, camera) -> None:
    """The operator is told that it may still be moving."""
    await steering.move(OLIVIA, YARD, RIGHT, "press")
    camera.refusals = 10
    with pytest.raises(RecorderUnavailable):
        await steering.stop(OLIVIA, YARD, "press")


async def test_repetition_that_comes_after_letting_go(steering, camera) -> None:
    """What the network delivered late begins nothing."""
    await steering.move(OLIVIA, YARD, RIGHT, "press")
    await steering.stop(OLIVIA, YARD, "press")
    await steering.move(OLIVIA, YARD, RIGHT, "press")
    assert camera.asked == ["move 0.5 0 0", "stop"]


async def test_letting_go_that_comes_before_pressing(steering, camera) -> None:
    """A short press whose requests changed places moves nothing."""
    await steering.stop(OLIVIA, YARD, "press")
    await steering.move(OLIVIA, YARD, RIGHT, "press")
    assert camera.asked == []


async def test_letting_go_while_the_device_is_slow(steering, camera) -> None:
    """The stop is the last thing that the device hears, and what waited before it is left out."""
    camera.answers.clear()
    first = asyncio.create_task(steering.move(OLIVIA, YARD, RIGHT, "press"))
    await until(lambda: steering._heads[YARD].calling.locked() if YARD in steering._heads else False)
    changed = asyncio.create_task(steering.move(OLIVIA, YARD, Motion(tilt=1), "press"))
    await asyncio.sleep(0)
    ended = asyncio.create_task(steering.stop(OLIVIA, YARD, "press"))
    await asyncio.sleep(0)
    camera.answers.set()
    await asyncio.gather(first, changed, ended)
    assert camera.asked == ["move 0.5 0 0", "stop"]


async def test_two_operators_at_one_camera(steering, camera) -> None:
    """Who holds on keeps it, and the other is told who it is; afterwards it is free."""
    await steering.move(OLIVIA, YARD, RIGHT, "hers")
    with pytest.raises(Conflict, match="Olivia is moving this camera"):
        await steering.move(BEN, YARD, RIGHT, "his")
    with pytest.raises(Conflict):
        await steering.go_to(BEN, YARD, "1")
    await steering.stop(BEN, YARD, "his")
    assert camera.asked == ["move 0.5 0 0"]
    await steering.stop(OLIVIA, YARD, "hers")
    await steering.go_to(BEN, YARD, "1")
    assert camera.asked[-2:] == ["stop", "go to 1"]


async def test_right_that_is_taken_meanwhile(steering, camera, access) -> None:
    """The next repetition is refused; what moves can still be stopped by the one who moved it."""
    await steering.move(OLIVIA, YARD, RIGHT, "press")
    access.held["olivia"] = {Permission.CAMERAS_VIEW}
    for call in (
        steering.move(OLIVIA, YARD, RIGHT, "press"),
        steering.go_to(OLIVIA, YARD, "1"),
    ):
        with pytest.raises(Denied):
            await call
    await steering.stop(OLIVIA, YARD, "press")
    assert camera.asked[-1] == "stop"


async def test_camera_that_may_not_be_seen(steering, access) -> None:
    """Moving is no way around the right to see."""
    access.held["olivia"] = {Permission.PTZ_MANAGE}
    with pytest.raises(Denied):
        await steering.move(OLIVIA, YARD, RIGHT, "press")


async def test_server_that_ends(steering, camera) -> None:
    """What moves is stopped with it."""
    await steering.move(OLIVIA, YARD, RIGHT, "press")
    await steering.close()
    assert camera.asked[-1] == "stop"


async def test_names_of_no_camera_fill_no_memory(steering) -> None:
    """A flood of unknown cameras is forgotten."""
    for number in range(3_000):
        await steering.stop(OLIVIA, CameraId(f"none-{number}"), "press")
    assert len(steering._heads) <= 1_000
