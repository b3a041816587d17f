"""``python -m demo_recorder``: run the recorder until it is told to stop."""

import argparse
import asyncio
import logging
import os
import signal
import ssl
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo_recorder.account import Account
from demo_recorder.app import PortTakenError, Recorder, Settings
from demo_recorder.cameras import CAMERAS, cameras_with
from demo_recorder.soap.sign_in import SignIn
from demo_recorder.timebase import Clock, shifted_clock

_HISTORY = timedelta(hours=2)
_PASSWORD_VARIABLE = "DEMO_RECORDER_PASSWORD"  # noqa: S105 - the name of a variable
_CANNOT_START = 2
_LAST_PORT = 65535
_LONGEST_RETENTION = 3650


class BadSettingsError(Exception):
    """The recorder cannot run as it was asked to."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the recorder; returns the exit status: 0 when stopped by a signal, 2 when it cannot start."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    # zeep reports each argument that it cannot read with a traceback; the client is told by a fault.
    logging.getLogger("zeep").setLevel(logging.CRITICAL)
    try:
        settings = _settings(_parser().parse_args(arguments))
        return asyncio.run(_run(settings))
    except (BadSettingsError, PortTakenError) as error:
        sys.stderr.write(f"demo-recorder: {error}\n")
        return _CANNOT_START


async def _run(settings: Settings) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with Recorder(settings) as recorder:
        sys.stdout.write(f"ready http={recorder.device_url} rtsp={recorder.rtsp_port}\n")
        sys.stdout.flush()
        await stop.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="demo-recorder", description="An embedded ONVIF recorder with four synthetic cameras."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--http-port", type=_port, default=0, help="port for ONVIF; 0 chooses one")
    parser.add_argument("--rtsp-port", type=_port, default=0, help="port for RTSP; 0 chooses one")
    parser.add_argument(
        "--since", metavar="ISO8601", help="when the recordings began (default: two hours ago)"
    )
    parser.add_argument(
        "--skew", type=float, default=0.0, metavar="SECONDS", help="how far its clock is fast (default: 0)"
    )
    parser.add_argument(
        "--retention", type=_days, default=0, metavar="DAYS", help="how long it says that it keeps video"
    )
    parser.add_argument(
        "--h265",
        action="append",
        default=[],
        choices=[camera.token for camera in CAMERAS],
        help="code this camera in H.265; may be given several times",
    )
    parser.add_argument(
        "--aac",
        action="append",
        default=[],
        choices=[camera.token for camera in CAMERAS],
        help="give this camera a microphone in AAC; may be given several times",
    )
    parser.add_argument(
        "--renewed",
        action="append",
        default=[],
        choices=[camera.token for camera in CAMERAS],
        help="this camera was set up anew an hour after its recording began: it has an older recording with"
        " gaps, and the one that goes on; may be given several times",
    )
    parser.add_argument(
        "--sign-in",
        type=SignIn,
        choices=list(SignIn),
        default=SignIn.TOKEN,
        help="how ONVIF clients sign in: by a WS-Security token, by HTTP Digest, or either (default: token)",
    )
    parser.add_argument("--serial", default="DEMO-0001", help="its serial number (default: %(default)s)")
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="speak TLS alone, with the certificate and the private key in this file (PEM)",
    )
    parser.add_argument(
        "--discovery",
        action="store_true",
        help="answer searches of the network by WS-Discovery, on the interface of --host alone",
    )
    parser.add_argument("--username", default="admin", help="user name (default: %(default)s)")
    parser.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help=f"file with the password (default: the variable {_PASSWORD_VARIABLE})",
    )
    return parser


def _days(text: str) -> int:
    days = int(text)
    if not 0 <= days <= _LONGEST_RETENTION:
        raise argparse.ArgumentTypeError(f"{days} is not from 0 to {_LONGEST_RETENTION}")
    return days


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{port} is no port")
    return port


def _settings(options: argparse.Namespace) -> Settings:
    clock = shifted_clock(options.skew)
    return Settings(
        clock=clock,
        retention=timedelta(days=options.retention),
        cameras=cameras_with(h265=options.h265, aac=options.aac, renewed=options.renewed),
        sign_in=options.sign_in,
        serial=options.serial,
        tls=_tls(options.certificate),
        discovery=options.discovery,
        host=options.host,
        http_port=options.http_port,
        rtsp_port=options.rtsp_port,
        account=Account(username=options.username, password=_password(options.password_file)),
        since=_since(options.since, clock),
    )


def _tls(file: Path | None) -> ssl.SSLContext | None:
    if file is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(file)
    except (OSError, ssl.SSLError) as error:
        raise BadSettingsError(f"cannot read a certificate with its key from {file}: {error}") from error
    return context


def _password(file: Path | None) -> str:
    if file is None:
        password = os.environ.get(_PASSWORD_VARIABLE, "")
        missing = f"no password: give --password-file, or set {_PASSWORD_VARIABLE}"
    else:
        try:
            password = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettingsError(f"cannot read the password from {file}: {error}") from error
        missing = f"the password file {file} is empty"
    if not password:
        raise BadSettingsError(missing)
    return password


def _since(text: str | None, clock: Clock) -> datetime:
    now = clock()
    if text is None:
        return now - _HISTORY
    try:
        since = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadSettingsError(f"--since {text!r} is no ISO 8601 time") from error
    since = since.replace(tzinfo=UTC) if since.tzinfo is None else since.astimezone(UTC)
    if since > now:
        raise BadSettingsError(f"--since {text} is in the future; now it is {now:%Y-%m-%dT%H:%M:%SZ}")
    return since


if __name__ == "__main__":
    sys.exit(main())
