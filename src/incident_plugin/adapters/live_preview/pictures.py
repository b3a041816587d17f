"""Coded pictures of one camera, grouped from key picture to key picture."""

from __future__ import annotations

import attrs

from incident_plugin.adapters.live_preview.rtp import Block, Layout, Run, blocks

#: Where sequence numbers of viewers stand beside the camera's: those who saw every picture since they came.
_SHARED_SHIFTS = (0, 0x8000)


@attrs.frozen(kw_only=True, slots=True, eq=False)
class Picture:
    """One coded picture as RTP payloads, shared by all viewers; a key picture brings its parameter sets."""

    #: Place among all pictures of the camera: neighbours differ by one.
    number: int = 0
    #: 1/90000 s on the camera's time line, which goes on over reconnects.
    pts: int
    key: bool
    runs: tuple[Run, ...]
    #: Sequence number of its first packet on the camera's own count.
    first: int = 0
    #: RTP time of the camera's time line at 0: random, so that it tells nothing.
    origin: int = 0
    packets: int = attrs.field(init=False)
    #: Bytes of payload.
    size: int = attrs.field(init=False)
    _blocks: dict[tuple[Layout, int], tuple[Block, ...]] = attrs.field(init=False, factory=dict, repr=False)

    @packets.default
    def _count(self) -> int:
        return sum(map(len, self.runs))

    @size.default
    def _measure(self) -> int:
        return sum(sum(map(len, run)) for run in self.runs)

    def rtp_time(self, pts: int) -> int:
        """Give the RTP time for a time on the camera's time line."""
        return (self.origin + pts) & 0xFFFFFFFF

    def blocks(self, first: int, time: int, layout: Layout) -> tuple[Block, ...]:
        """Give its packets, from the sequence number ``first`` on, at a time on the camera's time line."""
        if time != self.pts:
            return blocks(self.runs, first=first, time=self.rtp_time(time), layout=layout)
        return self.timely((first - self.first) & 0xFFFF, layout)

    def timely(self, shift: int, layout: Layout) -> tuple[Block, ...]:
        """Give its packets at its own time, numbered higher than on the camera's count by ``shift``."""
        shared = shift if shift in _SHARED_SHIFTS else 0
        made = self._blocks.get((layout, shared))
        if made is None:
            first, time = self.first + shared, self.rtp_time(self.pts)
            made = self._blocks[layout, shared] = blocks(self.runs, first=first, time=time, layout=layout)
        return made if shift == shared else tuple(block.renumbered(shift) for block in made)

    def packet(self, place: int, first: int, time: int, layout: Layout) -> Block:
        """Give one of its packets by its place."""
        for block in self.blocks(first, time, layout):
            if place < block.packets:
                return Block.single(block.packet(place), bytes(layout.trailer))
            place -= block.packets
        raise IndexError(place)


@attrs.define(kw_only=True, eq=False)
class Group:
    """Pictures from one key picture up to the next: what a new viewer needs, and all that is kept.

    A group that grew too long is continued by one without a key picture, which nobody can join.
    """

    #: Place among all groups of the camera: neighbours differ by one.
    number: int
    #: Number of its first picture.
    first: int
    pictures: list[Picture] = attrs.field(factory=list)
    size: int = 0

    @property
    def joinable(self) -> bool:
        """Whether a decoder can start with it."""
        return bool(self.pictures) and self.pictures[0].key

    def add(self, picture: Picture) -> None:
        """Append the next picture."""
        self.pictures.append(picture)
        self.size += picture.size
