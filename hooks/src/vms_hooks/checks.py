"""Checking what a plug-in answers against the contract's own annotations."""

from __future__ import annotations

import difflib
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import attrs
import pluggy

from vms_hooks.contributions import Element, Permission
from vms_hooks.faults import FaultKind, PluginFault
from vms_hooks.spec import PluginSpec

T = TypeVar("T")

#: Names of custom elements as HTML has them, without the exotic letters.
_TAG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
#: A path below the plug-in's mount: no scheme, no host, no way up.
_MODULE = re.compile(r"(?![./])(?!.*\.\.)[A-Za-z0-9_./-]+\.js")
_PAGE = re.compile(r"(?![./])(?!.*\.\.)[A-Za-z0-9_./-]+")


def checked(name: str, value: object, kind: type[T]) -> T:
    """Give the value back when it is what its annotations say, all the way down; else ``PluginFault``."""
    if not isinstance(value, kind) or not _conforms(value, kind):
        raise lied(name, f"a {kind.__name__} was expected, {_shown(value)} came")
    return value


def checked_all(name: str, values: object, kind: type[T]) -> tuple[T, ...]:
    """Check every value of a sequence; raises ``PluginFault``."""
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        raise lied(name, f"a sequence of {kind.__name__} was expected, {_shown(values)} came")
    return tuple(checked(name, value, kind) for value in values)


def check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    """See that a plug-in implements hooks of the contract, as the contract has them; raises ``PluginFault``.

    pluggy would skip a misspelt hook in silence, and show a wrong argument in its own words only.
    """
    specs = {name for name in dir(PluginSpec) if name.startswith("vms_")}
    for attribute in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, attribute)
        if options is None:
            continue
        hook = options.get("specname") or attribute
        if hook not in specs:
            near = difflib.get_close_matches(hook, specs, n=1)
            hint = f' Did its author mean "{near[0]}"?' if near else ""
            raise lied(hook, f"the contract has no such hook.{hint}".rstrip("."))
        _check_signature(hook, getattr(plugin, attribute))


def _check_signature(hook: str, implementation: Callable[..., object]) -> None:
    if inspect.iscoroutinefunction(implementation) or inspect.isasyncgenfunction(implementation):
        raise lied(hook, "it is asynchronous, and hooks are plain functions that return at once")
    known = set(inspect.signature(getattr(PluginSpec, hook)).parameters) - {"self"}
    wanted = [
        parameter.name
        for parameter in inspect.signature(implementation).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.default is parameter.empty
    ]
    for name in wanted:
        if name not in known:
            has = ", ".join(sorted(known)) or "none"
            raise lied(hook, f'it wants an argument "{name}"; the hook has {has}')


def check_ids(name: str, plugin: str, ids: Iterable[str]) -> None:
    """See that ids lie within the plug-in's name space and that none comes twice; raises ``PluginFault``."""
    seen: set[str] = set()
    for identity in ids:
        if not identity.startswith(f"{plugin}."):
            raise lied(name, f'the id "{identity}" does not begin with "{plugin}."')
        if identity in seen:
            raise lied(name, f'the id "{identity}" came twice')
        seen.add(identity)


def check_module(name: str, module: str) -> None:
    """See that a module lies below the plug-in's mount; raises ``PluginFault``."""
    if not _MODULE.fullmatch(module):
        raise lied(name, f'the module "{module}" is not a path to a .js file below the plug-in\'s mount')


def check_element(name: str, element: Element) -> None:
    """See that an element can be one; raises ``PluginFault``."""
    if not _TAG.fullmatch(element.tag):
        raise lied(name, f'"{element.tag}" cannot be the name of a custom element')
    check_module(name, element.module)
    if element.page and not _PAGE.fullmatch(element.page):
        raise lied(name, f'the page "{element.page}" is not a path below the plug-in\'s mount')


def permission_ids(permissions: Iterable[Permission]) -> list[str]:
    """Give the ids of a tree of permissions, headings included, in the tree's order."""
    return [
        identity
        for permission in permissions
        for identity in (permission.id, *permission_ids(permission.children))
    ]


def lied(name: str, what: str) -> PluginFault:
    """Build the fault of an answer that breaks the contract."""
    return PluginFault(FaultKind.LIED, f"{name} broke the contract: {what}.")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:199]}…"  # noqa: PLR2004 - what fits a line of a log


@cache
def _fields(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.type) for field in attrs.fields(attrs.resolve_types(kind)))


def _conforms(value: object, wanted: Any) -> bool:
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (types.UnionType, typing.Union):
        return any(_conforms(value, choice) for choice in arguments)
    if origin in (tuple, frozenset):
        return isinstance(value, origin) and all(_conforms(part, arguments[0]) for part in value)
    if origin is Callable:
        return callable(value)
    return wanted is Any or _is_a(value, wanted)


def _is_a(value: object, kind: type[Any]) -> bool:
    if not isinstance(value, kind):
        return False
    if isinstance(value, datetime):
        return value.tzinfo is not None
    return not attrs.has(kind) or all(
        _conforms(getattr(value, name), annotation) for name, annotation in _fields(kind)
    )
