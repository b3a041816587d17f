"""The activity log: who did what, when, before and after. Append-only, one hash chain for each project.

The chain commits to salted hashes and not to texts: one of who acted and one of what was done, each with a
salt of its own. So texts and names can be forgotten while the chain stays verifiable, and a log can be handed
out with names withheld. How things are hashed: ``chain``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from functools import cached_property

import attrs

from incident_plugin.domain.chain import GENESIS, digest, entry_hash, what_hash, who_hash
from incident_plugin.domain.fields import field_title, shown_value
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import Call, Comment, Project, ProjectId
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.domain.sequence import Footage, Sequence
from incident_plugin.domain.time import Interval, utc

__all__ = [
    "AUDIT",
    "GENESIS",
    "Action",
    "Activity",
    "Chain",
    "Entry",
    "Link",
    "chain_of",
    "described_footage",
    "differences",
    "first_fault",
    "instant",
    "log_name",
]

#: The log of administrators' and security events: a chain like any other, of a project that never is.
AUDIT = ProjectId(0)


class Action(StrEnum):
    """What can be done to a project."""

    CREATED = "project.created"
    OPENED = "project.opened"
    DELETED = "project.deleted"
    PURGED = "project.purged"
    FORGOTTEN = "entry.forgotten"
    FIELD_SET = "field.set"
    FIELD_CHANGED = "field.changed"
    FIELD_CLEARED = "field.cleared"
    COMMENT_ADDED = "comment.added"
    COMMENT_EDITED = "comment.edited"
    COMMENT_DELETED = "comment.deleted"
    CALL_ADDED = "call.added"
    CALL_EDITED = "call.edited"
    CALL_DELETED = "call.deleted"
    COMMENT_RESTORED = "comment.restored"
    CALL_RESTORED = "call.restored"
    SEQUENCE_ADDED = "sequence.added"
    SEQUENCE_REMOVED = "sequence.removed"
    SEQUENCE_RESTORED = "sequence.restored"
    SEQUENCE_NOTED = "sequence.noted"
    RELATED = "project.related"
    UNRELATED = "project.unrelated"
    CAMERA_SHOWN = "view.shown"
    CAMERA_LEFT = "view.left"
    VIDEO_VIEWED = "video.viewed"
    CAMERA_MOVED = "camera.moved"
    SNAPSHOT_TAKEN = "snapshot.taken"
    PRESERVING = "preserve.chosen"
    PRESERVED = "video.preserved"
    COPY_DAMAGED = "video.copy-damaged"
    SENT_FOR_EXPORT = "export.sent"
    EXPORTED = "export.finished"
    HANDED_OVER = "export.handed-over"
    REPORT_GENERATED = "report.generated"
    REPORT_PRINTED = "report.printed"
    REPORT_SAVED = "report.saved"
    RESTORED = "project.restored"
    HOLD_SET = "hold.set"
    HOLD_LIFTED = "hold.lifted"
    PROPERTY_ADDED = "properties.added"
    PROPERTY_CHANGED = "properties.changed"
    PROPERTY_REMOVED = "properties.removed"
    SETTING_CHANGED = "settings.changed"
    HOST_REPORTED = "host.reported"
    AUDIT_EXPORTED = "audit.exported"
    BACKUP_MADE = "backup.made"
    DENIED = "security.denied"
    RECORDER_ADDED = "recorder.added"
    RECORDER_CHANGED = "recorder.changed"
    RECORDER_REMOVED = "recorder.removed"


@attrs.frozen(kw_only=True)
class Activity:
    """One thing done, in the words of that time."""

    action: Action
    #: What it was done to, as people read it: a field's title, a camera's name, the number of an export.
    subject: str = ""
    before: str = ""
    after: str = ""
    #: Id of the camera it tells of, so that people who may not see that camera are not told.
    camera: str = ""
    #: Name of the field, or id of the comment, call or sequence: titles and names change, this does not.
    target: str = ""


@attrs.frozen(kw_only=True)
class Entry:
    """One row of an activity log."""

    project: ProjectId
    #: Counts from 1 without gaps: the order of the log, whatever the clock says.
    number: int
    at: datetime = attrs.field(converter=utc)
    actor: Person
    activity: Activity
    #: Two random texts of one length, one after the other: they keep who and what from being guessed from
    #: their hashes.
    salt: str
    #: Hash of the entry before, or ``GENESIS``.
    previous: str
    #: Hashes of the payload that this entry had, when it was forgotten.
    forgotten: str | None = None
    #: How it is hashed: 1 is one hash over salt and payload, as the first files had it.
    form: int = 2

    def forget(self) -> Entry:
        """Give the entry without its payload: no text, no name; its hash stays, and so does the chain's."""
        return attrs.evolve(
            self,
            actor=Person(id=PersonId(""), name=""),
            activity=Activity(action=Action.FORGOTTEN),
            salt="",
            forgotten=self.payload_hash,
        )

    @property
    def who_salt(self) -> str:
        """The salt of who acted."""
        return self.salt[: len(self.salt) // 2]

    @property
    def what_salt(self) -> str:
        """The salt of what was done."""
        return self.salt[len(self.salt) // 2 :]

    @property
    def payload_hash(self) -> str:
        """What the entry commits to: the hashes of who acted and of what was done, one after the other."""
        if self.forgotten is not None:
            return self.forgotten
        actor, did = self.actor, self.activity
        if self.form == 1:
            camera = (did.camera,) if did.camera else ()
            texts = (self.salt, actor.id, actor.name, did.action, did.subject, did.before, did.after, *camera)
            return digest(texts)
        half = len(self.salt) // 2
        return who_hash(self.salt[:half], actor.id, actor.name) + what_hash(
            self.salt[half:], did.action, did.subject, did.before, did.after, did.camera, did.target
        )

    @cached_property
    def hash(self) -> str:
        """SHA-256 over what stays when the payload is forgotten."""
        return entry_hash(self.previous, self.project, self.number, self.at.isoformat(), self.payload_hash)

    @property
    def link(self) -> Link:
        """What its chain needs of it."""
        spoilt = self.forgotten is not None and self != self.forget()
        wrong = "was forgotten, and written in again" if spoilt else ""
        return self.project, self.number, self.previous, self.hash, wrong


def log_name(project: ProjectId) -> str:
    """Name the thing that a log belongs to."""
    return "the audit log" if project == AUDIT else f"incident project {project}"


#: What a chain needs of an entry: its project, number, ``previous`` and hash, and what is wrong with itself.
Link = tuple[int, int, str, str, str]


@attrs.frozen
class Chain:
    """One log's hashes, and the first thing that is wrong with it."""

    project: ProjectId
    #: Of each entry that there is, in order.
    hashes: tuple[str, ...]
    #: As a sentence; nothing for a chain without fault.
    fault: str | None = None


def chain_of(project: ProjectId, links: Iterable[Link]) -> Chain:
    """Walk a chain from its beginning."""
    hashes: list[str] = []
    previous, fault = GENESIS, None
    for position, (of, number, before, hashed, wrong) in enumerate(links, start=1):
        if fault is None:
            where = f"Entry {position} of {log_name(project)}"
            if wrong:
                fault = f"{where} {wrong}."
            elif of != project:
                fault = f"An entry of {log_name(ProjectId(of))} is among those of {log_name(project)}."
            elif number != position:
                fault = f"{where} is missing."
            elif before != previous:
                fault = f"{where}, or the one before it, was changed."
        previous = hashed
        hashes.append(hashed)
    return Chain(project, tuple(hashes), fault)


def first_fault(entries: Iterable[Entry]) -> str | None:
    """Walk one project's chain from its beginning; say what is wrong first, or nothing."""
    entries = tuple(entries)
    return chain_of(entries[0].project, (entry.link for entry in entries)).fault if entries else None


def differences(
    before: Project | None,
    after: Project,
    properties: IncidentProperties,
    *,
    restored: frozenset[str] = frozenset(),
) -> Iterator[Activity]:
    """Say what was done between two states of a project, so that no use case can forget to.

    ``restored`` are ids of things that are not new but were put back.
    """
    if before is None:
        yield Activity(action=Action.CREATED, subject=str(after.id))
        before = attrs.evolve(after, fields={}, comments=(), calls=(), sequences=(), related=(), hold=None)
    yield from _field_differences(before, after, properties)
    yield from _item_differences(before.sequences, after.sequences, restored)
    yield from _item_differences(before.comments, after.comments, restored)
    yield from _item_differences(before.calls, after.calls, restored)
    yield from _relation_differences(before, after)
    if before.hold != after.hold:
        if before.hold is not None:
            yield Activity(action=Action.HOLD_LIFTED, before=before.hold.reason)
        if after.hold is not None:
            yield Activity(action=Action.HOLD_SET, after=after.hold.reason)


def _field_differences(before: Project, after: Project, properties: IncidentProperties) -> Iterator[Activity]:
    for field in sorted({*before.fields, *after.fields}):
        old, new = before.fields.get(field), after.fields.get(field)
        if old == new:
            continue
        action = Action.FIELD_CHANGED
        if old is None or new is None:
            action = Action.FIELD_SET if old is None else Action.FIELD_CLEARED
        yield Activity(
            action=action,
            subject=field_title(field, properties),
            before=shown_value(field, old, properties),
            after=shown_value(field, new, properties),
            target=field,
        )


def _relation_differences(before: Project, after: Project) -> Iterator[Activity]:
    old = {relation.project: relation.why for relation in before.related}
    new = {relation.project: relation.why for relation in after.related}
    for other, why in new.items():
        if old.get(other) != why:
            yield Activity(
                action=Action.RELATED,
                subject=str(other),
                before=old.get(other, ""),
                after=why,
                target=str(other),
            )
    for other, why in old.items():
        if other not in new:
            yield Activity(action=Action.UNRELATED, subject=str(other), before=why, target=str(other))


_Item = Comment | Call | Sequence

_ADDED = {Comment: Action.COMMENT_ADDED, Call: Action.CALL_ADDED, Sequence: Action.SEQUENCE_ADDED}
_EDITED = {Comment: Action.COMMENT_EDITED, Call: Action.CALL_EDITED, Sequence: Action.SEQUENCE_NOTED}
_RESTORED = {
    Comment: Action.COMMENT_RESTORED,
    Call: Action.CALL_RESTORED,
    Sequence: Action.SEQUENCE_RESTORED,
}
_REMOVED = {Comment: Action.COMMENT_DELETED, Call: Action.CALL_DELETED, Sequence: Action.SEQUENCE_REMOVED}


def _item_differences(
    before: Iterable[_Item], after: Iterable[_Item], restored: frozenset[str]
) -> Iterator[Activity]:
    old = {item.id: item for item in before}
    new = {item.id: item for item in after}
    for key, item in new.items():
        if key not in old:
            yield Activity(
                action=(_RESTORED if key in restored else _ADDED)[type(item)],
                subject=_subject(item),
                after=_described(item),
                camera=_camera(item),
                target=item.id,
            )
        elif item != old[key]:
            noted = isinstance(item, Sequence)
            yield Activity(
                action=_EDITED[type(item)],
                subject=_subject(item),
                before=_note(old[key]) if noted else _described(old[key]),
                after=_note(item) if noted else _described(item),
                camera=_camera(item),
                target=item.id,
            )
    for key, item in old.items():
        if key not in new:
            yield Activity(
                action=_REMOVED[type(item)],
                subject=_subject(item),
                before=_described(item),
                camera=_camera(item),
                target=item.id,
            )


def _note(item: _Item) -> str:
    return item.note if isinstance(item, Sequence) else ""


def _subject(item: _Item) -> str:
    if isinstance(item, Sequence):
        return item.footage.camera_name
    return item.id


def _camera(item: _Item) -> str:
    return item.footage.camera if isinstance(item, Sequence) else ""


def _described(item: _Item) -> str:
    match item:
        case Comment():
            return item.text
        case Sequence():
            return described_footage(item.footage)
        case Call():
            seconds = "" if item.duration is None else f"{item.duration.total_seconds():.0f} s"
            facts = (item.direction, item.person, item.number, seconds, item.outcome, item.note)
            return f"{instant(item.at)}: {', '.join(fact for fact in facts if fact)}"


def described_footage(footage: Footage) -> str:
    """Give the interval of a sequence as text, UTC."""
    return described_interval(footage.interval)


def described_interval(interval: Interval) -> str:
    """Give an interval as text, UTC."""
    return f"{instant(interval.start)} to {instant(interval.end)}"


def instant(at: datetime) -> str:
    """Give an instant as text, UTC."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
