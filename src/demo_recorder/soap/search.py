"""The search service: recordings, and when there was footage (ONVIF Recording Search Specification)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from demo_recorder.cameras import HEIGHT, WIDTH, SoundCodec
from demo_recorder.recording import Recording
from demo_recorder.soap.faults import invalid_arguments, invalid_value
from demo_recorder.soap.history import CONCRETE_TOPIC, TOPICS, HistoryEvent, find_events
from demo_recorder.soap.recording import source_of, tracks_of
from demo_recorder.soap.scope import recordings_in, topics_in
from demo_recorder.soap.service import Call, Service, find_recording
from demo_recorder.soap.sessions import Session, Sessions, unknown_session
from demo_recorder.soap.wsdl import Answer, mixed_text
from demo_recorder.sound import SOUNDS
from demo_recorder.timebase import FRAME_RATE, first_frame_from, moment_of

NAMESPACE = "http://www.onvif.org/ver10/search/wsdl"


def search_service(recordings: Sequence[Recording]) -> Service:
    """The service that finds recordings and their spans."""
    search = _Search(recordings)
    return Service(
        path="search_service",
        wsdl="search.wsdl",
        namespace=NAMESPACE,
        handlers={
            "GetServiceCapabilities": lambda _: {
                "Capabilities": {"MetadataSearch": False, "GeneralStartEvents": False}
            },
            "GetRecordingSummary": search.summary,
            "GetRecordingInformation": search.recording_information,
            "GetMediaAttributes": search.media_attributes,
            "FindRecordings": search.find_recordings,
            "GetRecordingSearchResults": search.recording_results,
            "FindEvents": search.find_events,
            "GetEventSearchResults": search.event_results,
            "EndSearch": search.end,
        },
    )


class _Search:
    def __init__(self, recordings: Sequence[Recording]) -> None:
        self._recordings = recordings
        self._recording_searches = Sessions()
        self._event_searches = Sessions()

    def summary(self, call: Call) -> Answer:
        spans = [span for recording in self._recordings for span in recording.spans(call.now)]
        return {
            "Summary": {
                "DataFrom": min((moment_of(span.start) for span in spans), default=call.now),
                "DataUntil": max((moment_of(span.end) for span in spans), default=call.now),
                "NumberRecordings": len(self._recordings),
            }
        }

    def recording_information(self, call: Call) -> Answer:
        recording = self._recording(call.argument("RecordingToken"))
        return {"RecordingInformation": _information(recording, call.now)}

    def media_attributes(self, call: Call) -> Answer:
        tokens = call.argument("RecordingTokens") or [recording.token for recording in self._recordings]
        moment = _moment(call, "Time")
        found = (_attributes(self._recording(token), moment, call.now) for token in tokens)
        return {"MediaAttributes": [attributes for attributes in found if attributes]}

    def find_recordings(self, call: Call) -> Answer:
        found = [_information(recording, call.now) for recording in self._in_scope(call)]
        token = self._recording_searches.open(
            found[: _most(call, "MaxMatches")],
            end_point=call.now,
            keep_alive=_keep_alive(call),
            now=call.now,
        )
        return {"SearchToken": token}

    def recording_results(self, call: Call) -> Answer:
        session = _session(self._recording_searches, call)
        found = session.take(_most(call, "MaxResults"))
        return {"ResultList": {"SearchState": session.state, "RecordingInformation": found}}

    def find_events(self, call: Call) -> Answer:
        start = _moment(call, "StartPoint")
        end = _moment(call, "EndPoint") if call.argument("EndPoint") else max(call.now, start)
        events = find_events(
            self._in_scope(call),
            topics_in(call.element.find(f"{{{NAMESPACE}}}SearchFilter")),
            start=start,
            end=end,
            now=call.now,
            include_start_state=bool(call.argument("IncludeStartState")),
        )
        token = self._event_searches.open(
            events[: _most(call, "MaxMatches")], end_point=end, keep_alive=_keep_alive(call), now=call.now
        )
        return {"SearchToken": token}

    def event_results(self, call: Call) -> Answer:
        session = _session(self._event_searches, call)
        found = [_result(event) for event in session.take(_most(call, "MaxResults"))]
        return {"ResultList": {"SearchState": session.state, "Result": found}}

    def end(self, call: Call) -> Answer:
        token = str(call.argument("SearchToken"))
        for sessions in (self._recording_searches, self._event_searches):
            session = sessions.find(token, call.now)
            if session is not None:
                sessions.end(token)
                return {"Endpoint": session.end_point}
        raise unknown_session(token)

    def _in_scope(self, call: Call) -> list[Recording]:
        information = {one.token: _information(one, call.now) for one in self._recordings}
        return recordings_in(call.argument("Scope"), self._recordings, information)

    def _recording(self, token: object) -> Recording:
        fault = invalid_value("InvalidToken", f"there is no recording {token!r}")
        return find_recording(self._recordings, token, fault)


def _session(sessions: Sessions, call: Call) -> Session:
    token = str(call.argument("SearchToken"))
    session = sessions.find(token, call.now)
    if session is None:
        raise unknown_session(token)
    return session


def _moment(call: Call, name: str) -> datetime:
    """A time argument; one without a time zone is in UTC (ONVIF Core, "Date and time")."""
    moment = call.argument(name)
    if not isinstance(moment, datetime):
        raise invalid_arguments(f"{name} is missing")
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as error:
        raise invalid_arguments(f"{name} is beyond all times") from error


def _most(call: Call, name: str) -> int | None:
    value = call.argument(name)
    return None if value is None else max(int(value), 0)


def _keep_alive(call: Call) -> timedelta:
    value = call.argument("KeepAliveTime")
    return value if isinstance(value, timedelta) else timedelta(0)


def _information(recording: Recording, now: datetime) -> dict[str, Any]:
    information = {
        "RecordingToken": recording.token,
        "Source": source_of(recording),
        "Content": f"Video of {recording.camera.name}",
        "RecordingStatus": "Recording" if recording.goes_on(now) else "Stopped",
    }
    spans = recording.spans(now)
    if not spans:
        return information
    first, last = moment_of(spans[0].start), moment_of(spans[-1].end)
    tracks = [
        {"TrackToken": token, **described, "DataFrom": first, "DataTo": last}
        for token, described in tracks_of(recording).items()
    ]
    return information | {"EarliestRecording": first, "LatestRecording": last, "Track": tracks}


def _attributes(recording: Recording, moment: datetime, now: datetime) -> dict[str, Any] | None:
    """The track around a moment; None when there is no footage then."""
    frame = first_frame_from(moment)
    for span in recording.spans(now):
        if span.start <= frame < span.end:
            video = {
                "Width": WIDTH,
                "Height": HEIGHT,
                "Encoding": recording.camera.codec.value,
                "Framerate": float(FRAME_RATE),
            }
            attributes: dict[str, dict[str, Any]] = {"Video": {"VideoAttributes": video}}
            if (codec := recording.camera.sound) is not None:
                attributes["Audio"] = {"AudioAttributes": _heard(codec)}
            tracks = [
                {"TrackInformation": track, **attributes[track["TrackType"]]}
                for track in _information(recording, now)["Track"]
            ]
            return {
                "RecordingToken": recording.token,
                "TrackAttributes": tracks,
                "From": moment_of(span.start),
                "Until": moment_of(span.end),
            }
    return None


def _heard(codec: SoundCodec) -> dict[str, Any]:
    sound = SOUNDS[codec]
    return {"Bitrate": sound.bits // 1000, "Encoding": codec.value, "Samplerate": sound.rate // 1000}


def _result(event: HistoryEvent) -> dict[str, Any]:
    return {
        "RecordingToken": event.recording.token,
        "TrackToken": event.track,
        "Time": event.moment,
        "Event": {
            "Topic": {
                "_value_1": mixed_text(f"tns1:{event.topic.value}", {"tns1": TOPICS}),
                "Dialect": CONCRETE_TOPIC,
            },
            "Message": {"_value_1": event.message()},
        },
        "StartStateEvent": event.is_start_state,
    }
