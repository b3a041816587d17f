"""What every store does: one suite over all of them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta

import attrs
import pytest

from incident_plugin.application.store import (
    SHOWN_DESCRIPTION,
    EntryFilter,
    IncidentStore,
    Marked,
    ProjectFilter,
    summary,
)
from incident_plugin.domain.errors import Conflict, InvalidInput, StoreUnavailable
from incident_plugin.domain.journal import GENESIS
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import DELIVERED
from incident_plugin.domain.sequence import DraftList
from incident_plugin.domain.text import MAXIMUM_TEXT
from tests.domain.examples import at, between, call, comment, project, sequence

from .examples import HOSTILE, collection, entry, export, export_list

FIRST = ProjectId(1)


def put(store: IncidentStore, *projects: Project) -> None:
    with store.transaction() as transaction:
        for each in projects:
            transaction.put_project(each)


def stored(store: IncidentStore, number: int = 1) -> Project | None:
    with store.read() as reading:
        return reading.project(ProjectId(number))


def listed(store: IncidentStore, text: str = "", *, limit: int = 100, before: int | None = None) -> list[int]:
    position = None if before is None else ProjectId(before)
    return [p.id for p in store.page(ProjectFilter(text=text), limit=limit, before=position)]


# Transactions


def test_what_a_transaction_wrote_is_there_afterwards(store: IncidentStore) -> None:
    """Everything of it, as it was written."""
    whole = project(sequences=(sequence(),), type="theft").with_comment(comment()).with_call(call(duration=1))
    put(store, whole)
    assert stored(store) == whole


def test_a_failed_transaction_leaves_nothing_behind(store: IncidentStore) -> None:
    """Not of any kind of thing, and what was there before is as it was."""
    put(store, project())
    with pytest.raises(ZeroDivisionError), store.transaction() as transaction:  # noqa: PT012 - all of it is the point
        transaction.put_project(project(type="theft", sequences=(sequence(),)))
        transaction.put_project(project(2))
        transaction.append_entry(entry())
        transaction.collections.put(collection())
        transaction.drafts.put(DraftList(id="ann"))
        transaction.export_lists.put(export_list())
        transaction.exports.put(export())
        transaction.put_properties(DELIVERED)
        _ = 1 / 0
    assert listed(store) == [1]
    assert stored(store) == project()
    assert store.entries(FIRST) == ()
    assert store.marked([CameraId("dock")], between(0, 60)) == ()
    with store.read() as reading:
        assert reading.properties() is None
        kinds = (reading.collections, reading.drafts, reading.export_lists, reading.exports)
        assert [kind.all() for kind in kinds] == [(), (), (), ()]


def test_a_failed_removal_brings_everything_back(store: IncidentStore) -> None:
    """The project, its place in lists and its marks."""
    put(store, project(sequences=(sequence(),)))
    with pytest.raises(ZeroDivisionError), store.transaction() as transaction:  # noqa: PT012
        transaction.remove_project(FIRST)
        _ = 1 / 0
    assert listed(store) == [1]
    assert len(store.marked([CameraId("dock")], between(0, 60))) == 1


def test_a_transaction_sees_its_own_changes(store: IncidentStore) -> None:
    """Through every method, also those of the store itself."""
    with store.transaction() as transaction:
        transaction.put_project(project(sequences=(sequence(),)))
        transaction.append_entry(entry())
        assert transaction.project(FIRST) is not None
        assert transaction.last_entry(FIRST) == entry()
        assert listed(store) == [1]
        assert store.count(ProjectFilter(), cap=9) == 1
        assert store.entries(FIRST) == (entry(),)
        assert len(store.marked([CameraId("dock")], between(0, 60))) == 1


def test_others_see_a_change_only_when_it_is_complete(store: IncidentStore) -> None:
    """A reader in another thread neither waits for the writer nor sees half of what it does."""
    put(store, project())
    with ThreadPoolExecutor(1) as other, store.transaction() as transaction:
        transaction.put_project(project(type="theft"))
        assert other.submit(stored, store).result(timeout=60) == project()
        assert other.submit(listed, store).result(timeout=60) == [1]
    assert stored(store) == project(type="theft")


def test_a_reading_sees_one_state_whatever_is_written_meanwhile(store: IncidentStore) -> None:
    """The second look is as old as the first, and the writer does not wait for the reader."""
    put(store, project())
    with ThreadPoolExecutor(1) as other, store.read() as reading:
        assert reading.project(FIRST) == project()
        other.submit(put, store, project(type="theft"), project(2)).result(timeout=60)
        assert reading.project(FIRST) == project()
        assert listed(store) == [1]
    assert listed(store) == [2, 1]


def test_writers_come_one_after_the_other(store: IncidentStore) -> None:
    """Many threads that read, add and write lose nothing of one another."""
    put(store, project())
    barrier = threading.Barrier(8)

    def add(thread: int) -> None:
        barrier.wait()
        for turn in range(5):
            with store.transaction() as transaction:
                present = transaction.project(FIRST)
                assert present is not None
                transaction.put_project(present.with_comment(comment(f"{thread}-{turn}")))

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(add, thread) for thread in range(8)]:
            done.result(timeout=60)
    found = stored(store)
    assert found is not None
    assert len({c.id for c in found.comments}) == 40


def test_transactions_do_not_nest(store: IncidentStore) -> None:
    """Whichever kind is within which: it is a mistake of the program and says so."""
    for outer in (store.transaction, store.read):
        for inner in (store.transaction, store.read):
            with outer():
                second = inner()
                with pytest.raises(RuntimeError, match="nest"):
                    second.__enter__()


def test_a_reading_writes_nothing(store: IncidentStore) -> None:
    """Whatever it tries."""
    with store.read() as reading:
        for attempt in (
            lambda: reading.put_project(project()),
            lambda: reading.remove_project(FIRST),
            lambda: reading.append_entry(entry()),
            lambda: reading.put_properties(DELIVERED),
            lambda: reading.exports.put(export()),
            lambda: reading.exports.remove("x1"),
            reading.new_project_id,
        ):
            with pytest.raises(RuntimeError, match="reading"):
                attempt()
    assert listed(store) == []


def test_a_transaction_that_has_ended_refuses_everything(store: IncidentStore) -> None:
    """A change after the end would be kept by itself, or never."""
    with store.transaction() as ended:
        pass
    for attempt in (
        lambda: ended.put_project(project()),
        lambda: ended.project(FIRST),
        lambda: ended.exports,
    ):
        with pytest.raises(RuntimeError, match="ended"):
            attempt()


def test_a_thread_cannot_close_the_store_under_its_own_transaction(store: IncidentStore) -> None:
    """It is a mistake of the program, and the transaction goes on."""
    with store.transaction() as transaction:
        with pytest.raises(RuntimeError, match="cannot close"):
            store.close()
        transaction.put_project(project())
    assert listed(store) == [1]


def test_a_closed_store_is_unavailable(store: IncidentStore) -> None:
    """Closing it again does nothing; using it says that the server is stopping."""
    store.close()
    store.close()
    with pytest.raises(StoreUnavailable, match="stopping"):
        put(store, project())
    with pytest.raises(StoreUnavailable, match="stopping"):
        stored(store)
    with pytest.raises(StoreUnavailable, match="stopping"):
        listed(store)


# Ids


def test_project_ids_grow_and_are_never_given_twice(store: IncidentStore) -> None:
    """Not within a transaction, not after a deletion, and not when no project was made of one."""
    with store.transaction() as transaction:
        first, second = transaction.new_project_id(), transaction.new_project_id()
        transaction.put_project(project(second))
    with store.transaction() as transaction:
        transaction.remove_project(second)
    with store.transaction() as transaction:
        third = transaction.new_project_id()
    with store.transaction() as transaction:
        fourth = transaction.new_project_id()
    assert first < second < third < fourth


def test_a_project_that_came_with_its_id_is_counted(store: IncidentStore) -> None:
    """The next new one is above it."""
    put(store, project(40))
    with store.transaction() as transaction:
        assert transaction.new_project_id() > 40


# Documents


def test_documents_are_found_by_their_ids(store: IncidentStore) -> None:
    """Each kind by itself, as it was stored, in order of the ids."""
    with store.transaction() as transaction:
        for kind, make in (
            (transaction.collections, collection),
            (transaction.export_lists, export_list),
            (transaction.exports, export),
        ):
            for key in ("b", "a", "ä", "A"):
                kind.put(make(key))
        transaction.drafts.put(DraftList(id="b", sequences=(sequence(),)))
    with store.read() as reading:
        assert reading.collections.get("a") == collection("a")
        assert reading.export_lists.get("A") == export_list("A")
        assert reading.exports.get("ä") == export("ä")
        assert reading.drafts.get("b") == DraftList(id="b", sequences=(sequence(),))
        assert reading.drafts.get("a") is None
        assert [e.id for e in reading.exports.all()] == ["A", "a", "b", "ä"]


def test_a_document_is_replaced_and_removed(store: IncidentStore) -> None:
    """Under its id there is one, or none; removing what is not there does no harm."""
    with store.transaction() as transaction:
        transaction.exports.put(export())
        transaction.exports.put(attrs.evolve(export(), message="again", finished_at=None))
        assert [(e.message, e.finished_at) for e in transaction.exports.all()] == [("again", None)]
        transaction.exports.remove("x1")
        transaction.exports.remove("x1")
        assert transaction.exports.all() == ()


def test_properties_are_replaced_as_a_whole(store: IncidentStore) -> None:
    """Nothing at first, then what was stored last."""
    fewer = attrs.evolve(DELIVERED, types=(), categories=())
    with store.transaction() as transaction:
        assert transaction.properties() is None
        transaction.put_properties(DELIVERED)
        transaction.put_properties(fewer)
    with store.read() as reading:
        assert reading.properties() == fewer


@pytest.mark.parametrize("text", [HOSTILE, "语言" * (MAXIMUM_TEXT // 2), "\n" * MAXIMUM_TEXT])
def test_any_text_comes_back_as_it_was(store: IncidentStore, text: str) -> None:
    """Every character, whatever the script, and as long as a text may be."""
    hostile = project(description=text, sequences=(sequence(),)).with_call(call(note="x"))
    named = attrs.evolve(hostile, created_by=attrs.evolve(hostile.created_by, name=text))
    put(store, named)
    with store.transaction() as transaction:
        transaction.append_entry(entry(after=text))
        transaction.collections.put(collection(camera_name=text))
    assert stored(store) == named
    assert store.page(ProjectFilter(), limit=1) == (summary(named),)
    assert store.entries(FIRST) == (entry(after=text),)
    with store.read() as reading:
        assert reading.collections.all() == (collection(camera_name=text),)


# Lists


def test_pages_follow_one_another_newest_first(store: IncidentStore) -> None:
    """Each page begins below the last one's last project; nothing is missing or shown twice."""
    put(store, *(project(number) for number in range(1, 26)))
    pages = [listed(store, limit=10)]
    while pages[-1]:
        pages.append(listed(store, limit=10, before=pages[-1][-1]))
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert [number for page in pages for number in page] == list(range(25, 0, -1))
    assert listed(store, limit=0) == []


