"""Any values come back as they were, and filters select what a plain look at everything selects."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.application.store import IncidentStore, ProjectFilter, summary
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Project, ProjectId
from tests.domain.examples import between, project, sequence

from .examples import ANY_PROJECT

LONG = settings(deadline=None, max_examples=2_000 if os.environ.get("SOAK") else 40)
KINDS = pytest.mark.parametrize("opened", ["memory", "tinydb"])


@contextmanager
def empty(kind: str) -> Iterator[IncidentStore]:
    with tempfile.TemporaryDirectory() as directory:
        store: IncidentStore = MemoryStore() if kind == "memory" else TinyDBStore(Path(directory))
        try:
            yield store
        finally:
            store.close()


@KINDS
@given(projects=st.lists(ANY_PROJECT, max_size=4, unique_by=lambda p: p.id))
@LONG
def test_any_project_comes_back_as_it_was(opened: str, projects: list[Project]) -> None:
    """By id, in the list, and as marks, whatever it is made of; also when another had its id before."""
    with empty(opened) as store:
        for each in projects:
            with store.transaction() as transaction:
                transaction.put_project(project(each.id, sequences=(sequence(),)))
                transaction.put_project(each)
        with store.read() as reading:
            assert [reading.project(each.id) for each in projects] == projects
        newest = sorted(projects, key=lambda p: p.id, reverse=True)
        assert store.page(ProjectFilter(), limit=10) == tuple(summary(each) for each in newest)
        for each in projects:
            for kept in each.sequences:
                wanted = kept.footage
                found = store.marked([wanted.camera], wanted.interval)
                assert (each.id, wanted.interval) in [(m.project, m.interval) for m in found]


TEXTS = st.text("abAB \u00e9-'", max_size=8)


def is_found(description: str, text: str) -> bool:
    """The rule of searching, for these few letters."""

    def plain(letters: str) -> list[str]:
        return re.sub("[-']", " ", letters.lower().replace("\u00e9", "e")).split()

    return all(any(word.startswith(w) for word in plain(description)) for w in plain(text))


@KINDS
@given(
    descriptions=st.lists(TEXTS, max_size=12),
    removed=st.sets(st.integers(1, 12)),
    narrowed=st.builds(ProjectFilter, text=TEXTS, id=st.none() | st.integers(1, 13).map(ProjectId)),
    limit=st.integers(0, 5),
)
@LONG
def test_pages_and_counts_are_those_of_a_plain_look_at_everything(
    opened: str, descriptions: list[str], removed: set[int], narrowed: ProjectFilter, limit: int
) -> None:
    """Any text, any id, any size of page, from the first page to the last."""
    with empty(opened) as store:
        with store.transaction() as transaction:
            for position, description in enumerate(descriptions, start=1):
                transaction.put_project(project(position, description=description))
            for position in removed:
                transaction.remove_project(ProjectId(position))
        expected = [
            position
            for position, description in reversed(list(enumerate(descriptions, start=1)))
            if position not in removed
            and is_found(description, narrowed.text)
            and narrowed.id in (None, position)
        ]
        assert store.count(narrowed, cap=limit) == min(limit, len(expected))
        found: list[int] = []
        while page := store.page(narrowed, limit=limit or 1, before=ProjectId(found[-1]) if found else None):
            found += [p.id for p in page]
        assert found == expected


SPANS = st.lists(
    st.tuples(st.sampled_from(["dock", "gate", "yard"]), st.integers(0, 9), st.integers(1, 5)), max_size=10
)


@KINDS
@given(
    spans=SPANS,
    cameras=st.lists(st.sampled_from(["dock", "gate", "none"])),
    start=st.integers(0, 12),
    length=st.integers(1, 12),
)
@LONG
def test_marks_are_those_of_a_plain_look_at_everything(
    opened: str, spans: list[tuple[str, int, int]], cameras: list[str], start: int, length: int
) -> None:
    """Every overlapping sequence of a camera asked for, each once."""
    with empty(opened) as store:
        with store.transaction() as transaction:
            for number, (camera, begin, lasts) in enumerate(spans, start=1):
                kept = sequence(camera=camera, start=begin, end=begin + lasts)
                transaction.put_project(project(number, sequences=(kept,)))
        found = store.marked([CameraId(camera) for camera in cameras], between(start, start + length))
        assert sorted(m.project for m in found) == [
            number
            for number, (camera, begin, lasts) in enumerate(spans, start=1)
            if camera in cameras and begin < start + length and start < begin + lasts
        ]
        assert [m.interval for m in found] == sorted(m.interval for m in found)
