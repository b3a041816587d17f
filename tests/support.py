"""What several suites need: a host in a few lines, and processes that say when they are ready."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs

from vms_hooks.host import Decision, HostServices, LicenceState, LicenceStatus, Site
from vms_hooks.values import PRINCIPAL_SCOPE_KEY, Principal

PASSWORD = "a password with ümlaut"
OPERATOR = Principal(id="olivia", name="Olivia", roles=frozenset({"everything"}))


@attrs.define
class SetClock:
    """A clock that a test sets."""

    instant: datetime = attrs.field(factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.instant

    def advance(self, **duration: float) -> datetime:
        self.instant += timedelta(**duration)
        return self.instant


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@attrs.define
class ListedAccess:
    """Grants what is listed: by role a set of permissions, and cameras that a role may not see."""

    permissions: Mapping[str, frozenset[str]] = attrs.field(factory=dict)
    hidden_cameras: frozenset[str] = frozenset()

    def decide(self, principal: Principal, permission: str, cameras: Sequence[str] = ()) -> Decision:
        held = {p for role in principal.roles for p in self.permissions.get(role, frozenset())}
        allowed = "everything" in principal.roles or permission in held
        return Decision(allowed=allowed and not self.hidden_cameras & set(cameras))


@attrs.define
class SetLicence:
    """A licence in a state that a test sets."""

    state: LicenceState = LicenceState.VALID

    def status(self) -> LicenceStatus:
        return LicenceStatus(state=self.state, reason="The licence ended.", remedy="Renew it.")


@attrs.frozen
class DictSecrets:
    """Secrets from a dictionary."""

    secrets: Mapping[str, str]

    def get(self, name: str) -> str | None:
        return self.secrets.get(name)


def host_services(storage: Path, **changes: object) -> HostServices:
    """Give a host that allows everything, keeps files in ``storage`` and has a valid licence."""
    services = HostServices(
        access=ListedAccess(),
        licence=SetLicence(),
        secrets=DictSecrets({"recorder-password": PASSWORD}),
        clock=SystemClock(),
        site=Site(id="test", name="Test site", time_zone="Europe/Copenhagen"),
        storage=storage,
    )
    return attrs.evolve(services, **changes)


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


def python_path() -> dict[str, str]:
    """Give the environment in which a process finds this source tree."""
    root = Path(__file__).parent.parent
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(str(root / folder) for folder in ("src", "hooks/src")),
    }


@contextlib.contextmanager
def process(module: str, *options: str, until: str = "ready") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a module as a process of its own; gives it with the line that begins with ``until``."""
    running = subprocess.Popen(
        [sys.executable, "-m", module, *options],
        stdout=subprocess.PIPE,
        text=True,
        env=python_path(),
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
