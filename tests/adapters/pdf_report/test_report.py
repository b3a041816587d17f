from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest

from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.adapters.pdf_report.fonts import Fonts
from incident_plugin.adapters.pdf_report.layout import BOTTOM, LEFT, RIGHT, TOP
from incident_plugin.adapters.pdf_report.report import composed
from incident_plugin.application.reports.content import Lacking, Missing
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.properties import DELIVERED, Category, CategoryId

from .conftest import Print, made
from .samples import CARL, NOON, call, comment, content, entries, jpeg, project, sequence

TABS = [
    "Main details",
    "Categories",
    "Comments",
    "Sequence list",
    "Calls",
    "Exports",
    "Related projects",
    "Activity logs",
]


def test_the_report_says_everything_that_the_tabs_say(printed: Print) -> None:
    """Main details, categories, incident data, comments, sequences, calls and the log stand in the PDF."""
    text = printed(content()).text
    for said in (
        "Incident project 42",
        "Created by Anna Berg",
        "Start time 2026-03-01 13:04:07.000 +01:00",
        "End time 2026-03-01 13:06:31.040 +01:00",
        "Type Theft",
        "Status In progress",
        "A bicycle was taken.",
        "Owner Carl Østergård",
        "Priority High",
        "Severity Medium",
        "Persons involved 2",
        "Injuries no",
        "Reported at 2026-03-01 13:10:00 +01:00",
        "The cutter lies beside the bin.",
        "Recorder North recorder",
        "Length 0:01:24.040",
        "2026-03-01 14:03:07 +01:00 by Dora Lund",
        "Call made",
        "Number 112",
        "Duration 0:01:35.000",
        "Note Reference 2026/44",
        "Logged by Carl Østergård",
        "Owner changed from “Gerda Fjord” to “Carl Østergård”",
    ):
        assert said in text


def test_sections_are_the_tabs_in_their_order_and_can_be_jumped_to(printed: Print) -> None:
    """The outline names the tabs, and each entry leads to the page on which its heading stands."""
    report = printed(content(project(sequences=tuple(sequence(n) for n in range(40)))))
    outline = report.reader.outline
    assert [entry.title for entry in outline if not isinstance(entry, list)] == TABS
    (parts,) = (entry for entry in outline if isinstance(entry, list))
    assert [part.title for part in parts][:2] == ["1 Lobby", "2 Lobby"]
    assert len(parts) == 40
    for entry in (entry for entry in outline if not isinstance(entry, list)):
        page = report.reader.get_destination_page_number(entry)
        assert entry.title in report.pages[page]


def test_no_heading_stands_alone_at_the_foot_of_a_page(printed: Print) -> None:
    """However much stands before it: the section's first entry, with its picture, is on the same page."""
    for lines in range(0, 40, 2):
        of = project(comments=(comment("\n".join(["A line."] * lines) or "A line."),))
        report = printed(content(of, pictures={s.id: jpeg(160, 110) for s in of.sequences}))
        page = next(page for page in report.pages if "Sequence list" in page)
        assert "Lobby" in page[page.index("Sequence list") :], lines


def test_every_page_says_what_it_is_a_page_of(printed: Print) -> None:
    """Site, project, time of making and page x of y stand on each page."""
    pages = printed(content(project(sequences=tuple(sequence(n) for n in range(60))))).pages
    assert len(pages) > 5
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Harbour north" in page
        assert "Incident project 42" in page
        assert "Generated 2026-03-01 15:03:07 +01:00" in page


def test_metadata_tells_what_the_document_is(printed: Print) -> None:
    """Title, language, maker and the report's own time; the author only because names are shown."""
    report = printed(content())
    about = report.reader.metadata
    assert about is not None
    assert about.title == "Incident project 42"
    assert about.subject == "Harbour north"
    assert about.author == "Emil Holm"
    assert about.creation_date == NOON + timedelta(hours=2)
    assert report.reader.root_object["/Lang"] == "en"


def test_the_same_content_gives_the_same_bytes(maker: PdfReportMaker) -> None:
    """Two makers, one after other work: identical files. Another text: another file."""
    made(maker, content(project(comments=(comment("Something else, with ÆØÅ."),))))
    again = PdfReportMaker(font_directories=())
    assert made(maker, content()) == made(again, content())
    assert made(maker, content()) != made(maker, content(site="Harbour south"))


def test_what_is_missing_stands_in_a_box_on_page_one(printed: Print) -> None:
    """A report that is not complete says so before anything else, and names what is missing."""
    first = printed(
        content(
            missing=(Missing(what=Lacking.PICTURE, subject="Yard", reason="the recorder did not answer."),)
        )
    ).pages[0]
    assert first.index("Not all information is included") < first.index("Main details")
    assert "Missing: Picture of Yard: the recorder did not answer." in first
    assert "Not all information" not in printed(content()).text


def test_an_empty_project_has_a_report_too(printed: Print) -> None:
    """Without sequences, comments, calls and log every section still stands, and says that it is empty."""
    empty = project(fields={"status": "new"}, comments=(), calls=(), sequences=())
    report = printed(content(empty, entries=()))
    for said in (*TABS, "No comments.", "No sequences.", "No calls.", "is not part of this report"):
        assert said in report.text


def test_an_end_that_was_not_confirmed_is_marked(printed: Print) -> None:
    """Only the sequence whose end is a guess is marked as such."""
    report = printed(content(project(sequences=(sequence(1), sequence(2, end_unconfirmed=True)))))
    assert report.text.count("The end was not confirmed.") == 1


