"""Filters: each by itself, and any of them together, against a plain look at everything."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import apsw
import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.adapters.tinydb_store import TinyDBStore, upkeep
from incident_plugin.adapters.tinydb_store.index import bits, full_text, spans, terms
from incident_plugin.adapters.tinydb_store.index import projects as index
from incident_plugin.application.searching import EntryFilter, Part, ProjectFilter
from incident_plugin.application.store import IncidentStore
from incident_plugin.domain.journal import AUDIT, GENESIS, Action, Activity, Entry
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import DELIVERED, PropertyValue, ValueId
from incident_plugin.domain.sequence import Sequence
from tests.domain.examples import ANN, BOB, at, between, call, comment, project, sequence

SOAK = bool(os.environ.get("SOAK"))


def put(store: IncidentStore, *projects: Project) -> None:
    with store.transaction() as transaction:
        for each in projects:
            transaction.put_project(each)


def found(store: IncidentStore, narrowed: ProjectFilter) -> list[int]:
    ids = [p.id for p in store.page(narrowed, limit=100)]
    assert store.count(narrowed, cap=100) == len(ids)
    return ids


def test_text_is_found_wherever_people_wrote_it(store: IncidentStore) -> None:
    """In the description, comments, calls and incident data; names of properties as they are now."""
    put(
        store,
        project(1, description="bicycle"),
        project(2).with_comment(comment(text="a bicycle")),
        project(3).with_call(call(note="bicycles!")),
        project(4, **{"data:reference": "BICYCLE 7"}),
        project(5, **{"category:authorities": "police", "type": "theft"}),
    )
    assert found(store, ProjectFilter(text="bicy")) == [4, 3, 2, 1]
    parts = {Part.COMMENTS, Part.CATEGORIES}
    assert found(store, ProjectFilter(text="bicy", text_in=frozenset(parts))) == [4, 2]
    assert found(store, ProjectFilter(text="bicy", text_in=frozenset())) == []
    assert found(store, ProjectFilter(text="polic thef")) == [5]
    renamed = attrs.evolve(DELIVERED, types=(PropertyValue(id=ValueId("theft"), name="Larceny"),))
    with store.transaction() as transaction:
        transaction.put_properties(renamed)
    assert found(store, ProjectFilter(text="larc")) == [5]
    assert found(store, ProjectFilter(text="theft")) == []


def test_fields_have_one_of_the_values_or_none(store: IncidentStore) -> None:
    """A number is neither a text nor a check box; several fields must all hold."""
    put(
        store,
        project(1, owner="ann", **{"data:persons": 1}),
        project(2, owner="bob", **{"data:persons": True}),
        project(3, priority="high", **{"data:persons": "1"}),
    )
    assert found(store, ProjectFilter(fields={"owner": ("ann", "bob")})) == [2, 1]
    assert found(store, ProjectFilter(fields={"owner": (None,)})) == [3]
    assert found(store, ProjectFilter(has=frozenset({"owner"}))) == [2, 1]
    assert found(store, ProjectFilter(fields={"owner": (None, "bob")})) == [3, 2]
    assert found(store, ProjectFilter(fields={"owner": ()})) == []
    assert [found(store, ProjectFilter(fields={"data:persons": (v,)})) for v in (1, True, "1")] == [
        [1],
        [2],
        [3],
    ]
    assert found(store, ProjectFilter(fields={"owner": ("ann",), "priority": ("high",)})) == []


def test_open_means_what_the_statuses_say_now(store: IncidentStore) -> None:
    """An administrator decides which statuses close; nothing need be written again."""
    put(store, project(1), project(2, status="closed"), attrs.evolve(project(3), fields={}))
    assert found(store, ProjectFilter(open=True)) == [3, 1]
    assert found(store, ProjectFilter(open=False)) == [2]
    none_closes = tuple(attrs.evolve(s, closes=False) for s in DELIVERED.statuses)
    with store.transaction() as transaction:
        transaction.put_properties(attrs.evolve(DELIVERED, statuses=none_closes))
    assert found(store, ProjectFilter(open=True)) == [3, 2, 1]
    assert found(store, ProjectFilter(open=False)) == []


def test_one_sequence_meets_all_that_is_asked_of_sequences(store: IncidentStore) -> None:
    """The right camera at another time is not enough; touching is not sharing an instant."""
    put(
        store,
        project(1, sequences=(sequence("a", camera="dock", start=0, end=10),)),
        project(2, sequences=(sequence("a", camera="dock", start=90, end=95), sequence("b", camera="gate"))),
        project(3),
    )
    dock = (CameraId("dock"),)
    assert found(store, ProjectFilter(cameras=dock)) == [2, 1]
    assert found(store, ProjectFilter(cameras=dock, during=between(5, 20))) == [1]
    assert found(store, ProjectFilter(during=between(10, 20))) == [2]
    assert found(store, ProjectFilter(starts_after=at(90))) == [2]
    assert found(store, ProjectFilter(starts_after=at(90.000001))) == []
    assert found(store, ProjectFilter(ends_before=at(10))) == [1]
    assert found(store, ProjectFilter(starts_after=at(0), ends_before=at(60))) == [2, 1]


def test_a_long_text_is_only_a_narrow_filter(store: IncidentStore) -> None:
    """Hundreds of words, long words and words that begin one another are as good as few."""
    text = " ".join(f"wort{number}" for number in range(400)) + " " + "x" * 300 + " w wo"
    put(store, project(1, description=text), project(2, description=text[:-310]))
    assert found(store, ProjectFilter(text=text)) == [1]


@contextmanager
def both() -> Iterator[tuple[IncidentStore, IncidentStore]]:
    with tempfile.TemporaryDirectory() as directory:
        memory, real = MemoryStore(), TinyDBStore(Path(directory))
        try:
            yield memory, real
        finally:
            real.close()


WORDS = [
    "van",
    "vans",
    "Cafe",
    "caf\u00e9s",
    "incident",
    "incidents",
    "incidental",
    "stra\u00dfe",
    "\u6771\u4eac",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join)
CAMERAS = st.sampled_from(["dock", "gate", "yard"]).map(CameraId)
INSTANTS = st.integers(-5, 40).map(at)


@st.composite
def sequences(draw: st.DrawFn) -> Sequence:
    start = draw(st.integers(0, 30))
    length = draw(st.sampled_from([0.000001, 1, 2, 7, 30]))
    return sequence(camera=draw(CAMERAS), start=start, end=start + length)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    optional = {
        "type": st.sampled_from(["theft", "fire", "unknown"]),
        "status": st.sampled_from(["new", "closed"]),
        "description": TEXTS,
        "owner": st.sampled_from(["ann", "bob"]),
        "category:severity": st.sampled_from(["low", "high"]),
        "data:persons": st.sampled_from([1, 2]),
        "data:injuries": st.booleans(),
    }
    made = Project(
        # Few and far apart, as what a filter leaves of many is.
        id=ProjectId(draw(st.integers(1, 5)) * draw(st.sampled_from([1, 300, 40_000]))),
        created_by=draw(st.sampled_from([ANN, BOB])),
        created_at=at(0),
        fields=draw(st.fixed_dictionaries({}, optional=optional)),
        sequences=tuple(draw(st.lists(sequences(), max_size=3))),
    )
    text = draw(TEXTS)
    return made.with_comment(comment(text=text)).with_call(call(note=text[::-1])) if text else made


FILTERS = st.builds(
    ProjectFilter,
    id=st.none() | st.none() | st.sampled_from([1, 2, 300]).map(ProjectId),
    text=st.just("")
    | st.sampled_from([w[:n] for w in [*WORDS, "high", "theft"] for n in (1, 3, 5, 9)])
    | TEXTS,
    text_in=st.just(frozenset(Part)) | st.frozensets(st.sampled_from(Part)),
    fields=st.dictionaries(
        st.sampled_from(["type", "status", "owner", "category:severity", "data:persons", "data:injuries"]),
        st.lists(
            st.sampled_from([None, "theft", "fire", "new", "closed", "ann", "low", 1, 2, True, False]),
            min_size=1,
            max_size=3,
        ).map(tuple),
        max_size=2,
    ),
    open=st.none() | st.booleans(),
    created_by=st.none() | st.sampled_from(["ann", "bob", "eve"]).map(PersonId),
    cameras=st.just(()) | st.lists(CAMERAS, min_size=1, max_size=2).map(tuple),
    starts_after=st.none() | INSTANTS,
    ends_before=st.none() | INSTANTS,
    during=st.none() | st.builds(between, st.integers(0, 20), st.integers(21, 40)),
)


@contextmanager
def small(few: int) -> Iterator[None]:
    """Make everything small that the index parts, so that a handful of projects is in all of its parts."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in (
            (bits, "SEGMENT", 8),
            (bits, "STEP", 1),
            (bits, "_SPARSE", 1 + few),
            (bits, "_COMMON", 1 + few % 2),
            (bits, "_LOOK", 1),
            (spans, "ZONE", 2),
            (spans, "_NEAR", few),
            (terms, "_WHOLE", few // 2),
            (full_text, "_FEW", few),
            (full_text, "_AGAIN", few),
            (index, "_FEW", few),
            (index, "_UNSURE", few),
            (index, "_PROJECTS", 1),
        ):
            patch.setattr(module, name, value)
        yield


