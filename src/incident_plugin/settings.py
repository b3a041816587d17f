"""The plug-in's settings: what ``plugin.toml`` delivers and a site overrides."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

import attrs
import msgspec

from incident_plugin.domain.collecting import CollectingRules
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.ice import IceServerConfig, ice_urls
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.recorders import (
    RecorderConfig,
    RecorderId,
    TlsPolicy,
    device_address,
    fingerprint,
    recorder_name,
)


@attrs.frozen(kw_only=True)
class RecorderSettings:
    """Where the recorder is, and under which name the host keeps its password."""

    #: What people call it.
    name: str = "Recorder"
    #: URL of its ONVIF device service; empty for none.
    address: str = ""
    username: str = ""
    password_secret: str = "recorder-password"  # noqa: S105 - the name of a secret, not a secret
    tls: TlsPolicy = TlsPolicy.VERIFY
    #: SHA-256 of the certificate, for the policy "pinned".
    fingerprint: str = ""
    #: Ids at the host by ids of ours.
    cameras: Mapping[CameraId, CameraId] = attrs.field(factory=dict)

    def configured(self, number: int) -> RecorderConfig:
        """Give the recorder, the number-th of the file; raises ``InvalidInput``."""
        return RecorderConfig(
            id=RecorderId(f"configured-{number}"),
            name=recorder_name(self.name),
            address=device_address(self.address),
            username=self.username,
            password_secret=self.password_secret,
            tls=self.tls,
            fingerprint=fingerprint(self.fingerprint),
            cameras=self.cameras,
        )


@attrs.frozen(kw_only=True)
class IceServerSettings:
    """A STUN or TURN server for live pictures, and under which name the host keeps its secret."""

    urls: tuple[str, ...]
    #: Empty for a relay that shares a secret with this server.
    username: str = attrs.field(default="", validator=attrs.validators.matches_re(r"[\x21-\x7e]{0,200}"))
    secret: str = "turn-secret"  # noqa: S105 - the name of a secret, not a secret

    def configured(self) -> IceServerConfig:
        """Give the server; raises ``InvalidInput``."""
        return IceServerConfig(urls=ice_urls(self.urls), username=self.username, secret=self.secret)


@attrs.frozen(kw_only=True)
class LiveSettings:
    """How browsers reach live pictures."""

    #: None by default: browsers reach this server by UDP.
    ice_servers: tuple[IceServerSettings, ...] = ()


@attrs.frozen(kw_only=True)
class WatchSettings:
    """When administrators and operators are warned."""

    #: A camera that has no recording for so long has stopped.
    not_recorded_after_seconds: int = attrs.field(default=120, validator=attrs.validators.ge(10))
    #: How far a recorder's clock may be from the server's.
    clock_drift_seconds: float = attrs.field(default=2.0, validator=attrs.validators.gt(0))


def _quota(default: float) -> Any:
    return attrs.field(default=default, validator=attrs.validators.ge(0))


@attrs.frozen(kw_only=True)
class StorageSettings:
    """Quotas in gigabytes (10^9 bytes), 0 for none; and what counts as little free space."""

    exports_quota_gb: float = _quota(0)
    vault_quota_gb: float = _quota(0)
    cache_quota_gb: float = _quota(10)
    low_disk_gb: float = _quota(5)


@attrs.frozen(kw_only=True)
class Settings:
    """The plug-in's settings, as ``plugin.toml`` delivers and a site overrides them."""

    pre_roll_seconds: int = attrs.field(
        default=30, validator=[attrs.validators.ge(0), attrs.validators.le(300)]
    )
    merge_within_seconds: int = attrs.field(
        default=5, validator=[attrs.validators.ge(0), attrs.validators.le(3600)]
    )
    #: Days that the files of a finished export stay on the server; 0 keeps them until they are removed.
    export_retention_days: int = attrs.field(
        default=30, validator=[attrs.validators.ge(0), attrs.validators.le(36_500)]
    )
    #: One recorder; kept beside the list for sites that have only one.
    recorder: RecorderSettings = attrs.field(factory=RecorderSettings)
    live: LiveSettings = attrs.field(factory=LiveSettings)
    watch: WatchSettings = attrs.field(factory=WatchSettings)
    storage: StorageSettings = attrs.field(factory=StorageSettings)
    recorders: tuple[RecorderSettings, ...] = ()
    #: Whether recorded sound may be preserved, and exported where somebody chooses that.
    sound: bool = True

    @property
    def configured(self) -> tuple[RecorderConfig, ...]:
        """The recorders that the file names; raises ``ValueError`` for what cannot work."""
        named = [one for one in (self.recorder, *self.recorders) if one.address]
        try:
            return tuple(one.configured(number) for number, one in enumerate(named, start=1))
        except InvalidInput as error:
            raise ValueError(f"A recorder in the site's configuration is wrong: {error.detail}") from error

    @property
    def ice_servers(self) -> tuple[IceServerConfig, ...]:
        """The STUN and TURN servers that the file names; raises ``ValueError`` for what cannot work."""
        try:
            return tuple(one.configured() for one in self.live.ice_servers)
        except InvalidInput as error:
            raise ValueError(f"A server in live.ice_servers is wrong: {error.detail}") from error

    @property
    def export_retention(self) -> timedelta | None:
        """How long finished exports are kept; nothing for ever."""
        return timedelta(days=self.export_retention_days) if self.export_retention_days else None

    @property
    def rules(self) -> CollectingRules:
        """The rules of collecting, until an administrator decides otherwise in the pages."""
        return CollectingRules(
            pre_roll_seconds=self.pre_roll_seconds,
            merge_within_seconds=self.merge_within_seconds,
        )


def read_settings(settings: Mapping[str, Any]) -> Settings:
    """Check the settings; raises ``ValueError`` naming the one that is wrong."""
    try:
        return msgspec.convert(settings, Settings)
    except msgspec.ValidationError as error:
        raise ValueError(f"A setting of the incident manager is wrong: {error}.") from error


@attrs.frozen(kw_only=True)
class UnknownSetting:
    """A setting that a site has written and nothing reads."""

    #: Dotted, with the number of the table in a list: ``recorders.2.adress``.
    name: str
    #: The setting that was probably meant, likewise; empty when none is like it.
    like: str = ""


def unknown_settings(settings: Mapping[str, Any]) -> tuple[UnknownSetting, ...]:
    """Find what nothing reads: misspelt, or of another release of the plug-in."""
    return tuple(_unknown(settings, Settings, ""))


def _unknown(document: object, kind: Any, place: str) -> Iterator[UnknownSetting]:
    if attrs.has(kind) and isinstance(document, Mapping):
        known = {field.name: field.type for field in attrs.fields(attrs.resolve_types(kind))}
        for key, value in document.items():
            if key in known:
                yield from _unknown(value, known[key], f"{place}{key}.")
            else:
                like = get_close_matches(key, known, n=1)
                yield UnknownSetting(name=f"{place}{key}", like=f"{place}{like[0]}" if like else "")
    elif typing.get_origin(kind) is tuple and isinstance(document, list | tuple):
        for number, value in enumerate(document, start=1):
            yield from _unknown(value, typing.get_args(kind)[0], f"{place}{number}.")
