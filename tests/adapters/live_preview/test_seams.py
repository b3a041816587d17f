"""Private places of aiortc that are used: the tests notice when one moves."""

from __future__ import annotations

import tracemalloc

from aiortc import RTCPeerConnection

from incident_plugin.adapters.live_preview.seams import estimate_nothing


async def test_a_viewer_costs_no_memory_for_what_it_never_sends() -> None:
    """What aiortc would count of received video is let go at once: most of what a receiver takes."""
    connection = RTCPeerConnection()
    tracemalloc.start()
    try:
        receiver = connection.addTransceiver("video", direction="sendonly").receiver
        held, _ = tracemalloc.get_traced_memory()
        estimate_nothing(receiver)
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held - left > 50_000
    await connection.close()
