"""Live streams that end when their recorder is no longer used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import attrs

from incident_plugin.application.media_ports import VideoStream
from incident_plugin.application.video.following import Take, follow
from incident_plugin.domain.media import AccessUnit, SoundTrack, SoundUnit, VideoTrack


@attrs.frozen
class WhileUsed:
    """A stream that ``refuse`` may end at any picture."""

    _stream: VideoStream
    _refuse: Callable[[], None]

    @property
    def track(self) -> VideoTrack:
        """What a decoder must know before the first picture."""
        return self._stream.track

    @property
    def sound(self) -> SoundTrack | None:
        """What a decoder of the sound must know."""
        return self._stream.sound

    @property
    def losses(self) -> int:
        """How often packets were missing or damaged so far."""
        return int(getattr(self._stream, "losses", 0))

    async def __aiter__(self) -> AsyncIterator[AccessUnit]:
        """Give the pictures."""
        async for unit in self._stream:
            self._refuse()
            yield unit

    async def mixed(self) -> AsyncIterator[AccessUnit | SoundUnit]:
        """Give pictures and sound."""
        async for unit in self._stream.mixed():
            self._refuse()
            yield unit

    async def follow(self, take: Take) -> None:
        """Give pictures and sound as they come."""

        def take_while_used(unit: AccessUnit | SoundUnit) -> None:
            self._refuse()
            take(unit)

        await follow(self._stream, take_while_used)
