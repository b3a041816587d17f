"""Exports: the list of what waits, and the jobs that make files of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

import attrs

from incident_plugin.domain.errors import InvalidInput, NotFound
from incident_plugin.domain.media import ClockOffset, DeviceFacts
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import Footage, SequenceId
from incident_plugin.domain.text import MAXIMUM_LINE, MAXIMUM_TEXT, checked_text
from incident_plugin.domain.time import Interval, utc

ExportId = NewType("ExportId", str)

#: How far a trimmed item may reach beyond its sequence: who trims may also want to see a little more.
MAXIMUM_EXTENSION = timedelta(hours=1)
#: Still pictures of one sequence.
_MOST_STILLS = 3600
#: Seconds that still pictures are apart at most.
_DAY = 86_400
#: The smallest part that an export is split into, in bytes, and the largest that 64 bits of a reader bear.
_LEAST_PART, _LARGEST_PART = 1 << 20, 1 << 43


@attrs.frozen(kw_only=True)
class ExportItem:
    """One sequence of one project that waits to be exported."""

    project: ProjectId
    sequence: SequenceId
    footage: Footage
    #: What is exported in place of the sequence's own interval.
    trimmed: Interval | None = None
    #: What the recipient should know about it.
    comment: str = ""

    @property
    def interval(self) -> Interval:
        """What is asked for."""
        return self.trimmed or self.footage.interval


@attrs.frozen(kw_only=True)
class ExportList:
    """What one operator has sent for export."""

    #: The operator's id.
    id: str
    items: tuple[ExportItem, ...] = ()

    def with_items(self, items: tuple[ExportItem, ...]) -> ExportList:
        """Add items at the end; each sequence of a project is listed once."""
        known = {(i.project, i.sequence) for i in self.items}
        new = tuple(i for i in items if (i.project, i.sequence) not in known)
        return attrs.evolve(self, items=self.items + new)

    def without(self, ids: frozenset[SequenceId]) -> ExportList:
        """Take items out."""
        return attrs.evolve(self, items=tuple(i for i in self.items if i.sequence not in ids))

    def item(self, sequence: SequenceId) -> ExportItem:
        """Find an item; raises ``NotFound``."""
        for item in self.items:
            if item.sequence == sequence:
                return item
        raise NotFound(
            "This sequence is no longer in your export list. Nothing was changed.",
            cause="incident.export-item-gone",
        )

    def with_comment(self, sequence: SequenceId, comment: str) -> ExportList:
        """Say something about an item."""
        text = checked_text("The comment", comment, MAXIMUM_TEXT)
        return self._with(attrs.evolve(self.item(sequence), comment=text))

    def trimmed(self, sequence: SequenceId, interval: Interval | None) -> ExportList:
        """Export another interval than the sequence's own; none puts that back."""
        item = self.item(sequence)
        own = item.footage.interval
        if interval is not None and (
            interval.start < own.start - MAXIMUM_EXTENSION or interval.end > own.end + MAXIMUM_EXTENSION
        ):
            raise InvalidInput(
                "An item can reach at most an hour beyond its sequence. It was left as it was: add another "
                "sequence to the incident project for other times.",
                cause="incident.trimmed-too-far",
            )
        return self._with(attrs.evolve(item, trimmed=None if interval == own else interval))

    def _with(self, changed: ExportItem) -> ExportList:
        items = tuple(changed if i.sequence == changed.sequence else i for i in self.items)
        return attrs.evolve(self, items=items)


class ExportFormat(StrEnum):
    """What an export makes."""

    PACKAGE = "package"
    MEDIA = "media"
    STILLS = "stills"


class Container(StrEnum):
    """The kind of the video files."""

    MP4 = "mp4"
    MKV = "mkv"


