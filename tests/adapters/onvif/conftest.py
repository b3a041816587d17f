"""Captured and broken SOAP answers, served at the level of HTTP by ``responses``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import attrs
import pytest
import responses

from incident_plugin.adapters.onvif import OnvifDevice, OnvifLimits

URL = "http://192.0.2.1:8080/onvif/device_service"
NOW = datetime(2026, 11, 2, 12, 0, 0, 500_000, tzinfo=UTC)
ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl"'
    ' xmlns:tse="http://www.onvif.org/ver10/search/wsdl" xmlns:trp="http://www.onvif.org/ver10/replay/wsdl"'
    ' xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"><s:Body>{}</s:Body></s:Envelope>'
)


def clock(date: str = "2026-11-02", time: str = "12:00:00", name: str = "UTCDateTime") -> str:
    year, month, day, hour, minute, second = (int(part) for part in (*date.split("-"), *time.split(":")))
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        f"<tt:DaylightSavings>false</tt:DaylightSavings><tt:{name}><tt:Time><tt:Hour>{hour}</tt:Hour>"
        f"<tt:Minute>{minute}</tt:Minute><tt:Second>{second}</tt:Second></tt:Time><tt:Date><tt:Year>{year}</tt:Year>"
        f"<tt:Month>{month}</tt:Month><tt:Day>{day}</tt:Day></tt:Date></tt:{name}></tds:SystemDateAndTime>"
        "</tds:GetSystemDateAndTimeResponse>"
    )


def services(host: str = "192.0.2.1:8080") -> str:
    entries = "".join(
        f"<tds:Service><tds:Namespace>http://www.onvif.org/ver10/{name}/wsdl</tds:Namespace>"
        f"<tds:XAddr>http://{host}/onvif/{name}</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>4</tt:Minor>"
        "</tds:Version></tds:Service>"
        for name in ("media", "search", "replay")
    )
    return f"<tds:GetServicesResponse>{entries}</tds:GetServicesResponse>"


def profile(token: str, source: str, encoding: str = "H264", width: int = 640) -> str:
    return (
        f'<trt:Profiles token="{token}" fixed="true"><tt:Name>{token}</tt:Name>'
        f'<tt:VideoSourceConfiguration token="v"><tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount>'
        f'<tt:SourceToken>{source}</tt:SourceToken><tt:Bounds x="0" y="0" width="1" height="1"/>'
        '</tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="e"><tt:Name>e</tt:Name>'
        f"<tt:UseCount>1</tt:UseCount><tt:Encoding>{encoding}</tt:Encoding><tt:Resolution><tt:Width>{width}"
        "</tt:Width><tt:Height>360</tt:Height></tt:Resolution><tt:Quality>1</tt:Quality>"
        "</tt:VideoEncoderConfiguration></trt:Profiles>"
    )


def recording(token: str, source: str, earliest: str, latest: str, status: str = "Stopped") -> str:
    return (
        f"<tt:RecordingToken>{token}</tt:RecordingToken><tt:Source><tt:SourceId>{source}</tt:SourceId>"
        f"<tt:Name>{token}</tt:Name><tt:Location/><tt:Description/><tt:Address/></tt:Source>"
        f"<tt:EarliestRecording>{earliest}</tt:EarliestRecording><tt:LatestRecording>{latest}</tt:LatestRecording>"
        "<tt:Content/><tt:Track><tt:TrackToken>V</tt:TrackToken><tt:TrackType>Video</tt:TrackType><tt:Description/>"
        f"<tt:DataFrom>{earliest}</tt:DataFrom><tt:DataTo>{latest}</tt:DataTo></tt:Track>"
        f"<tt:RecordingStatus>{status}</tt:RecordingStatus>"
    )


def fault(*codes: str, reason: str = "because", declared: bool = True) -> str:
    namespace = ' xmlns:ter="http://www.onvif.org/ver10/error"' if declared else ""
    nested = ""
    for code in reversed(codes):
        nested = f"<s:Subcode><s:Value>ter:{code}</s:Value>{nested}</s:Subcode>"
    return (
        f"<s:Fault{namespace}><s:Code><s:Value>s:Sender</s:Value>{nested}</s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason></s:Fault>'
    )


@attrs.define
class Answers:
    """By operation: a body, a whole message, or a function of the request."""

    bodies: dict[str, str | bytes | Callable[[str], str]] = attrs.field(factory=dict)
    #: Operations with their whole requests, in order.
    asked: list[tuple[str, str]] = attrs.field(factory=list)
    urls: list[str] = attrs.field(factory=list)

    def __setitem__(self, operation: str, answer: str | bytes | Callable[[str], str]) -> None:
        self.bodies[operation] = answer

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.asked]

    def callback(self, request):
        text = request.body.decode()
        operation = re.search(r"Body>\s*<(?:\w+:)?(\w+)", text)[1]
        self.asked.append((operation, text))
        self.urls.append(request.url)
        answer = self.bodies.get(operation, fault("ActionNotSupported"))
        if callable(answer):
            answer = answer(text)
        if isinstance(answer, bytes):
            return 200, {"Content-Type": "application/soap+xml"}, answer
        status = 400 if "<s:Fault" in answer else 200
        return status, {"Content-Type": "application/soap+xml"}, ENVELOPE.format(answer)


class Soap:
    """Builders of answers, for tests: modules of tests do not import one another."""

    URL, NOW, ENVELOPE = URL, NOW, ENVELOPE
    clock = staticmethod(clock)
    services = staticmethod(services)
    profile = staticmethod(profile)
    recording = staticmethod(recording)
    fault = staticmethod(fault)


@pytest.fixture
def soap() -> type[Soap]:
    return Soap


@pytest.fixture
def answers() -> Iterator[Answers]:
    """A device with a right clock and three services; tests say what else it answers."""
    made = Answers({"GetSystemDateAndTime": clock(), "GetServices": services()})
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.POST, re.compile(r"http://192\.0\.2\.1:8080/.*"), callback=made.callback)
        yield made


@pytest.fixture
async def device(answers):
    made = OnvifDevice(URL, "admin", "right", limits=OnvifLimits(answer=5), now=lambda: NOW)
    yield made
    await made.close()
