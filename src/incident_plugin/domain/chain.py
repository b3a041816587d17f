"""Hashes of the activity log: netstrings under SHA-256, commitments that can be opened one by one.

A list of texts is hashed as netstrings (``5:hello,``, lengths in bytes of UTF-8), so that no two different
lists have the same bytes, and anybody can do the same with a dozen lines of any language.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

#: What the first entry of a chain, and the first seal, name as the one before.
GENESIS = "0" * 64


def digest(texts: Iterable[str]) -> str:
    """Give the SHA-256 of a list of texts, in hexadecimal."""
    # Characters are bytes in ASCII, which is most of what is hashed: counting them is three times as fast.
    texts = tuple(texts)
    plain = "".join([f"{len(text)}:{text}," for text in texts])
    if plain.isascii():
        return hashlib.sha256(plain.encode()).hexdigest()
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    return hashlib.sha256(b"".join([b"%d:%b," % (len(part), part) for part in parts])).hexdigest()


def who_hash(salt: str, person: str, name: str) -> str:
    """Commit to who did something."""
    plain = f"{len(salt)}:{salt},{len(person)}:{person},{len(name)}:{name},"
    if plain.isascii():
        return hashlib.sha256(plain.encode()).hexdigest()
    return digest((salt, person, name))


def what_hash(  # noqa: PLR0917 - called a million times when logs are verified
    salt: str, action: str, subject: str, before: str, after: str, camera: str, target: str = ""
) -> str:
    """Commit to what was done, in the words of that time; a target is one more text where there is one."""
    plain = (
        f"{len(salt)}:{salt},{len(action)}:{action},{len(subject)}:{subject},"
        f"{len(before)}:{before},{len(after)}:{after},{len(camera)}:{camera},"
    )
    if target:
        plain += f"{len(target)}:{target},"
    if plain.isascii():
        return hashlib.sha256(plain.encode()).hexdigest()
    return digest((salt, action, subject, before, after, camera, *((target,) if target else ())))


def entry_hash(previous: str, project: int, number: int, at: str, payload: str) -> str:
    """Give an entry's hash: over the entry before and what stays when its payload is forgotten."""
    of, place = str(project), str(number)
    plain = (
        f"{len(previous)}:{previous},{len(of)}:{of},{len(place)}:{place},{len(at)}:{at},"
        f"{len(payload)}:{payload},"
    )
    if plain.isascii():
        return hashlib.sha256(plain.encode()).hexdigest()
    return digest((previous, of, place, at, payload))


def leaf_hash(texts: Iterable[str]) -> bytes:
    """Give the hash of a leaf of a tree (RFC 6962, section 2.1: a zero byte, then the data)."""
    return hashlib.sha256(b"\0" + digest(texts).encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of an inner node of a tree (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_hash(leaves: list[bytes]) -> bytes:
    """Give the hash of a whole tree (RFC 6962, section 2.1)."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = leaves
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        # Who has no partner goes up alone: the same tree that RFC 6962 builds from the top.
        level = [*paired, level[-1]] if len(level) % 2 else paired
    return level[0]


def tree_path(leaves: list[bytes], position: int) -> list[bytes]:
    """Give the hashes beside the way from a leaf to the root (RFC 6962, section 2.1.1)."""
    path: list[bytes] = []
    level = leaves
    while len(level) > 1:
        beside = position ^ 1
        if beside < len(level):
            path.append(level[beside])
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = [*paired, level[-1]] if len(level) % 2 else paired
        position //= 2
    return path


def path_hash(leaf: bytes, position: int, leaves: int, path: list[bytes]) -> bytes | None:
    """Give the root that a path leads to (RFC 9162, section 2.1.3.2); nothing if it leads nowhere."""
    if not 0 <= position < leaves:
        return None
    found, last, left = leaf, leaves - 1, list(path)
    while last:
        if position % 2 or position < last:
            if not left:
                return None
            beside = left.pop(0)
            found = node_hash(beside, found) if position % 2 else node_hash(found, beside)
        position //= 2
        last //= 2
    return None if left else found
