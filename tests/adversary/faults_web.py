"""Faults of HTTP and SOAP as such, of signing in, and of addresses."""

from __future__ import annotations

import gzip
import itertools
import re
from datetime import timedelta

from tests.adversary.device import Conduct
from tests.adversary.fault import Fault, Gives, Reads, soap
from tests.adversary.replies import (
    CAPABILITIES,
    CLOSE,
    HEALTHY,
    MUTE,
    PATHS,
    RESET,
    Asked,
    Raw,
    Reply,
    enveloped,
    fault,
    http,
    information,
    service,
    services,
)

TRY = "If it stays so, tell your administrator."
UNUSABLE = "The recorder at {place} sent an answer that cannot be used (%s). " + TRY
SILENT = "The recorder at {place} is not answering (%s). " + TRY
UNREACHED = (
    "The recorder at {place} cannot be reached (%s). Ask your administrator to check that it is switched on"
    " and connected, and has this address."
)
PASSWORD = (
    "The recorder at {place} refused the user name or password. Ask your administrator to correct them."
)
DOOR = Gives("Door, recorded, PTZ")
INFORMATION = "GetDeviceInformation"


def once_dropped(asked: Asked) -> Reply:
    """A kept connection that is closed at the moment when it is used again."""
    return CLOSE if asked.time == 1 else information()


def digest_only(asked: Asked) -> Reply:
    if "Authorization: Digest" in asked.head:
        answer = HEALTHY[asked.operation]
        text = answer(asked) if callable(answer) else answer
        assert isinstance(text, str)
        return text
    return http(
        "", status="401 Unauthorized", headers='WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n'
    )


def signed_clock(asked: Asked) -> Reply:
    """Wants to be signed in to even to tell the time."""
    if "UsernameToken" not in asked.text:
        return fault("NotAuthorized")
    answer = HEALTHY[asked.operation]
    assert callable(answer)
    return answer(asked)


def in_its_window(asked: Asked) -> Reply:
    """Accepts tokens of its own present only, to the minute."""
    return information() if f"{asked.now:T%H:%M}" in asked.text else fault("NotAuthorized")


def framed_by(before: bytes, after: bytes) -> bytes:
    return before + enveloped(information()) + after


def _http(name: str, does: str, seen: str, answer: Reply, words: str) -> Fault:
    return soap(name, does, seen, {"*": answer}, cameras=Reads(words))


ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n\r\n"
BOMB = gzip.compress(bytes(64 * 2**20))

