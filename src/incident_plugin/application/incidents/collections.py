"""Use cases of collecting: start, follow the operator's view, go on, save, discard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import attrs

from incident_plugin.application.administration.collecting import rules_now
from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents.projects import first_fields, refuse_without_licence
from incident_plugin.application.ports import Actor, Clock, Ids, Licence
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.application.video.footage import Cameras
from incident_plugin.domain.access import Permission
from incident_plugin.domain.collecting import CollectingRules
from incident_plugin.domain.collection import Collection, CollectionId, Happening, ShownCamera
from incident_plugin.domain.errors import InvalidInput, NotFound
from incident_plugin.domain.journal import Action, Activity, instant
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person
from incident_plugin.domain.project import Project
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId

#: How long a discarded collection can be put back.
UNDO_WITHIN = timedelta(minutes=10)
#: What one operator can still tell apart.
MOST_RUNNING = 20


@attrs.frozen(kw_only=True)
class SeenView:
    """What a browser tab shows live, or a sign of life of it."""

    client: str
    number: int
    #: Nothing while the operator looks at something else than live video: what is collected goes on.
    cameras: tuple[CameraId, ...] | None
    at: datetime


@attrs.frozen(kw_only=True)
class Collections:
    """Everything done to running collections."""

    _work: UnitOfWork
    _guard: Guard
    _cameras: Cameras
    _clock: Clock
    _ids: Ids
    _licence: Licence
    #: What the site's configuration says, until an administrator decides.
    _configured: CollectingRules
    #: Who tidies up.
    _service: Person

    def rules(self, actor: Actor) -> CollectingRules:
        """Give what holds for a collection that begins now."""
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        with self._work.reading(actor.person) as work:
            return rules_now(work, self._configured)

    def running(self, actor: Actor) -> tuple[Collection, ...]:
        """Give the actor's own collections as they stand now, oldest first, and what can be put back.

        Cameras that the actor may not see any more are left out, and stay in the collection.
        """
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        now = self._clock.now()
        with self._work.reading(actor.person) as work:
            return tuple(
                self._visible(actor, collection.settle(now))
                for collection in _own(work, actor.person)
                if not _past_undo(collection, now)
            )

    def start(self, actor: Actor, client: str, cameras: Iterable[CameraId]) -> Collection:
        """Begin to collect what the browser tab shows; what it fed before waits.

        Raises ``LicenceRefused``, and ``InvalidInput`` when there are too many already.
        """
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        refuse_without_licence(self._licence)
        now = self._clock.now()
        shown = self._shown(actor, cameras)
        with self._work.begin(actor.person) as work:
            rules = rules_now(work, self._configured)
            collection = Collection(
                id=CollectionId(self._ids.new()),
                owner=actor.person,
                client="",
                started_at=now,
                confirmed_at=now,
                view_number=0,
                pre_roll=rules.pre_roll,
                merge_within=rules.merge_within,
            ).resumed(client, shown, session=actor.session, at=now)
            if sum(one.discarded_at is None for one in _own(work, actor.person)) >= MOST_RUNNING:
                raise InvalidInput(
                    f"You have {MOST_RUNNING} collections already. Save or discard one, then start again.",
                    cause="incident.too-many-collections",
                )
            _let_wait(work, actor.person, now, lambda one: one.client == client)
            work.stored.collections.put(collection)
        return collection

    def follow(self, actor: Actor, view: SeenView) -> None:
        """Let the collection that this browser tab feeds follow its view; returning means it is on disk."""
        shown = None if view.cameras is None else self._shown(actor, view.cameras)
        with self._work.begin(actor.person) as work:
            for collection in _own(work, actor.person):
                if collection.client == view.client:
                    followed = (
                        collection.confirm(number=view.number, at=view.at)
                        if shown is None
                        else collection.follow(shown, number=view.number, at=view.at)
                    )
                    followed = attrs.evolve(followed, session=actor.session)
                    if followed != collection:
                        work.stored.collections.put(followed)

    def resume(
        self, actor: Actor, collection_id: CollectionId, client: str, cameras: Iterable[CameraId]
    ) -> Collection:
        """Let this browser tab feed a collection from now on; what it fed before waits."""
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        now = self._clock.now()
        shown = self._shown(actor, cameras)
        with self._work.begin(actor.person) as work:
            found = _found(work, actor, collection_id)
            _let_wait(work, actor.person, now, lambda one: one.client == client and one.id != collection_id)
            resumed = found.resumed(client, shown, session=actor.session, at=now)
            work.stored.collections.put(resumed)
        return self._visible(actor, resumed)

    def pause(self, actor: Actor, collection_id: CollectionId) -> Collection:
        """Let a collection wait: no view feeds it until it is resumed."""
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        with self._work.begin(actor.person) as work:
            found = _found(work, actor, collection_id)
            paused = found.paused(self._clock.now()) if found.client else found
            work.stored.collections.put(paused)
        return self._visible(actor, paused)

    def left(self, person: Person, session: str, at: datetime) -> None:
        """Let wait what the views of an ended session fed; without one, all that the person's views fed."""
        with self._work.begin(person) as work:
            _let_wait(work, person, at, lambda one: session in ("", one.session))

    def save(
        self, actor: Actor, collection_id: CollectionId, type_id: str | None, description: str
    ) -> Project:
        """Make a project of a collection; both happen, or neither. Gives what the actor may read of it.

        Its activity log tells how the view changed meanwhile.
        """
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        now = self._clock.now()
        with self._work.begin(actor.person) as work:
            collection = _found(work, actor, collection_id).renamed(self._cameras.named)
            sequences = self._sequences(collection, now)
            fields = first_fields(work.properties, type_id, description)
            project = work.create(
                lambda project_id: Project(
                    id=project_id, created_by=collection.owner, created_at=now, fields=fields
                ).with_sequences(sequences)
            )
            for happening in collection.told(now):
                work.note(project.id, _told(happening))
            work.stored.collections.remove(collection_id)
        return self._guard.readable(actor, project)

    def note(self, actor: Actor, camera: CameraId, action: Action) -> None:
        """Take note of what the actor did with a camera, in those of their collections that it is part of.

        It becomes part of the activity log with the project. What is not collected is not noted.
        """
        now = self._clock.now()
        with self._work.reading(actor.person) as work:
            concerned = any(c.noting(action, camera, now) != c for c in _own(work, actor.person))
        if not concerned:
            return
        with self._work.begin(actor.person) as work:
            for collection in _own(work, actor.person):
                noted = collection.noting(action, camera, now)
                if noted != collection:
                    work.stored.collections.put(noted)

    def discard(self, actor: Actor, collection_id: CollectionId) -> None:
        """Put a collection aside; the recordings themselves are not touched."""
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        with self._work.begin(actor.person) as work:
            discarded = _found(work, actor, collection_id).discarded(self._clock.now())
            work.stored.collections.put(discarded)

    def undo_discard(self, actor: Actor, collection_id: CollectionId) -> Collection:
        """Put a discarded collection back; it waits until a view is to feed it."""
        self._guard.require(actor, Permission.PROJECTS_MANAGE)
        now = self._clock.now()
        with self._work.begin(actor.person) as work:
            collection = work.stored.collections.get(collection_id)
            if collection is None or collection.owner.id != actor.person.id or _past_undo(collection, now):
                minutes = UNDO_WITHIN // timedelta(minutes=1)
                raise NotFound(
                    f"This collection was discarded more than {minutes} minutes ago, and is gone. "
                    "The recorder keeps its video: add it in the Playback tab.",
                    cause="incident.collection-gone",
                )
            restored = attrs.evolve(collection, discarded_at=None)
            work.stored.collections.put(restored)
        return self._visible(actor, restored)

    def tidy(self) -> None:
        """Forget for good what was discarded too long ago to be put back."""
        now = self._clock.now()
        with self._work.begin(self._service) as work:
            for collection in work.stored.collections.all():
                if _past_undo(collection, now):
                    work.stored.collections.remove(collection.id)

    def _visible(self, actor: Actor, collection: Collection) -> Collection:
        seen = set(self._guard.visible(actor, {s.camera.id for s in collection.sequences}))
        sequences = tuple(s for s in collection.sequences if s.camera.id in seen)
        return attrs.evolve(collection, sequences=sequences).renamed(self._cameras.named)

    def _shown(self, actor: Actor, cameras: Iterable[CameraId]) -> tuple[ShownCamera, ...]:
        return self._cameras.shown(self._guard.visible(actor, cameras))

    def _sequences(self, collection: Collection, now: datetime) -> tuple[Sequence, ...]:
        return tuple(
            Sequence(
                id=SequenceId(self._ids.new()),
                footage=Footage(
                    camera=collected.camera.id,
                    camera_name=collected.camera.name,
                    recorder=collected.camera.recorder,
                    interval=interval,
                ),
                added_by=collection.owner,
                added_at=now,
                end_unconfirmed=collected.end_unconfirmed,
            )
            for collected, interval in collection.intervals(now)
        )


