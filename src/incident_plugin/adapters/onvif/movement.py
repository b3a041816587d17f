"""Turning and zooming (ONVIF PTZ Service Specification sections 5.3 and 5.4)."""

from __future__ import annotations

from datetime import timedelta

from incident_plugin.adapters.onvif.reading import text
from incident_plugin.adapters.onvif.session import DeviceSession
from incident_plugin.domain.media import Motion, Preset
from incident_plugin.domain.text import one_line


def move(session: DeviceSession, profile: str, motion: Motion, lasting: timedelta) -> None:
    """Begin to move; the device stops by itself after ``lasting``."""
    velocity: dict[str, dict[str, float]] = {}
    if motion.pan or motion.tilt or not motion.zoom:
        velocity["PanTilt"] = {"x": motion.pan, "y": motion.tilt}
    if motion.zoom:
        velocity["Zoom"] = {"x": motion.zoom}
    session.call("ptz", "ContinuousMove", ProfileToken=profile, Velocity=velocity, Timeout=lasting)


def stop(session: DeviceSession, profile: str) -> None:
    """Stop turning and zooming."""
    session.call("ptz", "Stop", ProfileToken=profile, PanTilt=True, Zoom=True)


def presets(session: DeviceSession, profile: str) -> tuple[Preset, ...]:
    """Give the remembered positions that have a token."""
    found = session.call("ptz", "GetPresets", ProfileToken=profile) or ()
    return tuple(
        Preset(token=text(one, "token"), name=one_line(text(one, "Name") or text(one, "token")))
        for one in found
        if text(one, "token")
    )


def go_to(session: DeviceSession, profile: str, preset: str) -> None:
    """Move to a remembered position."""
    session.call("ptz", "GotoPreset", ProfileToken=profile, PresetToken=preset)
