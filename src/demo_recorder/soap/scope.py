"""What a search looks at, and for (ONVIF Recording Search, SearchScope and EventFilter)."""

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from demo_recorder.cameras import RecordingToken
from demo_recorder.recording import Recording
from demo_recorder.soap.faults import invalid_value
from demo_recorder.soap.history import TOPICS, Topic
from demo_recorder.soap.service import find_recording

_NOTIFICATION = "{http://docs.oasis-open.org/wsn/b-2}"
_LONGEST_FILTER = 1000


def recordings_in(
    scope: Any, recordings: Sequence[Recording], information: Mapping[RecordingToken, Mapping[str, Any]]
) -> list[Recording]:
    """The recordings in a search scope; ``information`` is their RecordingInformation by token."""
    tokens = getattr(scope, "IncludedRecordings", None) or ()
    sources = {getattr(source, "Token", None) for source in getattr(scope, "IncludedSources", None) or ()}
    for token in tokens:
        find_recording(recordings, token, invalid_value("InvalidToken", f"there is no recording {token!r}"))
    expression = getattr(scope, "RecordingInformationFilter", None)
    return [
        recording
        for recording in recordings
        if (not tokens or recording.token in tokens)
        and (not sources or recording.camera.token in sources)
        and (not expression or _matches(expression, information[recording.token]))
    ]


def topics_in(search_filter: Any) -> list[Topic]:
    """The topics that an EventFilter element lets pass: all without a filter."""
    wanted = list(Topic)
    for element in search_filter if search_filter is not None else ():
        if element.tag != f"{_NOTIFICATION}TopicExpression":
            # Only the topic tells our events apart: each is wanted or not, whatever it says.
            raise _unknown_filter(f"{etree.QName(element).localname} is not understood here")
        wanted = [topic for topic in wanted if _lets_pass(element, topic)]
    return wanted


def _lets_pass(expression: Any, topic: Topic) -> bool:
    """One of several topics joined by ``|``; ``//.`` at the end stands for everything below."""
    for alternative in (expression.text or "").split("|"):
        prefix, _, path = alternative.strip().rpartition(":")
        if expression.nsmap.get(prefix or None) != TOPICS or not path:
            raise _unknown_filter(f"unknown topic {alternative.strip()!r}")
        if path.endswith("//."):
            if topic.value.startswith(path.removesuffix("//.") + "/"):
                return True
        elif topic.value == path:
            return True
    return False


def _matches(expression: str, information: Mapping[str, Any]) -> bool:
    """Evaluate the standard's XPath dialect, whose names have no prefixes, on a RecordingInformation."""
    if len(expression) > _LONGEST_FILTER:
        raise _unknown_filter("the recording filter is too long")
    root = etree.Element("RecordingInformation")
    _fill(root, information)
    try:
        return bool(root.xpath(expression.replace("tt:", "")))
    except etree.XPathError as error:
        raise _unknown_filter(f"the recording filter cannot be evaluated: {error}") from error


def _fill(parent: Any, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            child = etree.SubElement(parent, name)
            if isinstance(one, Mapping):
                _fill(child, one)
            else:
                child.text = str(one)


def _unknown_filter(reason: str) -> Exception:
    return invalid_value("InvalidFilterFault", reason)
