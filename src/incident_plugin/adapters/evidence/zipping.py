"""ZIP with AES-256 (WinZip's AE-2), written in one pass and read back; 7-Zip and pyzipper open it.

An entry is encrypted with a key of its own, derived from the password and a random salt, in counter mode, and
ends with ten bytes of HMAC-SHA-1. The counter begins at 1 and has its least significant byte first;
``cryptography`` counts with the most significant one first, so a window of counters is written out, encrypted
block by block, and laid over the data. A window is small, so that it stays in the cache of a processor core.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import struct
import zipfile
from datetime import datetime
from typing import IO, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from incident_plugin.adapters.evidence.zip_records import LOCAL, READ_AHEAD, Entry, directory
from incident_plugin.adapters.side_thread import SideThread

_AES_METHOD, _AES_EXTRA, _AE_2, _AES_256 = 99, 0x9901, 2, 3
_SALT, _KEY, _CHECK, _MAC = 16, 32, 2, 10
_ROUNDS = 1000
_CIPHER_BLOCK = 16
_ENCRYPTED = 0x1
#: Bytes that are encrypted at once.
_WINDOW = 1 << 18
_EXTRA_AES = struct.pack("<HHH2sBH", _AES_EXTRA, 7, _AE_2, b"AE", _AES_256, 0)


class WrongPassword(ValueError):
    """The password is not the one that the file was encrypted with."""


class Target(Protocol):
    """Takes bytes in order."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take some."""
        ...


class _KeyStream:
    """AES-256 in counter mode, the counter's least significant byte first."""

    def __init__(self, key: bytes) -> None:
        import numpy as np  # noqa: PLC0415 -- heavy, loaded when needed

        self._np = np
        self._encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - see above
        self._counters = np.zeros((_WINDOW // _CIPHER_BLOCK, 2), "<u8")
        self._counters[:, 0] = np.arange(1, len(self._counters) + 1)
        self._key = bytearray(_WINDOW + _CIPHER_BLOCK)
        self._left = 0

    def over(self, data: bytes | memoryview, target: bytearray | memoryview) -> None:
        """Encrypt or decrypt the next bytes into ``target``: of the same length, or longer, or the same."""
        taken, np = 0, self._np
        while taken < len(data):
            if not self._left:
                self._encryptor.update_into(self._counters.data.cast("B"), self._key)
                self._counters[:, 0] += len(self._counters)
                self._left = _WINDOW
            count = min(len(data) - taken, self._left)
            key = np.frombuffer(self._key, np.uint8, count, _WINDOW - self._left)
            plain = np.frombuffer(data, np.uint8, count, taken)
            np.bitwise_xor(key, plain, out=np.frombuffer(target, np.uint8, count, taken))
            taken += count
            self._left -= count


class _Keys:
    """What follows from a password and a salt."""

    def __init__(self, password: str, salt: bytes) -> None:
        derived = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, _ROUNDS, 2 * _KEY + _CHECK)
        self.stream = _KeyStream(derived[:_KEY])
        self.mac = hmac.new(derived[_KEY : 2 * _KEY], digestmod="sha1")
        self.check = derived[2 * _KEY :]


class EncryptedZip:
    """Writes entries one after the other; ``close`` writes the directory, without which it is no ZIP."""

    def __init__(self, target: Target, password: str) -> None:
        self._target = target
        self._password = password
        self._position = 0
        self._entries: list[tuple[Entry, int]] = []

    def add(self, name: str, size: int, file: IO[bytes], at: datetime) -> None:
        """Add a file of ``size`` bytes; raises ``ValueError`` when it has more or less."""
        stored = size + _SALT + _CHECK + _MAC
        entry = Entry(
            name=name, size=size, stored=stored, at=at, method=_AES_METHOD, flags=_ENCRYPTED, extra=_EXTRA_AES
        )
        self._entries.append((entry, self._position))
        self._write(entry.local())
        salt = os.urandom(_SALT)
        keys = _Keys(self._password, salt)
        self._write(salt + keys.check)
        written = self._encrypt(file, keys)
        if written != size:
            raise ValueError(f"{written} bytes came where {size} were announced")
        self._write(keys.mac.digest()[:_MAC])

    def close(self) -> None:
        """Write the directory."""
        self._write(directory(self._entries, self._position))

    def _encrypt(self, file: IO[bytes], keys: _Keys) -> int:
        written = 0
        with SideThread(keys.mac.update) as beside:
            while count := file.readinto(buffer := beside.buffer()):  # type: ignore[attr-defined]
                secret = buffer[:count]
                keys.stream.over(secret, secret)
                beside.take(secret)
                self._write(secret)
                written += count
        return written

    def _write(self, data: bytes | memoryview) -> None:
        self._target.write(data)
        self._position += len(data)


def encrypted_entry(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is encrypted the way it is done here."""
    return entry.compress_type == _AES_METHOD


class _Decrypted(io.RawIOBase):
    """An encrypted entry while it is read; raises ``ValueError`` at the end when it was changed."""

    def __init__(self, file: IO[bytes], entry: zipfile.ZipInfo, password: str) -> None:
        super().__init__()
        file.seek(entry.header_offset)
        head = LOCAL.unpack(file.read(LOCAL.size))
        self._file = file
        self._at = entry.header_offset + LOCAL.size + head[-2] + head[-1]
        file.seek(self._at)
        salt, check = file.read(_SALT), file.read(_CHECK)
        self._at += _SALT + _CHECK
        self._keys = _Keys(password, salt)
        if not hmac.compare_digest(check, self._keys.check):
            raise WrongPassword
        self._left = entry.compress_size - _SALT - _CHECK - _MAC
        self._checked = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        if self._checked:
            return 0
        view = memoryview(buffer)  # type: ignore[arg-type]
        self._file.seek(self._at)
        secret = self._file.read(min(len(view), self._left))
        if self._left and not secret:
            raise ValueError("the ZIP ends too early")
        self._at += len(secret)
        self._left -= len(secret)
        self._keys.mac.update(secret)
        if not self._left:
            self._checked = True
            if not hmac.compare_digest(self._file.read(_MAC), self._keys.mac.digest()[:_MAC]):
                raise ValueError("the ZIP was changed, or the password is another one")
        self._keys.stream.over(secret, view)
        return len(secret)


def decrypted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, password: str) -> IO[bytes]:
    """Open an encrypted entry; raises ``WrongPassword``."""
    if archive.fp is None:
        raise ValueError("the ZIP is closed")
    return io.BufferedReader(_Decrypted(archive.fp, entry, password), READ_AHEAD)
