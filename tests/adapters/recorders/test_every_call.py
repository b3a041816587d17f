"""Every fault with every call, not only those whose words are known: ``SOAK=1`` runs them, over a thousand.

In the ordinary tests each fault meets the calls for which its words are written down. Here it meets all of
them: each call works or fails in words within its limits, memory stays bounded, and it passes by itself.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Iterator

import pytest
from tests.adapters.recorders.test_faults import MOST_BYTES, WELL
from tests.adversary.calls import CALLS, LONG, SHORT, Asking, asking
from tests.adversary.device import Conduct, Device
from tests.adversary.fault import Fault
from tests.adversary.listing import FAULTS

from incident_plugin.domain.errors import IncidentError

ROWS = [(fault, call) for fault in FAULTS for call in CALLS]
#: Limits are one second each: connecting, the answer, what is tried anew. The rest is for slow machines.
MOST_SECONDS = 10.0

pytestmark = pytest.mark.skipif(not os.environ.get("SOAK"), reason="the long form: SOAK=1")


@pytest.fixture(scope="module")
def device() -> Iterator[Device]:
    with Device() as made:
        yield made


def test_there_are_over_a_thousand():
    """Faults times calls."""
    assert len(ROWS) >= 1000


@pytest.mark.parametrize(("fault", "call"), ROWS, ids=[f"{fault.id}-{call}" for fault, call in ROWS])
async def test_any_call_bears_any_fault(device: Device, fault: Fault, call: str):
    """It gives something or says in words why not, in time; afterwards all is well."""
    device.behave(fault.conduct)
    async with asking(device, patience=SHORT) as person:
        began = time.monotonic()
        async with asyncio.timeout(LONG):
            assert await in_words(CALLS[call](person))
        assert time.monotonic() - began < MOST_SECONDS
        assert device.sent < MOST_BYTES
        device.behave(Conduct(skew=fault.conduct.skew))
        again, well = await well_again(person, call), (WELL | fault.well)[call]
        if fault.id.startswith("clock-") and call == "replay":
            # Where it begins is known as well as the clock, and that was read within some milliseconds.
            assert again.endswith(" pictures")
        else:
            assert again == well


async def well_again(person: Asking, call: str) -> str:
    """What is given once the fault is over: with limits of a second a busy machine needs several attempts."""
    async with asyncio.timeout(LONG):
        while True:
            # Longer than a camera, an address or the clock is believed, and events are told anew.
            person.passed.append(400.0)
            try:
                return await CALLS[call](person)
            except IncidentError:
                await asyncio.sleep(0.1)


async def in_words(work: Awaitable[str]) -> str:
    """What it gives, or why it gives nothing."""
    try:
        return await work
    except IncidentError as error:
        return error.detail
