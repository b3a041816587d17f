"""What a healthy recorder with one camera says over SOAP; faults are other texts in the same places."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import attrs

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:tse="http://www.onvif.org/ver10/search/wsdl" xmlns:trp="http://www.onvif.org/ver10/replay/wsdl"'
    ' xmlns:trc="http://www.onvif.org/ver10/recording/wsdl" xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl"'
    ' xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"'
    ' xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:tns1="http://www.onvif.org/ver10/topics">'
    "<s:Body>{}</s:Body></s:Envelope>"
)
PATHS = {
    "media": "http://www.onvif.org/ver10/media/wsdl",
    "search": "http://www.onvif.org/ver10/search/wsdl",
    "replay": "http://www.onvif.org/ver10/replay/wsdl",
    "recording": "http://www.onvif.org/ver10/recording/wsdl",
    "ptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "events": "http://www.onvif.org/ver10/events/wsdl",
}
HEALTHY_PLACE = "http://127.0.0.1:<port>"


@attrs.frozen(kw_only=True)
class Raw:
    """Bytes to send as they are, and what happens to the connection afterwards."""

    pieces: Callable[[], Iterable[bytes]] = tuple
    #: "stay", "close", "reset", or "hang": nothing more comes.
    then: str = "stay"
    #: Seconds between pieces.
    pause: float = 0.0


@attrs.frozen(kw_only=True)
class Asked:
    """A request that arrived."""

    operation: str
    text: str
    head: str
    #: How often this operation was asked for in this state of the device, from 1.
    time: int
    #: By the recorder's clock.
    now: datetime
    #: When its recorded video begins.
    start: datetime


Reply = str | bytes | Raw
Answer = Reply | Callable[[Asked], Reply]

MUTE, CLOSE, RESET = Raw(then="hang"), Raw(then="close"), Raw(then="reset")


def http(body: bytes | str, *, status: str = "200 OK", headers: str = "", then: str = "stay") -> Raw:
    """A whole HTTP answer."""
    content = body.encode() if isinstance(body, str) else body
    kind = "Content-Type: application/soap+xml"
    head = f"HTTP/1.1 {status}\r\n{kind}\r\n{headers}Content-Length: {len(content)}\r\n"
    return Raw(pieces=lambda: (head.encode() + b"\r\n" + content,), then=then)


def enveloped(body: str) -> bytes:
    return ENVELOPE.replace("{}", body).encode()


def clock(now: datetime, time: str = "", date: str = "", name: str = "UTCDateTime") -> str:
    year, month, day = (date or f"{now:%Y-%m-%d}").split("-")
    hour, minute, second = (time or f"{now:%H:%M:%S}").split(":")
    return system_time(
        f"<tt:{name}><tt:Time><tt:Hour>{hour}</tt:Hour><tt:Minute>{minute}</tt:Minute><tt:Second>{second}</tt:Second>"
        f"</tt:Time><tt:Date><tt:Year>{year}</tt:Year><tt:Month>{month}</tt:Month><tt:Day>{day}</tt:Day></tt:Date>"
        f"</tt:{name}>"
    )


def system_time(inner: str) -> str:
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        f"<tt:DaylightSavings>false</tt:DaylightSavings>{inner}</tds:SystemDateAndTime>"
        "</tds:GetSystemDateAndTimeResponse>"
    )


def services(place: str = HEALTHY_PLACE, *names: str, before: str = "") -> str:
    entries = "".join(
        service(PATHS[name], f"{place}/onvif/{name}" if place else "") for name in names or PATHS
    )
    return f"<tds:GetServicesResponse>{before}{entries}</tds:GetServicesResponse>"


def service(namespace: str, address: str) -> str:
    return (
        f"<tds:Service><tds:Namespace>{namespace}</tds:Namespace><tds:XAddr>{address}</tds:XAddr>"
        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>4</tt:Minor></tds:Version></tds:Service>"
    )


CAPABILITIES = (
    "<tds:GetCapabilitiesResponse><tds:Capabilities>"
    f"<tt:Media><tt:XAddr>{HEALTHY_PLACE}/onvif/media</tt:XAddr><tt:StreamingCapabilities/></tt:Media>"
    f"<tt:Extension><tt:Search><tt:XAddr>{HEALTHY_PLACE}/onvif/search</tt:XAddr></tt:Search>"
    f"<tt:Replay><tt:XAddr>{HEALTHY_PLACE}/onvif/replay</tt:XAddr></tt:Replay></tt:Extension>"
    "</tds:Capabilities></tds:GetCapabilitiesResponse>"
)


def information(serial: str = "<tds:SerialNumber>S1</tds:SerialNumber>") -> str:
    return (
        "<tds:GetDeviceInformationResponse><tds:Manufacturer>M</tds:Manufacturer><tds:Model>X</tds:Model>"
        f"<tds:FirmwareVersion>1</tds:FirmwareVersion>{serial}</tds:GetDeviceInformationResponse>"
    )


def profile(
    token: str = "p1", *, encoding: str = "H264", source: str = "v1", ptz: bool = True, name: str = "Door"
) -> str:
    video = (
        '<tt:VideoSourceConfiguration token="vc"><tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount>'
        f'<tt:SourceToken>{source}</tt:SourceToken><tt:Bounds x="0" y="0" width="1" height="1"/>'
        "</tt:VideoSourceConfiguration>"
    )
    encoder = (
        '<tt:VideoEncoderConfiguration token="e"><tt:Name>e</tt:Name><tt:UseCount>1</tt:UseCount>'
        f"<tt:Encoding>{encoding}</tt:Encoding><tt:Resolution><tt:Width>640</tt:Width><tt:Height>360</tt:Height>"
        "</tt:Resolution><tt:Quality>1</tt:Quality></tt:VideoEncoderConfiguration>"
    )
    moves = (
        '<tt:PTZConfiguration token="ptz"><tt:Name>z</tt:Name><tt:UseCount>1</tt:UseCount>'
        "<tt:NodeToken>n</tt:NodeToken></tt:PTZConfiguration>"
    )
    inner = f"{video if source else ''}{encoder if encoding else ''}{moves if ptz else ''}"
    return f'<trt:Profiles token="{token}" fixed="true"><tt:Name>{name}</tt:Name>{inner}</trt:Profiles>'


def profiles(*found: str) -> str:
    return f"<trt:GetProfilesResponse>{''.join(found)}</trt:GetProfilesResponse>"


def stream_uri(uri: str) -> str:
    inner = f"<trt:MediaUri><tt:Uri>{uri}</tt:Uri></trt:MediaUri>"
    return f"<trt:GetStreamUriResponse>{inner}</trt:GetStreamUriResponse>"


def replay_uri(uri: str) -> str:
    return f"<trp:GetReplayUriResponse><trp:Uri>{uri}</trp:Uri></trp:GetReplayUriResponse>"


VIDEO_TRACK = (
    "<tt:Track><tt:TrackToken>V</tt:TrackToken><tt:TrackType>Video</tt:TrackType><tt:Description/>"
    "<tt:DataFrom>{0}</tt:DataFrom><tt:DataTo>{1}</tt:DataTo></tt:Track>"
)


def recording(earliest: str, latest: str, *, token: str = "r1", track: str = VIDEO_TRACK) -> str:
    return (
        f"<tt:RecordingToken>{token}</tt:RecordingToken><tt:Source><tt:SourceId>p1</tt:SourceId>"
        "<tt:Name>Door</tt:Name><tt:Location/><tt:Description/><tt:Address/></tt:Source>"
        f"<tt:EarliestRecording>{earliest}</tt:EarliestRecording><tt:LatestRecording>{latest}</tt:LatestRecording>"
        f"<tt:Content/>{track.format(earliest, latest)}<tt:RecordingStatus>Recording</tt:RecordingStatus>"
    )


def found_recordings(*found: str, state: str = "Completed") -> str:
    listed = "".join(f"<tt:RecordingInformation>{one}</tt:RecordingInformation>" for one in found)
    return (
        f"<tse:GetRecordingSearchResultsResponse><tse:ResultList><tt:SearchState>{state}</tt:SearchState>{listed}"
        "</tse:ResultList></tse:GetRecordingSearchResultsResponse>"
    )


def began(time: str, *, state: str = "Completed", recording: str = "r1") -> str:
    """The events of a recording's history: video is there from a time on."""
    event = (
        f"<tt:Result><tt:RecordingToken>{recording}</tt:RecordingToken><tt:TrackToken>V</tt:TrackToken>"
        f"<tt:Time>{time}</tt:Time><tt:Event><wsnt:Topic>tns1:RecordingHistory/Track/State</wsnt:Topic>"
        '<wsnt:Message><tt:Message UtcTime="2026-01-01T00:00:00Z"><tt:Source/><tt:Data>'
        '<tt:SimpleItem Name="IsDataPresent" Value="true"/></tt:Data></tt:Message></wsnt:Message></tt:Event>'
        "<tt:StartStateEvent>false</tt:StartStateEvent></tt:Result>"
    )
    return event_results(event if time else "", state)


