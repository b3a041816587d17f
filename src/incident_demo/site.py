"""The demonstration's site: its accounts, its licence, its secrets; made once and kept."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reference_host.licence import Terms, issue
from reference_host.passwords import hash_password

SITE_ID = "demo"
RECORDER_USER = "incident"
#: The password of every demonstration account: the demonstration listens on the loopback interface only.
PASSWORD = "demo"  # noqa: S105
HISTORY = timedelta(hours=2)

_OPERATOR = (
    "incident.cameras.view",
    "incident.cameras.ptz.manage",
    "incident.cameras.snapshots.manage",
    "incident.projects.view",
    "incident.projects.manage",
    "incident.projects.details.manage",
    "incident.projects.categories.manage",
    "incident.projects.comments.manage",
    "incident.projects.sequences.manage",
    "incident.projects.video.view",
    "incident.projects.calls.manage",
    "incident.projects.activity.view",
    "incident.projects.reports.view",
    "incident.projects.exports.manage",
    "incident.projects.delete.manage",
)
_ROLES = {"operator": _OPERATOR, "supervisor": ("incident.*",), "admin": ("*",)}
_ACCOUNTS = {"operator": "Olivia Operator", "supervisor": "Samir Supervisor", "admin": "Ada Admin"}


@attrs.frozen
class DemoSite:
    """The files of the demonstration below one directory."""

    directory: Path

    @property
    def recorder_password_file(self) -> Path:
        """Where the recorder reads its password."""
        return self.directory / "recorder-password"

    @property
    def configuration(self) -> Path:
        """The host's site configuration."""
        return self.directory / "site.toml"

    @property
    def since(self) -> datetime:
        """When the recordings begin: two hours before the demonstration first ran."""
        return datetime.fromisoformat(self._kept("recordings-since", _two_hours_ago))

    def prepare(self, recorder_address: str) -> None:
        """Write what the host reads; what must stay the same between runs is kept."""
        password = self._kept(self.recorder_password_file.name, lambda: secrets.token_urlsafe(24))
        key = Ed25519PrivateKey.from_private_bytes(
            base64.b64decode(self._kept("licence-issuer-key", _new_issuer_key))
        )
        today = datetime.now(UTC).date()
        terms = Terms(
            licensee="Demonstration",
            site=SITE_ID,
            features=("incident",),
            first_day=today - timedelta(days=1),
            last_day=today + timedelta(days=365),
            issued=datetime.now(UTC),
            file_last_day=today + timedelta(days=365),
            number="demonstration",
        )
        (self.directory / "licence.json").write_bytes(issue(terms, key))
        self._write_secret("secrets.json", json.dumps(self._secrets_with("recorder-password", password)))
        public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        hashed = self._kept("account-hash", lambda: hash_password(PASSWORD))
        self.configuration.write_text(
            _site_toml(base64.b64encode(public).decode(), hashed, recorder_address), encoding="utf-8"
        )

    def prepare_recorder(self) -> None:
        """Write what the recorder reads."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._kept(self.recorder_password_file.name, lambda: secrets.token_urlsafe(24))

    def _secrets_with(self, name: str, secret: str) -> dict[str, dict[str, str]]:
        """Give the host's secrets: those that it kept for the plug-in stay."""
        file = self.directory / "secrets.json"
        kept: dict[str, dict[str, str]] = (
            json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        )
        return {**kept, "incident": {**kept.get("incident", {}), name: secret}}

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        """Give what an earlier run wrote, or write it now; whole or not at all."""
        file = self.directory / name
        if not file.exists():
            self._write_secret(name, make())
        return file.read_text(encoding="utf-8")

    def _write_secret(self, name: str, text: str) -> None:
        """Write a file that only its owner reads."""
        partial = self.directory / f"{name}.partial"
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        partial.replace(self.directory / name)


def _two_hours_ago() -> str:
    return (datetime.now(UTC) - HISTORY).isoformat(timespec="seconds")


def _new_issuer_key() -> str:
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def _site_toml(issuer_key: str, password_hash: str, recorder_address: str) -> str:
    """Give the site configuration; JSON texts and lists are TOML texts and lists too."""
    sections = [
        'data_directory = "host"\nsecrets_file = "secrets.json"',
        f'[site]\nid = "{SITE_ID}"\nname = "Demonstration"\ntime_zone = {json.dumps(_time_zone())}',
        f'[licence]\nfile = "licence.json"\nissuer_key = "{issuer_key}"',
        "[plugins.incident]\nenabled = true",
        f"[plugins.incident.settings.recorder]\naddress = {json.dumps(recorder_address)}",
        f"username = {json.dumps(RECORDER_USER)}",
        *(f"[roles.{name}]\npermissions = {json.dumps(held)}" for name, held in _ROLES.items()),
        *(
            f"[[accounts]]\nid = {json.dumps(account)}\nname = {json.dumps(name)}\n"
            f"password = {json.dumps(password_hash)}\nroles = [{json.dumps(account)}]"
            for account, name in _ACCOUNTS.items()
        ),
    ]
    return "\n\n".join(sections) + "\n"


def _time_zone() -> str:
    """Give the IANA name of this machine's zone, or UTC when it has none that is known."""
    try:
        name = Path("/etc/timezone").read_text(encoding="utf-8").strip()
        return ZoneInfo(name).key
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return "UTC"
