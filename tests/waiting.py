"""Waiting on a state: as long as a busy machine needs, and no longer than the state takes."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

#: Seconds. Nothing takes as long on a machine with time to spare; only what will never happen does.
PATIENCE = 60.0
#: Seconds between two looks.
PAUSE = 0.01

_Found = TypeVar("_Found")


def attempts(what: str, *, seconds: float = PATIENCE) -> Iterator[None]:
    """Give a turn for each look; a state that does not come fails the test with these words."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
    raise AssertionError(f"within {seconds:g} seconds {what} did not come")


async def until(
    condition: Callable[[], _Found | Awaitable[_Found]], what: str = "the state waited for", **limit: float
) -> _Found:
    """Wait on a state of this process, or on one that has to be asked for; gives what the condition gave."""
    for _ in attempts(what, **limit):
        holds = condition()
        if inspect.isawaitable(holds):
            holds = await holds
        if holds:
            return holds
        await asyncio.sleep(PAUSE)
    raise AssertionError(what)


def wait_until(condition: Callable[[], object], what: str = "the state waited for") -> None:
    """Wait on a state of another process."""
    for _ in attempts(what):
        if condition():
            return
        time.sleep(PAUSE)
