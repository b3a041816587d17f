"""The composition root: from settings and the host's services to a running plug-in."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import msgspec

from incident_plugin.adapters.host import (
    HostAccess,
    HostClock,
    HostLicence,
    HostPeople,
    HostSecrets,
    RandomIds,
)
from incident_plugin.adapters.live_preview import WebRtcRelay
from incident_plugin.adapters.media import OpusRecoder, PyavWriter, recoded_pictures
from incident_plugin.adapters.onvif import OnvifDevice, WsDiscovery
from incident_plugin.adapters.pdf_report import PdfReportMaker
from incident_plugin.adapters.picture_cache import PictureCache
from incident_plugin.adapters.recorders import Connect, Recorder, RecorderWalk, SiteRecorders
from incident_plugin.adapters.rtsp import Credentials, RtspClient
from incident_plugin.adapters.signing import KEYS, SigningKey
from incident_plugin.adapters.tinydb_store import TinyDBStore
from incident_plugin.adapters.vault import DiskVault, PreservedRecorders
from incident_plugin.administering import Administration, administer
from incident_plugin.application.activity import ActivityLogs
from incident_plugin.application.auditing import HostLog
from incident_plugin.application.changes import Changes
from incident_plugin.application.collections import CollectingRules, Collections
from incident_plugin.application.drafts import Drafts
from incident_plugin.application.export_runner import ExportRunner
from incident_plugin.application.footage import Cameras, FootagePicker
from incident_plugin.application.footage_states import FootageStates
from incident_plugin.application.guard import Guard
from incident_plugin.application.list_keeping import KeptForList
from incident_plugin.application.listing import Listing
from incident_plugin.application.live_sessions import LiveSessions
from incident_plugin.application.overview import Overviews
from incident_plugin.application.people import People
from incident_plugin.application.period_reporting import PeriodReporting
from incident_plugin.application.presence import Presence
from incident_plugin.application.preserving import Preserver, Preserving
from incident_plugin.application.projects import Projects
from incident_plugin.application.recorders import RecorderAdministration
from incident_plugin.application.relations import Relations
from incident_plugin.application.report_jobs import ReportJobs
from incident_plugin.application.reporting import Reporting, Stills
from incident_plugin.application.sealing import Sealing
from incident_plugin.application.snapshots import Snapshots
from incident_plugin.application.steering import Steering
from incident_plugin.application.storage_rooms import GIGABYTE, FolderRoom, StorageRooms
from incident_plugin.application.timeline import Timeline
from incident_plugin.application.unit_of_work import UnitOfWork
from incident_plugin.application.unsaved import UnsavedWork
from incident_plugin.application.watching import RecordingWatch
from incident_plugin.bootstrap_exports import assemble_exports
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.journal import Action
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.people import Person, PersonId
from incident_plugin.domain.recorders import (
    RecorderConfig,
    RecorderId,
    TlsPolicy,
    device_address,
    fingerprint,
    recorder_name,
)
from incident_plugin.http.activity import ActivityResources
from incident_plugin.http.app import create_app
from incident_plugin.http.collections import CollectionResources
from incident_plugin.http.events import EventResources
from incident_plugin.http.listing import ListResources
from incident_plugin.http.operations import Operation
from incident_plugin.http.preserving import PreserveResources
from incident_plugin.http.projects import ProjectResources
from incident_plugin.http.recorders import RecorderResources
from incident_plugin.http.reports import ReportResources
from incident_plugin.http.steering import SteeringResources
from incident_plugin.http.together import TogetherResources
from incident_plugin.http.video import VideoResources
from incident_plugin.http.whep import WhepResources
from vms_hooks.contributions import AsgiApp
from vms_hooks.host import HostServices

#: Seconds that a session for replay waits at a recorder for the next seek in the same camera.
_WARM_FOR = 15.0
#: What is kept of fetched recordings and stills: a recorder that deletes its own is not outlived for long.
_KEPT_BYTES, _KEPT_FOR = 512 << 20, timedelta(hours=1)


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
    def export_retention(self) -> timedelta | None:
        """How long finished exports are kept; nothing for ever."""
        return timedelta(days=self.export_retention_days) if self.export_retention_days else None

    @property
    def rules(self) -> CollectingRules:
        """The rules of collecting."""
        return CollectingRules(
            pre_roll=timedelta(seconds=self.pre_roll_seconds),
            merge_within=timedelta(seconds=self.merge_within_seconds),
        )


def read_settings(settings: Mapping[str, Any]) -> Settings:
    """Check the settings; raises ``ValueError`` naming the one that is wrong."""
    try:
        return msgspec.convert(settings, Settings)
    except msgspec.ValidationError as error:
        raise ValueError(f"A setting of the incident manager is wrong: {error}.") from error


def connection_of(host: HostServices) -> Connect:
    """Give what makes recorders, for this host's clock; nothing is connected before it is used."""
    now = host.clock.now

    def connect(config: RecorderConfig, password: str) -> Recorder:
        device = OnvifDevice(
            config.address,
            config.username,
            password,
            name=config.name,
            fingerprint=config.fingerprint,
            any_certificate=config.tls is TlsPolicy.ACCEPT,
            now=now,
        )
        streams = RtspClient(
            Credentials(username=config.username, password=password),
            name=config.name,
            now=now,
            keeps_warm=_WARM_FOR,
        )
        return Recorder(config.name, device, streams, identity=config.id, now=now)

    return connect


