"""The command line: looking after a plug-in's store and keys, and checking packages, from a shell."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import closing, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from incident_plugin import evidence_commands, keeping_commands
from incident_plugin.adapters.signing import KEYS, SigningKey
from incident_plugin.adapters.tinydb_store import FILE, TinyDBStore, upkeep
from incident_plugin.adapters.tinydb_store.command_socket import ask_server
from incident_plugin.adapters.tinydb_store.sqlite_table import Tell
from incident_plugin.application.administration.sealing import seal_faults
from incident_plugin.domain.errors import IncidentError, InvalidInput

#: Where a store lies below the directories that people know: its own, the plug-in's, the host's.
_PLACES = (".", "store", "plugins/incident/store")
#: What to do when a server has the files.
_WHILE_IT_RUNS = (
    "This command takes the server's place. Stop that process in the way it was started (a service by its "
    "manager), give the command again, and start it. “store backup”, “store check”, “store compact”, "
    "“backup make”, “audit” work with a server that runs.\n"
)
#: How often it is told how far a command is, in seconds: on a terminal, and in a file.
_ON_TERMINAL, _IN_FILE = 0.2, 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give 0 when all is well, 1 when it was refused or something was found wrong."""
    chosen = _parser().parse_args(arguments)
    try:
        _see_whose(chosen)
        if hasattr(chosen, "run"):
            status: int = chosen.run(chosen)
            return status
        return _run(chosen.command, _store(chosen.data), getattr(chosen, "file", Path()))
    except IncidentError as error:
        more = _WHILE_IT_RUNS if error.message_id == "incident.store-in-use" else ""
        sys.stderr.write(f"{error}\n{more}")
        return 1


def _see_whose(chosen: argparse.Namespace) -> None:
    """Refuse to write as root into what belongs to the host's user, who could not read it then."""
    data = getattr(chosen, "data", None)
    if data is None or os.geteuid() != 0 or not data.is_dir() or data.stat().st_uid == 0:
        return
    try:
        owner = data.owner()
    except KeyError:
        owner = str(data.stat().st_uid)
    raise InvalidInput(
        f"{data} belongs to {owner}, and what root writes there the host could not read. Nothing was done. "
        f"Give the command as that user: runuser -u {owner} -- incident-plugin ..."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="incident-plugin", description="Incident manager: upkeep.")
    parsers = parser.add_subparsers(required=True)
    evidence_commands.add_commands(parsers)
    keeping_commands.add_commands(parsers)
    told = "print the HTTP interface as an OpenAPI 3.1 document"
    parsers.add_parser("openapi", help=told, description=told).set_defaults(run=_openapi)
    store = parsers.add_parser("store", help="look after stored projects")
    commands = store.add_subparsers(dest="command", required=True)
    for name, file, told in (
        ("backup", "file to make", "copy everything into one file, also while a server runs"),
        (
            "restore",
            "backup to restore",
            "put a backup in the place of what is stored; the server must not run",
        ),
        ("check", None, "look for damage, also while a server runs"),
        ("compact", None, "make the index anew and the file small; a running server is asked"),
        ("import", "JSON file of TinyDB", "read a TinyDB file into an empty store; the server must not run"),
    ):
        command = commands.add_parser(name, help=told, description=told)
        command.add_argument("--data", type=Path, required=True, help="directory with the store")
        if file is not None:
            command.add_argument("file", type=Path, help=file)
    return parser


def _openapi(_chosen: argparse.Namespace) -> int:
    # The whole plug-in, which other commands need not wait for.
    from incident_plugin.interface_command import printed  # noqa: PLC0415

    sys.stdout.write(printed())
    return 0


def _store(data: Path) -> Path:
    """Give the store's directory; where there is none yet, the directory itself is meant."""
    return next((data / place for place in _PLACES if (data / place / FILE).exists()), data)


class _Told:
    """Tells how far a command is, once it takes longer than a second."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._next = monotonic() + 1
        self._shown = ""

    def __call__(self, doing: str, share: float | None) -> None:
        if monotonic() < self._next:
            return
        self._next = monotonic() + (_ON_TERMINAL if self._on_terminal else _IN_FILE)
        said = f"{doing} ..." if share is None else f"{doing}: {min(share, 1):.0%}"
        if self._on_terminal:
            sys.stderr.write(f"\r{said.ljust(len(self._shown))}")
        else:
            sys.stderr.write(f"{said}\n")
        sys.stderr.flush()
        self._shown = said

    def end(self) -> None:
        """Leave the line of the terminal to others."""
        if self._shown and self._on_terminal:
            sys.stderr.write(f"\r{' ' * len(self._shown)}\r")


def _run(command: str, directory: Path, file: Path) -> int:
    told = _Told()
    try:
        status, said = _done(command, directory, file, told)
    finally:
        told.end()
    (sys.stderr if status else sys.stdout).write(f"{said}\n")
    return status


def _done(command: str, directory: Path, file: Path, told: Tell) -> tuple[int, str]:
    """Give the exit status, and what there is to say."""
    match command:
        case "backup":
            upkeep.backup(directory, file, told)
            said = f"Everything was copied to {file}, and the copy is whole."
        case "restore":
            kept = upkeep.restore(directory, file, datetime.now(UTC), told)
            said = f"{file} was restored to {directory / FILE}." + (
                "" if kept is None else f" What was there is now {kept}."
            )
        case "check":
            found = upkeep.check(directory, told)
            # Of a file that is damaged there may be nothing more to say.
            with suppress(IncidentError) if found else nullcontext():
                found += _seal_faults(directory)
            if found:
                return 1, "\n".join(found)
            said = "Nothing is wrong: the file, the activity logs, their seals and the lists are whole."
        case "compact":
            said = ask_server(directory, command, told) or upkeep.compact(directory, told)
        case _:
            imported = upkeep.import_json(directory, file, told)
            said = f"{imported:,} incident projects were imported into {directory / FILE}."
    return 0, said


def _seal_faults(directory: Path) -> tuple[str, ...]:
    with closing(TinyDBStore(directory, writable=False)) as store:
        if next(store.seals(), None) is None:
            return ()
        return tuple(seal_faults(store, SigningKey(directory.parent / KEYS, make=False)))


if __name__ == "__main__":
    sys.exit(main())
