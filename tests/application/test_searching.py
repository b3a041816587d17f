"""Searching tells nobody what they may not read."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import pytest

from incident_plugin.adapters.memory_store import MemoryStore
from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.application.searching import ProjectFilter
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import Unreadable
from incident_plugin.domain.media import CameraId
from tests.domain.examples import ANN, between, comment, project, sequence


@attrs.frozen
class Only:
    """Lets people do these things, and see the camera “dock”."""

    permissions: frozenset[Permission]

    def allows(self, actor: Actor, permission: Permission, cameras: Sequence[CameraId] = ()) -> bool:
        """Say whether it is one of them."""
        return permission in self.permissions and set(cameras) <= {"dock"}


def found(narrowed: ProjectFilter, *permissions: Permission) -> int:
    store = MemoryStore()
    with store.transaction() as transaction:
        transaction.put_project(
            project(
                description="van", sequences=(sequence(), sequence("s2", camera="gate", start=100, end=160))
            ).with_comment(comment(text="secret"))
        )
    guard = Guard(Only(frozenset({Permission.PROJECTS_VIEW, *permissions})))
    return store.count(guard.narrowed(Actor(person=ANN), narrowed, store.cameras), cap=10)


def test_words_are_searched_where_the_actor_may_read() -> None:
    """A comment that one may not read is not found by its words either."""
    assert found(ProjectFilter(text="secret"), Permission.DETAILS_VIEW) == 0
    assert found(ProjectFilter(text="secret"), Permission.DETAILS_VIEW, Permission.COMMENTS_VIEW) == 1
    assert found(ProjectFilter()) == 1


@pytest.mark.parametrize(
    "narrowed",
    [
        ProjectFilter(fields={"category:severity": ("low",)}),
        ProjectFilter(cameras=(CameraId("dock"),)),
        ProjectFilter(during=between(0, 1)),
    ],
)
def test_a_filter_on_what_may_not_be_read_is_refused(narrowed: ProjectFilter) -> None:
    """Its answer would tell."""
    with pytest.raises(Unreadable):
        found(narrowed, Permission.DETAILS_VIEW)


def test_only_cameras_that_one_may_see_select() -> None:
    """Of others it is not told where they are."""
    seen = (Permission.SEQUENCES_VIEW, Permission.CAMERAS_VIEW)
    assert found(ProjectFilter(cameras=(CameraId("dock"),)), *seen) == 1
    # A time without cameras looks at the sequences of the dock and not at those of the gate.
    assert found(ProjectFilter(during=between(0, 60)), *seen) == 1
    assert found(ProjectFilter(during=between(100, 160)), *seen) == 0
    with pytest.raises(Unreadable):
        found(ProjectFilter(cameras=(CameraId("gate"),)), *seen)
