"""The RTSP server: accepts connections, and ends them all when it stops."""

import asyncio
import socket
import ssl

from demo_recorder.rtsp.connection import Connection, Streams
from demo_recorder.rtsp.message import MAX_HEAD_BYTES


class RtspServer:
    """Serves streams on a listening socket."""

    def __init__(self, streams: Streams, tls: ssl.SSLContext | None = None) -> None:
        """Prepare to serve, encrypted by TLS or in clear."""
        self._streams = streams
        self._tls = tls
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, listener: socket.socket) -> None:
        """Begin to accept connections."""
        self._server = await asyncio.start_server(
            self._accept, sock=listener, limit=MAX_HEAD_BYTES, ssl=self._tls
        )

    async def stop(self) -> None:
        """Close the listening socket and every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a connection is served by a task")
        self._connections.add(task)
        try:
            await Connection(self._streams, reader, writer).serve()
        except asyncio.CancelledError:
            # The server stops, and does not wait for a peer that reads nothing any more.
            writer.transport.abort()
        finally:
            self._connections.discard(task)
