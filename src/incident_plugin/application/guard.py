"""The one place where a use case asks whether somebody may do something."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from incident_plugin.application.ports import Access, Actor
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import Denied, Unreadable
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Project

#: Which fields of a project belong to which permission to read them.
_CATEGORY_FIELDS = ("category:", "data:")


class Guard:
    """Asks the host on every call; nothing is remembered."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def allows(self, actor: Actor, permission: Permission, cameras: Iterable[CameraId] = ()) -> bool:
        """Say whether the actor holds the permission, or one that implies it, for all the cameras."""
        wanted = tuple(cameras)
        return any(self._access.allows(actor, one, wanted) for one in permission.implied_by)

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

    def readable(self, actor: Actor, project: Project) -> Project:
        """Leave out of a project what the actor may not read: whole parts, and cameras they may not see."""
        may = {p: self.allows(actor, p) for p in _PARTS}
        seen = set(self.visible(actor, {s.footage.camera for s in project.sequences}))
        return attrs.evolve(
            project,
            fields={
                name: value
                for name, value in project.fields.items()
                if may[
                    Permission.CATEGORIES_VIEW
                    if name.startswith(_CATEGORY_FIELDS)
                    else Permission.DETAILS_VIEW
                ]
            },
            comments=project.comments if may[Permission.COMMENTS_VIEW] else (),
            calls=project.calls if may[Permission.CALLS_VIEW] else (),
            sequences=tuple(s for s in project.sequences if s.footage.camera in seen)
            if may[Permission.SEQUENCES_VIEW]
            else (),
        )


_PARTS = (
    Permission.DETAILS_VIEW,
    Permission.CATEGORIES_VIEW,
    Permission.COMMENTS_VIEW,
    Permission.CALLS_VIEW,
    Permission.SEQUENCES_VIEW,
)
