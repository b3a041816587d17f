"""Plug-ins with which a host must be able to live."""

from __future__ import annotations

from collections.abc import Mapping

from vms_hooks.states import PluginState
from vms_hooks.testing.installing import MANIFEST


def _probe_that(misbehaviour: str) -> str:
    return (
        "import threading\nfrom vms_hooks.testing.probe import Probe\n"
        f'plugin = Probe("bad", {misbehaviour})\n'
    )


def _hook(body: str) -> str:
    return (
        "from vms_hooks import hookimpl\nfrom vms_hooks.testing.probe import Probe\n"
        f"class Bad(Probe):\n    @hookimpl\n    {body}\nplugin = Bad('bad')\n"
    )


_EXIT = "def exit_(): raise SystemExit(3)\n"
_GOOD_MANIFEST = MANIFEST.format(id="bad", name="Bad")
_NEEDY = _GOOD_MANIFEST.replace("\n[contract]", 'requires = ["teleport/1"]\n[contract]')

#: Plug-ins that must be kept out, by what is wrong with them: code, manifest, and the state to be shown.
KEPT_OUT: Mapping[str, tuple[str, str | None, PluginState]] = {
    "its manifest is not TOML": ("", "[plugin", PluginState.INCOMPATIBLE),
    "its manifest lacks a version": (
        "", _GOOD_MANIFEST.replace('version = "1.0"\n', ""), PluginState.INCOMPATIBLE,
    ),
    "it is for a later contract": (
        "", _GOOD_MANIFEST.replace('"1.0"\nbefore', '"1.999"\nbefore'), PluginState.INCOMPATIBLE,
    ),
    "it needs what no host has": (
        "", _NEEDY, PluginState.INCOMPATIBLE,
    ),
    "importing it raises": ("1 / 0", None, PluginState.FAILED),
    "importing it exits": ("raise SystemExit(3)", None, PluginState.FAILED),
    "it has no such attribute": ("plugins = 3", None, PluginState.FAILED),
    "it implements an unknown hook": (_hook("def vms_tabz(self): ..."), None, PluginState.FAILED),
    "activating it raises": (_probe_that('{"vms_activate": lambda: 1 / 0}'), None, PluginState.FAILED),
    "activating it exits": (_EXIT + _probe_that('{"vms_activate": exit_}'), None, PluginState.FAILED),
    "activating it gives no runtime": (_probe_that('{"vms_activate": lambda: 5}'), None, PluginState.FAILED),
    "its permissions are lies": (_probe_that('{"vms_permissions": lambda: 5}'), None, PluginState.FAILED),
    "its commands raise": (_probe_that('{"vms_commands": lambda: 1 / 0}'), None, PluginState.FAILED),
    "starting it raises": (_probe_that('{"start": lambda: 1 / 0}'), None, PluginState.FAILED),
    "starting it exits": (_EXIT + _probe_that('{"start": exit_}'), None, PluginState.FAILED),
}  # fmt: skip


#: Plug-ins that run but break the contract when they are asked for tabs.
ASKED: Mapping[str, str] = {
    "raises": _probe_that('{"vms_tabs": lambda: 1 / 0}'),
    "exits": _EXIT + _probe_that('{"vms_tabs": exit_}'),
    "hangs": _probe_that('{"vms_tabs": threading.Event().wait}'),
    "lies about types": _probe_that('{"vms_tabs": lambda: [5]}'),
    "takes a foreign id": _probe_that('{"vms_tabs": lambda: Probe("probe").vms_tabs()}'),
    "gives one id twice": _probe_that('{"vms_tabs": lambda: Probe("bad").vms_tabs() * 2}'),
}
