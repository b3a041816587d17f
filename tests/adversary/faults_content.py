"""Faults in what is told: times, cameras, recordings, searches, movements, events."""

from __future__ import annotations

from tests.adversary.fault import Fault, Gives, Reads, soap
from tests.adversary.faults_web import DOOR, INFORMATION, UNUSABLE
from tests.adversary.replies import (
    HEALTHY_PLACE,
    PATHS,
    Answer,
    Asked,
    began,
    clock,
    event_results,
    fault,
    found_recordings,
    information,
    presets,
    profile,
    profiles,
    pulled,
    recording,
    replay_uri,
    services,
    stamp,
    stream_uri,
    subscription,
    system_time,
)

NOT_OFFERED = (
    "The recorder at {place} does not offer this (%s). Ask your administrator whether it records and is set"
    " up for ONVIF."
)
TIME = "GetSystemDateAndTime"
EVENTS, EDGES = "GetEventSearchResults", "GetRecordingInformation"
NO_HISTORY: dict[str, Answer] = {"FindEvents": fault("ActionNotSupported")}


def edges(earliest: str, latest: str) -> Answer:
    def answer(asked: Asked) -> str:
        given = recording(earliest or stamp(asked.start), latest or stamp(asked.now))
        return (
            f"<tse:GetRecordingInformationResponse><tse:RecordingInformation>{given}</tse:RecordingInformation>"
            "</tse:GetRecordingInformationResponse>"
        )

    return answer


def _clock(name: str, does: str, seen: str, answer: Answer, clock: Gives | Reads) -> Fault:
    return soap(name, does, seen, {TIME: answer}, clock=clock, cameras=DOOR)


NO_UTC = Reads(UNUSABLE % "it does not tell its time in UTC")
NO_SUCH_TIME = Reads(UNUSABLE % "the time it tells does not exist")
TIME_FAULTS = [
    _clock(
        "clock-minute-61",
        "tells minute 61",
        "onvif-zeep-async: 00:61:16",
        lambda asked: clock(
            asked.now, time=f"{asked.now.hour - 1}:{asked.now.minute + 60}:{asked.now.second}"
        ),
        Gives("clock +0 s"),
    ),
    _clock(
        "clock-no-utc",
        "tells local time only",
        "agsh/onvif #65 and #160",
        lambda asked: clock(asked.now, name="LocalDateTime"),
        NO_UTC,
    ),
    _clock("clock-empty", "tells no time at all", "onvif-zeep: adjust_time crashes", system_time(""), NO_UTC),
    _clock(
        "clock-no-day",
        "tells a date without its day",
        "edgexfoundry device-onvif-camera #158",
        system_time(
            "<tt:UTCDateTime><tt:Time><tt:Hour>1</tt:Hour><tt:Minute>2</tt:Minute><tt:Second>3</tt:Second>"
            "</tt:Time><tt:Date><tt:Year>2026</tt:Year><tt:Month>8</tt:Month></tt:Date></tt:UTCDateTime>"
        ),
        NO_SUCH_TIME,
    ),
    _clock(
        "clock-no-such-day",
        "tells the 30th of February",
        "clocks never set",
        lambda asked: clock(asked.now, date="2026-2-30"),
        NO_SUCH_TIME,
    ),
    _clock(
        "clock-words",
        "tells its time in words",
        "onvif-zeep-async history",
        lambda asked: clock(asked.now, time="one:two:three"),
        NO_SUCH_TIME,
    ),
    _clock(
        "clock-1970",
        "lives in 1970",
        "cameras without a battery, never set",
        lambda asked: clock(asked.now, date="1970-1-1"),
        Gives("clock decades off"),
    ),
    _clock(
        "clock-fault",
        "does not tell the time",
        "agsh/onvif #65, HiKam A7",
        fault("ActionNotSupported"),
        Reads(NOT_OFFERED % "because"),
    ),
    soap(
        "events-24-hours",
        "says that its video began at 24:00:00",
        "onvif-zeep-async: 24:00:00",
        {EVENTS: began("2026-01-01T24:00:00Z")},
        recorded=Gives("1 span, 60 s"),
    ),
    soap(
        "events-no-zone",
        "leaves the zone out of times",
        "many",
        {EVENTS: lambda asked: began(stamp(asked.start).rstrip("Z"))},
        recorded=Gives("1 span, 60 s"),
    ),
    soap(
        "events-no-time",
        "leaves the times of its recordings empty",
        "onvif-zeep-async history",
        {EVENTS: began(" ")},
        recorded=Gives("1 span, 60 s"),
    ),
    soap(
        "recordings-bad-edges",
        "says that its recording began at 00:61:16 and ends nowhere",
        "onvif-zeep-async history",
        {**NO_HISTORY, EDGES: edges("2026-01-01T00:61:16Z", " ")},
        recorded=Gives("1 span, 60 s"),
    ),
    soap(
        "recordings-no-edges",
        "says neither when its recording began nor when it ended",
        "NVRs without an index",
        {**NO_HISTORY, EDGES: edges(" ", " ")},
        recorded=Gives("nothing recorded"),
    ),
]

