"""Operations on preserving: a project's choice, the site's rules."""

from __future__ import annotations

import asyncio
from datetime import datetime

import attrs

from incident_plugin.application.video.preserver import Preserver
from incident_plugin.application.video.preserving import Preserving, ProjectPreserving
from incident_plugin.domain.access import Permission
from incident_plugin.domain.preserving import Copy, CopyState, VaultCount
from incident_plugin.domain.project import ProjectId
from incident_plugin.domain.properties import ValueId
from incident_plugin.domain.sequence import SequenceId
from incident_plugin.http.bodies import Body
from incident_plugin.http.operations import Call, Operation


class PreserveBody(Body):
    """Whether a project's video is kept; nothing for what the site's rules say."""

    wanted: bool | None


class PreserveRulesBody(Body):
    """Types whose projects are preserved."""

    types: list[ValueId]


@attrs.frozen(kw_only=True)
class CopyAnswer:
    """How the copy of one sequence stands."""

    sequence: SequenceId
    state: CopyState
    #: 0 to 1 while it is being made.
    progress: float | None
    size: int
    sha256: str
    message: str
    kept_at: datetime | None
    checked_at: datetime | None


@attrs.frozen(kw_only=True)
class PreserveAnswer:
    """How preserving stands for a project."""

    wanted: bool | None
    by_rules: bool
    copies: tuple[CopyAnswer, ...]


@attrs.frozen(kw_only=True)
class PreservedTypesAnswer:
    """Types whose projects are preserved."""

    types: tuple[ValueId, ...]


@attrs.frozen(kw_only=True)
class PreserveRulesAnswer(PreservedTypesAnswer):
    """What is preserved, and what the vault holds."""

    vault: VaultCount


@attrs.frozen(kw_only=True)
class PreserveResources:
    """Handlers of the operations on preserving."""

    _preserving: Preserving
    _preserver: Preserver

    def operations(self) -> tuple[Operation, ...]:
        """Give the rows of the operation table."""
        view, manage = Permission.SEQUENCES_VIEW, Permission.SEQUENCES_MANAGE
        one, rules = "projects/{id}/preserve", "preserve-rules"
        return (
            Operation("GET", one, view, "How preserving stands.", self.get),
            Operation("PUT", one, manage, "Preserve a project's video, or no longer.", self.choose),
            Operation(
                "GET", rules, Permission.PROPERTIES_VIEW, "Types and video that are preserved.", self.rules
            ),
            Operation("PUT", rules, Permission.PROPERTIES_MANAGE, "Choose them.", self.put_rules),
        )

    async def get(self, call: Call) -> PreserveAnswer:
        return self._answer(await asyncio.to_thread(self._preserving.of, call.actor, _id(call)))

    async def choose(self, call: Call, body: PreserveBody) -> PreserveAnswer:
        wanted = body.wanted
        return self._answer(await asyncio.to_thread(self._preserving.choose, call.actor, _id(call), wanted))

    async def rules(self, call: Call) -> PreserveRulesAnswer:
        rules = await asyncio.to_thread(self._preserving.rules, call.actor)
        return PreserveRulesAnswer(
            types=rules.types, vault=await asyncio.to_thread(self._preserving.counted, call.actor)
        )

    async def put_rules(self, call: Call, body: PreserveRulesBody) -> PreservedTypesAnswer:
        types = tuple(body.types)
        rules = await asyncio.to_thread(self._preserving.put_rules, call.actor, types)
        return PreservedTypesAnswer(types=rules.types)

    def _answer(self, told: ProjectPreserving) -> PreserveAnswer:
        return PreserveAnswer(
            wanted=told.wanted, by_rules=told.by_rules, copies=tuple(self._copy(copy) for copy in told.copies)
        )

    def _copy(self, copy: Copy) -> CopyAnswer:
        return CopyAnswer(
            sequence=copy.sequence,
            state=copy.state,
            progress=self._preserver.progress(copy.sequence),
            size=copy.size,
            sha256=copy.sha256,
            message=copy.message,
            kept_at=copy.kept_at,
            checked_at=copy.checked_at,
        )


def _id(call: Call) -> ProjectId:
    return ProjectId(call.number("id"))
