"""The one place where a use case asks whether somebody may do something, and what they may read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import attrs

from incident_plugin.application.ports import Access, Actor
from incident_plugin.application.searching import Part, ProjectFilter, part_of
from incident_plugin.application.store import Marked, ProjectSummary
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import Denied, Unreadable
from incident_plugin.domain.journal import Action, Activity, Entry
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import IncidentProperties
from incident_plugin.domain.sequence import Sequence as VideoSequence

_DETAIL_TITLES = frozenset({"Type", "Status", "Description", "Owner", "Priority"})

#: Stands in an activity log for what its reader may not know.
WITHHELD = "(not available to you)"

_COMMENTS = frozenset(
    {Action.COMMENT_ADDED, Action.COMMENT_EDITED, Action.COMMENT_DELETED, Action.COMMENT_RESTORED}
)
#: Stands for the cameras of somebody who may see none: no sequence is of it.
_NONE = CameraId("")

_HOLDS = frozenset({Action.HOLD_SET, Action.HOLD_LIFTED})
_CALLS = frozenset({Action.CALL_ADDED, Action.CALL_EDITED, Action.CALL_DELETED, Action.CALL_RESTORED})
_RELATIONS = frozenset({Action.RELATED, Action.UNRELATED})
_FIELDS = frozenset({Action.FIELD_SET, Action.FIELD_CHANGED, Action.FIELD_CLEARED})
_FOOTAGE = frozenset(
    {
        Action.SEQUENCE_ADDED,
        Action.SEQUENCE_REMOVED,
        Action.SEQUENCE_RESTORED,
        Action.SEQUENCE_NOTED,
        Action.CAMERA_SHOWN,
        Action.CAMERA_LEFT,
        Action.VIDEO_VIEWED,
        Action.CAMERA_MOVED,
        Action.SNAPSHOT_TAKEN,
        Action.PRESERVED,
        Action.COPY_DAMAGED,
    }
)
#: What changes nothing of a project: only its log tells of it.
_ONLY_LOGGED = frozenset(
    {
        Action.OPENED,
        Action.CAMERA_SHOWN,
        Action.CAMERA_LEFT,
        Action.VIDEO_VIEWED,
        Action.CAMERA_MOVED,
        Action.SNAPSHOT_TAKEN,
        Action.SENT_FOR_EXPORT,
        Action.EXPORTED,
        Action.REPORT_GENERATED,
        Action.REPORT_PRINTED,
        Action.REPORT_SAVED,
    }
)


class Guard:
    """Asks the host on every call; nothing is remembered."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def allows(self, actor: Actor, permission: Permission, cameras: Iterable[CameraId] = ()) -> bool:
        """Say whether the actor holds the permission, or one that implies it, for all the cameras."""
        if permission.within is not None and not self.allows(actor, permission.within):
            return False
        wanted = tuple(cameras)
        return any(self._access.allows(actor, one, wanted) for one in permission.implied_by)

    def which(self, actor: Actor, permissions: Sequence[Permission]) -> tuple[bool, ...]:
        """Say of each permission whether the actor holds it; what they lie within is asked for once."""
        outers = {one.within for one in permissions}
        outer = {within: within is None or self.allows(actor, within) for within in outers}
        return tuple(
            outer[one.within] and any(self._access.allows(actor, p, ()) for p in one.implied_by)
            for one in permissions
        )

    def require(self, actor: Actor, permission: Permission, cameras: Iterable[CameraId] = ()) -> None:
        """Raise ``Denied``, or ``Unreadable`` for a permission to view, unless the actor holds it."""
        if self.allows(actor, permission, cameras):
            return
        refusal = Unreadable if permission.value.endswith(".view") else Denied
        raise refusal(
            f"{actor.person.name} has no permission “{permission.value}” here. Nothing was changed. "
            "An administrator can grant it to one of your roles."
        )

    def visible(self, actor: Actor, cameras: Iterable[CameraId]) -> tuple[CameraId, ...]:
        """Give those of the cameras that the actor may see."""
        return tuple(c for c in cameras if self.allows(actor, Permission.CAMERAS_VIEW, (c,)))

    def visible_sequences(
        self, actor: Actor, sequences: Iterable[VideoSequence]
    ) -> tuple[VideoSequence, ...]:
        """Give those of the sequences whose camera the actor may see."""
        sequences = tuple(sequences)
        seen = set(self.visible(actor, {s.footage.camera for s in sequences}))
        return tuple(s for s in sequences if s.footage.camera in seen)

    def readable(self, actor: Actor, project: Project) -> Project:
        """Leave out of a project what the actor may not read: whole parts, and cameras they may not see."""
        may = {p: self.allows(actor, p) for p in _PARTS}

        def seen(field: str) -> bool:
            return may[_READING[part_of(field)]]

        return attrs.evolve(
            project,
            fields={name: value for name, value in project.fields.items() if seen(name)},
            stamps={name: stamp for name, stamp in project.stamps.items() if seen(name)},
            related=project.related if may[Permission.DETAILS_VIEW] else (),
            hold=project.hold if may[Permission.LEGAL_HOLD_VIEW] else None,
            comments=project.comments if may[Permission.COMMENTS_VIEW] else (),
            calls=project.calls if may[Permission.CALLS_VIEW] else (),
            sequences=self.visible_sequences(actor, project.sequences)
            if may[Permission.SEQUENCES_VIEW]
            else (),
        )

    def narrowed(
        self, actor: Actor, narrowed: ProjectFilter, cameras: Callable[[], Sequence[CameraId]]
    ) -> ProjectFilter:
        """Let a filter look at nothing that the actor may not read: what it finds would tell them.

        A time without cameras looks at the sequences of those ``cameras``, of all there are, that the actor
        may see. Raises ``Unreadable`` when a filter asks for nothing else.
        """
        for field in (*narrowed.fields, *narrowed.has):
            self.require(actor, _READING[part_of(field)])
        if narrowed.open is not None:
            self.require(actor, Permission.DETAILS_VIEW)
        if narrowed.cameras or narrowed.asks_for_time:
            self.require(actor, Permission.SEQUENCES_VIEW)
            self.require(actor, Permission.CAMERAS_VIEW, narrowed.cameras)
        if narrowed.asks_for_time and not narrowed.cameras:
            hidden, seen = self.hidden(actor, cameras())
            narrowed = attrs.evolve(narrowed, cameras=(seen or (_NONE,)) if hidden else ())
        if not narrowed.text:
            return narrowed
        readable = frozenset(part for part in narrowed.text_in if self.allows(actor, _READING[part]))
        if not readable:
            self.require(actor, Permission.DETAILS_VIEW)
        return attrs.evolve(narrowed, text_in=readable)

    def hidden(self, actor: Actor, cameras: Sequence[CameraId]) -> tuple[bool, tuple[CameraId, ...]]:
        """Say whether any of the cameras is hidden from the actor, and give those that are not."""
        if self.allows(actor, Permission.CAMERAS_VIEW, cameras):
            return False, tuple(cameras)
        seen = self.visible(actor, cameras)
        return len(seen) < len(cameras), seen

    def listed(
        self, actor: Actor, summaries: Iterable[ProjectSummary], footage: Iterable[Marked]
    ) -> tuple[ProjectSummary, ...]:
        """Leave out of a list what the actor may not read; times and counts are those of what is left."""
        readable: dict[ProjectId, list[Marked]] = {}
        if self.allows(actor, Permission.SEQUENCES_VIEW):
            footage = tuple(footage)
            seen = set(self.visible(actor, {one.camera for one in footage}))
            for one in footage:
                if one.camera in seen:
                    readable.setdefault(one.project, []).append(one)
        shown = summaries
        if not self.allows(actor, Permission.LEGAL_HOLD_VIEW):
            shown = (attrs.evolve(one, held=False) for one in shown)
        if not self.allows(actor, Permission.DETAILS_VIEW):
            shown = map(_without_details, shown)
        if not self.allows(actor, Permission.CATEGORIES_VIEW):
            shown = (attrs.evolve(one, values={}) for one in shown)
        return tuple(_with_footage(summary, readable.get(summary.id, ())) for summary in shown)

    def readable_log(
        self, actor: Actor, entries: Iterable[Entry], properties: IncidentProperties
    ) -> tuple[Entry, ...]:
        """Withhold what an activity log tells of parts and cameras that the actor may not read.

        Entries stay, with their number, time and actor: a log without gaps is what makes it one.
        """
        entries = tuple(entries)
        told = self._telling(actor, entries, properties)
        return tuple(entry if told(entry) else _withheld(entry) for entry in entries)

    def hears(
        self, actor: Actor, entries: Iterable[Entry], properties: IncidentProperties
    ) -> frozenset[ProjectId]:
        """Give the projects of which the entries tell something that the actor may read."""
        if not self.allows(actor, Permission.PROJECTS_VIEW):
            return frozenset()
        entries = tuple(entries)
        told = self._telling(actor, entries, properties)
        logs = self.allows(actor, Permission.ACTIVITY_VIEW)
        return frozenset(
            e.project for e in entries if (logs or e.activity.action not in _ONLY_LOGGED) and told(e)
        )

    def _telling(
        self, actor: Actor, entries: tuple[Entry, ...], properties: IncidentProperties
    ) -> Callable[[Entry], bool]:
        """Give what says of each of these entries whether the actor may read what it tells."""
        may = {p: self.allows(actor, p) for p in _PARTS}
        cameras = {CameraId(e.activity.camera) for e in entries if e.activity.camera}
        seen: set[str] = set(self.visible(actor, cameras))
        others = {one.name for one in properties.categories} | {one.name for one in properties.data}

        def told(entry: Entry) -> bool:
            of_camera = entry.activity.action in _FOOTAGE
            needed = _needed(entry.activity, others)
            return all(may[p] for p in needed) and (not of_camera or entry.activity.camera in seen)

        return told