@given(
    stored=st.lists(projects(), max_size=12),
    removed=st.sets(st.integers(1, 5)),
    again=st.lists(projects(), max_size=4),
    narrowed=st.lists(FILTERS, min_size=1, max_size=6),
    few=st.integers(0, 3),
    limit=st.integers(1, 3),
)
@settings(deadline=None, max_examples=3_000 if SOAK else 60)
def test_any_filters_select_the_same_in_both_stores(  # noqa: PLR0917 - hypothesis passes them by name
    stored: list[Project],
    removed: set[int],
    again: list[Project],
    narrowed: list[ProjectFilter],
    few: int,
    limit: int,
) -> None:
    """Page by page and counted, whichever way the index goes; what was replaced or removed is not found."""
    with small(few), both() as stores:
        for store in stores:
            for each in stored:
                put(store, each)
            with store.transaction() as transaction:
                for number in removed:
                    transaction.remove_project(ProjectId(number))
            put(store, *again)
        for one in narrowed:
            memory, real = (walked(store, one, limit) for store in stores)
            assert real == memory
            for cap in (0, 2, 100):
                assert len({store.count(one, cap=cap) for store in stores}) == 1
        assert not [fault for store in stores if isinstance(store, TinyDBStore) for fault in store.faults()]


def walked(store: IncidentStore, narrowed: ProjectFilter, limit: int) -> list[int]:
    ids: list[int] = []
    while page := store.page(narrowed, limit=limit, before=ProjectId(ids[-1]) if ids else None):
        ids += [p.id for p in page]
    assert ids == sorted(set(ids), reverse=True)
    return ids


