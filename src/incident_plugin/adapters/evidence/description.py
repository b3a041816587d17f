"""package.json: what was asked for, what was delivered, what is missing and why, and by whose clock."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs
import msgspec

from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.exports import Exhibit, Export, ExportId, ExportSettings
from incident_plugin.domain.media import CameraId, ClockOffset, DeviceFacts
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.time import Interval, gaps

#: A part of the requested time as short as this is none.
_ROUNDING = timedelta(milliseconds=1)


@attrs.frozen(kw_only=True)
class Moment:
    """An instant: UTC, and by the site's clock on the wall with its offset from UTC."""

    utc: datetime
    site: str


@attrs.frozen(kw_only=True)
class Span:
    """A half-open interval."""

    start: Moment
    end: Moment

    @property
    def interval(self) -> Interval:
        """The interval."""
        return Interval(self.start.utc, self.end.utc)


@attrs.frozen(kw_only=True)
class MissingSpan(Span):
    """A part of the requested interval that was not delivered."""

    reason: str


@attrs.frozen(kw_only=True)
class MeasuredOffset:
    """Recorder clock minus the server's; picture times in this package are corrected by it."""

    seconds: float
    uncertainty_seconds: float
    measured_at: datetime
    #: The same for readers: ``7.0 +/- 0.2 s``.
    text: str


@attrs.frozen(kw_only=True)
class DescribedFile:
    """A file of an exhibit, below the package."""

    kind: str
    name: str
    size: int
    sha256: str


@attrs.frozen(kw_only=True)
class DescribedExhibit:
    """One exhibit, as its readers need it."""

    exhibit: str
    project: ProjectId
    sequence: SequenceId
    camera: CameraId
    camera_name: str
    recorder: str
    #: What gave the video, as it calls itself; nothing when it did not say.
    device: DeviceFacts | None = None
    comment: str
    requested: Span
    #: From the first picture to the end of the last one.
    first_to_last: Span | None
    #: Without interruption; requested = these + missing.
    delivered: tuple[Span, ...]
    missing: tuple[MissingSpan, ...]
    #: Video before the requested start, back to a picture that a decoder can start at.
    pre_roll_seconds: float
    clock_offset: MeasuredOffset | None
    clock_offset_after: MeasuredOffset | None
    codec: str
    #: The sound in the master; empty for none.
    sound: str = ""
    pictures: int
    files: tuple[DescribedFile, ...]
    notes: tuple[str, ...]


@attrs.frozen(kw_only=True)
class EarlierPackage:
    """An earlier export of the same sequences."""

    export: ExportId
    made_at: datetime | None
    name: str
    sha256: str
    sequences: tuple[SequenceId, ...]


@attrs.frozen(kw_only=True)
class Description:
    """What the package is; it names no person."""

    format: str = "incident evidence package 1"
    export: ExportId
    site: str
    time_zone: str
    created_at: Moment
    projects: tuple[ProjectId, ...]
    settings: ExportSettings
    software: Mapping[str, str]
    exhibits: tuple[DescribedExhibit, ...]
    earlier_packages: tuple[EarlierPackage, ...] = ()
    #: What could not be put into it.
    not_included: tuple[str, ...] = ()


def describe(
    export: Export,
    *,
    site: str,
    time_zone: str,
    software: Mapping[str, str],
    earlier: tuple[Export, ...] = (),
    not_included: tuple[str, ...] = (),
) -> bytes:
    """Give the description of an export as JSON."""
    clock = _Wall(time_zone)
    wanted = {item.sequence for item in export.items}
    document = Description(
        export=export.id,
        site=site,
        time_zone=time_zone,
        created_at=clock.moment(export.created_at),
        projects=export.projects,
        settings=export.settings,
        software=software,
        exhibits=tuple(_exhibit(exhibit, clock) for exhibit in export.exhibits),
        earlier_packages=tuple(
            EarlierPackage(
                export=one.id,
                made_at=one.finished_at,
                name=one.package.name if one.package else "",
                sha256=one.package.sha256 if one.package else "",
                sequences=tuple(i.sequence for i in one.items if i.sequence in wanted),
            )
            for one in earlier
        ),
        not_included=not_included,
    )
    # A hostile name may have half a surrogate pair, which is no text in any encoding.
    text = json.dumps(msgspec.to_builtins(document), ensure_ascii=False, indent=2)
    return text.encode("utf-8", "replace") + b"\n"


