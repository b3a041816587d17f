"""The vault: cutting a film at box level with its hash, against ffmpeg copying without one.

Both read the same file from the page cache and write the same part of it; what a copy costs is CPU. ffmpeg is
measured with its start.
"""

from __future__ import annotations

import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.export import ffmpeg, own_cpu
from bench.rows import Row, in_turns, write

from incident_plugin.adapters.vault import cut
from incident_plugin.domain.time import Interval

_RUNS = 7
_BEGINS = datetime(2026, 3, 1, 12, tzinfo=UTC)
_LENGTH, _CUT = 120, Interval(_BEGINS + timedelta(seconds=10), _BEGINS + timedelta(seconds=110))
_SOURCE = f"testsrc2=size=1280x720:rate=25,noise=alls=20:allf=t,trim=duration={_LENGTH}"
_PICTURE = (
    "-f",
    "lavfi",
    "-i",
    f"mandelbrot=size=1280x720:rate=25,noise=alls=20:allf=t,trim=duration={_LENGTH}",
)
_CODED = ("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "12M", "-g", "25", "-bf", "0")
_FRAGMENTED = ("-movflags", "+empty_moov+default_base_moof+frag_keyframe+skip_trailer")


def _film(folder: Path) -> Path:
    """Make a film as the vault keeps them: a fragment for each group of pictures."""
    film = folder / "film.mp4"
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", *_PICTURE, *_CODED, *_FRAGMENTED, film], check=True
    )
    return film


def rows(folder: Path) -> list[Row]:
    """Measure in turns."""
    film = _film(folder)
    start, end = ((at - _BEGINS).total_seconds() for at in (_CUT.start, _CUT.end))
    part = ("-ss", str(start), "-to", str(end), "-i", film, "-c", "copy")
    ours, theirs, same = in_turns(
        _RUNS,
        lambda: own_cpu(lambda: cut(film, _BEGINS, _CUT, folder / "ours.mp4")),
        lambda: ffmpeg(*part, folder / "copy.mp4"),
        lambda: ffmpeg(*part, *_FRAGMENTED, folder / "fragmented.mp4"),
    )
    size = (folder / "ours.mp4").stat().st_size / 1e6
    name = f"CPU to cut {size:.0f} MB out of the vault, with SHA-256"
    return [
        Row(
            name=name,
            value=ours,
            unit="ms",
            against=f"{against}: {peer:.4g} ms",
            ratio=peer / ours,
            goal=">= 2 x",
            holds=peer >= 2 * ours,
            n=_RUNS,
        )
        for against, peer in (
            ("ffmpeg -c copy to MP4, no hash", theirs),
            ("ffmpeg -c copy to fragmented MP4, no hash", same),
        )
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        write("vault", rows(Path(place)))