def event_results(results: str, state: str = "Completed") -> str:
    return (
        f"<tse:GetEventSearchResultsResponse><tse:ResultList><tt:SearchState>{state}</tt:SearchState>{results}"
        "</tse:ResultList></tse:GetEventSearchResultsResponse>"
    )


def presets(count: int = 2) -> str:
    listed = "".join(
        f'<tptz:Preset token="{number}"><tt:Name>Preset {number}</tt:Name></tptz:Preset>'
        for number in range(1, count + 1)
    )
    return f"<tptz:GetPresetsResponse>{listed}</tptz:GetPresetsResponse>"


def subscription(address: str) -> str:
    reference = f"<tev:SubscriptionReference><wsa:Address>{address}</wsa:Address></tev:SubscriptionReference>"
    return f"<tev:CreatePullPointSubscriptionResponse>{reference}</tev:CreatePullPointSubscriptionResponse>"


def pulled(time: str) -> str:
    message = (
        "<wsnt:NotificationMessage><wsnt:Topic>tns1:VideoSource/MotionAlarm</wsnt:Topic><wsnt:Message>"
        f'<tt:Message UtcTime="{time}" PropertyOperation="Changed"><tt:Source>'
        '<tt:SimpleItem Name="Source" Value="v1"/></tt:Source><tt:Data>'
        '<tt:SimpleItem Name="State" Value="true"/></tt:Data></tt:Message></wsnt:Message>'
        "</wsnt:NotificationMessage>"
    )
    return f"<tev:PullMessagesResponse>{message}</tev:PullMessagesResponse>"


