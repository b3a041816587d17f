"""The few STUN messages that go to and fro while a viewer watches (RFC 8489), made and read as plain bytes.

aioice makes an object of each message and of each attribute. That is right while paths are looked for. Of
hundreds of viewers each is asked every few seconds, and asks as often.
"""

from __future__ import annotations

import hmac
import secrets
import socket
import struct
import zlib
from collections.abc import Iterator

#: Binding request and success response (section 5).
REQUEST, RESPONSE = b"\x00\x01", b"\x01\x01"
USERNAME, PRIORITY, USE_CANDIDATE, ICE_CONTROLLED, ICE_CONTROLLING = 0x0006, 0x0024, 0x0025, 0x8029, 0x802A

_COOKIE = b"\x21\x12\xa4\x42"
_HEADER = 20
_TRANSACTION = slice(8, _HEADER)
_ATTRIBUTE = struct.Struct("!HH")
_XOR_MAPPED_ADDRESS = 0x0020
_FAMILIES = {socket.AF_INET: 1, socket.AF_INET6: 2}
#: Heads of MESSAGE-INTEGRITY and FINGERPRINT, which stand at the end (sections 14.5 and 14.7).
_INTEGRITY, _FINGERPRINT = b"\x00\x08\x00\x14", b"\x80\x28\x00\x04"
_INTEGRITY_SIZE, _FINGERPRINT_SIZE = 24, 8
_END = _INTEGRITY_SIZE + _FINGERPRINT_SIZE
_FINGERPRINT_XOR = 0x5354554E


def transaction() -> bytes:
    """Give a new transaction id, which nobody can guess."""
    return secrets.token_bytes(12)


def transaction_of(message: bytes) -> bytes:
    """Give the transaction id of a message."""
    return message[_TRANSACTION]


def signed(kind: bytes, transaction_id: bytes, attributes: bytes, password: bytes) -> bytes:
    """Make a message with MESSAGE-INTEGRITY and FINGERPRINT."""
    size, rest = len(attributes) + _INTEGRITY_SIZE, _COOKIE + transaction_id + attributes
    code = hmac.digest(password, kind + size.to_bytes(2) + rest, "sha1")
    message = kind + (size + _FINGERPRINT_SIZE).to_bytes(2) + rest + _INTEGRITY + code
    return message + _FINGERPRINT + (zlib.crc32(message) ^ _FINGERPRINT_XOR).to_bytes(4)


def is_signed(message: bytes, password: bytes) -> bool:
    """Whether a message ends with both, and who made it knows the password."""
    size = len(message) - _HEADER
    if size < _END or int.from_bytes(message[2:4]) != size:
        return False
    if message[-_END:][:4] != _INTEGRITY or message[-_FINGERPRINT_SIZE:][:4] != _FINGERPRINT:
        return False
    covered = message[:2] + (size - _FINGERPRINT_SIZE).to_bytes(2) + message[4:-_END]
    code = hmac.digest(password, covered, "sha1")
    return hmac.compare_digest(code, message[-_END + 4 : -_FINGERPRINT_SIZE])


def attributes(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the attributes of a signed message, by number, up to its MESSAGE-INTEGRITY."""
    at, end = _HEADER, len(message) - _END
    while at + _ATTRIBUTE.size <= end:
        kind, size = _ATTRIBUTE.unpack_from(message, at)
        at += _ATTRIBUTE.size
        yield kind, message[at : at + size]
        at += size + -size % 4


def mapped_address(family: int, address: tuple[str, int], transaction_id: bytes) -> bytes:
    """Give XOR-MAPPED-ADDRESS: from where a request came (section 14.2)."""
    plain = socket.inet_pton(family, address[0])
    pad = _COOKIE + transaction_id
    port = address[1] ^ int.from_bytes(_COOKIE[:2])
    hidden = bytes(one ^ other for one, other in zip(plain, pad, strict=False))
    value = struct.pack("!xBH", _FAMILIES[socket.AddressFamily(family)], port) + hidden
    return _ATTRIBUTE.pack(_XOR_MAPPED_ADDRESS, len(value)) + value
