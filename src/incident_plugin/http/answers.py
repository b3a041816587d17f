"""Answers that several operations give."""

from __future__ import annotations

import attrs

from incident_plugin.domain.project import Project
from incident_plugin.http.operations import Call, whole_number


def shown(call: Call, project: Project) -> dict[str, object]:
    """Give a project; with the query ``comments``, only so many of its newest comments.

    ``comment_count`` says how many there are.
    """
    asked = call.query.get("comments")
    comments = project.comments
    if asked is not None:
        most = whole_number(asked, "comments")
        comments = comments[-most:] if most else ()
    fields = attrs.asdict(project, recurse=False)
    return {**fields, "comments": comments, "comment_count": len(project.comments)}
