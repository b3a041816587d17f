"""Files by their content: written under another name, flushed, then renamed to their SHA-256."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from incident_plugin.application.vault_port import Stored
from incident_plugin.domain.errors import StoreUnavailable

_SHA256 = re.compile("[0-9a-f]{64}")


class DiskVault:
    """Keeps files below one directory; see ``Vault`` for what each method promises."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def put(self, pieces: AsyncIterator[bytes]) -> Stored | None:
        """Keep a file; what was written of one that fails is removed."""
        partial = self._directory / f"{uuid.uuid4().hex}.partial"
        try:
            file = await asyncio.to_thread(_created, partial)
            try:
                stored = await _written(file, pieces)
            finally:
                file.close()
            if stored is None:
                return None
            await asyncio.to_thread(self._named, partial, stored.sha256)
        except OSError as error:
            raise _refusal(error) from error
        finally:
            partial.unlink(missing_ok=True)
        return stored

    def path(self, sha256: str) -> Path:
        """Say where a file lies; a name is a hash and nothing else."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return self._directory / sha256[:2] / f"{sha256}.mp4"

    def damage(self, sha256: str) -> str:
        """Read a file back."""
        try:
            with self.path(sha256).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return (
                f"The file {sha256[:12]}… is no longer in the vault. Restore it from a backup of the server."
            )
        except OSError as error:
            return (
                f"The file {sha256[:12]}… cannot be read: {error.strerror or error}. Check the server's disk."
            )
        if found == sha256:
            return ""
        return f"The file {sha256[:12]}… is not what was put into the vault. Restore it from a backup."

    def files(self) -> frozenset[str]:
        """Give the hashes of all files."""
        return frozenset(path.stem for path in self._directory.glob("??/*.mp4"))

    def remove(self, sha256: str) -> None:
        """Remove a file, if it is there."""
        try:
            self.path(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise _refusal(error) from error

    def tidy(self) -> None:
        """Remove what a stopped server left half written."""
        for partial in self._directory.glob("*.partial"):
            partial.unlink(missing_ok=True)

    def _named(self, partial: Path, sha256: str) -> None:
        place = self.path(sha256)
        place.parent.mkdir(exist_ok=True)
        partial.replace(place)
        for directory in (place.parent, self._directory):
            _flush(directory)


async def _written(file: BinaryIO, pieces: AsyncIterator[bytes]) -> Stored | None:
    digest, size = hashlib.sha256(), 0

    def write(piece: bytes) -> None:
        digest.update(piece)
        file.write(piece)

    async for piece in pieces:
        await asyncio.to_thread(write, piece)
        size += len(piece)
    if not size:
        return None
    await asyncio.to_thread(_flushed, file)
    return Stored(sha256=digest.hexdigest(), size=size)


def _created(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


def _flushed(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _flush(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refusal(error: OSError) -> StoreUnavailable:
    return StoreUnavailable(
        f"The vault cannot be written: {error.strerror or error}. The recording is as it was. Make room on "
        "the server's disk; the copy is then made by itself."
    )
