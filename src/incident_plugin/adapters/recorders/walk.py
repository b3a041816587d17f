"""The test of a recorder: every step that live and recorded video need, one after the other.

Each step says what was found in an operator's words, what to do, and what an engineer wants to know. After a
step that the rest stands on has failed, the rest is skipped and says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from incident_plugin.adapters.recorders.advice import advice
from incident_plugin.adapters.recorders.reach import Unreached
from incident_plugin.adapters.recorders.recorder import Recorder
from incident_plugin.adapters.recorders.steps import Found, NotTried, Steps
from incident_plugin.application.recorder_ports import StepState, WalkedStep
from incident_plugin.domain.errors import IncidentError, NotFound, NoVideo
from incident_plugin.domain.recorders import RecorderConfig

Connect = Callable[[RecorderConfig, str], Recorder]

#: How long one step may take, in seconds; those that read video or search take longest.
_STEP = 12.0

#: In order: name, whether the rest stands on it, how it is done.
_STEPS: tuple[tuple[str, bool, Callable[[Steps], Awaitable[Found]]], ...] = (
    ("resolve", True, Steps.resolve),
    ("tcp", True, Steps.tcp),
    ("tls", True, Steps.tls),
    ("soap", True, Steps.soap),
    ("clock", False, Steps.measure),
    ("sign-in", True, Steps.sign_in),
    ("services", True, Steps.services),
    ("cameras", True, Steps.cameras),
    ("stream", False, Steps.live),
    ("search", False, Steps.search),
    ("replay", False, Steps.replay),
)


#: Of the steps that others stand on.
_TITLES = {
    "resolve": "The name",
    "tcp": "The connection",
    "tls": "Encryption",
    "soap": "ONVIF",
    "sign-in": "Signing in",
    "services": "Asking for its services",
    "cameras": "Asking for its cameras",
}


class RecorderWalk:
    """The ``RecorderTest`` port. ``connect`` makes the recorder as it is made for use."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def walk(self, config: RecorderConfig, password: str) -> AsyncIterator[WalkedStep]:
        """Give each step twice: when it begins, and as it ended."""
        recorder = self._connect(config, password)
        walk = Steps(config=config, device=recorder.parts[0], streams=recorder.parts[1], now=_system_now)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(recorder.close)
            failed = ""
            for name, needed, work in _STEPS:
                if failed:
                    yield WalkedStep(step=name, state=StepState.SKIPPED, said=f"{failed} has to work first.")
                    continue
                yield WalkedStep(step=name, state=StepState.RUNNING)
                ended = await _tried(name, walk, work)
                yield ended
                if needed and ended.state is StepState.FAILED:
                    failed = _TITLES[name]


async def _tried(name: str, walk: Steps, work: Callable[[Steps], Awaitable[Found]]) -> WalkedStep:
    began = time.monotonic()

    def step(state: StepState, said: str, remedy: str, technical: str, fingerprint: str = "") -> WalkedStep:
        return WalkedStep(
            step=name,
            state=state,
            said=said,
            remedy=remedy,
            technical=technical,
            seconds=round(time.monotonic() - began, 2),
            fingerprint=fingerprint,
        )

    try:
        async with asyncio.timeout(_STEP):
            found = await work(walk)
    except NotTried as reason:
        return step(StepState.SKIPPED, str(reason), "", "")
    except Unreached as error:
        fingerprint = getattr(error, "fingerprint", "")
        return step(StepState.FAILED, error.said, error.remedy, error.technical, fingerprint)
    except (NoVideo, NotFound) as error:
        return step(StepState.FAILED, error.detail, "", _technical(error, walk))
    except IncidentError as error:
        said, remedy = advice(name, error)
        return step(StepState.FAILED, said, remedy, _technical(error, walk))
    except TimeoutError:
        return step(
            StepState.FAILED,
            f"This took longer than {_STEP:g} seconds and was given up.",
            "Try again; if it stays so the recorder is overloaded, or its network is.",
            walk.device.exchange,
        )
    state = StepState.WARNING if found.remedy else StepState.PASSED
    return step(state, found.said, found.remedy, found.technical, found.fingerprint)


def _technical(error: IncidentError, walk: Steps) -> str:
    """Give what lies behind an operator's words: the error of the adapter, and the last exchange."""
    cause = error.__cause__
    behind = f"{type(cause).__name__}: {cause}" if cause is not None else ""
    return "; ".join(text for text in (behind, walk.device.exchange) if text)


def _system_now() -> datetime:
    return datetime.now(UTC)
