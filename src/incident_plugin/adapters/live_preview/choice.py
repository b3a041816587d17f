"""Which of a camera's streams a viewer gets: passed through where possible, and as large as it is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import attrs

from incident_plugin.domain.errors import UnusableOffer
from incident_plugin.domain.media import Codec, LiveProfile

#: A picture may be shown so many times wider than it is before a wider stream is taken.
_STRETCHED = 1.25
#: Wider than any screen.
_ANY_WIDTH = 1_000_000.0


@attrs.frozen(kw_only=True)
class Choice:
    """One stream as viewers get it; equal for all who are to share it."""

    #: The recorder's name of it; nothing where it names none.
    profile: str | None
    #: What viewers receive.
    codec: Codec
    #: Whether it is decoded and coded anew, once for all its viewers.
    recoded: bool = False
    #: View items wider than the first and not wider than the second get it, in pixels.
    fits: tuple[float, float] = attrs.field(default=(0.0, _ANY_WIDTH), eq=False)
    #: How the camera codes what these would have got, had it been possible to pass it through.
    instead_of: Codec | None = attrs.field(default=None, eq=False)


#: What is opened when the recorder tells nothing of its streams.
_UNKNOWN = LiveProfile(token="", codec=Codec.H264)


def choose(
    profiles: Sequence[LiveProfile],
    *,
    takes: Collection[Codec],
    width: float,
    recoded: Collection[str] = (),
) -> Choice:
    """Choose for a viewer who decodes ``takes`` and shows ``width`` pixels.

    Streams named in ``recoded`` cannot be passed through: they have B pictures. Raises ``UnusableOffer`` when
    the viewer decodes nothing that there is or can be made.
    """
    profiles = profiles or (_UNKNOWN,)
    passed = [one for one in profiles if one.codec in takes and one.token not in recoded]
    if not passed and Codec.H264 not in takes:
        raise UnusableOffer(
            "This browser cannot receive H.264 video, which live view needs."
            " Use a current Chrome, Edge, Firefox or Safari; recorded video is not affected."
        )
    chosen, fits = _fitting(passed or profiles, width)
    best, fits_best = _fitting(profiles, width)
    return Choice(
        profile=chosen.token or None,
        codec=chosen.codec if passed else Codec.H264,
        recoded=not passed,
        fits=(max(fits[0], fits_best[0]), min(fits[1], fits_best[1])),
        instead_of=best.codec if best.width > chosen.width or not passed else None,
    )


def _fitting(profiles: Sequence[LiveProfile], width: float) -> tuple[LiveProfile, tuple[float, float]]:
    """Give the narrowest that is not stretched too much, or the widest, with the widths that it is for."""
    ladder = _ladder(profiles)
    place = next((i for i, one in enumerate(ladder) if one.width * _STRETCHED >= width), len(ladder) - 1)
    low = ladder[place - 1].width * _STRETCHED if place else 0.0
    high = ladder[place].width * _STRETCHED if place < len(ladder) - 1 else _ANY_WIDTH
    return ladder[place], (low, high)


def _ladder(profiles: Sequence[LiveProfile]) -> list[LiveProfile]:
    """Give them from narrow to wide; of two as wide H.264, which costs viewers less to decode."""
    by_width: dict[int, LiveProfile] = {}
    for one in sorted(profiles, key=lambda one: one.codec is Codec.H265):
        by_width.setdefault(one.width, one)
    return [by_width[width] for width in sorted(by_width)]
