"""Devices that are not there, mute, slow or hostile, on real sockets; clocks and histories as values."""

from __future__ import annotations

import asyncio
import hashlib
import re
import subprocess
import sys
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.serving import closed_port
from tests.waiting import PATIENCE

from incident_plugin.adapters.onvif import OnvifDevice, OnvifLimits
from incident_plugin.adapters.onvif.addresses import DeviceAddress
from incident_plugin.adapters.onvif.clock import Sample, offset_of, parse_instant
from incident_plugin.adapters.onvif.history import RECORDING_STATE, TRACK_STATE, StateChange, spans
from incident_plugin.domain.errors import RecorderUnavailable
from incident_plugin.domain.time import Interval

START = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@asynccontextmanager
async def device_that(serve, *, answer: float = PATIENCE):
    """A device whose whole behaviour is a function of one connection."""
    handlers = []

    async def handle(reader, writer):
        handlers.append(asyncio.current_task())
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    device = OnvifDevice(
        f"http://127.0.0.1:{port}/onvif/device_service", "u", "p", limits=OnvifLimits(answer=answer)
    )
    try:
        yield device
    finally:
        await device.close()
        server.close()
        for handler in handlers:
            handler.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)


async def read_request(reader) -> str:
    """Give the head of a request, and pass over its body: closing with unread bytes would reset."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    await reader.readexactly(int(head.lower().split("content-length: ")[1].split("\r")[0]))
    return head


async def test_a_device_that_is_not_there_is_said_plainly():
    """Nobody listens: which recorder, and what to do."""
    with closed_port() as port:
        device = OnvifDevice(f"http://127.0.0.1:{port}/onvif/device_service", "u", "p")
        with pytest.raises(RecorderUnavailable, match=f"127.0.0.1:{port} cannot be reached .*switched on"):
            await device.information()
        await device.close()


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"]
)
async def test_a_device_that_sends_byte_by_byte_is_given_up_in_time(answer):
    """Each byte comes in time, and the whole never: neither head nor body may hold us up."""

    async def trickling(reader, writer):
        await read_request(reader)
        for position in range(500):
            byte = answer[position : position + 1] or b" "
            writer.write(byte)
            await writer.drain()
            if position > len(answer) or b"\r\n\r\n" not in answer:
                await asyncio.sleep(0.05)

    async with device_that(trickling, answer=0.6) as device:
        began = time.monotonic()
        with pytest.raises(RecorderUnavailable, match="is not answering"):
            await device.information()
        # It would send for 25 s; loading the libraries takes its time on a busy machine.
        assert time.monotonic() - began < 15


async def test_a_mute_device_is_given_up_in_time():
    """It accepts the connection and says nothing."""

    async def mute(reader, writer):
        await asyncio.Event().wait()

    async with device_that(mute, answer=0.3) as device:
        with pytest.raises(RecorderUnavailable, match=r"is not answering \(nothing came for 0\.3 seconds"):
            await device.information()


async def test_an_answer_byte_by_byte_is_given_up_in_time():
    """One byte every 50 ms never times out on its own; the whole answer does."""

    async def trickle(reader, writer):
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"<")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with device_that(trickle, answer=0.3) as device:
        with pytest.raises(RecorderUnavailable, match="came too slowly"):
            await device.information()


async def test_a_kept_connection_that_was_dropped_is_opened_again():
    """A device that hangs up after each answer without saying so is still understood."""
    answered = 0

    async def hang_up(reader, writer):
        nonlocal answered
        await read_request(reader)
        if answered:
            writer.write(b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        answered += 1

    async with device_that(hang_up) as device:
        with pytest.raises(RecorderUnavailable, match="HTTP status 418"):
            await device.information()


async def test_an_answer_that_breaks_off_is_said_plainly():
    """The connection ends in the middle of an answer, every time."""

    async def cut(reader, writer):
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<s:Envelope")
        await writer.drain()

    async with device_that(cut) as device:
        with pytest.raises(RecorderUnavailable, match=r"the connection failed|cut off"):
            await device.information()


async def test_an_answer_that_stops_in_the_middle_is_given_up():
    """The beginning of an answer, then silence with the connection open."""

    async def stall(reader, writer):
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<s:Envelope")
        await writer.drain()
        await asyncio.Event().wait()

    async with device_that(stall, answer=0.3) as device:
        with pytest.raises(RecorderUnavailable, match=r"is not answering \(nothing came"):
            await device.information()


async def test_redirections_are_not_followed():
    """A device cannot send us elsewhere."""
    reached = []

    async def other(reader, writer):
        reached.append(1)
        writer.close()

    elsewhere = await asyncio.start_server(other, "127.0.0.1", 0)
    target = elsewhere.sockets[0].getsockname()[1]

    async def redirect(reader, writer):
        await read_request(reader)
        writer.write(
            f"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:{target}/\r\nContent-Length: 0\r\n\r\n".encode()
        )
        await writer.drain()

    async with elsewhere, device_that(redirect) as device:
        with pytest.raises(RecorderUnavailable, match="it sends to http"):
            await device.information()
    assert reached == []


@pytest.mark.parametrize(("algorithm", "function"), [("MD5", hashlib.md5), ("SHA-256", hashlib.sha256)])
async def test_http_digest_is_answered_when_asked_for(algorithm, function):
    """Some devices check HTTP credentials besides the message's token (RFC 7616)."""
    seen = []

    def right(head: str) -> bool:
        given = dict(re.findall(r'(\w+)="?([^",\r]*)"?', head.partition("Authorization: Digest ")[2]))
        if not given:
            return False
        secret = function(b"u:r:p").hexdigest()
        request = function(f"POST:{given['uri']}".encode()).hexdigest()
        whole = f"{secret}:n:{given['nc']}:{given['cnonce']}:auth:{request}"
        return given["response"] == function(whole.encode()).hexdigest()

    async def guarded(reader, writer):
        while True:
            head = await read_request(reader)
            seen.append(right(head))
            status = "500 Error" if seen[-1] else "401 Unauthorized"
            writer.write(
                f'HTTP/1.1 {status}\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth", '
                f"algorithm={algorithm}\r\nContent-Length: 0\r\n\r\n".encode()
            )

    async with device_that(guarded) as device:
        with pytest.raises(RecorderUnavailable, match="HTTP status 500"):
            await device.information()
    assert seen[:2] == [False, True]


