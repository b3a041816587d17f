"""Use cases of keeping and deleting: recycle bin, restoring, deleting for good, legal hold."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.store import SHOWN_DESCRIPTION, IncidentStore
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.certificates import DeletionCertificate, Reason, certificate_text
from incident_plugin.domain.errors import NotFound
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import MAXIMUM_REASON, LegalHold, Project, ProjectId
from incident_plugin.domain.retention import BinnedProject
from incident_plugin.domain.text import checked_text
from incident_plugin.domain.time import Interval


class CertificateSigner(Protocol):
    """The key that deletion certificates are signed with."""

    @property
    def public_key_pem(self) -> str:
        """The public key as SubjectPublicKeyInfo, PEM."""
        ...

    def sign(self, text: str) -> str:
        """Give the Ed25519 signature of an ASCII text, in hexadecimal."""
        ...


@attrs.frozen(kw_only=True)
class Deleted:
    """What became of a deleted project."""

    id: ProjectId
    #: Until then it can be restored; nothing when it was deleted for good.
    restorable_until: datetime | None


@attrs.frozen(kw_only=True)
class BinnedSummary:
    """What the recycle bin shows of a project; empty where the reader may not know."""

    id: ProjectId
    description: str
    type: str | None
    status: str | None
    created_at: datetime
    deleted_at: datetime
    deleted_by: str
    reason: str
    purge_at: datetime
    held: bool
    comments: int
    calls: int
    sequences: int


@attrs.frozen(kw_only=True)
class Purger:
    """Deletes projects for good, and certifies it."""

    _clock: Clock
    _signer: CertificateSigner
    _site: str

    def purge(
        self, work: Work, project: Project, by: Person, reason: Reason, remark: str = ""
    ) -> DeletionCertificate:
        """Remove all that people wrote, keep the chain of the log, and give the certificate.

        Raises ``Held`` while a legal hold stops the deletion.
        """
        project.refuse_deletion()
        head = work.stored.last_entry(project.id)
        if head is None:
            raise RuntimeError(f"incident project {project.id} has no activity log")
        now = self._clock.now()
        text = certificate_text(project, head, site=self._site, by=by, at=now, reason=reason, remark=remark)
        certificate = DeletionCertificate(
            id=str(project.id),
            at=now,
            text=text,
            signature=self._signer.sign(text),
            public_key=self._signer.public_key_pem,
        )
        told = Activity(
            action=Action.PURGED,
            subject=str(project.id),
            before=reason.value,
            after=f"certificate SHA-256 {hashlib.sha256(text.encode()).hexdigest()}",
        )
        work.stored.bin.remove(str(project.id))
        work.purge(project.id, told)
        _forget_elsewhere(work, project.id)
        work.stored.certificates.put(certificate)
        work.audit(told)
        return certificate


@attrs.frozen(kw_only=True)
class RecycleBin:
    """Deleting, and what can be done with deleted projects. Each method checks the permission."""

    _work: UnitOfWork
    _guard: Guard
    _purger: Purger

    def delete(self, actor: Actor, project_id: ProjectId, reason: str = "") -> Deleted:
        """Put a project into the bin, or delete it for good where the site keeps none; raises ``Held``."""
        self._guard.require(actor, Permission.DELETE_MANAGE)
        reason = checked_text("The reason", reason.strip(), MAXIMUM_REASON)
        with self._work.begin(actor.person) as work:
            project = work.project(project_id)
            project.refuse_deletion()
            rules = work.retention
            if rules.bin_days == 0:
                self._purger.purge(work, project, actor.person, Reason.PERSON, reason)
                return Deleted(id=project_id, restorable_until=None)
            binned = work.delete(project_id, reason)
            return Deleted(id=project_id, restorable_until=binned.purge_at(rules))

    def all(self, actor: Actor) -> tuple[BinnedSummary, ...]:
        """Give what the actor may read of the projects in the bin, the last deleted first."""
        self._guard.require(actor, Permission.DELETE_MANAGE)
        with self._work.reading(actor.person) as work:
            binned, rules = work.stored.bin.all(), work.retention
        found = sorted(binned, key=lambda one: (one.at, one.project.id), reverse=True)
        return tuple(
            _summary(one, self._guard.readable(actor, one.project), one.purge_at(rules)) for one in found
        )

    def restore(self, actor: Actor, project_id: ProjectId) -> Project:
        """Take a project out of the bin as it was; raises ``NotFound``."""
        self._guard.require(actor, Permission.DELETE_MANAGE)
        with self._work.begin(actor.person) as work:
            project = work.restore(_binned(work, project_id))
            expires_at = work.retention.end_of(project)
        return self._guard.readable(actor, attrs.evolve(project, expires_at=expires_at))

    def purge(self, actor: Actor, project_id: ProjectId, reason: str = "") -> DeletionCertificate:
        """Delete a binned project for good; raises ``NotFound`` and ``Held``."""
        self._guard.require(actor, Permission.PURGE_MANAGE)
        reason = checked_text("The reason", reason.strip(), MAXIMUM_REASON)
        with self._work.begin(actor.person) as work:
            binned = _binned(work, project_id)
            remark = reason or binned.reason
            return self._purger.purge(work, binned.project, actor.person, Reason.PERSON, remark)

    def certificates(self, actor: Actor) -> tuple[DeletionCertificate, ...]:
        """Give all deletion certificates, the newest first."""
        self._guard.require(actor, Permission.PURGE_MANAGE)
        with self._work.reading(actor.person) as work:
            return tuple(sorted(work.stored.certificates.all(), key=lambda one: one.at, reverse=True))

    def certificate(self, actor: Actor, project_id: ProjectId) -> DeletionCertificate:
        """Give the certificate of a deleted project; raises ``NotFound``."""
        self._guard.require(actor, Permission.PURGE_MANAGE)
        with self._work.reading(actor.person) as work:
            found = work.stored.certificates.get(str(project_id))
        if found is None:
            raise NotFound(f"There is no deletion certificate of incident project {project_id}.")
        return found


@attrs.frozen(kw_only=True)
class LegalHolds:
    """Setting and lifting legal holds, also on projects in the recycle bin."""

    _work: UnitOfWork
    _guard: Guard
    _clock: Clock

    def set(self, actor: Actor, project_id: ProjectId, reason: str) -> Project:
        """Put a project on legal hold; raises ``InvalidInput`` without a reason."""
        hold = LegalHold(reason=reason, by=actor.person, at=self._clock.now())
        return self._changed(actor, project_id, lambda project: project.with_hold(hold))

    def lift(self, actor: Actor, project_id: ProjectId, reason: str) -> Project:
        """Lift a legal hold; raises ``InvalidInput`` without a reason, or when there is none."""
        return self._changed(actor, project_id, lambda project: project.without_hold(reason), reason.strip())

    def _changed(
        self, actor: Actor, project_id: ProjectId, change: Callable[[Project], Project], because: str = ""
    ) -> Project:
        self._guard.require(actor, Permission.LEGAL_HOLD_MANAGE)
        with self._work.begin(actor.person) as work:
            binned = work.stored.bin.get(str(project_id))
            before = work.project(project_id) if binned is None else binned.project
            after = work.save(change(before), because=because, binned=binned)
            action = Action.HOLD_LIFTED if after.hold is None else Action.HOLD_SET
            # The reason may name people: it stands in the project's own log, which is forgotten with it.
            work.audit(Activity(action=action, subject=str(project_id)))
            expires_at = work.retention.end_of(after)
        return self._guard.readable(actor, attrs.evolve(after, expires_at=expires_at))


def _forget_elsewhere(work: Work, number: ProjectId) -> None:
    """Remove what documents of people say of a project: what they sent for export, and were told."""
    stored = work.stored
    for listed in stored.export_lists.all():
        items = frozenset(item.sequence for item in listed.items if item.project == number)
        if items:
            stored.export_lists.put(listed.without(items))
    for waiting in stored.notices.all():
        told = frozenset(notice.id for notice in waiting.notices if notice.project == number)
        if told:
            stored.notices.put(waiting.without(told))


def _binned(work: Work, project_id: ProjectId) -> BinnedProject:
    found = work.stored.bin.get(str(project_id))
    if found is None:
        raise NotFound(
            f"Incident project {project_id} is not in the recycle bin: it was restored or deleted for good. "
            "Nothing was changed.",
            cause="incident.not-in-the-bin",
        )
    return found


def _summary(one: BinnedProject, readable: Project, purge_at: datetime) -> BinnedSummary:
    def text(field: str) -> str | None:
        value = readable.fields.get(field)
        return None if value is None else str(value)

    return BinnedSummary(
        id=readable.id,
        description=(text("description") or "")[:SHOWN_DESCRIPTION],
        type=text("type"),
        status=text("status"),
        created_at=readable.created_at,
        deleted_at=one.at,
        deleted_by=one.by.name,
        reason=one.reason,
        purge_at=purge_at,
        held=readable.hold is not None,
        comments=len(readable.comments),
        calls=len(readable.calls),
        sequences=len(readable.sequences),
    )


@attrs.frozen(kw_only=True)
class HeldVideo:
    """Video of a project that is not to be deleted."""

    project: ProjectId
    interval: Interval
    #: Whether a legal hold asks for it, and not only that the project is kept.
    by_law: bool


@attrs.frozen(kw_only=True)
class MediaHolds:
    """Which video incident projects need; those in the recycle bin too, which can be restored."""

    _store: IncidentStore
    _work: UnitOfWork
    _service: Person

    def of(self, camera: CameraId, interval: Interval) -> tuple[HeldVideo, ...]:
        """Give what must not be deleted of a camera. Raises ``StoreUnavailable``: no answer frees nothing."""
        with self._work.reading(self._service) as work:
            kept = self._store.marked((camera,), interval)
            numbers = {one.project for one in kept}
            held = {number for number in numbers if self._held(work, number)}
            binned = [
                HeldVideo(
                    project=one.project.id,
                    interval=sequence.footage.interval,
                    by_law=one.project.hold is not None,
                )
                for one in work.stored.bin.all()
                for sequence in one.project.sequences
                if sequence.footage.camera == camera and sequence.footage.interval.overlaps(interval)
            ]
        listed = (
            HeldVideo(project=one.project, interval=one.interval, by_law=one.project in held) for one in kept
        )
        return (*listed, *binned)

    def _held(self, work: Work, number: ProjectId) -> bool:
        project = work.stored.project(number)
        return project is not None and project.hold is not None
