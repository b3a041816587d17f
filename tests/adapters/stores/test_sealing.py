"""Logs are chained, sealed and forgotten: whoever changes the past is found, and what may be forgotten is."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import apsw
import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.adapters.signing import SigningKey
from incident_plugin.adapters.tinydb_store import TinyDBStore, upkeep
from incident_plugin.application.administration.sealing import Sealing, seal_faults
from incident_plugin.application.store import IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.cli import main
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.journal import (
    AUDIT,
    GENESIS,
    Action,
    Activity,
    Chain,
    Entry,
    chain_of,
    first_fault,
)
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sealing import Head
from tests.domain.examples import ANN, comment, project

from .examples import ANY_INSTANT, ANY_TEXT, entry
from .test_kills import Chance

CHANCE = Chance()


def write(store: IncidentStore, *, projects: int = 3) -> None:
    work = UnitOfWork(store, CHANCE, CHANCE)
    for _ in range(projects):
        with work.begin(ANN) as unit:
            saved = unit.create(lambda new: project(new, description="van"))
            unit.save(saved.with_comment(comment(text="confidential")))
            unit.audit(Activity(action=Action.OPENED, subject="settings"))


def sealing(store: IncidentStore, directory: Path) -> Sealing:
    return Sealing(store=store, clock=CHANCE, signer=SigningKey(directory / "keys"))


def faults(store: IncidentStore, directory: Path) -> list[str]:
    return list(seal_faults(store, SigningKey(directory / "keys")))


def test_seals_follow_one_another_over_all_logs(store: IncidentStore, tmp_path: Path) -> None:
    """Each names the logs that grew, with their counts; without anything new there is none."""
    write(store, projects=2)
    assert sealing(store, tmp_path).seal() == 1
    assert sealing(store, tmp_path).seal() == 0
    write(store, projects=1)
    assert sealing(store, tmp_path).seal() == 1
    first, second = store.seals()
    assert [(h.project, h.count) for h in first.heads] == [(0, 2), (1, 4), (2, 4)]
    assert [(h.project, h.count) for h in second.heads] == [(0, 3), (3, 4)]
    assert (first.previous, second.previous, second.through) == (GENESIS, first.hash, 15)
    assert second.heads[1] == Head(project=ProjectId(3), count=4, hash=store.entries(ProjectId(3))[-1].hash)
    assert faults(store, tmp_path) == []


def test_many_entries_take_several_seals(
    store: IncidentStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nobody waits long; together they say the same."""
    monkeypatch.setattr("incident_plugin.application.administration.sealing._AT_ONCE", 4)
    write(store)
    assert sealing(store, tmp_path).seal() == 4
    assert faults(store, tmp_path) == []


def rewritten(entries: list[Entry]) -> list[Entry]:
    """Chain these entries anew, as somebody would who knows how; number by number."""
    chained: list[Entry] = []
    for number, each in enumerate(entries, start=1):
        previous = chained[-1].hash if chained else GENESIS
        chained.append(attrs.evolve(each, number=number, previous=previous))
    return chained


@pytest.mark.parametrize("forgery", ["change", "remove", "reorder", "add", "cut"])
def test_a_log_that_was_written_anew_is_named(store: IncidentStore, tmp_path: Path, forgery: str) -> None:
    """Its chain is without fault, and the seal is not; whichever entry it was."""
    write(store)
    sealing(store, tmp_path).seal()
    honest = list(store.entries(ProjectId(2)))
    forged = list(honest)
    place = random.randrange(len(honest) - 1)
    match forgery:
        case "change":
            forged[place] = attrs.evolve(forged[place], actor=Person(id=PersonId("eve"), name="Eve"))
        case "remove":
            del forged[place]
        case "reorder":
            forged[place : place + 2] = forged[place : place + 2][::-1]
        case "add":
            forged.insert(place, attrs.evolve(forged[place], salt="other"))
        case "cut":
            del forged[-1]
    forged = rewritten(forged)
    assert first_fault(forged) is None
    found = list(seal_faults(Forged(store, tuple(forged)), SigningKey(tmp_path / "keys")))  # type: ignore[arg-type]
    assert len(found) == 1
    assert "Entries 1 to 4 of incident project 2" in found[0]


class Forged:
    """A store in which one log is not what it was."""

    def __init__(self, store: IncidentStore, entries: tuple[Entry, ...]) -> None:
        self._store, self._entries = store, entries

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def entries(self, project_id: ProjectId) -> tuple[Entry, ...]:
        return self._entries if project_id == 2 else self._store.entries(project_id)

    def chains(self) -> Iterator[Chain]:
        links = [entry.link for entry in self._entries]
        yield from (chain_of(c.project, links) if c.project == 2 else c for c in self._store.chains())


def test_a_purged_project_leaves_a_chain_without_texts_and_names(
    store: IncidentStore, tmp_path: Path
) -> None:
    """It verifies against itself and against its seals, and says only that it was purged."""
    write(store)
    sealing(store, tmp_path).seal()
    before = store.entries(ProjectId(1))
    work = UnitOfWork(store, CHANCE, CHANCE)
    with work.begin(ANN) as unit:
        unit.purge(ProjectId(1), Activity(action=Action.PURGED, subject="1"))
    after = store.entries(ProjectId(1))
    assert [e.hash for e in after[:-1]] == [e.hash for e in before]
    assert {e.activity for e in after[:-1]} == {Activity(action=Action.FORGOTTEN)}
    assert {(e.actor.name, e.salt) for e in after[:-1]} == {("", "")}
    assert after[-1].activity.action is Action.PURGED
    assert first_fault(after) is None
    assert faults(store, tmp_path) == []
    with work.begin(ANN) as unit:
        assert unit.stored.project(ProjectId(1)) is None


