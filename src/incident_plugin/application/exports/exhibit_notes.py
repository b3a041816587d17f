"""What readers of an exhibit are told of its video."""

from __future__ import annotations

from datetime import UTC

from incident_plugin.application.video.fetching import Retrieval
from incident_plugin.domain.media import ClockOffset, SoundCodec, SoundTrack
from incident_plugin.domain.time import written

#: Names of codecs for readers.
_SOUNDS = {
    SoundCodec.AAC: "AAC",
    SoundCodec.PCMU: "G.711 \N{GREEK SMALL LETTER MU}-law",
    SoundCodec.PCMA: "G.711 A-law",
    SoundCodec.OPUS: "Opus",
}


def codec_named(retrieval: Retrieval) -> str:
    """Give the codec of the pictures as RFC 6381 writes it, or nothing where it is not known."""
    try:
        return retrieval.track.codec_string if retrieval.track else ""
    except ValueError:
        return ""


def sound_described(sound: SoundTrack | None) -> str:
    """Give what is said of the sound in a master."""
    if sound is None:
        return ""
    channels = "mono" if sound.channels == 1 else f"{sound.channels} channels"
    return f"{_SOUNDS[sound.codec]}, {sound.rate} Hz, {channels}, as recorded"


def sound_missed(retrieval: Retrieval) -> tuple[str, ...]:
    """Say that sound was asked for and did not come."""
    if not retrieval.sound or retrieval.heard is not None or retrieval.track is None:
        return ()
    return ("Sound was asked for and is not in the file: the recorder gave none.",)


def clock_was_set(before: ClockOffset | None, after: ClockOffset | None) -> tuple[str, ...]:
    """Say that the recorder's clock was set between two measurements."""
    if before is None or after is None:
        return ()
    moved = after.offset - before.offset
    if abs(moved) <= before.uncertainty + after.uncertainty:
        return ()
    note = (
        f"The recorder's clock was set by {moved.total_seconds():+.1f} s while this was exported: times near "
        f"{written(after.measured_at, UTC)} may be off by as much."
    )
    return (note,)
