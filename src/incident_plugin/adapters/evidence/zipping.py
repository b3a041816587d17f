"""ZIP with AES-256 (WinZip's AE-2), written in one pass and read back; 7-Zip and pyzipper open it.

An entry is encrypted with a key of its own, derived from the password and a random salt, in counter mode, and
ends with ten bytes of HMAC-SHA-1. The counter begins at 1 and has its least significant byte first;
``cryptography`` counts with the most significant one first, so the counters are written out, encrypted block
by block, and laid over the data. Of a window of 65,536 counters only a byte or two differ from the window
before, which makes that faster than any other part.
"""

from __future__ import annotations

import hmac
import io
import os
import struct
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import IO, Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as macs
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

BLOCK = 1 << 20
_AES_METHOD, _AES_EXTRA, _AE_2, _AES_256 = 99, 0x9901, 2, 3
_SALT, _KEY, _CHECK, _MAC = 16, 32, 2, 10
_ROUNDS = 1000
_CIPHER_BLOCK = 16
_VERSION = 51
_ENCRYPTED, _UTF8 = 0x1, 0x800
_NEEDS_64, _NEEDS_64_COUNT = 0xFFFFFFFF, 0xFFFF
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3

_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_END_64 = struct.Struct("<IQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<IIQI")
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
        # Counting begins at 1, so that the last counter of a window is the first of a higher one.
        low = np.arange(1, BLOCK // _CIPHER_BLOCK + 1, dtype="<u8") & 0xFFFF
        self._counters = bytearray(np.column_stack((low, np.zeros_like(low))).tobytes())
        self._high = [0] * 6
        self._key = bytearray(BLOCK + _CIPHER_BLOCK)
        self._laid = np.empty(BLOCK, np.uint8)
        self._window = -1
        self._position = 0

    def over(self, data: bytes) -> bytes | memoryview:
        """Encrypt or decrypt the next bytes; what is given is good until the next call."""
        done: list[bytes | memoryview] = []
        taken, np = 0, self._np
        while taken < len(data):
            window, offset = divmod(self._position, BLOCK)
            if window != self._window:
                self._fill(window)
            count = min(len(data) - taken, BLOCK - offset)
            key = np.frombuffer(self._key, np.uint8, count, offset)
            laid = self._laid[:count]
            np.bitwise_xor(key, np.frombuffer(data, np.uint8, count, taken), out=laid)
            taken += count
            self._position += count
            done.append(laid.data if count == len(data) else laid.tobytes())
        return done[0] if len(done) == 1 else b"".join(done)

    def _fill(self, window: int) -> None:
        for place in range(len(self._high)):
            byte = window >> 8 * place & 0xFF
            if byte != self._high[place]:
                self._high[place] = byte
                self._counters[2 + place :: _CIPHER_BLOCK] = bytes((byte,)) * (BLOCK // _CIPHER_BLOCK)
        last = (window + 1) * (BLOCK // _CIPHER_BLOCK)
        self._counters[-_CIPHER_BLOCK:] = last.to_bytes(_CIPHER_BLOCK, "little")
        self._encryptor.update_into(self._counters, self._key)
        # The next window's bytes are laid over what this one's last counter had.
        self._counters[-_CIPHER_BLOCK + 2 :] = bytes(self._high) + bytes(8)
        self._window = window


class _Keys:
    """What follows from a password and a salt."""

    def __init__(self, password: str, salt: bytes) -> None:
        derived = PBKDF2HMAC(
            algorithm=hashes.SHA1(),  # noqa: S303 - AE-2 has no other
            length=2 * _KEY + _CHECK,
            salt=salt,
            iterations=_ROUNDS,
        ).derive(password.encode())
        self.stream = _KeyStream(derived[:_KEY])
        self.mac = macs.HMAC(derived[_KEY : 2 * _KEY], hashes.SHA1())  # noqa: S303 - AE-2 has no other
        self.check = derived[2 * _KEY :]


class EncryptedZip:
    """Writes entries one after the other; ``close`` writes the directory, without which it is no ZIP."""

    def __init__(self, target: Target, password: str) -> None:
        self._target = target
        self._password = password
        self._position = 0
        self._directory: list[bytes] = []

    def add(self, name: str, size: int, data: Iterable[bytes], at: datetime) -> None:
        """Add a file of ``size`` bytes, which come in pieces; raises ``ValueError`` for other sizes."""
        offset, raw_name, stored = self._position, name.encode(), size + _SALT + _CHECK + _MAC
        day = max(0, at.year - 1980) << 9 | at.month << 5 | at.day
        clock = at.hour << 11 | at.minute << 5 | at.second // 2
        flags = _ENCRYPTED | (0 if name.isascii() else _UTF8)
        large = stored >= _NEEDS_64
        extra = (struct.pack("<HHQQ", 1, 16, size, stored) if large else b"") + _EXTRA_AES
        sizes = (_NEEDS_64, _NEEDS_64) if large else (stored, size)
        head = (_VERSION, flags, _AES_METHOD, clock, day, 0, *sizes, len(raw_name))
        self._write(_LOCAL.pack(0x04034B50, *head, len(extra)) + raw_name + extra)
        self._encrypt(size, data)
        wide = [*((size, stored) if large else ()), *((offset,) if offset >= _NEEDS_64 else ())]
        extra = (struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b"") + _EXTRA_AES
        entry = _CENTRAL.pack(
            0x02014B50,
            _UNIX << 8 | _VERSION,
            *head,
            len(extra),
            0,
            0,
            0,
            _REGULAR_FILE,
            min(offset, _NEEDS_64),
        )
        self._directory.append(entry + raw_name + extra)

    def close(self) -> None:
        """Write the directory."""
        start, count = self._position, len(self._directory)
        for entry in self._directory:
            self._write(entry)
        size = self._position - start
        if start + size >= _NEEDS_64 or count >= _NEEDS_64_COUNT:
            end = self._position
            self._write(_END_64.pack(0x06064B50, 44, _VERSION, _VERSION, 0, 0, count, count, size, start))
            self._write(_LOCATOR_64.pack(0x07064B50, 0, end, 1))
        few = min(count, _NEEDS_64_COUNT)
        self._write(_END.pack(0x06054B50, 0, 0, few, few, min(size, _NEEDS_64), min(start, _NEEDS_64), 0))

    def _encrypt(self, size: int, data: Iterable[bytes]) -> None:
        salt = os.urandom(_SALT)
        keys = _Keys(self._password, salt)
        self._write(salt + keys.check)
        written = 0
        for piece in data:
            secret = keys.stream.over(piece)
            keys.mac.update(secret)
            self._write(secret)
            written += len(piece)
        if written != size:
            raise ValueError(f"{written} bytes came where {size} were announced")
        self._write(keys.mac.finalize()[:_MAC])

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
        head = _LOCAL.unpack(file.read(_LOCAL.size))
        self._file = file
        self._at = entry.header_offset + _LOCAL.size + head[-2] + head[-1]
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
        self._at += len(secret)
        self._left -= len(secret)
        self._keys.mac.update(secret)
        if not self._left:
            self._checked = True
            if not hmac.compare_digest(self._file.read(_MAC), self._keys.mac.finalize()[:_MAC]):
                raise ValueError("the ZIP was changed, or the password is another one")
        view[: len(secret)] = self._keys.stream.over(secret)
        return len(secret)


def decrypted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, password: str) -> IO[bytes]:
    """Open an encrypted entry; raises ``WrongPassword``."""
    if archive.fp is None:
        raise ValueError("the ZIP is closed")
    return io.BufferedReader(_Decrypted(archive.fp, entry, password), BLOCK)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Give a file in pieces that take little memory."""
    while piece := file.read(BLOCK):
        yield piece