HTTP_FAULTS = [
    _http(
        "soap-truncated",
        "ends its answers in the middle",
        "onvifsim transport.malformed_http",
        enveloped(information())[:-80],
        UNUSABLE % "the answer is not well-formed or is cut off",
    ),
    _http(
        "soap-20-megabytes",
        "answers with 20 MB",
        "onvifsim transport.huge_response",
        http(b" " * (20 * 2**20)),
        UNUSABLE % "the answer is longer than 8 MB",
    ),
    _http(
        "soap-endless",
        "answers without end",
        "stands for a hostile device",
        Raw(pieces=lambda: itertools.chain((ENDLESS,), itertools.repeat(b" " * 65536))),
        UNUSABLE % "the answer is longer than 8 MB",
    ),
    _http(
        "soap-gzip-bomb",
        "compresses 64 MB to nothing",
        "stands for a hostile device",
        http(BOMB, headers="Content-Encoding: gzip\r\n"),
        UNUSABLE % "the answer is longer than 8 MB",
    ),
    _http(
        "soap-nested",
        "nests elements 5,000 deep",
        "stands for a hostile device",
        b"<a>" * 5000 + b"</a>" * 5000,
        UNUSABLE % "the answer is not well-formed or is cut off",
    ),
    _http(
        "soap-doctype",
        "declares a document type",
        "stands for a hostile device",
        b'<!DOCTYPE x SYSTEM "http://192.0.2.9/x.dtd"><x/>',
        UNUSABLE % "the answer carries a document type",
    ),
    _http(
        "soap-entities",
        "defines entities that multiply",
        "stands for a hostile device",
        b'<!DOCTYPE x [<!ENTITY a "bb"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        UNUSABLE % "the answer carries a document type",
    ),
    _http(
        "soap-unquoted",
        "leaves the quotes of attributes out",
        "onvifsim events.bad_xml, TP-Link",
        b"<Envelope a=true></Envelope>",
        UNUSABLE % "the answer is not well-formed or is cut off",
    ),
    _http(
        "soap-drip",
        "sends one byte at a time",
        "onvifsim transport.slowloris",
        Raw(pieces=lambda: (ENDLESS, *(b" " for _ in range(10_000))), pause=0.02),
        SILENT % "the answer came too slowly",
    ),
    _http(
        "soap-mute",
        "accepts connections and says nothing",
        "onvifsim transport.global_delay; agentdvr",
        MUTE,
        SILENT % "nothing came for {limit} seconds",
    ),
    _http(
        "soap-slow-body",
        "stops after the head of its answer",
        "onvifsim transport.slowloris",
        Raw(pieces=lambda: (ENDLESS,), then="hang"),
        SILENT % "nothing came for {limit} seconds",
    ),
    _http(
        "http-html",
        "answers with its sign-in page",
        "Home Assistant, frigate: web interface at the port",
        http("<html><body>Sign in</body></html>"),
        UNUSABLE % "it is no ONVIF answer",
    ),
    _http(
        "http-redirect",
        "sends to another address",
        "cameras that force their web interface to https",
        http("", status="302 Found", headers="Location: https://192.0.2.9/login\r\n"),
        UNUSABLE % "it sends to https://192.0.2.9/login: enter that address if it is this recorder's",
    ),
    _http(
        "http-404",
        "has nothing at the address",
        "a wrong path in the address",
        http("", status="404 Not Found"),
        "The recorder at {place} does not offer this (there is no ONVIF service at its address). Ask your"
        " administrator whether it records and is set up for ONVIF.",
    ),
    _http(
        "http-500-empty",
        "fails without a word",
        "onvif-zeep-async history",
        http("", status="500 Internal Server Error"),
        UNUSABLE % "HTTP status 500",
    ),
    _http(
        "http-echo",
        "sends the request back, with status 500",
        "onvifsim transport.malformed_http",
        http("<x>POST /onvif</x>", status="500 Internal Server Error"),
        UNUSABLE % "HTTP status 500",
    ),
    _http(
        "http-bad-status",
        "begins with no status line",
        "onvifsim transport.malformed_http",
        Raw(pieces=lambda: (b"HELLO\r\n\r\n",), then="close"),
        UNREACHED % "the connection failed",
    ),
    _http(
        "http-short-body",
        "promises more bytes than it sends",
        "onvifsim transport.malformed_http",
        Raw(pieces=lambda: (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<a>",), then="close"),
        UNREACHED % "the connection failed",
    ),
    _http(
        "http-reset",
        "resets every connection",
        "overloaded or restarting devices",
        RESET,
        UNREACHED % "the connection failed",
    ),
    Fault(
        id="switched-off",
        does="is switched off",
        seen="everybody",
        conduct=Conduct(listening=frozenset()),
        outcomes={"cameras": Reads(UNREACHED % "the connection was refused")},
    ),
    soap(
        "http-dropped",
        "drops a kept connection when it is used again",
        "onvif-zeep-async history",
        {INFORMATION: once_dropped},
        cameras=DOOR,
    ),
    soap(
        "http-no-length",
        "tells no length and closes",
        "onvifsim transport.malformed_http",
        {INFORMATION: Raw(pieces=lambda: (ENDLESS + enveloped(information()),), then="close")},
        cameras=DOOR,
    ),
    soap(
        "soap-line-before",
        "has an empty line before the XML declaration",
        "onvif-zeep-async history",
        {INFORMATION: framed_by(b'\r\n<?xml version="1.0" encoding="utf-8"?>', b"")},
        cameras=DOOR,
    ),
    soap(
        "soap-nul-after",
        "has zero bytes behind the answer",
        "firmwares that send their whole buffer",
        {INFORMATION: framed_by(b"", b"\0\0\0")},
        cameras=DOOR,
    ),
    soap(
        "soap-byte-order-mark",
        "begins with a byte order mark",
        "firmwares written on Windows",
        {INFORMATION: framed_by(b"\xef\xbb\xbf", b"")},
        cameras=DOOR,
    ),
    soap(
        "soap-1.1",
        "answers in SOAP 1.1",
        "gSOAP devices",
        {
            INFORMATION: enveloped(information()).replace(
                b"http://www.w3.org/2003/05/soap-envelope", b"http://schemas.xmlsoap.org/soap/envelope/"
            )
        },
        cameras=DOOR,
    ),
    soap(
        "soap-other-prefixes",
        "uses prefixes of its own",
        "many",
        {INFORMATION: enveloped(information()).replace(b"tds:", b"x:").replace(b"xmlns:tds", b"xmlns:x")},
        cameras=DOOR,
    ),
    soap(
        "soap-undeclared-prefix",
        "uses prefixes that it does not declare",
        "ipycam 1.3.0, run here: its answer to ContinuousMove",
        {INFORMATION: re.sub(rb' xmlns:(tds|tt)="[^"]*"', b"", enveloped(information()))},
        cameras=DOOR,
    ),
    soap(
        "soap-wrong-namespace",
        "answers in a namespace that is not the service's",
        "onvif-zeep-async history",
        {INFORMATION: enveloped(information()).replace(b"ver10/device/wsdl", b"ver99/device/wsdl")},
        cameras=DOOR,
    ),
]

DIGEST = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n'
SIGN_IN_FAULTS = [
    soap(
        "password-wrong",
        "refuses the password by a fault",
        "everybody",
        {INFORMATION: fault("NotAuthorized")},
        cameras=Reads(PASSWORD),
    ),
    soap(
        "password-undeclared-prefix",
        "refuses it by a fault whose prefix is not declared",
        "onvif-zeep: No namespace defined for 'ter'",
        {INFORMATION: fault("NotAuthorized", declared=False)},
        cameras=Reads(PASSWORD),
    ),
    soap(
        "password-sender-not-authorized",
        "refuses it in words of its own",
        "onvifsim auth.fault_wording",
        {INFORMATION: fault("SenderNotAuthorized", reason="Sender not authorized")},
        cameras=Reads(PASSWORD),
    ),
    soap(
        "password-reason-only",
        "refuses it by a reason without a code",
        "onvifsim auth.fault_wording",
        {
            INFORMATION: fault(
                reason="The action requested requires authorization and the sender is not authorized"
            )
        },
        cameras=Reads(PASSWORD),
    ),
    soap(
        "password-fault-200",
        "refuses it with HTTP status 200",
        "onvifsim auth.fault_http_status",
        {INFORMATION: http(enveloped(fault("NotAuthorized")))},
        cameras=Reads(PASSWORD),
    ),
    soap(
        "password-401-loop",
        "answers 401 for ever",
        "onvifsim auth.http_401_not_fault",
        {"*": http("", status="401 Unauthorized", headers=DIGEST)},
        cameras=Reads(PASSWORD),
    ),
    soap(
        "password-401-bare",
        "answers 401 and does not say how to sign in",
        "onvifsim auth.http_401_not_fault",
        {"*": http("", status="401 Unauthorized")},
        cameras=Reads(PASSWORD),
    ),
    soap(
        "password-403",
        "answers 403",
        "accounts that are locked after too many attempts",
        {INFORMATION: http("", status="403 Forbidden")},
        cameras=Reads(
            "The recorder at {place} refused the user name or password. Ask your administrator to"
            " correct them."
        ),
    ),
    soap(
        "digest-only",
        "wants HTTP Digest",
        "onvifsim auth.http_401_not_fault; Hikvision settings",
        {"*": digest_only},
        cameras=DOOR,
    ),
    soap(
        "clock-wants-sign-in",
        "wants a token even for the time",
        "onvifsim auth.preauth_required",
        {"GetSystemDateAndTime": signed_clock},
        cameras=DOOR,
        clock=Gives("clock +0 s"),
    ),
    Fault(
        id="clock-skewed",
        does="is ten hours fast and accepts tokens by its own clock only",
        seen="OpenIPC majestic-webui #292; onvifsim auth.tight_time_window",
        conduct=Conduct(soap={INFORMATION: in_its_window}, skew=timedelta(hours=10)),
        outcomes={
            "cameras": DOOR,
            "clock": Gives("clock +36000 s"),
        },
        well={"clock": "clock +36000 s"},
    ),
]

FOREIGN = "http://192.168.1.99"
ADDRESS_FAULTS = [
    soap(
        "xaddr-foreign",
        "announces services at an address nobody reaches",
        "onvifsim discovery.bad_xaddr_ip",
        {"GetServices": services(FOREIGN)},
        cameras=DOOR,
    ),
    soap(
        "xaddr-other-port",
        "announces services at a port where nobody listens",
        "onvifsim connect.xaddr_odd_port, TL-IPC652P-A4",
        {"GetServices": services("http://127.0.0.1:1")},
        cameras=DOOR,
    ),
    soap(
        "xaddr-two-ports",
        "announces addresses with two ports",
        "onvif-zeep-async history",
        {"GetServices": services("http://192.168.1.99:80:80")},
        cameras=DOOR,
    ),
    soap(
        "xaddr-bad-ipv6",
        "announces IPv6 addresses without brackets",
        "onvif-zeep-async history",
        {"GetServices": services("http://fe80::1%eth0")},
        cameras=DOOR,
    ),
    soap(
        "xaddr-zero",
        "announces 0.0.0.0",
        "onvifsim discovery.bad_xaddr_ip",
        {"GetServices": services("http://0.0.0.0:80")},
        cameras=DOOR,
    ),
    soap(
        "xaddr-missing",
        "announces services without addresses",
        "onvif-zeep-async history",
        {"GetServices": services("")},
        cameras=DOOR,
    ),
    soap(
        "services-none",
        "lists no services",
        "agsh/onvif history",
        {
            "GetServices": services(before="<!-- -->").replace("Service>", "Other>"),
            "GetCapabilities": CAPABILITIES,
        },
        cameras=Gives("Door, recorded, PTZ"),
    ),
    soap(
        "services-unknown",
        "does not know GetServices",
        "onvifsim connect.no_get_services",
        {"GetServices": fault("ActionNotSupported"), "GetCapabilities": CAPABILITIES},
        cameras=DOOR,
    ),
    soap(
        "services-nothing-at-all",
        "knows neither GetServices nor GetCapabilities",
        "stands for toys",
        {"GetServices": fault("ActionNotSupported"), "GetCapabilities": fault("ActionNotSupported")},
        cameras=Reads(
            "The recorder at {place} does not offer this (because). Ask your administrator whether it"
            " records and is set up for ONVIF."
        ),
    ),
    soap(
        "services-media2-first",
        "lists Media2 before Media and cannot do it",
        "onvifsim connect.media2_first",
        {
            "GetServices": services(
                before=service(
                    "http://www.onvif.org/ver20/media/wsdl", "http://127.0.0.1:<port>/onvif/media2"
                )
            ),
            "GetProfiles": lambda asked: (
                fault("ActionNotSupported") if "ver20/media" in asked.text else HEALTHY["GetProfiles"]
            ),
        },
        cameras=DOOR,
    ),
    soap(
        "services-no-media",
        "offers no media service",
        "recorders that only record",
        {"GetServices": services("http://127.0.0.1:<port>", *(name for name in PATHS if name != "media"))},
        cameras=Reads(
            "The recorder at {place} does not offer this (it has no media service). Ask your"
            " administrator whether it records and is set up for ONVIF."
        ),
    ),
]

FAULTS = [*HTTP_FAULTS, *SIGN_IN_FAULTS, *ADDRESS_FAULTS]
