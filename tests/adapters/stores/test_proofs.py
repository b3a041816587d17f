"""A log that is handed out shows by itself that it is the one that was sealed, also with names withheld."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.adapters.signing import SigningKey, signed_with
from incident_plugin.application.administration.sealing import SealedLog, seal_faults
from incident_plugin.application.store import IncidentStore
from incident_plugin.domain.chain import leaf_hash, path_hash, tree_hash, tree_path
from incident_plugin.domain.disclosure import DisclosedEntry, disclosed, disclosure_faults
from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import ProjectId

from .test_sealing import sealing, write

SECOND = ProjectId(2)


def rows_of(log: SealedLog, *, names: bool = True, withhold: bool = False) -> list[DisclosedEntry]:
    return [disclosed(entry, names=names, withhold=lambda _: withhold) for entry in log.entries]


def faults(rows: list[DisclosedEntry], log: SealedLog) -> list[str]:
    return list(disclosure_faults(rows, log.proof, signed_with))


def test_a_log_is_proved_as_it_is_now(store: IncidentStore, tmp_path: Path) -> None:
    """Also when it grew since the last seal, or did not; the store's seals stay without fault."""
    write(store)
    for _ in range(2):
        log = sealing(store, tmp_path).sealed_log(SECOND)
        assert log.entries == store.entries(SECOND)
        assert log.proof.head.count == len(log.entries)
        assert faults(rows_of(log), log) == []
        write(store, projects=1)
        sealing(store, tmp_path).seal()
    assert list(seal_faults(store, SigningKey(tmp_path / "keys"))) == []


def test_a_proof_tells_of_no_other_project(store: IncidentStore, tmp_path: Path) -> None:
    """But hashes; and there is none for a project that never was."""
    write(store, projects=20)
    log = sealing(store, tmp_path).sealed_log(SECOND)
    told = repr(log.proof)
    for other in range(3, 21):
        assert all(entry.hash not in told for entry in store.entries(ProjectId(other)))
    with pytest.raises(NotFound, match="no incident project 99"):
        sealing(store, tmp_path).sealed_log(ProjectId(99))


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("withhold", [True, False])
def test_what_is_withheld_is_not_there_and_the_chain_holds(
    store: IncidentStore, tmp_path: Path, names: bool, withhold: bool
) -> None:
    """Neither names nor texts, nor the salts with which they could be tried."""
    write(store)
    log = sealing(store, tmp_path).sealed_log(SECOND)
    rows = rows_of(log, names=names, withhold=withhold)
    assert faults(rows, log) == []
    told = repr(rows)
    assert ("Ann" in told) is names
    assert ("confidential" in told) is not withhold
    for entry in log.entries:
        assert (entry.who_salt in told) is names
        assert (entry.what_salt in told) is not withhold


def test_a_forgotten_log_is_proved(store: IncidentStore, tmp_path: Path) -> None:
    """After a purge there are hashes only, and they are those that were sealed before."""
    write(store)
    before = sealing(store, tmp_path).sealed_log(SECOND)
    with store.transaction() as transaction:
        transaction.remove_project(SECOND)
        transaction.forget_entries(SECOND)
    after = sealing(store, tmp_path).sealed_log(SECOND)
    assert faults(rows_of(after), before) == []
    assert "confidential" not in repr(after.entries)


FORGERIES: dict[str, Callable[[list[DisclosedEntry]], list[DisclosedEntry]]] = {
    "changed name": lambda rows: [
        attrs.evolve(rows[0], actor=Person(id=PersonId("eve"), name="Eve")),
        *rows[1:],
    ],
    "changed time": lambda rows: [attrs.evolve(rows[0], at=rows[1].at.replace(year=2001)), *rows[1:]],
    "removed": lambda rows: [*rows[:1], *rows[2:]],
    "cut": lambda rows: rows[:-1],
    "reordered": lambda rows: [rows[1], rows[0], *rows[2:]],
    "added": lambda rows: [*rows, attrs.evolve(rows[-1], number=len(rows) + 1, previous=rows[-1].hash)],
    "of another project": lambda rows: [attrs.evolve(row, project=ProjectId(3)) for row in rows],
    "none": lambda _: [],
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_whatever_is_done_to_the_rows_is_found(store: IncidentStore, tmp_path: Path, forgery: str) -> None:
    """Far from the store, with the proof alone."""
    write(store)
    log = sealing(store, tmp_path).sealed_log(SECOND)
    assert faults(FORGERIES[forgery](rows_of(log)), log) != []


def test_a_changed_proof_is_found(store: IncidentStore, tmp_path: Path) -> None:
    """In any of its parts."""
    write(store)
    log = sealing(store, tmp_path).sealed_log(SECOND)
    rows, proof = rows_of(log), log.proof
    for changed in (
        attrs.evolve(proof, head=attrs.evolve(proof.head, count=3)),
        attrs.evolve(proof, head=attrs.evolve(proof.head, hash="0" * 64)),
        attrs.evolve(proof, position=proof.position + 1),
        attrs.evolve(proof, path=proof.path[:-1]),
        attrs.evolve(proof, path=(*proof.path[:-1], "zz")),
        attrs.evolve(proof, seal=attrs.evolve(proof.seal, at=proof.seal.at.replace(year=2001))),
        attrs.evolve(proof, seal=attrs.evolve(proof.seal, root="0" * 64)),
        attrs.evolve(proof, key="0" * 64),
    ):
        assert list(disclosure_faults(rows, changed, signed_with)) != [], changed


@given(
    leaves=st.lists(st.binary(max_size=4).map(lambda data: leaf_hash([data.hex()])), min_size=1, max_size=70)
)
def test_every_leaf_leads_to_the_root_and_to_no_other(leaves: list[bytes]) -> None:
    """Of trees of any size; from its own place only."""
    root = tree_hash(leaves)
    for position, leaf in enumerate(leaves):
        path = tree_path(leaves, position)
        assert path_hash(leaf, position, len(leaves), path) == root
        assert path_hash(leaf_hash(["other"]), position, len(leaves), path) != root
        assert path_hash(leaf, position, len(leaves), [*path, root]) is None
        assert path_hash(leaf, len(leaves), len(leaves), path) is None


def test_the_tree_is_that_of_the_standard() -> None:
    """RFC 6962 gives the hash of nothing; its figure of seven leaves says who is joined with whom."""
    assert tree_hash([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    leaves = [leaf_hash([str(n)]) for n in range(7)]
    left, right = tree_hash(leaves[:4]), tree_hash(leaves[4:])
    assert tree_hash([left, right]) == tree_hash(leaves)
    assert tree_path(leaves, 3) == [leaves[2], tree_hash(leaves[:2]), right]
    assert tree_path(leaves, 6) == [tree_hash(leaves[4:6]), left]
