"""Media2, movement and events as devices differ in them; and which certificates are accepted."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from tests.certificates import own_certificate

from incident_plugin.adapters.onvif import OnvifDevice, OnvifLimits, discovery
from incident_plugin.adapters.onvif.tls import TlsRule
from incident_plugin.domain.errors import NotFound, RecorderUnavailable

WITH_MEDIA2 = (
    "<tds:GetServicesResponse><tds:Service><tds:Namespace>http://www.onvif.org/ver20/media/wsdl</tds:Namespace>"
    "<tds:XAddr>http://192.0.2.1:8080/onvif/media2</tds:XAddr></tds:Service><tds:Service>"
    "<tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace><tds:XAddr>http://192.0.2.1:8080/onvif/media"
    "</tds:XAddr></tds:Service><tds:Service><tds:Namespace>http://www.onvif.org/ver10/events/wsdl</tds:Namespace>"
    "<tds:XAddr>http://192.0.2.1:8080/onvif/events</tds:XAddr></tds:Service></tds:GetServicesResponse>"
)
#: With elements in an order of its own, an extension, and a configuration under the wrong namespace.
PROFILES2 = (
    '<GetProfilesResponse xmlns="http://www.onvif.org/ver20/media/wsdl">'
    '<Profiles token="main" fixed="true"><Vendor>x</Vendor><Name>Gate</Name><Configurations>'
    '<VideoEncoder token="enc"><tt:Encoding>H265</tt:Encoding><tt:Resolution><tt:Width>3840</tt:Width>'
    '<tt:Height>2160</tt:Height></tt:Resolution></VideoEncoder><VideoSource token="vsc">'
    '<SourceToken>src_1</SourceToken></VideoSource><PTZ token="ptz_1"/></Configurations></Profiles>'
    '<Profiles token="sub"><Name>Small</Name><Configurations><VideoSource token="vsc"><tt:SourceToken>src_1'
    '</tt:SourceToken></VideoSource><VideoEncoder token="e2"><tt:Encoding>H264</tt:Encoding></VideoEncoder>'
    "</Configurations></Profiles></GetProfilesResponse>"
)


async def test_media2_tells_of_h265(answers, device):
    """The largest profile is H.265, which the older service cannot name; its camera can be moved."""
    answers["GetServices"] = WITH_MEDIA2
    answers["GetProfiles"] = PROFILES2
    answers["GetStreamUri"] = (
        '<GetStreamUriResponse xmlns="http://www.onvif.org/ver20/media/wsdl"><Uri>rtsp://10.0.0.5/s1</Uri>'
        "</GetStreamUriResponse>"
    )
    (channel,) = await device.channels()
    assert (channel.token, channel.name, channel.ptz) == ("src_1", "Gate", "main")
    assert {"main", "vsc", "ptz_1"} <= channel.tokens
    assert await device.live_uri(channel.profile) == "rtsp://192.0.2.1:554/s1"
    assert "ver20/media" in answers.asked[-1][1]
    assert ">main<" in answers.asked[-1][1]


def notification(topic: str, source: str, data: str, time: str = "2026-11-02T12:00:00Z") -> str:
    return (
        f"<wsnt:NotificationMessage><wsnt:Topic>{topic}</wsnt:Topic><wsnt:Message>"
        f'<tt:Message UtcTime="{time}" PropertyOperation="Changed"><tt:Source>{source}</tt:Source>'
        f"<tt:Data>{data}</tt:Data></tt:Message>"
        "</wsnt:Message></wsnt:NotificationMessage>"
    )


async def test_a_subscription_is_addressed_renewed_and_ended(answers, device, monkeypatch):
    """Reference parameters come back with every call; what cannot be read is passed over."""
    monkeypatch.setattr("incident_plugin.adapters.onvif.eventing.RENEW_AFTER", -1.0)
    answers["GetServices"] = WITH_MEDIA2
    answers["CreatePullPointSubscription"] = (
        '<tev:CreatePullPointSubscriptionResponse xmlns:tev="http://www.onvif.org/ver10/events/wsdl"'
        ' xmlns:wsa="http://www.w3.org/2005/08/addressing"><tev:SubscriptionReference><wsa:Address>'
        "http://10.9.9.9/sub</wsa:Address><wsa:ReferenceParameters><v:Id xmlns:v='urn:v'>77</v:Id>"
        "</wsa:ReferenceParameters></tev:SubscriptionReference></tev:CreatePullPointSubscriptionResponse>"
    )
    broken = notification("tns1:X", "", "", "24:61") + "<wsnt:NotificationMessage/>"
    motion = notification(
        "tns1:RuleEngine/tns1:Cell/Motion",
        '<tt:SimpleItem Name="VideoSourceConfigurationToken" Value="vsc"/>',
        '<tt:SimpleItem Name="IsMotion" Value="true"/>',
    )
    answers["PullMessages"] = (
        f'<tev:PullMessagesResponse xmlns:tev="http://www.onvif.org/ver10/events/wsdl">{broken}{motion}'
        "</tev:PullMessagesResponse>"
    )
    answers["Renew"] = "<wsnt:RenewResponse/>"
    answers["Unsubscribe"] = "<wsnt:UnsubscribeResponse/>"
    async with device.events() as events:
        found = await anext(events)
    assert (found.topic, found.initial) == ("RuleEngine/Cell/Motion", False)
    assert (found.source, found.data) == ({"VideoSourceConfigurationToken": "vsc"}, {"IsMotion": "true"})
    assert answers.operations()[-1] == "Unsubscribe"
    assert "Renew" in answers.operations()
    calls = [
        text for operation, text in answers.asked if operation in ("PullMessages", "Renew", "Unsubscribe")
    ]
    assert all(">77</v:Id>" in text for text in calls)
    assert answers.urls[-1] == "http://192.0.2.1:8080/sub"


async def test_a_device_without_ptz_says_so(answers, device):
    """In the words of a service that is missing; nothing else is asked."""
    with pytest.raises(RecorderUnavailable, match="no PTZ service"):
        await device.stop("p")
    assert "Stop" not in answers.operations()


async def test_a_preset_that_is_gone_is_not_found(answers, device, soap):
    """NoProfile is told as a camera that is not there any more."""
    answers["GetServices"] = WITH_MEDIA2.replace("ver10/events", "ver20/ptz")
    answers["GotoPreset"] = soap.fault("InvalidArgVal", "NoProfile")
    with pytest.raises(NotFound, match="no longer has this camera"):
        await device.go_to("p", "9")


async def test_retention_is_told_where_a_device_has_it(answers, device, soap):
    """MaximumRetentionTime of the recording; zero and silence mean that nothing is known."""
    answers["GetServices"] = soap.services().replace("ver10/replay", "ver10/recording")
    told = (
        '<trc:GetRecordingConfigurationResponse xmlns:trc="http://www.onvif.org/ver10/recording/wsdl">'
        "<trc:RecordingConfiguration><tt:Source><tt:SourceId>s</tt:SourceId><tt:Name>n</tt:Name><tt:Location/>"
        "<tt:Description/><tt:Address>http://x</tt:Address></tt:Source><tt:Content/>"
        "<tt:MaximumRetentionTime>{}</tt:MaximumRetentionTime></trc:RecordingConfiguration>"
        "</trc:GetRecordingConfigurationResponse>"
    )
    answers["GetRecordingConfiguration"] = told.format("P14D")
    assert await device.keeps_for("r") == timedelta(days=14)
    answers["GetRecordingConfiguration"] = told.format("PT0S")
    assert await device.keeps_for("r") is None
    answers["GetRecordingConfiguration"] = soap.fault("ActionNotSupported")
    assert await device.keeps_for("r") is None


def certificate(folder, *, days: int = 1) -> tuple[ssl.SSLContext, str]:
    """A server's own certificate, ready to be presented, and its fingerprint."""
    file, fingerprint = own_certificate(folder, days=days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, fingerprint


@asynccontextmanager
async def secured(context: ssl.SSLContext, soap):
    """A device that tells its time over TLS, and nothing else."""
    body = soap.ENVELOPE.format(soap.clock()).encode()

    async def serve(reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/onvif/device_service"


@pytest.mark.parametrize("rule", ["pinned", "any"])
async def test_a_certificate_of_its_own_making_can_be_accepted(tmp_path, soap, rule):
    """By its fingerprint, which is safe; or whatever it is, which keeps listeners out and no more."""
    context, fingerprint = certificate(tmp_path)
    options = {"fingerprint": fingerprint} if rule == "pinned" else {"any_certificate": True}
    async with secured(context, soap) as url:
        device = OnvifDevice(url, "u", "p", **options)
        assert await device.greet() == datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
        await device.close()


@pytest.mark.parametrize(
    ("days", "options", "said"),
    [
        (1, {}, "issued by itself"),
        (-1, {}, "expired|issued by itself"),
        (1, {"fingerprint": "ab" * 32}, "another certificate than the one that was confirmed"),
    ],
    ids=["unknown", "expired", "another"],
)
async def test_another_certificate_is_refused_in_plain_words(tmp_path, soap, days, options, said):
    """Nothing is sent to whoever presents it."""
    context, _ = certificate(tmp_path, days=days)
    async with secured(context, soap) as url:
        device = OnvifDevice(url, "u", "p", name="Gate", limits=OnvifLimits(answer=20), **options)
        with pytest.raises(
            RecorderUnavailable, match=rf"certificate of Gate .* not trusted .*({said})"
        ) as refusal:
            await device.greet()
        assert refusal.value.message_id == "incident.recorder-untrusted"
        await device.close()


def test_by_default_certificates_are_checked():
    """Nobody gets a lax connection by leaving something out."""
    assert (TlsRule().fingerprint, TlsRule().any) == ("", False)


MATCH = (
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/'
    'discovery"><e:Body><d:ProbeMatches><d:ProbeMatch><d:Scopes>onvif://www.onvif.org/name/Front%20door '
    "onvif://www.onvif.org/hardware/NVR-4</d:Scopes><d:XAddrs>{}</d:XAddrs></d:ProbeMatch></d:ProbeMatches>"
    "</e:Body></e:Envelope>"
)


def test_answers_to_a_search_are_read_with_care():
    """Names are decoded, each address comes once; rubbish, entities and odd addresses are passed over."""
    answers = [
        MATCH.format("http://[fe80::1]/onvif/device_service http://192.0.2.9/onvif/device_service").encode(),
        MATCH.format("http://192.0.2.9/onvif/device_service").encode(),
        MATCH.format("http://u:p@192.0.2.8/x file:///etc/passwd").encode(),
        b"\xff\x00rubbish",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
    ]
    (found,) = discovery.found_in(answers)
    assert (found.address, found.name, found.hardware) == (
        "http://192.0.2.9/onvif/device_service",
        "Front door",
        "NVR-4",
    )
