"""The lists operators gather sequences in: drafts, and what waits for export."""

from __future__ import annotations

import attrs
import pytest

from incident_plugin.domain.access import Permission
from incident_plugin.domain.exports import Export, ExportId, ExportItem, ExportList
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import DraftList, SequenceId

from .examples import ANN, at, sequence


def ids(*keys: str) -> frozenset[SequenceId]:
    return frozenset(SequenceId(key) for key in keys)


def item(project: int, key: str) -> ExportItem:
    return ExportItem(project=ProjectId(project), sequence=SequenceId(key), footage=sequence(key).footage)


def test_drafts_keep_the_order_they_were_picked_in() -> None:
    """New ones come last, and the same footage may be picked twice."""
    drafts = DraftList(id="ann").with_sequence(sequence("a")).with_sequence(sequence("b"))
    assert [s.id for s in drafts.sequences] == ["a", "b"]


def test_drafts_are_taken_out_and_unknown_ones_do_no_harm() -> None:
    """A repeated request finds them gone and changes nothing."""
    drafts = DraftList(id="ann", sequences=(sequence("a"), sequence("b"), sequence("c")))
    once = drafts.without(ids("a", "gone"))
    assert [s.id for s in once.sequences] == ["b", "c"]
    assert once.without(ids("a", "gone")) == once


def test_some_or_all_drafts_are_chosen_in_their_order() -> None:
    """Nothing chosen means all; an empty choice means none."""
    drafts = DraftList(id="ann", sequences=(sequence("a"), sequence("b"), sequence("c")))
    assert [s.id for s in drafts.chosen(ids("c", "a"))] == ["a", "c"]
    assert drafts.chosen(None) == drafts.sequences
    assert drafts.chosen(ids()) == ()


def test_a_sequence_of_a_project_waits_for_export_once() -> None:
    """Sending it again changes nothing; the same id in another project is another sequence."""
    waiting = ExportList(id="ann").with_items((item(1, "a"), item(1, "b")))
    assert waiting.with_items((item(1, "b"), item(1, "a"))) == waiting
    assert len(waiting.with_items((item(2, "a"),)).items) == 3


def test_items_are_taken_off_the_export_list() -> None:
    """Unknown ones do no harm."""
    waiting = ExportList(id="ann").with_items((item(1, "a"), item(1, "b")))
    assert waiting.without(ids("a", "gone")).items == (item(1, "b"),)


def test_an_export_names_its_projects_once_each() -> None:
    """In the order they come in its items."""
    export = Export(
        id=ExportId("e"), owner=ANN, created_at=at(0), items=(item(2, "a"), item(1, "b"), item(2, "c"))
    )
    assert export.projects == (2, 1)
    assert export.owner_id == "ann"


@pytest.mark.parametrize("frozen", [DraftList(id="ann"), ExportList(id="ann"), sequence()])
def test_values_never_change_in_place(frozen: object) -> None:
    """A value that somebody holds stays what it was."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        frozen.id = "other"  # type: ignore[attr-defined]


def test_managing_implies_viewing_the_same_thing() -> None:
    """And nothing else."""
    assert Permission.COMMENTS_VIEW.implied_by == {Permission.COMMENTS_VIEW, Permission.COMMENTS_MANAGE}
    assert Permission.COMMENTS_MANAGE.implied_by == {Permission.COMMENTS_MANAGE}
    assert Permission.VIDEO_VIEW.implied_by == {Permission.VIDEO_VIEW}
