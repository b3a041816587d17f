"""Who may do what, and see which cameras: roles of the site configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from reference_host.config import Role
from vms_hooks.contributions import Permission
from vms_hooks.host import Decision
from vms_hooks.values import Principal

#: The host's own permissions: the administration tab, and views that everybody sees.
ADMINISTRATION = "host.administration"
SHARE_VIEWS = "host.views.share"
HOST_PERMISSIONS = (
    Permission(
        id="host",
        title="This host",
        children=(
            Permission(id=ADMINISTRATION, title="Administration"),
            Permission(id=SHARE_VIEWS, title="Share saved views with everybody"),
        ),
    ),
)


@attrs.frozen
class RoleAccess:
    """Grants of all of a principal's roles, added up."""

    roles: Mapping[str, Role]

    def decide(self, principal: Principal, permission: str, cameras: Sequence[str] = ()) -> Decision:
        """Say whether the principal holds the permission, and for each of the cameras too."""
        if not any(
            _grants(grant, permission) for role in self._held(principal) for grant in role.permissions
        ):
            return Decision(allowed=False, reason=f'No role of {principal.name} has "{permission}".')
        hidden = [camera for camera in cameras if not self.may_see(principal, camera)]
        if hidden:
            return Decision(allowed=False, reason=f"{principal.name} may not see {', '.join(hidden)}.")
        return Decision(allowed=True)

    def may_see(self, principal: Principal, camera: str) -> bool:
        """Whether any role lets the principal see the camera."""
        return any("*" in role.cameras or camera in role.cameras for role in self._held(principal))

    def _held(self, principal: Principal) -> Iterator[Role]:
        return (self.roles[role] for role in sorted(principal.roles) if role in self.roles)


def _grants(grant: str, permission: str) -> bool:
    return grant in ("*", permission) or (grant.endswith(".*") and permission.startswith(grant[:-1]))
