"""``python -m reference_host licence``: make an issuer's key, issue a licence file, look into one."""

from __future__ import annotations

import argparse
import base64
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reference_host.config import ConfigError, load_config
from reference_host.durable import StorageRefused, write_whole
from reference_host.licence import NotALicence, Terms, Verdict, issue, judge, open_licence, public_key

#: A file is good this long unless the issuer says otherwise.
FILE_GOOD_FOR = timedelta(days=400)
_NOT_VALID = 1


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the host's command line."""
    parser = commands.add_parser("licence", help="make, issue and inspect licence files")
    inner = parser.add_subparsers(dest="licence_command", required=True)
    keygen = inner.add_parser("keygen", help="make an issuer's key; prints the public key for issuer_key")
    keygen.add_argument("key", type=Path, help="file to write the private key to (PEM, readable by you only)")
    inspect = inner.add_parser("inspect", help="say what a licence file grants; 0 when it can be used now")
    inspect.add_argument("file", type=Path)
    inspect.add_argument("--issuer-key", help="public key in base64; else that of --config is taken")
    _add_issue(inner)


def _add_issue(inner: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    made = inner.add_parser("issue", help="sign a licence file")
    made.add_argument("file", type=Path, help="licence file to write")
    made.add_argument("--key", type=Path, required=True, help="the issuer's private key, as keygen wrote it")
    made.add_argument("--licensee", required=True)
    made.add_argument("--site", required=True, help="id of the site")
    made.add_argument("--feature", action="append", required=True, help="may be given several times")
    made.add_argument("--first-day", type=date.fromisoformat, default=None, help="default: today")
    made.add_argument("--last-day", type=date.fromisoformat, required=True)
    made.add_argument("--file-last-day", type=date.fromisoformat, help="default: in 400 days")
    made.add_argument("--number", default="", help="the issuer's number of the licence")


def run(options: argparse.Namespace) -> int:
    """Run the command; gives the exit status. Raises ``ConfigError``."""
    try:
        if options.licence_command == "keygen":
            return _keygen(options.key)
        if options.licence_command == "issue":
            return _issue(options)
        return _inspect(options)
    except StorageRefused as error:
        raise ConfigError(str(error)) from error


def _keygen(file: Path) -> int:
    if file.exists():
        raise ConfigError(f"{file} is there already. A key is never overwritten: name another file.")
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_whole(file, pem)
    sys.stdout.write(f"{base64.b64encode(key.public_key().public_bytes_raw()).decode()}\n")
    return 0


def _issue(options: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    terms = Terms(
        licensee=options.licensee,
        site=options.site,
        features=tuple(options.feature),
        first_day=options.first_day or now.date(),
        last_day=options.last_day,
        issued=now.replace(microsecond=0),
        file_last_day=options.file_last_day or (now + FILE_GOOD_FOR).date(),
        number=options.number,
    )
    if terms.last_day < terms.first_day:
        raise ConfigError("The last day is before the first. Nothing was written.")
    write_whole(options.file, issue(terms, _private_key(options.key)))
    # A licence is no secret: the host's user must be able to read what somebody else put there.
    options.file.chmod(0o644)
    return 0


def _private_key(file: Path) -> Ed25519PrivateKey:
    try:
        if file.stat().st_mode & 0o077:
            raise ConfigError(f"Others can read the private key {file}. Set its mode to 0600.")
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        raise ConfigError(f"The private key {file} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{file} is not a private key as keygen writes it.")
    return key


def _inspect(options: argparse.Namespace) -> int:
    config = None if options.issuer_key else load_config(options.config)
    named = options.issuer_key or (config.licence.issuer_key if config and config.licence else "")
    try:
        opened = open_licence(options.file, public_key(named))
    except ValueError:
        raise ConfigError(
            "Name the issuer's public key in base64 with --issuer-key, or a --config."
        ) from None
    except NotALicence as refusal:
        sys.stdout.write(f"{refusal.judgement.verdict}: {refusal.judgement.reason}\n")
        sys.stdout.write(f"{refusal.judgement.remedy}\n")
        return _NOT_VALID
    terms = opened.terms
    site = config.site.id if config else terms.site
    judged = [judge(opened, site=site, feature=each, now=datetime.now(UTC)) for each in terms.features]
    rows = {
        "licence": terms.number or "(no number)",
        "licensee": terms.licensee,
        "site": terms.site,
        "features": ", ".join(terms.features),
        "granted": f"{terms.first_day} to {terms.last_day}",
        "file": f"issued {terms.issued:%Y-%m-%d %H:%M} UTC, good until {terms.file_last_day}",
        "signature": "right",
        "now": f"{judged[0].verdict}. {judged[0].reason}".strip() if judged else "no feature",
    }
    sys.stdout.writelines(f"{name:10}{value}\n" for name, value in rows.items())
    return 0 if judged and judged[0].verdict is Verdict.VALID else _NOT_VALID
