"""Commands about evidence: checking a package, and looking after the keys that packages are signed with."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

import msgspec

from incident_plugin.adapters.evidence import KeyRing, Stamps
from incident_plugin.adapters.evidence.checking import Verdict, check
from incident_plugin.adapters.evidence.sources import opened, protected
from incident_plugin.adapters.evidence.stamps import Authority
from incident_plugin.adapters.evidence.zipping import WrongPassword
from incident_plugin.adapters.signing import KEYS
from incident_plugin.domain.errors import IncidentError, InvalidInput

#: What the commands give to the shell.
GOOD, FAULTY, UNREADABLE = 0, 1, 2
#: Where keys lie below the directories that people know: the plug-in's, the host's.
_PLACES = (KEYS, f"plugins/incident/{KEYS}")


def add_commands(parsers: argparse._SubParsersAction[Any]) -> None:
    """Add the commands to a parser."""
    told = "check an evidence package and name what is wrong"
    verify = parsers.add_parser(
        "verify",
        help=told,
        description=f"{told}. Gives 0 when nothing is, 1 when something is, 2 for what cannot be read.",
    )
    verify.add_argument("package", type=Path, help="folder, ZIP, or the first part (.001) of a split ZIP")
    verify.add_argument("--fingerprint", default="", help="of the signer, as the site told it")
    verify.add_argument("--password-file", type=Path, help="file whose first line is the ZIP's password")
    verify.add_argument("--json", action="store_true", help="print the result as JSON")
    verify.set_defaults(run=_verify)
    keys = parsers.add_parser("keys", help="look after the keys that packages are signed with")
    commands = keys.add_subparsers(required=True)
    for name, run, told in (
        ("show", _show, "show the certificates"),
        ("rotate", _rotate, "make a new key; old certificates are kept"),
        ("use", _use, "use the site's own key: PEM with its chain, or PKCS #12"),
        ("authority", _authority, "name the time-stamp authority, or none"),
    ):
        command = commands.add_parser(name, help=told, description=told)
        command.add_argument("--data", type=Path, required=True, help="data directory of host or plug-in")
        command.set_defaults(run=run)
        if run is _rotate:
            command.add_argument("--site", default="site", help="name that the certificate bears")
        if run is _use:
            command.add_argument("file", type=Path)
            command.add_argument("--passphrase-file", type=Path, help="file whose first line is it")
        if run is _authority:
            command.add_argument("--url", default="", help="address; none switches time stamps off")
            command.add_argument("--certificates", type=Path, help="PEM with its chain up to the root")


def _verify(chosen: argparse.Namespace) -> int:
    try:
        password = _first_line(chosen.password_file)
        if not password and protected(chosen.package):
            password = getpass.getpass("Password of the ZIP: ")
        with opened(chosen.package, password) as source:
            verdict = check(source, fingerprint=chosen.fingerprint)
    except EOFError:
        sys.stderr.write("The package has a password, and nobody typed it. Use --password-file.\n")
        return UNREADABLE
    except WrongPassword:
        sys.stderr.write("The package is protected by another password. Nothing was checked.\n")
        return UNREADABLE
    except (IncidentError, OSError) as error:
        sys.stderr.write(f"{getattr(error, 'detail', error)}\n")
        return UNREADABLE
    sys.stdout.write(_as_json(verdict) if chosen.json else _as_text(verdict))
    return GOOD if verdict.good else FAULTY


def _as_json(verdict: Verdict) -> str:
    document = {"good": verdict.good, **msgspec.to_builtins(verdict)}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _as_text(verdict: Verdict) -> str:
    lines = [_printable(f"{fault.file} {fault.what}".strip()) for fault in verdict.faults]
    count = len(verdict.faults)
    lines.append(
        f"Nothing is wrong: {verdict.files} files with {verdict.bytes} bytes are as they were."
        if verdict.good
        else f"{count} {'thing is' if count == 1 else 'things are'} wrong. "
        "Do not rely on the package until it is explained."
    )
    if verdict.fingerprint:
        lines.append(f"Fingerprint of the signer: {verdict.fingerprint}")
    if verdict.signed_at:
        lines.append(f"Signed at {verdict.signed_at:%Y-%m-%d %H:%M:%S} UTC, as the signer says.")
    if verdict.stamped_at:
        lines.append(f"Time stamp of {verdict.stamped_at:%Y-%m-%d %H:%M:%S} UTC.")
    return "".join(f"{line}\n" for line in (*lines, *verdict.notes))


def _printable(text: str) -> str:
    """Names in a package may hold anything, also what drives terminals."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _show(chosen: argparse.Namespace) -> int:
    known = _ring(chosen.data).known()
    for one in known:
        sys.stdout.write(
            f"{'in use ' if one.current else 'former '} {one.fingerprint}\n"
            f"        {one.subject}, issued by {one.issuer}, "
            f"{one.not_before:%Y-%m-%d} to {one.not_after:%Y-%m-%d}\n"
            + (f"        {one.fault}\n" if one.fault else "")
        )
    if not known:
        sys.stdout.write("There is no key yet: one is made with the first signed export.\n")
    return FAULTY if any(one.fault for one in known) else GOOD


def _rotate(chosen: argparse.Namespace) -> int:
    sys.stdout.write(f"New fingerprint: {_ring(chosen.data).rotate(chosen.site).fingerprint}\n")
    return GOOD


def _use(chosen: argparse.Namespace) -> int:
    try:
        data = chosen.file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            f"{chosen.file} cannot be read: {error.strerror}. The key in use was left as it is."
        ) from error
    identity = _ring(chosen.data).use(data, _first_line(chosen.passphrase_file))
    sys.stdout.write(f"Fingerprint: {identity.fingerprint}\n")
    return GOOD


def _authority(chosen: argparse.Namespace) -> int:
    stamps = Stamps(_directory(chosen.data))
    if not chosen.url:
        stamps.configure(None)
        sys.stdout.write("Packages get no time stamp.\n")
        return GOOD
    if chosen.certificates is None:
        raise InvalidInput("A time-stamp authority needs its certificates. Nothing was changed.")
    stamps.configure(Authority(url=chosen.url, certificates=chosen.certificates.read_text("ascii")))
    sys.stdout.write(f"Packages get time stamps of {chosen.url}.\n")
    return GOOD


def _ring(data: Path) -> KeyRing:
    return KeyRing(_directory(data))


def _directory(data: Path) -> Path:
    """Give where the keys are; elsewhere a key would be made that no export is signed with."""
    for place in reversed(_PLACES):
        if (data / place).is_dir():
            return data / place / "evidence"
    raise InvalidInput(
        f"There is no {_PLACES[1]} below {data}. Name the data directory of the host, as --data; "
        "when it is new, start the host once. Nothing was changed."
    )


def _first_line(file: Path | None) -> str:
    return "" if file is None else file.read_text("utf-8").splitlines()[0]
