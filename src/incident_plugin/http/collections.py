"""Operations on running collections and on the draft sequence list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Literal, ParamSpec

import attrs

from incident_plugin.application.incidents.collections import Collections
from incident_plugin.application.incidents.drafts import Drafts
from incident_plugin.application.ports import Clock
from incident_plugin.application.video.footage import FootagePicker
from incident_plugin.domain.access import Permission
from incident_plugin.domain.collection import Collection, CollectionId
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.sequence import DraftList, Sequence, SequenceId
from incident_plugin.http.bodies import Body, Picked, picks_of
from incident_plugin.http.operations import Call, Operation

_P = ParamSpec("_P")


class FeedBody(Body):
    """A browser tab and what it shows live."""

    client: str
    cameras: list[CameraId]


class SaveBody(Body):
    """What a saved collection begins with as a project."""

    type: str | None = None
    description: str = ""


class RemoveBody(Body):
    """Sequences of the draft list."""

    ids: list[SequenceId] | Literal["all"]


class DraftOrderBody(Body):
    """Sequences of the draft list, the first one first."""

    ids: list[SequenceId]


@attrs.frozen(kw_only=True)
class CollectedAnswer:
    """One camera of a running collection."""

    camera: CameraId
    camera_name: str
    start: datetime
    end: datetime | None
    end_unconfirmed: bool


@attrs.frozen(kw_only=True)
class RunningAnswer:
    """A running collection."""

    id: CollectionId
    #: Empty while it waits: no view feeds it.
    client: str
    started_at: datetime
    #: When its view was last confirmed; while it waits, since when.
    confirmed_at: datetime
    #: When it was discarded; it can be put back for ten minutes.
    discarded_at: datetime | None
    sequences: tuple[CollectedAnswer, ...]


@attrs.frozen(kw_only=True)
class CollectionsAnswer:
    """The caller's running collections, and those that can be put back."""

    now: datetime
    #: Seconds.
    pre_roll: float
    #: Seconds.
    merge_within: float
    collections: tuple[RunningAnswer, ...]
    discarded: tuple[RunningAnswer, ...]


@attrs.frozen(kw_only=True)
class DraftsAnswer:
    """The draft sequence list."""

    sequences: tuple[Sequence, ...]
    #: Projects that have a part of a sequence already; only those of which that is so.
    in_projects: dict[SequenceId, list[ProjectId]]


@attrs.frozen(kw_only=True)
class AddedDraftsAnswer:
    """The draft list after an addition, and what to know of the video."""

    drafts: DraftList
    warnings: tuple[str, ...]


def _running(collection: Collection, now: datetime) -> RunningAnswer:
    return RunningAnswer(
        id=collection.id,
        client=collection.client,
        started_at=collection.started_at,
        confirmed_at=collection.confirmed_at,
        discarded_at=collection.discarded_at,
        sequences=tuple(
            CollectedAnswer(
                camera=s.camera.id,
                camera_name=s.camera.name,
                start=s.start,
                end=s.end,
                end_unconfirmed=s.end_unconfirmed,
            )
            for s, _ in collection.intervals(now)
        ),
    )