JPEG = (
    "Door has no live picture that can be shown: Test offers none in H.264 or H.265. Ask your administrator"
    " to set one up."
)
CAMERA_FAULTS = [
    soap(
        "profiles-empty",
        "has no profiles",
        "Home Assistant onvif: no profiles",
        {"GetProfiles": profiles()},
        cameras=Gives("Door, recorded"),
    ),
    soap(
        "profiles-no-source",
        "has a profile without a video source",
        "frigate onvif_probe",
        {"GetProfiles": profiles(profile("a", source=""), profile())},
        cameras=DOOR,
    ),
    soap(
        "profiles-same-token",
        "gives the same token to two profiles",
        "onvif-zeep-async history",
        {"GetProfiles": profiles(profile(), profile())},
        cameras=DOOR,
        live=Gives("8 pictures"),
    ),
    soap(
        "profiles-metadata-only",
        "has a profile of metadata alone",
        "Axis, Bosch",
        {"GetProfiles": profiles(profile("m", source="", encoding="", ptz=False), profile())},
        cameras=DOOR,
    ),
    soap(
        "profiles-no-encoder",
        "has a profile without an encoder",
        "onvif-zeep-async history",
        {"GetProfiles": profiles(profile(encoding=""))},
        cameras=DOOR,
        live=Reads(JPEG),
    ),
    soap(
        "profiles-jpeg",
        "sends JPEG only",
        "old cameras",
        {"GetProfiles": profiles(profile(encoding="JPEG"))},
        cameras=DOOR,
        live=Reads(JPEG),
    ),
    soap(
        "profiles-ptz-on-second",
        "moves by its second profile only",
        "onvifsim ptz.config_on_sub_only",
        {"GetProfiles": profiles(profile(ptz=False), profile("p2"))},
        cameras=DOOR,
        presets=Gives("2 presets"),
    ),
    soap(
        "identity-missing",
        "tells nothing about itself",
        "onvifsim connect.device_info_missing",
        {INFORMATION: information("").replace(">M<", "><").replace(">X<", "><")},
        cameras=DOOR,
    ),
    soap(
        "uri-flat",
        "gives the address of a stream without what should be around it",
        "onvifsim media.stream_uri_nested",
        {
            "GetStreamUri": "<trt:GetStreamUriResponse><tt:Uri>rtsp://127.0.0.1:<rtsp>/live</tt:Uri>"
            "</trt:GetStreamUriResponse>"
        },
        live=Reads(UNUSABLE % "'' is no rtsp or rtsps address"),
    ),
    soap(
        "uri-with-password",
        "puts a password of its own into addresses",
        "onvifsim media.stream_uri_userinfo",
        {"GetStreamUri": stream_uri("rtsp://a:b@127.0.0.1:<rtsp>/live")},
        live=Gives("8 pictures"),
    ),
    soap(
        "uri-foreign-host",
        "names another host for its streams",
        "onvifsim media.stream_uri_placeholder_ip",
        {
            "GetStreamUri": stream_uri("rtsp://192.168.1.99:<rtsp>/live"),
            "GetReplayUri": replay_uri("rtsp://192.168.1.99:<rtsp>/replay"),
        },
        live=Gives("8 pictures"),
        replay=Gives("20 pictures"),
    ),
    soap(
        "uri-http",
        "gives an address that is not RTSP",
        "stands for a hostile device",
        {"GetStreamUri": stream_uri("http://192.0.2.9/x"), "GetReplayUri": replay_uri("file:///etc/passwd")},
        live=Reads(UNUSABLE % "'http://192.0.2.9/x' is no rtsp or rtsps address"),
        replay=Reads(UNUSABLE % "'file:///etc/passwd' is no rtsp or rtsps address"),
    ),
    soap(
        "uri-empty",
        "gives no address",
        "onvif-zeep-async history",
        {"GetStreamUri": stream_uri(""), "GetReplayUri": replay_uri("")},
        live=Reads(UNUSABLE % "'' is no rtsp or rtsps address"),
        replay=Reads(UNUSABLE % "'' is no rtsp or rtsps address"),
    ),
    soap(
        "profile-gone",
        "no longer knows the profile",
        "cameras replaced at an NVR",
        {"GetStreamUri": fault("InvalidArgVal", "NoProfile")},
        kind="NotFound",
        live=Reads("The recorder at {place} no longer has this camera or recording. Refresh the list."),
    ),
]

