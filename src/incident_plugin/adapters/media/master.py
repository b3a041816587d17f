"""Masters on disk: a file of either kind from its first picture to its hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from incident_plugin.adapters.media.fragments import FragmentedFile
from incident_plugin.adapters.media.muxer import Muxer
from incident_plugin.adapters.media.timeline import Timeline
from incident_plugin.application.media_ports import FileFacts, FileSealer
from incident_plugin.domain.media import AccessUnit, VideoTrack


class Master(Protocol):
    """A file being written; every method may block and belongs into a worker thread."""

    @property
    def timeline(self) -> Timeline: ...

    def write(self, units: Sequence[AccessUnit]) -> None: ...

    def finish(self, facts: FileFacts | None, sealer: FileSealer | None) -> tuple[int, str]:
        """Bring it to the disk; give its size and SHA-256."""
        ...

    def abandon(self) -> None: ...


class Mp4:
    """A fragmented MP4, hashed while it is written."""

    def __init__(self, path: Path, track: VideoTrack, first: AccessUnit) -> None:
        self._file = path.open("wb")
        try:
            self._fragments = FragmentedFile(self._file, track, first)
        except BaseException:
            self._file.close()
            path.unlink()
            raise

    @property
    def timeline(self) -> Timeline:
        """When its pictures are."""
        return self._fragments.timeline

    def write(self, units: Sequence[AccessUnit]) -> None:
        """Append pictures."""
        self._fragments.write(units)

    def finish(self, facts: FileFacts | None, sealer: FileSealer | None) -> tuple[int, str]:
        """Write the end; give size and SHA-256."""
        sha256 = self._fragments.finish(facts, sealer)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return self._fragments.size, sha256

    def abandon(self) -> None:
        """Let go of it."""
        with suppress(OSError):
            self._file.close()


class Mkv:
    """A Matroska file by libavformat, which goes back to its head at the end: it is hashed from the disk."""

    def __init__(self, path: Path, track: VideoTrack, first: AccessUnit) -> None:
        self._path = path
        self._muxer = Muxer.to_file(path, track, first)

    @property
    def timeline(self) -> Timeline:
        """When its pictures are."""
        return self._muxer.timeline

    def write(self, units: Sequence[AccessUnit]) -> None:
        """Append pictures."""
        self._muxer.write(units)

    def finish(self, facts: FileFacts | None, sealer: FileSealer | None) -> tuple[int, str]:  # noqa: ARG002
        """Write the end; give size and SHA-256."""
        self._muxer.close()
        with self._path.open("rb") as file:
            os.fsync(file.fileno())
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            return file.tell(), sha256

    def abandon(self) -> None:
        """Let go of it."""
        self._muxer.abandon()
