"""The incident project: the record of one incident, and how it may change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, TypeVar

import attrs

from incident_plugin.domain.errors import Conflict, Held, Incomplete, InvalidInput, NotFound
from incident_plugin.domain.fields import checked_field, field_title, missing_to_close, shown_value
from incident_plugin.domain.people import Person
from incident_plugin.domain.properties import FieldValue, IncidentProperties
from incident_plugin.domain.sequence import Sequence, SequenceId
from incident_plugin.domain.text import MAXIMUM_LINE, MAXIMUM_TEXT, checked_text
from incident_plugin.domain.time import utc

ProjectId = NewType("ProjectId", int)
CommentId = NewType("CommentId", str)
CallId = NewType("CallId", str)

MAXIMUM_SEQUENCES = 1_000
#: Characters of the reason of a legal hold or a deletion.
MAXIMUM_REASON = 1_000
MAXIMUM_RELATED = 100
#: Characters of a remark about a sequence.
MAXIMUM_NOTE = 2_000


@attrs.frozen(kw_only=True)
class Comment:
    """A written remark; ``edited_at`` and ``edited_by`` tell of its last edit."""

    id: CommentId
    text: str
    author: Person
    at: datetime = attrs.field(converter=utc)
    edited_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    edited_by: Person | None = None


class CallDirection(StrEnum):
    """Who called whom."""

    MADE = "made"
    RECEIVED = "received"


@attrs.frozen(kw_only=True)
class Call:
    """A logged phone call."""

    id: CallId
    direction: CallDirection
    author: Person
    at: datetime = attrs.field(converter=utc)
    number: str = ""
    person: str = ""
    duration: timedelta | None = None
    outcome: str = ""
    note: str = ""
    edited_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    edited_by: Person | None = None


@attrs.frozen(kw_only=True)
class Stamp:
    """Who set a field last, and when."""

    by: Person
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class Relation:
    """Another project that has to do with this one; both have the relation."""

    project: ProjectId
    #: In a word: "same van", "follow-up". May be empty.
    why: str = ""
    by: Person
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class FieldChange:
    """One field set to a value, by somebody who saw ``before`` when they chose ``after``."""

    #: ``type``, ``status``, ``description``, ``owner``, ``priority``, ``category:<id>`` or ``data:<id>``.
    field: str
    before: FieldValue
    after: FieldValue


@attrs.frozen(kw_only=True)
class LegalHold:
    """Stops the deletion of a project, by whomever and whenever, until it is lifted."""

    reason: str
    by: Person
    at: datetime = attrs.field(converter=utc)


@attrs.frozen(kw_only=True)
class Project:
    """One incident project as it stands now; earlier states are in its activity log."""

    id: ProjectId
    created_by: Person
    created_at: datetime = attrs.field(converter=utc)
    #: Grows by one with every saved change.
    revision: int = 1
    #: Values by field name; a field without a value is absent.
    fields: Mapping[str, FieldValue]
    comments: tuple[Comment, ...] = ()
    calls: tuple[Call, ...] = ()
    sequences: tuple[Sequence, ...] = ()
    hold: LegalHold | None = None
    #: Filled in for readers: when it is deleted for good unless a hold stops it. Nothing of it is stored.
    expires_at: datetime | None = None
    related: tuple[Relation, ...] = ()
    #: By field, who set it last; kept by the unit of work.
    stamps: Mapping[str, Stamp] = attrs.field(factory=dict)

    @property
    def start(self) -> datetime | None:
        """The earliest start of a sequence; nothing without sequences."""
        return min((s.footage.interval.start for s in self.sequences), default=None)

    @property
    def end(self) -> datetime | None:
        """The latest end of a sequence; nothing without sequences."""
        return max((s.footage.interval.end for s in self.sequences), default=None)

    def changed(self, changes: tuple[FieldChange, ...], properties: IncidentProperties) -> Project:
        """Set fields. Raises ``Conflict`` when a field no longer has the value its author saw.

        Fields that others changed meanwhile keep what they have: only the named ones are touched.
        """
        fields = dict(self.fields)
        for change in changes:
            present = fields.get(change.field)
            kept = present is not None and change.after == present
            # A value that was retired meanwhile stays where it is.
            value = present if kept else checked_field(change.field, change.after, properties)
            if present not in (change.before, value):
                stamp = self.stamps.get(change.field)
                who = f"{stamp.by.name} changed it. " if stamp else ""
                raise Conflict(
                    f"{field_title(change.field, properties)} is now "
                    f"“{shown_value(change.field, present, properties)}”. {who}"
                    "Your change was not saved: choose one.",
                    field=change.field,
                    now=present,
                    by=stamp.by if stamp else None,
                    at=stamp.at if stamp else None,
                )
            if value is None:
                fields.pop(change.field, None)
            else:
                fields[change.field] = value
        self._refuse_unfinished(fields, properties)
        return attrs.evolve(self, fields=fields)

    def _refuse_unfinished(self, fields: Mapping[str, FieldValue], properties: IncidentProperties) -> None:
        """Raise ``Incomplete`` when this closes the project, or makes a closed one lack what it has."""
        if not properties.closes(fields.get("status")):
            return
        missing = missing_to_close(fields, properties)
        if properties.closes(self.fields.get("status")):
            lacking = set(missing_to_close(self.fields, properties))
            missing = tuple(title for title in missing if title not in lacking)
        if missing:
            have = "has" if len(missing) == 1 else "have"
            raise Incomplete(
                f"{_listed(missing)} {have} no value, and this site requires it of closed incident projects. "
                f"Incident project {self.id} was not changed: fill in what is missing, then close it."
            )

    def with_hold(self, hold: LegalHold) -> Project:
        """Put it on legal hold; raises ``InvalidInput`` without a reason, and when it is on hold already."""
        if self.hold is not None:
            raise InvalidInput(
                f"Incident project {self.id} is on legal hold already, set by {self.hold.by.name}. "
                "Nothing was changed.",
                cause="incident.held-already",
            )
        reason = _checked_reason(hold.reason, "set")
        return attrs.evolve(self, hold=attrs.evolve(hold, reason=reason))

    def without_hold(self, reason: str) -> Project:
        """Lift the legal hold; raises ``InvalidInput`` without a reason, and when there is no hold."""
        if self.hold is None:
            raise InvalidInput(
                f"Incident project {self.id} is not on legal hold. Nothing was changed.",
                cause="incident.not-held",
            )
        _checked_reason(reason, "lifted")
        return attrs.evolve(self, hold=None)

    def refuse_deletion(self) -> None:
        """Raise ``Held`` while a legal hold stops the deletion."""
        if self.hold is not None:
            raise Held(
                f"{self.hold.by.name} put incident project {self.id} on legal hold at "
                f"{self.hold.at:%Y-%m-%d %H:%M} UTC: “{self.hold.reason}”. It was not deleted. "
                "Lift the hold first, if it is no longer needed."
            )

    def with_comment(self, comment: Comment) -> Project:
        """Add a comment."""
        text = _required("The comment", comment.text)
        return attrs.evolve(self, comments=(*self.comments, attrs.evolve(comment, text=text)))

    def comment(self, comment_id: CommentId) -> Comment:
        """Find a comment; raises ``NotFound``."""
        return _found(self.comments, comment_id, "comment", self.id)

    def with_edited_comment(
        self, comment_id: CommentId, text: str, *, seen: datetime | None, by: Person, at: datetime
    ) -> Project:
        """Replace a comment's text; the earlier text stays in the activity log.

        ``seen`` is when the comment that its author saw had been edited last; raises ``Conflict`` when
        somebody edited it after that.
        """
        present, text = self.comment(comment_id), _required("The comment", text)
        if present.text == text:
            return self
        _refuse_unseen("comment", present, seen, present.text)
        edited = attrs.evolve(present, text=text, edited_at=at, edited_by=by)
        return attrs.evolve(self, comments=tuple(edited if c.id == comment_id else c for c in self.comments))

    def without_comment(self, comment_id: CommentId) -> Project:
        """Delete a comment; its text stays in the activity log."""
        self.comment(comment_id)
        return attrs.evolve(self, comments=tuple(c for c in self.comments if c.id != comment_id))

    def call(self, call_id: CallId) -> Call:
        """Find a call; raises ``NotFound``."""
        return _found(self.calls, call_id, "call", self.id)

    def with_call(self, call: Call) -> Project:
        """Add a call, or put it in the place of the one of the same id."""
        call = _checked_call(call)
        others = tuple(call if c.id == call.id else c for c in self.calls)
        return attrs.evolve(self, calls=others if call in others else (*self.calls, call))

    def with_edited_call(self, call: Call, *, seen: datetime | None, by: Person, at: datetime) -> Project:
        """Replace the call of the same id; ``seen`` as for ``with_edited_comment``."""
        present = self.call(call.id)
        if _checked_call(call) == present:
            return self
        _refuse_unseen("call", present, seen, "")
        return self.with_call(attrs.evolve(call, edited_at=at, edited_by=by))

    def without_call(self, call_id: CallId) -> Project:
        """Delete a call."""
        self.call(call_id)
        return attrs.evolve(self, calls=tuple(c for c in self.calls if c.id != call_id))

    def with_sequences(self, sequences: tuple[Sequence, ...]) -> Project:
        """Add sequences; the same footage is kept once."""
        known = {s.footage for s in self.sequences}
        new: dict[object, Sequence] = {}
        for sequence in sequences:
            if sequence.footage not in known:
                new.setdefault(sequence.footage, sequence)
        if len(self.sequences) + len(new) > MAXIMUM_SEQUENCES:
            raise InvalidInput(
                f"Incident project {self.id} would have more than {MAXIMUM_SEQUENCES:,} sequences. None were "
                "added: use a second incident project.",
                cause="incident.too-many-sequences",
            )
        return attrs.evolve(self, sequences=(*self.sequences, *new.values()))

    def sequence(self, sequence_id: SequenceId) -> Sequence:
        """Find a sequence; raises ``NotFound``."""
        return _found(self.sequences, sequence_id, "sequence", self.id)

    def with_sequence_note(self, sequence_id: SequenceId, before: str, note: str) -> Project:
        """Remark something about a sequence; raises ``Conflict`` when the remark is no longer ``before``."""
        present, note = self.sequence(sequence_id), checked_text("The note", note, MAXIMUM_NOTE)
        if present.note not in (before, note):
            raise Conflict(
                f"The note of this sequence is now “{present.note}”. Yours was not saved: choose one.",
                field=f"sequence:{sequence_id}",
                now=present.note,
            )
        noted = attrs.evolve(present, note=note)
        return attrs.evolve(
            self, sequences=tuple(noted if s.id == sequence_id else s for s in self.sequences)
        )

    def with_relation(self, relation: Relation) -> Project:
        """Relate another project, or say anew why; raises ``InvalidInput`` for itself and for too many."""
        if relation.project == self.id:
            raise InvalidInput(
                "An incident project is not related to itself. Choose another one.",
                cause="incident.related-to-itself",
            )
        relation = attrs.evolve(relation, why=checked_text("The reason", relation.why, MAXIMUM_LINE))
        others = tuple(r for r in self.related if r.project != relation.project)
        if len(others) >= MAXIMUM_RELATED:
            raise InvalidInput(
                f"Incident project {self.id} is related to {MAXIMUM_RELATED} others. Unlink one first.",
                cause="incident.too-many-related",
            )
        return attrs.evolve(self, related=(*others, relation))

    def without_relation(self, other: ProjectId) -> Project:
        """Take a relation away; one that is not there is no fault."""
        return attrs.evolve(self, related=tuple(r for r in self.related if r.project != other))

    def without_sequences(self, ids: frozenset[SequenceId]) -> Project:
        """Take sequences out; raises ``NotFound`` when one is not there."""
        for sequence_id in ids:
            self.sequence(sequence_id)
        return attrs.evolve(self, sequences=tuple(s for s in self.sequences if s.id not in ids))


def _checked_reason(reason: str, done: str) -> str:
    reason = checked_text("The reason", reason.strip(), MAXIMUM_REASON)
    if not reason:
        raise InvalidInput(
            f"A legal hold is {done} for a reason. It was not {done}: say why.",
            cause="incident.reason-missing",
        )
    return reason


def _listed(titles: tuple[str, ...]) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def _required(title: str, text: str) -> str:
    if not text.strip():
        raise InvalidInput(
            f"{title} is empty. Nothing was saved: write something first.", cause="incident.text-empty"
        )
    return checked_text(title, text, MAXIMUM_TEXT)


def _refuse_unseen(what: str, present: Comment | Call, seen: datetime | None, now: str) -> None:
    if present.edited_at == seen or present.edited_by is None:
        return
    raise Conflict(
        f"{present.edited_by.name} edited this {what} meanwhile. Yours was not saved: choose one.",
        field=f"{what}:{present.id}",
        now=now,
        by=present.edited_by,
        at=present.edited_at,
    )


def _checked_call(call: Call) -> Call:
    if call.duration is not None and not timedelta(0) <= call.duration <= timedelta(days=1):
        raise InvalidInput(
            "A call lasts between 0 seconds and a day. It was not saved: correct the duration.",
            cause="incident.call-duration",
        )
    return attrs.evolve(
        call,
        number=checked_text("The number", call.number, MAXIMUM_LINE),
        person=checked_text("The person", call.person, MAXIMUM_LINE),
        outcome=checked_text("The outcome", call.outcome, MAXIMUM_LINE),
        note=checked_text("The note", call.note, MAXIMUM_TEXT),
    )


_Item = TypeVar("_Item", Comment, Call, Sequence)


def _found(items: tuple[_Item, ...], wanted: str, what: str, project: ProjectId) -> _Item:
    for item in items:
        if item.id == wanted:
            return item
    raise NotFound(
        f"The {what} is no longer in incident project {project}: somebody removed it.",
        cause=f"incident.{what}-gone",
    )
