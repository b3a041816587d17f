"""Finding recordings, their spans and the gap, asked through onvif-zeep."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from onvif.exceptions import ONVIFError
from tests.programs import RunningRecorder

from .soap_client import envelope, header, post, refusal, service

B2 = "http://docs.oasis-open.org/wsn/b-2"
HOUR = timedelta(hours=1)
KEEP = {"KeepAliveTime": timedelta(seconds=30)}


def began(device: RunningRecorder) -> datetime:
    moment: datetime = service(device, "search").GetRecordingSummary().DataFrom
    return moment


def topics(expression: str) -> dict[str, Any]:
    """An event filter; zeep cannot write the text itself."""
    element = etree.Element(f"{{{B2}}}TopicExpression", nsmap={"tns1": "http://www.onvif.org/ver10/topics"})
    element.set("Dialect", "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet")
    element.text = expression
    return {"_value_1": [element]}


def find(device: RunningRecorder, start: datetime, end: datetime | None, **more: Any) -> list[Any]:
    """All events of a search, fetched three at a time."""
    search = service(device, "search")
    wanted = {
        "StartPoint": start,
        "EndPoint": end,
        "Scope": {},
        "SearchFilter": {},
        "IncludeStartState": False,
    }
    token = search.FindEvents({**wanted, **KEEP, **more})
    found = []
    while True:
        part = search.GetEventSearchResults({"SearchToken": token, "MaxResults": 3})
        assert len(part.Result) <= 3
        found += part.Result
        if part.SearchState == "Completed":
            return found
        assert part.Result, "a search that is not completed has something to tell"


def told(events: list[Any]) -> list[tuple[datetime, bool, str, str]]:
    """When, whether a start state, what, and its value."""
    return [
        (one.Time, one.StartStateEvent, item.Name, item.Value)
        for one in events
        for item in one.Event.Message._value_1.Data.SimpleItem
    ]


def test_the_summary_covers_two_hours_and_grows(device: RunningRecorder) -> None:
    """Two hours are there from the start, up to this moment."""
    moment = datetime.now(UTC)
    summary = service(device, "search").GetRecordingSummary()
    assert summary.NumberRecordings == 4
    assert summary.DataFrom == device.since
    assert moment - timedelta(seconds=3) < summary.DataUntil < datetime.now(UTC) + timedelta(seconds=1)


def test_recordings_are_found_by_scope(device: RunningRecorder) -> None:
    """All of them, those named, those of a source, or those that match an expression."""
    search = service(device, "search")

    def tokens(**scope: Any) -> list[str]:
        token = search.FindRecordings({"Scope": scope, **KEEP})
        results = search.GetRecordingSearchResults({"SearchToken": token})
        assert results.SearchState == "Completed"
        return [one.RecordingToken for one in results.RecordingInformation]

    everything = ["rec_lobby", "rec_corridor", "rec_parking", "rec_yard"]
    assert tokens() == everything
    assert tokens(IncludedRecordings=["rec_yard"]) == ["rec_yard"]
    assert tokens(IncludedSources=[{"Token": "lobby"}]) == ["rec_lobby"]
    assert tokens(RecordingInformationFilter='boolean(//Track[TrackType = "Video"])') == everything
    assert tokens(RecordingInformationFilter='boolean(//Source[Name = "Yard"])') == ["rec_yard"]
    assert tokens(RecordingInformationFilter='boolean(//Track[TrackType = "Audio"])') == ["rec_lobby"]
    assert tokens(RecordingInformationFilter='boolean(//Track[TrackType = "Metadata"])') == []


def test_a_recording_tells_its_time_range(device: RunningRecorder) -> None:
    """Earliest and latest footage, on the recording and on its track."""
    information = service(device, "search").GetRecordingInformation({"RecordingToken": "rec_parking"})
    (track,) = information.Track
    assert (track.DataFrom, track.DataTo) == (information.EarliestRecording, information.LatestRecording)
    assert information.EarliestRecording == began(device)
    assert information.RecordingStatus == "Recording"


def test_the_gap_is_found_by_its_events(device: RunningRecorder) -> None:
    """Footage of the yard ends 90 minutes after the beginning and comes back a minute later."""
    start = began(device)
    gap = (start + 1.5 * HOUR, start + 1.5 * HOUR + timedelta(minutes=1))
    yard = {"Scope": {"IncludedRecordings": ["rec_yard"]}}
    wanted = topics("tns1:RecordingHistory/Track/State")
    events = find(device, start, start + 2 * HOUR, SearchFilter=wanted, **yard)
    assert told(events) == [
        (start, False, "IsDataPresent", "true"),
        (gap[0], False, "IsDataPresent", "false"),
        (gap[1], False, "IsDataPresent", "true"),
    ]
    assert {(one.RecordingToken, one.TrackToken) for one in events} == {("rec_yard", "VIDEO001")}
    assert all(one.Event.Message._value_1.PropertyOperation == "Changed" for one in events)


def test_without_filter_all_tell(device: RunningRecorder) -> None:
    """Recordings, their tracks, and what moved: every kind of event comes, in the order of time."""
    start = began(device)
    events = find(device, start, start + timedelta(minutes=2))
    assert {name for _, _, name, _ in told(events)} == {"IsRecording", "IsDataPresent", "State"}
    assert [one.Time for one in events] == sorted(one.Time for one in events)


@pytest.mark.parametrize(("minutes", "state"), [(-5, "false"), (30, "true"), (90.5, "false"), (91, "true")])
def test_the_state_at_the_start_can_be_included(device: RunningRecorder, minutes: float, state: str) -> None:
    """A virtual event says how things stood, so that an interval without changes is understood."""
    moment = began(device) + timedelta(minutes=minutes)
    yard = {"Scope": {"IncludedRecordings": ["rec_yard"]}, "IncludeStartState": True}
    wanted = topics("tns1:RecordingHistory/Track/State")
    first = find(device, moment, moment + timedelta(seconds=1), SearchFilter=wanted, **yard)[0]
    assert told([first]) == [(moment, True, "IsDataPresent", state)]
    assert first.Event.Message._value_1.PropertyOperation == "Initialized"


def test_a_search_can_run_backwards(device: RunningRecorder) -> None:
    """With the end before the start, the latest comes first and states come from both ends."""
    start = began(device)
    early, late = start + 1.4 * HOUR, start + 1.9 * HOUR
    wanted = {"SearchFilter": topics("tns1:RecordingHistory/Recording/State"), "IncludeStartState": True}
    events = told(find(device, late, early, Scope={"IncludedRecordings": ["rec_yard"]}, **wanted))
    assert [(virtual, value) for _, virtual, _, value in events] == [
        (True, "true"),
        (False, "true"),
        (False, "false"),
        (True, "true"),
    ]
    assert [moment for moment, *_ in events] == sorted((one[0] for one in events), reverse=True)


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("tns1:RecordingHistory//.", {"IsRecording", "IsDataPresent"}),
        ("tns1:RecordingHistory/Recording//.", {"IsRecording"}),
        (
            "tns1:RecordingHistory/Recording/State|tns1:RecordingHistory/Track/State",
            {"IsRecording", "IsDataPresent"},
        ),
        ("tns1:RuleEngine/Motion", set()),
    ],
)
def test_topics_choose_events(device: RunningRecorder, expression: str, names: set[str]) -> None:
    """Whole branches and alternatives are understood."""
    start = began(device)
    events = find(device, start, start + HOUR, SearchFilter=topics(expression))
    assert {name for _, _, name, _ in told(events)} == names


def test_motion_is_found_where_the_person_walked(device: RunningRecorder) -> None:
    """Fifteen seconds of each minute before each camera, but not while nothing was recorded."""
    start = (began(device) + timedelta(minutes=89)).replace(second=0)

    def motion(recording: str, minutes: int) -> list[tuple[float, bool, str]]:
        scope = {"Scope": {"IncludedRecordings": [recording]}, "IncludeStartState": True}
        wanted = topics("tns1:VideoSource/MotionAlarm")
        events = find(device, start, start + timedelta(minutes=minutes), SearchFilter=wanted, **scope)
        return [
            ((moment - start).total_seconds(), virtual, value) for moment, virtual, _, value in told(events)
        ]

    comes = [at for at, virtual, value in motion("rec_yard", 4) if value == "true" and not virtual]
    assert set(comes) < {45, 105, 165, 225}
    assert len(comes) >= 2
    assert motion("rec_lobby", 2) == [
        (0, True, "true"),
        (0, False, "true"),
        (15, False, "false"),
        (60, False, "true"),
        (75, False, "false"),
        (120, False, "true"),
    ]


def test_topics_come_as_text(device: RunningRecorder) -> None:
    """On the wire each event names its topic, with a prefix that is declared."""
    start = began(device)
    search = service(device, "search")
    token = search.FindEvents(
        {"StartPoint": start, "Scope": {}, "SearchFilter": {}, "IncludeStartState": False, **KEEP}
    )
    body = (
        '<GetEventSearchResults xmlns="http://www.onvif.org/ver10/search/wsdl">'
        f"<SearchToken>{token}</SearchToken></GetEventSearchResults>"
    )
    root = etree.fromstring(post(device, "search", envelope(body, header())).content)
    found = list(root.iter(f"{{{B2}}}Topic"))
    assert {one.text for one in found} == {
        "tns1:RecordingHistory/Recording/State",
        "tns1:RecordingHistory/Track/State",
        "tns1:VideoSource/MotionAlarm",
    }
    assert all(one.nsmap["tns1"] == "http://www.onvif.org/ver10/topics" for one in found)


def test_matches_can_be_limited(device: RunningRecorder) -> None:
    """MaxMatches ends the search early."""
    start = began(device)
    assert len(find(device, start, None, MaxMatches=2)) == 2


def test_media_attributes_tell_the_span_around_a_moment(device: RunningRecorder) -> None:
    """The span that the moment is in; nothing for a recording in its gap."""
    start = began(device)
    search = service(device, "search")
    before, within = (
        search.GetMediaAttributes({"RecordingTokens": ["rec_yard"], "Time": start + timedelta(minutes=at)})
        for at in (80, 90.5)
    )
    assert (before[0].From, before[0].Until) == (start, start + 1.5 * HOUR)
    assert before[0].TrackAttributes[0].VideoAttributes.Encoding == "H264"
    assert within == []


def test_a_search_ends_when_told(device: RunningRecorder) -> None:
    """After EndSearch its token is unknown, and an unknown token is a fault."""
    search = service(device, "search")
    end = began(device) + HOUR
    token = search.FindEvents(
        {
            "StartPoint": end - HOUR,
            "EndPoint": end,
            "Scope": {},
            "SearchFilter": {},
            "IncludeStartState": True,
            **KEEP,
        }
    )
    assert search.EndSearch({"SearchToken": token}) == end
    for operation in (search.EndSearch, search.GetEventSearchResults, search.GetRecordingSearchResults):
        with pytest.raises(ONVIFError) as raised:
            operation({"SearchToken": token})
        assert refusal(raised.value).codes == ("Sender", "InvalidArgVal", "InvalidToken")


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"Scope": {"IncludedRecordings": ["x"]}}, ("Sender", "InvalidArgVal", "InvalidToken")),
        ({"Scope": {"RecordingInformationFilter": "//["}}, ("Sender", "InvalidArgVal", "InvalidFilterFault")),
        (
            {"Scope": {"RecordingInformationFilter": "true() " * 500}},
            ("Sender", "InvalidArgVal", "InvalidFilterFault"),
        ),
        ({"SearchFilter": topics("nowhere:Topic")}, ("Sender", "InvalidArgVal", "InvalidFilterFault")),
        ({"SearchFilter": topics("tns1:")}, ("Sender", "InvalidArgVal", "InvalidFilterFault")),
    ],
    ids=["recording", "expression", "endless expression", "prefix", "topic"],
)
def test_a_search_that_makes_no_sense_is_a_fault(device: RunningRecorder, more, codes) -> None:
    """Unknown recordings and filters are refused, not ignored."""
    with pytest.raises(ONVIFError) as raised:
        find(device, datetime.now(UTC) - HOUR, None, **more)
    assert refusal(raised.value).codes == codes
