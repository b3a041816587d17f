"""Coded pictures of one camera, grouped from key picture to key picture."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True, slots=True)
class Picture:
    """One coded picture, ready to be packetised; shared by all viewers."""

    #: 1/90000 s on the camera's time line, which goes on over reconnects.
    pts: int
    key: bool
    #: Annex B byte stream; a key picture brings its parameter sets.
    data: bytes


@attrs.define(kw_only=True, eq=False)
class Group:
    """Pictures from one key picture up to the next: what a new viewer needs, and all that is kept.

    A group that grew too long is continued by one without a key picture, which nobody can join.
    """

    #: Place among all groups of the camera: neighbours differ by one.
    number: int
    pictures: list[Picture] = attrs.field(factory=list)
    size: int = 0

    @property
    def joinable(self) -> bool:
        """Whether a decoder can start with it."""
        return bool(self.pictures) and self.pictures[0].key

    def add(self, picture: Picture) -> None:
        """Append the next picture."""
        self.pictures.append(picture)
        self.size += len(picture.data)
