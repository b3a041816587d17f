"""The site's configuration, read from one TOML file and refused with one clear sentence.

::

    data_directory = "data"             # required; paths are relative to this file
    secrets_file = "secrets.json"       # see secret_store.py

    [site]                              # required
    id = "north"
    name = "North site"
    time_zone = "Europe/Copenhagen"

    [licence]                           # see licence.py
    file = "licence.json"
    issuer_key = "<32 bytes in base64>"

    [[accounts]]
    id = "operator"
    name = "Olivia Operator"
    password = "$argon2id$..."          # from: python -m reference_host hash-password
    roles = ["operator"]

    [roles.operator]
    permissions = ["evidence.*"]        # "*" for all
    cameras = ["*"]                     # the default; or ids of cameras

    [tls]                               # without this: HTTP, for a proxy or this machine only
    certificate = "host.pem"
    key = "host.key"

    [proxy]                             # see proxy.py; without this, what proxies say is ignored
    addresses = ["10.0.0.2"]
    secret = "proxy"                    # name of the secret under "host" in the secrets file
    account_header = "remote-user"      # only where the proxy signs people in; without this, the host does

    [plugins.evidence]
    enabled = true                      # without this a plug-in is not imported
    [plugins.evidence.settings]         # over the settings of its manifest, table by table
    pre_roll_seconds = 30
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs
import msgspec

from vms_hooks.host import Site

#: What accounts and roles may be called.
ACCOUNT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
#: Length of an Ed25519 public key, bytes (RFC 8032, section 5.1.5).
_PUBLIC_KEY_LENGTH = 32


class ConfigError(Exception):
    """The host cannot start as configured; the text says what to change."""


@attrs.frozen(kw_only=True)
class Account:
    """A person who may sign in."""

    id: str
    name: str
    #: argon2id hash in its usual text form, as ``hash-password`` prints it.
    password: str
    roles: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Role:
    """What its holders may do (``evidence.*`` grants everything below) and which cameras they may see."""

    #: As people read it; empty for the id.
    title: str = ""
    permissions: tuple[str, ...] = ()
    #: Ids of cameras; ``*`` for all.
    cameras: tuple[str, ...] = ("*",)


@attrs.frozen(kw_only=True)
class PluginConfig:
    """What the site says of one plug-in; its settings go over those of the plug-in's manifest."""

    enabled: bool = False
    settings: Mapping[str, Any] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class LicenceConfig:
    """Where the site's licence lies and who must have signed it."""

    file: Path
    #: The issuer's Ed25519 public key, 32 bytes in base64.
    issuer_key: str


@attrs.frozen(kw_only=True)
class TlsConfig:
    """Files in PEM form: the certificate with its chain, and its key without a passphrase."""

    certificate: Path
    key: Path


@attrs.frozen(kw_only=True)
class ProxyConfig:
    """A reverse proxy that is believed; every request of it carries the shared secret."""

    #: Addresses or networks (``10.0.0.0/24``) that requests of the proxy come from.
    addresses: tuple[str, ...]
    #: Name under ``host`` in the secrets file.
    secret: str
    secret_header: str = "x-vms-proxy-secret"  # noqa: S105 - the name of a header
    #: Names the account that the proxy has signed in; empty when it signs nobody in, and people do so here.
    account_header: str = ""
    name_header: str = "remote-name"
    #: Ids of roles, parted by commas.
    roles_header: str = "remote-roles"

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The addresses as networks; raises ``ValueError``."""
        return tuple(ip_network(address) for address in self.addresses)


@attrs.frozen(kw_only=True)
class SiteConfig:
    """Everything the host is told before it starts. Paths in the file are relative to the file."""

    site: Site
    #: The host and its plug-ins keep their files below.
    data_directory: Path
    accounts: tuple[Account, ...] = ()
    roles: Mapping[str, Role] = attrs.field(factory=dict)
    plugins: Mapping[str, PluginConfig] = attrs.field(factory=dict)
    licence: LicenceConfig | None = None
    tls: TlsConfig | None = None
    proxy: ProxyConfig | None = None
    #: Passwords and keys for plug-ins, readable by the host's own user only.
    secrets_file: Path | None = None

    def __attrs_post_init__(self) -> None:
        for fault in _faults(self):
            raise ConfigError(fault)


def load_config(path: Path) -> SiteConfig:
    """Read a site configuration; raises ``ConfigError`` naming the file and the place."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        _refuse_unknown_keys(document, SiteConfig, "")
        config = msgspec.convert(document, SiteConfig, dec_hook=_decode)
    except OSError as error:
        raise ConfigError(f"The site configuration {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The site configuration {path} is not valid TOML: {error}.") from error
    except (msgspec.ValidationError, ConfigError) as error:
        raise ConfigError(f"The site configuration {path} cannot be used: {error}") from error
    return _relative_to(path.parent, config)


