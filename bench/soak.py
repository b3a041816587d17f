"""Twenty operators at sixteen cameras for hours: what grows, what stays open, what is missing in the end.

``HOURS`` says for how long, 0.1 when nothing is said; ``make bench`` leaves it out. The operators work for a
while until all is warm, and leave; what is held then is compared with what is held when they have worked for
those hours and left again. In between a row is written every minute, to ``build/bench/soak-minutes.jsonl``.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import attrs
import httpx
from bench.browser import PLUGIN, Ledger
from bench.crew import crew
from bench.gauges import Held, growth, held, megabytes
from bench.rows import Row, write
from tests.journeys.viewlog import kept_in, lost
from tests.programs import Program, running_recorder
from tests.waiting import wait_until

from incident_demo.site import PASSWORD, RECORDER_USER, DemoSite

_HOURS = float(os.environ.get("HOURS", "0.1"))
_OPERATORS, _RECORDERS = 20, 4
#: Seconds: until caches are full and threads started, until all is at rest again, between two rows.
_WARM_UP, _REST = min(300.0, 3600 * _HOURS / 2), 45.0
_EVERY = min(60.0, 3600 * _HOURS / 10)
_MINUTES = Path(__file__).parent.parent / "build" / "bench" / "soak-minutes.jsonl"


@attrs.frozen(kw_only=True)
class Site:
    """The product at work, each part a process."""

    host: Program
    recorders: tuple[Program, ...]
    address: str
    directory: Path

    def held(self) -> dict[str, Held]:
        """What the host holds, and the recorders together."""
        return {
            "host": held([self.host.process.pid]),
            "recorders": held([one.process.pid for one in self.recorders]),
        }


@contextmanager
def running() -> Iterator[Site]:
    """Start four recorders of four cameras each, and the host with an account for each operator."""
    with tempfile.TemporaryDirectory() as made, ExitStack() as stack:
        demo = DemoSite(Path(made) / "data")
        demo.prepare_recorder()
        password = demo.recorder_password_file.read_text()
        recorders = [
            stack.enter_context(
                running_recorder(
                    "--serial",
                    f"SOAK-{number}",
                    since=demo.since,
                    user=RECORDER_USER,
                    password=password,
                    module="bench.small_cache",
                )
            )
            for number in range(_RECORDERS)
        ]
        demo.prepare(recorders[0].address)
        with demo.configuration.open("a") as configuration:
            configuration.write(_more(demo, [one.address for one in recorders[1:]]))
        options = ("--config", str(demo.configuration), "--port", "0")
        host = stack.enter_context(Program.start("reference_host", *options))
        address = host.line("listening").rpartition(" ")[2].rstrip("/")
        wait_until(lambda: httpx.get(f"{address}/healthz").is_success, "a host that is well")
        yield Site(
            host=host,
            recorders=tuple(one.program for one in recorders),
            address=address,
            directory=demo.directory,
        )


def _more(demo: DemoSite, addresses: list[str]) -> str:
    """Give what the site's configuration has beyond the demonstration's: recorders and accounts."""
    recorders = [
        f"[[plugins.incident.settings.recorders]]\nname = {json.dumps(f'Recorder {number}')}\n"
        f"address = {json.dumps(address)}\nusername = {json.dumps(RECORDER_USER)}\n"
        for number, address in enumerate(addresses, start=2)
    ]
    hashed = (demo.directory / "account-hash").read_text()
    accounts = [
        f'[[accounts]]\nid = "operator{number}"\nname = "Operator {number}"\n'
        f'password = {json.dumps(hashed)}\nroles = ["operator"]\n'
        for number in range(_OPERATORS)
    ]
    return "\n".join(["", *recorders, *accounts])


async def shift(site: Site, ledger: Ledger, seconds: float) -> list[dict[str, float]]:
    """Let all operators work so long, and leave; give the rows of the minutes."""
    over, began = asyncio.Event(), time.monotonic()
    accounts = [f"operator{number}" for number in range(_OPERATORS)]
    rows = []
    async with crew(site.address, accounts, ledger) as people:
        work = [asyncio.create_task(one.work(over)) for one in people]
        while (left := began + seconds - time.monotonic()) > 0:
            await asyncio.sleep(min(_EVERY, left))
            rows.append(_minute(site, ledger, time.monotonic() - began))
        over.set()
        await asyncio.gather(*work)
    return rows


def _minute(site: Site, ledger: Ledger, second: float) -> dict[str, float]:
    """Look at everything, and keep and print it."""
    row = {"second": round(second, 1), "load": os.getloadavg()[0]}
    for name, part in site.held().items():
        row |= {f"{name}_{gauge}": round(amount, 2) for gauge, amount in attrs.asdict(part).items()}
    row |= {
        "stored_mb": round(megabytes(site.directory), 2),
        "cache_mb": round(sum(megabytes(one) for one in site.directory.rglob("cache")), 2),
        "requests": ledger.requests,
        "joins": ledger.joins,
        "broken": ledger.broken,
        "views": ledger.views,
        "errors": ledger.errors.total(),
    }
    _MINUTES.parent.mkdir(parents=True, exist_ok=True)
    with _MINUTES.open("a") as file:
        file.write(json.dumps(row) + "\n")
    print(*(f"{name}={amount:g}" for name, amount in row.items()), flush=True)
    return row


async def missing(site: Site, ledger: Ledger) -> list[str]:
    """Ask for everything that was promised; give in words what is not there."""
    found = []
    async with httpx.AsyncClient(
        base_url=site.address, headers={"Origin": site.address}, timeout=60
    ) as client:
        body = {"account": "supervisor", "password": PASSWORD}
        (await client.post("/api/session", json=body)).raise_for_status()
        for number in {*ledger.comments, *ledger.descriptions, *ledger.shown}:
            answer = await client.get(f"{PLUGIN}/projects/{number}")
            if not answer.is_success:
                found.append(f"project {number}")
                continue
            project = answer.json()
            texts = {one["text"] for one in project["comments"]}
            found += [f"comment {text} of {number}" for text in ledger.comments[number] - texts]
            wanted = ledger.descriptions.get(number, project["fields"].get("description"))
            if project["fields"].get("description") != wanted:
                found.append(f"description {wanted} of {number}")
            found += map(str, lost(ledger.shown.get(number, []), kept_in(project, datetime.now(UTC))))
    return found


def figures(rows: list[dict[str, float]], before: dict[str, Held], after: dict[str, Held]) -> list[Row]:
    """Give what grew while they worked, and what stayed open when they had left."""
    made = []
    for part in ("host", "recorders"):
        slope = growth([(row["second"], row[f"{part}_uss"]) for row in rows])
        made.append(Row.below(f"{part}: memory, growth an hour", slope, "%", limit=1, n=len(rows)))
        for gauge, spoken in (
            ("files", "open files"),
            ("threads", "threads"),
            ("udp", "sockets of peer connections"),
        ):
            then, now = (getattr(each[part], gauge) for each in (before, after))
            made.append(_not_more(f"{part}: {spoken} at rest", now, f"{then} before, all warm", now <= then))
    return made


def _not_more(name: str, value: float, against: str, holds: bool, n: int = 1) -> Row:
    return Row(
        name=name, value=value, unit="", against=against, ratio=value, goal="none more", holds=holds, n=n
    )


async def main() -> None:
    """Work, look, print and keep the rows."""
    _MINUTES.unlink(missing_ok=True)
    ledger, warm = Ledger(), Ledger()
    with running() as site:
        await shift(site, warm, _WARM_UP)
        await asyncio.sleep(_REST)
        before = site.held()
        rows = await shift(site, ledger, 3600 * _HOURS)
        await asyncio.sleep(_REST)
        after = site.held()
        gone = [*await missing(site, warm), *await missing(site, ledger)]
    for what, count in [*(warm.errors + ledger.errors).most_common(), *((one, 1) for one in gone)]:
        print(f"{count:6} {what}")
    print(dict(ledger.deeds), f"{ledger.heard} changes heard of", before, after, sep="\n")
    hours = f"{_HOURS:g} h, {_OPERATORS} operators, {4 * _RECORDERS} cameras"
    asked = f"{ledger.requests} requests, {ledger.joins} live pictures, {ledger.views} views"
    used = (rows[-1]["host_cpu"] - rows[0]["host_cpu"]) / (rows[-1]["second"] - rows[0]["second"])
    write(
        "soak",
        [
            *figures(rows, before, after),
            _not_more(f"errors in {hours}", ledger.errors.total(), asked, not ledger.errors),
            _not_more("acknowledged and missing", len(gone), asked, not gone),
            Row.below("host: CPU, part of a core", used, "", limit=1, n=len(rows)),
        ],
    )


if __name__ == "__main__":
    asyncio.run(main())