#: The names of what is delivered, by the values that these projects have.
NAMES = {
    ("type", "theft"): "theft",
    ("type", "fire"): "fire",
    ("status", "new"): "new",
    ("status", "closed"): "closed",
    ("category:severity", "low"): "low",
    ("category:severity", "high"): "high",
}


def plain(text: str) -> list[str]:
    """The words of these few texts, as they are compared."""
    return text.lower().replace("\u00e9", "e").replace("\u00df", "ss").split()


def looks_right(narrowed: ProjectFilter, one: Project) -> bool:
    """The rule of filters, written again without any of the stores' words."""
    parts: dict[Part, list[str]] = {
        Part.DETAILS: [str(one.fields.get("description", "")), str(one.fields.get("owner", ""))],
        Part.CATEGORIES: [str(one.fields.get("data:persons", ""))],
        Part.COMMENTS: [written.text for written in one.comments],
        Part.CALLS: [logged.note for logged in one.calls],
    }
    for field, value in one.fields.items():
        part = Part.CATEGORIES if ":" in field else Part.DETAILS
        parts[part].append(NAMES.get((field, str(value)), ""))
    there = [word for part in narrowed.text_in for text in parts[part] for word in plain(text)]
    closed = one.fields.get("status") == "closed"
    timed = {narrowed.starts_after, narrowed.ends_before, narrowed.during} != {None}

    def wanted(kept: Sequence) -> bool:
        start, end = kept.footage.interval.start, kept.footage.interval.end
        during = narrowed.during
        return (
            (not narrowed.cameras or kept.footage.camera in narrowed.cameras)
            and (narrowed.starts_after is None or start >= narrowed.starts_after)
            and (narrowed.ends_before is None or end <= narrowed.ends_before)
            and (during is None or (start < during.end and during.start < end))
        )

    return (
        narrowed.id in {None, one.id}
        and narrowed.open in {None, not closed}
        and narrowed.created_by in {None, one.created_by.id}
        and all(
            repr(one.fields.get(field)) in {repr(value) for value in values}
            for field, values in narrowed.fields.items()
        )
        and all(any(word.startswith(begun) for word in there) for begun in plain(narrowed.text))
        and (not (timed or narrowed.cameras) or any(wanted(kept) for kept in one.sequences))
    )


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE bits SET ids = x'02' WHERE segment = 0",
        "DELETE FROM bits WHERE segment = 0 AND term != '_' AND ids = x'02'",
        "INSERT INTO bits VALUES (9, 'dvan', x'01')",
    ],
)
def test_bitmaps_that_tell_something_else_are_found_and_made_anew(tmp_path: Path, damage: str) -> None:
    """A rare term needs no bitmap; one that is there must be right."""
    with small(0):
        with closing(TinyDBStore(tmp_path)) as store:
            put(store, project(1, description="van"), project(2, description="van"))
            put(store, project(3), project(4), project(12), project(13))
            assert store.faults() == ()
        with closing(apsw.Connection(str(tmp_path / "incidents.db"))) as db:
            db.execute(damage)
            harmless = damage.startswith("DELETE")
        assert bool(upkeep.check(tmp_path)) is not harmless
        upkeep.compact(tmp_path)
        assert upkeep.check(tmp_path) == ()
        with closing(TinyDBStore(tmp_path)) as store:
            assert found(store, ProjectFilter(text="van")) == [2, 1]


