"""Reading answers: values that zeep made, and elements as they came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from lxml import etree

_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_DAYS = (365, 30, 7, 1)


def item(value: Any, *path: str) -> Any:
    """Follow attributes; ``None`` where one is missing."""
    for name in path:
        value = getattr(value, name, None)
    return value


def text(value: Any, *path: str) -> str:
    """Follow attributes to a text; empty where one is missing."""
    found = item(value, *path)
    return "" if found is None else str(found)


def elements(answer: Any) -> list[Any]:
    """Give the elements of an answer that is read as it came."""
    found = getattr(answer, "_value_1", answer)
    if found is None:
        return []
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, etree._Element)]  # noqa: SLF001 -- lxml's only name for it


def below(parents: Iterable[Any], name: str) -> Iterator[Any]:
    """Give the children of this name, whatever their namespace: some devices have the wrong one."""
    for parent in parents:
        for child in parent:
            if isinstance(child.tag, str) and etree.QName(child).localname == name:
                yield child


def first(parent: Any, *path: str) -> Any:
    """Follow children by name; ``None`` where one is missing."""
    for name in path:
        if parent is None:
            return None
        parent = next(below([parent], name), None)
    return parent


def content(parent: Any, *path: str) -> str:
    """Follow children by name to a text; empty where one is missing."""
    found = first(parent, *path)
    return "" if found is None else (found.text or "").strip()


def duration(value: Any) -> timedelta | None:
    """Read an xs:duration, of zeep or as text; ``None`` when it is none."""
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(str(value or "").strip())
    if found is None or not any(found.groups()):
        return None
    days = sum(int(found[n] or 0) * size for n, size in enumerate(_DAYS, start=1))
    try:
        return timedelta(
            days=days, hours=int(found[5] or 0), minutes=int(found[6] or 0), seconds=float(found[7] or 0)
        )
    except OverflowError:
        return None
