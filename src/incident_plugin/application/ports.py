"""The small ports: time, chance, what the host decides, and the makers of documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

import attrs

from incident_plugin.application.reports.content import PeriodContent, PeriodFormat, ReportContent
from incident_plugin.domain.access import Permission
from incident_plugin.domain.disclosure import DisclosedEntry
from incident_plugin.domain.exports import Exhibit, Export, ExportId, Package
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sealing import Proof


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


@attrs.frozen(kw_only=True)
class DisclosedLog:
    """A project's activity log as it is handed out, and the proof that it belongs to the whole."""

    entries: tuple[DisclosedEntry, ...]
    proof: Proof


@attrs.frozen(kw_only=True)
class PackageContent:
    """What lies beside the exhibits of an export."""

    site: str
    time_zone: str
    #: Names of programs with their versions.
    software: Mapping[str, str]
    #: A PDF for each project.
    reports: tuple[tuple[ProjectId, bytes], ...] = ()
    activity_logs: tuple[DisclosedLog, ...] = ()
    #: Earlier exports of the same sequences.
    earlier: tuple[Export, ...] = ()
    #: What could not be put into the package, and why.
    not_included: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Workshop:
    """Where an export is made."""

    #: Of the package that comes into being.
    folder: Path
    #: Exhibits that an earlier try finished.
    kept: tuple[Exhibit, ...]


@attrs.frozen(kw_only=True)
class ShelvedFile:
    """A file of a finished export."""

    #: Below the export, with ``/``.
    name: str
    path: Path


class Archive(Protocol):
    """Files as one ZIP, of which any part can be given."""

    @property
    def size(self) -> int:
        """Give the bytes of the whole."""
        ...

    def pieces(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Give the bytes from ``start`` up to, not including, ``end``."""
        ...


class ExportShelf(Protocol):
    """Where finished exports lie, each in a folder under its id; half-made ones are never seen there.

    Every method raises ``StoreUnavailable`` when the disk refuses.
    """

    def free(self) -> int:
        """Give the bytes that are free."""
        ...

    def require(self, size: int) -> None:
        """Refuse, with what is used and what is free, unless so many bytes more may be put there."""
        ...

    def workshop(self, export: Export) -> Workshop:
        """Give the place to make the export in, with what an earlier try finished."""
        ...

    def keep(self, export: ExportId, exhibits: tuple[Exhibit, ...]) -> None:
        """Note exhibits as finished, so that the next try does not make them again."""
        ...

    def publish(
        self,
        export: Export,
        content: PackageContent,
        password: str = "",
        watch: Callable[[float], None] = ...,
    ) -> Package:
        """Describe, seal and show the export; ``watch`` is told the part that is done.

        Every file is read back, from the ZIP if one is made; raises ``StoreUnavailable`` when its SHA-256 is
        not the one expected.
        """
        ...

    def finished(self, export: ExportId) -> tuple[Package, tuple[Exhibit, ...]] | None:
        """Give what was published, if it was."""
        ...

    def abandon(self, export: ExportId) -> None:
        """Remove what a cancelled or failed try left."""
        ...

    def remove(self, export: ExportId) -> None:
        """Remove a finished export's files."""
        ...

    def holds(self, export: ExportId) -> bool:
        """Whether a finished export's files are there."""
        ...

    def files(self, export: ExportId) -> tuple[ShelvedFile, ...]:
        """Give all files of a finished export; raises ``NotFound``."""
        ...

    def archive(self, export: ExportId) -> Archive:
        """Give all files of a finished export as one ZIP; raises ``NotFound``."""
        ...
