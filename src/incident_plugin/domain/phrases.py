"""What was done, as a sentence that people read. Who did it and when stand beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import attrs

from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.text import TURNING


def sentence(activity: Activity) -> str:
    """Say in plain English what was done, without the actor; texts and times stand as they were recorded.

    Only characters that would turn the words around a text are left out: nobody makes a log read otherwise.
    """
    return TURNING.sub("", _PHRASES[activity.action](activity))


def spoken(activity: Activity) -> tuple[str | datetime, ...]:
    """Give the same sentence in pieces, with its times as instants: readers have clocks of their own.

    Only times that the program wrote are instants; what people wrote stays text.
    """
    marked = attrs.evolve(
        activity,
        subject=activity.subject.replace("\0", ""),
        before=_marked(activity, activity.before),
        after=_marked(activity, activity.after),
    )
    pieces = sentence(marked).split("\0")
    return tuple(
        piece if place % 2 == 0 else datetime.fromisoformat(piece)
        for place, piece in enumerate(pieces)
        if piece
    )


#: Kinds of actions whose texts the program wrote, with instants in them.
_WITH_INSTANTS = frozenset({"sequence", "video", "view", "camera", "snapshot"})
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"


def _marked(activity: Activity, text: str) -> str:
    """Put NUL, which no text has, around the instants that the program wrote."""
    text = text.replace("\0", "")
    kind = activity.action.partition(".")[0]
    if kind in _WITH_INSTANTS and activity.action is not Action.SEQUENCE_NOTED:
        return re.sub(_INSTANT, "\0\\g<0>\0", text)
    if kind == "call":
        return re.sub(f"\\A{_INSTANT}", "\0\\g<0>\0", text)
    if kind == "host":
        return re.sub(f"(?<=\\bat ){_INSTANT}(?=\\Z|, entry \\d+ of )", "\0\\g<0>\0", text)
    if kind == "field" and activity.target.startswith("data:"):
        return re.sub(f"\\A{_INSTANT}\\Z", "\0\\g<0>\0", text)
    return text


def _with_details(phrase: str) -> Callable[[Activity], str]:
    def say(activity: Activity) -> str:
        details = ", ".join(text for text in (activity.subject, activity.before, activity.after) if text)
        return f"{phrase}: {details}" if details else phrase

    return say


def _with_text(phrase: str) -> Callable[[Activity], str]:
    # The subject of a comment or a call is its id, which tells a reader nothing.
    return lambda activity: f"{phrase}: “{activity.after or activity.before}”"


def _from_to(thing: str) -> Callable[[Activity], str]:
    return lambda activity: f"{thing} changed from “{activity.before}” to “{activity.after}”"


def _changed(activity: Activity) -> str:
    if not (activity.before or activity.after):
        return f"{activity.subject} changed"
    if not activity.before:
        return f"{activity.subject} set to “{activity.after}”"
    if not activity.after:
        return f"{activity.subject} cleared; it was “{activity.before}”"
    return _from_to(activity.subject)(activity)


def _hold_lifted(activity: Activity) -> str:
    said = _with_details("Legal hold lifted")(attrs.evolve(activity, before=""))
    return f"{said}; it was set for “{activity.before}”" if activity.before else said


def _noted(activity: Activity) -> str:
    if not activity.after:
        return f"Note of the sequence {activity.subject} removed; it was “{activity.before}”"
    was = f"; it was “{activity.before}”" if activity.before else ""
    return f"Note of the sequence {activity.subject}: “{activity.after}”{was}"


def _related(activity: Activity) -> str:
    why = f": “{activity.after}”" if activity.after else ""
    return f"Related to incident project {activity.subject}{why}"


_PHRASES: dict[Action, Callable[[Activity], str]] = {
    Action.CREATED: lambda activity: f"Incident project {activity.subject} created",
    Action.OPENED: lambda _: "Incident project opened",
    Action.DELETED: _with_details("Incident project deleted"),
    Action.PURGED: _with_details("Incident project deleted for good"),
    Action.FORGOTTEN: _with_details("Removed with its incident project"),
    Action.FIELD_SET: lambda activity: f"{activity.subject} set to “{activity.after}”",
    Action.FIELD_CHANGED: lambda activity: _from_to(activity.subject)(activity),
    Action.FIELD_CLEARED: lambda activity: f"{activity.subject} cleared; it was “{activity.before}”",
    Action.COMMENT_ADDED: _with_text("Comment added"),
    Action.COMMENT_EDITED: _from_to("Comment"),
    Action.COMMENT_DELETED: _with_text("Comment deleted"),
    Action.CALL_ADDED: _with_text("Call added"),
    Action.CALL_EDITED: _from_to("Call"),
    Action.CALL_DELETED: _with_text("Call deleted"),
    Action.COMMENT_RESTORED: _with_text("Comment put back"),
    Action.CALL_RESTORED: _with_text("Call put back"),
    Action.SEQUENCE_ADDED: _with_details("Sequence added"),
    Action.SEQUENCE_REMOVED: _with_details("Sequence removed"),
    Action.SEQUENCE_RESTORED: _with_details("Sequence put back"),
    Action.SEQUENCE_NOTED: _noted,
    Action.RELATED: _related,
    Action.UNRELATED: lambda activity: f"No longer related to incident project {activity.subject}",
    Action.CAMERA_SHOWN: _with_details("Came into live view"),
    Action.CAMERA_LEFT: _with_details("Left live view"),
    Action.VIDEO_VIEWED: _with_details("Video viewed"),
    Action.CAMERA_MOVED: _with_details("Camera moved"),
    Action.SNAPSHOT_TAKEN: _with_details("Snapshot kept"),
    Action.PRESERVING: _with_details("Preserve video"),
    Action.PRESERVED: _with_details("Video preserved"),
    Action.COPY_DAMAGED: _with_details("Preserved video found damaged"),
    Action.SENT_FOR_EXPORT: _with_details("Sent for export"),
    Action.EXPORTED: _with_details("Exported"),
    Action.HANDED_OVER: _with_details("Export handed over"),
    Action.REPORT_GENERATED: _with_details("Report generated"),
    Action.REPORT_PRINTED: _with_details("Report printed"),
    Action.REPORT_SAVED: _with_details("Report saved"),
    Action.HOST_REPORTED: _with_details("Reported by the host"),
    Action.RESTORED: _with_details("Incident project restored from the recycle bin"),
    Action.HOLD_SET: _with_details("Legal hold set"),
    Action.HOLD_LIFTED: _hold_lifted,
    Action.PROPERTY_ADDED: _with_details("Incident property added"),
    Action.PROPERTY_CHANGED: _changed,
    Action.PROPERTY_REMOVED: _with_details("Incident property removed"),
    Action.SETTING_CHANGED: _changed,
    Action.AUDIT_EXPORTED: _with_details("Audit log exported"),
    Action.BACKUP_MADE: _with_details("Backup made"),
    Action.DENIED: _with_details("Permission denied"),
    Action.RECORDER_ADDED: _with_details("Recorder added"),
    Action.RECORDER_CHANGED: lambda activity: (
        f"Recorder “{activity.subject}” changed from “{activity.before}” to “{activity.after}”"
    ),
    Action.RECORDER_REMOVED: _with_details("Recorder removed"),
}
