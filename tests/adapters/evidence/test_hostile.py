"""What people and cameras are called never becomes a path, a command or a script; too much is refused."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from incident_plugin.adapters.evidence.bag import ALLOWED_NAME
from incident_plugin.adapters.host import HostAccess
from incident_plugin.application.exports.exporting import Exports
from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor
from incident_plugin.domain.errors import StoreUnavailable
from incident_plugin.domain.exports import ExportSettings, ExportState
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.project import Project
from incident_plugin.domain.sequence import Footage, Sequence, SequenceId
from incident_plugin.domain.time import Interval
from incident_plugin.settings import StorageSettings
from tests.adapters.evidence.conftest import Steps
from tests.adapters.evidence.site_of_exports import FINISHED, OWNER, Tape, site
from tests.adapters.evidence.test_package import commands, offline, verdict
from tests.coded import START, Codec, encode
from tests.support import OPERATOR, host_services
from tests.waiting import until


@pytest.mark.parametrize(
    "words",
    [
        "../../../etc/passwd\nPayload-Oxum: 0.0\n../x",
        "\0$(touch pwned)`touch pwned`; touch pwned #\u202egpj.exe\ufeff",
        "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u2028" + "x" * 200,
    ],
    ids=["paths", "commands", "scripts"],
)
def test_hostile_words_in_every_field_stay_words(tmp_path: Path, words: str):
    """Camera, recorder, description, comment: nothing lies outside, commands work, the player is inert."""
    here = site(tmp_path / "site", Tape(encode(Codec.H264)))
    identity = here.ordered(ExportSettings(), words)

    async def exported() -> None:
        running = asyncio.create_task(here.exporting.runner.run())
        await until(lambda: here.export(identity).state in FINISHED)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(exported())
    assert here.export(identity).state is ExportState.DONE, here.export(identity).message
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    (package,) = (path for path in (tmp_path / "site/exports/e1").iterdir() if path.is_dir())
    for path in (path for path in package.rglob("*") if path.is_file()):
        assert ALLOWED_NAME.fullmatch(path.relative_to(package).as_posix())
    for line in commands(package):
        offline(line.partition("  must print ")[0], package)
    assert not list(tmp_path.rglob("pwned"))
    page = (package / "data/player/index.html").read_text("utf-8")
    assert len(re.findall(r"<script", page)) == len(re.findall(r"</script>", page)) == 2
    assert "<img" not in page
    assert verdict(package).faults == ()


def test_a_place_that_cannot_be_written_is_said(bench, tmp_path):
    """Where the folder of exports should be is a file: the refusal says what to look at."""
    (tmp_path / "exports").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match=r"cannot be written: .*Check the disk of the server"):
        bench.shelf.workshop(bench.export("one"))


def test_a_day_of_sixteen_cameras_is_weighed_before_it_is_begun(tmp_path: Path):
    """Size and time are told at once; where there is no room nothing is begun and the list is kept."""
    here = site(tmp_path, Tape(encode(Codec.H264)), StorageSettings(exports_quota_gb=100))
    guard = Guard(HostAccess(host=host_services(tmp_path)))
    exports = Exports(work=here.work, guard=guard, clock=Steps(), ids=Steps(), shelf=here.exporting.shelf)
    actor = Actor(person=OWNER, roles=OPERATOR.roles)
    day = Interval(START, START + timedelta(days=1))
    sequences = tuple(
        Sequence(
            id=SequenceId(f"s{number}"),
            footage=Footage(
                camera=CameraId(f"demo:{number}"), camera_name="Lobby", recorder="R", interval=day
            ),
            added_by=OWNER,
            added_at=START,
        )
        for number in range(16)
    )
    with here.work.begin(OWNER) as work:
        project = work.create(
            lambda number: Project(
                id=number, created_by=OWNER, created_at=START, fields={}, sequences=sequences
            )
        )
    exports.send(actor, (project.id,))
    settings = ExportSettings(split_size=4 << 30)
    estimate = exports.estimate(actor, settings)
    assert estimate.size > 16 * 86_400 * 500_000
    assert estimate.seconds > 3600
    assert not estimate.fits
    with pytest.raises(StoreUnavailable, match=r"Finished exports: .* of 100 GB are used"):
        exports.order(actor, settings)
    assert len(exports.waiting(actor).items) == 16
    assert exports.all(actor) == ()