def test_an_edited_comment_and_an_unknown_duration_are_told_as_they_are(printed: Print) -> None:
    """The time of an edit is shown; what is not known about a call is left out."""
    edited = comment("Twice.", CARL, edited_at=NOON + timedelta(minutes=5))
    text = printed(content(project(comments=(edited,), calls=(call(duration=None, note=""),)))).text
    assert "edited 2026-03-01 13:08:07 +01:00" in text
    assert "Duration" not in text


def test_a_value_outlives_its_category(printed: Print) -> None:
    """What was set under a category that was removed since is still printed."""
    properties = attrs.evolve(DELIVERED, categories=(Category(id=CategoryId("other"), name="Other"),))
    text = printed(content(properties=properties)).text
    assert "severity medium" in text


def test_two_hours_of_the_same_name_are_told_apart(printed: Print) -> None:
    """On the night the clock goes back the offset makes both hours distinct."""
    summer = NOON.replace(month=10, day=25, hour=0, minute=30)
    logged = tuple(
        attrs.evolve(entry, at=summer + timedelta(hours=number))
        for number, entry in enumerate(entries(project())[:2])
    )
    text = printed(content(entries=logged)).text
    assert "2026-10-25 02:30:07 +02:00" in text
    assert "2026-10-25 02:30:07 +01:00" in text


@pytest.mark.parametrize("zone", ["Atlantis/Capital", "../../etc/passwd", "", "Europe", "/etc/localtime"])
def test_an_unknown_time_zone_is_said_and_utc_is_used(printed: Print, zone: str) -> None:
    """Times stay right when this machine does not know the site's zone."""
    text = printed(content(time_zone=zone)).text
    assert "Times are in UTC" in text
    assert "Start time 2026-03-01 12:04:07.000 +00:00" in text


def test_everything_stays_within_the_margins() -> None:
    """Long words, names and values never leave the page nor run into header and footer."""
    long = "W" * 200
    fonts = Fonts(())
    crowded = project(
        fields={"status": "new", "description": f"{long} {long}", "owner": long},
        comments=(comment(long * 20),),
        calls=(call(person=long, number=long, note=long),),
        sequences=tuple(
            sequence(n, footage=attrs.evolve(sequence(n).footage, camera_name=long, recorder=long))
            for n in range(12)
        ),
    )
    report = composed(
        content(
            crowded,
            site=long,
            missing=(Missing(what=Lacking.PICTURE, subject=long),),
            pictures={s.id: jpeg() for s in crowded.sequences},
        ),
        fonts,
    )
    assert len(report.pages) > 5
    for page in report.pages:
        for words in page.words:
            width = report.flow.width(words.text, words.style)
            assert words.x >= LEFT
            assert words.x + width <= RIGHT + 0.01
            assert BOTTOM <= words.y <= TOP
        for mark in (*page.areas, *page.pictures):
            assert mark.x >= LEFT
            assert mark.x + mark.width <= RIGHT + 0.01
            assert mark.y >= BOTTOM - 0.01


def test_a_very_long_project_is_divided_over_pages(printed: Print) -> None:
    """500 sequences, a comment of 20,000 characters and 10,000 activities: all of it is there."""
    long = " ".join(f"word{n}" for n in range(2_200))[:20_000]
    views = [Activity(action=Action.VIDEO_VIEWED, subject=f"Camera {n}") for n in range(10_000)]
    crowded = project(comments=(comment(long),), sequences=tuple(sequence(n) for n in range(500)))
    pdf = printed(content(crowded, entries=entries(project(), *views)))
    pages = pdf.pages
    assert len(pages) > 200
    assert "".join(long.split())[-500:] in "".join("".join(pages[:12]).split())
    assert "Video viewed: Camera 9999" in pages[-1]
    # The head of the log is repeated on each of its pages.
    assert all("No. Time Person Activity" in " ".join(page.split()) for page in pages[-5:])


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_another_reader_opens_it_without_complaint(maker: PdfReportMaker, tmp_path: Path) -> None:
    """Poppler finds the same text, and nothing to repair."""
    file = tmp_path / "report.pdf"
    pictures = {s.id: jpeg() for s in project().sequences}
    file.write_bytes(made(maker, content(pictures=pictures)))
    read = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True)
    assert read.stderr == ""
    assert "Carl Østergård" in read.stdout
    assert "Status changed" not in read.stdout
    assert "Status set to “In progress”" in read.stdout


def test_times_are_of_the_sites_zone(printed: Print) -> None:
    """The zone is named, and what is printed is the zone's own time."""
    text = printed(content(time_zone="Asia/Kathmandu")).text
    local = NOON.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert "Asia/Kathmandu, each with its offset from UTC" in text
    assert f"Created {local:%Y-%m-%d %H:%M:%S} +05:45" in text


def test_reports_made_at_the_same_time_do_not_mix(maker: PdfReportMaker) -> None:
    """Several operators press the button at once: each gets what they would have got alone."""
    wanted = [content(site=f"Site {n} ÆØÅ", pictures={sequence(1).id: jpeg(60 + n)}) for n in range(8)]
    alone = [made(maker, one) for one in wanted]
    with ThreadPoolExecutor(4) as workers:
        assert list(workers.map(partial(made, maker), wanted)) == alone
