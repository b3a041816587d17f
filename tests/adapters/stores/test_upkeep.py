"""Backup, restore, check, compaction and import: as functions and from the command line."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import apsw
import msgspec
import pytest
from tinydb import TinyDB

from incident_plugin.adapters.tinydb_store import TinyDBStore, upkeep
from incident_plugin.adapters.tinydb_store.store import FILE
from incident_plugin.application.searching import EntryFilter, ProjectFilter
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.cli import main
from incident_plugin.domain import phrases
from incident_plugin.domain.errors import InvalidInput, StoreUnavailable
from incident_plugin.domain.journal import AUDIT, Action, Activity, first_fault
from incident_plugin.domain.people import KnownPerson
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.properties import DELIVERED
from incident_plugin.domain.retention import BinnedProject, RetentionRules
from tests.domain.examples import ANN, comment, project, sequence

from .examples import HOSTILE, collection, export, export_list
from .test_kills import Chance

NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)


def work(store: TinyDBStore, *descriptions: str) -> None:
    chance = Chance()
    unit_of_work = UnitOfWork(store, chance, chance)
    for description in descriptions:
        with unit_of_work.begin(ANN) as unit:
            unit.create(lambda new, d=description: project(new, description=d, sequences=(sequence(),)))


def filled(directory: Path, *descriptions: str) -> Path:
    with closing(TinyDBStore(directory)) as store:
        work(store, *descriptions)
    return directory


def descriptions(directory: Path) -> list[str]:
    with closing(TinyDBStore(directory)) as store:
        return [p.description for p in store.page(ProjectFilter(), limit=100)]


def sql(directory: Path, *statements: str) -> None:
    db = apsw.Connection(str(directory / "incidents.db"))
    for statement in statements:
        db.execute(statement)
    db.close()


# Backup and restore


def test_a_backup_is_whole_while_a_server_writes(tmp_path: Path) -> None:
    """It holds one moment: every project with its log, and nothing after it."""
    stop = threading.Event()
    with closing(TinyDBStore(tmp_path / "live")) as store:
        work(store, "first")

        def go_on() -> None:
            while not stop.is_set():
                work(store, "more")

        writer = threading.Thread(target=go_on)
        writer.start()
        try:
            for number in range(3):
                upkeep.backup(tmp_path / "live", tmp_path / f"backup-{number}")
        finally:
            stop.set()
            writer.join()
    for number in range(3):
        assert upkeep.restore(tmp_path / f"copy-{number}", tmp_path / f"backup-{number}", NOW) is None
        assert upkeep.check(tmp_path / f"copy-{number}") == ()
        assert descriptions(tmp_path / f"copy-{number}")[-1] == "first"


def test_a_backup_replaces_no_file(tmp_path: Path) -> None:
    """Whatever lies there stays, and nothing half-made is left."""
    filled(tmp_path / "live", "van")
    (tmp_path / "backup").write_text("a letter")
    with pytest.raises(StoreUnavailable, match="is there already"):
        upkeep.backup(tmp_path / "live", tmp_path / "backup")
    with pytest.raises(StoreUnavailable, match="cannot be"):
        upkeep.backup(tmp_path / "live", tmp_path / "none" / "backup")
    assert (tmp_path / "backup").read_text() == "a letter"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["backup", "live"]


def test_a_backup_is_read_by_nobody_else(tmp_path: Path) -> None:
    """Every text is in it as it is, wherever it is put; nor is the store that it is restored to."""
    before = os.umask(0o022)
    try:
        upkeep.backup(filled(tmp_path / "live", "van"), tmp_path / "backup")
        upkeep.restore(tmp_path / "copy", tmp_path / "backup", NOW)
    finally:
        os.umask(before)
    for file in (tmp_path / "backup", tmp_path / "copy" / FILE):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_restored_backup_takes_the_place_of_the_store_which_is_kept(tmp_path: Path) -> None:
    """The old one lies beside it and could be restored in turn."""
    live = filled(tmp_path / "live", "old")
    upkeep.backup(live, tmp_path / "backup")
    filled(live, "new")
    kept = upkeep.restore(live, tmp_path / "backup", NOW)
    assert descriptions(live) == ["old"]
    assert kept == live / "incidents.db.replaced-20260506T070809Z"
    upkeep.restore(live, kept, NOW.replace(year=2027))
    assert descriptions(live) == ["new", "old"]


def test_a_damaged_store_is_replaced_by_a_backup(tmp_path: Path) -> None:
    """Also when nothing of it can be read any more; a log of its last changes never meets the backup."""
    live = filled(tmp_path / "live", "old")
    upkeep.backup(live, tmp_path / "backup")
    for beside in ("", "-wal", "-shm"):
        (live / f"incidents.db{beside}").write_bytes(b"rubbish" * 10_000)
    upkeep.restore(live, tmp_path / "backup", NOW)
    assert descriptions(live) == ["old"]
    assert (live / "incidents.db.replaced-20260506T070809Z").read_bytes() == b"rubbish" * 10_000


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda file: file.write_bytes(b"rubbish" * 10_000), "is damaged"),
        (lambda file: file.write_bytes(file.read_bytes()[:-9_000]), "is damaged"),
        (lambda file: file.unlink(), "cannot be opened"),
        (lambda file: apsw.Connection(str(file)).pragma("user_version", 99), "version 99, which is unknown"),
        (lambda file: apsw.Connection(str(file)).pragma("user_version", 0), "version 0, which is unknown"),
    ],
)
def test_a_bad_backup_replaces_nothing(tmp_path: Path, damage: Callable[[Path], object], told: str) -> None:
    """The store stays as it is, and its server can start again."""
    live = filled(tmp_path / "live", "kept")
    upkeep.backup(live, tmp_path / "backup")
    damage(tmp_path / "backup")
    with pytest.raises(StoreUnavailable, match=told):
        upkeep.restore(live, tmp_path / "backup", NOW)
    assert descriptions(live) == ["kept"]


# Check and compaction


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("DELETE FROM documents_journal WHERE id = 2", "Rows 2 to 2 of the activity logs are missing."),
        ("DELETE FROM documents_journal WHERE id > 3", "of the activity logs are missing."),
        (
            "UPDATE documents_journal SET document = replace(document, 'red', 'blue') WHERE id = 2",
            "Entry 3 of incident project 1, or the one before it, was changed.",
        ),
        ("UPDATE documents_journal SET of_project = 2 WHERE id = 1", "An entry of incident project 1"),
        ("DELETE FROM documents_summaries WHERE id = 1", "Incident project 1 is missing in the list."),
        ("DELETE FROM documents_projects WHERE id = 1", "incident projects that are not there"),
        ("DELETE FROM audit_words", "Words do not find what the audit log says"),
        ("DELETE FROM terms WHERE rowid = 64", "Incident project 1 is not found as it should be"),
        ("DELETE FROM spans WHERE project = 1", "Incident project 1 is not found as it should be"),
        (
            "UPDATE documents_summaries SET document = replace(document, 'red', 'blue') WHERE id = 1",
            "Incident project 1 is listed otherwise than it is.",
        ),
    ],
)
def test_what_was_tampered_with_is_named(tmp_path: Path, damage: str, told: str) -> None:
    """Which row, and that nothing else is wrong with a file that SQLite finds whole."""
    filled(tmp_path, "red", "red")
    with closing(TinyDBStore(tmp_path)) as store, UnitOfWork(store, Chance(), Chance()).begin(ANN) as unit:
        unit.audit(Activity(action=Action.DENIED, subject="Delete projects"))
    assert upkeep.check(tmp_path) == ()
    sql(tmp_path, damage)
    assert any(told in fault for fault in upkeep.check(tmp_path))


def test_compaction_repairs_the_index_and_leaves_no_trace_of_what_was_removed(tmp_path: Path) -> None:
    """Words of a deleted project are in no page of the file any more."""
    with closing(TinyDBStore(tmp_path)) as store:
        with store.transaction() as transaction:
            transaction.put_project(project(1, description="confidential").with_comment(comment()))
            transaction.put_project(project(2, description="ordinary"))
        with store.transaction() as transaction:
            transaction.remove_project(ProjectId(1))
    sql(tmp_path, "DELETE FROM terms")
    assert b"confidential" in (tmp_path / "incidents.db").read_bytes()
    upkeep.compact(tmp_path)
    assert b"confidential" not in (tmp_path / "incidents.db").read_bytes()
    assert upkeep.check(tmp_path) == ()
    with closing(TinyDBStore(tmp_path)) as store:
        assert [p.id for p in store.page(ProjectFilter(text="ordinary"), limit=9)] == [2]


def test_phrases_of_a_later_version_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit log is found by what its readers see, also when the program says it otherwise than before."""
    with closing(TinyDBStore(tmp_path)) as store, UnitOfWork(store, Chance(), Chance()).begin(ANN) as unit:
        unit.audit(Activity(action=Action.DENIED, subject="Delete projects"))
    monkeypatch.setitem(phrases._PHRASES, Action.DENIED, lambda activity: f"Turned away: {activity.subject}")
    assert "audit log says" in upkeep.check(tmp_path)[0]
    with closing(TinyDBStore(tmp_path)) as store:
        assert store.count_entries(AUDIT, EntryFilter(text="turned")) == 1
        assert store.count_entries(AUDIT, EntryFilter(text="denied")) == 0
    assert upkeep.check(tmp_path) == ()


