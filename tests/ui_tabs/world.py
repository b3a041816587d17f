"""The state behind the tabs, made of the product's own values, so that what is sent has the true shapes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import attrs

from incident_plugin.application.store import summary
from incident_plugin.domain.exports import (
    Exhibit,
    Export,
    ExportId,
    ExportItem,
    ExportList,
    ExportSettings,
    ExportState,
    Gap,
    Package,
)
from incident_plugin.domain.journal import GENESIS, Action, Activity, Entry, differences
from incident_plugin.domain.media import CameraId, ClockOffset
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Project, ProjectId, Stamp
from incident_plugin.domain.properties import DELIVERED, FieldValue
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
OPERATOR = Person(id=PersonId("operator"), name="Olga Operator")
COLLEAGUE = Person(id=PersonId("colleague"), name="Carl Colleague")
PEOPLE = {person.id: person for person in (OPERATOR, COLLEAGUE)}
LOBBY, YARD = CameraId("demo:1/lobby"), CameraId("demo:1/yard")
NAMES = {LOBBY: "Lobby", YARD: "Yard"}


def footage(camera: CameraId, minute: float, seconds: float, *, name: str = "") -> Footage:
    """Video of a camera, from some minutes after noon."""
    start = NOON + timedelta(minutes=minute)
    return Footage(
        camera=camera,
        camera_name=name or NAMES[camera],
        recorder="Demo recorder",
        interval=Interval(start, start + timedelta(seconds=seconds)),
    )


class World:
    """Projects, their logs, export lists and exports; written by the server, arranged by tests."""

    def __init__(self) -> None:
        self.properties = DELIVERED
        self.projects: dict[int, Project] = {}
        self.logs: dict[int, list[Entry]] = {}
        self.fault: str | None = None
        self.export_list = ExportList(id=OPERATOR.id)
        self.exports: list[Export] = []
        self.presets: list[dict[str, object]] = []
        #: Whether the site lets recorded sound leave.
        self.sound = True
        #: Bytes that the disk has free.
        self.free = 90_000_000_000
        #: The last order, as it was sent.
        self.ordered: dict[str, object] = {}
        self.report_complete = True
        #: Every report asked for, as it was asked for.
        self.reports: list[dict] = []
        self.report_titles: list[str] = []
        #: How far a report is, each time it is asked; then it is done.
        self.report_progress: list[float] = []
        self.report_cancelled = False
        #: Whether the operator wants the video preserved.
        self.preserved: bool | None = None
        self.now = NOON + timedelta(hours=1)
        self._ids = 0

    def instant(self) -> datetime:
        """Give the next moment: a second after the last one."""
        self.now += timedelta(seconds=1)
        return self.now

    def new_id(self, letter: str) -> str:
        """Give an id that was not given before."""
        self._ids += 1
        return f"{letter}{self._ids}"

    def project(
        self, *sequences: Footage, by: Person = OPERATOR, unconfirmed: bool = False, **fields: FieldValue
    ) -> int:
        """Have somebody create a project; give its id."""
        number = ProjectId(max(self.projects, default=0) + 1)
        whole = tuple(
            Sequence(
                id=SequenceId(self.new_id("s")),
                footage=f,
                added_by=by,
                added_at=self.now,
                end_unconfirmed=unconfirmed,
            )
            for f in sequences
        )
        values: dict[str, FieldValue] = {"status": "new", **fields}
        project = Project(id=number, created_by=by, created_at=self.instant(), fields=values, sequences=whole)
        self.save(None, project, by)
        return number

    def save(self, before: Project | None, after: Project, by: Person) -> Project:
        """Keep a project's new state and log what was done."""
        if before is not None:
            after = attrs.evolve(after, revision=before.revision + 1)
        activities = tuple(differences(before, after, self.properties))
        stamp = Stamp(by=by, at=self.instant())
        stamps = {a.target: stamp for a in activities if a.action.startswith("field.")}
        after = attrs.evolve(after, stamps={**after.stamps, **stamps})
        self.projects[after.id] = after
        for activity in activities:
            self.log(after.id, activity, by)
        return after

    def log(self, project: int, activity: Activity, by: Person) -> None:
        """Append to a project's activity log."""
        entries = self.logs.setdefault(project, [])
        previous = entries[-1].hash if entries else GENESIS
        entries.append(
            Entry(
                project=ProjectId(project),
                number=len(entries) + 1,
                at=self.instant(),
                actor=by,
                activity=activity,
                salt=str(len(entries)),
                previous=previous,
            )
        )

    def actions(self, project: int) -> list[str]:
        """What was done to a project, in order."""
        return [entry.activity.action.value for entry in self.logs[project]]

    def set_field(self, project: int, field: str, value: FieldValue, by: Person = COLLEAGUE) -> None:
        """Have somebody else save a field."""
        before = self.projects[project]
        self.save(before, attrs.evolve(before, fields={**before.fields, field: value}), by)

    def page(self, number: int | None, text: str, before: int | None, limit: int) -> dict[str, object]:
        """Answer what the list asks."""
        found = [
            summary(p)
            for p in sorted(self.projects.values(), key=lambda p: -p.id)
            if number in (None, p.id) and text.lower() in str(p.fields.get("description", "")).lower()
        ]
        shown = [s for s in found if before is None or s.id < before][:limit]
        return {"projects": shown, "total": min(len(found), 10_000), "capped": len(found) > 10_000}

    def start_export(self, settings: ExportSettings) -> Export:
        """Make a job of the export list."""
        job = Export(
            id=ExportId(self.new_id("x")),
            owner=OPERATOR,
            created_at=self.instant(),
            items=self.export_list.items,
            settings=settings,
            state=ExportState.RUNNING,
        )
        self.exports.insert(0, job)
        self.export_list = ExportList(id=OPERATOR.id)
        return job

    def advance(self, **changes: object) -> None:
        """Let the newest export get on."""
        self.exports[0] = attrs.evolve(self.exports[0], **changes)

    def finish_export(self) -> None:
        """Let the newest export succeed, with a gap in its first file."""
        job = self.exports[0]
        exhibits = tuple(_exhibit(i, item) for i, item in enumerate(job.items, start=1))
        package = Package(
            name="1-20260302T120000Z",
            files=16,
            size=3_200_000,
            sha256="a7" * 32,
            fingerprint=":".join(["5F"] * 32),
        )
        at = self.instant()
        self.advance(
            state=ExportState.DONE,
            progress=1.0,
            exhibits=exhibits,
            finished_at=at,
            package=package,
            expires_at=at + timedelta(days=30),
        )
        for number in job.projects:
            self.log(number, Activity(action=Action.EXPORTED, subject=job.id), OPERATOR)


def _exhibit(number: int, item: ExportItem) -> Exhibit:
    start, end = item.footage.interval.start, item.footage.interval.end
    second = timedelta(seconds=1)
    data = file_bytes(number)
    return Exhibit(
        id=f"E{number:02}",
        item=item,
        file=f"E{number:02}.mp4",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        delivered=Interval(start - second, end),
        gaps=(Gap(start=start + 2 * second, end=start + 5 * second, reason="Not recorded."),)
        if number == 1
        else (),
        clock_offset=ClockOffset(
            offset=timedelta(seconds=-0.125), uncertainty=timedelta(seconds=0.02), measured_at=start
        ),
    )


def file_bytes(number: int) -> bytes:
    """What the file of an exhibit holds."""
    return f"video {number} ".encode() * 200_000
