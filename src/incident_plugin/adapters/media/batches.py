"""Groups pictures so that a worker thread is asked once per group, not once per picture."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from incident_plugin.domain.media import AccessUnit

_SECOND = 90_000
#: Bytes after which a group is handed over in any case: the bound of the memory one writer takes.
_MAX_BYTES = 4 * 1024 * 1024


async def batches(units: AsyncIterable[AccessUnit], *, prompt: bool) -> AsyncIterator[list[AccessUnit]]:
    """Give groups of at most 4 MiB; prompt ones also end with a key picture, or after a second.

    A muxer completes a fragment when it sees the picture after it: ending groups with the key picture lets no
    complete fragment wait for the next group.
    """
    group: list[AccessUnit] = []
    size = 0
    async for unit in units:
        group.append(unit)
        size += sum(map(len, unit.nals))
        if size > _MAX_BYTES or (prompt and (unit.key or unit.pts - group[0].pts >= _SECOND)):
            yield group
            group, size = [], 0
    if group:
        yield group