def test_a_list_shows_what_a_project_is_now(store: IncidentStore) -> None:
    """A change and a removal show at once."""
    put(store, project(), project(2))
    put(store, project(type="theft", description="red", sequences=(sequence(),)))
    with store.transaction() as transaction:
        transaction.remove_project(ProjectId(2))
    changed = stored(store)
    assert changed is not None
    assert store.page(ProjectFilter(), limit=10) == (summary(changed),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("van", [3, 1]),
        ("VAN", [3, 1]),
        ("dock va", [1]),
        ("an", []),
        ("caf", [2]),
        ("CAFÉ", [2]),
        ("strasse", [2]),
        ("straß", [2]),
        ("שלום", [3]),
        ("% _ *", [3, 2, 1]),
        ("at-the", [1]),
        ("red van red", [1]),
        ("gone", []),
        ("", [3, 2, 1]),
    ],
)
def test_text_finds_the_beginnings_of_words(store: IncidentStore, text: str, found: list[int]) -> None:
    """All words must be there, in any order and case, with or without accents; wild cards are none."""
    put(
        store,
        project(1, description="Red van at the dock"),
        project(2, description="Café, Straße 5"),
        project(3, description="VANs שָׁלוֹם 🚓"),
    )
    assert listed(store, text) == found
    assert store.count(ProjectFilter(text=text), cap=100) == len(found)


