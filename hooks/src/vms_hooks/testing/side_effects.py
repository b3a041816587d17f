"""What importing a plug-in changes in a process: nothing is what the contract allows.

``python -m vms_hooks.testing.side_effects package.module:attribute`` imports it in a fresh process and writes
what changed, one line each.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint

import attrs


@attrs.frozen(kw_only=True)
class ProcessState:
    """What belongs to the whole process, and so to the host."""

    environment: Mapping[str, str]
    log_handlers: tuple[str, ...]
    signal_handlers: Mapping[str, str]
    event_loop_policy: str

    @classmethod
    def now(cls) -> ProcessState:
        """Look at this process."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # policies go with Python 3.16
            policy = type(asyncio.get_event_loop_policy()).__qualname__
        return cls(
            environment=dict(os.environ),
            log_handlers=tuple(type(handler).__qualname__ for handler in logging.getLogger().handlers),
            signal_handlers={
                number.name: repr(signal.getsignal(number))
                for number in signal.valid_signals()
                if isinstance(number, signal.Signals)
            },
            event_loop_policy=policy,
        )

    def changes_since(self, earlier: ProcessState) -> Iterator[str]:
        """Say what is different now."""
        changed = dict(self.environment.items() ^ earlier.environment.items())
        if changed:
            yield f"environment variables changed: {', '.join(sorted(changed))}"
        if self.log_handlers != earlier.log_handlers:
            yield f"the root logger's handlers changed to: {', '.join(self.log_handlers) or 'none'}"
        for name, handler in self.signal_handlers.items():
            if handler != earlier.signal_handlers.get(name):
                yield f"the handler of {name} was changed"
        if self.event_loop_policy != earlier.event_loop_policy:
            yield f"the event loop policy became {self.event_loop_policy}"


def main() -> int:
    """Import what the first argument names; gives 1 when something changed."""
    before = ProcessState.now()
    EntryPoint(name="", value=sys.argv[1], group="").load()
    changes = tuple(ProcessState.now().changes_since(before))
    sys.stdout.writelines(f"{change}\n" for change in changes)
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
