"""A browser tab without a browser: views, live pictures and changes as the pages ask for them.

What the product acknowledged is written down beside it, to be looked for in the end.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from urllib.parse import quote

import attrs
import httpx
from bench.viewers import Viewer
from tests.journeys.viewlog import Report, Stretch, ViewLog

PLUGIN = "/plugins/incident"
#: As the pages have it, in seconds: the sign of life of a view, and the silence after which a stream is dead.
_SIGN_OF_LIFE, _SILENCE = 10.0, 25.0
#: Seconds that somebody waits for an answer before it counts as an error.
PATIENCE = 60.0
#: Seconds without a live picture that nobody puts down to a busy machine.
_DARK = 15.0


class Refused(Exception):
    """The product did not do what was asked for; the text says what came instead."""


@attrs.define
class Ledger:
    """What all operators asked for, and what was promised to them."""

    requests: int = 0
    joins: int = 0
    #: Pictures whose connection was lost before their viewer left.
    broken: int = 0
    deeds: Counter[str] = attrs.field(factory=Counter)
    errors: Counter[str] = attrs.field(factory=Counter)
    #: Changes heard of by the event streams.
    heard: int = 0
    views: int = 0
    #: Texts of comments, and the newest description, by project.
    comments: defaultdict[int, set[str]] = attrs.field(factory=lambda: defaultdict(set))
    descriptions: dict[int, str] = attrs.field(factory=dict)
    #: What was shown and acknowledged while it was collected, by project.
    shown: dict[int, list[Stretch]] = attrs.field(factory=dict)

    def failed(self, what: str, error: Exception) -> None:
        """Note and print what an operator was refused."""
        self.errors[f"{what}: {type(error).__name__}"] += 1
        print(f"{datetime.now(UTC):%H:%M:%S} {what}: {type(error).__name__} {error}"[:300], flush=True)


@attrs.define(eq=False, kw_only=True)
class Browser:
    """What runs in the background of a page, whoever works with it."""

    ledger: Ledger
    client: httpx.AsyncClient
    tab: str = attrs.field(factory=lambda: secrets.token_hex(16))
    #: What is live, playback or other, and the cameras in view.
    view: tuple[str, tuple[str, ...]] = ("other", ())
    #: While something is collected, what was shown since.
    log: ViewLog | None = None
    #: Held while a view is reported.
    telling: asyncio.Lock = attrs.field(factory=asyncio.Lock)
    #: Projects that are said to have changed.
    changed: set[int] = attrs.field(factory=set)
    _number: int = 0
    #: By camera: the picture, its address, and since when it is open.
    viewers: dict[str, tuple[Viewer, str, float]] = attrs.field(factory=dict)

    async def tried(self, deed: Callable[[], Awaitable[None]]) -> bool:
        """Do something, and note what became of it."""
        name = getattr(deed, "__name__", "deed").strip("_")
        try:
            await deed()
        except (Refused, httpx.HTTPError, TimeoutError, ConnectionError) as error:
            self.ledger.failed(name, error)
            return False
        self.ledger.deeds[name] += 1
        return True

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        """Ask as the pages do; raises ``Refused`` for whatever is no success."""
        self.ledger.requests += 1
        answer = await self.client.request(method, path, json=body, headers=headers)
        if not answer.is_success:
            raise Refused(f"{answer.status_code} {answer.text[:200]}")
        return answer

    async def show(self, mode: str, cameras: tuple[str, ...]) -> None:
        """Change the view: its report and its pictures go their own ways, as on the page."""
        self.view = (mode, cameras)
        self._number += 1
        live = cameras if mode == "live" else ()
        await asyncio.gather(
            self._tell(),
            *(self._leave(camera) for camera in [*self.viewers] if camera not in live),
            *(self._join(camera) for camera in live if camera not in self.viewers),
        )

    async def _tell(self) -> None:
        """Report the view, one report at a time."""
        async with self.telling:
            mode, cameras = self.view
            shown = frozenset(cameras if mode == "live" else ())
            report = Report(shown, datetime.now(UTC), time.monotonic())
            if self.log:
                self.log.reports.append(report)
            told = {"client": self.tab, "number": self._number, "mode": mode, "cameras": cameras}
            await self.ask("POST", "/api/view", told)
            report.acknowledged = datetime.now(UTC)
            self.ledger.views += 1

    async def sign_of_life(self) -> None:
        """Report the view again and again."""
        while True:
            await asyncio.sleep(_SIGN_OF_LIFE)
            if self.view[0] != "other":
                await self.tried(self._tell)

    async def _join(self, camera: str) -> None:
        place = ""

        async def answer(camera: str, offer: str) -> str:
            nonlocal place
            path = f"{PLUGIN}/live/{escaped(camera)}?width=640"
            self.ledger.requests += 1
            headers = {"Content-Type": "application/sdp"}
            answered = await self.client.post(path, content=offer, headers=headers)
            if not answered.is_success:
                raise Refused(f"live {answered.status_code} {answered.text[:200]}")
            place = answered.headers["location"]
            return answered.text

        viewer = await Viewer.join(answer, camera, channel="state")
        self.viewers[camera] = (viewer, place, time.monotonic())
        self.ledger.joins += 1

    async def _leave(self, camera: str) -> None:
        viewer, place, since = self.viewers.pop(camera)
        self.ledger.broken += not viewer.connected
        await viewer.close()
        self.ledger.requests += 1
        # Seen to have gone before it says so: pages take the 404 for as good.
        answer = await self.client.delete(place)
        if not answer.is_success and answer.status_code != httpx.codes.NOT_FOUND:
            raise Refused(f"{answer.status_code} {answer.text[:200]}")
        if not viewer.pictures and (waited := time.monotonic() - since) > _DARK:
            raise Refused(f"no live picture within {waited:.0f} s")

    async def listen(self) -> None:
        """Hear of changes: the stream ends every few minutes, and is taken up again."""
        newest = ""
        while True:
            after = f"?after={newest}" if newest else ""
            self.ledger.requests += 1
            try:
                limits = httpx.Timeout(PATIENCE, read=_SILENCE)
                async with self.client.stream("GET", f"{PLUGIN}/events{after}", timeout=limits) as stream:
                    if stream.status_code not in (httpx.codes.OK, httpx.codes.UNAUTHORIZED):
                        self.ledger.failed("events", Refused(str(stream.status_code)))
                    async for line in stream.aiter_lines():
                        newest = self._heard(line) or newest
            except httpx.HTTPError as error:
                self.ledger.failed("events", error)
            await asyncio.sleep(1)

    def _heard(self, line: str) -> str:
        name, _, value = line.partition(": ")
        if name == "data" and '"project"' in value:
            self.ledger.heard += 1
            self.changed.add(int(value.partition(":")[2].partition(",")[0]))
        return value if name == "id" else ""


def escaped(camera: str) -> str:
    """Give a camera's id as part of an address."""
    return quote(camera, safe="")
