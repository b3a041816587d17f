"""Joins what can be seen live with what was recorded: one channel per camera."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from incident_plugin.adapters.onvif.values import Channel, Profile, Recording
from incident_plugin.domain.media import Codec, LiveProfile

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
        usable.sort(key=lambda profile: profile.pixels, reverse=True)
        mine = _of(source, alternatives, left)
        left = [recording for recording in left if recording not in mine]
        named = next((recording.name for recording in mine if recording.name), "")
        found.append(
            Channel(
                token=source,
                name=named or alternatives[0].name or source,
                profile=usable[0].token if usable else None,
                live=tuple(
                    LiveProfile(token=one.token, codec=Codec(one.encoding), width=one.width) for one in usable
                ),
                recordings=tuple(recording.token for recording in mine),
                ptz=next((profile.ptz for profile in alternatives if profile.ptz), None),
                tokens=frozenset(
                    {source}.union(*(one.tokens for one in alternatives), (one.token for one in mine))
                ),
            )
        )
    return (*found, *_gone(left))


def _gone(left: list[Recording]) -> list[Channel]:
    """Give cameras that are only recorded; several recordings of one source are one of them."""
    by_source: dict[str, list[Recording]] = {}
    for recording in left:
        by_source.setdefault(recording.source or recording.token, []).append(recording)
    return [
        Channel(
            token=same[0].token,
            name=same[0].name or same[0].token,
            profile=None,
            recordings=tuple(one.token for one in _newest_first(same)),
            tokens=frozenset(one.token for one in same),
        )
        for same in by_source.values()
    ]


def _of(source: str, profiles: list[Profile], recordings: list[Recording]) -> list[Recording]:
    """Find the recordings of a source: by its tokens, or failing that the one that has its name."""
    tokens = {source}.union(*(profile.tokens | {profile.token} for profile in profiles))
    by_token = [recording for recording in recordings if recording.source in tokens]
    if by_token:
        return _newest_first(by_token)
    names = {profile.name for profile in profiles}
    return [recording for recording in recordings if recording.name and recording.name in names][:1]


def _newest_first(recordings: list[Recording]) -> list[Recording]:
    """Recordings that go on come first, then the latest: that is where most of what is asked for lies."""
    ever = datetime.max.replace(tzinfo=UTC)
    return sorted(recordings, key=lambda recording: recording.latest or ever, reverse=True)