def test_a_project_is_found_by_its_id(store: IncidentStore) -> None:
    """Together with the text, or not at all."""
    put(store, *(project(number, description=f"van {number}") for number in range(1, 5)))

    def found(number: int, text: str = "") -> list[int]:
        return [p.id for p in store.page(ProjectFilter(id=ProjectId(number), text=text), limit=10)]

    assert found(3) == [3]
    assert found(3, "van") == [3]
    assert found(3, "bike") == []
    assert found(9) == []
    assert store.page(ProjectFilter(id=FIRST), limit=10, before=FIRST) == ()


def test_counting_stops_at_the_cap(store: IncidentStore) -> None:
    """More than the cap need not be known."""
    put(store, *(project(number) for number in range(1, 8)))
    assert [store.count(ProjectFilter(), cap=cap) for cap in (0, 3, 7, 100)] == [0, 3, 7, 7]


# Activity log


def test_a_log_is_read_in_the_order_it_was_written(store: IncidentStore) -> None:
    """By number, whatever the clock said, each project by itself."""
    entries = [entry(project, number) for number in range(1, 30) for project in (1, 2)]
    with store.transaction() as transaction:
        assert transaction.last_entry(FIRST) is None
        for each in entries:
            transaction.append_entry(each)
        assert transaction.last_entry(FIRST) == entry(1, 29)
    assert store.entries(FIRST) == tuple(entry(1, number) for number in range(1, 30))
    assert store.entries(ProjectId(3)) == ()


