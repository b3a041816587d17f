"""How the C library gives memory to this process.

glibc makes an *arena* for each thread, up to eight for each processor, and memory that was freed stays in the
arena it came from. The host's threads take turns at whatever there is to do, and so each arena grows in time
to the most that any work ever needed there: what is a handful of megabytes becomes a hundred.

A large block glibc maps by itself, and unmaps when it is freed. But the first one that is freed makes it take
blocks of that size from the arena from then on, up to 32 MB: pictures and stretches of video, between which
small blocks stay, until half of the arena is holes.
"""

from __future__ import annotations

import ctypes
import os

#: ``M_ARENA_MAX`` and ``M_MMAP_THRESHOLD`` of malloc.h.
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
#: Bytes from which on a block is mapped by itself; glibc begins with this.
_LARGE = 128 << 10


def keep_little() -> None:
    """Let all threads take memory from one arena, and large blocks go back to the system when they are freed.

    To be called before there are threads. Whoever has chosen otherwise by the environment is left alone;
    other C libraries have nothing of the kind.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    for option, variable, tunable, value in (
        (_ARENA_MAX, "MALLOC_ARENA_MAX", "arena_max", 1),
        (_MMAP_THRESHOLD, "MALLOC_MMAP_THRESHOLD_", "mmap_threshold", _LARGE),
    ):
        if variable not in os.environ and tunable not in os.environ.get("GLIBC_TUNABLES", ""):
            mallopt(option, value)
