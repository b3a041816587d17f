"""Two threads for the same bytes: in order, to the end, and what fails is told."""

from __future__ import annotations

import hashlib
import os
import threading

import pytest

from incident_plugin.adapters.side_thread import PIECE, SideThread


def test_every_byte_is_hashed_once_and_in_order():
    """Whole pieces, a last one that is shorter, and small ones between them."""
    digest, whole = hashlib.sha256(), b""
    with SideThread(digest.update) as beside:
        for size in (7, PIECE, PIECE, 1, PIECE, PIECE, PIECE, PIECE, 0, 3):
            data = os.urandom(size)
            whole += data
            if size == 1:
                beside.take_also(data)
                continue
            buffer = beside.buffer()
            buffer[:size] = data
            beside.take(buffer[:size])
    assert digest.digest() == hashlib.sha256(whole).digest()


def test_it_can_be_waited_for_in_the_middle():
    """What was given until then is done, and it goes on."""
    done: list[bytes] = []
    with SideThread(lambda piece: done.append(bytes(piece[:1]))) as beside:
        for letter in (b"a", b"b"):
            beside.take_also(letter * PIECE)
            beside.finish()
            assert done[-1] == letter
    assert done == [b"a", b"b"]


def test_a_failure_is_raised_and_nobody_waits_for_ever():
    """All buffers come back, however many pieces follow; no thread is left."""

    def refuse(_: object) -> None:
        raise MemoryError("none left")

    def run() -> None:
        with SideThread(refuse) as beside:
            for _ in range(20):
                beside.take(beside.buffer())

    before = threading.active_count()
    with pytest.raises(MemoryError, match="none left"):
        run()
    assert threading.active_count() == before


def test_small_files_need_no_thread():
    """What fits into one piece is done at once."""
    threads: list[str] = []
    with SideThread(lambda _: threads.append(threading.current_thread().name)) as beside:
        beside.take(beside.buffer()[:100])
    assert threads == [threading.current_thread().name]
