"""How the C library gives memory to this process.

glibc makes an *arena* for each thread, up to eight for each processor, and memory that was freed stays in the
arena it came from. The host's threads take turns at whatever there is to do, and so each arena grows in time
to the most that any work ever needed there: what is a handful of megabytes becomes a hundred.
"""

from __future__ import annotations

import ctypes
import os

#: ``M_ARENA_MAX`` of malloc.h.
_ARENA_MAX = -8


def share_one_arena() -> None:
    """Let all threads take memory from one arena (mallopt(3)); to be called before there are any.

    Who has chosen otherwise by the environment is left alone; other C libraries have nothing of the kind.
    """
    if "MALLOC_ARENA_MAX" in os.environ or "arena_max" in os.environ.get("GLIBC_TUNABLES", ""):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)