def _own(work: Work, person: Person) -> tuple[Collection, ...]:
    mine = (c for c in work.stored.collections.all() if c.owner.id == person.id)
    return tuple(sorted(mine, key=lambda c: c.started_at))


def _let_wait(work: Work, person: Person, at: datetime, chosen: Callable[[Collection], bool]) -> None:
    for collection in _own(work, person):
        if collection.client and chosen(collection):
            work.stored.collections.put(collection.paused(at))


def _found(work: Work, actor: Actor, collection_id: CollectionId) -> Collection:
    collection = work.stored.collections.get(collection_id)
    if collection is None or collection.owner.id != actor.person.id or collection.discarded_at:
        raise NotFound(
            "This collection was already saved or discarded. Look for it in the Incidents tab.",
            cause="incident.collection-ended",
        )
    return collection


def _past_undo(collection: Collection, now: datetime) -> bool:
    """Whether it was discarded too long ago; a clock that was set back brings nothing back for longer."""
    at = collection.discarded_at
    return at is not None and abs(now - at) > UNDO_WITHIN


def _told(happening: Happening) -> Activity:
    """Say in an activity log what was done, and when: the entry itself is as old as the project."""
    start, end = instant(happening.start), instant(happening.end)
    return Activity(
        action=happening.action,
        subject=happening.camera.name,
        after=start if start == end else f"{start} to {end}",
        camera=happening.camera.id,
    )
