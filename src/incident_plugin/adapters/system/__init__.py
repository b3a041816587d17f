"""What the operating system knows: whether the server's clock is kept right."""

from __future__ import annotations

import ctypes
import sys
from datetime import timedelta

import attrs

#: ``STA_UNSYNC`` of ``timex.h``: no time service keeps the clock right.
_UNSYNCHRONISED = 0x0040
#: ``struct timex`` begins with these, each as long as a ``long``; the rest is room for later kernels.
_MAXIMUM_ERROR, _STATUS, _ROOM = 3, 5, 64


@attrs.frozen(kw_only=True)
class ClockState:
    """Whether a time service (NTP, PTP) keeps the server's clock right, as the kernel was told."""

    synchronised: bool
    #: The kernel's bound for the clock's error.
    error: timedelta


def clock_state() -> ClockState | None:
    """Ask the kernel (``adjtimex(2)``, reading only); nothing where the system does not tell."""
    if sys.platform != "linux":
        return None
    timex = (ctypes.c_long * _ROOM)()
    try:
        answered = ctypes.CDLL(None).adjtimex(timex)
    except (OSError, AttributeError):
        return None
    if answered < 0:
        return None
    return ClockState(
        synchronised=not timex[_STATUS] & _UNSYNCHRONISED,
        error=timedelta(microseconds=timex[_MAXIMUM_ERROR]),
    )
