"""Operations of recorder administration."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from http import HTTPStatus
from typing import Any

import attrs
import msgspec
from starlette.responses import StreamingResponse

from incident_plugin.application.recorder_ports import FoundDevice, WalkedStep
from incident_plugin.application.recorders.administration import (
    RecorderAdministration,
    RecorderDraft,
    ShownRecorder,
)
from incident_plugin.domain.access import Permission
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.recorders import RecorderId, TlsPolicy
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Operation

_FAILURE = "Cannot save recorder. Try again later."


class RecorderBody(Body):
    """What an administrator entered. Without ``password`` it stays as it is."""

    name: str
    address: str
    username: str = ""
    password: str | None = None
    tls: TlsPolicy = TlsPolicy.VERIFY
    fingerprint: str = ""
    #: Ids at the host by ids of ours; without it they stay as they are.
    cameras: dict[str, str] | None = None

    def draft(self) -> RecorderDraft:
        """Give it to the use case."""
        cameras = None
        if self.cameras is not None:
            cameras = {CameraId(own): CameraId(host) for own, host in self.cameras.items()}
        return RecorderDraft(
            name=self.name,
            address=self.address,
            username=self.username,
            password=self.password,
            tls=self.tls,
            fingerprint=self.fingerprint,
            cameras=cameras,
        )


class RecorderChangeBody(RecorderBody, kw_only=True):
    """A recorder as it is to be, made of a revision of it."""

    revision: int


class RecorderTestBody(RecorderBody, kw_only=True):
    """A recorder to test, which may already be there: its password need not be entered again."""

    recorder: str | None = None


@attrs.frozen(kw_only=True)
class RecorderResources:
    """Handlers of the operations on recorders."""

    _administration: RecorderAdministration

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view, manage = Permission.RECORDERS_VIEW, Permission.RECORDERS_MANAGE
        one = "recorders/{id}"
        return (
            Operation("GET", "recorders", view, "The site's recorders and how they are.", self.all),
            Operation(
                "POST",
                "recorders",
                manage,
                "Add a recorder.",
                self.add,
                failure=_FAILURE,
                status=HTTPStatus.CREATED,
            ),
            Operation("PUT", one, manage, "Change a recorder.", self.change, failure=_FAILURE),
            Operation("DELETE", one, manage, "Remove a recorder.", self.remove, failure=_FAILURE),
            Operation(
                "GET",
                f"{one}/cameras",
                view,
                "A recorder's cameras, with their ids here and at the host.",
                self.cameras,
            ),
            Operation(
                "POST", "recorder-search", manage, "Search the local network for recorders.", self.search
            ),
            Operation(
                "POST",
                "recorder-test",
                manage,
                "Test a recorder; each step is a line of JSON, when it begins and when it has ended.",
                self.test,
            ),
        )

    async def all(self, call: Call) -> object:
        shown = await self._administration.all(call.actor)
        return {
            "keeps_passwords": self._administration.keeps_passwords,
            "recorders": [_shown(one) for one in shown],
        }

    async def add(self, call: Call) -> object:
        return _shown(await self._administration.add(call.actor, call.json(RecorderBody).draft()))

    async def change(self, call: Call) -> object:
        body = call.json(RecorderChangeBody)
        changed = await self._administration.change(
            call.actor, RecorderId(call.path["id"]), body.draft(), body.revision
        )
        return _shown(changed)

    async def remove(self, call: Call) -> None:
        await self._administration.remove(call.actor, RecorderId(call.path["id"]))

    async def cameras(self, call: Call) -> object:
        owned = await self._administration.cameras(call.actor, RecorderId(call.path["id"]))
        return {"cameras": [{"own": one.own, **msgspec.to_builtins(one.camera)} for one in owned]}

    async def search(self, call: Call) -> object:
        found: Iterable[FoundDevice] = await self._administration.discover(call.actor)
        return {"found": tuple(found)}

    async def test(self, call: Call) -> StreamingResponse:
        body = call.json(RecorderTestBody)
        recorder = None if body.recorder is None else RecorderId(body.recorder)
        steps = await self._administration.test(call.actor, body.draft(), recorder)
        return StreamingResponse(
            _lines(steps),
            media_type="application/x-ndjson",
            # Proxies that collect answers would hide the progress.
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


async def _lines(steps: AsyncIterator[WalkedStep]) -> AsyncIterator[bytes]:
    async for step in steps:
        yield msgspec.json.encode(step) + b"\n"


def _shown(shown: ShownRecorder) -> dict[str, Any]:
    """Give a recorder without what belongs to the secret store."""
    config: dict[str, Any] = msgspec.to_builtins(shown.config)
    state: dict[str, Any] = msgspec.to_builtins(attrs.evolve(shown.state, clock=None, retention=None))
    if shown.state.clock is not None:
        state["clock"] = {
            "offset_seconds": round(shown.state.clock.offset.total_seconds(), 3),
            "uncertainty_seconds": round(shown.state.clock.uncertainty.total_seconds(), 3),
            "measured_at": shown.state.clock.measured_at,
        }
    if shown.state.retention is not None:
        state["retention_days"] = round(shown.state.retention.total_seconds() / 86_400, 2)
    return {**config, "fixed": shown.fixed, "has_password": shown.has_password, "state": state}
