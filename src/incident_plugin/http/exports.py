"""Operations on the export list and on exports."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import attrs
import msgspec
from starlette.responses import FileResponse, HTMLResponse, Response, StreamingResponse

from incident_plugin.application.exports.exporting import TOLD, EarlierExport, Estimate, Exports
from incident_plugin.application.exports.runner import ExportRunner
from incident_plugin.application.ports import Archive, Clock, ShelvedFile
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput, NotFound
from incident_plugin.domain.exports import (
    Container,
    Export,
    ExportFormat,
    ExportId,
    ExportList,
    ExportPreset,
    ExportSettings,
    Receipt,
)
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.time import Interval
from incident_plugin.http.bodies import Body, ProjectNumber
from incident_plugin.http.operations import Call, Media, Operation, checked_instant
from incident_plugin.http.receipt import receipt_page

#: Characters of a password at least: what is shorter is found by trying.
_SHORTEST_PASSWORD = 8
#: What a browser asks for that goes on with a download; whatever else is asked for gets the whole.
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")


class SendBody(Body):
    """Projects to send for export."""

    projects: list[ProjectNumber]


class SequencesBody(Body):
    """Items of the export list, or sequences."""

    sequences: list[SequenceId]


class ItemBody(Body):
    """A change to an item of the export list; what is left out stays."""

    comment: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    #: Put the sequence's own interval back.
    whole: bool = False


class SettingsBody(Body):
    """How an export is made."""

    format: ExportFormat = ExportFormat.PACKAGE
    container: Container = Container.MP4
    sign: bool = True
    report: bool = True
    user_names: bool = False
    court_copy: bool = False
    burn_in_time: bool = True
    stills_every: int | None = None
    sound: bool = False
    encrypted: bool = False
    split_size: int | None = None

    @property
    def settings(self) -> ExportSettings:
        """The settings; raises ``InvalidInput`` for what cannot be made."""
        return ExportSettings(**msgspec.structs.asdict(self))


class OrderBody(Body):
    """An order; the password goes no further than memory."""

    settings: SettingsBody = msgspec.field(default_factory=SettingsBody)
    password: str = ""


class AgainBody(Body):
    """A repeated order."""

    password: str = ""


class ReceiptBody(Body):
    """Who received an export."""

    recipient: str
    organisation: str = ""
    reference: str = ""
    means: str = ""
    note: str = ""


class PresetBody(Body):
    """Settings under a name."""

    name: str
    settings: SettingsBody
    whose: Literal["mine", "site"] = "mine"


class PresetNameBody(Body):
    """A preset to remove."""

    name: str
    whose: Literal["mine", "site"] = "mine"


@attrs.frozen(kw_only=True)
class EarlierAnswer:
    """Earlier exports of sequences."""

    earlier: tuple[EarlierExport, ...]


@attrs.frozen(kw_only=True)
class ExportsAnswer:
    """The caller's exports."""

    exports: tuple[Export, ...]


@attrs.frozen(kw_only=True)
class PresetsAnswer:
    """Presets of exports."""

    site: tuple[ExportPreset, ...]
    mine: tuple[ExportPreset, ...]
    #: Whether sound may leave.
    sound: bool