def _decode(kind: type[Any], value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(kind)


def _relative_to(folder: Path, config: SiteConfig) -> SiteConfig:
    licence, tls = config.licence, config.tls
    return attrs.evolve(
        config,
        data_directory=folder / config.data_directory,
        licence=licence and attrs.evolve(licence, file=folder / licence.file),
        tls=tls and TlsConfig(certificate=folder / tls.certificate, key=folder / tls.key),
        secrets_file=config.secrets_file and folder / config.secrets_file,
    )


def _refuse_unknown_keys(document: object, kind: Any, place: str) -> None:
    """Walk the document beside the annotations: msgspec ignores unknown keys of attrs classes."""
    choices = [choice for choice in typing.get_args(kind) if choice is not type(None)]
    if attrs.has(kind) and isinstance(document, dict):
        known = {field.name: field.type for field in attrs.fields(attrs.resolve_types(kind))}
        for key, value in document.items():
            if key not in known:
                raise ConfigError(f'"{place}{key}" is not a setting of the host.{meant(key, known, place)}')
            _refuse_unknown_keys(value, known[key], f"{place}{key}.")
    elif typing.get_origin(kind) is types.UnionType:
        _refuse_unknown_keys(document, choices[0], place)
    elif isinstance(document, dict) and choices:
        for key, value in document.items():
            _refuse_unknown_keys(value, choices[-1], f"{place}{key}.")
    elif isinstance(document, list) and choices:
        for number, value in enumerate(document, start=1):
            _refuse_unknown_keys(value, choices[0], f"{place}{number}.")


def meant(name: str, known: Iterable[str], place: str = "") -> str:
    """Ask for the known name that is most like one that was written; empty when none is like it."""
    like = get_close_matches(name, known, n=1)
    return f' Did you mean "{place}{like[0]}"?' if like else ""


def _faults(config: SiteConfig) -> Iterator[str]:
    try:
        ZoneInfo(config.site.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield f'There is no time zone "{config.site.time_zone}". Use an IANA name such as Europe/Copenhagen.'
    if config.licence is not None and not _is_public_key(config.licence.issuer_key):
        yield "licence.issuer_key is not an Ed25519 public key of 32 bytes in base64."
    if config.proxy is not None:
        yield from _proxy_faults(config, config.proxy)
    ids = [account.id for account in config.accounts]
    for account in config.accounts:
        if not ACCOUNT_ID.fullmatch(account.id):
            yield f'The account id "{account.id}" has characters other than letters, digits and _ . @ -.'
        if ids.count(account.id) > 1:
            yield f'There are two accounts "{account.id}".'
        if not account.password.startswith("$argon2id$"):
            yield f'The password of "{account.id}" is not an argon2id hash. Make one with hash-password.'
        for role in account.roles:
            if role not in (*config.roles, "administrator"):
                yield f'Account "{account.id}" has the role "{role}", which is not defined.'


def _proxy_faults(config: SiteConfig, proxy: ProxyConfig) -> Iterator[str]:
    try:
        if not proxy.networks:
            yield "proxy.addresses is empty. Name the addresses of the proxy, or leave the section out."
    except ValueError as error:
        yield f"proxy.addresses: {error}."
    if config.secrets_file is None:
        yield "The proxy needs a shared secret, and no secrets_file is configured."


def _is_public_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == _PUBLIC_KEY_LENGTH
    except (binascii.Error, ValueError):
        return False
