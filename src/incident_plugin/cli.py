"""The command line: looking after a plug-in's store and keys, and checking packages, from a shell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from incident_plugin import evidence_commands, keeping_commands
from incident_plugin.adapters.signing import KEYS, SigningKey
from incident_plugin.adapters.tinydb_store import FILE, TinyDBStore, upkeep
from incident_plugin.application.sealing import seal_faults
from incident_plugin.domain.errors import IncidentError

#: Where a store lies below the directories that people know: its own, the plug-in's, the host's.
_PLACES = (".", "store", "plugins/incident/store")
#: What to do when a server has the files.
_WHILE_IT_RUNS = (
    "This command takes the server's place. Stop that process in the way it was started (a service by its "
    "manager), give the command again, and start it. “store backup”, “store check”, “backup make”, “audit” "
    "work beside a server.\n"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give 0 when all is well, 1 when it was refused or something was found wrong."""
    chosen = _parser().parse_args(arguments)
    try:
        if hasattr(chosen, "run"):
            status: int = chosen.run(chosen)
            return status
        return _run(chosen.command, _store(chosen.data), getattr(chosen, "file", Path()))
    except IncidentError as error:
        more = _WHILE_IT_RUNS if error.message_id == "incident.store-in-use" else ""
        sys.stderr.write(f"{error.detail}\n{more}")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="incident-plugin", description="Incident manager: upkeep.")
    parsers = parser.add_subparsers(required=True)
    evidence_commands.add_commands(parsers)
    keeping_commands.add_commands(parsers)
    store = parsers.add_parser("store", help="look after stored projects")
    commands = store.add_subparsers(dest="command", required=True)
    for name, file, told in (
        ("backup", "file to make", "copy everything into one file, also while a server runs"),
        ("restore", "backup to restore", "put a backup in the place of what is stored"),
        ("check", None, "look for damage, also while a server runs"),
        ("compact", None, "make the index anew and the file small"),
        ("import", "JSON file of TinyDB", "read a TinyDB file into an empty store"),
    ):
        command = commands.add_parser(name, help=told, description=told)
        command.add_argument("--data", type=Path, required=True, help="directory with the store")
        if file is not None:
            command.add_argument("file", type=Path, help=file)
    return parser


def _store(data: Path) -> Path:
    """Give the store's directory; where there is none yet, the directory itself is meant."""
    return next((data / place for place in _PLACES if (data / place / FILE).exists()), data)


def _run(command: str, directory: Path, file: Path) -> int:
    match command:
        case "backup":
            upkeep.backup(directory, file)
            said = f"Everything was copied to {file}, and the copy is whole."
        case "restore":
            kept = upkeep.restore(directory, file, datetime.now(UTC))
            said = f"{file} was restored." + ("" if kept is None else f" What was there is now {kept}.")
        case "check":
            found = upkeep.check(directory) or _seal_faults(directory)
            if found:
                sys.stderr.write("".join(f"{fault}\n" for fault in found))
                return 1
            said = "Nothing is wrong: the file, the activity logs, their seals and the lists are whole."
        case "compact":
            upkeep.compact(directory)
            said = "The index was made anew, and the file is as small as it can be."
        case _:
            said = f"{upkeep.import_json(directory, file):,} incident projects were imported."
    sys.stdout.write(f"{said}\n")
    return 0


def _seal_faults(directory: Path) -> tuple[str, ...]:
    with closing(TinyDBStore(directory, writable=False)) as store:
        if next(store.seals(), None) is None:
            return ()
        return tuple(seal_faults(store, SigningKey(directory.parent / KEYS, make=False)))


if __name__ == "__main__":
    sys.exit(main())
