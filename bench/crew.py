"""Operators over HTTP, for ``bench.soak``: they ask what the pages ask, at the pace of people."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import attrs
import httpx
from bench.browser import PATIENCE, PLUGIN, Browser, Ledger, Refused, escaped
from tests.journeys.viewlog import Report, ViewLog

from incident_demo.site import PASSWORD

#: Seconds between two deeds of a person: on average, at least, at most.
_PACE, _QUICKEST, _SLOWEST = 7.0, 2.0, 30.0
#: Seconds in which everybody arrives.
_ARRIVAL = 60.0
#: Shorter than the server keeps an idle connection: a browser asks once more when it has just been closed.
_CONNECTIONS = httpx.Limits(keepalive_expiry=2.0)
#: Seconds that a report or an export may take.
_LONGEST = 300
_TYPES = ("", "?text=door", "?open=yes", "?mine=yes", "?sort=-description", "?text=walked+person")


@attrs.define(eq=False, kw_only=True)
class Operator(Browser):
    """One person at a browser."""

    account: str
    chance: random.Random
    cameras: list[str] = attrs.field(factory=list)
    _collection: str = ""
    _since: datetime = attrs.field(factory=lambda: datetime.now(UTC))
    #: Projects of their own, which nobody else edits.
    _mine: list[int] = attrs.field(factory=list)

    async def work(self, over: asyncio.Event) -> None:
        """Sign in, do this and that until it is over, and go."""
        deeds: dict[Callable[[], Awaitable[None]], int] = {
            self.look: 30,
            self.collect: 12,
            self.search: 14,
            self.read: 12,
            self.comment: 10,
            self.edit: 8,
            self.play: 8,
            self.log_call: 3,
            self.draft: 3,
            self.report: 2,
            self.export: 2,
            self.dashboard: 2,
            self.leave_and_return: 2,
        }
        await asyncio.sleep(self.chance.uniform(0, _ARRIVAL))
        signed_in = await self.tried(self.sign_in)
        background = [asyncio.create_task(each()) for each in (self.listen, self.sign_of_life)]
        while not over.is_set():
            (deed,) = self.chance.choices(list(deeds), list(deeds.values()))
            signed_in = await self.tried(deed if signed_in else self.sign_in) or signed_in
            pause = min(max(self.chance.expovariate(1 / _PACE), _QUICKEST), _SLOWEST)
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), pause)
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        if self._collection:
            await self.tried(self._finish)
        await self.tried(self.sign_out)

    async def sign_in(self) -> None:
        """Sign in, and load what the window begins with."""
        await self.ask("POST", "/api/session", {"account": self.account, "password": PASSWORD})
        for path in ("/", "/api/contributions", "/api/time", "/api/warnings", "/api/views", "/api/keys"):
            await self.ask("GET", path)
        for path in ("properties", "collections", "drafts", "notices", "list/settings", "people"):
            await self.ask("GET", f"{PLUGIN}/{path}")
        self.cameras = [one["id"] for one in (await self.ask("GET", "/api/cameras")).json()["cameras"]]
        await self.look()

    async def sign_out(self) -> None:
        """Close the pictures and sign out."""
        await self.show("other", ())
        await self.ask("DELETE", "/api/session")

    async def leave_and_return(self) -> None:
        """End the turn while nothing is collected; somebody begins the next one."""
        if not self._collection:
            await self.sign_out()
            await asyncio.sleep(self.chance.uniform(1, 10))
            await self.sign_in()

    async def look(self) -> None:
        """Show one to four cameras live."""
        await self.show("live", tuple(self.chance.sample(self.cameras, self.chance.randint(1, 4))))
        for viewer, _, _ in self.viewers.values():
            viewer.ask_for_time()

    async def collect(self) -> None:
        """Begin to collect what is shown live, or end it: saved, discarded, or discarded and put back."""
        if self._collection:
            await self._finish()
        elif self.view[0] == "live":
            body = {"client": self.tab, "cameras": self.view[1]}
            async with self.telling:
                shown = frozenset(self.view[1])
                self.log = ViewLog(reports=[Report(shown, datetime.now(UTC), time.monotonic())])
                begun = await self.ask("POST", f"{PLUGIN}/collections", body)
                self._since = self.log.reports[0].acknowledged = datetime.now(UTC)
            self._collection = begun.json()["id"]

    async def _finish(self) -> None:
        one = f"{PLUGIN}/collections/{self._collection}"
        what = self.chance.random()
        if what < 0.3:
            await self.ask("POST", f"{one}/discard")
            if what > 0.1:
                self._collection, self.log = "", None
                return
            await self.ask("POST", f"{one}/discard/undo")
        log, self.log = self.log, None
        assert log is not None
        log.end()
        self._collection = ""
        text = f"Person walked through the door {secrets.token_hex(4)}"
        saved = await self.ask("POST", f"{one}/save", {"description": text})
        project = int(saved.json()["id"])
        self._mine.append(project)
        self.ledger.descriptions[project] = text
        self.ledger.shown[project] = log.shown(self._since) if what >= 0.3 else []

    async def search(self) -> None:
        """Look through the list, and hear of what changes in it meanwhile."""
        query = self.chance.choice(_TYPES)
        await self.ask("GET", f"{PLUGIN}/projects{query}")
        await self.ask("GET", f"{PLUGIN}/list/people")
        self.changed.clear()
        await asyncio.sleep(self.chance.uniform(1, 5))
        if self.changed:
            ids = ",".join(map(str, sorted(self.changed)))
            await self.ask("GET", f"{PLUGIN}/list/rows{query}{'&' if query else '?'}ids={ids}")

    @asynccontextmanager
    async def _opened(self, project: int) -> AsyncIterator[dict[str, Any]]:
        """Open a project, and close it after a while."""
        one = f"{PLUGIN}/projects/{project}"
        found: dict[str, Any] = (await self.ask("GET", f"{one}?comments=50")).json()
        await self.ask("POST", f"{one}/opened")
        await self.ask("POST", f"{one}/presence", {"client": self.tab})
        for path in ("unsaved", "activity?limit=100", "related", "sequences/states"):
            await self.ask("GET", f"{one}/{path}")
        try:
            yield found
        finally:
            await self.ask("POST", f"{one}/presence", {"client": self.tab, "here": False})

    async def _any(self) -> int:
        """One of the newest projects, whoever's; one is made where there is none."""
        found = (await self.ask("GET", f"{PLUGIN}/projects?limit=50")).json()["projects"]
        if found:
            return int(self.chance.choice(found)["id"])
        return await self._made()

    async def _made(self) -> int:
        end = datetime.now(UTC) - timedelta(seconds=20)
        start = end - timedelta(seconds=self.chance.uniform(5, 30))
        pick = {"camera": self.chance.choice(self.cameras), "start": _text(start), "end": _text(end)}
        text = f"Found the door open {secrets.token_hex(4)}"
        once = {"Idempotency-Key": secrets.token_hex(16)}
        made = await self.ask("POST", f"{PLUGIN}/projects", {"footage": [pick], "description": text}, **once)
        project = int(made.json()["project"]["id"])
        self._mine.append(project)
        self.ledger.descriptions[project] = text
        return project

    async def read(self) -> None:
        """Open a project and look at the pictures of its sequences."""
        async with self._opened(await self._any()) as project:
            for sequence in project["sequences"][:4]:
                footage = sequence["footage"]
                at = quote(footage["interval"]["start"])
                await self.ask("GET", f"{PLUGIN}/stills/{escaped(footage['camera'])}?at={at}&width=320")
            await asyncio.sleep(self.chance.uniform(1, 5))

    async def comment(self) -> None:
        """Comment a project, whoever's."""
        async with self._opened(await self._any()) as project:
            text = f"Seen by {self.account} {secrets.token_hex(8)}"
            path = f"{PLUGIN}/projects/{project['id']}/comments"
            await self.ask("POST", path, {"text": text}, **{"Idempotency-Key": secrets.token_hex(16)})
            self.ledger.comments[project["id"]].add(text)

    async def edit(self) -> None:
        """Describe a project of one's own anew."""
        async with self._opened(await self._own()) as project:
            before = project["fields"].get("description")
            after = f"The door was open {secrets.token_hex(4)}"
            change = {"field": "description", "before": before, "after": after}
            await self.ask("PUT", f"{PLUGIN}/projects/{project['id']}/unsaved", {"entries": after})
            await self.ask("PATCH", f"{PLUGIN}/projects/{project['id']}", {"changes": [change]})
            self.ledger.descriptions[project["id"]] = after
            await self.ask("PUT", f"{PLUGIN}/projects/{project['id']}/unsaved", {"entries": ""})

    async def _own(self) -> int:
        return self.chance.choice(self._mine[-20:]) if self._mine else await self._made()

    async def log_call(self) -> None:
        """Note that the police were called."""
        call = {"direction": "made", "at": _text(datetime.now(UTC)), "number": "110", "duration_seconds": 60}
        await self.ask("POST", f"{PLUGIN}/projects/{await self._any()}/calls", call)

    async def draft(self) -> None:
        """Add to the draft list, and take everything off it."""
        end = datetime.now(UTC) - timedelta(seconds=30)
        start = end - timedelta(seconds=20)
        pick = {"camera": self.chance.choice(self.cameras), "start": _text(start), "end": _text(end)}
        await self.ask("POST", f"{PLUGIN}/drafts", {"footage": [pick]})
        await asyncio.sleep(self.chance.uniform(1, 5))
        await self.ask("POST", f"{PLUGIN}/drafts/remove", {"ids": "all"})

    async def play(self) -> None:
        """Go to the Playback tab, play half a minute of a camera, and go back."""
        camera = self.chance.choice(self.cameras)
        await self.show("playback", (camera,))
        at = (datetime.now(UTC) - timedelta(seconds=self.chance.uniform(60, 240))).replace(microsecond=0)
        hour = f"start={_query(at - timedelta(minutes=30))}&end={_query(at + timedelta(minutes=1))}"
        await self.ask("GET", f"/api/timeline?camera={escaped(camera)}&{hour}")
        await self.ask("GET", f"{PLUGIN}/recorded/{escaped(camera)}?{hour}")
        await self.ask("GET", f"{PLUGIN}/clocks/{escaped(camera)}?believed=1")
        for _ in range(3):
            part = f"start={_query(at)}&end={_query(at + timedelta(seconds=10))}&groups=1"
            await self.ask("GET", f"{PLUGIN}/video/{escaped(camera)}?{part}")
            at += timedelta(seconds=10)
            await asyncio.sleep(self.chance.uniform(1, 5))
        await self.look()

    async def report(self) -> None:
        """Make a report of a project and fetch it."""
        begun = await self.ask("POST", f"{PLUGIN}/projects/{await self._any()}/reports", {})
        job = f"{PLUGIN}/reports/{begun.json()['id']}"
        await self._until_over(job, 0.2)
        file = await self.ask("GET", f"{job}/file")
        if not file.content.startswith(b"%PDF"):
            raise Refused("a report that is none")

    async def export(self) -> None:
        """Make an evidence package of a project of one's own, fetch it, and put everything away."""
        sent = await self.ask("POST", f"{PLUGIN}/export-list", {"projects": [await self._own()]})
        if not sent.json()["items"]:
            return
        begun = await self.ask("POST", f"{PLUGIN}/exports")
        export = f"{PLUGIN}/exports/{begun.json()['id']}"
        await self._until_over(export, 1)
        archive = await self.ask("GET", f"{export}/archive")
        if not archive.content.startswith(b"PK"):
            raise Refused("a package that is none")
        await self.ask("POST", f"{export}/remove-files")
        listed = [item["sequence"] for item in sent.json()["items"]]
        await self.ask("POST", f"{PLUGIN}/export-list/remove", {"sequences": listed})

    async def _until_over(self, job: str, every: float) -> None:
        """Ask how far a report or an export is; raises ``Refused`` when it ended otherwise than well."""
        for _ in range(int(_LONGEST / every)):
            told = (await self.ask("GET", job)).json()
            if told["state"] not in ("queued", "running"):
                break
            await asyncio.sleep(every)
        if told["state"] != "done":
            raise Refused(f"{told['state']} {told.get('error')}")

    async def dashboard(self) -> None:
        """Look at the sums."""
        await self.ask("GET", f"{PLUGIN}/list/overview")


@asynccontextmanager
async def crew(address: str, accounts: list[str], ledger: Ledger) -> AsyncIterator[list[Operator]]:
    """Give operators with a browser each."""
    headers = {"Origin": address}
    clients = [
        httpx.AsyncClient(
            base_url=address, headers=headers, timeout=PATIENCE, verify=False, limits=_CONNECTIONS
        )
        for _ in accounts
    ]
    yield [
        Operator(account=account, ledger=ledger, client=client, chance=random.Random(account))
        for account, client in zip(accounts, clients, strict=True)
    ]
    for client in clients:
        await client.aclose()


def _text(instant: datetime) -> str:
    return instant.isoformat()


def _query(instant: datetime) -> str:
    return quote(instant.isoformat())
