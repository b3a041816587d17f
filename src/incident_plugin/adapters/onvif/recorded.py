"""Recordings: which there are, where they have video, where to fetch it, how long they are kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from lxml import etree

from incident_plugin.adapters.onvif.clock import parse_instant
from incident_plugin.adapters.onvif.errors import Fault, NoService, NotOnvif, OnvifError
from incident_plugin.adapters.onvif.eventing import EventNotice, notice_in, simple_items
from incident_plugin.adapters.onvif.history import RECORDING_STATE, TRACK_STATE, StateChange, spans
from incident_plugin.adapters.onvif.reading import below, content, duration, elements, first, item, text
from incident_plugin.adapters.onvif.session import DeviceSession
from incident_plugin.adapters.onvif.values import Recording
from incident_plugin.domain.text import one_line
from incident_plugin.domain.time import Interval

_STREAM_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
_KEEP_SEARCH = timedelta(seconds=60)
_WAIT_FOR_RESULTS = timedelta(seconds=1)
_PAGE = 200
#: A device that answers sooner without results is not asked again at once; seconds.
_TOO_SOON = 0.1
#: Pages read of one search: a device that never completes a search must not hold us for ever.
_MAX_PAGES = 500
_TOPICS = "http://www.onvif.org/ver10/topics"
_NOTIFICATION = "http://docs.oasis-open.org/wsn/b-2"
_CONCRETE_SET = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
_TRUE = ("true", "1")
_HISTORY = "RecordingHistory/"
#: Events of one search; a timeline of a day has room for no more marks.
MOST_EVENTS = 1000


def replay_uri(session: DeviceSession, recording: str) -> str:
    """Ask for a recording's address (ONVIF Replay Control Service Specification section 5.3)."""
    answer = session.call("replay", "GetReplayUri", StreamSetup=_STREAM_SETUP, RecordingToken=recording)
    return session.address.stream(str(answer or ""))


def recordings(session: DeviceSession) -> list[Recording]:
    """Find all recordings (ONVIF Recording Search Service Specification sections 5.8 to 5.10).

    A device that cannot search lists them (ONVIF Recording Control Service Specification section 5.9).
    """
    try:
        found = list(_search(session, "FindRecordings", _RECORDING_RESULTS, Scope={}))
    except (Fault, NoService) as error:
        try:
            return [_listed(one) for one in session.call("recording", "GetRecordings") or ()]
        except (Fault, NoService):
            raise error from None
    return [_recording(one) for one in found]


def video_spans(session: DeviceSession, recording: str, interval: Interval) -> tuple[Interval, ...]:
    """Find the parts of an interval in which a recording has video; the future has none.

    A device without a history of its recordings is taken at its word about their beginning and end.
    """
    end = min(interval.end, session.device_now())
    if end <= interval.start:
        return ()
    until_now = Interval(interval.start, end)
    try:
        changes = _changes(session, recording, until_now)
    except (Fault, NoService):
        changes = []
    return spans(changes or _edges(_one(session, recording)), until_now)


def retention(session: DeviceSession, recording: str) -> timedelta | None:
    """Ask how long a recording is kept (ONVIF Recording Control Service Specification section 5.12).

    Zero means that no limit is set; devices without the service tell nothing.
    """
    try:
        answer = session.call("recording", "GetRecordingConfiguration", RecordingToken=recording)
    except (NoService, Fault, NotOnvif):
        return None
    limit = duration(item(answer, "MaximumRetentionTime"))
    return limit or None


def _one(session: DeviceSession, token: str) -> Recording:
    """Ask about one recording (ONVIF Recording Search Service Specification section 5.6)."""
    return _recording(session.call("search", "GetRecordingInformation", RecordingToken=token))


def _changes(session: DeviceSession, recording: str, interval: Interval) -> list[StateChange]:
    """Find when a recording had video and when not; times are by the device's clock.

    ONVIF Recording Search Service Specification sections 5.11 to 5.13.
    """
    found = _events(session, [recording], interval, _history_filter())
    changes = (_change(one, recording) for one in found)
    return [change for change in changes if change is not None]


def happened(session: DeviceSession, recordings: Sequence[str], interval: Interval) -> list[EventNotice]:
    """Find what the device noticed while it recorded, and how things stood at the beginning.

    Changes of the recordings themselves are left out. A device without such a search noticed nothing.
    """
    try:
        found = _events(session, recordings, interval, MaxMatches=MOST_EVENTS)
        notices = [notice_in(first(one, "Event")) for one in found]
    except (Fault, NoService):
        return []
    # A device that reads no limit may have sent more.
    return [one for one in notices if one is not None and not one.topic.startswith(_HISTORY)][:MOST_EVENTS]


def _events(
    session: DeviceSession,
    recordings: Sequence[str],
    interval: Interval,
    *topics: Any,
    **limits: object,
) -> Iterator[Any]:
    """Search for events of some topics, or of all."""
    return _search(
        session,
        "FindEvents",
        _EVENT_RESULTS,
        StartPoint=interval.start,
        EndPoint=interval.end,
        Scope={"IncludedRecordings": list(recordings)},
        SearchFilter={"_value_1": list(topics)},
        IncludeStartState=True,
        **limits,
    )


