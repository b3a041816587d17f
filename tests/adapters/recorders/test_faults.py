"""A recorder that misbehaves in one way at a time: what people read, and that it passes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from tests.adversary.calls import CALLS, LONG, SHORT, asking
from tests.adversary.device import Conduct, Device
from tests.adversary.fault import Fault, Reads
from tests.adversary.listing import FAULTS, PAGE, message_of, page
from tests.waiting import PATIENCE

from incident_plugin.domain import errors

ROWS = [(fault, call) for fault in FAULTS for call in fault.outcomes]
#: More than any limit of the product, and what the sockets of both sides keep.
MOST_BYTES = 64 * 2**20


@pytest.fixture(scope="module")
def device() -> Iterator[Device]:
    with Device() as made:
        yield made


@pytest.mark.parametrize(("fault", "call"), ROWS, ids=[f"{fault.id}-{call}" for fault, call in ROWS])
async def test_each_fault_is_told_or_borne_and_passes(device: Device, fault: Fault, call: str):
    """The right words after one wait at most, or the thing asked for; and afterwards all is well."""
    device.behave(fault.conduct)
    expected = fault.outcomes[call]
    patience = SHORT if fault.reaches_limit else PATIENCE
    async with asking(device, patience=patience) as person:
        async with asyncio.timeout(LONG):
            if isinstance(expected, Reads):
                with pytest.raises(getattr(errors, fault.kind)) as raised:
                    await CALLS[call](person)
                assert raised.value.detail == filled(expected.words, device)
                assert raised.value.message_id == message_of(fault, expected)
            else:
                assert await CALLS[call](person) == expected.what
        assert device.withheld <= fault.waits
        assert device.sent < MOST_BYTES
        device.behave(Conduct(skew=fault.conduct.skew))
        person.some_time_later()
        assert await CALLS[call](person) == (WELL | fault.well)[call]


WELL = {
    "cameras": "Door, recorded, PTZ",
    "clock": "clock +0 s",
    "recorded": "1 span, 60 s",
    "happened": "0 events",
    "live": "8 pictures",
    "replay": "20 pictures",
    "presets": "2 presets",
    "events": "motion at Door",
}


def filled(words: str, device: Device) -> str:
    placed = words.replace("{place}", device.place).replace("{rtsp}", f"127.0.0.1:{device.ports['rtsp']}")
    return placed.replace("{limit}", f"{SHORT:g}").replace("{garbage}", repr(b"\x00\x01\x02\x03garbage"))


def test_there_are_as_many_as_promised():
    """At least sixty, each with a name of its own."""
    names = [fault.id for fault in FAULTS]
    assert len(names) == len(set(names)) >= 60


def test_the_page_lists_them_all():
    """The reference is what the tests prove."""
    assert PAGE.read_text("utf-8") == page()
