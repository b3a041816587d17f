"""A disk that fails at any moment of any operation: the old state or the new one, told, and people go on.

Every operation of the plug-in's table that may change anything is asked for, with a body that does, while the
disk fails from the n-th write, sync or rename on. ``SOAK=1`` takes every n there is.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import count, cycle
from pathlib import Path
from typing import Any

import apsw
import attrs
import httpx
import pytest
from tests.failing_disk import FailingDisk, Failure
from tests.http.test_matrix import Asked, Asking, World, host  # noqa: F401 - the host of its people
from tests.waiting import until

from incident_plugin.domain.access import Permission
from incident_plugin.http.operations import Operation
from incident_plugin.runtime import IncidentRuntime

SOAK = bool(os.environ.get("SOAK"))
EVERYTHING = frozenset(Permission)
#: One of these words is in a refusal, by what fails.
TOLD = {
    Failure.FULL: ("is full", "No space left"),
    Failure.BROKEN: ("does not work", "Input/output error"),
    Failure.TORN: ("does not work", "Input/output error"),
}
#: Written to by workers as well, whenever they come to it.
BY_WORKERS = {"exports", "preserved", "preserve_rules", "seals", "journal"}


@pytest.fixture(autouse=True)
def disk() -> Iterator[FailingDisk]:
    """The disk that the store is opened on."""
    failing = FailingDisk()
    with failing.files():
        yield failing
    failing.unregister()


@pytest.fixture
def asking(disk: FailingDisk, runtime: Any, client: httpx.AsyncClient, cameras: Any, host: Any) -> Asking:  # noqa: F811
    return Asking(runtime, client, cameras, host.access)


class Stored:
    """What a store holds of anything, as it lies in the file."""

    def __init__(self, file: Path) -> None:
        self._db = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY, vfs="unix")
        self.close = self._db.close

    def now(self, project: int) -> dict[str, list[Any]]:
        """Give all documents but those of workers, and the log of a project."""
        asked = "SELECT substr(name, 11) FROM sqlite_schema WHERE type = 'table' AND name LIKE 'documents_%'"
        names = {name for (name,) in self._db.execute(asked)} - BY_WORKERS
        found = {n: self._db.execute(f"SELECT id, document FROM documents_{n}").fetchall() for n in names}
        log = "SELECT id, document FROM documents_journal WHERE of_project = ?"
        return {**found, "log": self._db.execute(log, (project,)).fetchall()}


def changing(world: World, operation: Operation, runtime: IncidentRuntime, n: int) -> Asked:
    """Give the example of an operation, with a body that changes something where the matrix has none."""
    asked = world.asked(operation)
    with runtime.parts.ground.store.read() as reading:
        drafts, rules = reading.drafts.get("olivia"), reading.retention.get("rules")
        properties = reading.properties()
    shape = {**world.properties, "revision": properties.revision if properties else 0}
    footage = {"camera": world.cameras["Lobby"], "start": world.start, "end": world.end}
    sequence = world.project["sequences"][0]["id"]
    texts = [{"field": "description", "before": "magpie", "after": "starling"}]
    bodies: dict[str, Any] = {
        "PATCH projects/{id}": {"changes": texts},
        "PUT projects/{id}/comments/{item}": {"text": "crow", "seen": None},
        "POST drafts": {"footage": [footage]},
        "POST drafts/order": {"ids": [one.id for one in drafts.sequences][::-1] if drafts else []},
        "POST drafts/remove": {"ids": [one.id for one in drafts.sequences] if drafts else []},
        "POST projects/{id}/sequences/remove": {"ids": [sequence]},
        "PUT projects/{id}/sequences/{item}": {"before": "", "note": "blue van"},
        "PUT projects/{id}/unsaved": {"entries": '{"comment":"half a sen"}'},
        "POST export-list/remove": {"sequences": [sequence]},
        "POST recorders": {"name": f"North {n}", "address": "127.0.0.1:9"},
        "PUT list/settings": {"columns": ["id", "status", "type"][: 1 + n % 3]},
        "PUT retention": {"days": 36_500 + n, "revision": rules.revision if rules else 0},
        "PUT properties/definition": shape,
    }
    name = f"{operation.method} {operation.path}"
    return attrs.evolve(asked, body=bodies[name]) if name in bodies else asked


@pytest.mark.timeout(0 if SOAK else 180)
async def test_whatever_fails_the_state_is_the_old_one_or_the_new(
    disk: FailingDisk, asking: Asking, runtime: IncidentRuntime, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the refusal says why, reading goes on meanwhile, and once the disk works the same is done."""
    await asking.world()
    store, failures = runtime.parts.ground.store, cycle(Failure)
    (look,) = (o for o in asking.table if (o.method, o.path) == ("GET", "projects/{id}"))
    asked_for = refused = 0

    def exports_ended() -> bool:
        with store.read() as reading:
            return all(export.finished_at for export in reading.exports.all())

    with closing(Stored(store._db.storage._database.path)) as stored:  # type: ignore[attr-defined]
        for operation in asking.table:
            if operation.method == "GET":
                continue
            for n in count() if SOAK else (0, 2, 7):
                world, failure = await asking.world(), next(failures)
                asked, before = changing(world, operation, runtime, n), stored.now(world.project["id"])
                disk.fail_after(n, failure)
                response = await asking.answer(operation, asked, EVERYTHING)
                read = await asking.answer(look, world.asked(look), EVERYTHING)
                failed = disk.repair()
                asked_for += 1
                case = (operation.method, operation.path, n, failure, response.text)
                assert read.status_code in {200, 404}, case
                if response.is_server_error:
                    refused += 1
                    assert response.status_code == 507, case
                    assert any(word in response.json()["detail"] for word in TOLD[failure]), case
                    assert stored.now(world.project["id"]) == before, case
                    again = await asking.answer(operation, asked, EVERYTHING)
                    assert again.status_code in asked.statuses, (*case, again.text)
                await until(exports_ended)
                if not failed:
                    break
        assert store.faults() == ()  # type: ignore[attr-defined]
    assert refused > 50
    with capsys.disabled():
        sys.stdout.write(f" {asked_for} operations asked for, {refused} refused by the disk ")
