"""What was taken out of a project can be put back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.domain.errors import InvalidInput, NotFound
from incident_plugin.domain.project import CallId, CommentId, Project, ProjectId
from incident_plugin.domain.removed import RemovedItems, put_back
from incident_plugin.domain.requests import KEPT, KEPT_FOR, Answered, AnsweredRequests, Once
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.unsaved import MAXIMUM, UnsavedTexts

from .examples import ANN, BOB, at, call, comment, project, sequence


def whole() -> Project:
    """A project with three of everything."""
    made = project(sequences=tuple(sequence(f"s{n}", start=n, end=n + 1) for n in range(3)))
    for n in range(3):
        made = made.with_comment(comment(f"c{n}", f"text {n}")).with_call(call(f"k{n}"))
    return made


@given(st.sets(st.sampled_from([f"{kind}{n}" for kind in "csk" for n in range(3)])))
def test_taken_out_together_and_put_back_gives_the_same_project(ids: set[str]) -> None:
    """In the old order, whatever was taken out."""
    before = whole()
    now = before.without_sequences(frozenset(SequenceId(i) for i in ids if i.startswith("s")))
    for item in ids:
        if item.startswith("c"):
            now = now.without_comment(CommentId(item))
        if item.startswith("k"):
            now = now.without_call(CallId(item))
    removed = RemovedItems(id="1").after(before, now, BOB, at(5))
    assert put_back(now, removed, frozenset(ids)) == before
    assert {one.item.id for one in removed.items} == ids
    assert removed.after(now, before, ANN, at(6)).items == ()


def test_putting_back_twice_puts_back_once() -> None:
    """What is there already stays there."""
    before = whole()
    now = before.without_comment(CommentId("c1"))
    removed = RemovedItems(id="1").after(before, now, BOB, at(5))
    again = put_back(put_back(now, removed, frozenset({"c1"})), removed, frozenset({"c1"}))
    assert again == before
    found = removed.find("c1")
    assert found is not None
    assert (found.by, found.at) == (BOB, at(5))
    with pytest.raises(NotFound, match="no longer remembered"):
        put_back(now, removed, frozenset({"never"}))


def test_a_request_is_known_again_for_a_day_and_no_longer() -> None:
    """The same key with another request is refused, and so many requests are remembered."""
    once = Once(key="k", asked="a")
    known = AnsweredRequests(id="ann").with_answer(Answered(once=once, project=ProjectId(7), at=at(0)))
    assert known.find(once, at(60)) == 7
    assert known.find(Once(key="other", asked="a"), at(60)) is None
    with pytest.raises(InvalidInput, match="another request"):
        known.find(Once(key="k", asked="b"), at(60))
    assert known.find(once, at(0) + KEPT_FOR) is None
    for n in range(KEPT):
        known = known.with_answer(
            Answered(once=Once(key=str(n), asked=""), project=ProjectId(n + 1), at=at(n))
        )
    assert known.find(once, at(60)) is None
    assert len(known.answers) == KEPT


def test_unsaved_texts_belong_to_one_person() -> None:
    """An empty text forgets; a text that is too long is refused with a reason; old ones go by themselves."""
    kept = UnsavedTexts(id="1").kept(ANN.id, "mine", at(0)).kept(BOB.id, "his", at(1))
    assert kept.by[ANN.id].entries == "mine"
    assert set(kept.kept(ANN.id, "", at(2)).by) == {BOB.id}
    with pytest.raises(InvalidInput, match="still in your browser"):
        kept.kept(ANN.id, "x" * (MAXIMUM + 1), at(2))
    assert set(kept.kept(BOB.id, "new", at(31 * 86_400)).by) == {BOB.id}
