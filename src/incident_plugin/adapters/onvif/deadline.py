"""HTTP connections whose answers begin in time, whole.

A time-out of a socket counts from one byte to the next: a device that sends one byte a second would never be
too slow. So the time until an answer's head is complete is measured as a whole.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class _Cut:
    """Ends a connection's reading when its time-out is over, however much has come until then."""

    timeout: Any
    sock: Any
    #: Connections of the same adapter that wait for an answer.
    waiting: set[_Cut]

    def getresponse(self) -> Any:
        """Read status and headers; called by urllib3, which takes ``TimeoutError`` as its own."""
        over = threading.Event()
        timer = threading.Timer(float(self.timeout), self._cut, (over,))
        timer.daemon = True
        timer.start()
        self.waiting.add(self)
        try:
            answer = super().getresponse()  # type: ignore[misc]
        except OSError as error:
            if over.is_set():
                raise TimeoutError("the answer did not begin in time") from error
            raise
        finally:
            timer.cancel()
            self.waiting.discard(self)
        if over.is_set():
            # What was cut off looks like a head that has ended.
            answer.close()
            raise TimeoutError("the answer did not begin in time")
        return answer

    def _cut(self, over: threading.Event) -> None:
        over.set()
        self.cut()

    def cut(self) -> None:
        """End its reading now."""
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)


class _Http(_Cut, HTTPConnection):
    """Without TLS."""


class _Https(_Cut, HTTPSConnection):
    """With TLS."""


class DeadlineAdapter(HTTPAdapter):
    """Connections of ``requests`` that keep their time as a whole."""

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        """Put our connections into the pools; called by requests."""
        super().init_poolmanager(*arguments, **more)  # type: ignore[no-untyped-call,unused-ignore]
        self._waiting: set[_Cut] = set()
        shared = {"waiting": self._waiting}
        http, https = type("_Http", (_Http,), shared), type("_Https", (_Https,), shared)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("_HttpPool", (HTTPConnectionPool,), {"ConnectionCls": http}),
            "https": type("_HttpsPool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
        }

    def cut(self) -> None:
        """Let whoever waits for an answer wait no longer; called from any thread."""
        for connection in tuple(self._waiting):
            connection.cut()
