"""Writes the references that follow from the code: ``python docs/reference.py``. A test compares them."""

from __future__ import annotations

import importlib
import pkgutil
import tempfile
import types
import typing
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

import msgspec

import incident_plugin
from incident_plugin.assembly import assemble
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.messages import CAUSES
from incident_plugin.http.operations import Media, Operation
from incident_plugin.http.problems import problem_of
from incident_plugin.settings import Settings
from vms_hooks.testing import host_services

REFERENCE = Path(__file__).parent / "ref"
#: What is made from the code stands below this line.
CUT = "<!-- Made by docs/reference.py from the code; do not edit below. -->\n"

#: What people can do, by message id. Every message has one: the detail beneath the title is more precise.
REMEDIES = {
    "incident.failed": "Try again. If it stays so, give the administrator the message id and the time.",
    "incident.invalid-input": "Correct what the second line names, and save again.",
    "incident.required-missing": "Fill in what the second line names, then close the project.",
    "incident.legal-hold": "Whoever may manage legal holds can lift it, when it is no longer needed.",
    "incident.invalid-filter": "Remove or correct the part of the filter that the second line names.",
    "incident.not-found": "Go back to the list: somebody deleted it, or the address is wrong.",
    "incident.conflict": "Compare both values and choose one; saving again with the chosen one settles it.",
    "incident.denied": "Ask an administrator for the permission that the second line names.",
    "incident.unreadable": "Ask an administrator for the permission that the second line names.",
    "incident.store-unavailable": "The second line names the cause: usually a full or read-only disk.",
    "incident.copy-damaged": "Restore the file that the second line names from a backup of the server.",
    "incident.recorder-unavailable": "Check that the recorder runs, is connected, and knows the password.",
    "incident.no-video": "Choose another time: look at the timeline for what is recorded.",
    "incident.unusable-offer": "Use a current browser, or a player that speaks WHEP.",
    "incident.licence-refused": "Renew the licence. Saving collections, editing, reports, exports go on.",
    "incident.report-failed": "Try again; if it stays so, the log says why.",
    "incident.not-signed-in": "Sign in again. What was entered is still in the page.",
    "incident.too-many-streams": "Close windows of the program that are not needed.",
    "incident.unreachable": "Check the network; press Retry. Nothing is made twice.",
    "incident.unexpected": "Give the administrator the time: the server's log has the whole story.",
    "incident.http-404": "Check address, method and size of the request.",
}
#: Messages that come from the web layer and have no class of their own.
_OF_THE_WEB = (
    ("incident.not-signed-in", 401, "Permission denied.", "The host named nobody: the session has ended."),
    (
        "incident.too-many-streams",
        429,
        "Cannot perform this action. Try again later.",
        "A person has 16 streams of changes already; windows without one ask now and then.",
    ),
    (
        "incident.unreachable",
        "none",
        "The operation's own title.",
        "The page cannot reach the server; what was entered stays in it.",
    ),
    ("incident.unexpected", 500, "The operation's own title.", "A fault of the program."),
    (
        "incident.http-404",
        "404, 405, 412, 413, 415, 428",
        "Cannot perform this action. Try again later.",
        "No such address or method, more than 1 MiB, or a player that breaks WHEP; the id ends so.",
    ),
)


_OF_CAUSES = (
    "Where it is known what exactly happened, the message id names that cause; title and status are "
    "those of the kind of refusal that it is told as."
)


def operations() -> tuple[Operation, ...]:
    """Give the whole operation table, as the plug-in makes it."""
    with tempfile.TemporaryDirectory() as storage:
        parts = assemble(host_services(Path(storage)), Settings())
        parts.ground.store.close()
    return parts.operations


def http() -> str:
    """Give the table of operations and the bodies of their requests."""
    table = operations()
    bodies = {body for operation in table if (body := _body(operation)) is not None}
    lines = [
        "## Operations",
        "",
        "| operation | permission | answers | body | what |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{operation.method} {operation.path}` | `{operation.permission}` | {_answer(operation)} "
        f"| {_taken(operation)} | {operation.summary} |"
        for operation in table
    ]
    lines += ["", "## Bodies", ""]
    for body in sorted(_with_parts(bodies), key=lambda kind: kind.__name__):
        lines += [f"### {body.__name__}", "", (body.__doc__ or "").strip(), ""]
        lines += ["| key | type | when left out |", "|---|---|---|"]
        hints = typing.get_type_hints(body)
        for field in msgspec.structs.fields(body):
            default = "refused" if field.required else f"`{_default(field)}`"
            lines.append(f"| `{field.encode_name}` | {_type(hints[field.name])} | {default} |")
        lines.append("")
    return "\n".join(lines)