NEVER = UNUSABLE % "a search found nothing for {limit} seconds and does not end"
RECORDING_FAULTS = [
    soap(
        "recordings-none",
        "has no recordings",
        "cameras without a card",
        {"GetRecordingSearchResults": found_recordings()},
        cameras=Gives("Door, PTZ"),
        recorded=Gives("nothing recorded"),
    ),
    soap(
        "recordings-no-tracks",
        "has recordings without tracks",
        "stands for lazy NVRs",
        {
            "GetRecordingSearchResults": lambda asked: found_recordings(
                recording(stamp(asked.start), stamp(asked.now), track="")
            )
        },
        cameras=DOOR,
        recorded=Gives("1 span, 60 s"),
    ),
    soap(
        "recordings-same-token",
        "lists a recording twice",
        "stands for lazy NVRs",
        {
            "GetRecordingSearchResults": lambda asked: found_recordings(
                *[recording(stamp(asked.start), stamp(asked.now))] * 2
            )
        },
        cameras=DOOR,
        recorded=Gives("1 span, 60 s"),
        replay=Gives("20 pictures"),
    ),
    soap(
        "search-none",
        "offers no search",
        "Profile S cameras",
        {
            "GetServices": services(
                HEALTHY_PLACE, *(name for name in PATHS if name not in ("search", "recording"))
            )
        },
        cameras=Gives("Door, PTZ"),
        recorded=Gives("nothing recorded"),
    ),
    soap(
        "search-refused",
        "refuses to search for recordings",
        "stands for lazy NVRs",
        {"FindRecordings": fault("Action", "OutOfMemory")},
        cameras=DOOR,
    ),
    soap(
        "search-endless",
        "never says that a search is complete",
        "onvif replay clients",
        {"GetRecordingSearchResults": found_recordings(state="Searching")},
        cameras=Reads(NEVER),
    ),
    soap(
        "history-endless",
        "never says that a search for events is complete",
        "onvif replay clients",
        {EVENTS: event_results("", "Searching")},
        recorded=Reads(NEVER),
    ),
    soap(
        "search-sessions-used-up",
        "has no search left: others never ended theirs",
        "onvifsim auth.subscription_never_expires, for searches",
        {"FindEvents": fault("Action", "ResourceProblem")},
        recorded=Gives("1 span, 60 s"),
    ),
    soap(
        "search-cannot-end",
        "does not know EndSearch",
        "stands for lazy NVRs",
        {"EndSearch": fault("ActionNotSupported")},
        cameras=DOOR,
        recorded=Gives("1 span, 60 s"),
    ),
    soap(
        "history-of-another",
        "gives the history of another recording",
        "stands for lazy NVRs",
        {EVENTS: lambda asked: began(stamp(asked.start), recording="other")},
        recorded=Gives("1 span, 60 s"),
    ),
    soap(
        "history-empty",
        "has no history",
        "NVRs without events of recordings",
        {EVENTS: event_results("")},
        recorded=Gives("1 span, 60 s"),
    ),
    soap(
        "replay-none",
        "offers no replay",
        "Profile S cameras with a search",
        {"GetServices": services(HEALTHY_PLACE, *(name for name in PATHS if name != "replay"))},
        replay=Reads(NOT_OFFERED % "it has no replay service"),
    ),
    soap(
        "recording-gone",
        "no longer knows the recording",
        "overwritten while it was looked at",
        {"GetReplayUri": fault("InvalidArgVal", "NoRecording")},
        kind="NotFound",
        replay=Reads("The recorder at {place} no longer has this camera or recording. Refresh the list."),
    ),
]

