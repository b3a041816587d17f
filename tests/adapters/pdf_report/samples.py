"""A site, its people and one incident project."""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from PIL import Image

from incident_plugin.application.reports.content import FootageFacts, ReportContent
from incident_plugin.domain.exports import Exhibit, Export, ExportId, ExportItem, ExportState
from incident_plugin.domain.journal import GENESIS, Action, Activity, Entry, differences
from incident_plugin.domain.media import CameraId, ClockOffset
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Call, CallDirection, CallId, Comment, CommentId, Project, ProjectId
from incident_plugin.domain.properties import DELIVERED
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval

NOON = datetime(2026, 3, 1, 12, 3, 7, tzinfo=UTC)
ANNA = Person(id=PersonId("u1"), name="Anna Berg")
CARL = Person(id=PersonId("u2"), name="Carl Østergård")
DORA = Person(id=PersonId("u3"), name="Dora Lund")
EMIL = Person(id=PersonId("u4"), name="Emil Holm")


def jpeg(width: int = 64, height: int = 36) -> bytes:
    """A real JPEG picture."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (40, 90, 140)).save(file, "JPEG")
    return file.getvalue()


def sequence(number: int, **changes: Any) -> Sequence:
    """One minute of the lobby, a minute later with each number."""
    start = NOON + timedelta(minutes=number)
    made = Sequence(
        id=SequenceId(f"s{number}"),
        footage=Footage(
            camera=CameraId(f"rec:{number}"),
            camera_name="Lobby",
            recorder="North recorder",
            interval=Interval(start, start + timedelta(seconds=84, milliseconds=40)),
        ),
        added_by=DORA,
        added_at=NOON + timedelta(hours=1),
    )
    return attrs.evolve(made, **changes)


def comment(text: str, author: Person = ANNA, **changes: Any) -> Comment:
    """A comment of Anna's."""
    return Comment(id=CommentId(text[:20]), text=text, author=author, at=NOON, **changes)


def call(**changes: Any) -> Call:
    """A call of Carl's to the police."""
    made = Call(
        id=CallId("k1"),
        direction=CallDirection.MADE,
        author=CARL,
        at=NOON,
        number="112",
        person="Police control room",
        duration=timedelta(seconds=95),
        outcome="Patrol sent",
        note="Reference 2026/44",
    )
    return attrs.evolve(made, **changes)


def project(**changes: Any) -> Project:
    """A bicycle theft."""
    made = Project(
        id=ProjectId(42),
        created_by=ANNA,
        created_at=NOON,
        fields={
            "type": "theft",
            "status": "in-progress",
            "description": "A bicycle was taken.\nThe lock was cut.",
            "owner": "Carl Østergård",
            "priority": "high",
            "category:severity": "medium",
            "data:persons": 2,
            "data:injuries": False,
            "data:reported": "2026-03-01T12:10:00Z",
        },
        comments=(comment("The cutter lies beside the bin."),),
        calls=(call(),),
        sequences=(sequence(1), sequence(2)),
    )
    return attrs.evolve(made, **changes)


def entries(of: Project, *more: Activity, actor: Person = ANNA) -> tuple[Entry, ...]:
    """The activity log that follows from a project as it is, and more."""
    log: list[Entry] = []
    for number, activity in enumerate((*differences(None, of, DELIVERED), *more), start=1):
        log.append(
            Entry(
                project=of.id,
                number=number,
                at=NOON + timedelta(seconds=number),
                actor=actor,
                activity=activity,
                salt="5a17",
                previous=log[-1].hash if log else GENESIS,
            )
        )
    return tuple(log)


def export(of: Project, **changes: Any) -> Export:
    """An export of a project's first sequence, with a gap, and of the second one, which has no video."""
    first, second = (ExportItem(project=of.id, sequence=s.id, footage=s.footage) for s in of.sequences[:2])
    offset = ClockOffset(offset=timedelta(seconds=7), uncertainty=timedelta(seconds=0.2), measured_at=NOON)
    wanted = first.footage.interval
    exhibits = (
        Exhibit(
            id="E01",
            item=first,
            file="E01-lobby.mp4",
            size=1_234_567,
            sha256=hashlib.sha256(b"video").hexdigest(),
            delivered=wanted,
            gaps=(Interval(wanted.start + timedelta(seconds=10), wanted.start + timedelta(seconds=12)),),
            clock_offset=offset,
        ),
        Exhibit(
            id="E02",
            item=second,
            file="",
            size=0,
            sha256="",
            delivered=None,
            gaps=(second.footage.interval,),
            clock_offset=offset,
        ),
    )
    made = Export(
        id=ExportId("0123456789abcdef"),
        owner=DORA,
        created_at=NOON,
        items=(first, second),
        state=ExportState.DONE,
        exhibits=exhibits,
        finished_at=NOON + timedelta(hours=1),
    )
    return attrs.evolve(made, **changes)


def facts(of: Project) -> dict[SequenceId, FootageFacts]:
    """A recorder that was seven seconds fast, with a gap in the first sequence."""
    offset = ClockOffset(offset=timedelta(seconds=7), uncertainty=timedelta(seconds=0.2), measured_at=NOON)
    found = {s.id: FootageFacts(gaps=(), clock_offset=offset) for s in of.sequences}
    if of.sequences:
        start = of.sequences[0].footage.interval.start + timedelta(seconds=10)
        gap = Interval(start, start + timedelta(seconds=2))
        found[of.sequences[0].id] = FootageFacts(gaps=(gap,), clock_offset=offset)
    return found


def content(of: Project | None = None, **changes: Any) -> ReportContent:
    """What a report of the bicycle theft is made of."""
    of = project() if of is None else of
    owner = Activity(
        action=Action.FIELD_CHANGED, subject="Owner", before="Gerda Fjord", after="Carl Østergård"
    )
    made = ReportContent(
        project=of,
        entries=entries(of, owner),
        properties=DELIVERED,
        pictures={},
        footage=facts(of),
        missing=(),
        site="Harbour north",
        time_zone="Europe/Copenhagen",
        generated_at=NOON + timedelta(hours=2),
        generated_by=EMIL,
        show_user_names=True,
    )
    return attrs.evolve(made, **changes)