def test_a_text_as_long_as_can_be_is_checked(tmp_path: Path) -> None:
    """Thousands of words are asked for at once."""
    filled(tmp_path, " ".join(f"w{number}" for number in range(3_000)), HOSTILE.replace("\0", ""))
    assert upkeep.check(tmp_path) == ()


# Import


def stock(file: Path) -> Path:
    """Make a file of TinyDB as it comes, with our documents of every kind."""
    with closing(TinyDBStore(file.parent / "source")) as store:
        work(store, *(f"van {number}" for number in range(12)))
        db = TinyDB(file)
        with store.read() as reading:
            for number in range(1, 13):
                db.table("projects").insert(msgspec.to_builtins(reading.project(ProjectId(number))))
                for entry in store.entries(ProjectId(number)):
                    db.table("journal").insert(msgspec.to_builtins(entry))
        for name, made in (
            ("collections", collection()),
            ("exports", export()),
            ("export_lists", export_list()),
            ("properties", DELIVERED),
            ("bin", BinnedProject(id="99", project=project(99), by=ANN, at=NOW)),
            ("people", KnownPerson(id=ANN.id, name=ANN.name, seen_at=NOW)),
            ("retention", RetentionRules(days=30)),
        ):
            db.table(name).insert(msgspec.to_builtins(made))
        db.close()
    return file


