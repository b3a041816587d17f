"""Which STUN and TURN servers viewers are told of, and how they sign in there."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import timedelta

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.recorder_ports import Secrets
from incident_plugin.domain.access import Permission
from incident_plugin.domain.ice import IceServer, IceServerConfig

#: How long a name counts at the relay: it is asked for again and again while a picture is shown.
GOOD_FOR = timedelta(hours=24)
#: Stands behind the time in such a name; which operator looks is nothing that the relay need know.
_NAME = "incident"


class IceServers:
    """The site's servers; none, unless an administrator names some."""

    def __init__(
        self, configured: Sequence[IceServerConfig], secrets: Secrets, guard: Guard, clock: Clock
    ) -> None:
        self._configured = tuple(configured)
        self._secrets = secrets
        self._guard = guard
        self._clock = clock

    def for_viewer(self, actor: Actor) -> tuple[IceServer, ...]:
        """Tell somebody who may see cameras of them; those whose secret is missing are left out."""
        self._guard.require(actor, Permission.CAMERAS_VIEW)
        known = [(one, self._secret(one)) for one in self._configured]
        return tuple(self._told(one, secret) for one, secret in known if secret is not None)

    @property
    def without_secret(self) -> tuple[IceServerConfig, ...]:
        """Those that nobody is told of, because the host keeps no usable secret of that name."""
        return tuple(one for one in self._configured if self._secret(one) is None)

    def _secret(self, server: IceServerConfig) -> str | None:
        """Give a secret that can be sent in a header as it is; empty where none is needed."""
        if not server.relays:
            return ""
        secret = self._secrets.get(server.secret)
        return secret if secret and secret.isascii() and secret.isprintable() else None

    def _told(self, server: IceServerConfig, secret: str) -> IceServer:
        if not server.relays:
            return IceServer(urls=server.urls)
        if server.username:
            return IceServer(urls=server.urls, username=server.username, credential=secret)
        # What coturn and others take as "TURN REST API": the time of the end, signed with what both know.
        end = int((self._clock.now() + GOOD_FOR).timestamp())
        username = f"{end}:{_NAME}"
        code = hmac.digest(secret.encode(), username.encode(), "sha1")
        return IceServer(urls=server.urls, username=username, credential=base64.b64encode(code).decode())
