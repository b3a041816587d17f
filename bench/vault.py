"""The vault: cutting a film at box level with its hash, against ffmpeg copying without one.

Both read the same file from the page cache and write the same part of it; what a copy costs is CPU. ffmpeg is
measured with its start. A copy with SHA-256 and nothing else, flushed as ours is, is the limit.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from bench.export import ffmpeg, own_cpu
from bench.rows import Row, in_turns, write

from incident_plugin.adapters.vault import cut
from incident_plugin.application.media_ports import MasterOrder
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.time import Interval

_RUNS = 9
_BEGINS = datetime(2026, 3, 1, 12, tzinfo=UTC)
_LENGTH = 160
_CUT = Interval(_BEGINS + timedelta(seconds=10), _BEGINS + timedelta(seconds=150))
_PIECE = 256 * 1024
_FRAGMENTED = ("-movflags", "+empty_moov+default_base_moof+frag_keyframe+skip_trailer")


@attrs.frozen(kw_only=True)
class Film:
    """What a camera sends: some seconds of it are coded, and repeated."""

    name: str
    size: str
    bits: str
    group: int
    heard: bool

    def made(self, folder: Path) -> Path:
        """Make it as the vault keeps films: a fragment for each group of pictures."""
        unit, film = folder / "unit.mp4", folder / f"{self.bits}.mp4"
        picture = f"testsrc2=size={self.size}:rate=25,noise=alls=20:allf=t,trim=duration=4"
        sound = ("-f", "lavfi", "-i", "anoisesrc=d=4:r=16000:a=0.1", "-c:a", "aac", "-b:a", "64k")
        rate = ("-b:v", self.bits, "-maxrate", self.bits, "-bufsize", self.bits)
        coded = ("-c:v", "libx264", "-preset", "ultrafast", *rate, "-g", str(self.group), "-bf", "0")
        ffmpeg("-f", "lavfi", "-i", picture, *(sound if self.heard else ()), *coded, unit)
        ffmpeg("-stream_loop", str(_LENGTH // 4 - 1), "-i", unit, "-c", "copy", *_FRAGMENTED, film)
        return film


FILMS = (
    Film(name="1080p, 4 Mbit/s, AAC", size="1920x1080", bits="4M", group=50, heard=True),
    Film(name="720p, 15 Mbit/s", size="1280x720", bits="15M", group=25, heard=False),
)


def _copied(source: Path, target: Path) -> None:
    """Read, hash, write, flush."""
    digest, piece = hashlib.sha256(), memoryview(bytearray(_PIECE))
    with source.open("rb", buffering=0) as file, target.open("wb", buffering=0) as out:
        while count := file.readinto(piece):
            digest.update(piece[:count])
            out.write(piece[:count])
        os.fsync(out.fileno())


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


def rows(kind: Film, folder: Path) -> list[Row]:
    """Measure in turns."""
    film, ours = kind.made(folder), folder / "ours.mp4"
    order = MasterOrder(camera=CameraId("c"), interval=_CUT, target=ours, sound=True)
    start, end = ((at - _BEGINS).total_seconds() for at in (_CUT.start, _CUT.end))
    part = ("-ss", str(start), "-to", str(end), "-i", film, "-c", "copy")
    cut(film, _BEGINS, order)
    mine, theirs, same, limit, lasted, their_time = in_turns(
        _RUNS,
        lambda: own_cpu(lambda: cut(film, _BEGINS, order)),
        lambda: ffmpeg(*part, folder / "copy.mp4"),
        lambda: ffmpeg(*part, *_FRAGMENTED, folder / "fragmented.mp4"),
        lambda: own_cpu(lambda: _copied(ours, folder / "limit.mp4")),
        lambda: _milliseconds(lambda: cut(film, _BEGINS, order)),
        lambda: _milliseconds(lambda: ffmpeg(*part, folder / "copy.mp4")),
    )
    name = f"CPU to cut {ours.stat().st_size / 1e6:.0f} MB of {kind.name} out of the vault, with SHA-256"
    return [
        *(
            Row(
                name=what,
                value=value,
                unit="ms",
                against=f"{against}: {peer:.4g} ms",
                ratio=peer / value,
                goal=">= 2 x",
                holds=peer >= 2 * value,
                n=_RUNS,
            )
            for what, value, against, peer in (
                (name, mine, "ffmpeg -c copy to MP4, no hash", theirs),
                (name, mine, "ffmpeg -c copy to fragmented MP4, no hash", same),
                (name.replace("CPU", "time"), lasted, "ffmpeg -c copy to MP4, not flushed", their_time),
            )
        ),
        Row.at_most(name, mine, "ms", against="a copy with SHA-256, flushed", peer=limit, goal=1.2, n=_RUNS),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        write("vault", [row for kind in FILMS for row in rows(kind, Path(place))])
