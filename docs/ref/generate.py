"""Writes the reference pages of the contract from the contract itself: ``python docs/ref/generate.py``.

A test compares the pages with what this would write.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import attrs

from vms_hooks import contributions, host, runtime, values
from vms_hooks.places import PLACES
from vms_hooks.spec import PluginSpec

REFERENCE = Path(__file__).parent
_PART = re.compile(r"^:(param \w+|returns|fails|since): (.*?)(?=^:|\Z)", re.MULTILINE | re.DOTALL)
_COMMENTED = re.compile(r"((?:^    #: ?.*\n)+)    (\w+)(?::| =)", re.MULTILINE)


def pages() -> Mapping[str, str]:
    """Give every generated page by its path below this folder."""
    hooks = [(name, hook) for name, hook in vars(PluginSpec).items() if name.startswith("vms_")]
    listed = {f"hooks/{name}.md": _page(name, hook, "hook") for name, hook in hooks}
    methods = [
        (name, method) for name, method in vars(runtime.PluginRuntime).items() if not name.startswith("_")
    ]
    life = [(name, method) for name, method in methods if inspect.iscoroutinefunction(method)]
    return listed | {
        "hooks/index.md": _index(hooks),
        "runtime.md": _runtime(life),
        "places.md": _places(),
    }


def _index(hooks: list[tuple[str, Callable[..., object]]]) -> str:
    rows = [
        f"| [`{name}`]({name}.md) | {_summary(hook)} | {_parts(hook).get('fails', '')} |"
        for name, hook in hooks
    ]
    return _joined(
        "# Hooks",
        "What a plug-in may implement, in the order of its life. Each is a plain function that returns "
        "values, and quickly; what runs later hangs off the [runtime](../runtime.md).",
        "\n".join(["| hook | purpose | when it fails |", "|---|---|---|", *rows]),
    )


def _page(name: str, hook: Callable[..., object], kind: str) -> str:
    parts = _parts(hook)
    arguments = [f"- `{part.removeprefix('param ')}`: {text}" for part, text in parts.items() if " " in part]
    described = [_value(each) for each in _values_of(hook)]
    return _joined(
        f"# `{name}`",
        f"```python\n{_signature(name, hook)}\n```",
        _text(hook),
        "\n".join(arguments),
        f"**Returns** {parts['returns']}",
        f"**When it fails:** {parts['fails']}",
        f"Since release {parts['since']} of the contract. This {kind} is documented in `vms_hooks/spec.py`.",
        *described,
    )


def _runtime(methods: list[tuple[str, Callable[..., object]]]) -> str:
    sections = [
        f"## `{name}`\n\n```python\nasync {_signature(name, method)}\n```\n\n{_text(method)}"
        for name, method in methods
    ]
    named = (values.Camera, values.TimelineRow, values.Mark, values.Hold, values.View, values.HostEvent,
             values.HostEventKind, values.Health, values.Part)  # fmt: skip
    return _joined(
        "# The runtime",
        "What [`vms_activate`](hooks/vms_activate.md) returns. Every method is asynchronous and called "
        "under a deadline; one that fails is recorded, and only `start` costs the plug-in its life.",
        *sections,
        *(_value(each) for each in named),
    )


def _places() -> str:
    rows = [
        f"| `{place.name}` | {place.meaning} | [`{place.hook}`](hooks/{place.hook}.md) | `{place.mode}` "
        f"| {place.given and f'`{place.given}`'} |"
        for place in PLACES
    ]
    return _joined(
        "# Places and capabilities",
        "A place is a versioned name: what stands there, and what its element is given, never changes "
        "under one name. A host asks only for places that it has.",
        "\n".join(["| place | meaning | hook | `mode` | also given |", "|---|---|---|---|---|", *rows]),
        _value(contributions.Requirement),
        _value(host.Capability),
        _value(host.HostServices),
    )


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(function: Callable[..., object]) -> str:
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _text(function: Callable[..., object]) -> str:
    return (inspect.getdoc(function) or "").partition("\n:")[0].strip().replace("``", "`")


def _parts(function: Callable[..., object]) -> dict[str, str]:
    found = _PART.findall(inspect.getdoc(function) or "")
    return {name: " ".join(text.split()).replace("``", "`") for name, text in found}


def _signature(name: str, function: Callable[..., object]) -> str:
    signature = inspect.signature(function)
    shown = [
        f"{parameter.name}: {parameter.annotation}"
        for parameter in signature.parameters.values()
        if parameter.name != "self"
    ]
    return f"def {name}(self, {', '.join(shown)}) -> {signature.return_annotation}".replace(
        "self, )", "self)"
    )


def _values_of(hook: Callable[..., object]) -> Iterator[type[Any]]:
    """Give the value classes that a hook returns, and what they consist of."""
    returned = typing.get_type_hints(hook)["return"]
    waiting, seen = [returned], set()
    while waiting:
        kind = waiting.pop(0)
        waiting += typing.get_args(kind)
        if inspect.isclass(kind) and kind not in seen and (attrs.has(kind) or issubclass(kind, Enum)):
            seen.add(kind)
            yield kind
            if attrs.has(kind):
                waiting += [field.type for field in attrs.fields(attrs.resolve_types(kind))]


def _value(kind: type[Any]) -> str:
    comments = {name: " ".join(re.sub(r"^ *#:", "", text, flags=re.MULTILINE).split())
                for text, name in _COMMENTED.findall(inspect.getsource(kind))}  # fmt: skip
    if issubclass(kind, Enum):
        rows = [f"| `{member.value}` | {comments.get(member.name, '')} |" for member in kind]
        head = ["| value | meaning |", "|---|---|"]
    else:
        annotations = inspect.get_annotations(kind)
        rows = [
            _row(field, annotations[field.name], comments.get(field.name, "")) for field in attrs.fields(kind)
        ]
        head = ["| field | type | meaning |", "|---|---|---|"]
    described = (inspect.getdoc(kind) or "").replace("``", "`")
    return _joined(f"## {kind.__name__}", described, "\n".join([*head, *rows])).rstrip("\n")


def _row(field: attrs.Attribute[Any], annotation: str, comment: str) -> str:
    optional = "" if field.default is attrs.NOTHING else ", optional"
    return f"| `{field.name}` | `{annotation.replace('|', chr(92) + '|')}`{optional} | {comment} |"


if __name__ == "__main__":
    for path, text in pages().items():
        (REFERENCE / path).parent.mkdir(exist_ok=True)
        (REFERENCE / path).write_text(text, encoding="utf-8")
