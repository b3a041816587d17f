"""Killed at any moment, or with a full disk, an export is never taken for a finished one."""

from __future__ import annotations

import pickle
import resource
import signal
import subprocess
import sys

import attrs
import pytest

from incident_plugin.adapters.evidence.checking import check
from incident_plugin.adapters.evidence.sources import Folder
from incident_plugin.domain.errors import NotFound, StoreUnavailable

#: Publishes what it is given, and kills itself at the n-th file that it opens, renames or removes.
CHILD = """
import os, pickle, signal, sys
shelf, export, content, fatal = pickle.load(sys.stdin.buffer)
count = 0
def hook(event, arguments):
    global count
    if event in ("open", "os.rename", "os.remove", "os.mkdir"):
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
shelf.publish(export, content)
print(count)
"""


def test_killed_at_every_file_operation_it_is_whole_or_not_there(bench):
    """After each kill: nothing is listed, or a whole package; and the next try finishes it."""
    bench.stamps.configure(None)
    bench.keys.identity("Demo site")
    fatal, done = 0, False
    while not done:
        fatal += 5
        export = bench.export(f"k{fatal}")
        folder = bench.shelf.workshop(export).folder
        export = attrs.evolve(export, exhibits=(bench.exhibit(export, folder, b"a master"),))
        child = subprocess.run(
            [sys.executable, "-c", CHILD],
            input=pickle.dumps((bench.shelf, export, bench.content, fatal)),
            capture_output=True,
            check=False,
            env={"PYTHONPATH": ":".join(sys.path)},
        )
        done = child.returncode == 0
        assert done or child.returncode == -signal.SIGKILL, child.stderr
        if bench.shelf.finished(export.id) is None:
            with pytest.raises(NotFound):
                bench.shelf.files(export.id)
            bench.shelf.publish(export, bench.content)
        first = bench.shelf.files(export.id)[0]
        package = first.path.parents[len(first.name.split("/")) - 2]
        assert check(Folder(package)).faults == ()
    assert fatal > 50


@pytest.mark.parametrize("room", range(0, 100, 7))
def test_a_full_disk_is_said_and_nothing_is_listed(bench, room, monkeypatch):
    """No file may grow beyond a limit: wherever that strikes, the message names the disk."""
    export = bench.export(f"full{room}")
    folder = bench.shelf.workshop(export).folder
    export = attrs.evolve(export, exhibits=(bench.exhibit(export, folder, b"a master"),))
    # A module cut short by the limit would be loaded by every later test.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room * 30, before[1]))
    try:
        with pytest.raises(StoreUnavailable, match="disk of the server is full"):
            bench.shelf.publish(export, bench.content)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert bench.shelf.finished(export.id) is None
    bench.shelf.publish(export, bench.content)


def test_bytes_that_the_disk_gives_back_otherwise_are_found(bench):
    """What was written and what is read back are compared: a bad disk does not become evidence."""
    export = bench.export("rot")
    folder = bench.shelf.workshop(export).folder
    exhibit = bench.exhibit(export, folder, b"a master")
    (folder / exhibit.file).write_bytes(b"a mastex")
    with pytest.raises(StoreUnavailable, match="reads back otherwise") as told:
        bench.shelf.publish(attrs.evolve(export, exhibits=(exhibit,)), bench.content)
    assert told.value.message_id == "incident.read-back-differs"
    with pytest.raises(NotFound):
        bench.shelf.files(export.id)
