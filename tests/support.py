"""What several suites need: a host for our plug-in, and processes that say when they are ready."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from vms_hooks import testing
from vms_hooks.host import HostServices
from vms_hooks.testing import OPERATOR, SetClock
from vms_hooks.testing.services import DictSecrets, ListedAccess, SetLicence, SystemClock
from vms_hooks.values import PRINCIPAL_SCOPE_KEY, Principal

__all__ = [
    "OPERATOR",
    "PASSWORD",
    "DictSecrets",
    "ListedAccess",
    "SetClock",
    "SetLicence",
    "SystemClock",
    "as_principal",
    "host_services",
    "process",
    "running_recorder",
]

PASSWORD = "a password with ümlaut"


def host_services(storage: Path, **changes: Any) -> HostServices:
    """Give a host that allows everything, knows the recorder's password and keeps files in ``storage``."""
    return testing.host_services(
        storage, **{"secrets": DictSecrets({"recorder-password": PASSWORD}), **changes}
    )


def as_principal(app, principal: Principal | None):
    """Give the plug-in's application as a host mounts it: with the principal in the scope."""

    async def mounted(scope, receive, send):
        if principal is not None:
            scope = {**scope, PRINCIPAL_SCOPE_KEY: principal}
        await app(scope, receive, send)

    return mounted


@contextlib.contextmanager
def running_recorder(directory: Path, since: datetime | None = None) -> Iterator[str]:
    """Run the demo recorder as a process of its own; gives the address of its device service."""
    password = directory / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    options = ["--username", "incident", "--password-file", str(password)]
    if since is not None:
        options += ["--since", since.isoformat()]
    with process("demo_recorder", *options) as (_, ready):
        yield dict(word.partition("=")[::2] for word in ready.split())["http"]


@contextlib.contextmanager
def process(module: str, *options: str, until: str = "ready") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a module as a process of its own; gives it with the line that begins with ``until``."""
    root = Path(__file__).parent.parent
    path = os.pathsep.join(str(root / folder) for folder in ("src", "hooks/src"))
    running = subprocess.Popen(
        [sys.executable, "-m", module, *options],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,
    )
    try:
        assert running.stdout is not None
        for line in running.stdout:
            if line.lower().startswith(until.lower()):
                yield running, line.strip()
                break
        else:
            raise AssertionError(f"{module} ended with {running.wait()} before it was ready")
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        running.stdout.close()
