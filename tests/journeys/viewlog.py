"""What an operator's page showed and what the server acknowledged of it, as the network saw it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
from playwright.async_api import Page, Response

#: A camera, and the first and last instant of an interval.
Stretch = tuple[str, datetime, datetime]


@attrs.define
class Report:
    """One view that the page sent; instants by the clock of this machine, which is the server's too."""

    cameras: frozenset[str]
    sent: datetime
    #: The same on the browser's own clock, which has no relation to any other, seconds.
    ticks: float
    #: Nothing while, or because, it was not acknowledged.
    acknowledged: datetime | None = None


# With slots playwright cannot keep its wrappers of the bound methods.
@attrs.define(slots=False)
class ViewLog:
    """Listens to what a page reports, independently of what the product remembers.

    The browser itself says when (Chrome DevTools Protocol, domain Network): what it tells comes late on a
    busy machine, and of a request whose answer was lost with a killed server nothing else is known.
    """

    reports: list[Report] = attrs.field(factory=list)
    #: The log ends here: a server or browser that was killed cannot have taken note of later views.
    ended: datetime | None = None
    _by_request: dict[str, Report] = attrs.field(factory=dict)

    @classmethod
    async def of(cls, page: Page) -> ViewLog:
        """Begin to listen."""
        log = cls()
        browser = await page.context.new_cdp_session(page)
        browser.on("Network.requestWillBeSent", log._sent)
        browser.on("Network.responseReceived", log._answered)
        await browser.send("Network.enable")
        return log

    def end(self) -> None:
        """Say that nothing that comes now counts."""
        self.ended = datetime.now(UTC)

    def acknowledged(self, cameras: Iterable[str]) -> bool:
        """Whether the newest report is of these cameras and was acknowledged."""
        last = self.reports[-1] if self.reports else None
        return last is not None and last.acknowledged is not None and last.cameras == frozenset(cameras)

    def shown(self, since: datetime) -> list[Stretch]:
        """Give when which camera was certainly in view, as the server confirmed it: no longer, no shorter.

        From one acknowledgement to when the next report was sent. The last one was taken note of at some
        instant between being sent and being acknowledged: its stretch begins after it ends, and lies in
        whatever has that instant.
        """
        found: list[Stretch] = []
        reports = [report for report in self.reports if self.ended is None or report.sent < self.ended]
        for report, following in zip(reports, [*reports[1:], None], strict=True):
            if report.acknowledged is None:
                continue
            start = max(since, report.acknowledged)
            end = report.sent if following is None else following.sent
            found.extend(
                (camera, start, end) for camera in report.cameras if start <= end or following is None
            )
        return found

    def _sent(self, told: dict[str, Any]) -> None:
        request = told["request"]
        if request["method"] == "POST" and request["url"].endswith("/api/view"):
            view = json.loads(request["postData"])
            cameras = frozenset(view["cameras"] if view["mode"] == "live" else ())
            report = Report(cameras, datetime.fromtimestamp(told["wallTime"], UTC), told["timestamp"])
            self._by_request[told["requestId"]] = report
            self.reports.append(report)

    def _answered(self, told: dict[str, Any]) -> None:
        report = self._by_request.get(told["requestId"])
        if report is not None and told["response"]["status"] == 204:
            report.acknowledged = report.sent + timedelta(seconds=told["timestamp"] - report.ticks)


def a_start(response: Response) -> bool:
    """Whether it answers the start of a collection."""
    return response.request.method == "POST" and response.url.endswith("/collections")


def lost(shown: Iterable[Stretch], kept: Iterable[Stretch]) -> list[Stretch]:
    """Give what was shown and is in no sequence."""
    kept = list(kept)
    return [
        (camera, start, end)
        for camera, start, end in shown
        if not any(camera == other and first <= start and end <= last for other, first, last in kept)
    ]


def total(stretches: Iterable[Stretch]) -> timedelta:
    """Give how long all of them are together."""
    return sum((max(end - start, timedelta()) for _, start, end in stretches), timedelta())


def kept_in(collection: dict, now: datetime) -> list[Stretch]:
    """Give the sequences of a running collection, or of a project, as the plug-in's interface tells them."""
    found = []
    for sequence in collection["sequences"]:
        footage = sequence.get("footage")
        interval = footage["interval"] if footage else sequence
        camera = footage["camera"] if footage else sequence["camera"]
        start, end = interval["start"], interval["end"]
        found.append((camera, datetime.fromisoformat(start), datetime.fromisoformat(end) if end else now))
    return found