@attrs.frozen(kw_only=True)
class CollectionResources:
    """Handlers of the operations on collections and drafts."""

    _collections: Collections
    _drafts: Drafts
    _picker: FootagePicker
    _clock: Clock

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        manage = Permission.PROJECTS_MANAGE
        created = HTTPStatus.CREATED
        in_creating = "Cannot create incident project. Try again later."
        in_adding = "Cannot add sequence. Try again later."
        one = "collections/{id}"
        return (
            Operation("GET", "collections", manage, "The caller's running collections.", self.running),
            Operation("POST", "collections", manage, "Begin to collect.", self.start, in_creating, created),
            Operation("POST", f"{one}/resume", manage, "Go on from this browser tab.", self.resume),
            Operation("POST", f"{one}/pause", manage, "Let it wait: no view feeds it.", self.pause),
            Operation(
                "POST", f"{one}/save", manage, "Make a project of it.", self.save, in_creating, created
            ),
            Operation("POST", f"{one}/discard", manage, "Put the collection aside.", self.discard),
            Operation("POST", f"{one}/discard/undo", manage, "Put a discarded one back.", self.undo_discard),
            Operation("GET", "drafts", manage, "The caller's draft sequence list.", self.drafts),
            Operation(
                "POST", "drafts", manage, "Add to the draft list.", self.add_drafts, in_adding, created
            ),
            Operation("POST", "drafts/order", manage, "Put it into another order.", self.order_drafts),
            Operation("POST", "drafts/remove", manage, "Take sequences off it.", self.remove_drafts),
        )

    async def running(self, call: Call) -> CollectionsAnswer:
        collections = await asyncio.to_thread(self._collections.running, call.actor)
        rules = await asyncio.to_thread(self._collections.rules, call.actor)
        now = self._clock.now()
        return CollectionsAnswer(
            now=now,
            pre_roll=rules.pre_roll.total_seconds(),
            merge_within=rules.merge_within.total_seconds(),
            collections=tuple(_running(one, now) for one in collections if not one.discarded_at),
            discarded=tuple(_running(one, now) for one in collections if one.discarded_at),
        )

    async def start(self, call: Call, body: FeedBody) -> RunningAnswer:
        return await self._answer(self._collections.start, call.actor, body.client, body.cameras)

    async def resume(self, call: Call, body: FeedBody) -> RunningAnswer:
        collection = CollectionId(call.path["id"])
        return await self._answer(self._collections.resume, call.actor, collection, body.client, body.cameras)

    async def pause(self, call: Call) -> RunningAnswer:
        return await self._answer(self._collections.pause, call.actor, CollectionId(call.path["id"]))

    async def save(self, call: Call, body: SaveBody) -> Project:
        collection = CollectionId(call.path["id"])
        return await asyncio.to_thread(
            self._collections.save, call.actor, collection, body.type, body.description
        )

    async def discard(self, call: Call) -> None:
        await asyncio.to_thread(self._collections.discard, call.actor, CollectionId(call.path["id"]))

    async def undo_discard(self, call: Call) -> RunningAnswer:
        return await self._answer(self._collections.undo_discard, call.actor, CollectionId(call.path["id"]))

    async def _answer(self, work: Callable[_P, Collection], *args: _P.args, **kw: _P.kwargs) -> RunningAnswer:
        return _running(await asyncio.to_thread(work, *args, **kw), self._clock.now())

    async def drafts(self, call: Call) -> DraftsAnswer:
        return await asyncio.to_thread(lambda: self._listed(call, self._drafts.list(call.actor)))

    def _listed(self, call: Call, drafts: DraftList) -> DraftsAnswer:
        had = self._picker.in_projects(call.actor, drafts.sequences)
        return DraftsAnswer(sequences=drafts.sequences, in_projects=had)

    async def add_drafts(self, call: Call, body: Picked) -> AddedDraftsAnswer:
        picked = await self._picker.pick(call.actor, picks_of(body))
        drafts = await asyncio.to_thread(self._drafts.add, call.actor, picked.footage)
        had = await self._picker.had(call.actor, picked.footage)
        return AddedDraftsAnswer(drafts=drafts, warnings=(*picked.warnings, *had))

    async def order_drafts(self, call: Call, body: DraftOrderBody) -> DraftsAnswer:
        ids = tuple(body.ids)
        return await asyncio.to_thread(lambda: self._listed(call, self._drafts.order(call.actor, ids)))

    async def remove_drafts(self, call: Call, body: RemoveBody) -> DraftsAnswer:
        ids = body.ids
        chosen = None if ids == "all" else frozenset(ids)
        return await asyncio.to_thread(lambda: self._listed(call, self._drafts.remove(call.actor, chosen)))
