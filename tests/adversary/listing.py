"""All faults, and the page of the reference that lists them."""

from __future__ import annotations

from pathlib import Path

from tests.adversary import faults_content, faults_video, faults_web
from tests.adversary.fault import Fault, Outcome, Reads

FAULTS = [*faults_web.FAULTS, *faults_content.FAULTS, *faults_video.FAULTS]
PAGE = Path(__file__).parents[2] / "docs/ref/faults.md"

#: Calls as people know them.
CALLS = {
    "cameras": "list of cameras",
    "clock": "clock",
    "recorded": "timeline",
    "live": "live picture",
    "replay": "recorded video",
    "presets": "presets",
    "events": "events",
}
MESSAGES = {"NotFound": "incident.not-found", "NoVideo": "incident.no-video"}
#: Of a recorder that is no good, by what the operator reads.
_CAUSES = {
    "is not answering": "silent",
    "cannot be reached": "unreachable",
    "cannot be used": "garbled",
    "does not offer this": "lacks-service",
    "offers none in": "lacks-service",
    "refused the user name": "refused-password",
    "no bandwidth left": "busy",
    "too busy": "busy",
}


def message_of(fault: Fault, expected: Reads) -> str:
    """Give the message id under which it is told."""
    if fault.kind in MESSAGES:
        return MESSAGES[fault.kind]
    found = (cause for words, cause in _CAUSES.items() if words in expected.words)
    return f"incident.recorder-{next(found, 'refused')}"


_HEAD = """# Faults of recorders

Recorders in the field do all of this. Each row is a recorder that works but for one thing, the call that
meets it, and what the operator reads or gets. Tests run every row: the words are these, they come after at
most one wait for a limit of time (4 seconds for an answer, 4.5 for a picture), nothing else breaks, memory
stays bounded, and the same call works again by itself once the recorder does. Two things take longer on
purpose: a replay that breaks off is first opened again, after half a second, one and two; and a stream
without a key picture is given up after 30 seconds, since some cameras send one that seldom.

“Modelled on” says what a fault imitates, and what is known of it differs:

- Those of onvifsim are named as in `docs/quirks.md` of mrtian2016/onvifsim (commit 0822029), read on 26
  November 2026. That list says for some of them which device did it, for others only that cameras do.
- Those with a number stand in an issue or pull request of the project named, looked up on the same day:
  agsh/onvif #65 (#160 by way of #165, which mends it), edgexfoundry/device-onvif-camera #158 (where a driver,
  not a camera, lost the day), go2rtc #1943 (stamps begin anew at 0), homebridge-camera-ffmpeg #471, mediamtx
  #6255, OpenIPC/majestic-webui #292, retina #13. Each is what one person reported of some devices; nothing
  was tried with those devices here.
- “History” of a project means the notes of its releases as remembered: no single entry was looked up.
- All others, makers' names included, are kinds of faults that people of the field tell of, or that a hostile
  device could have; there is no reference for them.

`<recorder>` stands for the recorder's name and address, `<limit>` for the limit of time in seconds.

| fault | the recorder ... | modelled on | call | what the operator reads or gets | message |
|---|---|---|---|---|---|
"""


def page() -> str:
    """Give the whole page."""
    rows = [_row(fault, call, outcome) for fault in FAULTS for call, outcome in fault.outcomes.items()]
    return _HEAD + "\n".join(rows) + f"\n\n{len(FAULTS)} faults, {len(rows)} rows.\n"


def _row(fault: Fault, call: str, outcome: Outcome) -> str:
    if isinstance(outcome, Reads):
        words, message = f"“{_plain(outcome.words)}”", f"`{message_of(fault, outcome)}`"
    else:
        words, message = f"works: {outcome.what}", ""
    cells = (f"`{fault.id}`", fault.does, fault.seen, CALLS[call], words, message)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _plain(words: str) -> str:
    for place in ("The recorder at {place}", "The recorder at {rtsp}"):
        words = words.replace(place, "<recorder>")
    return words.replace("{limit}", "<limit>").replace("{garbage}", "...")
