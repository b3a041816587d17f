"""Answers that several operations give."""

from __future__ import annotations

import attrs

from incident_plugin.domain.project import Project
from incident_plugin.http.operations import Call, Number, Parameter, whole_number

#: Whatever answers a project can give a part of it.
COMMENTS = Parameter("comments", Number, "So many of the newest comments instead of all.")


@attrs.frozen(kw_only=True)
class ProjectAnswer(Project):
    """A project, perhaps with the newest of its comments only."""

    #: Of all its comments.
    comment_count: int


def shown(call: Call, project: Project) -> ProjectAnswer:
    """Give a project; with the query ``comments``, only so many of its newest comments."""
    asked = call.query.get("comments")
    comments = project.comments
    if asked is not None:
        most = whole_number(asked, "comments")
        comments = comments[-most:] if most else ()
    fields = attrs.asdict(project, recurse=False)
    return ProjectAnswer(**{**fields, "comments": comments}, comment_count=len(project.comments))
