"""What was removed is gone: from documents, indexes, words, free space and the write-ahead log."""

from __future__ import annotations

from pathlib import Path

from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.application.searching import ProjectFilter
from incident_plugin.application.store import IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.journal import Action, Activity, first_fault
from incident_plugin.domain.project import CommentId, ProjectId
from tests.domain.examples import ANN, comment, project

from .test_kills import Chance

CHANCE = Chance()


def found_on_disk(directory: Path, *words: bytes) -> set[bytes]:
    """Give those of the words that any of the files holds."""
    held = b"".join(file.read_bytes() for file in directory.iterdir()).lower()
    return {word for word in words if word in held}


def test_a_purged_project_leaves_no_word_in_any_file(tmp_path: Path) -> None:
    """Neither of its last texts nor of earlier ones; its log's chain holds, others are found as before."""
    store = TinyDBStore(tmp_path)
    work = UnitOfWork(store, CHANCE, CHANCE)
    with work.begin(ANN) as unit:
        unit.create(lambda new: project(new, description="harmless neighbour"))
        purged = unit.create(lambda new: project(new, description="zanzibar suspect"))
        purged = unit.save(purged.with_comment(comment("c1", text="quixotic witness")))
        edited = purged.with_edited_comment(
            CommentId("c1"), "xylophone witness", seen=None, by=ANN, at=CHANCE.now()
        )
        unit.save(edited)
    words = (b"zanzibar", b"quixotic", b"xylophone")
    assert found_on_disk(tmp_path, *words, b"neighbour") == {*words, b"neighbour"}
    with work.begin(ANN) as unit:
        unit.purge(purged.id, Activity(action=Action.PURGED))
    assert store.sweep()
    assert found_on_disk(tmp_path, *words) == set()
    entries = store.entries(purged.id)
    assert first_fault(entries) is None
    assert entries[-1].activity.action is Action.PURGED
    assert store.count(ProjectFilter(text="zanzibar"), cap=9) == 0
    assert [p.id for p in store.page(ProjectFilter(text="neighb"), limit=9)] == [1]
    assert store.faults() == ()
    store.close()


def test_words_are_found_again_after_sweeping(store: IncidentStore) -> None:
    """Those that another project has, and those that come back with a new one."""
    with store.transaction() as transaction:
        transaction.put_project(project(1, description="lighthouse"))
        transaction.put_project(project(2, description="lighthouse windmill"))
        transaction.remove_project(ProjectId(2))
    assert store.sweep()
    assert [p.id for p in store.page(ProjectFilter(text="lighthou"), limit=9)] == [1]
    assert store.count(ProjectFilter(text="windmi"), cap=9) == 0
    with store.transaction() as transaction:
        transaction.put_project(project(3, description="windmill"))
    assert [p.id for p in store.page(ProjectFilter(text="windmi"), limit=9)] == [3]


def test_a_reader_in_the_way_is_told(tmp_path: Path) -> None:
    """Nothing waits for it for long; without it the next time succeeds."""
    store = TinyDBStore(tmp_path)
    reader = TinyDBStore(tmp_path, writable=False)
    with reader.read() as reading:
        assert reading.project(ProjectId(1)) is None
        with store.transaction() as transaction:
            transaction.put_project(project(1))
        assert not store.sweep()
    assert store.sweep()
    reader.close()
    store.close()
