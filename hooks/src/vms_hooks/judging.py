"""Finding plug-ins and judging, before a line of theirs runs, whether they may be loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint

import attrs

from vms_hooks.host import LicenceState, LicenceStatus
from vms_hooks.manifest import Manifest, ManifestError, read_manifest
from vms_hooks.states import PluginState, Standing


@attrs.frozen(kw_only=True)
class Found:
    """A plug-in that is installed: its manifest, or why that cannot be used."""

    entry_point: EntryPoint
    manifest: Manifest | None
    fault: str = ""
    remedy: str = "Install a release of the plug-in whose manifest is valid."

    @property
    def id(self) -> str:
        """Name of the entry point, which is the id in a valid manifest."""
        return self.entry_point.name


@attrs.frozen(kw_only=True)
class Circumstances:
    """What the host and its site say of one plug-in."""

    contract: tuple[int, int]
    capabilities: frozenset[str]
    enabled: bool
    licence: LicenceStatus


def discover(entry_points: Iterable[EntryPoint]) -> tuple[Found, ...]:
    """Read the manifest behind each entry point, sorted by id; nothing is imported.

    Of two plug-ins with one id neither can be used: which of them a site meant cannot be known.
    """
    claims: dict[str, list[EntryPoint]] = {}
    for entry_point in sorted(entry_points, key=lambda point: (point.name, point.value)):
        claims.setdefault(entry_point.name, []).append(entry_point)
    return tuple(
        _find(claimants[0]) if len(claimants) == 1 else _doubled(claimants) for claimants in claims.values()
    )


def judge(found: Found, circumstances: Circumstances) -> Standing | None:
    """Say where a plug-in stops before it is imported, or nothing when it may go on.

    Order: manifest, contract range, capabilities of the host, enabled by the site, licence. An expired
    licence goes on: the plug-in itself refuses what is new and keeps what exists usable.
    """
    manifest = found.manifest
    if manifest is None:
        return Standing(
            state=PluginState.INCOMPATIBLE,
            reason=found.fault,
            remedy=found.remedy,
        )
    return (
        _outside_contract(manifest, circumstances.contract)
        or _missing_capabilities(manifest, circumstances.capabilities)
        or _not_enabled(circumstances)
        or _not_licensed(manifest, circumstances.licence)
    )


def _find(entry_point: EntryPoint) -> Found:
    try:
        return Found(entry_point=entry_point, manifest=read_manifest(entry_point))
    except ManifestError as error:
        return Found(entry_point=entry_point, manifest=None, fault=str(error))


def _doubled(claimants: Sequence[EntryPoint]) -> Found:
    names = " and ".join(point.dist.name if point.dist else point.value for point in claimants)
    return Found(
        entry_point=claimants[0],
        manifest=None,
        fault=f'Several installed plug-ins claim the id "{claimants[0].name}": {names}. None is used.',
        remedy="Uninstall all but one of them and restart the host.",
    )


def _outside_contract(manifest: Manifest, contract: tuple[int, int]) -> Standing | None:
    if manifest.contract_from <= contract < manifest.contract_before:
        return None
    wanted = f"{_release(manifest.contract_from)} up to, and without, {_release(manifest.contract_before)}"
    return Standing(
        state=PluginState.INCOMPATIBLE,
        reason=f"It needs the plug-in contract {wanted}; this host has {_release(contract)}.",
        remedy="Install a release of the plug-in or of the host that fits the other.",
    )


def _missing_capabilities(manifest: Manifest, capabilities: frozenset[str]) -> Standing | None:
    missing = sorted(manifest.requires - capabilities)
    if not missing:
        return None
    return Standing(
        state=PluginState.INCOMPATIBLE,
        reason=f"It needs what this host does not have: {', '.join(missing)}.",
        remedy="Use a host that has it, or a release of the plug-in that does without.",
    )


def _not_enabled(circumstances: Circumstances) -> Standing | None:
    if circumstances.enabled:
        return None
    return Standing(
        state=PluginState.DISABLED,
        reason="The site configuration does not enable it.",
        remedy="Enable it in the site configuration and restart the host.",
    )


def _not_licensed(manifest: Manifest, licence: LicenceStatus) -> Standing | None:
    if not manifest.licence_feature or licence.state in (LicenceState.VALID, LicenceState.EXPIRED):
        return None
    return Standing(state=PluginState.UNLICENSED, reason=licence.reason, remedy=licence.remedy)


def _release(release: tuple[int, int]) -> str:
    return ".".join(map(str, release))