def test_a_file_of_stock_tinydb_is_imported(tmp_path: Path) -> None:
    """Projects under their ids, logs in their order, and everything else."""
    assert upkeep.import_json(tmp_path / "new", stock(tmp_path / "stock.json")) == 12
    assert upkeep.check(tmp_path / "new") == ()
    with closing(TinyDBStore(tmp_path / "new")) as store, store.read() as reading:
        assert [p.id for p in store.page(ProjectFilter(text="van"), limit=99)] == list(range(12, 0, -1))
        assert first_fault(store.entries(ProjectId(12))) is None
        assert len(store.entries(ProjectId(12))) == 4
        assert reading.properties() == DELIVERED
        assert reading.exports.all() == (export(),)
        assert [one.project.id for one in reading.bin.all()] == [99]
        assert [one.id for one in reading.people.all()] == [ANN.id]
        assert [one.days for one in reading.retention.all()] == [30]
    with pytest.raises(InvalidInput, match="has incident projects already"):
        upkeep.import_json(tmp_path / "new", tmp_path / "stock.json")


def test_every_table_of_the_store_is_imported(tmp_path: Path) -> None:
    """Also those that come later: all but what is made of projects, and what has no ids."""
    with closing(TinyDBStore(tmp_path)) as store:
        keyed = set(store.keyed_tables)
        assert len(keyed) > 15
        assert store._db.tables() - keyed <= {"projects", "summaries", "journal", "seals", "properties"}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda tables: "[", "no JSON file"),
        (lambda tables: "[]", "no JSON file"),
        (lambda tables: json.dumps({**tables, "cats": {"1": {}}}), "unknown tables: cats"),
        (lambda tables: json.dumps({**tables, "projects": {"1": {"id": 1}}}), "not one of ours"),
        (lambda tables: json.dumps({**tables, "projects": {"one": {}}}), "not one of ours"),
        (
            lambda tables: json.dumps({**tables, "journal": dict(list(tables["journal"].items())[1:])}),
            "missing",
        ),
    ],
)
def test_a_file_that_is_something_else_is_refused(
    tmp_path: Path, spoil: Callable[[dict[str, dict[str, object]]], str], told: str
) -> None:
    """And the store stays empty."""
    file = stock(tmp_path / "stock.json")
    file.write_text(spoil(json.loads(file.read_text())))
    with pytest.raises(InvalidInput, match=told):
        upkeep.import_json(tmp_path / "new", file)
    assert descriptions(tmp_path / "new") == []


