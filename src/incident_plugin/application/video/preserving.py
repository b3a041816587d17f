"""Use cases of preserving: who decides whether a project's video is kept."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Clock
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.preserving import Copy, PreservedProject, PreserveRules, VaultCount, counted
from incident_plugin.domain.project import Project, ProjectId
from incident_plugin.domain.properties import ValueId
from incident_plugin.domain.sequence import SequenceId

_NOBODY = Person(id=PersonId(""), name="")


@attrs.frozen(kw_only=True)
class ProjectPreserving:
    """How preserving stands for one project."""

    #: Somebody's choice; nothing when the rules decide.
    wanted: bool | None
    #: Whether the rules want it.
    by_rules: bool
    copies: tuple[Copy, ...]


@attrs.frozen(kw_only=True)
class Preserving:
    """What people decide about preserving."""

    _work: UnitOfWork
    _guard: Guard
    _clock: Clock
    #: Called when something was decided.
    _wake: Callable[[], None]

    def of(self, actor: Actor, project_id: ProjectId) -> ProjectPreserving:
        """Give how preserving stands, as far as the actor may see the cameras."""
        self._guard.require(actor, Permission.SEQUENCES_VIEW)
        with self._work.reading(actor.person) as work:
            return self._told(actor, work, work.project(project_id))

    def choose(self, actor: Actor, project_id: ProjectId, wanted: bool | None) -> ProjectPreserving:
        """Decide whether a project's video is kept; nothing leaves it to the rules. Try anew what failed."""
        self._guard.require(actor, Permission.SEQUENCES_MANAGE)
        with self._work.begin(actor.person) as work:
            project = work.project(project_id)
            if wanted is False and project.hold is not None:
                raise InvalidInput(
                    f"Incident project {project_id} is on legal hold: its preserved video stays. "
                    "Lift the hold first, if it is no longer needed.",
                    cause="incident.preserved-by-hold",
                )
            before = preserved_of(work, project_id)
            after = attrs.evolve(before, wanted=wanted, by=actor.person, at=self._clock.now()).tried_again()
            work.stored.preserved.put(after)
            if before.wanted != wanted:
                said = {True: "on", False: "off", None: "as the site's rules say"}[wanted]
                work.note(project_id, Activity(action=Action.PRESERVING, subject=said))
            told = self._told(actor, work, project)
        self._wake()
        return told

    def rules(self, actor: Actor) -> PreserveRules:
        """Give the site's rules."""
        self._guard.require(actor, Permission.PROPERTIES_VIEW)
        with self._work.reading(actor.person) as work:
            return rules_of(work)

    def counted(self, actor: Actor) -> VaultCount:
        """Count what the vault holds."""
        self._guard.require(actor, Permission.PROPERTIES_VIEW)
        with self._work.reading(actor.person) as work:

            def on_hold(project_id: ProjectId) -> bool:
                project = work.stored.project(project_id)
                return project is not None and project.hold is not None

            return counted(work.stored.preserved.all(), on_hold)

    def put_rules(self, actor: Actor, types: tuple[ValueId, ...]) -> PreserveRules:
        """Preserve every project of these types from its next change on."""
        self._guard.require(actor, Permission.PROPERTIES_MANAGE)
        with self._work.begin(actor.person) as work:
            known = {value.id: value.name for value in work.properties.types}
            if unknown := [one for one in types if one not in known]:
                raise InvalidInput(f"There is no type “{unknown[0][:100]}”. The rules were not changed.")
            before = rules_of(work)
            after = attrs.evolve(before, types=tuple(dict.fromkeys(types)))
            work.stored.preserve_rules.put(after)
            names = [", ".join(known.get(t, t) for t in rules.types) for rules in (before, after)]
            work.audit(
                Activity(
                    action=Action.SETTING_CHANGED, subject="Preserved types", before=names[0], after=names[1]
                )
            )
        self._wake()
        return after

    def kept(self, project_id: ProjectId) -> frozenset[SequenceId]:
        """Give the sequences of a project whose video is in the vault; for use cases that checked already."""
        with self._work.reading(_NOBODY) as work:
            return preserved_of(work, project_id).kept

    def _told(self, actor: Actor, work: Work, project: Project) -> ProjectPreserving:
        preserved = preserved_of(work, project.id)
        seen = set(self._guard.visible(actor, {copy.camera for copy in preserved.copies}))
        return ProjectPreserving(
            wanted=preserved.wanted,
            by_rules=rules_of(work).wants(project, None),
            copies=tuple(copy for copy in preserved.copies if copy.camera in seen),
        )


def preserved_of(work: Work, project: ProjectId) -> PreservedProject:
    """Give what is preserved of a project."""
    return work.stored.preserved.get(str(project)) or PreservedProject(id=str(project))


def rules_of(work: Work) -> PreserveRules:
    """Give the site's rules."""
    return work.stored.preserve_rules.get(PreserveRules().id) or PreserveRules()
