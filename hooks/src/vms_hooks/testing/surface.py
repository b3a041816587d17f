"""Everything of a release of the contract that somebody else's code can depend on, as data.

``python -m vms_hooks.testing.surface`` writes it as JSON. One such file is kept for each release, so that no
change goes unseen; ``breaking`` says which changes between two of them would break a plug-in or a host.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import attrs

import vms_hooks
from vms_hooks.spec import PluginSpec

#: Names with what they are, as texts, in groups.
Surface = dict[str, dict[str, dict[str, str]]]

#: What plug-ins and hosts exchange.
_EXCHANGED = (
    "contributions",
    "values",
    "host",
    "runtime",
    "states",
    "faults",
    "document",
    "manifest",
    "places",
)
#: What a host is built with.
_TOOLKIT = (
    "judging",
    "plugin",
    "caller",
    "runtime_caller",
    "gathering",
    "mounting",
    "holds",
    "schema",
    "identity",
    "remote",
)


def surface() -> Surface:
    """Describe the release that is installed."""
    described: Surface = {"hooks": {}, "values": {}, "enumerations": {}, "protocols": {}, "constants": {}}
    for name, hook in inspect.getmembers(PluginSpec, inspect.isfunction):
        described["hooks"][name] = _signature(hook)
    for module in _modules(_EXCHANGED):
        _describe(module, described)
    described["toolkit"] = {
        f"{module.__name__}.{name}": _public(thing)
        for module in _modules(_TOOLKIT)
        for name, thing in _own(module)
        if inspect.isclass(thing) or inspect.isfunction(thing)
    }
    described["page"] = dict(
        _page(Path(vms_hooks.__file__).with_name("page.d.ts").read_text(encoding="utf-8"))
    )
    return described


def written(described: Surface) -> str:
    """Write a surface as it is kept."""
    return json.dumps(described, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def breaking(earlier: Surface, later: Surface) -> tuple[str, ...]:
    """Say what of the earlier release the later one breaks.

    New names are no break, with three exceptions: a field without a default, a method of the runtime, which
    every plug-in must have, and a method of a service, which every host must have.
    """
    return tuple(_breaking(earlier, later))


def _breaking(earlier: Surface, later: Surface) -> Iterator[str]:
    for group, names in earlier.items():
        for name, parts in names.items():
            now = later.get(group, {}).get(name)
            if now is None:
                yield f"{group}: {name} is gone"
                continue
            yield from (f"{group}: {name}.{part} is gone" for part in parts if part not in now)
            yield from (
                f"{group}: {name}.{part} was {parts[part]} and is {now[part]}"
                for part in parts
                if part in now and now[part] != parts[part]
            )
            yield from (
                f"{group}: {name}.{part} is new and must be given"
                for part in now
                if part not in parts and _must_be_given(group, now[part])
            )


def _must_be_given(group: str, described: str) -> bool:
    return group == "protocols" or (group == "values" and " = " not in described)


def _modules(names: tuple[str, ...]) -> Iterator[ModuleType]:
    for name in names:
        try:
            yield importlib.import_module(f"vms_hooks.{name}")
        except ModuleNotFoundError:
            continue  # an earlier release did not have it


def _describe(module: ModuleType, described: Surface) -> None:
    for name, thing in _own(module):
        if inspect.isclass(thing) and issubclass(thing, Enum):
            described["enumerations"][name] = {member.name: str(member.value) for member in thing}
        elif inspect.isclass(thing) and attrs.has(thing):
            described["values"][name] = dict(_fields(thing))
        elif inspect.isclass(thing) and Protocol in thing.__mro__:
            described["protocols"][name] = dict(_methods(thing))
        elif isinstance(thing, str) and name.isupper():
            described["constants"][name] = {"value": thing}


def _own(module: ModuleType) -> Iterator[tuple[str, Any]]:
    for name, thing in sorted(vars(module).items()):
        if not name.startswith("_") and getattr(thing, "__module__", module.__name__) == module.__name__:
            yield name, thing


def _fields(kind: type[Any]) -> Iterator[tuple[str, str]]:
    # As they are written: attrs resolves the types of its fields in place when somebody asks for them.
    annotations = inspect.get_annotations(kind)
    for field in attrs.fields(kind):
        if field.init:
            default = "" if field.default is attrs.NOTHING else f" = {_written_default(field.default)}"
            yield field.alias or field.name, f"{annotations[field.name]}{default}"


def _written_default(default: object) -> str:
    if isinstance(default, Enum):
        return str(default)
    if type(default) is type(attrs.Factory(list)):
        return "made anew"
    return f"frozenset({sorted(default)})" if isinstance(default, frozenset) and default else repr(default)


def _signature(function: Callable[..., object]) -> dict[str, str]:
    signature = inspect.signature(function)
    parts = {
        name: str(parameter.annotation)
        + ("" if parameter.default is parameter.empty else f" = {_written_default(parameter.default)}")
        for name, parameter in signature.parameters.items()
        if name != "self"
    }
    marks = getattr(function, f"{vms_hooks.PROJECT}_spec", {})
    first = " (the first result counts)" if marks.get("firstresult") else ""
    kind = "awaits " if inspect.iscoroutinefunction(function) else ""
    return parts | {"->": f"{kind}{signature.return_annotation}{first}"}


def _methods(kind: type[Any]) -> Iterator[tuple[str, str]]:
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        made = name == "__init__" and not attrs.has(kind) and Protocol not in kind.__mro__
        if made or not name.startswith("_"):
            yield name, "; ".join(f"{part}: {what}" for part, what in _signature(method).items())


def _public(thing: Any) -> dict[str, str]:
    if inspect.isfunction(thing):
        return _signature(thing)
    fields = dict(_fields(thing)) if attrs.has(thing) else {}
    return fields | dict(_methods(thing))


_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_DECLARED = re.compile(r"export (?:interface (\w+)[^{]*(\{)|type (\w+) = )")


def _page(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Read the declarations of ``page.d.ts``: interfaces with their members, and types."""
    text = _COMMENT.sub("", text)
    for found in _DECLARED.finditer(text):
        interface, _, kind = found.groups()
        if kind:
            yield kind, {"=": " ".join(text[found.end() : text.index(";\n", found.end())].split())}
        else:
            yield interface, dict(_members(text[found.end() :]))


def _members(body: str) -> Iterator[tuple[str, str]]:
    depth, member = 0, ""
    for character in body:
        depth += (character in "{(") - (character in "})")
        if depth < 0:
            return
        if character == ";" and depth == 0:
            declared = " ".join(member.split())
            name = re.split(r"[?:(]", declared.removeprefix("readonly "), maxsplit=1)[0]
            yield name.strip("'"), declared
            member = ""
        else:
            member += character


if __name__ == "__main__":
    sys.stdout.write(written(surface()))
