"""The conversation with one device: which operations, in which order, and what their answers mean.

Synchronous: ``device`` runs all of it in one worker thread, so that no two calls to a device overlap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from lxml import etree

from incident_plugin.adapters.onvif.addresses import DeviceAddress
from incident_plugin.adapters.onvif.clock import Sample, device_time
from incident_plugin.adapters.onvif.errors import Fault, NoService, NotAuthorised, NotOnvif, OnvifError
from incident_plugin.adapters.onvif.history import RECORDING_STATE, TRACK_STATE, StateChange, spans
from incident_plugin.adapters.onvif.soap import SoapService, namespace
from incident_plugin.adapters.onvif.token import DigestToken
from incident_plugin.adapters.onvif.transport import BoundedTransport
from incident_plugin.adapters.onvif.values import DeviceInformation, Profile, Recording
from incident_plugin.domain.time import Interval

_STREAM_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
_KEEP_SEARCH = timedelta(seconds=60)
_WAIT_FOR_RESULTS = timedelta(seconds=1)
_PAGE = 200
#: Pages read of one search: a device that never completes a search must not hold us for ever.
_MAX_PAGES = 500
_TOPICS = "http://www.onvif.org/ver10/topics"
_NOTIFICATION = "http://docs.oasis-open.org/wsn/b-2"
_CONCRETE_SET = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
#: A clock that shows whole seconds is on average this much further.
_HALF_SECOND = timedelta(seconds=0.5)
#: Readings of the device's clock, which shows whole seconds, differ by less unless it was set.
_SKEW = timedelta(seconds=2)
_TRUE = ("true", "1")


class DeviceSession:
    """One device. Every method raises ``OnvifError``."""

    def __init__(
        self,
        address: DeviceAddress,
        username: str,
        password: str,
        seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        self._address = address
        self._now = now
        self._transport = BoundedTransport(username, password, seconds)
        self._clock_offset = timedelta(0)
        self._token = DigestToken(username, password, self.device_now)
        self._anonymous = SoapService("devicemgmt", address.url, self._transport, None)
        self._device = SoapService("devicemgmt", address.url, self._transport, self._token)
        self._addresses: dict[str, str] | None = None
        self._services: dict[str, SoapService] = {}

    def read_clock(self) -> Sample:
        """Read the device's clock, and sign by it from now on (ONVIF Core Specification section 8.3.5)."""
        asked = self._now()
        try:
            answer = self._anonymous.call("GetSystemDateAndTime")
        except NotAuthorised:
            # Contrary to the standard some devices want a token even for the time that is needed to make it.
            answer = self._device.call("GetSystemDateAndTime")
        sample = Sample(asked, self._now(), device_time(answer))
        self._clock_offset = sample.shown + _HALF_SECOND - sample.answered
        return sample

    def clock_moved(self) -> bool:
        """Read the clock again; tells whether messages signed by the last reading may be refused for it."""
        before = self._clock_offset
        self.read_clock()
        return abs(self._clock_offset - before) > _SKEW

    def device_now(self) -> datetime:
        """Give the time by the device's clock, to about a second."""
        return self._now() + self._clock_offset

    def information(self) -> DeviceInformation:
        """Ask who it is (ONVIF Core Specification section 8.3.1)."""
        answer = self._device.call("GetDeviceInformation")
        serial = _text(answer, "SerialNumber")
        return DeviceInformation(
            manufacturer=_text(answer, "Manufacturer"),
            model=_text(answer, "Model"),
            firmware=_text(answer, "FirmwareVersion"),
            serial=serial,
            id=serial or _text(answer, "HardwareId") or self._address.place,
        )

    def profiles(self) -> list[Profile]:
        """Ask for the media profiles that have video (ONVIF Media Service Specification section 5.2.2)."""
        found = []
        for profile in self._service("media").call("GetProfiles") or ():
            source = _text(profile, "VideoSourceConfiguration", "SourceToken")
            size = _item(profile, "VideoEncoderConfiguration", "Resolution")
            if not (source and _text(profile, "token")):
                continue
            found.append(
                Profile(
                    token=_text(profile, "token"),
                    name=_text(profile, "Name"),
                    source=source,
                    encoding=_text(profile, "VideoEncoderConfiguration", "Encoding"),
                    pixels=int(getattr(size, "Width", 0) or 0) * int(getattr(size, "Height", 0) or 0),
                )
            )
        return found

    def live_uri(self, profile: str) -> str:
        """Ask for a live stream's address (ONVIF Media Service Specification section 5.15.1)."""
        answer = self._service("media").call("GetStreamUri", StreamSetup=_STREAM_SETUP, ProfileToken=profile)
        return self._address.stream(_text(answer, "Uri"))

    def replay_uri(self, recording: str) -> str:
        """Ask for a recording's address (ONVIF Replay Control Service Specification section 5.3)."""
        answer = self._service("replay").call(
            "GetReplayUri", StreamSetup=_STREAM_SETUP, RecordingToken=recording
        )
        return self._address.stream(str(answer or ""))

    def recordings(self) -> list[Recording]:
        """Find all recordings (ONVIF Recording Search Service Specification sections 5.8 to 5.10)."""
        pages = self._search("FindRecordings", "GetRecordingSearchResults", Scope={})
        return [_recording(item) for page in pages for item in page.RecordingInformation or ()]

    def spans(self, recording: str, interval: Interval) -> tuple[Interval, ...]:
        """Find the parts of an interval in which a recording has video; the future has none.

        A device without a history of its recordings is taken at its word about their beginning and end.
        """
        end = min(interval.end, self.device_now())
        if end <= interval.start:
            return ()
        until_now = Interval(interval.start, end)
        try:
            changes = self.changes(recording, until_now)
        except Fault:
            changes = []
        return spans(changes or _edges(self.recording(recording)), until_now)

    def recording(self, token: str) -> Recording:
        """Ask about one recording (ONVIF Recording Search Service Specification section 5.6)."""
        return _recording(self._service("search").call("GetRecordingInformation", RecordingToken=token))

    def keeps_for(self, recording: str) -> timedelta | None:
        """Ask how long a recording's video is kept; zero and nonsense mean that the device does not say.

        ONVIF Recording Control Service Specification sections 5.1.2 and 5.6 (MaximumRetentionTime).
        """
        try:
            service = self._service("recording")
            configuration = service.call("GetRecordingConfiguration", RecordingToken=recording)
        except (Fault, NoService):
            return None
        found = _item(configuration, "MaximumRetentionTime")
        return found if isinstance(found, timedelta) and found > timedelta(0) else None

    def changes(self, recording: str, interval: Interval) -> list[StateChange]:
        """Find when a recording had video and when not; times are by the device's clock.

        ONVIF Recording Search Service Specification sections 5.11 to 5.13.
        """
        pages = self._search(
            "FindEvents",
            "GetEventSearchResults",
            StartPoint=interval.start,
            EndPoint=interval.end,
            Scope={"IncludedRecordings": [recording]},
            SearchFilter={"_value_1": [_history_filter()]},
            IncludeStartState=True,
        )
        found = (_change(item, recording) for page in pages for item in page.Result or ())
        return [change for change in found if change is not None]

    def close(self) -> None:
        """Close idle connections."""
        self._transport.session.close()

    def _search(self, find: str, results: str, **parameters: object) -> Iterator[Any]:
        """Run a search to its end, page by page, and end it: devices allow only a few at a time."""
        search = self._service("search")
        token = search.call(find, KeepAliveTime=_KEEP_SEARCH, **parameters)
        try:
            for _ in range(_MAX_PAGES):
                page = search.call(
                    results, SearchToken=token, MinResults=1, MaxResults=_PAGE, WaitTime=_WAIT_FOR_RESULTS
                )
                if page is None:
                    raise NotOnvif("a search has no results and no end")
                yield page
                if page.SearchState == "Completed":
                    return
            raise NotOnvif("a search does not come to an end")
        finally:
            _quietly(lambda: search.call("EndSearch", SearchToken=token))

    def _service(self, name: str) -> SoapService:
        if name not in self._services:
            if self._addresses is None:
                self._addresses = self._find_services()
            announced = self._addresses.get(namespace(name))
            if announced is None:
                raise NoService(f"it has no {name} service")
            address = self._address.service(announced)
            self._services[name] = SoapService(name, address, self._transport, self._token)
        return self._services[name]

    def _find_services(self) -> dict[str, str]:
        """Addresses by namespace (ONVIF Core Specification sections 8.1.2.1 and 8.1.2.2)."""
        try:
            services = self._device.call("GetServices", IncludeCapability=False)
            return {str(service.Namespace): str(service.XAddr) for service in services or ()}
        except NotAuthorised:
            raise
        except OnvifError:
            # Older devices have only the operation that GetServices replaces.
            found = self._device.call("GetCapabilities", Category=["All"])
            places = {"media": _text(found, "Media", "XAddr"), **_extension_addresses(found)}
            return {namespace(name): address for name, address in places.items() if address}


