"""Preserving: which projects have their video copied into the vault, and how each copy stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import attrs

from incident_plugin.domain.media import CameraId, ClockOffset
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import ValueId
from incident_plugin.domain.sequence import Sequence, SequenceId
from incident_plugin.domain.time import Interval, utc

#: After so many tries a copy is left until somebody asks for it again.
MAXIMUM_ATTEMPTS = 20
#: A copy that could not be made is tried again after so long, and each time after twice as long, to a limit.
RETRY_AFTER, RETRY_AT_MOST = timedelta(seconds=15), timedelta(hours=1)


class CopyState(StrEnum):
    """The life of a copy."""

    WAITING = "waiting"
    KEPT = "kept"
    #: It was tried often, or there is no video to copy.
    FAILED = "failed"
    #: What lies in the vault is not what was put there.
    DAMAGED = "damaged"


@attrs.frozen(kw_only=True)
class Copy:
    """One sequence's video in the vault."""

    sequence: SequenceId
    camera: CameraId
    camera_name: str
    interval: Interval
    state: CopyState = CopyState.WAITING
    #: SHA-256 of the file, by which it is found; empty until it is kept.
    sha256: str = ""
    size: int = 0
    #: From the first picture to the end of the last one; the file's time line begins with the first.
    delivered: Interval | None = None
    clock_offset: ClockOffset | None = None
    attempts: int = 0
    #: Why it is not kept, and what to do.
    message: str = ""
    #: What is wrong with the file that is there; empty for a whole one, and before there is one.
    damage: str = ""
    tried_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    kept_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    checked_at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))

    def covers(self, wanted: Interval) -> bool:
        """Whether the copy has all of an interval that is asked for, as far as there was video."""
        return self.state is CopyState.KEPT and (
            self.interval.start <= wanted.start and wanted.end <= self.interval.end
        )

    def is_due(self, now: datetime) -> bool:
        """Whether the copy is to be made now: for the first time, anew, or in place of a damaged one."""
        if self.state not in (CopyState.WAITING, CopyState.DAMAGED) or self.attempts >= MAXIMUM_ATTEMPTS:
            return False
        if self.tried_at is None or now < self.tried_at:
            return True
        return now - self.tried_at >= min(RETRY_AT_MOST, RETRY_AFTER * (1 << max(0, self.attempts - 1)))

    def found_damaged(self, damage: str) -> Copy:
        """Give the copy when its file is not what it was; what is left of the file stays."""
        return attrs.evolve(
            self,
            state=CopyState.DAMAGED,
            damage=damage,
            message=f"{damage} The recorder is asked for its video again.",
            attempts=0,
            tried_at=None,
        )

    def not_made(self, reason: str, at: datetime, *, for_good: bool) -> Copy:
        """Give the copy when it could not be made; ``for_good`` where trying again would change nothing."""
        attempts = MAXIMUM_ATTEMPTS if for_good else self.attempts + 1
        state = CopyState.FAILED if attempts >= MAXIMUM_ATTEMPTS else CopyState.WAITING
        return attrs.evolve(
            self,
            state=CopyState.DAMAGED if self.damage else state,
            message=f"{self.damage} Another copy could not be made: {reason}" if self.damage else reason,
            attempts=attempts,
            tried_at=at,
        )

    def tried_again(self) -> Copy:
        """Give the copy when somebody wants what failed to be tried anew."""
        if self.state in (CopyState.KEPT, CopyState.WAITING):
            return self
        state = CopyState.DAMAGED if self.damage else CopyState.WAITING
        return attrs.evolve(self, state=state, attempts=0, tried_at=None)


@attrs.frozen(kw_only=True)
class PreservedProject:
    """What is preserved of one project."""

    #: The project's number.
    id: str
    #: Whether its video is to be kept; nothing when the site's rules decide.
    wanted: bool | None = None
    by: Person | None = None
    at: datetime | None = attrs.field(default=None, converter=attrs.converters.optional(utc))
    copies: tuple[Copy, ...] = ()

    @property
    def project(self) -> ProjectId:
        """Whose it is."""
        return ProjectId(int(self.id))

    @property
    def kept(self) -> frozenset[SequenceId]:
        """The sequences whose video is in the vault."""
        return frozenset(copy.sequence for copy in self.copies if copy.state is CopyState.KEPT)

    def with_sequences(self, sequences: Iterable[Sequence]) -> PreservedProject:
        """Wait for copies of these sequences; a copy that there is stays, and one of no sequence leaves."""
        known = {copy.sequence: copy for copy in self.copies}
        return attrs.evolve(self, copies=tuple(known.get(s.id) or _waiting(s) for s in sequences))

    def with_copy(self, copy: Copy) -> PreservedProject:
        """Put a copy in the place of the one of the same sequence, if there still is one."""
        return attrs.evolve(
            self, copies=tuple(copy if c.sequence == copy.sequence else c for c in self.copies)
        )

    def tried_again(self) -> PreservedProject:
        """Let every copy that failed be tried anew."""
        return attrs.evolve(self, copies=tuple(copy.tried_again() for copy in self.copies))


@attrs.frozen(kw_only=True)
class VaultCount:
    """What the vault holds, counted over all projects."""

    projects: int
    #: Those of them that are on legal hold.
    on_hold: int
    #: Sequences by how their copy stands.
    copies: dict[CopyState, int]
    #: The same video in two projects is one file.
    files: int
    #: Bytes of these.
    size: int
    #: When the file was read back whose turn is next; nothing where there is none.
    checked_since: datetime | None
    #: Projects with a copy that failed or is damaged, the newest first.
    troubled: tuple[ProjectId, ...]


def counted(preserved: Iterable[PreservedProject], on_hold: Callable[[ProjectId], bool]) -> VaultCount:
    """Count what is preserved."""
    some = [one for one in preserved if one.copies]
    copies = [copy for one in some for copy in one.copies]
    kept = [copy for copy in copies if copy.state is CopyState.KEPT]
    wrong = (CopyState.FAILED, CopyState.DAMAGED)
    return VaultCount(
        projects=len(some),
        on_hold=sum(on_hold(one.project) for one in some),
        copies={state: sum(copy.state is state for copy in copies) for state in CopyState},
        files=len({copy.sha256 for copy in kept}),
        size=sum({copy.sha256: copy.size for copy in kept}.values()),
        checked_since=min((at for c in kept if (at := c.checked_at or c.kept_at)), default=None),
        troubled=tuple(
            sorted((one.project for one in some if any(c.state in wrong for c in one.copies)), reverse=True)
        ),
    )


@attrs.frozen(kw_only=True)
class PreserveRules:
    """Which projects are preserved as soon as they are saved."""

    #: There is one set of rules.
    id: str = "site"
    #: Types whose projects are.
    types: tuple[ValueId, ...] = ()
    #: The last change that was looked at.
    seen: int = 0

    def wants(self, project: Project, choice: bool | None) -> bool:
        """Whether a project's video is to be kept: somebody's choice beats the rules."""
        if choice is not None:
            return choice
        return project.fields.get("type") in self.types


def _waiting(sequence: Sequence) -> Copy:
    footage = sequence.footage
    return Copy(
        sequence=sequence.id,
        camera=footage.camera,
        camera_name=footage.camera_name,
        interval=footage.interval,
    )
