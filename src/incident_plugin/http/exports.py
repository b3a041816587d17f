"""Operations on the export list and on exports."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import attrs
from starlette.responses import FileResponse, Response, StreamingResponse

from incident_plugin.application.exporting import ExportRunner, Exports
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.exports import Export, ExportId, ExportList
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.http.bodies import Body, ProjectNumber
from incident_plugin.http.operations import Call, Operation


class SendBody(Body):
    """Projects to send for export."""

    projects: list[ProjectNumber]


class SequencesBody(Body):
    """Items of the export list."""

    sequences: list[SequenceId]


@attrs.frozen(kw_only=True)
class ExportResources:
    """Handlers of the operations on exports."""

    _exports: Exports
    _runner: ExportRunner

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        manage = Permission.EXPORTS_MANAGE
        one = "exports/{id}"
        cameras = (Permission.CAMERAS_VIEW,)
        return (
            Operation("GET", "export-list", manage, "What waits to be exported.", self.waiting),
            Operation("POST", "export-list", manage, "Send projects for export.", self.send),
            Operation("POST", "export-list/remove", manage, "Take items off the list.", self.remove),
            Operation("GET", "exports", manage, "The caller's exports, newest first.", self.all),
            Operation("POST", "exports", manage, "Export the list.", self.order, status=HTTPStatus.CREATED),
            Operation("GET", one, manage, "An export, with how far it is.", self.get),
            Operation("POST", f"{one}/cancel", manage, "Stop an export.", self.cancel),
            Operation("GET", f"{one}/files/{{file}}", manage, "Download a file.", self.file, also=cameras),
            Operation(
                "GET", f"{one}/archive", manage, "Download all files as a ZIP.", self.archive, also=cameras
            ),
        )

    async def waiting(self, call: Call) -> ExportList:
        return await asyncio.to_thread(self._exports.waiting, call.actor)

    async def send(self, call: Call) -> ExportList:
        projects = tuple(ProjectId(one) for one in call.json(SendBody).projects)
        return await asyncio.to_thread(self._exports.send, call.actor, projects)

    async def remove(self, call: Call) -> ExportList:
        sequences = frozenset(call.json(SequencesBody).sequences)
        return await asyncio.to_thread(self._exports.remove, call.actor, sequences)

    async def all(self, call: Call) -> object:
        exports = await asyncio.to_thread(self._exports.all, call.actor)
        return {"exports": tuple(map(self._runner.with_progress, exports))}

    async def order(self, call: Call) -> Export:
        export = await asyncio.to_thread(self._exports.order, call.actor)
        self._runner.submit(export)
        return export

    async def get(self, call: Call) -> Export:
        return self._runner.with_progress(await self._one(call))

    async def cancel(self, call: Call) -> Export:
        await self._runner.cancel(await self._one(call))
        return await self._one(call)

    async def file(self, call: Call) -> Response:
        wanted = call.path["file"]
        for path in await self._files(call):
            if path.name == wanted:
                return FileResponse(path, filename=path.name, headers={"Cache-Control": "no-store"})
        raise NotFound("This export has no such file.")

    async def archive(self, call: Call) -> Response:
        export, files = await self._one(call), await self._files(call)
        projects = "-".join(str(project) for project in export.projects)
        name = f"incident-export-{projects[:60]}-{export.created_at:%Y%m%dT%H%M%SZ}.zip"
        return StreamingResponse(
            zipped(files),
            media_type="application/zip",
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )

    async def _one(self, call: Call) -> Export:
        return await asyncio.to_thread(self._exports.get, call.actor, ExportId(call.path["id"]))

    async def _files(self, call: Call) -> tuple[Path, ...]:
        return await asyncio.to_thread(self._exports.files, call.actor, ExportId(call.path["id"]))


class _Pipe:
    """A file that is only written, from which a response takes what was written so far."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def zipped(files: tuple[Path, ...]) -> Iterator[bytes]:
    """Give a ZIP of files as it grows; stored, because video does not shrink."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:  # type: ignore[call-overload]
        for path in files:
            entry = zipfile.ZipInfo.from_file(path, path.name)
            with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
                while block := source.read(1 << 20):
                    target.write(block)
                    yield pipe.taken()
    yield pipe.taken()