def consistency_faults(data: bytes, files: Mapping[str, tuple[int, str]]) -> tuple[str, ...]:
    """Say what a description tells that is not so: files, and requested = delivered + missing.

    ``files`` gives size and SHA-256 of what is there, by name below the package.
    """
    try:
        document = msgspec.json.decode(data, type=Description)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        return (f"It cannot be read ({error}).",)
    faults: list[str] = []
    for exhibit in document.exhibits:
        faults += [
            f"{file.name} of exhibit {exhibit.exhibit} is not the file that is described."
            for file in exhibit.files
            if files.get(file.name) != (file.size, file.sha256)
        ]
        try:
            covered = [one.interval for one in (*exhibit.delivered, *exhibit.missing)]
            left = gaps(exhibit.requested.interval, covered)
        except (InvalidInput, ValueError) as error:
            faults.append(f"Exhibit {exhibit.exhibit} tells times that cannot be: {error}")
            continue
        if any(gap.length > _ROUNDING for gap in left):
            faults.append(f"Exhibit {exhibit.exhibit}: requested is not delivered and missing together.")
    return tuple(faults)


def _exhibit(exhibit: Exhibit, clock: _Wall) -> DescribedExhibit:
    item = exhibit.item
    files = [DescribedFile(kind="master", name=exhibit.file, size=exhibit.size, sha256=exhibit.sha256)]
    files += [
        DescribedFile(kind=one.name.split("/")[1], name=one.name, size=one.size, sha256=one.sha256)
        for one in exhibit.others
    ]
    return DescribedExhibit(
        exhibit=exhibit.id,
        project=item.project,
        sequence=item.sequence,
        camera=item.footage.camera,
        camera_name=item.footage.camera_name,
        recorder=item.footage.recorder,
        device=exhibit.device,
        comment=item.comment,
        requested=clock.span(item.interval),
        first_to_last=clock.span(exhibit.delivered) if exhibit.delivered else None,
        delivered=tuple(map(clock.span, exhibit.parts)),
        missing=tuple(
            MissingSpan(start=clock.moment(gap.start), end=clock.moment(gap.end), reason=gap.reason)
            for gap in exhibit.gaps
        ),
        pre_roll_seconds=exhibit.pre_roll.total_seconds(),
        clock_offset=measured(exhibit.clock_offset),
        clock_offset_after=measured(exhibit.clock_offset_after),
        codec=exhibit.codec,
        sound=exhibit.sound,
        pictures=exhibit.frames,
        files=tuple(file for file in files if file.name),
        notes=exhibit.notes,
    )


def measured(offset: ClockOffset | None) -> MeasuredOffset | None:
    """Give a measured offset as it is written."""
    if offset is None:
        return None
    seconds, bound = offset.offset.total_seconds(), offset.uncertainty.total_seconds()
    return MeasuredOffset(
        seconds=seconds,
        uncertainty_seconds=bound,
        measured_at=offset.measured_at,
        # Rounded first: nothing is told as -0.0.
        text=f"{round(seconds, 1) + 0.0:.1f} +/- {max(bound, 0.1):.1f} s",
    )


class _Wall:
    """The clock on the site's wall."""

    def __init__(self, time_zone: str) -> None:
        try:
            self._zone: ZoneInfo | None = ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            self._zone = None

    def moment(self, at: datetime) -> Moment:
        # The offset tells the two hours of the night apart when clocks go back.
        return Moment(utc=at, site=(at.astimezone(self._zone) if self._zone else at).isoformat())

    def span(self, interval: Interval) -> Span:
        return Span(start=self.moment(interval.start), end=self.moment(interval.end))
