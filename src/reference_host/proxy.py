"""Believing a reverse proxy: only from its addresses, and only with the shared secret.

Everything that a proxy may say is removed from every request. It counts only when the connection comes from a
configured address and carries the secret; from then on the rest of the host reads the ASGI scope alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from reference_host.config import ConfigError, ProxyConfig
from reference_host.secret_store import SecretStore
from vms_hooks.values import Principal

#: Key of the ASGI scope under which a person stands whom the proxy has signed in.
PROXIED_SCOPE_KEY = "reference_host.proxied"

#: Key of the ASGI scope under which stands why what a proxy said is not believed.
UNBELIEVED_SCOPE_KEY = "reference_host.unbelieved"

#: What clients and proxies put beside a request (RFC 7239 and its forerunners).
_FORWARDED = frozenset({"forwarded"})
_FORWARDED_PREFIX = "x-forwarded-"
#: What proxies commonly say; taken out also where the site reads other headers, or none.
_COMMON = frozenset({"x-vms-proxy-secret", "remote-user", "remote-name", "remote-roles"})


class ProxyHeaders:
    """ASGI middleware; the outermost, so that nothing else sees what a client made up."""

    def __init__(self, app: ASGIApp, config: ProxyConfig | None, secret: str) -> None:
        self._app = app
        self._config = config
        self._own = _COMMON | _headers_of(config)
        self._secret = secret

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if scope["type"] == "http":
            said, kept = self._parted(scope["headers"])
            scope = {**scope, "headers": kept}
            scope.pop(PROXIED_SCOPE_KEY, None)
            scope.pop(UNBELIEVED_SCOPE_KEY, None)
            doubt = self._doubt(scope, said)
            if self._config and not doubt:
                _take_over(scope, said, self._config)
            elif said:
                scope[UNBELIEVED_SCOPE_KEY] = doubt
        await self._app(scope, receive, send)

    def _parted(
        self, headers: Iterable[tuple[bytes, bytes]]
    ) -> tuple[dict[str, str], list[tuple[bytes, bytes]]]:
        """Part what only a proxy may say from the rest; what is said twice is said by nobody."""
        said: dict[str, list[str]] = {}
        kept = []
        for name, value in headers:
            # Servers in between may take one for the other.
            text = name.decode("latin-1").lower().replace("_", "-")
            if text in self._own or text in _FORWARDED or text.startswith(_FORWARDED_PREFIX):
                said.setdefault(text, []).append(value.decode("latin-1").strip())
            else:
                kept.append((name, value))
        return {name: values[0] for name, values in said.items() if len(values) == 1}, kept

    def _doubt(self, scope: Scope, said: dict[str, str]) -> str:
        """Say why a proxy that says this is not believed; nothing when it is."""
        if self._config is None:
            return "the site configuration has no [proxy]"
        client = scope.get("client")
        try:
            address = ip_address(client[0]) if client else None
        except ValueError:
            address = None
        if address is None or not any(address in network for network in self._config.networks):
            return f"the request came from {address}, which proxy.addresses does not name"
        header = self._config.secret_header.lower()
        if not secrets.compare_digest(said.get(header, "").encode("latin-1"), self._secret.encode()):
            return f"the header {header} is missing, sent twice, or has another secret"
        return ""


def _headers_of(config: ProxyConfig | None) -> frozenset[str]:
    if config is None:
        return frozenset()
    named = (config.secret_header, config.account_header, config.name_header, config.roles_header)
    return frozenset(name.lower() for name in named if name)


def _take_over(scope: Scope, said: dict[str, str], config: ProxyConfig) -> None:
    scheme = said.get("x-forwarded-proto", "")
    if scheme in ("http", "https"):
        scope["scheme"] = scheme
    # The last address is the one that our proxy has seen itself.
    client = said.get("x-forwarded-for", "").rpartition(",")[2].strip()
    if client:
        scope["client"] = (client, 0)
    host = said.get("x-forwarded-host", "")
    if host:
        others = [(name, value) for name, value in scope["headers"] if name.lower() != b"host"]
        scope["headers"] = [(b"host", host.encode("latin-1")), *others]
    prefix = said.get("x-forwarded-prefix", "").rstrip("/")
    if prefix.startswith("/") and not prefix.startswith("//"):
        scope["root_path"] = prefix + scope.get("root_path", "")
        scope["path"] = prefix + scope["path"]
    account = said.get(config.account_header.lower(), "") if config.account_header else ""
    if account:
        roles = (role.strip() for role in said.get(config.roles_header.lower(), "").split(","))
        scope[PROXIED_SCOPE_KEY] = Principal(
            id=account,
            name=said.get(config.name_header.lower(), "") or account,
            roles=frozenset(role for role in roles if role),
        )


def shared_secret(config: ProxyConfig | None, store: SecretStore) -> str:
    """Give what the proxy must send each time; raises ``ConfigError`` when it is missing or short."""
    if config is None:
        return ""
    secret = store.of("host").get(config.secret) or ""
    if len(secret) < 16:  # noqa: PLR2004 - shorter ones can be tried out
        raise ConfigError(
            f'The secrets file has no secret "{config.secret}" of at least 16 characters under "host". '
            "The proxy must send it with every request."
        )
    return secret
