"""The device management service: time, services, identity (ONVIF Core Specification)."""

from collections.abc import Mapping, Sequence
from typing import Any

from demo_recorder.soap.events import NAMESPACE as EVENTS_NAMESPACE
from demo_recorder.soap.events import PATH as EVENTS_PATH
from demo_recorder.soap.ptz import NAMESPACE as PTZ_NAMESPACE
from demo_recorder.soap.service import Call, Service
from demo_recorder.soap.sign_in import Gate
from demo_recorder.soap.wsdl import Answer

NAMESPACE = "http://www.onvif.org/ver10/device/wsdl"

_VERSION = {"Major": 2, "Minor": 40}
_OPEN = frozenset(
    {"GetSystemDateAndTime", "GetServices", "GetServiceCapabilities", "GetCapabilities", "GetHostname"}
)
#: What it says of itself, also to who searches the network (ONVIF Core Specification section 7.3.2.2).
SCOPES = (
    "onvif://www.onvif.org/type/Network_Video_Transmitter",
    "onvif://www.onvif.org/type/video_encoder",
    "onvif://www.onvif.org/type/ptz",
    "onvif://www.onvif.org/Profile/Streaming",
    "onvif://www.onvif.org/Profile/T",
    "onvif://www.onvif.org/Profile/G",
    "onvif://www.onvif.org/name/Demo%20recorder",
    "onvif://www.onvif.org/hardware/Synthetic",
    "onvif://www.onvif.org/location/nowhere",
)
_CAPABILITIES = {
    "Network": {"IPFilter": False, "ZeroConfiguration": False, "IPVersion6": False, "DynDNS": False},
    "System": {"DiscoveryResolve": False, "DiscoveryBye": False, "FirmwareUpgrade": False},
}


def device_service(others: Sequence[Service], gate: Gate, serial: str) -> Service:
    """The service through which a client finds all others."""
    addresses = {NAMESPACE: "device_service", EVENTS_NAMESPACE: EVENTS_PATH}
    addresses |= {service.namespace: service.path for service in others}
    security = {"UsernameToken": gate.takes_tokens, "HttpDigest": gate.takes_digests, "MaxUsers": 1}
    return Service(
        path="device_service",
        wsdl="devicemgmt.wsdl",
        namespace=NAMESPACE,
        open_to_all=_OPEN,
        handlers={
            "GetSystemDateAndTime": _system_date_and_time,
            "GetServices": lambda call: _services(call, addresses),
            "GetServiceCapabilities": lambda _: {"Capabilities": _CAPABILITIES | {"Security": security}},
            "GetCapabilities": lambda call: _capabilities(call, addresses),
            "GetDeviceInformation": lambda _: _device_information(serial),
            "GetScopes": lambda _: {
                "Scopes": [{"ScopeDef": "Fixed", "ScopeItem": scope} for scope in SCOPES]
            },
            "GetHostname": lambda _: {"HostnameInformation": {"FromDHCP": False, "Name": "demo-recorder"}},
        },
    )


def _system_date_and_time(call: Call) -> Answer:
    now = call.now
    time = {
        "Time": {"Hour": now.hour, "Minute": now.minute, "Second": now.second},
        "Date": {"Year": now.year, "Month": now.month, "Day": now.day},
    }
    return {
        "SystemDateAndTime": {
            "DateTimeType": "NTP",
            "DaylightSavings": False,
            "TimeZone": {"TZ": "UTC0"},
            "UTCDateTime": time,
            "LocalDateTime": time,
        }
    }


def _services(call: Call, addresses: Mapping[str, str]) -> Answer:
    return {
        "Service": [
            {"Namespace": namespace, "XAddr": call.http_base + path, "Version": _VERSION}
            for namespace, path in addresses.items()
        ]
    }


def _capabilities(call: Call, addresses: Mapping[str, str]) -> Answer:
    """What clients read that are older than GetServices; later services stand in the extension."""

    def at(name: str, **more: Any) -> dict[str, Any]:
        path = addresses[f"http://www.onvif.org/ver10/{name}/wsdl"]
        return {"XAddr": call.http_base + path, **more}

    streaming = {"RTPMulticast": False, "RTP_TCP": False, "RTP_RTSP_TCP": True}
    recording = {
        "ReceiverSource": False,
        "MediaProfileSource": True,
        "DynamicRecordings": False,
        "DynamicTracks": False,
        "MaxStringLength": 256,
    }
    return {
        "Capabilities": {
            "Media": at("media", StreamingCapabilities=streaming),
            "Events": at(
                "events",
                WSSubscriptionPolicySupport=False,
                WSPullPointSupport=True,
                WSPausableSubscriptionManagerInterfaceSupport=False,
            ),
            "PTZ": {"XAddr": call.http_base + addresses[PTZ_NAMESPACE]},
            "Extension": {
                "Recording": at("recording", **recording),
                "Search": at("search", MetadataSearch=False),
                "Replay": at("replay"),
            },
        }
    }


def _device_information(serial: str) -> Answer:
    return {
        "Manufacturer": "Demo",
        "Model": "Synthetic recorder",
        "FirmwareVersion": "1",
        "SerialNumber": serial,
        "HardwareId": "software",
    }
