"""Answers that are kept for a while."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Aging(Generic[_T]):
    """One answer, asked for again when it is too old; callers that come together ask once.

    A failure is raised and not kept.
    """

    def __init__(
        self, ask: Callable[[], Awaitable[_T]], *, seconds: float, monotonic: Callable[[], float]
    ) -> None:
        self._ask = ask
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._kept: tuple[float, _T] | None = None

    async def get(self) -> _T:
        """Give an answer that is not too old."""
        async with self._lock:
            if self._kept is None or self._monotonic() - self._kept[0] >= self._seconds:
                self._kept = (self._monotonic(), await self._ask())
            return self._kept[1]

    async def renew(self) -> _T:
        """Ask now."""
        async with self._lock:
            self._kept = (self._monotonic(), await self._ask())
            return self._kept[1]

    @property
    def last(self) -> _T | None:
        """The last answer, however old."""
        return self._kept[1] if self._kept else None

    @property
    def age(self) -> float:
        """How old the last answer is, in seconds; infinite without one."""
        return self._monotonic() - self._kept[0] if self._kept else math.inf

    def forget(self) -> None:
        """Ask again next time."""
        self._kept = None

    def doubt(self) -> None:
        """Ask again next time, and still know the last answer."""
        if self._kept is not None:
            self._kept = (-math.inf, self._kept[1])
