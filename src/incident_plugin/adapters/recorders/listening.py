"""Events of devices as events of cameras."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from incident_plugin.adapters.recorders.parts import Channel, Notice
from incident_plugin.domain.media import CameraEvent, CameraId

#: Data items that say whether something began or ended (ONVIF Core Specification, events of the profiles).
_STATES = (
    "State",
    "IsMotion",
    "LogicalState",
    "Value",
    "IsSoundDetected",
    "IsDetected",
    "Active",
    "IsInside",
)
_YES = {"true": True, "1": True, "active": True, "false": False, "0": False, "inactive": False}


def camera_event(
    notice: Notice, recorder: str, channels: Mapping[CameraId, Channel], clock_offset: timedelta
) -> CameraEvent:
    """Find whose event it is, by any token that its source names; say when by our clock."""
    named = set(notice.source.values())
    camera = next((id_ for id_, channel in channels.items() if channel.tokens & named), None)
    state = next((notice.data[name] for name in _STATES if name in notice.data), "")
    return CameraEvent(
        camera=camera,
        recorder=recorder,
        topic=notice.topic,
        at=notice.at - clock_offset,
        initial=notice.initial,
        active=_YES.get(state.strip().lower()),
        data={**notice.source, **notice.data},
    )
