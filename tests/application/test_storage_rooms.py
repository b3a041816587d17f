"""What a room uses is measured, and nothing is put where there is no room."""

from __future__ import annotations

from pathlib import Path

import pytest

from incident_plugin.application.administration import storage_rooms
from incident_plugin.application.administration.storage_rooms import FolderRoom, StorageRooms, in_words
from incident_plugin.domain.errors import StoreUnavailable


class Ticks:
    """Monotonic seconds that a test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


def room(folder: Path, ticks: Ticks, quota: int | None = None) -> FolderRoom:
    return FolderRoom("exports", "Finished exports", folder, quota=quota, monotonic=ticks)


def test_a_folder_is_measured_with_all_below_it(tmp_path: Path, ticks: Ticks) -> None:
    """Files at any depth; a link leads nowhere else; a folder that is not there yet uses nothing."""
    folder = tmp_path / "exports"
    assert room(folder, ticks).use().used == 0
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "one").write_bytes(b"1" * 1000)
    (folder / "a" / "b" / "two").write_bytes(b"2" * 500)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "three").write_bytes(b"3" * 9000)
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    use = room(folder, ticks).use()
    assert 1500 <= use.used < 2000
    assert use.free > 0


def test_a_use_is_believed_for_a_minute_or_until_it_changed(tmp_path: Path, ticks: Ticks) -> None:
    """People look every few seconds, and a vault has many files."""
    measured = room(tmp_path, ticks)
    assert measured.use().used == 0
    (tmp_path / "one").write_bytes(b"1" * 100)
    assert measured.use().used == 0
    measured.changed()
    assert measured.use().used == 100
    (tmp_path / "two").write_bytes(b"2" * 100)
    ticks.seconds = 60
    assert measured.use().used == 200


@pytest.mark.parametrize(
    ("used", "nearly", "full"), [(899, False, False), (900, True, False), (1000, True, True)]
)
def test_a_quota_is_nearly_used_before_it_is_full(
    tmp_path: Path, ticks: Ticks, used: int, nearly: bool, full: bool
) -> None:
    """From nine tenths on somebody should look."""
    (tmp_path / "file").write_bytes(b"x" * used)
    use = room(tmp_path, ticks, quota=1000).use()
    assert (use.nearly_full, use.full) == (nearly, full)


def test_what_does_not_fit_is_refused_in_words(tmp_path: Path, ticks: Ticks) -> None:
    """By the quota, and by the disk; it says what is used, what is needed and what to do."""
    (tmp_path / "file").write_bytes(b"x" * 600)
    limited = room(tmp_path, ticks, quota=1000)
    limited.require(400)
    with pytest.raises(StoreUnavailable, match=r"600 B of 1\.0 kB are used, and 401 B more"):
        limited.require(401)
    with pytest.raises(StoreUnavailable, match="are free on the disk"):
        room(tmp_path, ticks).require(10**18)


def test_a_full_disk_is_said_without_figures(
    tmp_path: Path, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That one byte is needed is true, and helps nobody."""
    monkeypatch.setattr(storage_rooms, "_free", lambda _: 0)
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        room(tmp_path, ticks).require(1)


def test_little_free_space_is_told_before_there_is_none(tmp_path: Path) -> None:
    """Low is a warning; a tenth of that is no longer one."""
    free = StorageRooms((), tmp_path, 0).disk().free
    assert not StorageRooms((), tmp_path, 0).disk().low
    low = StorageRooms((), tmp_path, free * 2).disk()
    assert (low.low, low.critical) == (True, False)
    assert StorageRooms((), tmp_path, free * 20).disk().critical


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (99_900, "99.9 kB"),
        (250 * 10**9, "250 GB"),
        (3 * 10**12, "3.0 TB"),
    ],
)
def test_sizes_are_written_as_people_read_them(size: int, words: str) -> None:
    """Decimal units, as disks are sold."""
    assert in_words(size) == words
