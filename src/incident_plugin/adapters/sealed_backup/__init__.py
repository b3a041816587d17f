"""Backups sealed with a passphrase: the store, the keys and the settings in one file that nobody else reads.

The file is a line of JSON that says how it is sealed, then a tar archive in pieces of 1 MiB, each under
AES-256-GCM (NIST SP 800-38D) with a key that scrypt (RFC 7914) makes of the passphrase and a random salt. A
piece's nonce is its number and whether it is the last one, and every piece is bound to the first line:
nothing can be changed, left out, put in another order or cut off.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from incident_plugin.domain.errors import InvalidInput, StoreUnavailable

FORMAT = "incident-backup/1"
STORE, SETTINGS, KEYS = "store.db", "settings.json", "keys/"

_PIECE = 1 << 20
_TAG = 16
#: Work and memory (128 MiB) that each guess of a passphrase costs.
_COST = {"n": 1 << 17, "r": 8, "p": 1}
_LONGEST_HEAD = 1_000
_NONCE_BYTES = 12


@attrs.frozen(kw_only=True)
class SealedBackup:
    """Makes sealed backups of a plug-in's directory."""

    #: Copies the store into one file, as it is at this moment.
    _copy_store: Callable[[Path], None]
    _keys: Path
    #: The settings as JSON; without secrets.
    _settings: str

    def make(self, target: Path, passphrase: str) -> None:
        """Write the backup; raises ``StoreUnavailable``, and leaves nothing then."""
        with _disk_errors(), tempfile.TemporaryDirectory(dir=target.parent, prefix="backup-") as made:
            copy = Path(made) / STORE
            self._copy_store(copy)
            partial = Path(made) / "sealed"
            with partial.open("wb") as file:
                with _Sealing(file, passphrase) as sealed, _archive(sealed) as archive:
                    archive.add(copy, STORE, recursive=False)
                    for key in sorted(self._keys.rglob("*")):
                        if key.is_file():
                            archive.add(key, KEYS + key.relative_to(self._keys).as_posix(), recursive=False)
                    _add_text(archive, SETTINGS, self._settings)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)


@attrs.frozen(kw_only=True)
class Unsealed:
    """What was in a backup, in a directory that goes when it is let go of."""

    store: Path
    keys: Path
    settings: str


@contextmanager
def unsealed(source: Path, passphrase: str, beside: Path) -> Iterator[Unsealed]:
    """Open a backup within a directory made in ``beside``; nothing is given before all of it was verified.

    Raises ``InvalidInput`` for a wrong passphrase and for a file that was changed, cut off or is no backup.
    """
    with _disk_errors(), tempfile.TemporaryDirectory(dir=beside, prefix="restore-") as made:
        folder = Path(made)
        plain = folder / "archive.tar"
        with source.open("rb") as file, plain.open("wb") as out:
            for piece in _opened(file, passphrase):
                out.write(piece)
        (folder / "keys").mkdir(mode=0o700)
        settings = ""
        with tarfile.open(plain) as archive:
            for member in archive:
                held = archive.extractfile(member)
                if held is None:
                    continue
                if member.name == SETTINGS:
                    settings = held.read().decode()
                elif member.name == STORE or member.name.startswith(KEYS):
                    _put(folder, member.name, held)
        plain.unlink()
        yield Unsealed(store=folder / STORE, keys=folder / "keys", settings=settings)


def _put(folder: Path, name: str, held: IO[bytes]) -> None:
    """Write a file of the archive, and never outside the directory."""
    place = (folder / name).resolve()
    if not place.is_relative_to(folder.resolve()):
        raise InvalidInput(f"The backup names a file outside of it: {name[:200]}. Nothing was restored.")
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        while part := held.read(_PIECE):
            out.write(part)
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def _archive(sealed: _Sealing) -> Iterator[tarfile.TarFile]:
    with tarfile.open(fileobj=sealed, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        yield archive


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


class _Sealing(io.RawIOBase):
    """A file that seals what is written to it; leaving it without an exception writes the last piece."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        salt = secrets.token_bytes(16)
        kdf = {"name": "scrypt", "salt": salt.hex(), **_COST}
        self._head = json.dumps({"format": FORMAT, "cipher": "AES-256-GCM", "kdf": kdf}).encode() + b"\n"
        self._cipher = AESGCM(_key(passphrase, salt))
        self._file = file
        self._held = bytearray()
        self._number = 0
        file.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        """Take bytes; whole pieces are written at once."""
        taken = bytes(data)  # type: ignore[call-overload]
        self._held += taken
        # The last piece is marked: so a whole one waits until there is more.
        while len(self._held) > _PIECE:
            self._seal(bytes(self._held[:_PIECE]), last=False)
            del self._held[:_PIECE]
        return len(taken)

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            self._seal(bytes(self._held), last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, self._head))
        self._number += 1


def _opened(file: BinaryIO, passphrase: str) -> Iterator[bytes]:
    head = file.readline(_LONGEST_HEAD)
    try:
        told = json.loads(head)
        kdf = told["kdf"]
        known = told["format"] == FORMAT and kdf["name"] == "scrypt" and {k: kdf[k] for k in _COST} == _COST
        salt = bytes.fromhex(kdf["salt"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("The file is no backup of the incident manager. Nothing was restored.") from error
    if not known:
        raise InvalidInput("The backup was made by a newer version. Nothing was restored: use that version.")
    cipher = AESGCM(_key(passphrase, salt))
    number, piece = 0, file.read(_PIECE + _TAG)
    while piece:
        following = file.read(_PIECE + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, head)
        except InvalidTag as error:
            why = (
                "The passphrase is wrong, or the file was changed."
                if number == 0
                else "The file was changed, or its end is missing."
            )
            raise InvalidInput(f"The backup cannot be opened. {why} Nothing was restored.") from error
        number, piece = number + 1, following
    if number == 0:
        raise InvalidInput("The end of the backup is missing. Nothing was restored.")


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **_COST).derive(passphrase.encode("utf-8", "surrogatepass"))


def _nonce(number: int, *, last: bool) -> bytes:
    # A key seals one file only, so that the number alone makes a nonce that is used once.
    return number.to_bytes(_NONCE_BYTES - 1, "big") + bytes([last])


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, tarfile.TarError) as error:
        why = getattr(error, "strerror", None) or error
        raise StoreUnavailable(
            f"The backup cannot be written or read ({why}). Nothing was changed. "
            "Make room on the disk if it is full, then try again."
        ) from error
