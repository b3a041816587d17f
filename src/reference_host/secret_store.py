"""Passwords and keys of plug-ins: one JSON file, ``{"<plug-in id>": {"<name>": "<secret>"}}``, mode 0600."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import attrs
import msgspec

from reference_host.config import ConfigError


@attrs.frozen
class PluginSecrets:
    """The secrets of one plug-in; those of others cannot be reached from here."""

    _secrets: Mapping[str, str] = attrs.field(repr=False)

    def get(self, name: str) -> str | None:
        """Give a secret, or nothing when there is none of that name."""
        return self._secrets.get(name)


@attrs.frozen
class SecretStore:
    """All secrets of the site."""

    _secrets: Mapping[str, Mapping[str, str]] = attrs.field(repr=False, factory=dict)

    @property
    def all(self) -> frozenset[str]:
        """Every secret, so that it can be kept out of what leaves the host."""
        return frozenset(text for secrets in self._secrets.values() for text in secrets.values() if text)

    def of(self, plugin: str) -> PluginSecrets:
        """Give the secrets of one plug-in."""
        return PluginSecrets(self._secrets.get(plugin, {}))


def load_secrets(file: Path | None) -> SecretStore:
    """Read the file; raises ``ConfigError`` when it is readable by others, or not what it should be."""
    if file is None:
        return SecretStore()
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(f"Others can read the secrets file {file} (mode {mode:04o}). Set it to 0600.")
        return SecretStore(msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, str]]))
    except OSError as error:
        raise ConfigError(f"The secrets file {file} cannot be read: {error.strerror}.") from error
    except msgspec.MsgspecError:
        # The parser's message is left out: it may quote a secret.
        raise ConfigError(
            f'The secrets file {file} must be JSON: {{"<plug-in>": {{"<name>": "<secret>"}}}}.'
        ) from None
