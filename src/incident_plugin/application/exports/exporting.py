"""Use cases of exporting: the export list, orders, finished exports, presets and receipts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import attrs

from incident_plugin.application.guard import WITHHELD, Guard
from incident_plugin.application.ports import Actor, Archive, Clock, ExportShelf, Ids, ShelvedFile
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput, NotFound, StoreUnavailable, Unreadable
from incident_plugin.domain.exports import (
    SITE,
    Export,
    ExportFormat,
    ExportId,
    ExportItem,
    ExportList,
    ExportPreset,
    ExportPresets,
    ExportSettings,
    ExportState,
    Receipt,
)
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.domain.time import Interval

#: Bytes of video in a second, as long as nothing of a camera was exported: 4 Mbit/s.
_ASSUMED_RATE = 500_000.0
#: Bytes of a still picture.
_STILL = 300_000.0
#: A court copy is about as large as this part of its master.
_COURT_COPY = 0.7
#: Kept free on the disk in any case, for the store.
_RESERVE = 256 << 20
#: How fast recorders deliver, as a multiple of real time, where nothing else is known.
_USUAL_SPEED, _COURT_SPEED = 60.0, 8.0

#: What a package may tell besides video, if who orders it may read it.
TOLD = (
    Permission.DETAILS_VIEW,
    Permission.CATEGORIES_VIEW,
    Permission.COMMENTS_VIEW,
    Permission.CALLS_VIEW,
    Permission.SEQUENCES_VIEW,
    Permission.ACTIVITY_VIEW,
    Permission.REPORTS_VIEW,
)
_FINISHED = (ExportState.DONE, ExportState.EXPIRED)


@attrs.frozen(kw_only=True)
class Estimate:
    """How large an export will be, and how long it will take."""

    size: int
    #: Bytes that the disk has free for it.
    free: int
    seconds: float
    #: Whether all cameras were exported before, so that their bit rate is known.
    measured: bool

    @property
    def fits(self) -> bool:
        """Whether there is room."""
        return self.size <= self.free


@attrs.frozen(kw_only=True)
class EarlierExport:
    """That a sequence was exported before."""

    sequence: SequenceId
    export: ExportId
    finished_at: datetime | None
    #: Of its package.
    name: str
    #: Whether its files are still on the server, and the asker's own.
    available: bool


@attrs.frozen(kw_only=True)
class Exports:
    """Everything done to export lists and exports, but making them."""

    _work: UnitOfWork
    _guard: Guard
    _clock: Clock
    _ids: Ids
    _shelf: ExportShelf
    #: Whether the site lets recorded sound leave.
    _sound: bool = True

    @property
    def sound(self) -> bool:
        """Whether the site lets recorded sound leave."""
        return self._sound

    def waiting(self, actor: Actor) -> ExportList:
        """Give the actor's export list, without cameras that they may not see any more."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.reading(actor.person) as work:
            return self._visible(actor, _list(work, actor))

    def send(self, actor: Actor, projects: tuple[ProjectId, ...]) -> ExportList:
        """Send projects for export: all their sequences that the actor may see join the list."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.begin(actor.person) as work:
            waiting = _list(work, actor)
            for project_id in projects:
                project = self._guard.readable(actor, work.project(project_id))
                if not project.sequences:
                    raise InvalidInput(
                        f"Incident project {project_id} has no sequences to export. Add sequences first.",
                        cause="incident.no-sequences",
                    )
                waiting = waiting.with_items(
                    tuple(
                        ExportItem(project=project_id, sequence=s.id, footage=s.footage)
                        for s in project.sequences
                    )
                )
                work.note(project_id, Activity(action=Action.SENT_FOR_EXPORT, subject=str(project_id)))
            work.stored.export_lists.put(waiting)
        return self._visible(actor, waiting)

    def remove(self, actor: Actor, sequences: frozenset[SequenceId]) -> ExportList:
        """Take items off the list."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.begin(actor.person) as work:
            waiting = _list(work, actor).without(sequences)
            work.stored.export_lists.put(waiting)
        return self._visible(actor, waiting)

    def comment(self, actor: Actor, sequence: SequenceId, text: str) -> ExportList:
        """Say something about an item for those who receive the export."""
        return self._changed(actor, lambda waiting: waiting.with_comment(sequence, text))

    def trim(self, actor: Actor, sequence: SequenceId, interval: Interval | None) -> ExportList:
        """Export another interval than the sequence's own; none puts its own back."""
        if interval is not None and interval.end > self._clock.now():
            raise InvalidInput(
                "The end is in the future. The item was left as it was.", cause="incident.in-the-future"
            )
        return self._changed(actor, lambda waiting: waiting.trimmed(sequence, interval))

    def _changed(self, actor: Actor, change: Callable[[ExportList], ExportList]) -> ExportList:
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.begin(actor.person) as work:
            waiting = change(_list(work, actor))
            work.stored.export_lists.put(waiting)
        return self._visible(actor, waiting)

    def estimate(self, actor: Actor, settings: ExportSettings) -> Estimate:
        """Say how large an export of the actor's list will be, and whether there is room for it."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.reading(actor.person) as work:
            items = self._visible(actor, _list(work, actor)).items
            rates = _rates(work.stored.exports.all())
        return _estimated(items, settings, rates, self._shelf.free())

    def order(self, actor: Actor, settings: ExportSettings) -> Export:
        """Make a job of what the actor sees of their list; that leaves the list.

        Raises ``StoreUnavailable`` when the disk has no room for it.
        """
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        if settings.user_names:
            self._guard.require(actor, Permission.USER_NAMES_VIEW)
        if settings.sound and not self._sound:
            raise InvalidInput(
                "This site does not let recorded sound leave it. Nothing was begun and your list was kept: "
                "choose the export without sound.",
                cause="incident.sound-forbidden",
            )
        estimate = self.estimate(actor, settings)
        if not estimate.fits:
            self._shelf.require(estimate.size)
            room = _readable_size(estimate.free) if estimate.free else "nothing"
            raise StoreUnavailable(
                f"The export needs about {_readable_size(estimate.size)}, and the disk of the server has "
                f"{room} free for it. Nothing was begun and your list was kept: remove items, remove old "
                "exports, or make room."
            )
        with self._work.begin(actor.person) as work:
            waiting = _list(work, actor)
            items = self._visible(actor, waiting).items
            if not items:
                raise InvalidInput(
                    "The export list is empty. Send an incident project for export first.",
                    cause="incident.export-list-empty",
                )
            settings.require_stills(items)
            export = Export(
                id=ExportId(self._ids.new()),
                owner=actor.person,
                owner_roles=tuple(sorted(actor.roles)),
                created_at=self._clock.now(),
                items=items,
                settings=settings,
                reading=self._told(actor, settings),
            )
            work.stored.exports.put(export)
            left = tuple(item for item in waiting.items if item not in items)
            work.stored.export_lists.put(attrs.evolve(waiting, items=left))
        return export

    def _told(self, actor: Actor, settings: ExportSettings) -> tuple[str, ...]:
        """Say which permissions it takes to read the export: those by which report and log are made."""
        if settings.format is not ExportFormat.PACKAGE:
            return ()
        names = (Permission.USER_NAMES_VIEW,) if settings.user_names else ()
        return tuple(p.value for p in (*TOLD, *names) if self._guard.allows(actor, p))

    def all(self, actor: Actor) -> tuple[Export, ...]:
        """Give the actor's exports, newest first."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.reading(actor.person) as work:
            mine = [e for e in work.stored.exports.all() if e.owner.id == actor.person.id]
        newest_first = sorted(mine, key=lambda e: e.created_at, reverse=True)
        return tuple(self._on_the_shelf(self._readable(actor, export)) for export in newest_first)

    def get(self, actor: Actor, export_id: ExportId) -> Export:
        """Give what the actor may read of one of their exports; raises ``NotFound``."""
        return self._on_the_shelf(self._readable(actor, self._mine(actor, export_id)))

    def files(self, actor: Actor, export_id: ExportId) -> tuple[ShelvedFile, ...]:
        """Give the files of a finished export, which belong together: all of them, or a refusal."""
        export = self._mine(actor, export_id)
        if self._readable(actor, export) != export:
            raise Unreadable(
                "This export has video of a camera that you may not see any more. Its files are kept: ask a "
                "person who may see every camera of it."
            )
        for permission in export.reading:
            self._guard.require(actor, Permission(permission))
        if export.state is ExportState.EXPIRED:
            raise NotFound(
                "The files of this export were removed when their retention ended. Export again.",
                cause="incident.export-files-removed",
            )
        if export.state is not ExportState.DONE:
            raise NotFound(
                "This export is not finished, so there is nothing to download yet.",
                cause="incident.export-not-finished",
            )
        return self._shelf.files(export_id)

    def archive(self, actor: Actor, export_id: ExportId) -> Archive:
        """Give the files of a finished export as one ZIP, or refuse as ``files`` does."""
        self.files(actor, export_id)
        return self._shelf.archive(export_id)

    def remove_files(self, actor: Actor, export_id: ExportId) -> Export:
        """Remove the files of a finished export before their retention ends; its record stays."""
        self._mine(actor, export_id)
        with self._work.begin(actor.person) as work:
            export = work.stored.exports.get(export_id)
            if export is None or export.state is not ExportState.DONE:
                raise NotFound(
                    "This export has no files on the server.", cause="incident.export-files-removed"
                )
            gone = attrs.evolve(export, state=ExportState.EXPIRED, expires_at=self._clock.now())
            work.stored.exports.put(gone)
        self._shelf.remove(export_id)
        return self._readable(actor, gone)

    def earlier(self, actor: Actor, sequences: frozenset[SequenceId]) -> tuple[EarlierExport, ...]:
        """Say which of these sequences were exported before, by whomever; newest first, and no names."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.reading(actor.person) as work:
            exports = [e for e in work.stored.exports.all() if e.state in _FINISHED]
        newest = sorted(exports, key=lambda e: e.created_at, reverse=True)
        return tuple(
            EarlierExport(
                sequence=item.sequence,
                export=export.id,
                finished_at=export.finished_at,
                name=export.package.name if export.package else "",
                available=export.owner.id == actor.person.id
                and self._on_the_shelf(export).state is ExportState.DONE,
            )
            for export in newest
            for item in self._visible_items(actor, export.items)
            if item.sequence in sequences
        )

    def hand_over(self, actor: Actor, export_id: ExportId, receipt: Receipt) -> Export:
        """Note who received an export."""
        self._mine(actor, export_id)
        noted = receipt.checked()
        with self._work.begin(actor.person) as work:
            export = work.stored.exports.get(export_id)
            if export is None or export.state not in _FINISHED:
                raise NotFound(
                    "Only a finished export can be handed over.", cause="incident.export-not-finished"
                )
            export = attrs.evolve(export, receipts=(*export.receipts, noted))
            work.stored.exports.put(export)
            for project_id in export.projects:
                if work.stored.project(project_id) is not None:
                    activity = Activity(action=Action.HANDED_OVER, subject=export.id, after=_described(noted))
                    work.note(project_id, activity)
        return self._readable(actor, export)

    def presets(self, actor: Actor) -> tuple[ExportPresets, ExportPresets]:
        """Give the site's presets, and the actor's own."""
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.reading(actor.person) as work:
            return _presets(work, SITE), _presets(work, actor.person.id)

    def save_preset(self, actor: Actor, preset: ExportPreset, *, for_site: bool) -> None:
        """Keep settings under a name, for oneself or for everybody."""
        self._require_presets(actor, for_site=for_site)
        with self._work.begin(actor.person) as work:
            known = _presets(work, SITE if for_site else actor.person.id)
            work.stored.export_presets.put(known.with_preset(preset))
            if for_site:
                work.audit(Activity(action=Action.SETTING_CHANGED, subject=f"Export preset “{preset.name}”"))

    def remove_preset(self, actor: Actor, name: str, *, for_site: bool) -> None:
        """Take a preset away."""
        self._require_presets(actor, for_site=for_site)
        with self._work.begin(actor.person) as work:
            known = _presets(work, SITE if for_site else actor.person.id)
            work.stored.export_presets.put(known.without(name))
            if for_site:
                work.audit(Activity(action=Action.SETTING_CHANGED, subject=f"Export preset “{name}”"))

    def _require_presets(self, actor: Actor, *, for_site: bool) -> None:
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        if for_site:
            self._guard.require(actor, Permission.PROPERTIES_MANAGE)

    def _mine(self, actor: Actor, export_id: ExportId) -> Export:
        self._guard.require(actor, Permission.EXPORTS_MANAGE)
        with self._work.reading(actor.person) as work:
            export = work.stored.exports.get(export_id)
        if export is None or export.owner.id != actor.person.id:
            raise NotFound("This export does not exist.", cause="incident.export-unknown")
        return export

    def _visible(self, actor: Actor, waiting: ExportList) -> ExportList:
        return attrs.evolve(waiting, items=self._visible_items(actor, waiting.items))

    def _readable(self, actor: Actor, export: Export) -> Export:
        items = self._visible_items(actor, export.items)
        if items == export.items:
            return export
        exhibits = tuple(exhibit for exhibit in export.exhibits if exhibit.item in items)
        # A message may name a camera.
        return attrs.evolve(export, items=items, exhibits=exhibits, message=export.message and WITHHELD)

    def _on_the_shelf(self, export: Export) -> Export:
        """Give an export as one without files when they are gone, as after a restore that left them out.

        That is not noted: with the disk back in its place, or the files, it is as before.
        """
        if export.state is ExportState.DONE and not self._shelf.holds(export.id):
            return attrs.evolve(export, state=ExportState.EXPIRED)
        return export

    def _visible_items(self, actor: Actor, items: tuple[ExportItem, ...]) -> tuple[ExportItem, ...]:
        seen = set(self._guard.visible(actor, {item.footage.camera for item in items}))
        return tuple(item for item in items if item.footage.camera in seen)


def _list(work: Work, actor: Actor) -> ExportList:
    return work.stored.export_lists.get(actor.person.id) or ExportList(id=actor.person.id)


def _presets(work: Work, whose: str) -> ExportPresets:
    return work.stored.export_presets.get(whose) or ExportPresets(id=whose)


def _rates(exports: tuple[Export, ...]) -> Mapping[CameraId, float]:
    """Give bytes in a second of video for every camera that was exported; the newest counts."""
    rates: dict[CameraId, float] = {}
    for export in sorted(exports, key=lambda e: e.created_at):
        for exhibit in export.exhibits:
            seconds = exhibit.delivered.length.total_seconds() if exhibit.delivered else 0.0
            if exhibit.size and seconds >= 1:
                rates[exhibit.item.footage.camera] = exhibit.size / seconds
    return rates


def _estimated(
    items: tuple[ExportItem, ...], settings: ExportSettings, rates: Mapping[CameraId, float], free: int
) -> Estimate:
    length = sum((item.interval.length for item in items), timedelta(0)).total_seconds()
    stills = _stills(items, settings)
    if settings.format is ExportFormat.STILLS:
        size = stills * _STILL
        length = 2.0 * stills
    else:
        size = sum(
            rates.get(item.footage.camera, _ASSUMED_RATE) * item.interval.length.total_seconds()
            for item in items
        )
    size *= 1 + (_COURT_COPY if settings.court_copy else 0)
    if settings.format is ExportFormat.PACKAGE:
        size += stills * _STILL
    # While a ZIP is made, what goes into it is still there.
    size *= 2 if settings.zipped else 1
    return Estimate(
        size=round(size),
        free=max(0, free - _RESERVE),
        seconds=length / _USUAL_SPEED
        + (length / _COURT_SPEED if settings.court_copy else 0)
        + 3 * len(items),
        measured=all(item.footage.camera in rates for item in items),
    )


def _stills(items: tuple[ExportItem, ...], settings: ExportSettings) -> int:
    """Give how many still pictures there will be."""
    if settings.stills_every is None:
        return len(items)
    every = timedelta(seconds=settings.stills_every)
    return sum(1 + item.interval.length // every for item in items)


def _readable_size(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 100_000_000 else f"{size / 1e6:,.1f} MB"  # noqa: PLR2004


def _described(receipt: Receipt) -> str:
    return ", ".join(
        part for part in (receipt.recipient, receipt.organisation, receipt.reference, receipt.means) if part
    )
