"""The catalogue of causes: what a refusal can have been caused by, each under a stable id of its own.

A class of refusals (``errors``) gives the title and the status; its causes tell what exactly happened, and
what to do. An id never changes its meaning, and none is used twice.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from incident_plugin.domain.errors import (
    IncidentError,
    InvalidInput,
    NotFound,
    RecorderUnavailable,
    StoreUnavailable,
    UnusableOffer,
)


@attrs.frozen
class Cause:
    """One cause of a refusal."""

    #: The refusal that it is told as.
    kind: type[IncidentError]
    #: What happened.
    cause: str
    #: What to do.
    remedy: str


def _gone(what: str) -> Cause:
    return Cause(
        NotFound,
        f"The {what} was removed from the project meanwhile; the second line says by whom and when.",
        "What you wrote is still in the page. The activity log keeps what was removed.",
    )


_KINDS: tuple[tuple[type[IncidentError], Mapping[str, tuple[str, str]]], ...] = (
    (
        NotFound,
        {
            "project-unknown": ("There was never such a project.", "Check the number."),
            "project-binned": (
                "The project was deleted and lies in the recycle bin; the second line says by whom and when.",
                "Whoever may delete can restore it from the recycle bin.",
            ),
            "project-deleted": (
                "The project was deleted for good; the second line says by whom and when.",
                "Its activity log was kept; there is a deletion certificate.",
            ),
            "not-remembered": (
                "What is to be put back was removed too long ago.",
                "Write it again; its text stands in the activity log.",
            ),
            "collection-gone": (
                "What is to be put back was discarded too long ago.",
                "The recorder keeps its video: add it in the Playback tab.",
            ),
            "collection-ended": (
                "The collection was saved or discarded already, maybe in another window.",
                "Look for its project in the Incidents tab.",
            ),
            "filter-gone": ("Somebody removed the saved filter.", "Filter the list, and save it again."),
            "not-in-the-bin": (
                "The project was restored from the recycle bin, or deleted for good.",
                "Look for it in the list; what was deleted for good has a deletion certificate.",
            ),
            "export-unknown": ("The person who asks has no such export.", "Look at the list of exports."),
            "export-item-gone": (
                "The sequence was taken off the export list.",
                "Send the project for export again.",
            ),
            "export-not-finished": ("The export is not finished.", "Wait for it, or look why it failed."),
            "export-files-removed": (
                "The files of the export were removed, by a person or by age, or a restore left them out.",
                "Export again.",
            ),
            "report-gone": ("The report is no longer kept.", "Create it again."),
            "camera-unknown": ("No recorder has named this camera.", "Choose another camera."),
        },
    ),
    (
        StoreUnavailable,
        {
            "disk-full": ("The server's disk is full.", "Free some space on it; reading goes on meanwhile."),
            "quota-reached": (
                "A storage room is as full as the site lets it be.",
                "Remove what is no longer needed, or raise its quota in the settings.",
            ),
            "disk-not-writable": (
                "The server may not write its files.",
                "Let the server's account write the directory that the second line names.",
            ),
            "disk-fault": ("The server's disk does not work as it should.", "Check the disk."),
            "store-busy": ("Something else held the files for too long.", "Try again."),
            "store-in-use": ("Another process has the files open.", "Stop it, or use another directory."),
            "store-damaged": ("The file is damaged.", "Stop the server and restore the last backup."),
            "store-newer": ("A newer version wrote the files.", "Install that version again."),
            "store-older": ("An older version wrote the files.", "Start the server once."),
            "store-unsafe": ("The installed SQLite loses data.", "Install a current apsw."),
            "stopping": ("The server is stopping.", "Try again when it runs."),
            "read-back-differs": (
                "What was written of an export reads back otherwise: the disk does not keep it.",
                "Check the disk, then export again.",
            ),
            "signing-key-unusable": (
                "The key that packages are signed with is missing or damaged, or others may read it.",
                "Put it back from a backup, or make a new one under Administration > Evidence.",
            ),
            "seal-key-unusable": (
                "The key of the activity logs' seals is missing or damaged.",
                "Put it back from a sealed backup.",
            ),
            "seal-key-open": (
                "Others than the server's account may read the key of the activity logs' seals.",
                "Take their permission away; seals made until then prove nothing.",
            ),
        },
    ),
    (
        RecorderUnavailable,
        {
            "too-many-live": (
                "One person has as many live pictures open as one may have.",
                "Close some of them, also in other windows.",
            ),
            "live-full": (
                "The server has as many live pictures open as it can.",
                "Close some that nobody looks at.",
            ),
            "codec-changes": (
                "The recording changes its coding within the chosen time.",
                "Choose the times before and after the change apart.",
            ),
            "recorder-unreachable": (
                "The recorder's address refuses the connection, or it broke.",
                "Check that it is switched on and connected, and has the address.",
            ),
            "recorder-silent": ("The recorder did not answer in time.", "Try again; check its load."),
            "recorder-garbled": ("The recorder's answer cannot be used.", "Test the recorder."),
            "recorder-lacks-service": (
                "The recorder does not offer what is needed.",
                "Check whether it records and is set up for ONVIF.",
            ),
            "recorder-refused-password": (
                "The recorder refused user name or password.",
                "Correct them in the administration of recorders.",
            ),
            "recorder-untrusted": (
                "The recorder's certificate is not trusted.",
                "Test the recorder: its certificate can be confirmed there.",
            ),
            "recorder-refused": ("The recorder refused the request.", "Test the recorder."),
            "recorder-busy": (
                "The recorder sends as many streams as it can.",
                "Close other pictures of it.",
            ),
        },
    ),
    (
        UnusableOffer,
        {
            "no-ice-restart": (
                "A player wants to begin the connection of a live picture anew.",
                "The player is to end the session and open another one.",
            ),
        },
    ),
    (
        InvalidInput,
        {
            "end-before-start": ("The end is before the start.", "Choose an end after the start."),
            "no-length": ("Start and end are the same time.", "Choose an end after the start."),
            "in-the-future": ("The end is in the future.", "Choose an end that is not after now."),
            "outside-calendar": ("No video can be of this time.", "Choose another time."),
            "text-too-long": ("A text is longer than can be kept.", "Shorten it."),
            "text-unkeepable": ("A text has characters that cannot be kept.", "Remove them."),
            "text-empty": ("A comment is empty.", "Write something first."),
            "call-duration": ("A call lasts between 0 seconds and a day.", "Correct the duration."),
            "too-many-sequences": ("The project is full of sequences.", "Use a second project."),
            "too-many-collections": (
                "Somebody has more collections running than can be told apart.",
                "Save or discard one.",
            ),
            "too-many-related": ("The project is related to too many others.", "Unlink one first."),
            "related-to-itself": ("A project is not related to itself.", "Choose another one."),
            "no-sequences": ("The project has no sequences to export.", "Add sequences first."),
            "export-list-empty": ("The export list is empty.", "Send a project for export first."),
            "sound-forbidden": (
                "The site does not let recorded sound leave it.",
                "Export without sound, or ask an administrator.",
            ),
            "password-short": ("The password of an export is too short.", "Choose a longer one."),
            "password-unkeepable": (
                "The password has characters that programs read in different ways.",
                "Use letters without accents, digits and signs.",
            ),
            "trimmed-too-far": (
                "An item reaches more than an hour beyond its sequence.",
                "Add another sequence to the project.",
            ),
            "signing-key-refused": (
                "The file has no key that packages can be signed with; the second line says why.",
                "Put key, certificate and the whole chain into one file.",
            ),
            "value-in-use": (
                "Incident projects have the value that is to be removed.",
                "Retire it: they keep it, and nobody chooses it any more.",
            ),
            "recorder-known": (
                "A recorder of this name or address is there already.",
                "Choose another name, or change the one that is there.",
            ),
            "recorder-configured": (
                "The recorder is set up in the site's configuration.",
                "Change it there, and start the host anew.",
            ),
            "recorder-moved": (
                "The address is another computer now, which is not given the old password.",
                "Enter the password again.",
            ),
            "parts-too-small": ("Parts of an export have at least 1 MB.", "Choose a larger size."),
            "stills-apart": ("Still pictures are a second to a day apart.", "Choose such a time."),
            "too-many-stills": (
                "A sequence would have more still pictures than anybody looks at.",
                "Let more time pass between them.",
            ),
            "name-empty": ("What is to be saved has no name.", "Write one."),
            "too-many-filters": ("A person has saved as many filters as one may have.", "Remove one first."),
            "reason-missing": ("A legal hold is set and lifted for a reason.", "Say why."),
            "held-already": ("The project is on legal hold already.", "Nothing; its log says since when."),
            "not-held": ("The project is not on legal hold.", "Nothing; its log says who lifted it."),
            "preserved-by-hold": (
                "The legal hold of the project keeps its preserved video.",
                "Lift the hold first, if it is no longer needed.",
            ),
            "field-unknown": ("There is no such field.", "Reload the page: it may have been removed."),
            "value-not-offered": (
                "The value is not, or no longer, one to choose.",
                "Choose from the list; what the project has stays.",
            ),
            "value-retired": (
                "The value was retired by an administrator.",
                "Choose another value; projects that have it keep it.",
            ),
            "field-retired": (
                "The category or data field is no longer used.",
                "Nothing; what projects have of it stays.",
            ),
            "status-required": ("Every project has a status.", "Choose one."),
            "not-a-whole-number": ("The field takes a whole number of up to 15 digits.", "Correct it."),
            "not-a-number": ("The field takes a number, such as 12.50.", "Correct it."),
            "not-a-check": ("The field is either checked or not.", "Check it, or do not."),
            "not-a-time": ("The field takes a date and time.", "Enter it as 2026-03-01 14:05:00."),
            "key-reused": ("An Idempotency-Key was used for another request.", "Take another key."),
            "key-invalid": ("An Idempotency-Key has 1 to 200 visible characters.", "Correct the key."),
            "unsaved-too-long": (
                "More is unsaved than the server keeps beside the browser.",
                "Save it; it is still in the browser.",
            ),
            "unknown-person": (
                "This person does not work with projects here.",
                "Choose somebody who has used them.",
            ),
        },
    ),
)

#: By message id.
CAUSES: Mapping[str, Cause] = {
    **{
        f"incident.{name}": Cause(kind, cause, remedy)
        for kind, causes in _KINDS
        for name, (cause, remedy) in causes.items()
    },
    **{f"incident.{what}-gone": _gone(what) for what in ("comment", "call", "sequence")},
}