def _extension_addresses(capabilities: Any) -> dict[str, str]:
    """Read what came later than GetCapabilities; its description lets zeep see nothing but elements there."""
    elements = _item(capabilities, "Extension", "_value_1") or ()
    found = {etree.QName(one).localname.lower(): one.findtext("{*}XAddr") or "" for one in elements}
    return {name: found.get(name, "") for name in ("search", "replay", "recording")}


def _recording(item: Any) -> Recording:
    tracks = list(getattr(item, "Track", None) or ())
    latest = getattr(item, "LatestRecording", None)
    return Recording(
        token=_text(item, "RecordingToken"),
        source=_text(item, "Source", "SourceId"),
        name=_text(item, "Source", "Name"),
        earliest=getattr(item, "EarliestRecording", None),
        latest=None if _text(item, "RecordingStatus") == "Recording" else latest,
        has_video=not tracks or any(_text(track, "TrackType") == "Video" for track in tracks),
    )


def _edges(recording: Recording) -> list[StateChange]:
    """Say beginning and end of a recording as if they were events."""
    edges = ((recording.earliest, True), (recording.latest, False))
    return [
        StateChange(time=time, item=RECORDING_STATE, track="", present=present)
        for time, present in edges
        if time is not None and recording.earliest is not None
    ]