def test_what_was_forgotten_cannot_be_written_in_again(store: IncidentStore) -> None:
    """The hash that is kept vouches for no other text."""
    write(store, projects=1)
    forged = [e.forget() for e in store.entries(ProjectId(1))]
    assert first_fault(forged) is None
    forged[1] = attrs.evolve(forged[1], actor=ANN)
    assert first_fault(forged) == "Entry 2 of incident project 1 was forgotten, and written in again."


def test_the_audit_log_is_a_chain_of_its_own(store: IncidentStore) -> None:
    """In no list, and checked like the others."""
    write(store)
    entries = store.entries(AUDIT)
    assert [e.number for e in entries] == [1, 2, 3]
    assert first_fault(entries) is None
    assert first_fault(entries[1:]) == "Entry 1 of the audit log is missing."


# The real files


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            "UPDATE documents_seals SET document = replace(document, '\"count\":4', '\"count\":3')",
            "Seal 1 was changed",
        ),
        ("DELETE FROM documents_seals WHERE id = 1", "Seal 1 is missing"),
        (
            "DELETE FROM documents_journal; DELETE FROM sqlite_sequence WHERE name = 'documents_journal'",
            "fewer entries",
        ),
    ],
)
def test_the_command_line_names_what_is_not_as_sealed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str, told: str
) -> None:
    """With the key that lies beside the store, and in no backup."""
    with closing(TinyDBStore(tmp_path / "store")) as store:
        for _ in range(2):
            write(store)
            sealing(store, tmp_path).seal()
    assert main(["store", "check", "--data", str(tmp_path)]) == 0
    db = apsw.Connection(str(tmp_path / "store" / "incidents.db"))
    db.execute(damage)
    db.close()
    assert main(["store", "check", "--data", str(tmp_path)]) == 1
    assert told in capsys.readouterr().err


def test_a_purge_and_compaction_leave_no_trace_in_the_file(tmp_path: Path) -> None:
    """Neither in documents, nor in the index, nor in pages that are free."""
    with closing(TinyDBStore(tmp_path)) as store:
        write(store, projects=1)
        with UnitOfWork(store, CHANCE, CHANCE).begin(ANN) as unit:
            unit.purge(ProjectId(1), Activity(action=Action.PURGED, subject="1"))
    upkeep.compact(tmp_path)
    assert b"confidential" not in (tmp_path / "incidents.db").read_bytes()
    assert upkeep.check(tmp_path) == ()


def test_the_signing_key_is_made_once_and_for_the_server_alone(tmp_path: Path) -> None:
    """A key that others may read is not trusted, nor one that is damaged."""
    key, again = SigningKey(tmp_path / "keys"), SigningKey(tmp_path / "keys")
    (file,) = (tmp_path / "keys").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert again.signed("text", key.sign("text"))
    assert not again.signed("other", key.sign("text"))
    assert not again.signed("text", "no signature")
    assert not SigningKey(tmp_path / "elsewhere").signed("text", key.sign("text"))
    file.chmod(0o640)
    with pytest.raises(StoreUnavailable, match="may read the signing key") as told:
        SigningKey(tmp_path / "keys")
    assert told.value.message_id == "incident.seal-key-open"
    file.chmod(0o600)
    file.write_text("rubbish")
    with pytest.raises(StoreUnavailable, match="cannot be used") as told:
        SigningKey(tmp_path / "keys")
    assert told.value.message_id == "incident.seal-key-unusable"
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        SigningKey(tmp_path / "none", make=False)


@given(
    texts=st.lists(ANY_TEXT, min_size=1, max_size=6),
    at=ANY_INSTANT,
    forgotten=st.booleans(),
    form=st.sampled_from([1, 2]),
)
@settings(deadline=None, max_examples=40)
def test_every_log_has_the_hashes_that_its_entries_have(
    texts: list[str], at: datetime, forgotten: bool, form: int
) -> None:
    """In both stores, whatever was written, forgotten or not, as the first files had it or as now."""
    with tempfile.TemporaryDirectory() as made:
        for store in (MemoryStore(), TinyDBStore(Path(made))):
            with closing(store), store.transaction() as transaction:
                for project in (5_000_000, 0, 2):
                    previous = GENESIS
                    for number, text in enumerate(texts, start=1):
                        one = entry(project, number, after=text)
                        one = attrs.evolve(one, at=at, form=form, previous=previous, salt=text + text)
                        transaction.append_entry(one)
                        previous = one.hash
                if forgotten:
                    transaction.forget_entries(ProjectId(2))
                chains = list(store.chains())
                assert [c.project for c in chains] == [0, 2, 5_000_000]
                for chain in chains:
                    entries = store.entries(chain.project)
                    assert chain.hashes == tuple(each.hash for each in entries)
                    assert chain.fault is None
                    assert transaction.last_entry(chain.project) == entries[-1]
