"""Port to the vault: video files by their content."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import attrs


@attrs.frozen(kw_only=True)
class Stored:
    """What was put into the vault."""

    sha256: str
    size: int


class Vault(Protocol):
    """Video files by their content. Every method raises ``StoreUnavailable`` when the disk refuses."""

    async def put(self, pieces: AsyncIterator[bytes]) -> Stored | None:
        """Keep a file, durable when this returns; nothing of it is kept when ``pieces`` fails or is empty."""
        ...

    def path(self, sha256: str) -> Path:
        """Say where a file lies."""
        ...

    def damage(self, sha256: str) -> str:
        """Read a file back; say what is wrong with it, or nothing."""
        ...

    def files(self) -> frozenset[str]:
        """Give the hashes of all files."""
        ...

    def remove(self, sha256: str) -> None:
        """Remove a file, if it is there."""
        ...

    def tidy(self) -> None:
        """Remove what a stopped server left half written."""
        ...
