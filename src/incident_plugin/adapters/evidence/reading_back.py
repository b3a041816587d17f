"""Reading an export back: what stands on the shelf is what was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from incident_plugin.adapters.evidence.bag import Sealed
from incident_plugin.adapters.evidence.disk import Sums, flush_all, sums_now, sums_on_disk
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.exports import ExportSettings


class Passes:
    """Tells how far it is: files are read back once, a ZIP is written and read back."""

    def __init__(
        self, files: Sequence[Sealed], settings: ExportSettings, watch: Callable[[float], None]
    ) -> None:
        self._whole = sum(file.size for file in files) * (2 if settings.zipped else 1) or 1
        self._done = 0
        self._watch = watch

    def passed(self, count: int) -> None:
        """Tell that so many bytes passed."""
        self._done += count
        self._watch(min(1.0, self._done / self._whole))


def read_back(folder: Path, files: Sequence[Sealed], passed: Callable[[int], None]) -> dict[str, Sums]:
    """Give the checksums of all files in a folder as the disk has them, by their names below it.

    Raises ``StoreUnavailable`` when one of ``files`` reads back otherwise than it was written.
    """
    flush_all(folder / file.name for file in files)
    sums = {file.name: sums_on_disk(folder / file.name, passed) for file in files}
    for file in files:
        if sums[file.name].sha256 != file.sha256:
            raise StoreUnavailable(
                f"{Path(file.name).name} reads back otherwise than it was written. The export was not "
                "finished: check the disk of the server, then export again.",
                cause="incident.read-back-differs",
            )
    return sums | _others(folder, files)


def other_hashes(folder: Path, files: Sequence[Sealed]) -> dict[str, str]:
    """Give the SHA-256 of what lies around the payload."""
    return {name: sums.sha256 for name, sums in _others(folder, files).items()}


def _others(folder: Path, files: Sequence[Sealed]) -> dict[str, Sums]:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name: sums_now(folder / name) for name in names - {file.name for file in files}}
