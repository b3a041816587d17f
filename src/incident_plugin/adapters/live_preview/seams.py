"""Private places of aiortc and aioice at which single objects of theirs are made to do something else.

Never their classes: another plug-in in the same process may use them. The range of versions is pinned for
these places and for those that ``senders``, ``srtp`` and ``route`` name, and the tests notice when one moves.
"""

from __future__ import annotations

from typing import Any

from aioice import Candidate, Connection
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpSendParameters

_LOOPBACK = "127.0.0.1"
#: What aiortc takes, and what goes with RSA certificates, as GStreamer's; all with forward secrecy.
_CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA"
    b":ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305"
)


def ice_connection(sender: RTCRtpSender) -> Connection:
    """Give what looks for a path for a sender; several senders may share one."""
    return sender.transport.transport.iceGatherer._connection  # noqa: SLF001


def take_rsa_too(sender: RTCRtpSender) -> None:
    """Let a player's certificate be RSA: it is known by its fingerprint, whatever its kind."""
    certificate = vars(sender.transport)["_RTCDtlsTransport__local_certificate"]
    create = certificate._create_ssl_context  # noqa: SLF001

    def with_rsa(**asked: Any) -> Any:
        context = create(**asked)
        context.set_cipher_list(_CIPHERS)
        return context

    certificate._create_ssl_context = with_rsa  # noqa: SLF001


def estimate_nothing(receiver: RTCRtpReceiver) -> None:
    """Let what never receives keep no counts of that: a thousand objects, 99 kB for each viewer."""
    vars(receiver)["_RTCRtpReceiver__remote_bitrate_estimator"] = None


def gather_on_loopback_too(connection: Connection) -> None:
    """Let this connection listen on 127.0.0.1 as well, which aioice leaves out."""
    gather = connection.get_component_candidates

    async def with_loopback(
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - the signature is given
    ) -> list[Candidate]:
        return await gather(component, [*addresses, _LOOPBACK], timeout)

    connection.get_component_candidates = with_loopback  # type: ignore[method-assign]


def release(connection: RTCPeerConnection) -> None:
    """Take a closed connection apart: its parts refer to each other, and would stay until cycles are sought.

    That is seldom; half a megabyte is kept for each viewer until then, and while it is done all others wait.
    """
    for transport in vars(connection)["_RTCPeerConnection__dtlsTransports"]:
        transport.remove_all_listeners()
        vars(vars(transport)["_RTCDtlsTransport__local_certificate"]).pop("_create_ssl_context", None)
        path = transport.transport.iceGatherer._connection  # noqa: SLF001
        for replaced in ("get_component_candidates", "check_complete"):
            vars(path).pop(replaced, None)
        path._check_list.clear()  # noqa: SLF001


def end_quietly(sender: RTCRtpSender) -> None:
    """Let what comes late find nothing to start, before all is closed.

    aiortc starts a sender whose handshake ends after closing, and never stops it again; the consent of a
    connection made in the moment of closing would be checked for ever.
    """
    sender.send = _start_nothing  # type: ignore[method-assign]
    ice_connection(sender).query_consent = _check_nothing  # type: ignore[method-assign]


async def _start_nothing(parameters: RTCRtpSendParameters) -> None:
    """Take the place of starting to send, once the connection is closed."""
    del parameters


async def _check_nothing() -> None:
    """Take the place of checking consent, once the connection is closed."""