def _needed(activity: Activity, others: Collection[str]) -> set[Permission]:
    """Give the permissions it takes to read an activity; ``others`` are titles of categories and data."""
    action, subject = activity.action, activity.subject
    if action not in _FIELDS:
        return {right for actions, right in _RIGHTS.items() if action in actions}
    if activity.target:
        return {_READING[part_of(activity.target)]}
    # The log names a field by its title, and a category may be called as a detail is.
    detail = {Permission.DETAILS_VIEW} if subject in _DETAIL_TITLES else set()
    category = {Permission.CATEGORIES_VIEW} if subject in others or not detail else set()
    return detail | category


#: What it takes to read of these actions.
_RIGHTS = {
    _COMMENTS: Permission.COMMENTS_VIEW,
    _CALLS: Permission.CALLS_VIEW,
    _FOOTAGE: Permission.SEQUENCES_VIEW,
    _RELATIONS: Permission.DETAILS_VIEW,
    _HOLDS: Permission.LEGAL_HOLD_VIEW,
}
_READING = {
    Part.DETAILS: Permission.DETAILS_VIEW,
    Part.CATEGORIES: Permission.CATEGORIES_VIEW,
    Part.COMMENTS: Permission.COMMENTS_VIEW,
    Part.CALLS: Permission.CALLS_VIEW,
}
_PARTS = (
    Permission.DETAILS_VIEW,
    Permission.CATEGORIES_VIEW,
    Permission.COMMENTS_VIEW,
    Permission.CALLS_VIEW,
    Permission.SEQUENCES_VIEW,
    Permission.LEGAL_HOLD_VIEW,
)


def _without_details(summary: ProjectSummary) -> ProjectSummary:
    return attrs.evolve(summary, type=None, status=None, description="", owner=None, priority=None)


def _with_footage(summary: ProjectSummary, footage: Collection[Marked]) -> ProjectSummary:
    return attrs.evolve(
        summary,
        start=min((one.interval.start for one in footage), default=None),
        end=max((one.interval.end for one in footage), default=None),
        sequences=len(footage),
    )


def _withheld(entry: Entry) -> Entry:
    activity = entry.activity
    # The title of a field is no secret; who may not read its value is still told that it was changed.
    subject = activity.subject if activity.action in _FIELDS else activity.subject and WITHHELD
    return attrs.evolve(
        entry,
        activity=attrs.evolve(
            activity,
            subject=subject,
            before=activity.before and WITHHELD,
            after=activity.after and WITHHELD,
            camera="",
            target=activity.target if activity.action in _FIELDS else "",
        ),
    )
