"""A site that people work at, against a model of it that shares none of its code.

Projects, drafts, collections, roles, legal holds, retention and undo, through the use cases and over the
store on disk: after every step what was touched is as the model says, and in the end everything is. ``SOAK``
says for how many minutes it goes on.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from incident_plugin.adapters.signing import SigningKey
from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.application.administration.keeping import LegalHolds, Purger, RecycleBin
from incident_plugin.application.administration.retention import Retention, RetentionTask
from incident_plugin.application.guard import Guard
from incident_plugin.application.incidents.collections import (
    MOST_RUNNING,
    UNDO_WITHIN,
    Collections,
    SeenView,
)
from incident_plugin.application.incidents.drafts import Drafts
from incident_plugin.application.incidents.projects import CallFacts, NewProject, Projects
from incident_plugin.application.ports import Actor
from incident_plugin.application.searching import ProjectFilter
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.application.video.footage import Cameras
from incident_plugin.domain.collecting import CollectingRules
from incident_plugin.domain.collection import CollectionId
from incident_plugin.domain.errors import Conflict, Denied, Held, IncidentError, InvalidInput, NotFound
from incident_plugin.domain.exports import ExportId
from incident_plugin.domain.journal import first_fault
from incident_plugin.domain.media import Camera, CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.project import CallDirection, CallId, CommentId, FieldChange, Project, ProjectId
from incident_plugin.domain.retention import RetentionRules
from incident_plugin.domain.sequence import Footage, SequenceId
from incident_plugin.domain.time import Interval
from tests.domain.examples import ANN, BOB, START

MINUTES = float(os.environ.get("SOAK") or 0)
PEOPLE = (ANN, BOB, Person(id=PersonId("cem"), name="Cem Cook"))
SERVICE = Person(id=PersonId("incident"), name="Incident manager")
CAMERAS = ("dock", "gate", "yard")
#: What a role may allow, by the last word of its permission but one.
AREAS = (
    "projects",
    "details",
    "comments",
    "calls",
    "sequences",
    "delete",
    "purge",
    "legal-hold",
    "properties",
)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
#: The collecting rules, and how long a browser may be silent.
PRE_ROLL, MERGE, MARGIN = timedelta(seconds=30), timedelta(seconds=5), timedelta(seconds=30)

done: Counter[str] = Counter()


@attrs.define
class Kept:
    """A project, as the model knows it."""

    created_at: datetime
    description: str
    comments: list[tuple[str, str]] = attrs.Factory(list)
    calls: list[tuple[str, str]] = attrs.Factory(list)
    sequences: list[tuple[str, str, datetime]] = attrs.Factory(list)
    notes: dict[str, str] = attrs.Factory(dict)
    #: What was taken out of each part, with its place.
    removed: dict[str, tuple[str, int, Any]] = attrs.Factory(dict)
    #: Comments that somebody has changed.
    edited: set[str] = attrs.Factory(set)
    held: bool = False
    deleted_at: datetime | None = None
    logged: int = 0


@attrs.define
class Collecting:
    """A collection: which camera came into view when, less the pre-roll, and left it when, if it has."""

    owner: str
    confirmed: datetime
    number: int = 0
    fed: bool = True
    seen: list[tuple[str, datetime, datetime | None]] = attrs.Factory(list)
    discarded_at: datetime | None = None

    def end(self, at: datetime, but: tuple[str, ...] = ()) -> None:
        self.seen = [
            (camera, start, max(at, start + SECOND) if end is None and camera not in but else end)
            for camera, start, end in self.seen
        ]

    def reach(self, at: datetime) -> None:
        if self.confirmed - SECOND <= at <= self.confirmed + MARGIN:
            self.confirmed = max(at, self.confirmed)
        else:
            self.end(self.confirmed + MARGIN)
            self.confirmed = at

    def follow(self, cameras: tuple[str, ...], number: int, at: datetime) -> None:
        if number >= self.number:
            self.reach(at)
            self.end(self.confirmed, but=cameras)
            open_now = {camera for camera, _, end in self.seen if end is None}
            new = [camera for camera in cameras if camera not in open_now]
            self.seen += [(camera, self.confirmed - PRE_ROLL, None) for camera in new]
            self.number = number

    def pause(self, at: datetime) -> None:
        self.follow((), self.number, at)
        self.fed = False

    def saved(self, now: datetime) -> set[tuple[str, datetime, datetime]]:
        now = max(now, self.confirmed)
        if now > self.confirmed + MARGIN:
            self.end(self.confirmed + MARGIN)
        found: list[tuple[str, datetime, datetime]] = []
        for camera, start, end in sorted(self.seen, key=lambda one: one[1]):
            until = end or max(now, start + SECOND)
            near = [i for i, one in enumerate(found) if one[0] == camera]
            if near and start <= found[near[-1]][2] + MERGE:
                _, first, last = found[near[-1]]
                found[near[-1]] = (camera, first, max(last, until))
            else:
                found.append((camera, start, until))
        return set(found)


class Site(RuleBasedStateMachine):
    """People at work."""

    def __init__(self) -> None:
        super().__init__()
        self._directory = tempfile.TemporaryDirectory(dir="/dev/shm" if MINUTES else None)
        place = Path(self._directory.name)
        self.time, self.ids = START, 0
        self.roles = {person.id: set(AREAS) for person in PEOPLE}
        self.hidden: dict[str, set[str]] = {person.id: set() for person in PEOPLE}
        self.store = TinyDBStore(place / "store")
        guard, cameras = Guard(self), Cameras(None)  # type: ignore[arg-type]
        cameras.learn(Camera(id=CameraId(c), name=c.title(), recorder="North") for c in CAMERAS)
        work = UnitOfWork(self.store, self, self)
        shared = {"work": work, "guard": guard, "clock": self}
        self.projects = Projects(store=self.store, ids=self, licence=self, **shared)
        self.drafts = Drafts(ids=self, **shared)
        self.collections = Collections(
            cameras=cameras,
            ids=self,
            licence=self,
            configured=CollectingRules(),
            service=SERVICE,
            **shared,
        )
        purger = Purger(clock=self, signer=SigningKey(place / "keys"), site="Harbour")
        self.bin = RecycleBin(work=work, guard=guard, purger=purger)
        self.holds = LegalHolds(**shared)
        self.retention = Retention(store=self.store, **shared)
        self.task = RetentionTask(
            store=self.store, purger=purger, ids=self, shelf=self, service=SERVICE, **shared
        )
        self.days: int | None = None
        self.bin_days, self.rules, self.decided_at = RetentionRules().bin_days, 0, START
        self.kept: dict[int, Kept] = {}
        self.purged: set[int] = set()
        self.drafted: dict[str, list[tuple[str, str, datetime]]] = {person.id: [] for person in PEOPLE}
        self.running: dict[str, Collecting] = {}
        self.touched: int | None = None

    # What the use cases ask of the world around them.

    def now(self) -> datetime:
        return self.time

    def new(self) -> str:
        self.ids += 1
        return f"i{self.ids}"

    def allows(self, actor: Actor, permission: str, cameras: tuple[CameraId, ...]) -> bool:
        area, what = permission.rsplit(".", 2)[-2:]
        hidden = self.hidden.get(actor.person.id, set())
        return (what == "view" or area in self.roles[actor.person.id]) and not hidden & set(cameras)

    def refusal_of_new_projects(self) -> None:
        return None

    def remove(self, export: ExportId) -> None:
        raise AssertionError(f"there is no export {export}")

    # How a step is tried.

    def tried(self, expected: type[IncidentError] | None, act: Callable[[], Any]) -> Any:
        """Do it; gives what it gave, or nothing when it was refused as the model says."""
        self.time += SECOND
        done["refused" if expected else "done"] += 1
        if expected is None:
            return act()
        with pytest.raises(expected):
            act()
        return None

    def may(self, person: Person, area: str) -> bool:
        return area in self.roles[person.id]

    def of(self, which: int, *, binned: bool = False) -> int:
        """Choose one of the projects that are there, or lie in the bin; one there never was, for none."""
        found = sorted(n for n, one in self.kept.items() if (one.deleted_at is not None) is binned)
        self.touched = found[which % len(found)] if found else None
        return 10**6 if self.touched is None else self.touched

    def refusal(self, person: Person, area: str, number: int) -> type[IncidentError] | None:
        if not self.may(person, area):
            return Denied
        return None if number in self.kept else NotFound

    def seen(self, person: Person, camera: str) -> bool:
        return camera not in self.hidden[person.id]

    def footage(self, camera: str) -> Footage:
        interval = Interval(self.time, self.time + 10 * SECOND)
        return Footage(
            camera=CameraId(camera), camera_name=camera.title(), recorder="North", interval=interval
        )

    # Projects.

    #: The one who may do everything does most of it.
    people = st.sampled_from((ANN, *PEOPLE, ANN))
    which = st.integers(0, 30)
    texts = st.sampled_from(["red van", "gate open", "Fire at the dock", "\u00e4rger", "x" * 300])

    @rule(person=people, text=texts, drafts=st.booleans())
    def create(self, person: Person, text: str, drafts: bool) -> None:
        expected = None if self.may(person, "projects") else Denied
        new = NewProject(description=text, drafts=None if drafts else frozenset())
        made = self.tried(expected, lambda: self.projects.create(Actor(person=person), new))
        if made is not None:
            mine = self.drafted[person.id]
            taken = [one for one in mine if drafts and self.seen(person, one[1])]
            self.drafted[person.id] = [one for one in mine if one not in taken]
            assert made.id not in {*self.kept, *self.purged}
            self.kept[made.id] = Kept(self.time, text, sequences=taken)
            self.touched = made.id

    @rule(person=people, which=which, text=texts, stale=st.booleans())
    def describe(self, person: Person, which: int, text: str, stale: bool) -> None:
        number = self.of(which)
        expected = self.refusal(person, "details", number)
        before = self.kept[number].description if number in self.kept else ""
        conflict = stale and before != text
        if expected is None and conflict:
            expected = Conflict
        seen = "something else" if stale else before
        change = FieldChange(field="description", before=seen, after=text)
        made = self.tried(
            expected, lambda: self.projects.change(Actor(person=person), ProjectId(number), (change,))
        )
        if made is not None:
            self.kept[number].description = text

    @rule(person=people, which=which, text=texts)
    def comment(self, person: Person, which: int, text: str) -> None:
        number = self.of(which)
        made = self.tried(
            self.refusal(person, "comments", number),
            lambda: self.projects.add_comment(Actor(person=person), ProjectId(number), text),
        )
        if made is not None:
            self.kept[number].comments.append((made.comments[-1].id, text))

    @rule(person=people, which=which, item=which, text=texts, stale=st.booleans())
    def edit(self, person: Person, which: int, item: int, text: str, stale: bool) -> None:
        number, place, key = self.item(which, item, "comments")
        expected = self.refusal(person, "comments", number) or (None if key else NotFound)
        with self.store.read() as reading:
            stored = reading.project(ProjectId(number))
        seen = stored.comments[place].edited_at if stored and key else None
        if stale and expected is None:
            seen = START - DAY
            edited = key in self.kept[number].edited and self.kept[number].comments[place][1] != text
            expected = Conflict if edited else None
        made = self.tried(
            expected,
            lambda: self.projects.edit_comment(
                Actor(person=person), ProjectId(number), CommentId(key), text, seen
            ),
        )
        if made is not None:
            if self.kept[number].comments[place] != (key, text):
                self.kept[number].edited.add(key)
            self.kept[number].comments[place] = (key, text)

    @rule(person=people, which=which, item=which)
    def uncomment(self, person: Person, which: int, item: int) -> None:
        number, place, key = self.item(which, item, "comments")
        expected = self.refusal(person, "comments", number) or (None if key else NotFound)
        self.taken(
            number,
            "comments",
            place,
            self.tried(
                expected,
                lambda: self.projects.delete_comment(Actor(person=person), ProjectId(number), CommentId(key)),
            ),
        )

    @rule(person=people, which=which, text=texts)
    def phone(self, person: Person, which: int, text: str) -> None:
        number = self.of(which)
        facts = CallFacts(direction=CallDirection.MADE, at=self.time, note=text)
        made = self.tried(
            self.refusal(person, "calls", number),
            lambda: self.projects.add_call(Actor(person=person), ProjectId(number), facts),
        )
        if made is not None:
            self.kept[number].calls.append((made.calls[-1].id, text))

    @rule(person=people, which=which, item=which)
    def unphone(self, person: Person, which: int, item: int) -> None:
        number, place, key = self.item(which, item, "calls")
        expected = self.refusal(person, "calls", number) or (None if key else NotFound)
        self.taken(
            number,
            "calls",
            place,
            self.tried(
                expected,
                lambda: self.projects.delete_call(Actor(person=person), ProjectId(number), CallId(key)),
            ),
        )

    @rule(person=people, which=which, camera=st.sampled_from(CAMERAS), drafts=st.booleans())
    def add_sequence(self, person: Person, which: int, camera: str, drafts: bool) -> None:
        number, footage = self.of(which), self.footage(camera)
        made = self.tried(
            self.refusal(person, "sequences", number),
            lambda: self.projects.add_sequences(
                Actor(person=person), ProjectId(number), (footage,), None if drafts else frozenset()
            ),
        )
        if made is not None:
            mine = self.drafted[person.id]
            taken = [one for one in mine if drafts and self.seen(person, one[1])]
            self.drafted[person.id] = [one for one in mine if one not in taken]
            with self.store.read() as reading:
                stored = reading.project(ProjectId(number))
            assert stored is not None
            there = {key for key, _, _ in (*self.kept[number].sequences, *taken)}
            (new,) = (s.id for s in stored.sequences if s.id not in there)
            self.kept[number].sequences += [(new, camera, footage.interval.start), *taken]

    @rule(person=people, which=which, item=which, text=texts)
    def note(self, person: Person, which: int, item: int, text: str) -> None:
        number, place, key = self.item(which, item, "sequences")
        expected = self.refusal(person, "sequences", number) or (None if key else NotFound)
        if expected is None and not self.seen(person, self.kept[number].sequences[place][1]):
            expected = Denied
        before = self.kept[number].notes.get(key, "") if number in self.kept else ""
        made = self.tried(
            expected,
            lambda: self.projects.note_sequence(
                Actor(person=person), ProjectId(number), SequenceId(key), before, text
            ),
        )
        if made is not None:
            self.kept[number].notes[key] = text

    @rule(person=people, which=which, item=which)
    def remove_sequence(self, person: Person, which: int, item: int) -> None:
        number, place, key = self.item(which, item, "sequences")
        expected = self.refusal(person, "sequences", number) or (None if key else NotFound)
        if expected is None and not self.seen(person, self.kept[number].sequences[place][1]):
            expected = NotFound
        self.taken(
            number,
            "sequences",
            place,
            self.tried(
                expected,
                lambda: self.projects.remove_sequences(
                    Actor(person=person), ProjectId(number), frozenset({SequenceId(key)})
                ),
            ),
        )

    @rule(person=people, which=which, item=which)
    def undo(self, person: Person, which: int, item: int) -> None:
        number = self.of(which)
        removed = sorted(self.kept[number].removed) if number in self.kept else []
        key = removed[item % len(removed)] if removed else "never"
        expected: type[IncidentError] | None = None if removed else NotFound
        if removed:
            part, place, thing = self.kept[number].removed[key]
            if not self.may(person, part) or (part == "sequences" and not self.seen(person, thing[1])):
                expected = Denied
        made = self.tried(
            expected,
            lambda: self.projects.restore(Actor(person=person), ProjectId(number), frozenset({key})),
        )
        if made is not None:
            getattr(self.kept[number], part).insert(place, thing)
            del self.kept[number].removed[key]

    def item(self, which: int, item: int, part: str) -> tuple[int, int, str]:
        """Choose a project and something of it: its place and id; no id when there is nothing."""
        number = self.of(which)
        items = getattr(self.kept[number], part) if number in self.kept else []
        place = item % len(items) if items else 0
        return number, place, items[place][0] if items else ""

    def taken(self, number: int, part: str, place: int, made: Project | None) -> None:
        if made is not None:
            thing = getattr(self.kept[number], part).pop(place)
            self.kept[number].removed[thing[0]] = (part, place, thing)

    # Drafts and collections.

    @rule(person=people, camera=st.sampled_from(CAMERAS))
    def draft(self, person: Person, camera: str) -> None:
        expected, footage = None if self.may(person, "projects") else Denied, self.footage(camera)
        before = {key for key, _, _ in self.drafted[person.id]}
        if self.tried(expected, lambda: self.drafts.add(Actor(person=person), (footage,))) is not None:
            with self.store.read() as reading:
                stored = reading.drafts.get(person.id)
            assert stored is not None
            (new,) = (s.id for s in stored.sequences if s.id not in before)
            self.drafted[person.id].append((new, camera, footage.interval.start))

    @rule(person=people, item=which)
    def undraft(self, person: Person, item: int) -> None:
        mine = self.drafted[person.id]
        key = mine[item % len(mine)][0] if mine else "never"
        expected = None if self.may(person, "projects") else Denied
        ids = frozenset({SequenceId(key)})
        if self.tried(expected, lambda: self.drafts.remove(Actor(person=person), ids)) is not None:
            self.drafted[person.id] = [one for one in mine if one[0] != key]

    shown = st.lists(st.sampled_from(CAMERAS), max_size=3, unique=True).map(tuple)

    @rule(person=people, cameras=shown)
    def start(self, person: Person, cameras: tuple[str, ...]) -> None:
        mine = [one for one in self.running.values() if one.owner == person.id and not one.discarded_at]
        expected = None if len(mine) < MOST_RUNNING else InvalidInput
        if not self.may(person, "projects"):
            expected = Denied
        made = self.tried(
            expected,
            lambda: self.collections.start(Actor(person=person), "tab", [CameraId(c) for c in cameras]),
        )
        if made is not None:
            self.let_wait(person)
            self.running[made.id] = Collecting(person.id, self.time)
            self.running[made.id].follow(tuple(c for c in cameras if self.seen(person, c)), 0, self.time)

    def let_wait(self, person: Person) -> None:
        for one in self.running.values():
            if one.owner == person.id and one.fed:
                one.pause(self.time)

    @rule(person=people, cameras=shown, number=st.integers(0, 50))
    def follow(self, person: Person, cameras: tuple[str, ...], number: int) -> None:
        self.time += SECOND
        view = SeenView(
            client="tab", number=number, cameras=tuple(CameraId(c) for c in cameras), at=self.time
        )
        self.collections.follow(Actor(person=person), view)
        done["done"] += 1
        for one in self.running.values():
            if one.owner == person.id and one.fed:
                one.follow(tuple(c for c in cameras if self.seen(person, c)), number, self.time)

    @rule(person=people, which=which, cameras=shown)
    def resume(self, person: Person, which: int, cameras: tuple[str, ...]) -> None:
        key = self.collection(which)
        expected = self.refusal_of(key, person)
        cameras_ids = [CameraId(c) for c in cameras]
        made = self.tried(
            expected,
            lambda: self.collections.resume(Actor(person=person), CollectionId(key), "tab", cameras_ids),
        )
        if made is not None:
            one = self.running[key]
            for other in self.running.values():
                if other is not one and other.owner == person.id and other.fed:
                    other.pause(self.time)
            one.reach(self.time)
            one.number, one.fed = 0, True
            one.follow(tuple(c for c in cameras if self.seen(person, c)), 0, self.time)

    @rule(person=people, which=which, text=texts)
    def save(self, person: Person, which: int, text: str) -> None:
        key = self.collection(which)
        made = self.tried(
            self.refusal_of(key, person),
            lambda: self.collections.save(Actor(person=person), CollectionId(key), None, text),
        )
        if made is not None:
            with self.store.read() as reading:
                stored = reading.project(made.id)
            assert stored is not None
            footage = [s.footage for s in stored.sequences]
            times = {(f.camera, f.interval.start, f.interval.end) for f in footage}
            assert times == self.running.pop(key).saved(self.time)
            listed = [(str(s.id), str(s.footage.camera), s.footage.interval.start) for s in stored.sequences]
            self.kept[made.id] = Kept(self.time, text, sequences=listed)
            self.touched = made.id

    @rule(person=people, which=which)
    def discard(self, person: Person, which: int) -> None:
        key = self.collection(which)
        expected = self.refusal_of(key, person)
        self.tried(expected, lambda: self.collections.discard(Actor(person=person), CollectionId(key)))
        if expected is None:
            self.running[key].pause(self.time)
            self.running[key].discarded_at = self.time

    @rule(person=people, which=which)
    def undo_discard(self, person: Person, which: int) -> None:
        key = self.collection(which, discarded=True)
        one = self.running.get(key)
        expected: type[IncidentError] | None = NotFound
        if one is not None and one.discarded_at is not None and one.owner == person.id:
            apart = abs(self.time + SECOND - one.discarded_at)
            expected = None if apart <= UNDO_WITHIN else NotFound
        if not self.may(person, "projects"):
            expected = Denied
        made = self.tried(
            expected, lambda: self.collections.undo_discard(Actor(person=person), CollectionId(key))
        )
        if made is not None and one is not None:
            one.discarded_at = None

    def collection(self, which: int, *, discarded: bool = False) -> str:
        running = sorted(k for k, one in self.running.items() if (one.discarded_at is not None) is discarded)
        return running[which % len(running)] if running else "never"

    def refusal_of(self, key: str, person: Person) -> type[IncidentError] | None:
        if not self.may(person, "projects"):
            return Denied
        return None if key in self.running and self.running[key].owner == person.id else NotFound

    # Keeping.

    @rule(person=people, which=which, binned=st.booleans(), reason=st.sampled_from(["court", ""]))
    def hold(self, person: Person, which: int, binned: bool, reason: str) -> None:
        number = self.of(which, binned=binned)
        expected = self.refusal(person, "legal-hold", number)
        if expected is None and (self.kept[number].held or not reason):
            expected = InvalidInput
        if self.tried(expected, lambda: self.holds.set(Actor(person=person), ProjectId(number), reason)):
            self.kept[number].held = True

    @rule(person=people, which=which, binned=st.booleans())
    def lift(self, person: Person, which: int, binned: bool) -> None:
        number = self.of(which, binned=binned)
        expected = self.refusal(person, "legal-hold", number)
        if expected is None and not self.kept[number].held:
            expected = InvalidInput
        if self.tried(expected, lambda: self.holds.lift(Actor(person=person), ProjectId(number), "over")):
            self.kept[number].held = False

    @rule(person=people, which=which)
    def delete(self, person: Person, which: int) -> None:
        number = self.of(which)
        expected = self.refusal(person, "delete", number)
        if expected is None and self.kept[number].held:
            expected = Held
        if self.tried(expected, lambda: self.bin.delete(Actor(person=person), ProjectId(number), "double")):
            self.kept[number].deleted_at = self.time
            if self.bin_days == 0:
                self.gone(number)

    @rule(person=people, which=which)
    def restore(self, person: Person, which: int) -> None:
        number = self.of(which, binned=True)
        expected = self.refusal(person, "delete", number)
        if self.tried(expected, lambda: self.bin.restore(Actor(person=person), ProjectId(number))):
            self.kept[number].deleted_at = None

    @rule(person=people, which=which)
    def purge(self, person: Person, which: int) -> None:
        number = self.of(which, binned=True)
        expected = self.refusal(person, "purge", number)
        if expected is None and self.kept[number].held:
            expected = Held
        if self.tried(expected, lambda: self.bin.purge(Actor(person=person), ProjectId(number))):
            self.gone(number)

    def gone(self, number: int) -> None:
        del self.kept[number]
        self.purged.add(number)

    @rule(
        person=people,
        days=st.sampled_from([None, 2, 30]),
        bin_days=st.sampled_from([0, 1, 30]),
        stale=st.booleans(),
    )
    def decide(self, person: Person, days: int | None, bin_days: int, stale: bool) -> None:
        expected: type[IncidentError] | None = Conflict if stale else None
        if not self.may(person, "properties"):
            expected = Denied
        rules = RetentionRules(days=days, bin_days=bin_days, revision=self.rules - (1 if stale else 0))
        if self.tried(expected, lambda: self.retention.save(Actor(person=person), rules)):
            self.days, self.bin_days, self.decided_at = days, bin_days, self.time
            self.rules += 1

    @rule(days=st.sampled_from([0.3, 1, 5]))
    def wait(self, days: float) -> None:
        self.time += days * DAY
        due = [n for n, one in self.kept.items() if not one.held and self.is_due(one)]
        assert self.task.run() == len(due)
        done["done"] += 1
        for number in due:
            self.gone(number)

    @rule(hours=st.sampled_from([0.001, 2, 30]))
    def set_clock_back(self, hours: float) -> None:
        self.time -= timedelta(hours=hours)

    def is_due(self, one: Kept) -> bool:
        ends = [] if one.deleted_at is None else [one.deleted_at + self.bin_days * DAY]
        if self.days is not None:
            ends.append(max(one.created_at + self.days * DAY, self.decided_at + DAY))
        return any(end <= self.time for end in ends)

    # Roles.

    @rule(person=people, area=st.sampled_from(AREAS))
    def change_role(self, person: Person, area: str) -> None:
        if person != ANN:
            self.roles[person.id] ^= {area}

    @rule(person=people, camera=st.sampled_from(CAMERAS))
    def hide(self, person: Person, camera: str) -> None:
        if person != ANN:
            self.hidden[person.id] ^= {camera}

    # What has to hold.

    @invariant()
    def what_was_touched_is_as_the_model_says(self) -> None:
        if self.touched is not None:
            self.check(self.touched)

    def check(self, number: int) -> None:
        entries = self.store.entries(ProjectId(number))
        assert first_fault(entries) is None
        with self.store.read() as reading:
            stored, binned = reading.project(ProjectId(number)), reading.bin.get(str(number))
        one = self.kept.get(number)
        if one is None:
            assert (stored, binned) == (None, None)
            assert all(entry.forgotten for entry in entries[:-1])
            return
        assert len(entries) >= one.logged
        one.logged = len(entries)
        assert (stored is None) is (one.deleted_at is not None) is (binned is not None)
        found = stored or (binned and binned.project)
        assert found is not None
        assert found.fields.get("description") == one.description
        assert [(c.id, c.text) for c in found.comments] == one.comments
        assert [(c.id, c.note) for c in found.calls] == one.calls
        assert {(s.id, s.footage.camera, s.footage.interval.start) for s in found.sequences} == set(
            one.sequences
        )
        assert {s.id: s.note for s in found.sequences if s.note} == {
            key: one.notes[key] for key, _, _ in one.sequences if key in one.notes
        }
        assert (found.hold is not None) is one.held

    def teardown(self) -> None:
        try:
            for number in (*self.kept, *self.purged):
                self.check(number)
            there = {n for n, one in self.kept.items() if one.deleted_at is None}
            listed = [p.id for p in self.store.page(ProjectFilter(), limit=1_000_000)]
            assert listed == sorted(there, reverse=True)
            vans = {n for n in there if "van" in repr(attrs.evolve(self.kept[n], removed={}, notes={}))}
            assert self.store.count(ProjectFilter(text="van"), cap=1_000_000) == len(vans)
            with self.store.read() as reading:
                assert {one.id for one in reading.collections.all()} == set(self.running)
                waiting = {one.id for one in reading.collections.all() if one.discarded_at is not None}
                assert waiting == {k for k, one in self.running.items() if one.discarded_at is not None}
                for person, mine in self.drafted.items():
                    stored = reading.drafts.get(person)
                    found = [s.id for s in stored.sequences] if stored else []
                    assert found == [key for key, _, _ in mine]
                assert {int(one.id) for one in reading.certificates.all()} == self.purged
            assert self.store.faults() == ()
        finally:
            self.store.close()
            self._directory.cleanup()


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Site,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(0 if MINUTES else 120)
def test_a_site_is_at_every_step_as_its_model_says(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever does whatever in whatever order, allowed or not."""
    try:
        run(25, 50)
        until = time.monotonic() + MINUTES * 60
        while time.monotonic() < until:
            run(random.randrange(20, 40), 400)
    finally:
        with capsys.disabled():
            sys.stdout.write(f" {sum(done.values()):,} steps, {done['refused']:,} of them refused ")