def messages() -> str:
    """Give the catalogue of messages."""
    lines = ["| message id | status | title | cause | remedy |", "|---|---|---|---|---|"]
    rows = [
        (kind.message_id, _status(kind), kind.title, " ".join((kind.__doc__ or "").split()))
        for kind in kinds(IncidentError)
    ]
    lines += [
        f"| `{identity}` | {status} | {title} | {cause} | {REMEDIES[identity]} |"
        for identity, status, title, cause in (*rows, *_OF_THE_WEB)
    ]
    lines += [
        "",
        "## Causes",
        "",
        _OF_CAUSES,
        "",
        "| message id | told as | cause | what to do |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{identity}` | `{cause.kind.message_id}` | {cause.cause} | {cause.remedy} |"
        for identity, cause in CAUSES.items()
    ]
    lines += ["", "## Titles of operations", "", "| title | operations |", "|---|---|"]
    titled: dict[str, list[str]] = {}
    for operation in operations():
        if operation.failure:
            titled.setdefault(operation.failure, []).append(f"`{operation.method} {operation.path}`")
    lines += [f"| {title} | {', '.join(those)} |" for title, those in sorted(titled.items())]
    return "\n".join([*lines, ""])


def kinds(root: type[IncidentError]) -> Iterator[type[IncidentError]]:
    """Give a class of refusals and all that are made from it, whatever was imported before."""
    for module in pkgutil.walk_packages(incident_plugin.__path__, f"{incident_plugin.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    yield from _below(root)


def _below(root: type[IncidentError]) -> Iterator[type[IncidentError]]:
    yield root
    parts = [
        kind for kind in root.__subclasses__() if kind.__module__.startswith(f"{incident_plugin.__name__}.")
    ]
    # The domain's in the order of the file, then those of adapters by name: not in the order of imports.
    ours = IncidentError.__module__
    for kind in sorted(parts, key=lambda k: ("", "") if k.__module__ == ours else (k.__module__, k.__name__)):
        yield from _below(kind)


def renewed(name: str) -> str:
    """Give a reference with its lower part made anew."""
    text = (REFERENCE / name).read_text(encoding="utf-8")
    made = {"http.md": http, "messages.md": messages}[name]()
    return f"{text.partition(CUT)[0]}{CUT}\n{made}"


def _status(kind: type[IncidentError]) -> int:
    error = kind.__new__(kind)
    error.detail, values = "", {"field": "", "now": None, "by": None, "at": None}
    vars(error).update(values)
    return problem_of(error).status_code


def _answer(operation: Operation) -> str:
    """Give status and kind of a success."""
    gives = operation.gives
    if gives is type(None):
        return str(HTTPStatus.NO_CONTENT.value)
    if not isinstance(gives, Media):
        return str(operation.status.value)
    return " ".join([str(operation.status.value), ", ".join(f"`{one}`" for one in gives.types)]).strip()


def _body(operation: Operation) -> Any:
    """Give the body that a handler reads from JSON."""
    return operation.takes.kind if operation.takes and operation.takes.media is None else None


def _taken(operation: Operation) -> str:
    """Give what a request carries."""
    if operation.takes is None:
        return ""
    if operation.takes.media is not None:
        return ", ".join(f"`{one}`" for one in operation.takes.media.types)
    return _link(operation.takes.kind) + ("" if operation.takes.required else ", or none")


def _with_parts(bodies: set[type[msgspec.Struct]]) -> set[type[msgspec.Struct]]:
    parts = {
        part
        for body in bodies
        for hint in typing.get_type_hints(body).values()
        for part in typing.get_args(hint)
        if isinstance(part, type) and issubclass(part, msgspec.Struct)
    }
    return bodies | parts


def _default(field: msgspec.structs.FieldInfo) -> str:
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return msgspec.json.encode(value).decode()


def _link(kind: type) -> str:
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _type(hint: Any) -> str:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return " or ".join(_type(choice) for choice in typing.get_args(hint))
    if typing.get_origin(hint) is Literal:
        return " or ".join(f"`{msgspec.json.encode(value).decode()}`" for value in typing.get_args(hint))
    if typing.get_origin(hint) in (list, tuple, dict):
        keyed = "object with values: " if typing.get_origin(hint) is dict else "list of "
        return keyed + _type(typing.get_args(hint)[-1 if keyed.startswith("object") else 0])
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _link(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " or ".join(f'`"{value.value}"`' for value in hint)
    hint = getattr(hint, "__supertype__", hint)
    names = {
        str: "text",
        int: "whole number",
        float: "number",
        bool: "truth value",
        type(None): "`null`",
        datetime: "instant (RFC 3339, with zone)",
    }
    return names[hint]


def main() -> None:
    """Write both references."""
    for name in ("http.md", "messages.md"):
        text = renewed(name)
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
