"""A host in a few lines, for suites that need the plug-in at work and no reference host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.programs import RECORDER_PASSWORD
from vms_hooks import testing
from vms_hooks.host import HostServices
from vms_hooks.testing import OPERATOR, SetClock
from vms_hooks.testing.services import DictSecrets, ListedAccess, SetLicence, SystemClock
from vms_hooks.values import PRINCIPAL_SCOPE_KEY, Principal

__all__ = [
    "OPERATOR",
    "DictSecrets",
    "ListedAccess",
    "SetClock",
    "SetLicence",
    "SystemClock",
    "as_principal",
    "host_services",
]


def host_services(storage: Path, **changes: Any) -> HostServices:
    """Give a host that allows everything, knows the recorder's password and keeps files in ``storage``."""
    secrets = DictSecrets({"recorder-password": RECORDER_PASSWORD})
    return testing.host_services(storage, **{"secrets": secrets, **changes})


def as_principal(app, principal: Principal | None):
    """Give the plug-in's application as a host mounts it: with the principal in the scope."""

    async def mounted(scope, receive, send):
        if principal is not None:
            scope = {**scope, PRINCIPAL_SCOPE_KEY: principal}
        await app(scope, receive, send)

    return mounted