@given(
    stored=st.lists(projects(), max_size=8, unique_by=lambda p: p.id),
    narrowed=st.lists(FILTERS, min_size=1, max_size=6),
)
@settings(deadline=None, max_examples=3_000 if SOAK else 60)
def test_any_filters_select_what_a_plain_look_selects(
    stored: list[Project], narrowed: list[ProjectFilter]
) -> None:
    """In both stores, by a rule that neither of them shares."""
    with both() as stores:
        for store in stores:
            put(store, *stored)
        for one in narrowed:
            expected = sorted((p.id for p in stored if looks_right(one, p)), reverse=True)
            assert [walked(store, one, 3) for store in stores] == [expected, expected]


def test_the_creator_is_compared_by_id(store: IncidentStore) -> None:
    """Two people of the same name are two people."""
    twin = Person(id=PersonId("ann2"), name=ANN.name)
    put(store, project(1), attrs.evolve(project(2), created_by=twin))
    assert found(store, ProjectFilter(created_by=ANN.id)) == [1]


ENTRY_FILTERS = st.builds(
    EntryFilter,
    kind=st.sampled_from(["", "comment", "comment.added", "comm", "field"]),
    people=st.none() | st.frozensets(st.sampled_from(["ann", "bob", "eve"]).map(PersonId)),
    target=st.sampled_from(["", "c1", "status"]),
    since=st.none() | INSTANTS,
    until=st.none() | INSTANTS,
    text=st.sampled_from(["", "stat", "café", "CAF status", "…", "field cafe", "bike", "a " * 40]),
)


@given(
    told=st.lists(
        st.tuples(
            st.sampled_from([ANN, BOB]),
            st.sampled_from([Action.COMMENT_ADDED, Action.FIELD_SET]),
            st.sampled_from(["", "c1", "status"]),
            INSTANTS,
        ),
        max_size=12,
    ),
    narrowed=ENTRY_FILTERS,
    below=st.none() | st.integers(0, 13),
    limit=st.integers(1, 4),
)
@settings(deadline=None, max_examples=3_000 if SOAK else 60)
def test_pages_of_a_log_are_those_of_a_plain_look_at_all_of_it(
    told: list[tuple[Person, Action, str, datetime]], narrowed: EntryFilter, below: int | None, limit: int
) -> None:
    """In both stores: which entries, how many there are, who stands in it, and that its chain is whole."""
    with both() as stores:
        expected: list[Entry] = []
        for store in stores:
            last, expected = GENESIS, []
            with store.transaction() as transaction:
                for number, (actor, action, target, moment) in enumerate(told, start=1):
                    activity = Activity(action=action, subject="Café Status", after=target, target=target)
                    for project_id in (1, 2, AUDIT):
                        made = Entry(
                            project=ProjectId(project_id),
                            number=number,
                            at=moment,
                            actor=actor,
                            activity=activity,
                            salt="salt",
                            previous=last,
                        )
                        transaction.append_entry(made)
                    last = made.hash
                    expected.insert(0, made)
            left = [entry.number for entry in expected if narrowed.selects(entry)]
            page = [number for number in left if below is None or number < below][:limit]
            for log in (ProjectId(2), AUDIT):
                found = store.newest_entries(log, narrowed, limit=limit, below=below)
                assert [entry.number for entry in found] == page
                assert store.count_entries(log, narrowed) == len(left)
                assert {one.id for one in store.entry_people(log)} == {actor.id for actor, *_ in told}
            assert (store.chain(log).fault, store.chain(log).hashes[-1:]) == (None, (last,) if told else ())


def test_what_changes_scattered_is_put_together(tmp_path: Path) -> None:
    """The index has fewer pieces afterwards, finds the same, and takes changes as before."""
    with closing(TinyDBStore(tmp_path)) as store:
        for number in range(1, 40):
            put(store, project(number, description=f"lantern {number}"))
        scattered, found = pieces_of_index(tmp_path), [p.id for p in store.page(LANTERNS, limit=99)]
        store.tidy()
        assert pieces_of_index(tmp_path) < scattered
        assert [p.id for p in store.page(LANTERNS, limit=99)] == found == list(range(39, 0, -1))
        put(store, project(40, description="lantern"), project(1, description="dark"))
        store.tidy()
        assert [p.id for p in store.page(LANTERNS, limit=99)] == list(range(40, 1, -1))
        assert store.faults() == ()


LANTERNS = ProjectFilter(text="lantern")


def pieces_of_index(directory: Path) -> int:
    db = apsw.Connection(str(directory / "incidents.db"), flags=apsw.SQLITE_OPEN_READONLY)
    ((pieces,),) = db.execute("SELECT count(DISTINCT segid) FROM terms_idx")
    db.close()
    return pieces