@attrs.frozen(kw_only=True)
class ExportResources:
    """Handlers of the operations on exports."""

    _exports: Exports
    _runner: ExportRunner
    _clock: Clock
    _site: str
    _zone: ZoneInfo

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        return (*self._list_operations(), *self._job_operations(), *self._preset_operations())

    def _list_operations(self) -> tuple[Operation, ...]:
        manage = Permission.EXPORTS_MANAGE
        item = "export-list/items/{sequence}"
        return (
            Operation("GET", "export-list", manage, "What waits to be exported.", self.waiting),
            Operation("POST", "export-list", manage, "Send projects for export.", self.send),
            Operation("POST", "export-list/remove", manage, "Take items off the list.", self.remove),
            Operation("PUT", item, manage, "Trim an item, or say something about it.", self.change),
            Operation(
                "POST", "export-list/estimate", manage, "Size, time and room of an export.", self.estimate
            ),
            Operation(
                "POST",
                "sequences/exported",
                manage,
                "Earlier exports of sequences.",
                self.earlier,
            ),
        )

    def _job_operations(self) -> tuple[Operation, ...]:
        manage, one, whole = Permission.EXPORTS_MANAGE, "exports/{id}", (Permission.CAMERAS_VIEW, *TOLD)
        return (
            Operation("GET", "exports", manage, "The caller's exports, newest first.", self.all),
            Operation("POST", "exports", manage, "Export the list.", self.order, status=HTTPStatus.CREATED),
            Operation("GET", one, manage, "An export, with how far it is.", self.get),
            Operation("POST", f"{one}/cancel", manage, "Stop an export.", self.cancel),
            Operation("POST", f"{one}/again", manage, "Begin an export again.", self.again),
            Operation("POST", f"{one}/remove-files", manage, "Remove a finished export's files.", self.clear),
            Operation("GET", f"{one}/receipt", manage, "The receipt of an export, to print.", self.receipt),
            Operation("POST", f"{one}/receipts", manage, "Note who received an export.", self.hand_over),
            Operation("GET", f"{one}/files/{{file:path}}", manage, "Download a file.", self.file, also=whole),
            Operation(
                "GET", f"{one}/archive", manage, "Download all files as a ZIP.", self.archive, also=whole
            ),
        )

    def _preset_operations(self) -> tuple[Operation, ...]:
        manage = Permission.EXPORTS_MANAGE
        return (
            Operation(
                "GET",
                "export-presets",
                manage,
                "Presets of the site and the caller; whether sound may leave.",
                self.presets,
            ),
            Operation("PUT", "export-presets", manage, "Keep a preset.", self.save_preset),
            Operation("POST", "export-presets/remove", manage, "Remove a preset.", self.remove_preset),
        )

    async def waiting(self, call: Call) -> ExportList:
        return await asyncio.to_thread(self._exports.waiting, call.actor)

    async def send(self, call: Call, body: SendBody) -> ExportList:
        projects = tuple(ProjectId(one) for one in body.projects)
        return await asyncio.to_thread(self._exports.send, call.actor, projects)

    async def remove(self, call: Call, body: SequencesBody) -> ExportList:
        sequences = frozenset(body.sequences)
        return await asyncio.to_thread(self._exports.remove, call.actor, sequences)

    async def change(self, call: Call, body: ItemBody) -> ExportList:
        sequence = SequenceId(call.path["sequence"])
        interval = _interval(body)
        if interval is not None or body.whole:
            changed = await asyncio.to_thread(self._exports.trim, call.actor, sequence, interval)
            if body.comment is None:
                return changed
        if body.comment is None:
            raise InvalidInput("Nothing to change was given.")
        return await asyncio.to_thread(self._exports.comment, call.actor, sequence, body.comment)

    async def estimate(self, call: Call, body: SettingsBody) -> Estimate:
        settings = body.settings
        return await asyncio.to_thread(self._exports.estimate, call.actor, settings)

    async def earlier(self, call: Call, body: SequencesBody) -> EarlierAnswer:
        sequences = frozenset(body.sequences)
        return EarlierAnswer(earlier=await asyncio.to_thread(self._exports.earlier, call.actor, sequences))

    async def all(self, call: Call) -> ExportsAnswer:
        exports = await asyncio.to_thread(self._exports.all, call.actor)
        return ExportsAnswer(exports=tuple(map(self._runner.with_progress, exports)))

    async def order(self, call: Call, body: OrderBody | None = None) -> Export:
        body = body or OrderBody()
        settings = body.settings.settings
        password = _password(body.password) if settings.encrypted else ""
        export = await asyncio.to_thread(self._exports.order, call.actor, settings)
        self._runner.submit(export, password)
        return export

    async def get(self, call: Call) -> Export:
        return self._runner.with_progress(await self._one(call))

    async def cancel(self, call: Call) -> Export:
        await self._runner.cancel(await self._one(call))
        return await self._one(call)

    async def again(self, call: Call, body: AgainBody | None = None) -> Export:
        body = body or AgainBody()
        export = await self._one(call)
        await self._runner.again(export, _password(body.password) if export.settings.encrypted else "")
        return await self._one(call)

    async def clear(self, call: Call) -> Export:
        return await asyncio.to_thread(self._exports.remove_files, call.actor, self._id(call))

    async def hand_over(self, call: Call, body: ReceiptBody) -> Export:
        receipt = Receipt(
            recipient=body.recipient,
            organisation=body.organisation,
            reference=body.reference,
            means=body.means,
            note=body.note,
            handed_over_by=call.actor.person,
            at=self._clock.now(),
        )
        return await asyncio.to_thread(self._exports.hand_over, call.actor, self._id(call), receipt)

    async def receipt(self, call: Call) -> Annotated[Response, Media("text/html")]:
        export = await self._one(call)
        return HTMLResponse(
            receipt_page(export, self._site, self._zone), headers={"Cache-Control": "no-store"}
        )

    async def presets(self, call: Call) -> PresetsAnswer:
        site, mine = await asyncio.to_thread(self._exports.presets, call.actor)
        return PresetsAnswer(site=site.presets, mine=mine.presets, sound=self._exports.sound)

    async def save_preset(self, call: Call, body: PresetBody) -> PresetsAnswer:
        preset = ExportPreset(name=body.name, settings=body.settings.settings)
        for_site = body.whose == "site"
        await asyncio.to_thread(self._exports.save_preset, call.actor, preset, for_site=for_site)
        return await self.presets(call)

    async def remove_preset(self, call: Call, body: PresetNameBody) -> PresetsAnswer:
        for_site = body.whose == "site"
        await asyncio.to_thread(self._exports.remove_preset, call.actor, body.name, for_site=for_site)
        return await self.presets(call)

    async def file(self, call: Call) -> Annotated[Response, Media("*/*", in_parts=True)]:
        wanted = call.path["file"]
        for file in await self._files(call):
            if file.name == wanted:
                name = file.path.name
                return FileResponse(file.path, filename=name, headers={"Cache-Control": "no-store"})
        raise NotFound("This export has no such file.")

    async def archive(self, call: Call) -> Annotated[Response, Media("application/zip", in_parts=True)]:
        export, files = await self._one(call), await self._files(call)
        if len(files) == 1:
            # One ZIP, with a password: not one in another.
            path = files[0].path
            return FileResponse(path, filename=path.name, headers={"Cache-Control": "no-store"})
        archive = await asyncio.to_thread(self._exports.archive, call.actor, export.id)
        name = export.package.name if export.package else export.id
        return _answered(archive, f"{name}.zip", f'"{export.id}"', call.request.headers)

    def _id(self, call: Call) -> ExportId:
        return ExportId(call.path["id"])

    async def _one(self, call: Call) -> Export:
        return await asyncio.to_thread(self._exports.get, call.actor, self._id(call))

    async def _files(self, call: Call) -> tuple[ShelvedFile, ...]:
        return await asyncio.to_thread(self._exports.files, call.actor, self._id(call))


