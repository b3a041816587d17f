"""Reports in the operator's language."""

from __future__ import annotations

import re

import pytest

from incident_plugin.adapters.pdf_report.languages import LANGUAGES, NAMES, Texts
from incident_plugin.domain.journal import Action, Activity

from .conftest import Print
from .samples import comment, content, export, project


def values(text: str) -> set[str]:
    """Name the values that a text takes."""
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_values(language: str) -> None:
    """A text that is missing, or that forgets a value, would be a hole in somebody's report."""
    english, texts = LANGUAGES["en"], LANGUAGES[language]
    assert english.keys() <= texts.keys()
    for key, text in english.items():
        assert values(texts[key]) == values(text), key
    assert language in NAMES


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [("da", "da"), ("da-DK", "da"), ("DA", "da"), ("en-GB", "en"), ("xx", "en")],
)
def test_the_nearest_language_is_taken(wanted: str, taken: str) -> None:
    """A browser names a region; where there are no texts, English is better than none."""
    assert Texts(wanted).language == taken


def test_a_danish_report_is_danish_throughout(printed: Print) -> None:
    """Headings, names of fields, what was done, hidden names, and the language the file says it is in."""
    of = project(comments=(comment("Anna Berg saw it."),))
    report = printed(content(of, language="da-DK", show_user_names=False, exports=(export(of),)))
    assert report.reader.root_object["/Lang"] == "da"
    for said in (
        "Hændelsesrapport",
        "Hændelsesprojekt 42",
        "Brugernavne er skjult",
        "Prioritet Høj",
        "Injuries nej",
        "Sekvensliste",
        "Huller",
        "Oprettet af Person 1",
        "Ansvarlig ændret fra",
        "Side 1 af",
        "Eksport fra 2026-03-01 14:03:07 +01:00",
    ):
        assert said in report.text
    for english in ("Main details", "Created", "Status set", "Page 1", "Gaps", "Length"):
        assert english not in report.text


def test_an_action_without_words_is_said_in_english() -> None:
    """Nothing that was done is left out because a language has no words for it."""
    activity = Activity(action=Action.VIDEO_VIEWED, subject="Lobby")
    assert Texts("da").activity(activity) == "Video set: Lobby"
    assert Texts("en").activity(activity) == "Video viewed: Lobby"


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_wrote_is_never_a_template(language: str, action: Action) -> None:
    """Braces in a text stand as they were written."""
    activity = Activity(action=action, subject="{0.__class__}", before="{subject}", after="{after!r}{")
    said = Texts(language).activity(activity)
    assert "class '" not in said


@pytest.mark.parametrize(
    ("activity", "said"),
    [
        (Activity(action=Action.EXPORTED, subject="e1", after="without its report"), "e1, uden rapporten"),
        (Activity(action=Action.PRESERVING, subject="as the site's rules say"), "efter stedets regler"),
        (Activity(action=Action.PRESERVING, subject="off"), "fra"),
        (Activity(action=Action.FIELD_CHANGED, subject="Description", before="on", after="off"), "“off”"),
    ],
)
def test_words_of_the_log_are_danish_and_those_of_people_stay(activity: Activity, said: str) -> None:
    """What the program logged of its own is translated; the same words in a text of somebody are not."""
    assert said in Texts("da").activity(activity)