@pytest.mark.parametrize("url", ["192.0.2.1", "ftp://h/", "http:///onvif", "rtsp://h/"])
def test_a_bad_configured_address_is_refused_at_once(url):
    """Before anything is connected."""
    with pytest.raises(ValueError, match="not the address of a device service"):
        OnvifDevice(url, "u", "p")


@pytest.mark.parametrize(
    ("configured", "announced", "used"),
    [
        ("http://h/d", "http://h/onvif/m", "http://h:80/onvif/m"),
        ("http://h:81/d", "http://h:82/m", "http://h:82/m"),
        ("http://h:81/d", "http://10.0.0.1/m", "http://h:81/m"),
        ("https://h/d", "http://10.0.0.1:8000/m?x=1", "https://h:443/m?x=1"),
        ("http://[fe80::1]:81/d", "http://[fe80::1]/m", "http://[fe80::1]:80/m"),
        ("http://[fe80::1]:81/d", "http://u:p@10.0.0.1/m", "http://[fe80::1]:81/m"),
    ],
)
def test_service_addresses_stay_on_the_configured_host(configured, announced, used):
    """Behind address translation host and port are the configured ones; another host is never contacted."""
    assert DeviceAddress.parse(configured).service(announced) == used


def test_nothing_leaks_into_the_process():
    """The plug-in's import is cheap; onvif-zeep neither sets up logging nor touches the environment."""
    code = """
import logging, os, sys
import incident_plugin.adapters.onvif as onvif
assert not {"zeep", "requests", "lxml"} & set(sys.modules), "heavy at import"
before = dict(os.environ), logging.getLogger().level, logging.getLogger("zeep.client").level
onvif.OnvifDevice("http://192.0.2.1/x", "u", "p")
import incident_plugin.adapters.onvif.session
assert "zeep" in sys.modules
assert (dict(os.environ), logging.getLogger().level, logging.getLogger("zeep.client").level) == before
assert logging.getLogger().handlers == []
"""
    environment = {
        "PYTHONPATH": ":".join(sys.path),
        "http_proxy": "http://proxy",
        "https_proxy": "http://proxy",
    }
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-01T24:00:00Z", START - 12 * 3600 * SECOND),
        ("2026-11-02T00:720:00Z", None),
        ("2026-11-02T11:60:00Z", START),
        ("2026-11-02 12:00:00", START),
        ("2026-11-02T14:00:00+02:00", START),
        ("2026-11-02T12:00:00.000Z", START),
        ("2026-13-02T12:00:00Z", None),
        ("0000-00-00T00:00:00Z", None),
        ("9999-12-31T24:00:00Z", None),
        ("", None),
    ],
)
def test_instants_are_read_leniently(text, instant):
    """Fields beyond their range carry over; what is no date at all is nothing."""
    assert parse_instant(text) == instant


