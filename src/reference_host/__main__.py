"""``python -m reference_host``: serve a site, or hash a password for its configuration."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import logging
import signal
import socket
import ssl
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path

import uvicorn

from reference_host import licence_command
from reference_host.allocator import keep_little
from reference_host.app import create_app
from reference_host.config import ConfigError, SiteConfig, TlsConfig, load_config
from reference_host.host import Host
from reference_host.one_host import only_host
from reference_host.passwords import hash_password
from vms_hooks import ENTRY_POINT_GROUP

#: Exit status for what the person who started the host can mend.
_MISUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "hash-password":
            return _hash_password()
        if options.command == "licence":
            return licence_command.run(options)
        return _serve(options.config, options.host, options.port, options.root_path)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return _MISUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reference-host", description="Serves a site with its plug-ins.")
    parser.add_argument(
        "--config", type=Path, default=Path("site.toml"), help="the site configuration (%(default)s)"
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on, 0 for any (%(default)s)")
    parser.add_argument(
        "--root-path",
        default="",
        help="path under which a proxy shows the host, as /vms, and which it removes",
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("hash-password", help="read a password from the standard input, print its hash")
    licence_command.add_parser(commands)
    return parser


def _hash_password() -> int:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise ConfigError("The password is empty. Type it, or pipe it, into the standard input.")
    sys.stdout.write(f"{hash_password(password)}\n")
    return 0


def _serve(config_file: Path, address: str, port: int, root_path: str) -> int:
    keep_little()
    config = load_config(config_file)
    _see_that_writable(config)
    _see_that_usable(config.tls)
    scheme = "https" if config.tls else "http"
    named = f"[{address}]" if ":" in address else address
    with contextlib.ExitStack() as held:
        listener = held.enter_context(_listening(address, port))
        here = f"{scheme}://{named}:{listener.getsockname()[1]}{root_path}"
        held.enter_context(only_host(config.data_directory, here))
        _log_to_standard_error()
        app = create_app(config)
        sys.stdout.write(f"Listening on {here}\n")
        _offer_set_up(app.state.host, config.site.base_url.rstrip("/") or here)
        sys.stdout.flush()
        settings = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            # What proxies say is believed by proxy.py only, which asks for the secret.
            proxy_headers=False,
            root_path=root_path.rstrip("/"),
            ssl_certfile=config.tls.certificate if config.tls else None,
            ssl_keyfile=config.tls.key if config.tls else None,
            ws="none",
            timeout_graceful_shutdown=2,
        )
        asyncio.run(_Server(settings, app.state.host).serve(sockets=[listener]))
    return 0


def _offer_set_up(host: Host, here: str) -> None:
    if host.set_up.open:
        sys.stdout.write(
            f"No account exists yet. Open {here}/set-up and make the first administrator.\n"
            f"One-time set-up token: {host.set_up.token}\n"
        )
    elif not host.accounts.all and host.config.proxy is not None:
        proxy = host.config.proxy
        sys.stdout.write(
            f"No account exists here: the proxy names people in the header {proxy.account_header}, and those "
            f"with the role administrator in {proxy.roles_header} administer. To let people sign in here, "
            "leave proxy.account_header out.\n"
        )


class _Server(uvicorn.Server):
    """Ends its endless answers first when it is told to stop, and then ends with status 0."""

    def __init__(self, config: uvicorn.Config, host: Host) -> None:
        super().__init__(config)
        self._host = host

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(wanted, self._stop)
        yield

    def _stop(self) -> None:
        self._host.stopping.set()
        self.should_exit = True


def _log_to_standard_error() -> None:
    """Log warnings of everything; of this host, of its server and of its plug-ins also what goes well."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    own = (
        "reference_host",
        "uvicorn",
        *(each.module.partition(".")[0] for each in entry_points(group=ENTRY_POINT_GROUP)),
    )
    for name in own:
        logging.getLogger(name).setLevel(logging.INFO)


def _listening(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # asyncio sets TCP_NODELAY only on sockets that name their protocol; without it answers wait up to 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"Port {port} on {address} is in use by another program. Stop it, or choose another port."
            ) from error
        raise ConfigError(f"Cannot listen on {address}, port {port}: {error}.") from error
    return listener


def _see_that_usable(tls: TlsConfig | None) -> None:
    if tls is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key)
    except OSError as error:  # ssl's own errors are some of these
        raise ConfigError(
            f"The TLS certificate {tls.certificate} with the key {tls.key} cannot be used: "
            f"{error.strerror or error}. Both are PEM files that belong together."
        ) from error


def _see_that_writable(config: SiteConfig) -> None:
    folder = config.data_directory
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigError(
            f"The data directory {folder} cannot be written: {error.strerror}. "
            "Let the host's user write there, or name another one."
        ) from error


if __name__ == "__main__":
    sys.exit(main())