class _Page(NamedTuple):
    """Some results of a search."""

    found: list[Any]
    complete: bool


class _Results(NamedTuple):
    """How the results of a search are asked for and read."""

    service: str
    operation: str
    read: Callable[[Any], _Page]


def _recordings_page(answer: Any) -> _Page:
    return _Page(list(item(answer, "RecordingInformation") or ()), text(answer, "SearchState") == _COMPLETED)


def _events_page(answer: Any) -> _Page:
    """Events are read as elements: zeep loses the text of their topics."""
    listed = next(below([elements(answer)], "ResultList"), None)
    if listed is None:
        raise NotOnvif("a search has no results and no end")
    return _Page(list(below([listed], "Result")), content(listed, "SearchState") == _COMPLETED)


_COMPLETED = "Completed"
_RECORDING_RESULTS = _Results("search", "GetRecordingSearchResults", _recordings_page)
_EVENT_RESULTS = _Results("eventsearch", "GetEventSearchResults", _events_page)


def _search(session: DeviceSession, find: str, results: _Results, **parameters: object) -> Iterator[Any]:
    """Run a search to its end and give what it finds; end it, for devices allow only a few at a time."""
    token = session.call("search", find, KeepAliveTime=_KEEP_SEARCH, **parameters)
    quiet_since = time.monotonic()
    try:
        for _ in range(_MAX_PAGES):
            asked = time.monotonic()
            answer = session.call(
                results.service,
                results.operation,
                SearchToken=token,
                MinResults=1,
                MaxResults=_PAGE,
                WaitTime=_WAIT_FOR_RESULTS,
            )
            if answer is None:
                raise NotOnvif("a search has no results and no end")
            page = results.read(answer)
            yield from page.found
            if page.complete:
                return
            answered = time.monotonic()
            if page.found:
                quiet_since = answered
            elif answered - quiet_since > session.patience:
                raise NotOnvif(f"a search found nothing for {session.patience:g} seconds and does not end")
            elif answered - asked < _TOO_SOON:
                # It was asked to wait for results and did not.
                time.sleep(_TOO_SOON)
        raise NotOnvif("a search does not come to an end")
    finally:
        _quietly(lambda: session.call("search", "EndSearch", SearchToken=token))


def _recording(answer: Any) -> Recording:
    tracks = list(getattr(answer, "Track", None) or ())
    latest = getattr(answer, "LatestRecording", None)
    return Recording(
        token=text(answer, "RecordingToken"),
        source=text(answer, "Source", "SourceId"),
        name=one_line(text(answer, "Source", "Name")),
        earliest=getattr(answer, "EarliestRecording", None),
        latest=None if text(answer, "RecordingStatus") == "Recording" else latest,
        has_video=not tracks or any(text(track, "TrackType") == "Video" for track in tracks),
    )


def _listed(answer: Any) -> Recording:
    tracks = item(answer, "Tracks", "Track") or ()
    kinds = {text(track, "Configuration", "TrackType") for track in tracks}
    return Recording(
        token=text(answer, "RecordingToken"),
        source=text(answer, "Configuration", "Source", "SourceId"),
        name=one_line(text(answer, "Configuration", "Source", "Name")),
        earliest=None,
        latest=None,
        has_video=not kinds or "Video" in kinds,
    )


def _edges(recording: Recording) -> list[StateChange]:
    """Say beginning and end of a recording as if they were events."""
    edges = ((recording.earliest, True), (recording.latest, False))
    return [
        StateChange(time=time, item=RECORDING_STATE, track="", present=present)
        for time, present in edges
        if time is not None and recording.earliest is not None
    ]


def _change(event: Any, recording: str) -> StateChange | None:
    """Read one event; ``None`` when it speaks about something else."""
    values = dict(simple_items(first(event, "Event", "Message", "Message", "Data")))
    name = next((name for name in (TRACK_STATE, RECORDING_STATE) if name in values), None)
    time = parse_instant(content(event, "Time"))
    if name is None or time is None or content(event, "RecordingToken") not in ("", recording):
        return None
    return StateChange(
        time=time,
        item=name,
        track=content(event, "TrackToken"),
        present=values[name].strip().lower() in _TRUE,
        initial=content(event, "StartStateEvent").lower() in _TRUE,
    )


def _history_filter() -> Any:
    expression = etree.Element(
        f"{{{_NOTIFICATION}}}TopicExpression", nsmap={"wsnt": _NOTIFICATION, "tns1": _TOPICS}
    )
    expression.set("Dialect", _CONCRETE_SET)
    expression.text = "tns1:RecordingHistory//."
    return expression


def _quietly(work: Callable[[], object]) -> None:
    try:
        work()
    except OnvifError:
        # Some devices end a search by themselves when its last result was read.
        return