# The command line


def test_the_commands_find_the_store_and_say_what_they_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the directory that people know, through a backup and back."""
    filled(tmp_path / "data" / "plugins" / "incident" / "store", "van")
    data, backup = str(tmp_path / "data"), str(tmp_path / "backup")
    assert main(["store", "backup", "--data", data, backup]) == 0
    assert main(["store", "check", "--data", data]) == 0
    assert main(["store", "compact", "--data", data]) == 0
    assert main(["store", "restore", "--data", data, backup]) == 0
    assert (
        main(["store", "import", "--data", str(tmp_path / "new"), str(stock(tmp_path / "stock.json"))]) == 0
    )
    said = capsys.readouterr().out
    for told in ("was copied", "Nothing is wrong", "made anew"):
        assert told in said
    assert f"was restored to {tmp_path}/data/plugins/incident/store/incidents.db." in said
    assert f"12 incident projects were imported into {tmp_path}/new/incidents.db." in said


def test_what_takes_the_servers_place_is_refused_while_it_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the process that has the files; backup and check go on beside it."""
    with closing(TinyDBStore(tmp_path / "store")) as store:
        work(store, "van")
        data, backup = str(tmp_path), str(tmp_path / "backup")
        assert main(["store", "backup", "--data", data, backup]) == 0
        assert main(["store", "check", "--data", data]) == 0
        for command in (["compact"], ["restore", backup], ["import", str(stock(tmp_path / "stock.json"))]):
            assert main(["store", command[0], "--data", data, *command[1:]]) == 1
            told = capsys.readouterr().err
            assert f"Process {os.getpid()} already has the files" in told
            assert "Stop that process" in told
        work(store, "bike")
    assert descriptions(tmp_path / "store") == ["bike", "van"]


def test_a_check_that_finds_something_says_so_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For whoever runs it every night."""
    filled(tmp_path, "van")
    sql(tmp_path, "DELETE FROM documents_journal WHERE id = 1")
    assert main(["store", "check", "--data", str(tmp_path)]) == 1
    assert "Rows 1 to 1" in capsys.readouterr().err
    (tmp_path / "incidents.db").write_bytes(b"rubbish" * 10_000)
    assert main(["store", "check", "--data", str(tmp_path)]) == 1
    assert "damaged" in capsys.readouterr().err
