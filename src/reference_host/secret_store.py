"""Passwords and keys of plug-ins: one JSON file, ``{"<plug-in id>": {"<name>": "<secret>"}}``, mode 0600."""

from __future__ import annotations

import stat
import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from reference_host.config import ConfigError
from reference_host.durable import StorageRefused, write_whole

_Secrets = dict[str, dict[str, str]]


class SecretStore:
    """All secrets of the site. Every method may be called from any thread."""

    def __init__(
        self, secrets: Mapping[str, Mapping[str, str]] | None = None, file: Path | None = None
    ) -> None:
        self._file = file
        self._secrets: _Secrets = {plugin: dict(held) for plugin, held in (secrets or {}).items()}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"SecretStore({self._file})"

    @property
    def all(self) -> frozenset[str]:
        """Every secret, so that it can be kept out of what leaves the host."""
        with self._lock:
            return frozenset(text for held in self._secrets.values() for text in held.values() if text)

    def of(self, plugin: str) -> PluginSecrets:
        """Give the secrets of one plug-in."""
        return PluginSecrets(self, plugin)

    def get(self, plugin: str, name: str) -> str | None:
        """Give a secret, or nothing when there is none of that name."""
        with self._lock:
            return self._secrets.get(plugin, {}).get(name)

    def change(self, plugin: str, name: str, secret: str | None) -> None:
        """Keep or forget a secret; returning means that it is on disk. Raises ``OSError``."""
        if self._file is None:
            raise OSError("no secrets_file is configured")
        with self._lock:
            # Read again: an administrator may have edited the file meanwhile, and that is not lost.
            try:
                secrets = _read(self._file) if self._file.exists() else {}
                held = secrets.setdefault(plugin, {})
                if secret is None:
                    held.pop(name, None)
                else:
                    held[name] = secret
                write_whole(self._file, msgspec.json.format(msgspec.json.encode(secrets), indent=1))
            except (StorageRefused, ConfigError) as error:
                raise OSError(str(error)) from error
            self._secrets = secrets


class PluginSecrets:
    """The secrets of one plug-in; those of others cannot be reached from here."""

    def __init__(self, store: SecretStore, plugin: str) -> None:
        self._store = store
        self._plugin = plugin

    def get(self, name: str) -> str | None:
        """Give a secret, or nothing when there is none of that name."""
        return self._store.get(self._plugin, name)

    def put(self, name: str, secret: str) -> None:
        """Keep a secret; returning means that it is on disk. Raises ``OSError``."""
        self._store.change(self._plugin, name, secret)

    def remove(self, name: str) -> None:
        """Forget a secret, if it is there; raises ``OSError``."""
        self._store.change(self._plugin, name, None)


def load_secrets(file: Path | None) -> SecretStore:
    """Read the file; raises ``ConfigError`` when it is readable by others, or not what it should be."""
    if file is None:
        return SecretStore()
    try:
        return SecretStore(_read(file), file)
    except OSError as error:
        raise ConfigError(f"The secrets file {file} cannot be read: {error.strerror}.") from error


def _read(file: Path) -> _Secrets:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigError(f"Others can read the secrets file {file} (mode {mode:04o}). Set it to 0600.")
    try:
        secrets: _Secrets = msgspec.json.decode(file.read_bytes(), type=_Secrets)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # The parser's message is left out: it may quote a secret.
        raise ConfigError(
            f'The secrets file {file} must be JSON: {{"<plug-in>": {{"<name>": "<secret>"}}}}.'
        ) from None
    return secrets
