"""Joins what can be seen live with what was recorded: one channel per camera."""

from __future__ import annotations

from collections.abc import Iterable

from incident_plugin.adapters.onvif.values import Channel, Profile, Recording

#: Encodings of the Media Service that can be passed through; others need another profile.
_PASSED_THROUGH = ("H264", "H265")


def channels(profiles: Iterable[Profile], recordings: Iterable[Recording]) -> tuple[Channel, ...]:
    """Give the device's cameras in its own order, and after them recordings of cameras that are gone.

    Of several profiles of one video source the largest H.264 or H.265 one is taken. A recording names its
    source by a media profile or video source, or failing that has its name.
    """
    by_source: dict[str, list[Profile]] = {}
    for profile in profiles:
        by_source.setdefault(profile.source, []).append(profile)
    left = [recording for recording in recordings if recording.has_video]
    found: list[Channel] = []
    for source, alternatives in by_source.items():
        usable = [profile for profile in alternatives if profile.encoding in _PASSED_THROUGH]
        best = max(usable, key=lambda profile: profile.pixels, default=None)
        recording = _of(source, alternatives, left)
        if recording is not None:
            left.remove(recording)
        name = (recording.name if recording else "") or alternatives[0].name or source
        found.append(
            Channel(
                token=source,
                name=name,
                profile=best.token if best else None,
                recording=recording.token if recording else None,
            )
        )
    gone = [
        Channel(token=one.token, name=one.name or one.token, profile=None, recording=one.token)
        for one in left
    ]
    return (*found, *gone)


def _of(source: str, profiles: list[Profile], recordings: list[Recording]) -> Recording | None:
    tokens = {source, *(profile.token for profile in profiles)}
    names = {profile.name for profile in profiles}
    by_token = (recording for recording in recordings if recording.source in tokens)
    by_name = (recording for recording in recordings if recording.name and recording.name in names)
    return next(by_token, None) or next(by_name, None)
