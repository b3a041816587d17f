"""Use case of administrators: a sealed backup while everybody goes on working."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Ids
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput, StoreUnavailable
from incident_plugin.domain.journal import Action, Activity

SHORTEST, LONGEST = 12, 1_000


class BackupMaker(Protocol):
    """Writes a backup that only the passphrase opens."""

    def make(self, target: Path, passphrase: str) -> None:
        """Write it; raises ``StoreUnavailable``, and leaves nothing then."""
        ...


@attrs.frozen(kw_only=True)
class Backups:
    """Makes backups for people to take away."""

    _work: UnitOfWork
    _guard: Guard
    _ids: Ids
    _maker: BackupMaker
    #: Where they lie until they were taken away; belongs to nobody else.
    _folder: Path

    def begin(self) -> None:
        """Remove what a killed server left: half made backups have a copy of the store that is not sealed."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def make(self, actor: Actor, passphrase: str) -> Path:
        """Give the file of a new backup, which the caller removes; raises ``InvalidInput``."""
        self._guard.require(actor, Permission.BACKUP_MANAGE)
        refuse_weak(passphrase)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(
                f"The backup cannot be written ({error.strerror}). Nothing was changed. "
                "Make room on the disk if it is full, then try again."
            ) from error
        target = self._folder / f"{self._ids.new()}.sealed"
        with self._work.begin(actor.person) as work:
            work.audit(Activity(action=Action.BACKUP_MADE, subject="sealed with a passphrase"))
        self._maker.make(target, passphrase)
        return target


def refuse_weak(passphrase: str) -> None:
    """Raise ``InvalidInput`` for a passphrase that can be guessed by trying."""
    if not SHORTEST <= len(passphrase) <= LONGEST:
        raise InvalidInput(
            f"The passphrase has {len(passphrase)} characters; {SHORTEST} to {LONGEST:,} are needed. No "
            "backup was made: use several words."
        )
