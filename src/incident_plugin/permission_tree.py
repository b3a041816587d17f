"""The tree of permissions as administrators read it. Every right is in it once; a test sees to that."""

from __future__ import annotations

from collections.abc import Sequence

from incident_plugin.domain.access import Permission as Right
from vms_hooks.contributions import Permission


def _heading(identity: str, title: str, *below: Permission) -> Permission:
    return Permission(id=f"incident.{identity}", title=title, children=below)


def _rights(*rights: Right) -> Sequence[Permission]:
    """Name rights by what they let people do: their last part says whether it is reading or changing."""
    managing = "Manage (includes View)" if len(rights) > 1 else "Manage"
    return tuple(
        Permission(id=right.value, title="View" if right.value.endswith(".view") else managing)
        for right in rights
    )


PERMISSION_TREE: Sequence[Permission] = (
    _heading(
        "cameras",
        "Cameras: live and recorded video",
        *_rights(Right.CAMERAS_VIEW),
        _heading("cameras.ptz", "Move cameras (PTZ)", *_rights(Right.PTZ_MANAGE)),
        _heading("cameras.snapshots", "Keep snapshots", *_rights(Right.SNAPSHOTS_MANAGE)),
    ),
    _heading("recorders", "Recorders", *_rights(Right.RECORDERS_VIEW, Right.RECORDERS_MANAGE)),
    _heading(
        "incidents",
        "Incidents",
        _heading(
            "properties", "Incident properties", *_rights(Right.PROPERTIES_VIEW, Right.PROPERTIES_MANAGE)
        ),
        _heading("audit", "Audit log", *_rights(Right.AUDIT_VIEW)),
        _heading("backup", "Backup", *_rights(Right.BACKUP_MANAGE)),
        _heading(
            "projects",
            "Incident projects",
            *_rights(Right.PROJECTS_VIEW, Right.PROJECTS_MANAGE),
            _heading("projects.details", "Main details", *_rights(Right.DETAILS_VIEW, Right.DETAILS_MANAGE)),
            _heading(
                "projects.categories",
                "Categories",
                *_rights(Right.CATEGORIES_VIEW, Right.CATEGORIES_MANAGE),
            ),
            _heading("projects.comments", "Comments", *_rights(Right.COMMENTS_VIEW, Right.COMMENTS_MANAGE)),
            _heading(
                "projects.sequences", "Sequence list", *_rights(Right.SEQUENCES_VIEW, Right.SEQUENCES_MANAGE)
            ),
            _heading("projects.video", "View video", *_rights(Right.VIDEO_VIEW)),
            _heading("projects.calls", "Calls", *_rights(Right.CALLS_VIEW, Right.CALLS_MANAGE)),
            _heading("projects.activity", "Activity logs", *_rights(Right.ACTIVITY_VIEW)),
            _heading("projects.reports", "Reports", *_rights(Right.REPORTS_VIEW)),
            _heading("projects.user-names", "Show user names", *_rights(Right.USER_NAMES_VIEW)),
            _heading("projects.exports", "Exports", *_rights(Right.EXPORTS_MANAGE)),
            _heading(
                "projects.delete", "Delete, and restore from the recycle bin", *_rights(Right.DELETE_MANAGE)
            ),
            _heading("projects.purge", "Delete for good", *_rights(Right.PURGE_MANAGE)),
            _heading("projects.shared-filters", "Shared filters", *_rights(Right.FILTERS_SHARE)),
            _heading(
                "projects.legal-hold",
                "Legal hold",
                *_rights(Right.LEGAL_HOLD_VIEW, Right.LEGAL_HOLD_MANAGE),
            ),
        ),
    ),
)
