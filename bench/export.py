"""Export from the recorder: how fast, and how much CPU of this side it takes; and one key picture.

The peers are ffmpeg processes. To copy the same file into the same container ffmpeg reads it from the disk,
while the export receives it over RTSP, puts packets together and hashes the result. What an ffmpeg process
needs to start is measured too, for beside short exports it is most of its time.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from bench.packages import package_rows, zip_rows
from bench.rows import Row, in_turns, write
from tests.programs import RECORDER_PASSWORD, RECORDER_USER, running_recorder

from incident_plugin.adapters.media import PyavWriter
from incident_plugin.adapters.onvif import OnvifDevice
from incident_plugin.adapters.rtsp import Credentials, RtspClient
from incident_plugin.domain.media import AccessUnit, VideoTrack
from incident_plugin.domain.time import Interval

_LENGTH = timedelta(minutes=10)
_RUNS = 7
_STILLS = 10
_WIDTH = 480
_FFMPEG = ("ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1")


def _used(who: int) -> float:
    usage = resource.getrusage(who)
    return 1000 * (usage.ru_utime + usage.ru_stime)


def own_cpu(work: Callable[[], object]) -> float:
    """Do work; give the milliseconds of CPU that this process, all threads, took for it."""
    before = _used(resource.RUSAGE_SELF)
    work()
    return _used(resource.RUSAGE_SELF) - before


def ffmpeg(*arguments: str | Path) -> float:
    """Run ffmpeg; give the milliseconds of CPU it took, its start included."""
    before = _used(resource.RUSAGE_CHILDREN)
    subprocess.run([*_FFMPEG, *arguments], check=True)
    return _used(resource.RUSAGE_CHILDREN) - before


@attrs.define(kw_only=True)
class Export:
    """Fetches the same ten minutes again and again."""

    client: RtspClient
    url: str
    interval: Interval
    directory: Path
    runner: asyncio.Runner
    speeds: list[float] = attrs.field(factory=list)

    @property
    def file(self) -> Path:
        """Where the export goes."""
        return self.directory / "export.mp4"

    def run(self) -> None:
        """Fetch, remux, hash, flush."""
        started = time.perf_counter()
        self.runner.run(self._run())
        self.speeds.append(_LENGTH.total_seconds() / (time.perf_counter() - started))

    async def _run(self) -> None:
        async with self.client.replay(self.url, self.interval) as stream:
            written = await PyavWriter().write_mp4(self.file, stream.track, stream)
        assert written is not None
        assert written.delivered.length >= _LENGTH

    def key_picture(self) -> tuple[VideoTrack, AccessUnit]:
        """Give the first key picture."""
        return self.runner.run(self._key_picture())

    async def _key_picture(self) -> tuple[VideoTrack, AccessUnit]:
        async with self.client.replay(self.url, self.interval) as stream:
            async for unit in stream:
                return stream.track, unit
        raise AssertionError("no picture")


def export_rows(export: Export) -> list[Row]:
    """Measure exports in turns with ffmpeg."""
    # The demo recorder renders what is asked for the first time: not what is measured here.
    export.run()
    export.speeds.clear()
    short, copy = export.directory / "short.mp4", export.directory / "copy.mp4"
    ffmpeg("-i", export.file, "-t", "1", "-c", "copy", short)
    playable = ("-c", "copy", "-movflags", "+faststart", copy)
    ours, theirs, start = in_turns(
        _RUNS,
        lambda: own_cpu(export.run),
        lambda: ffmpeg("-i", export.file, *playable),
        lambda: ffmpeg("-i", short, *playable),
    )
    speed = sorted(export.speeds)[len(export.speeds) // 2]
    minutes = f"{_LENGTH.total_seconds() / 60:g} min"
    size = export.file.stat().st_size / 1e6
    cpu = f"CPU to export {minutes}, {size:.0f} MB"
    return [
        Row.at_least(
            f"export of {minutes}", speed, "x", against="real time", peer=1.0, goal=100, n=len(export.speeds)
        ),
        Row.at_most(cpu, ours, "ms", against="ffmpeg -c copy", peer=theirs, goal=1.5, n=_RUNS),
        Row.at_most(
            cpu,
            ours,
            "ms",
            against="ffmpeg -c copy without its start",
            peer=theirs - start,
            goal=1.5,
            n=_RUNS,
        ),
    ]


def still_row(export: Export) -> Row:
    """Measure key pictures in turns with ffmpeg."""
    track, unit = export.key_picture()
    writer = PyavWriter()

    async def some() -> None:
        for _ in range(_STILLS):
            await writer.still(track, unit, width=_WIDTH)

    picture = export.directory / "picture.jpg"
    ours, theirs = in_turns(
        _RUNS,
        lambda: own_cpu(lambda: export.runner.run(some())) / _STILLS,
        lambda: ffmpeg(
            "-i", export.directory / "short.mp4", "-frames:v", "1", "-vf", f"scale={_WIDTH}:-2", picture
        ),
    )
    return Row.at_most(
        "CPU for a key picture",
        ours,
        "ms",
        against="ffmpeg process",
        peer=theirs,
        goal=0.25,
        n=_RUNS * _STILLS,
    )


def main() -> None:
    """Measure, print and keep the rows."""
    with (
        tempfile.TemporaryDirectory() as made,
        running_recorder() as recorder,
        asyncio.Runner() as runner,
    ):
        device = OnvifDevice(recorder.address, RECORDER_USER, RECORDER_PASSWORD)
        end = datetime.now(UTC) - timedelta(minutes=5)
        export = Export(
            client=RtspClient(Credentials(username=RECORDER_USER, password=RECORDER_PASSWORD)),
            url=runner.run(_recording(device)),
            interval=Interval(end - _LENGTH, end),
            directory=Path(made),
            runner=runner,
        )
        write("export", [*export_rows(export), still_row(export), *package_rows(), *zip_rows()])
        runner.run(device.close())


async def _recording(device: OnvifDevice) -> str:
    (recording,) = (await device.channels())[0].recordings
    return await device.replay_uri(recording)


if __name__ == "__main__":
    main()