def test_the_log_of_a_deleted_project_stays(store: IncidentStore) -> None:
    """The project is gone, and what was done with it is not."""
    put(store, project())
    with store.transaction() as transaction:
        transaction.append_entry(entry())
        transaction.remove_project(FIRST)
        transaction.remove_project(FIRST)
    assert stored(store) is None
    assert store.entries(FIRST) == (entry(),)


# Marks


def test_marks_are_the_sequences_that_overlap(store: IncidentStore) -> None:
    """Of the cameras asked for, by their start; touching is not overlapping."""
    put(
        store,
        project(
            1, sequences=(sequence("a", start=50, end=60), sequence("b", camera="gate", start=0, end=60))
        ),
        project(2, sequences=(sequence("a", start=0, end=10), sequence("b", start=9.5, end=10.000001))),
        project(3, sequences=(sequence("a", camera="yard", start=0, end=60),)),
    )
    cameras = [CameraId("dock"), CameraId("gate")]

    def found(start: float, end: float) -> list[tuple[int, str]]:
        return [(m.project, str(m.camera)) for m in store.marked(cameras, between(start, end))]

    assert found(10, 50) == [(1, "gate"), (2, "dock")]
    assert found(10.000001, 50) == [(1, "gate")]
    assert found(0, 60) == [(2, "dock"), (1, "gate"), (2, "dock"), (1, "dock")]
    assert found(60, 70) == []
    assert store.marked([], between(0, 60)) == ()
    assert store.marked([CameraId("yard")], between(59, 70)) == (
        Marked(project=ProjectId(3), camera=CameraId("yard"), interval=between(0, 60)),
    )


def test_footage_of_projects_is_that_of_the_projects_asked_for(store: IncidentStore) -> None:
    """Every sequence, of these projects only; unknown ones and none at all give nothing."""
    put(
        store,
        project(1, sequences=(sequence("a", start=50, end=60), sequence("b", camera="gate"))),
        project(2, sequences=(sequence("a"),)),
        project(3),
    )
    found = store.footage([ProjectId(1), ProjectId(3), ProjectId(9)])
    assert {(m.project, str(m.camera)) for m in found} == {(1, "dock"), (1, "gate")}
    assert len(found) == 2
    assert store.footage([]) == ()


def test_marks_follow_the_project(store: IncidentStore) -> None:
    """Added, taken out, and gone with the project."""
    wanted = ([CameraId("dock")], between(0, 100))
    put(store, project(sequences=(sequence("a"),)))
    put(store, project(sequences=(sequence("a"), sequence("b", start=10))))
    assert [m.interval for m in store.marked(*wanted)] == [between(0, 60), between(10, 60)]
    put(store, project(sequences=(sequence("b", start=10),)))
    assert [m.interval for m in store.marked(*wanted)] == [between(10, 60)]
    with store.transaction() as transaction:
        transaction.remove_project(FIRST)
    assert store.marked(*wanted) == ()


