"""The cache of pictures: bounded in bytes and age, empty at the start, and never in the way."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from incident_plugin.adapters.picture_cache import PictureCache
from tests.waiting import PATIENCE


@attrs.define
class Time:
    now: datetime = datetime(2026, 11, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def cache(tmp_path: Path, time: Time) -> PictureCache:
    """A thousand bytes, a minute."""
    return PictureCache(tmp_path / "c", most=1000, lasting=timedelta(minutes=1), now=time)


async def test_what_was_kept_is_there(cache):
    """By any key, also one that would be no file's name."""
    await cache.put("../../a\0b/c", b"picture")
    assert await cache.get("../../a\0b/c") == b"picture"
    assert await cache.get("other") is None


async def test_bytes_are_bounded(cache, tmp_path):
    """What was not used for the longest time goes first; what is too large is not kept at all."""
    for name in "abcd":
        await cache.put(name, name.encode() * 250)
    await cache.get("a")
    await cache.put("e", b"e" * 300)
    assert [await cache.get(name) is not None for name in "abcde"] == [True, False, False, True, True]
    await cache.put("huge", b"x" * 1001)
    assert await cache.get("huge") is None
    assert cache.size == sum(file.stat().st_size for file in (tmp_path / "c").iterdir()) == 800


async def test_age_is_bounded(cache, time, tmp_path):
    """A recording that its recorder deletes does not live on here."""
    await cache.put("a", b"picture")
    time.now += timedelta(minutes=1, seconds=1)
    assert await cache.get("a") is None
    assert list((tmp_path / "c").iterdir()) == []


async def test_it_begins_empty(cache, time, tmp_path):
    """What a killed process left, whole or half, is removed."""
    await cache.put("a", b"picture")
    (tmp_path / "c" / "half.partial").write_bytes(b"pic")
    again = PictureCache(tmp_path / "c", most=1000, lasting=timedelta(minutes=1), now=time)
    assert await again.get("a") is None
    await again.put("b", b"other")
    assert len(list((tmp_path / "c").iterdir())) == 1


async def test_disk_that_refuses_is_no_failure(tmp_path, time):
    """Where nothing can be kept nothing is kept, and nobody is told."""
    (tmp_path / "c").write_bytes(b"a file where the folder should be")
    cache = PictureCache(tmp_path / "c", most=1000, lasting=timedelta(minutes=1), now=time)
    await cache.put("a", b"picture")
    assert await cache.get("a") is None


async def test_file_that_vanished_is_not_there(cache, tmp_path):
    """Somebody cleaned the disk."""
    await cache.put("a", b"picture")
    next((tmp_path / "c").iterdir()).unlink()
    assert await cache.get("a") is None
    assert cache.size == 0


@pytest.mark.parametrize("begun", [0, 1])
async def test_writer_cancelled_while_a_thread_writes_leaves_nothing(cache, tmp_path, begun):
    """Neither a file on the disk nor one that stays open, which the suite's warnings would tell."""
    at_the_disk, answers = threading.Event(), threading.Event()
    name_it = cache.begun

    def slowly() -> Path:
        at_the_disk.set()
        assert answers.wait(PATIENCE)
        return name_it()

    growing = cache.writing("part")
    if begun:
        await growing.add(b"head")
    else:
        cache.begun = slowly
    writing = asyncio.create_task(growing.add(b"piece"))
    if not begun:
        assert await asyncio.to_thread(at_the_disk.wait, PATIENCE)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    discarding = asyncio.create_task(growing.discard())
    answers.set()
    await discarding
    await growing.add(b"late")
    await growing.complete()
    assert list((tmp_path / "c").iterdir()) == []
    assert await cache.get("part") is None


async def test_discarding_cancelled_before_a_thread_is_free_still_removes(cache, tmp_path):
    """Who closes a page gives up everything at once; the file goes as soon as a thread can."""
    loop, free = asyncio.get_running_loop(), threading.Event()
    growing = cache.writing("part")
    await growing.add(b"head")
    with ThreadPoolExecutor(1) as threads:
        loop.set_default_executor(threads)
        threads.submit(free.wait, PATIENCE)
        discarding = asyncio.create_task(growing.discard())
        await asyncio.sleep(0)
        discarding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await discarding
        free.set()
    assert list((tmp_path / "c").iterdir()) == []
