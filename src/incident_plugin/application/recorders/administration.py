"""Use cases of recorder administration: find, test, add, change and remove recorders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import attrs

from incident_plugin.application.guard import Guard
from incident_plugin.application.ports import Actor, Ids
from incident_plugin.application.recorder_ports import (
    Discovery,
    FoundDevice,
    OwnedCamera,
    RecorderNetwork,
    RecorderState,
    RecorderTest,
    Secrets,
    WalkedStep,
)
from incident_plugin.application.unit_of_work import UnitOfWork, Work
from incident_plugin.application.video.footage import Cameras
from incident_plugin.domain.access import Permission
from incident_plugin.domain.errors import Conflict, IncidentError, InvalidInput, NotFound, StoreUnavailable
from incident_plugin.domain.journal import Action, Activity
from incident_plugin.domain.media import CameraId
from incident_plugin.domain.recorders import (
    RecorderConfig,
    RecorderId,
    TlsPolicy,
    apart_id,
    device_address,
    fingerprint,
    recorder_name,
)
from incident_plugin.domain.text import checked_text

_LONGEST_SECRET = 200
_LONGEST_ID = 500
#: How long adding a recorder waits for its cameras, in seconds; it stays added without them.
_FIRST_LOOK = 5.0


@attrs.frozen(kw_only=True)
class RecorderDraft:
    """What an administrator entered."""

    name: str
    address: str
    username: str = ""
    #: ``None`` leaves the password as it is.
    password: str | None = attrs.field(default=None, repr=False)
    tls: TlsPolicy = TlsPolicy.VERIFY
    fingerprint: str = ""
    #: ``None`` leaves the ids at the host as they are.
    cameras: Mapping[CameraId, CameraId] | None = None


@attrs.frozen(kw_only=True)
class ShownRecorder:
    """A recorder as administrators see it."""

    config: RecorderConfig
    #: Set up in the site's configuration file: shown here, and changed there.
    fixed: bool
    has_password: bool
    state: RecorderState


class RecorderAdministration:
    """Everything done to the site's recorders. ``fixed`` ones come from the configuration file."""

    def __init__(
        self,
        *,
        work: UnitOfWork,
        guard: Guard,
        ids: Ids,
        secrets: Secrets,
        network: RecorderNetwork,
        cameras: Cameras,
        discovery: Discovery,
        test: RecorderTest,
        fixed: Iterable[RecorderConfig] = (),
    ) -> None:
        self._work = work
        self._guard = guard
        self._ids = ids
        self._secrets = secrets
        self._network = network
        self._cameras = cameras
        self._discovery = discovery
        self._test = test
        self._fixed = {config.id: config for config in fixed}
        #: Changes come one after the other: store, secret and network move together.
        self._changing = asyncio.Lock()

    @property
    def keeps_passwords(self) -> bool:
        """Whether passwords are entered here; otherwise in the host's own secret store."""
        return self._secrets.kept

    async def all(self, actor: Actor) -> tuple[ShownRecorder, ...]:
        """Give the recorders: those of the configuration file, then the others by name."""
        self._guard.require(actor, Permission.RECORDERS_VIEW)
        kept = await asyncio.to_thread(self._kept, actor)
        kept = tuple(sorted(kept, key=lambda config: (config.name.casefold(), config.id)))
        return tuple(map(self._shown, (*self._fixed.values(), *kept)))

    async def cameras(self, actor: Actor, recorder: RecorderId) -> tuple[OwnedCamera, ...]:
        """Ask a recorder for its cameras; those that the actor may not see are left out."""
        self._guard.require(actor, Permission.RECORDERS_VIEW)
        owned = await self._network.look(recorder)
        seen = set(self._guard.visible(actor, (one.camera.id for one in owned)))
        return tuple(one for one in owned if one.camera.id in seen)

    async def discover(self, actor: Actor) -> tuple[FoundDevice, ...]:
        """Search the local network."""
        self._guard.require(actor, Permission.RECORDERS_MANAGE)
        return await self._discovery.search()

    async def test(
        self, actor: Actor, draft: RecorderDraft, recorder: RecorderId | None = None
    ) -> AsyncIterator[WalkedStep]:
        """Test what was entered; the password of an existing recorder need not be entered again."""
        self._guard.require(actor, Permission.RECORDERS_MANAGE)
        before = None if recorder is None else await self._find(actor, recorder)
        identity = RecorderId("test") if before is None else before.id
        config = _configured(draft, identity, before)
        password = draft.password
        if password is None:
            password = self._kept_password(before, config)
        return self._test.walk(config, password)

    def _kept_password(self, before: RecorderConfig | None, config: RecorderConfig) -> str:
        """Give the password that is kept, to nobody but the host that it was entered for."""
        if before is None or _host_of(before) != _host_of(config):
            return ""
        return self._secrets.get(before.password_secret) or ""

    async def add(self, actor: Actor, draft: RecorderDraft) -> ShownRecorder:
        """Add a recorder and use it from now on."""
        self._guard.require(actor, Permission.RECORDERS_MANAGE)
        async with self._changing:
            config = _configured(draft, RecorderId(self._ids.new()), None)
            await asyncio.to_thread(self._keep, actor, None, config, draft.password)
            return await self._used(actor, config)

    async def change(
        self, actor: Actor, recorder: RecorderId, draft: RecorderDraft, revision: int
    ) -> ShownRecorder:
        """Change a recorder; raises ``Conflict`` when somebody else did since it was read.

        A password that is not entered again stays, unless the recorder is another host now: who may change
        an address must not thereby learn a password.
        """
        self._guard.require(actor, Permission.RECORDERS_MANAGE)
        async with self._changing:
            before = await self._changeable(actor, recorder)
            if before.revision != revision:
                raise Conflict(
                    f"Somebody else changed the recorder “{before.name}” meanwhile. Nothing of yours was "
                    "saved: look at it again.",
                    field="recorder",
                    now=before.name,
                )
            after = attrs.evolve(_configured(draft, recorder, before), revision=revision + 1)
            if _host_of(before) != _host_of(after) and draft.password is None and self._secrets.kept:
                raise InvalidInput(
                    "The address is another computer now. Enter the password again: the old one is sent to "
                    "nobody else.",
                    cause="incident.recorder-moved",
                )
            await asyncio.to_thread(self._keep, actor, before, after, draft.password)
            return await self._used(actor, after)

    async def remove(self, actor: Actor, recorder: RecorderId) -> None:
        """Stop using a recorder and forget its password; incident projects keep their sequences."""
        self._guard.require(actor, Permission.RECORDERS_MANAGE)
        async with self._changing:
            config = await self._changeable(actor, recorder)
            await asyncio.to_thread(self._forget, actor, config)
            self._cameras.forget(await self._network.drop(recorder))

    async def _used(self, actor: Actor, config: RecorderConfig) -> ShownRecorder:
        self._cameras.forget(await self._network.drop(config.id))
        await self._network.use(config, self._secrets.get(config.password_secret) or "")
        with suppress(IncidentError, TimeoutError):
            async with asyncio.timeout(_FIRST_LOOK):
                owned = await self._network.look(config.id)
            self._cameras.learn(one.camera for one in owned)
            config = await self._told_apart(actor, config, owned)
        return self._shown(config)

    async def _told_apart(
        self, actor: Actor, config: RecorderConfig, owned: Iterable[OwnedCamera]
    ) -> RecorderConfig:
        """Remember that its cameras had to be told apart: their ids stay, whoever answers first."""
        if config.apart or all(one.camera.id != apart_id(config.id, one.own) for one in owned):
            return config
        config = attrs.evolve(config, apart=True)

        def remember() -> None:
            with self._work.begin(actor.person) as work:
                work.stored.recorders.put(config)

        await asyncio.to_thread(remember)
        await self._network.use(config, self._secrets.get(config.password_secret) or "")
        await self._network.look(config.id)
        return config

    def _shown(self, config: RecorderConfig) -> ShownRecorder:
        return ShownRecorder(
            config=config,
            fixed=config.id in self._fixed,
            has_password=bool(self._secrets.get(config.password_secret)),
            state=self._network.state(config.id) or RecorderState(),
        )

    def _kept(self, actor: Actor) -> tuple[RecorderConfig, ...]:
        with self._work.reading(actor.person) as work:
            return work.stored.recorders.all()

    async def _find(self, actor: Actor, recorder: RecorderId) -> RecorderConfig:
        kept = {config.id: config for config in await asyncio.to_thread(self._kept, actor)}
        found = self._fixed.get(recorder) or kept.get(recorder)
        if found is None:
            raise NotFound("This recorder was removed meanwhile. Nothing was changed.")
        return found

    async def _changeable(self, actor: Actor, recorder: RecorderId) -> RecorderConfig:
        found = await self._find(actor, recorder)
        if recorder in self._fixed:
            raise InvalidInput(
                f"“{found.name}” is set up in the site's configuration file. Change it there. "
                "Nothing was changed.",
                cause="incident.recorder-configured",
            )
        return found

    def _keep(
        self, actor: Actor, before: RecorderConfig | None, after: RecorderConfig, password: str | None
    ) -> None:
        """Store the recorder, its audit entry and its password: all of them, or none."""
        name = after.password_secret
        old = self._secrets.get(name)
        new = password if self._secrets.kept and password != (old or "") else None
        try:
            with self._work.begin(actor.person) as work:
                _refuse_twice(after, (*self._fixed.values(), *work.stored.recorders.all()))
                work.stored.recorders.put(after)
                work.audit(_activity(before, after, new_password=new is not None))
                if new is not None:
                    self._secrets.put(name, new)
        except StoreUnavailable:
            if new is not None and self._secrets.get(name) == new:
                self._secrets.put(name, old or "")
            raise

    def _forget(self, actor: Actor, config: RecorderConfig) -> None:
        with self._work.begin(actor.person) as work:
            _remove(work, config)
            if self._secrets.kept:
                self._secrets.remove(config.password_secret)