# Changes


def write_entry(store: IncidentStore, number: int, entry_number: int = 1) -> None:
    with store.transaction() as transaction:
        transaction.append_entry(entry(number, entry_number))


def test_changes_are_given_in_their_order_and_none_is_left_out(store: IncidentStore) -> None:
    """From wherever a listener stopped, in pieces; those of a failed transaction never were."""
    assert store.last_change() == 0
    write_entry(store, 7)
    with pytest.raises(ZeroDivisionError), store.transaction() as transaction:  # noqa: PT012
        transaction.append_entry(entry(8))
        _ = 1 / 0
    for number in (9, 7):
        write_entry(store, number, 2)
    found = store.changes(0, limit=2)
    assert [(c.number, c.project) for c in found] == [(1, 7), (2, 9)]
    assert [(c.number, c.project) for c in store.changes(2, limit=9)] == [(3, 7)]
    assert store.changes(3, limit=9) == ()
    assert store.last_change() == 3
    assert [(e.project, e.number) for e in store.entries_of([3, 1])] == [(7, 1), (7, 2)]
    assert store.entries_of([]) == store.entries_of([4]) == ()


def test_a_listener_is_woken_by_a_change(store: IncidentStore) -> None:
    """At once when there is one already, when one comes, or after its patience."""
    assert not store.wait_for_change(0, timedelta(milliseconds=20))
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(store.wait_for_change, 0, timedelta(seconds=20))
        write_entry(store, 1)
        assert waiting.result(timeout=60)
    assert store.wait_for_change(0, timedelta(0))


def test_a_change_made_of_another_revision_is_refused(store: IncidentStore) -> None:
    """Nothing of its transaction is kept, and the refusal says which revision is stored."""
    put(store, project())
    with store.transaction() as transaction:
        transaction.put_project(attrs.evolve(project(), revision=2), replacing=1)
    with pytest.raises(Conflict) as refusal, store.transaction() as transaction:
        transaction.put_project(attrs.evolve(project(type="theft"), revision=2), replacing=1)
    assert (refusal.value.field, refusal.value.now) == ("revision", 2)
    with pytest.raises(Conflict, match="is gone"), store.transaction() as transaction:
        transaction.put_project(project(5), replacing=1)
    assert stored(store) == attrs.evolve(project(), revision=2)
    assert listed(store) == [1]


