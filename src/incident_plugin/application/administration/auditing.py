"""What the host reports of people and of its configuration, chained into the audit log."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta

import attrs

from incident_plugin.application.ports import Clock
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.people import Person, PersonId

#: Acts where the host names nobody, as when an unknown account is refused.
THE_HOST = Person(id=PersonId("host"), name="Host")

#: An event that comes later than this after it happened is logged with its own time.
_LATE = timedelta(seconds=5)
#: Numbers remembered, of events that may be told again.
_REMEMBERED = 2_000


@attrs.frozen(kw_only=True)
class HostReport:
    """One thing that happened in the host."""

    #: In words, such as “Signed in”.
    what: str
    at: datetime
    #: Who did it, or whose it was; nobody where the host knows nobody.
    person: Person | None = None
    #: The account, role or plug-in that was changed.
    subject: str = ""
    detail: str = ""
    camera: str = ""
    address: str = ""
    #: Number in the host's own log; 0 without one.
    number: int = 0


class HostLog:
    """Writes each report into the audit log once; whoever tells it again is believed to have told it."""

    def __init__(self, work: UnitOfWork, clock: Clock) -> None:
        self._work = work
        self._clock = clock
        self._lock = threading.Lock()
        self._known: deque[int] = deque(maxlen=_REMEMBERED)

    def record(self, report: HostReport) -> None:
        """Log a report; returning means that it is on disk. Raises ``StoreUnavailable``."""
        with self._lock:
            if report.number and report.number in self._known:
                return
            with self._work.begin(report.person or THE_HOST) as work:
                work.audit(
                    Activity(
                        action=Action.HOST_REPORTED,
                        subject=report.what,
                        after=self._details(report),
                        camera=report.camera,
                    )
                )
            if report.number:
                self._known.append(report.number)

    def _details(self, report: HostReport) -> str:
        late = self._clock.now() - report.at > _LATE
        facts = (
            report.subject,
            report.detail,
            report.address and f"from {report.address}",
            f"at {report.at.isoformat(timespec='seconds').replace('+00:00', 'Z')}" if late else "",
            f"entry {report.number} of the host's log" if report.number else "",
        )
        return ", ".join(fact for fact in facts if fact)