OTHER_FAULTS = [
    soap(
        "presets-300",
        "has 300 presets from the factory",
        "onvifsim ptz.factory_300_presets",
        {"GetPresets": presets(300)},
        presets=Gives("300 presets"),
    ),
    soap(
        "presets-unknown",
        "does not know GetPresets",
        "onvifsim ptz.no_get_presets",
        {"GetPresets": fault("ActionNotSupported", reason="not implemented")},
        presets=Reads(NOT_OFFERED % "not implemented"),
    ),
    soap(
        "presets-text",
        "answers text where presets are asked for",
        "onvifsim ptz.no_get_presets",
        {"GetPresets": b"not implemented"},
        presets=Reads(UNUSABLE % "the answer is not well-formed or is cut off"),
    ),
    soap(
        "events-foreign-address",
        "names a foreign address for its events",
        "onvifsim events.subscription_host_bad",
        {"CreatePullPointSubscription": subscription("http://10.0.0.1/onvif/pull")},
        events=Gives("motion at Door"),
    ),
    soap(
        "events-flat-address",
        "gives the address for its events without what should be around it",
        "onvifsim events.flat_address",
        {
            "CreatePullPointSubscription": "<tev:CreatePullPointSubscriptionResponse><wsa:Address>"
            f"{HEALTHY_PLACE}/onvif/pull</wsa:Address>"
            "</tev:CreatePullPointSubscriptionResponse>"
        },
        events=Gives("motion at Door"),
    ),
    soap(
        "events-slots-full",
        "has no subscription left",
        "onvifsim events.subscription_slot_limit",
        {"CreatePullPointSubscription": fault("Action", "ResourceProblem", reason="no slot")},
        events=Reads(
            "The recorder at {place} refused the request (Action/ResourceProblem: no slot)."
            " If it stays so, tell your administrator."
        ),
    ),
    soap(
        "events-expired-at-once",
        "forgets a subscription at once",
        "onvifsim events.subscription_expires_at_once",
        {"PullMessages": fault("InvalidArgVal", "ResourceUnknownFault", reason="gone")},
        events=Reads(
            "The recorder at {place} refused the request (InvalidArgVal/ResourceUnknownFault: gone)."
            " If it stays so, tell your administrator."
        ),
    ),
    soap(
        "events-none",
        "offers no events",
        "old cameras",
        {"GetServices": services(HEALTHY_PLACE, *(name for name in PATHS if name != "events"))},
        events=Reads(NOT_OFFERED % "it has no event service"),
    ),
    soap(
        "events-bad-time",
        "dates one event nowhere and the next rightly",
        "onvif-zeep-async history",
        {"PullMessages": lambda asked: pulled("00:61:16" if asked.time == 1 else stamp(asked.now))},
        events=Gives("motion at Door"),
    ),
    soap(
        "events-unquoted",
        "leaves the quotes of attributes out in events",
        "onvifsim events.bad_xml, TP-Link",
        {"PullMessages": b"<Envelope wstop:topic=true></Envelope>"},
        events=Reads(UNUSABLE % "the answer is not well-formed or is cut off"),
    ),
]

FAULTS = [*TIME_FAULTS, *CAMERA_FAULTS, *RECORDING_FAULTS, *OTHER_FAULTS]