def _interval(body: ItemBody) -> Interval | None:
    if body.start is None and body.end is None:
        return None
    if body.start is None or body.end is None or body.start.tzinfo is None or body.end.tzinfo is None:
        raise InvalidInput("Trimming needs a start and an end, both with their zone. Nothing was changed.")
    return Interval(checked_instant(body.start), checked_instant(body.end))


def _password(password: str) -> str:
    if len(password) < _SHORTEST_PASSWORD:
        raise InvalidInput(
            f"The password has less than {_SHORTEST_PASSWORD} characters. Nothing was begun: choose a longer "
            "one.",
            cause="incident.password-short",
        )
    # No ZIP says how its password is coded: 7-Zip codes it as each Windows is set up, others in UTF-8.
    if not (password.isascii() and password.isprintable()):
        raise InvalidInput(
            "The password has characters that 7-Zip under Windows reads otherwise: the receiver could not "
            "open the export. Nothing was begun: use letters without accents, digits and signs.",
            cause="incident.password-unkeepable",
        )
    return password


def _answered(archive: Archive, name: str, tag: str, asked: Mapping[str, str]) -> Response:
    """Give an archive, or what is still missing of one (RFC 9110 section 14): one range, open or closed."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "Accept-Ranges": "bytes",
        "ETag": tag,
    }
    start, end, status = 0, archive.size, HTTPStatus.OK
    if (found := _RANGE.fullmatch(asked.get("range", ""))) and asked.get("if-range", tag) == tag:
        start = int(found[1])
        end = min(end, int(found[2]) + 1) if found[2] else end
        if start >= end:
            headers["Content-Range"] = f"bytes */{archive.size}"
            return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=headers)
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{archive.size}"
        status = HTTPStatus.PARTIAL_CONTENT
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(
        archive.pieces(start, end), status_code=status, media_type="application/zip", headers=headers
    )