@settings(deadline=None)  # the machine may be busy
@given(
    st.floats(-5e5, 5e5),
    st.lists(st.tuples(st.floats(0, 3), st.floats(0, 0.4), st.floats(0, 0.4)), min_size=1, max_size=8),
)
def test_the_true_offset_is_always_within_the_bound(offset, readings):
    """However the network delays question and answer, the clock that shows whole seconds is bounded."""
    samples, now = [], START
    for wait, there, back in readings:
        now += wait * SECOND
        asked = now
        true = asked + there * SECOND + offset * SECOND
        now = asked + (there + back) * SECOND
        samples.append(Sample(asked, now, true.replace(microsecond=0)))
    measured = offset_of(samples)
    tolerance = timedelta(microseconds=5)
    assert abs(measured.offset - offset * SECOND) <= measured.uncertainty + tolerance
    assert measured.uncertainty <= (0.5 + 0.4) * SECOND


def test_five_samples_over_a_second_bound_the_clock_to_a_tenth():
    """A recorder seven seconds fast is reported as 7.0 +/- 0.1 s."""
    samples = []
    for number in range(5):
        asked = START + number * 0.2 * SECOND + 0.03 * SECOND
        samples.append(Sample(asked, asked, (asked + 7.0 * SECOND).replace(microsecond=0)))
    measured = offset_of(samples)
    assert abs(measured.offset - 7 * SECOND) <= measured.uncertainty <= 0.1 * SECOND


def test_a_clock_that_is_set_while_it_is_measured_counts_as_it_is_now():
    """Readings from before the step contradict the later ones and are dropped."""
    before = [Sample(START + n * SECOND, START + n * SECOND, START + n * SECOND) for n in range(3)]
    after = [Sample(START + n * SECOND, START + n * SECOND, START + (n + 3600) * SECOND) for n in range(3, 5)]
    measured = offset_of([*before, *after])
    assert abs(measured.offset - 3600 * SECOND) <= measured.uncertainty


def change(
    seconds: float, present: bool, *, item: str = TRACK_STATE, track: str = "V", initial: bool = False
):
    return StateChange(
        time=START + seconds * SECOND, item=item, track=track, present=present, initial=initial
    )


WITHIN = Interval(START, START + 100 * SECOND)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], []),
        ([change(0, True, initial=True)], [(0, 100)]),
        ([change(0, False, initial=True)], []),
        ([change(-50, True), change(10, False), change(20, True)], [(0, 10), (20, 100)]),
        ([change(10, False)], [(0, 10)]),
        ([change(5, False, initial=True), change(30, True)], [(30, 100)]),
        ([change(0, True), change(40, False, item=RECORDING_STATE, track="")], [(0, 100)]),
        ([change(0, True, track="A"), change(50, False, track="A"), change(50, True, track="B")], [(0, 100)]),
        ([change(20, True), change(10, False), change(0, True)], [(0, 10), (20, 100)]),
        ([change(0, True), change(10, True), change(30, False), change(40, False)], [(0, 30)]),
        ([change(120, False)], [(0, 100)]),
    ],
)
def test_spans_follow_the_history(changes, expected):
    """Initial states, missing ones, repeated and unsorted events, tracks against recordings."""
    found = [((s.start - START) / SECOND, (s.end - START) / SECOND) for s in spans(changes, WITHIN)]
    assert found == expected
