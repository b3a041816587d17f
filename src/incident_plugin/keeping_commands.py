"""Commands about keeping: the audit log, deletion certificates, and backups sealed with a passphrase."""

from __future__ import annotations

import argparse
import getpass
import json
import socket
import sys
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from incident_plugin.adapters.sealed_backup import SealedBackup, unsealed
from incident_plugin.adapters.signing import KEYS, fingerprint, signed_with_pem
from incident_plugin.adapters.tinydb_store import FILE, TinyDBStore, upkeep
from incident_plugin.application.administration.backing_up import refuse_weak
from incident_plugin.domain.audit_lines import FORMS, lines
from incident_plugin.domain.errors import InvalidInput, NotFound
from incident_plugin.domain.journal import AUDIT, Entry, first_fault

#: Where the plug-in's directory lies below those that people know: it itself, the host's.
_PLACES = (".", "plugins/incident")
_PARTS = ("certificate.json", "certificate.sig", "public-key.pem")


def add_commands(parsers: argparse._SubParsersAction[Any]) -> None:
    """Add the commands to a parser."""
    audit = parsers.add_parser("audit", help="the audit log").add_subparsers(required=True)
    for name, run, told in (
        ("verify", _verify_audit, "walk the chain of the audit log, also while a server runs"),
        ("export", _export_audit, "print the audit log, also while a server runs"),
    ):
        command = audit.add_parser(name, help=told, description=told)
        command.add_argument("--data", type=Path, required=True, help="data directory of host or plug-in")
        command.set_defaults(run=run)
        if run is _export_audit:
            command.add_argument("--form", choices=FORMS, default="jsonl")
    told = "check a deletion certificate: folder or ZIP"
    certificate = parsers.add_parser("certificate", help=told).add_subparsers(required=True)
    verify = certificate.add_parser("verify", help=told, description=told)
    verify.add_argument("certificate", type=Path)
    verify.add_argument("--fingerprint", default="", help="of the site's key, as the site told it")
    verify.set_defaults(run=_verify_certificate)
    told = "everything in one file, sealed with a passphrase"
    backup = parsers.add_parser("backup", help=told).add_subparsers(required=True)
    for name, run, told in (
        ("make", _make, "make a sealed backup, also while a server runs"),
        ("restore", _restore, "put a sealed backup in the place of what is there; the server must not run"),
    ):
        command = backup.add_parser(name, help=told, description=told)
        command.add_argument("--data", type=Path, required=True, help="data directory of host or plug-in")
        command.add_argument("--passphrase-file", type=Path, help="file whose first line is it")
        command.add_argument("file", type=Path)
        command.set_defaults(run=run)


def _verify_audit(chosen: argparse.Namespace) -> int:
    entries = _audit_log(chosen.data)
    fault = first_fault(entries)
    if fault is not None:
        sys.stderr.write(f"{fault}\n")
        return 1
    head = f" The newest has the hash {entries[-1].hash}." if entries else ""
    sys.stdout.write(f"All {len(entries):,} entries are as they were written.{head}\n")
    return 0


def _export_audit(chosen: argparse.Namespace) -> int:
    for line in lines(_audit_log(chosen.data), chosen.form, host=socket.gethostname()):
        sys.stdout.buffer.write(line.encode("utf-8", "replace"))
    return 0


def _audit_log(data: Path) -> tuple[Entry, ...]:
    with closing(TinyDBStore(_directory(data) / "store", writable=False)) as store:
        return store.entries(AUDIT)


def _verify_certificate(chosen: argparse.Namespace) -> int:
    text, signature, key = _certificate(chosen.certificate)
    mark = fingerprint(key)
    if not signed_with_pem(key, text, signature):
        sys.stderr.write("The certificate was changed, or was signed with another key.\n")
        return 1
    if chosen.fingerprint and chosen.fingerprint.replace(":", "").lower() != mark:
        sys.stderr.write(f"The signature is right, and the key is not the named one: it is {mark}.\n")
        return 1
    said = json.loads(text)
    sys.stdout.write(
        f"Incident project {said['incident_project']} of {said['site']} was deleted for good at "
        f"{said['deleted_at']} by {said['deleted_by']}. The signature is right. Compare the "
        f"fingerprint of the key with the one that the site names by another channel: {mark}\n"
    )
    return 0


def _certificate(place: Path) -> tuple[bytes, bytes, bytes]:
    try:
        if place.is_dir():
            text, signature, key = ((place / name).read_bytes() for name in _PARTS)
        else:
            with zipfile.ZipFile(place) as archive:
                text, signature, key = (archive.read(name) for name in _PARTS)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise InvalidInput(f"{place} is no deletion certificate ({error}).") from error
    return text, signature, key


def _make(chosen: argparse.Namespace) -> int:
    directory = _directory(chosen.data)
    passphrase = _passphrase(chosen.passphrase_file, new=True)
    refuse_weak(passphrase)
    copy = partial(upkeep.backup, directory / "store")
    SealedBackup(copy_store=copy, keys=directory / KEYS, settings="{}").make(chosen.file, passphrase)
    sys.stdout.write(f"Everything was sealed into {chosen.file}. Keep file and passphrase apart.\n")
    return 0


def _restore(chosen: argparse.Namespace) -> int:
    directory = next(
        (chosen.data / place for place in _PLACES if (chosen.data / place / "store").is_dir()),
        _directory_to_be(chosen.data),
    )
    directory.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    with unsealed(chosen.file, _passphrase(chosen.passphrase_file, new=False), directory) as found:
        kept = upkeep.restore(directory / "store", found.store, now)
        keys = directory / KEYS
        aside = keys.with_name(f"{KEYS}.replaced-{now:%Y%m%dT%H%M%SZ}")
        if keys.exists():
            keys.rename(aside)
        found.keys.rename(keys)
    told = [f"{chosen.file} was restored to {directory}."]
    if kept is not None:
        told.append(f"What was there is now {kept} and {aside}: remove both when all is well.")
    sys.stdout.write(" ".join(told) + "\n")
    return 0


def _directory_to_be(data: Path) -> Path:
    """Give where a host will look that was not started yet: hosts name a plug-in's directory by its id."""
    return data if data.resolve().name == "incident" else data / _PLACES[-1]


def _directory(data: Path) -> Path:
    found = next((data / place for place in _PLACES if (data / place / "store" / FILE).exists()), None)
    if found is None:
        raise NotFound(f"There are no incident projects below {data}.")
    return found


def _passphrase(file: Path | None, *, new: bool) -> str:
    if file is None:
        try:
            entered = getpass.getpass("Passphrase: ")
            again = getpass.getpass("Again: ") if new else entered
        except EOFError as error:
            raise InvalidInput("Nobody typed a passphrase. Name a file with --passphrase-file.") from error
        if again != entered:
            raise InvalidInput("The two passphrases differ. No backup was made.")
        return entered
    try:
        return file.read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The passphrase cannot be read from {file} ({error}).") from error
