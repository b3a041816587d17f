"""The bundle for support: a ZIP of states, versions, configuration and log lines, and no secret."""

from __future__ import annotations

import io
import platform
import sys
import zipfile
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from typing import Any

import attrs
import msgspec

from reference_host.host import Host
from reference_host.plugin_reports import PluginReport
from vms_hooks import CONTRACT

REMOVED = "(removed)"
#: A setting whose name has one of these words is not shown, should somebody have written a secret there.
_SECRET_WORDS = ("password", "secret", "token", "key")
#: A secret that is shorter would blank out ordinary words.
_SHORTEST_SECRET = 6


def bundle(host: Host, reports: Iterable[PluginReport]) -> bytes:
    """Make the bundle."""
    documents = {
        "about.json": _about(host),
        "configuration.json": _configuration(host),
        "plugins.json": _without_secrets(msgspec.to_builtins(list(reports))),
        "accounts.json": {
            "accounts": len(host.accounts.all),
            "disabled": sum(one.disabled for one in host.accounts.all),
            "roles": [one.id for one in host.roles.all],
        },
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in documents.items():
            text = msgspec.json.format(msgspec.json.encode(document, enc_hook=str), indent=2).decode()
            archive.writestr(name, _redacted(text, host))
        archive.writestr("log.txt", _redacted("\n".join(host.log_lines.lines), host))
    return target.getvalue()


def _about(host: Host) -> dict[str, Any]:
    return {
        "made_at": host.clock.now().isoformat(),
        "site": host.site.id,
        "contract": ".".join(map(str, CONTRACT)),
        "python": sys.version,
        "system": platform.platform(),
        "security_log": host.security_log.trouble or "can be written",
        "distributions": dict(sorted((each.name, each.version) for each in distributions())),
    }


def _configuration(host: Host) -> Any:
    """Give the site configuration; of accounts only how many there are."""
    people = attrs.evolve(host.config, accounts=())
    return _without_secrets(msgspec.to_builtins(people, enc_hook=str))


def _without_secrets(value: Any, name: str = "") -> Any:
    """Leave out what is named as a secret, in settings of any depth."""
    if isinstance(value, Mapping):
        return {key: _without_secrets(below, str(key)) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(each, name) for each in value]
    named = any(word in name.lower() for word in _SECRET_WORDS)
    return REMOVED if named and isinstance(value, str) and value else value


def _redacted(text: str, host: Host) -> str:
    """Remove every known secret, wherever it got into."""
    for secret in sorted(host.secrets.all, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, REMOVED)
    return text
