"""The small ports: time, chance, what the host decides, and the makers of documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

import attrs

from incident_plugin.application.report_content import PeriodContent, PeriodFormat, ReportContent
from incident_plugin.domain.access import Permission
from incident_plugin.domain.exports import Export, ExportId
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person


@attrs.frozen(kw_only=True)
class Actor:
    """The person a request comes from, with the roles the host gave them."""

    person: Person
    roles: frozenset[str] = frozenset()
    #: Which of the person's sessions with the host it is; empty where the host does not say.
    session: str = ""


class Clock(Protocol):
    """The server's clock."""

    def now(self) -> datetime:
        """Give the present instant, UTC."""
        ...


class Ids(Protocol):
    """Where ids and salts come from."""

    def new(self) -> str:
        """Give a text that was never given before and cannot be guessed."""
        ...


class Access(Protocol):
    """What the host lets people do."""

    def allows(self, actor: Actor, permission: Permission, cameras: Sequence[CameraId] = ()) -> bool:
        """Say whether the actor holds the permission, and may see each of the cameras."""
        ...


class SignedIn(Protocol):
    """Who is signed in with the host."""

    def now(self, actor: Actor) -> Actor | None:
        """Give the actor with the roles of now, or nobody when the session has ended.

        As they were, where the host does not tell sessions apart.
        """
        ...


class Licence(Protocol):
    """What the site's licence allows."""

    def refusal_of_new_projects(self) -> str | None:
        """Say why no new project may be made, and what to do; nothing when it may."""
        ...


class ReportMaker(Protocol):
    """Makes the printable report."""

    @property
    def languages(self) -> Mapping[str, str]:
        """Languages that it writes in: BCP 47 tags, with their names in themselves."""
        ...

    def make(
        self, content: ReportContent, file: BinaryIO, progress: Callable[[float], None] = lambda _: None
    ) -> tuple[str, ...]:
        """Write a PDF document; give in words what it lacks, as it names it itself.

        ``progress`` is told the done part, 0 to 1, and may raise to stop. Raises ``ReportFailed``.
        """
        ...

    def make_period(
        self,
        content: PeriodContent,
        kind: PeriodFormat,
        file: BinaryIO,
        progress: Callable[[float], None] = lambda _: None,
    ) -> tuple[str, ...]:
        """Write a report over a list of projects; the rest as ``make``."""
        ...


class ExportShelf(Protocol):
    """Where finished exports lie, each in a folder under its id; half-made ones are never seen there.

    Every method raises ``StoreUnavailable`` when the disk refuses.
    """

    def workshop(self, export: ExportId) -> Path:
        """Give an empty directory in which the export is made; what an earlier try left is removed."""
        ...

    def publish(self, export: Export) -> None:
        """Describe, seal and show the export.

        Every file is read back first; raises ``StoreUnavailable`` when its SHA-256 is not the one expected.
        """
        ...

    def abandon(self, export: ExportId) -> None:
        """Remove what a cancelled or failed try left."""
        ...

    def files(self, export: ExportId) -> tuple[Path, ...]:
        """Give all files of a finished export; raises ``NotFound``."""
        ...