def connect_recorders(
    host: HostServices, secrets: HostSecrets, configs: Iterable[RecorderConfig]
) -> SiteRecorders:
    """Give the site's recorders; raises ``ValueError`` for an address that is none."""
    recorders = SiteRecorders(connect=connection_of(host))
    for config in configs:
        recorders.install(config, secrets.get(config.password_secret) or "")
    return recorders


def vault_room(folder: Path, settings: StorageSettings) -> FolderRoom:
    """Give the room of the evidence vault."""
    return _room(folder, "vault", "Evidence vault", settings.vault_quota_gb)


def _room(folder: Path, identity: str, title: str, quota: float) -> FolderRoom:
    limit = int(quota * GIGABYTE) or None
    return FolderRoom(identity, title, folder / identity, quota=limit, monotonic=time.monotonic)


def exports_room(folder: Path, settings: StorageSettings) -> FolderRoom:
    """Give the room of finished exports."""
    return _room(folder, "exports", "Finished exports", settings.exports_quota_gb)


def cache_room(folder: Path, settings: StorageSettings) -> FolderRoom:
    """Give the room of what is made again when it is missing: reports, backups to be fetched."""
    return _room(folder, "cache", "Caches", settings.cache_quota_gb)


def storage_rooms(
    folder: Path, settings: StorageSettings, exports: FolderRoom, vault: FolderRoom, cache: FolderRoom
) -> StorageRooms:
    """Give the rooms below the plug-in's directory; nothing is made there."""
    rooms = (
        _room(folder, "store", "Incident projects", 0),
        exports,
        vault,
        cache,
    )
    return StorageRooms(rooms, folder, int(settings.low_disk_gb * GIGABYTE))


@attrs.frozen(kw_only=True)
class Parts:
    """Everything that was put together."""

    app: AsgiApp
    #: The operation table that the application is made of.
    operations: tuple[Operation, ...]
    guard: Guard
    store: TinyDBStore
    sealing: Sealing
    recorders: SiteRecorders
    relay: WebRtcRelay
    live: LiveSessions
    steering: Steering
    host_log: HostLog
    watch: RecordingWatch
    rooms: StorageRooms
    runner: ExportRunner
    reports: ReportJobs
    preserver: Preserver
    cameras: Cameras
    states: FootageStates
    people: People
    collections: Collections
    timeline: Timeline
    events: EventResources
    administration: Administration