def _change(item: Any, recording: str) -> StateChange | None:
    """Read one event; ``None`` when it speaks about something else."""
    data = _item(item, "Event", "Message", "_value_1", "Data")
    simple = getattr(data, "SimpleItem", None) or ()
    values = {_text(one, "Name"): _text(one, "Value") for one in simple}
    name = next((name for name in (TRACK_STATE, RECORDING_STATE) if name in values), None)
    if name is None or item.Time is None or _text(item, "RecordingToken") not in ("", recording):
        return None
    return StateChange(
        time=item.Time,
        item=name,
        track=_text(item, "TrackToken"),
        present=values[name].strip().lower() in _TRUE,
        initial=bool(getattr(item, "StartStateEvent", False)),
    )


def _history_filter() -> Any:
    expression = etree.Element(
        f"{{{_NOTIFICATION}}}TopicExpression", nsmap={"wsnt": _NOTIFICATION, "tns1": _TOPICS}
    )
    expression.set("Dialect", _CONCRETE_SET)
    expression.text = "tns1:RecordingHistory//."
    return expression


def _item(value: Any, *path: str) -> Any:
    for name in path:
        value = getattr(value, name, None)
    return value


def _text(value: Any, *path: str) -> str:
    found = _item(value, *path)
    return "" if found is None else str(found)


def _quietly(work: Callable[[], object]) -> None:
    try:
        work()
    except OnvifError:
        # Some devices end a search by themselves when its last result was read.
        return
