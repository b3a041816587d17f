"""Operations of recorder administration."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import attrs
import msgspec
from starlette.responses import Response, StreamingResponse

from incident_plugin.application.recorder_ports import FoundDevice, WalkedStep
from incident_plugin.application.recorders.administration import (
    RecorderAdministration,
    RecorderDraft,
    ShownRecorder,
)
from incident_plugin.domain.access import Permission
from incident_plugin.domain.media import Camera, CameraId, ClockOffset
from incident_plugin.domain.recorders import RecorderConfig, RecorderId, TlsPolicy
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Media, Operation

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
class RecorderClockAnswer:
    """How far a recorder's clock is off."""

    offset_seconds: float
    uncertainty_seconds: float
    measured_at: datetime


@attrs.frozen(kw_only=True)
class StateAnswer:
    """How a recorder in use is; each is explained at ``RecorderState``."""

    error: str | None
    since: datetime | None
    device: str
    clock: RecorderClockAnswer | None
    events: str | None
    retention_days: float | None


@attrs.frozen(kw_only=True)
class RecorderAnswer(RecorderConfig):
    """A recorder of the site, and how it is."""

    #: It stands in the site's configuration, and is changed there.
    fixed: bool
    has_password: bool
    state: StateAnswer


@attrs.frozen(kw_only=True)
class RecordersAnswer:
    """The site's recorders."""

    #: Whether the host keeps passwords.
    keeps_passwords: bool
    recorders: tuple[RecorderAnswer, ...]


@attrs.frozen(kw_only=True)
class OwnedCameraAnswer(Camera):
    """A camera as the site knows it."""

    #: Its id at its recorder.
    own: CameraId


@attrs.frozen(kw_only=True)
class OwnedCamerasAnswer:
    """A recorder's cameras."""

    cameras: tuple[OwnedCameraAnswer, ...]


@attrs.frozen(kw_only=True)
class FoundAnswer:
    """What answered the search."""

    found: tuple[FoundDevice, ...]


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

    async def all(self, call: Call) -> RecordersAnswer:
        shown = await self._administration.all(call.actor)
        return RecordersAnswer(
            keeps_passwords=self._administration.keeps_passwords, recorders=tuple(map(_shown, shown))
        )

    async def add(self, call: Call, body: RecorderBody) -> RecorderAnswer:
        return _shown(await self._administration.add(call.actor, body.draft()))

    async def change(self, call: Call, body: RecorderChangeBody) -> RecorderAnswer:
        changed = await self._administration.change(
            call.actor, RecorderId(call.path["id"]), body.draft(), body.revision
        )
        return _shown(changed)

    async def remove(self, call: Call) -> None:
        await self._administration.remove(call.actor, RecorderId(call.path["id"]))

    async def cameras(self, call: Call) -> OwnedCamerasAnswer:
        owned = await self._administration.cameras(call.actor, RecorderId(call.path["id"]))
        return OwnedCamerasAnswer(
            cameras=tuple(
                OwnedCameraAnswer(own=one.own, **attrs.asdict(one.camera, recurse=False)) for one in owned
            )
        )

    async def search(self, call: Call) -> FoundAnswer:
        return FoundAnswer(found=await self._administration.discover(call.actor))

    async def test(
        self, call: Call, body: RecorderTestBody
    ) -> Annotated[Response, Media("application/x-ndjson")]:
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


def _shown(shown: ShownRecorder) -> RecorderAnswer:
    """Give a recorder without what belongs to the secret store."""
    state, clock, kept = shown.state, shown.state.clock, shown.state.retention
    return RecorderAnswer(
        **attrs.asdict(shown.config, recurse=False),
        fixed=shown.fixed,
        has_password=shown.has_password,
        state=StateAnswer(
            error=state.error,
            since=state.since,
            device=state.device,
            events=state.events,
            clock=None if clock is None else _clock(clock),
            retention_days=None if kept is None else round(kept.total_seconds() / 86_400, 2),
        ),
    )


def _clock(clock: ClockOffset) -> RecorderClockAnswer:
    return RecorderClockAnswer(
        offset_seconds=round(clock.offset.total_seconds(), 3),
        uncertainty_seconds=round(clock.uncertainty.total_seconds(), 3),
        measured_at=clock.measured_at,
    )
