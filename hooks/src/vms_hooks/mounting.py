"""Letting a plug-in's ASGI application answer a request of a host's own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from vms_hooks.contributions import AsgiApp, Message, Scope
from vms_hooks.faults import FaultKind, PluginFault
from vms_hooks.values import PRINCIPAL_SCOPE_KEY, Principal

#: All that a plug-in's application gets to know of the connection.
_KEYS = (
    "type",
    "asgi",
    "http_version",
    "method",
    "scheme",
    "path",
    "raw_path",
    "root_path",
    "query_string",
    "client",
    "server",
    "extensions",
)
#: Headers by which the host recognises people; they are none of a plug-in's business.
_CREDENTIALS = (b"cookie", b"authorization", b"proxy-authorization")


def scope_for(scope: Scope, principal: Principal) -> Scope:
    """Build a plug-in's scope from nothing: what is not named here, a client cannot have put there.

    ``root_path`` must already name the mount. Credentials, and every header that looks like the host's word,
    stay outside.
    """
    inner: dict[str, Any] = {key: scope[key] for key in _KEYS if key in scope}
    inner["headers"] = [
        (name, value)
        for name, value in scope["headers"]
        if name not in _CREDENTIALS and not name.startswith((b"vms-", b"vms.", b"vms_"))
    ]
    inner[PRINCIPAL_SCOPE_KEY] = principal
    return inner


async def answer(
    app: AsgiApp,
    scope: Scope,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> PluginFault | None:
    """Let the application answer; gives the fault when it failed without a word, and the host must answer.

    Raises ``ConnectionResetError`` when it failed in the middle of its answer: the server then cuts the
    connection, so that half an answer does not look like a whole one.
    """
    began = False

    async def note(message: Message) -> None:
        nonlocal began
        began = True
        await send(message)

    try:
        await app(scope, receive, note)
    except (Exception, SystemExit) as error:
        if began:
            raise ConnectionResetError("the plug-in failed in the middle of its answer") from error
        fault = PluginFault(
            FaultKind.RAISED, f"It raised {type(error).__name__} while it answered {scope['path']}."
        )
        fault.__cause__ = error
        return fault
    return None