@attrs.frozen(kw_only=True)
class ExportSettings:
    """How an export is made. A password is none of it: it is never stored."""

    format: ExportFormat = ExportFormat.PACKAGE
    container: Container = Container.MP4
    #: Sign the package, or seal each MP4 of the media files (ONVIF Export File Format).
    sign: bool = True
    #: Put the report of each project into the package.
    report: bool = True
    #: Let the report and the activity log show who did what.
    user_names: bool = False
    #: Add a copy of each video in H.264 for any player.
    court_copy: bool = False
    #: Burn the time into that copy.
    burn_in_time: bool = True
    #: Seconds from one still picture of a sequence to the next; nothing for the first picture alone.
    stills_every: int | None = None
    #: Put recorded sound into the videos: laws on overhearing people differ, so somebody has to choose it.
    sound: bool = False
    #: One ZIP with AES-256 instead of files.
    encrypted: bool = False
    #: Cut the ZIP into parts of this many bytes; nothing for one piece.
    split_size: int | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be made."""
        if self.split_size is not None and not _LEAST_PART <= self.split_size <= _LARGEST_PART:
            raise InvalidInput(
                "Parts of an export have at least 1 MB. Choose a larger size, or none.",
                cause="incident.parts-too-small",
            )
        if self.stills_every is not None and not 1 <= self.stills_every <= _DAY:
            raise InvalidInput(
                "Still pictures are a second to a day apart. Choose such a time, or none.",
                cause="incident.stills-apart",
            )

    def require_stills(self, items: tuple[ExportItem, ...]) -> None:
        """Refuse more still pictures of a sequence than anybody looks at."""
        if self.stills_every is None or self.format is ExportFormat.MEDIA:
            return
        for item in items:
            count = item.interval.length // timedelta(seconds=self.stills_every)
            if count > _MOST_STILLS:
                raise InvalidInput(
                    f"{item.footage.camera_name} alone would have {count:,} still pictures, and a sequence "
                    f"can have {_MOST_STILLS:,}. Nothing was begun and your list was kept: let more time "
                    "pass between them.",
                    cause="incident.too-many-stills",
                )

    @property
    def zipped(self) -> bool:
        """Whether a ZIP is made on the server: one with a password, or in parts."""
        return self.encrypted or self.split_size is not None


@attrs.frozen(kw_only=True)
class ExportPreset:
    """Settings under a name."""

    name: str
    settings: ExportSettings


@attrs.frozen(kw_only=True)
class ExportPresets:
    """The presets of an operator, or of the site."""

    #: The operator's id, or ``SITE``.
    id: str
    presets: tuple[ExportPreset, ...] = ()

    def with_preset(self, preset: ExportPreset) -> ExportPresets:
        """Add a preset, or replace the one of the same name; raises ``InvalidInput`` without a name."""
        name = checked_text("The name", preset.name.strip(), MAXIMUM_LINE)
        if not name:
            raise InvalidInput("A preset needs a name. It was not saved.", cause="incident.name-empty")
        others = tuple(p for p in self.presets if p.name != name)
        return attrs.evolve(self, presets=(*others, attrs.evolve(preset, name=name)))

    def without(self, name: str) -> ExportPresets:
        """Take a preset away."""
        return attrs.evolve(self, presets=tuple(p for p in self.presets if p.name != name))


#: Whose the presets are that everybody sees: no person has this id, for ids of people are not empty.
SITE = "site:"


class ExportState(StrEnum):
    """The life of an export."""

    QUEUED = "queued"
    RUNNING = "running"
    #: The server was stopped, and only the operator knows the password.
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    #: It was done; its files were removed when their retention ended.
    EXPIRED = "expired"


@attrs.frozen(kw_only=True)
class Gap:
    """A part of a requested interval that was not delivered."""

    start: datetime = attrs.field(converter=utc)
    end: datetime = attrs.field(converter=utc)
    #: Why, in the words of the reader.
    reason: str = ""


@attrs.frozen(kw_only=True)
class ExhibitFile:
    """A file of an exhibit besides its master: a court copy or a still picture."""

    #: Below the export's folder.
    name: str
    size: int
    #: Lower-case hexadecimal.
    sha256: str


@attrs.frozen(kw_only=True)
class Exhibit:
    """One sequence's files."""

    #: As it appears in file names and in the package description: ``E01``.
    id: str
    item: ExportItem
    #: Name of the master file below the export's folder; empty when there was no video.
    file: str
    size: int
    sha256: str
    #: From the first picture to the end of the last; nothing when the recorder had no video at all.
    delivered: Interval | None
    #: The parts of that which are without interruption.
    parts: tuple[Interval, ...] = ()
    #: The parts of the requested interval that were not delivered: requested = delivered + these.
    gaps: tuple[Gap, ...]
    #: Measured before the video was fetched; nothing when the recorder did not answer.
    clock_offset: ClockOffset | None
    #: Measured afterwards.
    clock_offset_after: ClockOffset | None = None
    #: Pictures in the master.
    frames: int = 0
    #: Name of codec, profile and level (RFC 6381).
    codec: str = ""
    #: The sound in the master, as readers are told; empty for none.
    sound: str = ""
    #: What the recorder says it is; nothing when it did not say.
    device: DeviceFacts | None = None
    #: Court copy, still pictures.
    others: tuple[ExhibitFile, ...] = ()
    #: What the reader should know: the recorder's clock was set, a copy could not be made.
    notes: tuple[str, ...] = ()

    @property
    def pre_roll(self) -> timedelta:
        """How much video before the requested start there is: back to a picture a decoder can start at."""
        if self.delivered is None:
            return timedelta(0)
        return max(timedelta(0), self.item.interval.start - self.delivered.start)


