"""Pictures that operators keep of what they see live."""

from __future__ import annotations

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents.collections import Collections
from incident_plugin.application.ports import Actor
from incident_plugin.domain.access import Permission
from incident_plugin.domain.journal import Action
from incident_plugin.domain.media import CameraId


@attrs.frozen(kw_only=True)
class Snapshots:
    """The browser has the picture already; whether it may be kept, and that it was, is decided here."""

    _guard: Guard
    _collections: Collections

    def taken(self, actor: Actor, camera: CameraId) -> None:
        """Allow it, and note it in the collections that this camera is part of; raises ``Denied``."""
        self._guard.require(actor, Permission.CAMERAS_VIEW, (camera,))
        self._guard.require(actor, Permission.SNAPSHOTS_MANAGE, (camera,))
        self._collections.note(actor, camera, Action.SNAPSHOT_TAKEN)