def assemble(host: HostServices, settings: Settings) -> Parts:
    """Put the plug-in together; nothing runs yet, and nothing but the store is opened."""
    clock, ids, guard = HostClock(clock=host.clock), RandomIds(), Guard(HostAccess(host=host))
    licence = HostLicence(host=host)
    store = TinyDBStore(host.storage / "store")
    work = UnitOfWork(store, clock, ids, ZoneInfo(host.site.time_zone))
    fixed, secrets = settings.configured, HostSecrets(host=host)
    with store.read() as reading:
        configured = (*fixed, *reading.recorders.all())
    recorders = connect_recorders(host, secrets, configured)
    cameras, writer = Cameras(recorders), PyavWriter()
    relay = WebRtcRelay(recorders, recode=recoded_pictures, recode_sound=OpusRecoder)
    live = LiveSessions(relay, guard, HostPeople(host=host))
    service = Person(id=PersonId("incident"), name="Incident manager")
    room, vault = vault_room(host.storage, settings.storage), DiskVault(host.storage / "vault")
    preserver = Preserver(
        store=store,
        work=work,
        clock=clock,
        recorders=recorders,
        writer=writer,
        vault=vault,
        room=room,
        service=service,
        sound=settings.sound,
    )
    preserving = Preserving(work=work, guard=guard, clock=clock, wake=preserver.wake)
    # Whoever wants recorded video gets it from the vault where that has all of it.
    footage = PreservedRecorders(recorders, preserver.covering, vault.path)
    stills = Stills(recorders=footage, writer=writer)
    picker = FootagePicker(cameras=cameras, recorders=footage, guard=guard, clock=clock, marked=store.marked)
    projects = Projects(store=store, work=work, guard=guard, clock=clock, ids=ids, licence=licence)
    collections = Collections(
        work=work,
        guard=guard,
        cameras=cameras,
        clock=clock,
        ids=ids,
        licence=licence,
        rules=settings.rules,
        service=service,
    )
    steering = Steering(
        recorders, guard, lambda actor, camera: collections.note(actor, camera, Action.CAMERA_MOVED)
    )
    drafts = Drafts(work=work, guard=guard, clock=clock, ids=ids)
    maker = PdfReportMaker()
    reporting = Reporting(
        store=store,
        work=work,
        guard=guard,
        clock=clock,
        recorders=footage,
        stills=stills,
        maker=maker,
        site=host.site.name,
        time_zone=host.site.time_zone,
    )
    key = SigningKey(host.storage / KEYS)
    sealing = Sealing(store=store, clock=clock, signer=key)
    cache = cache_room(host.storage, settings.storage)
    reports = ReportJobs(
        directory=host.storage / "cache" / "reports",
        clock=clock,
        ids=ids,
        guard=guard,
        cameras=cameras,
        room=cache,
    )
    shelf_room = exports_room(host.storage, settings.storage)
    exporting = assemble_exports(
        host,
        settings.export_retention,
        room=shelf_room,
        work=work,
        guard=guard,
        footage=footage,
        writer=writer,
        reporting=reporting,
        sealing=sealing,
        sound=settings.sound,
    )
    administration = administer(
        host,
        store=store,
        work=work,
        guard=guard,
        clock=clock,
        ids=ids,
        key=key,
        service=service,
        shelf=exporting.shelf,
        settings=msgspec.json.format(msgspec.json.encode(settings)).decode(),
    )
    zone = ZoneInfo(host.site.time_zone)
    listing = Listing(store=store, guard=guard, clock=clock, zone=zone)
    periods = PeriodReporting(
        reporting=reporting,
        listing=listing,
        work=work,
        guard=guard,
        clock=clock,
        maker=maker,
        site=host.site.name,
        time_zone=host.site.time_zone,
    )
    overviews = Overviews(store=store, guard=guard, listing=listing, clock=clock, zone=zone)
    kept = KeptForList(work=work, guard=guard, ids=ids)
    events = EventResources(Changes(store, guard))
    relations = Relations(store=store, work=work, guard=guard, clock=clock)
    people = People(work=work, guard=guard, clock=clock, ids=ids)
    states = FootageStates(
        work=work,
        guard=guard,
        recorders=recorders,
        retention=recorders,
        clock=clock,
        preserved=preserving.kept,
    )
    presence = Presence(guard, clock)
    recorder_administration = RecorderAdministration(
        work=work,
        guard=guard,
        ids=ids,
        secrets=secrets,
        network=recorders,
        cameras=cameras,
        discovery=WsDiscovery(),
        test=RecorderWalk(connection_of(host)),
        fixed=fixed,
    )
    operations = (
        *events.operations(),
        *ListResources(listing=listing, overviews=overviews, kept=kept, guard=guard, zone=zone).operations(),
        *CollectionResources(collections=collections, drafts=drafts, picker=picker, clock=clock).operations(),
        *ProjectResources(projects=projects, picker=picker, relations=relations).operations(),
        *ActivityResources(logs=ActivityLogs(store=store, work=work, guard=guard)).operations(),
        *TogetherResources(
            people=people,
            presence=presence,
            unsaved=UnsavedWork(work=work, guard=guard, clock=clock),
            relations=relations,
            states=states,
        ).operations(),
        *ReportResources(reporting=reporting, periods=periods, jobs=reports, projects=projects).operations(),
        *administration.operations,
        *RecorderResources(administration=recorder_administration).operations(),
        *exporting.operations,
        *PreserveResources(preserving=preserving, preserver=preserver).operations(),
        *SteeringResources(
            steering=steering, snapshots=Snapshots(guard=guard, collections=collections)
        ).operations(),
        *VideoResources(
            recorders=footage,
            whep=WhepResources(live=live),
            writer=writer,
            stills=stills,
            guard=guard,
            clock=clock,
            kept=PictureCache(
                host.storage / "cache" / "playback", most=_KEPT_BYTES, lasting=_KEPT_FOR, now=clock.now
            ),
        ).operations(),
    )
    return Parts(
        app=create_app(operations, guard, administration.denials.denied),
        operations=operations,
        guard=guard,
        store=store,
        sealing=sealing,
        recorders=recorders,
        relay=relay,
        live=live,
        steering=steering,
        host_log=HostLog(work, clock),
        watch=RecordingWatch(
            cameras,
            recorders,
            clock,
            patience=timedelta(seconds=settings.watch.not_recorded_after_seconds),
            drift=timedelta(seconds=settings.watch.clock_drift_seconds),
        ),
        rooms=storage_rooms(host.storage, settings.storage, shelf_room, room, cache),
        runner=exporting.runner,
        reports=reports,
        preserver=preserver,
        cameras=cameras,
        states=states,
        people=people,
        collections=collections,
        timeline=Timeline(recorders=footage, store=store, guard=guard),
        events=events,
        administration=administration,
    )
