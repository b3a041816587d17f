"""Sentences of the logs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.phrases import sentence, spoken


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_sentence_that_says_all_it_knows(action: Action) -> None:
    """Whatever was done reads as a sentence with its values, but for ids of comments and calls."""
    said = sentence(Activity(action=action, subject="Lobby", before="was so", after="is so"))
    assert said[0].isupper()
    assert not said.endswith((":", ",", " "))
    if action in (Action.FIELD_CHANGED, Action.COMMENT_EDITED, Action.CALL_EDITED):
        assert "“was so”" in said
        assert "“is so”" in said
    if action.value.startswith(("comment", "call")):
        assert "Lobby" not in said
    elif action is not Action.OPENED:
        assert "Lobby" in said


@pytest.mark.parametrize("turning", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_no_text_turns_the_words_around_it(turning: str) -> None:
    """An override in a comment would have the log read otherwise; right-to-left letters stay as they are."""
    activity = Activity(action=Action.COMMENT_EDITED, before=f"a{turning}gpj.exe", after="שלום")
    assert sentence(activity) == "Comment changed from “agpj.exe” to “שלום”"
    assert spoken(activity) == (sentence(activity),)


@pytest.mark.parametrize("action", Action)
def test_a_sentence_stays_a_sentence_without_details(action: Action) -> None:
    """No dangling punctuation where an action carries no values."""
    assert not sentence(Activity(action=action)).rstrip("”“ ").endswith(",")


@pytest.mark.parametrize(
    ("activity", "expected"),
    [
        (Activity(action=Action.CREATED, subject="42"), "Incident project 42 created"),
        (Activity(action=Action.OPENED), "Incident project opened"),
        (Activity(action=Action.DELETED), "Incident project deleted"),
        (Activity(action=Action.FIELD_SET, subject="Type", after="Theft"), "Type set to “Theft”"),
        (
            Activity(action=Action.FIELD_CHANGED, subject="Status", before="New", after="Closed"),
            "Status changed from “New” to “Closed”",
        ),
        (
            Activity(action=Action.FIELD_CLEARED, subject="Priority", before="high"),
            "Priority cleared; it was “high”",
        ),
        (Activity(action=Action.COMMENT_ADDED, subject="c1", after="Seen."), "Comment added: “Seen.”"),
        (
            Activity(action=Action.COMMENT_EDITED, subject="c1", before="Sen.", after="Seen."),
            "Comment changed from “Sen.” to “Seen.”",
        ),
        (Activity(action=Action.COMMENT_DELETED, subject="c1", before="Seen."), "Comment deleted: “Seen.”"),
        (
            Activity(action=Action.CALL_ADDED, subject="k1", after="2026-03-01T12:03:07.000Z: made, 112"),
            "Call added: “2026-03-01T12:03:07.000Z: made, 112”",
        ),
        (
            Activity(
                action=Action.SEQUENCE_ADDED,
                subject="Lobby",
                after="2026-03-01T12:03:07.000Z to 2026-03-01T12:04:00.000Z",
            ),
            "Sequence added: Lobby, 2026-03-01T12:03:07.000Z to 2026-03-01T12:04:00.000Z",
        ),
        (
            Activity(action=Action.REPORT_GENERATED, subject="without user names"),
            "Report generated: without user names",
        ),
        (Activity(action=Action.REPORT_PRINTED), "Report printed"),
        (
            Activity(action=Action.SETTING_CHANGED, subject="Retention", after="30 days"),
            "Retention set to “30 days”",
        ),
        (
            Activity(action=Action.SETTING_CHANGED, subject="Export preset “Court”"),
            "Export preset “Court” changed",
        ),
    ],
)
def test_sentences_as_people_read_them(activity: Activity, expected: str) -> None:
    """The sentences operators see in the activity log."""
    assert sentence(activity) == expected


def test_a_late_report_of_the_host_tells_its_time_as_an_instant() -> None:
    """Readers see it by the site's clock; a time that somebody wrote in the details stays text."""
    told = "note at 2026-01-01T00:00:00Z, from 10.0.0.7, at 2026-03-01T12:03:07Z"
    activity = Activity(
        action=Action.HOST_REPORTED, subject="Signed in", after=f"{told}, entry 3 of the host's log"
    )
    assert spoken(activity) == (
        "Reported by the host: Signed in, note at 2026-01-01T00:00:00Z, from 10.0.0.7, at ",
        datetime(2026, 3, 1, 12, 3, 7, tzinfo=UTC),
        ", entry 3 of the host's log",
    )
