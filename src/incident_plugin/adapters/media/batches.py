"""Groups pictures so that a worker thread is asked once per group, not once per picture."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator

from incident_plugin.domain.media import AccessUnit, SoundUnit

_SECOND = 90_000
#: Bytes after which a group is handed over in any case: the bound of the memory that one writer takes. What
#: stays in a processor's cache from the network to its hash takes a tenth less time than megabytes.
_MAX_BYTES = 512 * 1024


async def batches(
    units: AsyncIterable[AccessUnit | SoundUnit], *, prompt: bool
) -> AsyncIterator[list[AccessUnit | SoundUnit]]:
    """Give groups of about 512 KiB; prompt ones also end with a key picture, or after a second.

    A fragment is complete with the picture after it: ending groups with the key picture lets no complete
    fragment wait for the next group. The first group has the first picture.
    """
    group: list[AccessUnit | SoundUnit] = []
    size, began, pictured = 0, None, False
    async for unit in units:
        group.append(unit)
        if isinstance(unit, SoundUnit):
            size += len(unit.data)
            continue
        size += sum(map(len, unit.nals))
        began, pictured = unit.pts if began is None else began, True
        if size > _MAX_BYTES or (prompt and (unit.key or unit.pts - began >= _SECOND)):
            yield group
            group, size, began = [], 0, None
    if group and pictured:
        yield group
