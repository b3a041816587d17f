"""Operations on running collections and on the draft sequence list."""

from __future__ import annotations

import asyncio
from datetime import datetime
from http import HTTPStatus
from typing import Literal

import attrs

from incident_plugin.application.collections import Collections
from incident_plugin.application.drafts import Drafts
from incident_plugin.application.footage import FootagePicker
from incident_plugin.application.ports import Clock
from incident_plugin.domain.access import Permission
from incident_plugin.domain.collection import Collection, CollectionId
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Project
from incident_plugin.domain.sequence import DraftList, SequenceId
from incident_plugin.http.bodies import Body, Picked, picks_of
from incident_plugin.http.operations import Call, Operation


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
    client: str
    started_at: datetime
    confirmed_at: datetime
    sequences: tuple[CollectedAnswer, ...]


def _running(collection: Collection) -> RunningAnswer:
    return RunningAnswer(
        id=collection.id,
        client=collection.client,
        started_at=collection.started_at,
        confirmed_at=collection.confirmed_at,
        sequences=tuple(
            CollectedAnswer(
                camera=s.camera.id,
                camera_name=s.camera.name,
                start=s.start,
                end=s.end,
                end_unconfirmed=s.end_unconfirmed,
            )
            for s in collection.sequences
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
            Operation(
                "POST", f"{one}/save", manage, "Make a project of it.", self.save, in_creating, created
            ),
            Operation("POST", f"{one}/discard", manage, "Forget the collection.", self.discard),
            Operation("GET", "drafts", manage, "The caller's draft sequence list.", self.drafts),
            Operation(
                "POST", "drafts", manage, "Add to the draft list.", self.add_drafts, in_adding, created
            ),
            Operation("POST", "drafts/remove", manage, "Take sequences off it.", self.remove_drafts),
        )

    async def running(self, call: Call) -> object:
        collections = await asyncio.to_thread(self._collections.running, call.actor)
        return {"now": self._clock.now(), "collections": tuple(map(_running, collections))}

    async def start(self, call: Call) -> RunningAnswer:
        body = call.json(FeedBody)
        return _running(
            await asyncio.to_thread(self._collections.start, call.actor, body.client, body.cameras)
        )

    async def resume(self, call: Call) -> RunningAnswer:
        body = call.json(FeedBody)
        collection = CollectionId(call.path["id"])
        return _running(
            await asyncio.to_thread(
                self._collections.resume, call.actor, collection, body.client, body.cameras
            )
        )

    async def save(self, call: Call) -> Project:
        body = call.json(SaveBody)
        collection = CollectionId(call.path["id"])
        return await asyncio.to_thread(
            self._collections.save, call.actor, collection, body.type, body.description
        )

    async def discard(self, call: Call) -> None:
        await asyncio.to_thread(self._collections.discard, call.actor, CollectionId(call.path["id"]))

    async def drafts(self, call: Call) -> DraftList:
        return await asyncio.to_thread(self._drafts.list, call.actor)

    async def add_drafts(self, call: Call) -> object:
        picked = await self._picker.pick(call.actor, picks_of(call.json(Picked)))
        drafts = await asyncio.to_thread(self._drafts.add, call.actor, picked.footage)
        return {"drafts": drafts, "warnings": picked.warnings}

    async def remove_drafts(self, call: Call) -> DraftList:
        ids = call.json(RemoveBody).ids
        chosen = None if ids == "all" else frozenset(ids)
        return await asyncio.to_thread(self._drafts.remove, call.actor, chosen)