ODD_TEXTS = ["\ud800", "\0", "a\0b", "", "'\"%_*^;--", "x" * 100_000]
ODD_NUMBERS = [0, -1, 2**53, 2**62, 2**63 - 1, 2**63, 2**70, -(2**70)]


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_numbers_from_elsewhere_find_nothing(store: IncidentStore, number: int) -> None:
    """However large; and what is below a number that is too large is everything."""
    odd = ProjectId(number)
    with store.transaction() as transaction:
        transaction.put_project(project(1, description="van", sequences=(sequence(),)))
        transaction.append_entry(entry())
    with store.read() as reading:
        assert reading.project(odd) is None
        assert reading.last_entry(odd) is None
    assert (store.entries(odd), store.newest_entries(odd, EntryFilter(), limit=9)) == ((), ())
    assert (store.entry_people(odd), store.count_entries(odd, EntryFilter())) == ((), 0)
    below = [1] if number > 1 else []
    for narrowed in (ProjectFilter(), ProjectFilter(text="van"), ProjectFilter(during=between(0, 9))):
        assert store.page(attrs.evolve(narrowed, id=odd), limit=9) == ()
        assert [p.id for p in store.page(narrowed, limit=9, before=odd)] == below
    assert [
        e.number for e in store.newest_entries(ProjectId(1), EntryFilter(), limit=9, below=number)
    ] == below
    assert store.count(ProjectFilter(fields={"data:persons": (number,)}), cap=9) == 0
    assert len(store.changes(max(number, 0), limit=9)) == (number <= 0)
    assert (store.footage([odd]), store.seen(odd, odd)) == ((), ())


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_texts_from_elsewhere_find_nothing(store: IncidentStore, text: str) -> None:
    """As ids of documents, cameras, people and fields, and as what is searched."""
    with store.transaction() as transaction:
        transaction.put_project(project(1, description="van", sequences=(sequence(),)))
        transaction.append_entry(entry())
        transaction.exports.remove(text)
    with store.read() as reading:
        assert (reading.exports.get(text), reading.drafts.get(text)) == (None, None)
    camera, person = CameraId(text), PersonId(text)
    for narrowed in (
        ProjectFilter(cameras=(camera,)),
        ProjectFilter(cameras=(camera,), during=between(0, 9)),
        ProjectFilter(created_by=person),
        ProjectFilter(fields={text: (text,)}),
    ):
        assert (store.page(narrowed, limit=9), store.count(narrowed, cap=9)) == ((), 0)
    assert store.marked([camera], between(0, 9)) == ()
    one = EntryFilter(people=frozenset({person}))
    assert store.newest_entries(ProjectId(1), one, limit=9) == ()


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_texts_from_elsewhere_are_kept_as_they_are(store: IncidentStore, text: str) -> None:
    """Where they are what somebody wrote or is called; an id that is no text in any encoding is refused."""
    odd = Person(id=PersonId(text), name=text)
    kept = attrs.evolve(project(1, description=text, **{f"data:{text}": text}), created_by=odd)
    with store.transaction() as transaction:
        transaction.put_project(kept)
        transaction.append_entry(attrs.evolve(entry(after=text), actor=odd))
    with store.read() as reading:
        assert reading.project(ProjectId(1)) == kept
    assert store.count(ProjectFilter(created_by=odd.id), cap=9) == 1
    assert store.newest_entries(ProjectId(1), EntryFilter(), limit=1)[0].actor == odd
    assert store.entry_people(ProjectId(1)) == ((odd,) if text else ())
    of_camera = attrs.evolve(kept, sequences=(sequence(camera=text),))
    for put in (
        lambda transaction: transaction.put_project(of_camera),
        lambda transaction: transaction.exports.put(export(text)),
    ):
        unkeepable = "\ud800" in text
        with (
            pytest.raises(InvalidInput, match="cannot be kept") if unkeepable else nullcontext(),
            store.transaction() as transaction,
        ):
            put(transaction)
    marked = store.marked([CameraId(text)], between(0, 9))
    assert len(marked) == ("\ud800" not in text)


def test_a_description_of_ten_megabytes_is_kept_and_found(store: IncidentStore) -> None:
    """People cannot enter it; a store from elsewhere may have it."""
    long = "van at the dock, " * 600_000 + "zebra"
    with store.transaction() as transaction:
        transaction.put_project(project(1, description=long))
        transaction.put_project(project(2, description="van"))
    assert [p.id for p in store.page(ProjectFilter(text="zebra van"), limit=9)] == [1]
    assert len(store.page(ProjectFilter(text="zebra"), limit=9)[0].description) == SHOWN_DESCRIPTION
    with store.read() as reading:
        stored = reading.project(ProjectId(1))
    assert stored is not None
    assert stored.fields["description"] == long


def test_a_clock_that_is_set_back_changes_no_order(store: IncidentStore) -> None:
    """Logs, lists and changes are in the order of their numbers, whatever the entries' times say."""
    last = None
    for number, hour in enumerate((5, 3, 9, -4), start=1):
        with store.transaction() as transaction:
            made = attrs.evolve(project(number), created_at=at(3_600 * hour))
            transaction.put_project(made)
            previous = GENESIS if last is None else last.hash
            last = attrs.evolve(entry(7, number), at=made.created_at, previous=previous)
            transaction.append_entry(last)
    log = ProjectId(7)
    assert [p.id for p in store.page(ProjectFilter(), limit=9)] == [4, 3, 2, 1]
    assert [e.number for e in store.newest_entries(log, EntryFilter(), limit=9)] == [4, 3, 2, 1]
    assert [e.number for e in store.newest_entries(log, EntryFilter(since=at(3_600 * 4)), limit=9)] == [3, 1]
    assert store.chain(log).fault is None
