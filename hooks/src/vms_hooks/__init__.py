"""The contract between a video management system (host) and its plug-ins."""

from vms_hooks.spec import ENTRY_POINT_GROUP, PROJECT, PluginSpec, hookimpl, hookspec

#: Release of the contract, as ``(major, minor)``: a new major release may break, a minor one only adds.
CONTRACT = (1, 1)

__all__ = ["CONTRACT", "ENTRY_POINT_GROUP", "PROJECT", "PluginSpec", "hookimpl", "hookspec"]
