"""What every part stands on: the host's services, the site's settings, the store and the clock."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs

from incident_plugin.adapters.host import HostAccess, HostClock, HostLicence, HostSecrets, RandomIds
from incident_plugin.adapters.signing import KEYS, SigningKey
from incident_plugin.adapters.tinydb_store import TinyDBStore, upkeep
from incident_plugin.adapters.tinydb_store.command_socket import CommandSocket
from incident_plugin.application.administration.sealing import Sealing
from incident_plugin.application.administration.storage_rooms import GIGABYTE, FolderRoom, StorageRooms
from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Clock, Ids, Licence
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.settings import Settings, StorageSettings
from vms_hooks.host import HostServices

#: In whose name the plug-in works by itself.
SERVICE = Person(id=PersonId("incident"), name="Incident manager")


@attrs.frozen(kw_only=True)
class Storage:
    """The rooms below the plug-in's directory; nothing is made there before it is needed."""

    exports: FolderRoom
    vault: FolderRoom
    #: What is made again when it is missing: reports, pictures, backups to be fetched.
    cache: FolderRoom
    #: All of them, and the store's.
    rooms: StorageRooms

    @classmethod
    def of(cls, folder: Path, settings: StorageSettings) -> Storage:
        """Give the rooms with the site's quotas."""

        def room(identity: str, title: str, quota: float = 0) -> FolderRoom:
            limit = int(quota * GIGABYTE) or None
            return FolderRoom(identity, title, folder / identity, quota=limit, monotonic=time.monotonic)

        exports = room("exports", "Finished exports", settings.exports_quota_gb)
        vault = room("vault", "Evidence vault", settings.vault_quota_gb)
        cache = room("cache", "Caches", settings.cache_quota_gb)
        everything = (room("store", "Incident projects"), exports, vault, cache)
        rooms = StorageRooms(everything, folder, int(settings.low_disk_gb * GIGABYTE))
        return cls(exports=exports, vault=vault, cache=cache, rooms=rooms)


@attrs.frozen(kw_only=True)
class Ground:
    """Made once for a running plug-in, and given to each part of it."""

    host: HostServices
    settings: Settings
    clock: Clock
    ids: Ids
    guard: Guard
    licence: Licence
    secrets: HostSecrets
    store: TinyDBStore
    #: What the command line asks of the store while this process has it.
    commands: CommandSocket
    work: UnitOfWork
    #: The key that logs are sealed with, and certificates of deletion signed.
    key: SigningKey
    sealing: Sealing
    storage: Storage

    @classmethod
    def of(cls, host: HostServices, settings: Settings, store: TinyDBStore) -> Ground:
        """Lay it on an open store; nothing else is opened."""
        clock, ids, key = HostClock(clock=host.clock), RandomIds(), SigningKey(host.storage / KEYS)
        return cls(
            host=host,
            settings=settings,
            clock=clock,
            ids=ids,
            guard=Guard(HostAccess(host=host)),
            licence=HostLicence(host=host),
            secrets=HostSecrets(host=host),
            store=store,
            commands=CommandSocket(store.directory, {"compact": partial(upkeep.compact_beside, store)}),
            work=UnitOfWork(store, clock, ids, ZoneInfo(host.site.time_zone)),
            key=key,
            sealing=Sealing(store=store, clock=clock, signer=key),
            storage=Storage.of(host.storage, settings.storage),
        )

    @property
    def folder(self) -> Path:
        """The plug-in's own directory."""
        return self.host.storage

    @property
    def site(self) -> str:
        """What people call the site."""
        return self.host.site.name

    @property
    def time_zone(self) -> str:
        """The site's time zone, by its IANA name."""
        return self.host.site.time_zone

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)
