"""Live streams that hand over what comes instead of being asked for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from incident_plugin.application.media_ports import VideoStream
from incident_plugin.domain.media import AccessUnit, SoundUnit

Take = Callable[[AccessUnit | SoundUnit], None]


@runtime_checkable
class Followed(Protocol):
    """A stream that can be followed: each picture costs no task that is woken for it."""

    async def follow(self, take: Take) -> None:
        """Give pictures and sound as they come; raises ``RecorderUnavailable``, and what ``take`` raises."""
        ...


async def follow(stream: VideoStream, take: Take) -> None:
    """Give a stream's pictures, and its sound where it has any, until it ends; iterates where it has to."""
    if isinstance(stream, Followed):
        await stream.follow(take)
        return
    async for unit in stream.mixed() if stream.sound else stream:
        take(unit)
