"""The permissions of incident work. The use case checks them, not the screen."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property


class Permission(StrEnum):
    """One right; *manage* implies *view* of the same thing."""

    CAMERAS_VIEW = "incident.cameras.view"
    PTZ_MANAGE = "incident.cameras.ptz.manage"
    SNAPSHOTS_MANAGE = "incident.cameras.snapshots.manage"
    RECORDERS_VIEW = "incident.recorders.view"
    RECORDERS_MANAGE = "incident.recorders.manage"
    PROPERTIES_VIEW = "incident.properties.view"
    PROPERTIES_MANAGE = "incident.properties.manage"
    AUDIT_VIEW = "incident.audit.view"
    BACKUP_MANAGE = "incident.backup.manage"
    PROJECTS_VIEW = "incident.projects.view"
    PROJECTS_MANAGE = "incident.projects.manage"
    DETAILS_VIEW = "incident.projects.details.view"
    DETAILS_MANAGE = "incident.projects.details.manage"
    CATEGORIES_VIEW = "incident.projects.categories.view"
    CATEGORIES_MANAGE = "incident.projects.categories.manage"
    COMMENTS_VIEW = "incident.projects.comments.view"
    COMMENTS_MANAGE = "incident.projects.comments.manage"
    SEQUENCES_VIEW = "incident.projects.sequences.view"
    SEQUENCES_MANAGE = "incident.projects.sequences.manage"
    VIDEO_VIEW = "incident.projects.video.view"
    CALLS_VIEW = "incident.projects.calls.view"
    CALLS_MANAGE = "incident.projects.calls.manage"
    ACTIVITY_VIEW = "incident.projects.activity.view"
    REPORTS_VIEW = "incident.projects.reports.view"
    USER_NAMES_VIEW = "incident.projects.user-names.view"
    EXPORTS_MANAGE = "incident.projects.exports.manage"
    FILTERS_SHARE = "incident.projects.shared-filters.manage"
    DELETE_MANAGE = "incident.projects.delete.manage"
    PURGE_MANAGE = "incident.projects.purge.manage"
    LEGAL_HOLD_VIEW = "incident.projects.legal-hold.view"
    LEGAL_HOLD_MANAGE = "incident.projects.legal-hold.manage"

    # Both are asked for many times in each request.

    @cached_property
    def implied_by(self) -> frozenset[Permission]:
        """Permissions any of which grants this one."""
        managing = self.value.removesuffix("view") + "manage"
        return frozenset(one for one in Permission if one in (self, managing))

    @cached_property
    def within(self) -> Permission | None:
        """The permission without which this one gives nothing: who sees no projects sees no part of one."""
        part = self.value.startswith("incident.projects.") and self not in _WHOLE
        return Permission.PROJECTS_VIEW if part else None


_WHOLE = frozenset({Permission.PROJECTS_VIEW, Permission.PROJECTS_MANAGE})