@attrs.frozen(kw_only=True)
class Package:
    """A finished package, as a receipt names it."""

    #: Of its folder.
    name: str
    files: int
    size: int
    #: Of the tag manifest, through which every file is sealed; of the manifest for media files.
    sha256: str
    #: SHA-256 of the signing certificate, in pairs with colons; empty when it is not signed.
    fingerprint: str = ""
    #: By the time-stamp authority.
    stamped_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    #: What could not be done, such as a time stamp or a report.
    note: str = ""
    #: Projects whose report was wanted and could not be made.
    without_report: tuple[ProjectId, ...] = ()
    #: Names of the ZIP that was made of it, or of that ZIP's parts; empty when its files are kept as such.
    volumes: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Receipt:
    """Who received an export, and how."""

    recipient: str
    organisation: str = ""
    reference: str = ""
    means: str = ""
    note: str = ""
    handed_over_by: Person
    at: datetime = attrs.field(converter=utc)

    def checked(self) -> Receipt:
        """Give it with its texts checked; raises ``InvalidInput``."""
        if not self.recipient.strip():
            raise InvalidInput(
                "Who received the export? Nothing was saved: write a name.", cause="incident.name-empty"
            )
        return attrs.evolve(
            self,
            recipient=checked_text("The recipient", self.recipient, MAXIMUM_LINE),
            organisation=checked_text("The organisation", self.organisation, MAXIMUM_LINE),
            reference=checked_text("The reference", self.reference, MAXIMUM_LINE),
            means=checked_text("The means", self.means, MAXIMUM_LINE),
            note=checked_text("The note", self.note, MAXIMUM_TEXT),
        )


@attrs.frozen(kw_only=True)
class Standstill:
    """What an export at work waits for: a recorder from which no video comes."""

    camera_name: str
    recorder: str
    since: datetime = attrs.field(converter=utc)
    #: Why it broke off, as it said itself; empty while it only stays silent.
    reason: str = ""
    #: When it is asked again; nothing while it is being asked.
    next_try: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))


@attrs.frozen(kw_only=True)
class Export:
    """One export job with its result."""

    id: ExportId
    owner: Person
    #: Roles of the owner when they ordered it: what goes into it besides video is what these may read.
    owner_roles: tuple[str, ...] = ()
    created_at: datetime = attrs.field(converter=utc)
    items: tuple[ExportItem, ...]
    settings: ExportSettings = attrs.field(factory=ExportSettings)
    state: ExportState = ExportState.QUEUED
    #: Permissions that it takes to read what lies beside the video.
    reading: tuple[str, ...] = ()
    #: Done part of the whole, 0 to 1.
    progress: float = 0.0
    #: Estimated, in seconds; nothing when it is not running or nobody can tell yet.
    seconds_left: float | None = None
    #: Nothing unless it is running and stands still.
    waits_for: Standstill | None = None
    #: Why it failed, and what to do; or what a finished one could not deliver.
    message: str = ""
    exhibits: tuple[Exhibit, ...] = ()
    package: Package | None = None
    receipts: tuple[Receipt, ...] = ()
    finished_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    #: When its files are removed from the server.
    expires_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))

    @property
    def owner_id(self) -> str:
        """Whose it is."""
        return self.owner.id

    @property
    def projects(self) -> tuple[ProjectId, ...]:
        """The projects it takes sequences from, each once."""
        return tuple(dict.fromkeys(item.project for item in self.items))


@attrs.frozen(kw_only=True)
class KnownCertificate:
    """A certificate that packages were or are signed with, as administrators see it."""

    fingerprint: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    current: bool
    #: The chain as PEM.
    pem: str
    #: Why nothing can be signed with the one in use; empty when something can.
    fault: str = ""