def fault(*codes: str, reason: str = "because", declared: bool = True) -> str:
    namespace = ' xmlns:ter="http://www.onvif.org/ver10/error"' if declared else ""
    nested = ""
    for code in reversed(codes):
        nested = f"<s:Subcode><s:Value>ter:{code}</s:Value>{nested}</s:Subcode>"
    return (
        f"<s:Fault{namespace}><s:Code><s:Value>s:Sender</s:Value>{nested}</s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason></s:Fault>'
    )


def stamp(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _search_token(operation: str) -> str:
    return f"<tse:{operation}Response><tse:SearchToken>t</tse:SearchToken></tse:{operation}Response>"


HEALTHY: dict[str, Answer] = {
    "GetSystemDateAndTime": lambda asked: clock(asked.now),
    "GetServices": services(),
    "GetCapabilities": CAPABILITIES,
    "GetDeviceInformation": information(),
    "GetProfiles": profiles(profile()),
    "GetStreamUri": stream_uri("rtsp://127.0.0.1:<rtsp>/live"),
    "FindRecordings": _search_token("FindRecordings"),
    "GetRecordingSearchResults": lambda asked: found_recordings(
        recording(stamp(asked.start), stamp(asked.now))
    ),
    "GetRecordingInformation": lambda asked: (
        "<tse:GetRecordingInformationResponse><tse:RecordingInformation>"
        f"{recording(stamp(asked.start), stamp(asked.now))}"
        "</tse:RecordingInformation></tse:GetRecordingInformationResponse>"
    ),
    "FindEvents": _search_token("FindEvents"),
    "GetEventSearchResults": lambda asked: began(stamp(asked.start)),
    "EndSearch": lambda asked: (
        f"<tse:EndSearchResponse><tse:Endpoint>{stamp(asked.now)}</tse:Endpoint></tse:EndSearchResponse>"
    ),
    "GetReplayUri": replay_uri("rtsp://127.0.0.1:<rtsp>/replay"),
    "GetPresets": presets(),
    "CreatePullPointSubscription": subscription(f"{HEALTHY_PLACE}/onvif/pull"),
    "PullMessages": lambda asked: pulled(stamp(asked.now)),
    "Unsubscribe": "<wsnt:UnsubscribeResponse/>",
    "GetRecordings": (
        "<trc:GetRecordingsResponse><trc:RecordingItem><tt:RecordingToken>r1</tt:RecordingToken><tt:Configuration>"
        "<tt:Source><tt:SourceId>p1</tt:SourceId><tt:Name>Door</tt:Name></tt:Source></tt:Configuration>"
        "</trc:RecordingItem></trc:GetRecordingsResponse>"
    ),
}
