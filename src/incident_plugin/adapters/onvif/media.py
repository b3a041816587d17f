"""Cameras and live streams: Media2 where the device has it, and the older Media Service."""

from __future__ import annotations

from typing import Any

from incident_plugin.adapters.onvif.errors import Fault, NoService, NotOnvif
from incident_plugin.adapters.onvif.reading import below, content, elements, first, item, text
from incident_plugin.adapters.onvif.session import DeviceSession
from incident_plugin.adapters.onvif.values import Profile
from incident_plugin.domain.text import one_line

_STREAM_SETUP = {"Stream": "RTP-Unicast", "Transport": {"Protocol": "RTSP"}}
#: Profiles of both services have tokens of their own, so a token says which service it belongs to.
_MEDIA2 = "media2:"


def profiles(session: DeviceSession) -> list[Profile]:
    """Ask for the media profiles that have video.

    Only Media2 tells of H.265 (ONVIF Media2 Service Specification section 5.2). A device whose Media2 fails
    or has nothing is asked as the older ones are (ONVIF Media Service Specification section 5.2.2).
    """
    try:
        found = _profiles2(session)
    except (NoService, Fault, NotOnvif):
        found = []
    return found or _profiles1(session)


def _profiles2(session: DeviceSession) -> list[Profile]:
    answer = session.call("media2", "GetProfiles", Type=["All"])
    found = []
    for profile in elements(answer):
        configurations = first(profile, "Configurations")
        if configurations is None:
            continue
        source = content(configurations, "VideoSource", "SourceToken")
        token = profile.get("token") or ""
        if not (source and token):
            continue
        encoder = first(configurations, "VideoEncoder")
        found.append(
            Profile(
                token=_MEDIA2 + token,
                name=one_line(content(profile, "Name")),
                source=source,
                encoding=content(encoder, "Encoding").upper() if encoder is not None else "",
                pixels=_number(content(encoder, "Resolution", "Width"))
                * _number(content(encoder, "Resolution", "Height")),
                width=_number(content(encoder, "Resolution", "Width")),
                ptz=token if first(configurations, "PTZ") is not None else None,
                tokens=frozenset({token, *(one.get("token") for one in configurations if one.get("token"))}),
            )
        )
    return found


def _profiles1(session: DeviceSession) -> list[Profile]:
    found = []
    for profile in session.call("media", "GetProfiles") or ():
        source = text(profile, "VideoSourceConfiguration", "SourceToken")
        token = text(profile, "token")
        if not (source and token):
            continue
        size = item(profile, "VideoEncoderConfiguration", "Resolution")
        configurations = (
            "VideoSourceConfiguration",
            "VideoEncoderConfiguration",
            "VideoAnalyticsConfiguration",
        )
        found.append(
            Profile(
                token=token,
                name=one_line(text(profile, "Name")),
                source=source,
                encoding=text(profile, "VideoEncoderConfiguration", "Encoding"),
                pixels=int(getattr(size, "Width", 0) or 0) * int(getattr(size, "Height", 0) or 0),
                width=int(getattr(size, "Width", 0) or 0),
                ptz=token if item(profile, "PTZConfiguration") is not None else None,
                tokens=frozenset({token, *(text(profile, name, "token") for name in configurations)} - {""}),
            )
        )
    return found


def live_uri(session: DeviceSession, profile: str) -> str:
    """Ask for a live stream's address, on the configured host.

    ONVIF Media2 Service Specification section 5.3.1, Media Service Specification section 5.15.1.
    """
    if profile.startswith(_MEDIA2):
        answer = session.call(
            "media2", "GetStreamUri", Protocol="RTSP", ProfileToken=profile.removeprefix(_MEDIA2)
        )
        found = next((one.text for one in elements(answer) if (one.text or "").strip()), "")
        return session.address.stream(found or _nested_uri(answer))
    answer = session.call("media", "GetStreamUri", StreamSetup=_STREAM_SETUP, ProfileToken=profile)
    return session.address.stream(text(answer, "Uri"))


def ask_for_key_picture(session: DeviceSession, profile: str) -> None:
    """Have the next picture be one with which a decoder can start.

    ONVIF Media2 Service Specification section 5.3.3, Media Service Specification section 5.17.
    """
    if profile.startswith(_MEDIA2):
        session.call("media2", "SetSynchronizationPoint", ProfileToken=profile.removeprefix(_MEDIA2))
    else:
        session.call("media", "SetSynchronizationPoint", ProfileToken=profile)


def _nested_uri(answer: Any) -> str:
    # Some devices answer in the form of the older service.
    return next((one.text or "" for one in below(elements(answer), "Uri")), "")


def _number(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0  # noqa: PLR2004 -- pixels
