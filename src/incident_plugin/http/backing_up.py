"""The operation that makes a backup."""

from __future__ import annotations

import asyncio
from typing import Annotated

import attrs
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from incident_plugin.application.administration.backing_up import Backups
from incident_plugin.application.ports import Clock
from incident_plugin.domain.access import Permission
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Media, Operation


class BackupBody(Body):
    """What the backup is sealed with."""

    passphrase: str


@attrs.frozen(kw_only=True)
class BackupResources:
    """Handler of the operation."""

    _backups: Backups
    _clock: Clock

    def operations(self) -> tuple[Operation, ...]:
        """Give the row of the operation table."""
        told = "Make a backup of everything, sealed with a passphrase."
        return (Operation("POST", "backup", Permission.BACKUP_MANAGE, told, self.make),)

    async def make(
        self, call: Call, body: BackupBody
    ) -> Annotated[Response, Media("application/octet-stream")]:
        passphrase = body.passphrase
        made = await asyncio.to_thread(self._backups.make, call.actor, passphrase)
        name = f"incident-backup-{self._clock.now():%Y%m%dT%H%M%SZ}.sealed"
        return FileResponse(
            made,
            media_type="application/octet-stream",
            filename=name,
            headers={"Cache-Control": "no-store"},
            background=BackgroundTask(made.unlink, missing_ok=True),
        )
