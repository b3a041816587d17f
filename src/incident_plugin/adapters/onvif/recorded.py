"""Recordings: which there are, where they have video, where to fetch it, how long they are kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from lxml import etree

from incident_plugin.adapters.onvif.errors import Fault, NoService, NotOnvif, OnvifError
from incident_plugin.adapters.onvif.history import RECORDING_STATE, TRACK_STATE, StateChange, spans
from incident_plugin.adapters.onvif.reading import duration, item, text
from incident_plugin.adapters.onvif.session import DeviceSession
from incident_plugin.adapters.onvif.values import Recording
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


def replay_uri(session: DeviceSession, recording: str) -> str:
    """Ask for a recording's address (ONVIF Replay Control Service Specification section 5.3)."""
    answer = session.call("replay", "GetReplayUri", StreamSetup=_STREAM_SETUP, RecordingToken=recording)
    return session.address.stream(str(answer or ""))


def recordings(session: DeviceSession) -> list[Recording]:
    """Find all recordings (ONVIF Recording Search Service Specification sections 5.8 to 5.10).

    A device that cannot search lists them (ONVIF Recording Control Service Specification section 5.9).
    """
    try:
        pages = list(_search(session, "FindRecordings", "GetRecordingSearchResults", Scope={}))
    except (Fault, NoService) as error:
        try:
            return [_listed(one) for one in session.call("recording", "GetRecordings") or ()]
        except (Fault, NoService):
            raise error from None
    return [_recording(one) for page in pages for one in page.RecordingInformation or ()]


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
    pages = _search(
        session,
        "FindEvents",
        "GetEventSearchResults",
        StartPoint=interval.start,
        EndPoint=interval.end,
        Scope={"IncludedRecordings": [recording]},
        SearchFilter={"_value_1": [_history_filter()]},
        IncludeStartState=True,
    )
    found = (_change(one, recording) for page in pages for one in page.Result or ())
    return [change for change in found if change is not None]


def _search(session: DeviceSession, find: str, results: str, **parameters: object) -> Iterator[Any]:
    """Run a search to its end, page by page, and end it: devices allow only a few at a time."""
    token = session.call("search", find, KeepAliveTime=_KEEP_SEARCH, **parameters)
    quiet_since = time.monotonic()
    try:
        for _ in range(_MAX_PAGES):
            asked = time.monotonic()
            page = session.call(
                "search",
                results,
                SearchToken=token,
                MinResults=1,
                MaxResults=_PAGE,
                WaitTime=_WAIT_FOR_RESULTS,
            )
            if page is None:
                raise NotOnvif("a search has no results and no end")
            yield page
            if page.SearchState == "Completed":
                return
            answered = time.monotonic()
            if getattr(page, "RecordingInformation", None) or getattr(page, "Result", None):
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
        name=text(answer, "Source", "Name"),
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
        name=text(answer, "Configuration", "Source", "Name"),
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
    data = item(event, "Event", "Message", "_value_1", "Data")
    simple = getattr(data, "SimpleItem", None) or ()
    values = {text(one, "Name"): text(one, "Value") for one in simple}
    name = next((name for name in (TRACK_STATE, RECORDING_STATE) if name in values), None)
    if name is None or event.Time is None or text(event, "RecordingToken") not in ("", recording):
        return None
    return StateChange(
        time=event.Time,
        item=name,
        track=text(event, "TrackToken"),
        present=values[name].strip().lower() in _TRUE,
        initial=bool(getattr(event, "StartStateEvent", False)),
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