def _remove(work: Work, config: RecorderConfig) -> None:
    work.stored.recorders.remove(config.id)
    work.audit(Activity(action=Action.RECORDER_REMOVED, subject=config.name, before=_described(config)))


def _configured(draft: RecorderDraft, identity: RecorderId, before: RecorderConfig | None) -> RecorderConfig:
    """Check what was entered; raises ``InvalidInput``."""
    cameras = draft.cameras if draft.cameras is not None else (before.cameras if before else {})
    checked_text("The password", draft.password or "", _LONGEST_SECRET)
    for camera in (*cameras, *cameras.values()):
        checked_text("A camera's id", camera, _LONGEST_ID)
    return RecorderConfig(
        id=identity,
        name=recorder_name(draft.name),
        address=device_address(draft.address),
        username=checked_text("The user name", draft.username, _LONGEST_SECRET),
        password_secret=before.password_secret if before else f"recorder-{identity}",
        tls=draft.tls,
        fingerprint=fingerprint(draft.fingerprint) if draft.tls is TlsPolicy.PINNED else "",
        apart=before.apart if before else False,
        cameras={own: host for own, host in cameras.items() if host},
    )


def _host_of(config: RecorderConfig) -> str:
    return urlsplit(config.address).hostname or ""


def _refuse_twice(config: RecorderConfig, others: Iterable[RecorderConfig]) -> None:
    for other in others:
        if other.id == config.id:
            continue
        if other.name.casefold() == config.name.casefold():
            raise InvalidInput(
                f"Another recorder is called “{other.name}”. Choose another name.",
                cause="incident.recorder-known",
            )
        if other.address == config.address:
            raise InvalidInput(
                f"The recorder at {other.address} is already there as “{other.name}”.",
                cause="incident.recorder-known",
            )


def _activity(before: RecorderConfig | None, after: RecorderConfig, *, new_password: bool) -> Activity:
    said = _described(after) + (", new password" if new_password else "")
    if before is None:
        return Activity(action=Action.RECORDER_ADDED, subject=after.name, after=said)
    return Activity(action=Action.RECORDER_CHANGED, subject=after.name, before=_described(before), after=said)


def _described(config: RecorderConfig) -> str:
    """Say how a recorder is set up; never its password."""
    facts = [config.name, config.address, f"user {config.username}" if config.username else "no user name"]
    if config.encrypted:
        facts.append(f"TLS {config.tls.value} {config.fingerprint}".strip())
    if config.cameras:
        facts.append("cameras " + ", ".join(f"{own} = {host}" for own, host in config.cameras.items()))
    return ", ".join(facts)
