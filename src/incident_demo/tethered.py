"""``python -m incident_demo.tethered MODULE ...``: run a part until the demonstration ends, even by a kill.

A demonstration that is killed can end nobody. The kernel closes its pipes all the same, so each part is told
to stop when its standard input ends.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Run the module that the command line names, as its own program."""
    del sys.argv[0]
    threading.Thread(target=_stop_at_the_end_of_input, daemon=True).start()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _stop_at_the_end_of_input() -> None:
    # Not sys.stdin: a thread that waits for its lock holds up the end of the program.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
