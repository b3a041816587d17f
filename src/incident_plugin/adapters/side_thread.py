"""Two threads for the same bytes: one reads and writes them, the other hashes them.

Both leave the interpreter to others meanwhile, so on two processors it takes as long as the longer of the two
would alone.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self

#: Bytes that are worked on at once: they stay in the cache of a processor core, and handing them over costs a
#: few hundredths of the work.
PIECE = 1 << 19
#: Buffers: one for each thread.
_BUFFERS = 2


class SideThread:
    """Does its work with every piece, in order, beside its owner, who has a few buffers to be ahead with.

    What the work raises is raised by ``finish``. Nothing is started for what fits into one piece.
    """

    def __init__(self, work: Callable[[bytes | bytearray | memoryview], object]) -> None:
        self._work = work
        self._buffers = 0
        self._free: SimpleQueue[memoryview] = SimpleQueue()
        self._given: SimpleQueue[bytes | bytearray | memoryview | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self._end()
        if kind is None:
            self.finish()

    def buffer(self) -> memoryview:
        """Give room for ``PIECE`` bytes that nobody uses any more."""
        if self._buffers < _BUFFERS and self._free.empty():
            self._buffers += 1
            return memoryview(bytearray(PIECE))
        return self._free.get()

    def take(self, piece: memoryview) -> None:
        """Work on the beginning of a buffer; its owner may still read it until asking for the next one."""
        self._give(piece)

    def take_also(self, data: bytes | bytearray) -> None:
        """Work on other bytes, which nobody changes."""
        self._give(data)

    def finish(self) -> None:
        """Wait until all is done; raises what the work raised."""
        self._end()
        if self._failure is not None:
            raise self._failure

    def _give(self, piece: bytes | bytearray | memoryview) -> None:
        if self._thread is None and len(piece) < PIECE:
            self._do(piece)
            return
        if self._thread is None:
            self._thread = Thread(target=self._run, name="beside", daemon=True)
            self._thread.start()
        self._given.put(piece)

    def _run(self) -> None:
        while (piece := self._given.get()) is not None:
            self._do(piece)

    def _do(self, piece: bytes | bytearray | memoryview) -> None:
        try:
            if self._failure is None:
                self._work(piece)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            self._failure = error
        if isinstance(piece, memoryview):
            self._free.put(memoryview(piece.obj))

    def _end(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._given.put(None)
            thread.join()
