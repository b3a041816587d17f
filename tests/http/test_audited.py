"""What the host reports stands in the audit log: chained, once, and a change of it is found."""

from __future__ import annotations

from datetime import timedelta

import apsw
import pytest

from incident_plugin.adapters.tinydb_store import FILE
from incident_plugin.assembly import assemble
from incident_plugin.cli import main
from incident_plugin.domain.journal import AUDIT, first_fault
from incident_plugin.domain.phrases import sentence
from incident_plugin.runtime import IncidentRuntime
from incident_plugin.settings import Settings
from vms_hooks.values import HostEvent, HostEventKind, Principal

ADA = Principal(id="ada", name="Ada Admin")


async def test_events_of_the_host_are_chained(runtime, host):
    """Who, what, whom it was done to, from where, and where the host's own log has it."""
    now = host.clock.now()
    events = (
        HostEvent(kind=HostEventKind.SIGNED_IN, at=now, principal=ADA, address="10.0.0.7", number=1),
        HostEvent(kind=HostEventKind.SIGN_IN_REFUSED, at=now, detail="eve", number=2),
        HostEvent(
            kind=HostEventKind.ACCOUNT_CHANGED,
            at=now - timedelta(minutes=1),
            principal=ADA,
            subject="nora",
            detail="account nora: disabled False to True",
            number=3,
        ),
    )
    for event in events:
        await runtime.host_event(event)
    entries = runtime.parts.ground.store.entries(AUDIT)[-3:]
    assert first_fault(runtime.parts.ground.store.entries(AUDIT)) is None
    change = "account nora: disabled False to True"
    late = f"at {(now - timedelta(minutes=1)).isoformat(timespec='seconds').replace('+00:00', 'Z')}"
    assert [(entry.actor.name, sentence(entry.activity)) for entry in entries] == [
        ("Ada Admin", "Reported by the host: Signed in, from 10.0.0.7, entry 1 of the host's log"),
        ("Host", "Reported by the host: Sign-in refused, eve, entry 2 of the host's log"),
        (
            "Ada Admin",
            f"Reported by the host: Account changed, nora, {change}, {late}, entry 3 of the host's log",
        ),
    ]


async def test_an_event_that_is_told_again_is_logged_once(runtime, host):
    """The host repeats what it does not know to have arrived; without a number each one is another."""
    count = len(runtime.parts.ground.store.entries(AUDIT))
    numbered = HostEvent(kind=HostEventKind.DENIED, at=host.clock.now(), principal=ADA, number=7)
    for event in (numbered, numbered, HostEvent(kind=HostEventKind.DENIED, at=host.clock.now())):
        await runtime.host_event(event)
    assert len(runtime.parts.ground.store.entries(AUDIT)) == count + 2


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE documents_journal SET document = replace(document, 'Signed in', 'Signed on')",
        "DELETE FROM documents_journal WHERE document LIKE '%entry 2 of%'",
    ],
)
async def test_a_change_of_the_chain_is_found_from_a_shell(host, tmp_path, damage, capsys):
    """The command finds nothing wrong; after an entry was changed or taken out, it names the audit log."""
    runtime = IncidentRuntime(parts=assemble(host, Settings()))
    await runtime.start()
    for number in range(1, 4):
        await runtime.host_event(
            HostEvent(kind=HostEventKind.SIGNED_IN, at=host.clock.now(), principal=ADA, number=number)
        )
    await runtime.stop()
    assert main(["store", "check", "--data", str(tmp_path)]) == 0
    with apsw.Connection(str(tmp_path / "store" / FILE)) as database:
        database.execute(damage)
        assert database.changes() > 0
    assert main(["store", "check", "--data", str(tmp_path)]) == 1
    assert "the audit log" in capsys.readouterr().err
