"""How the plug-in is, in the host's words: each part, what is wrong with it, and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import attrs

from incident_plugin.adapters.recorders import RecorderHealth
from incident_plugin.adapters.system import ClockState
from incident_plugin.application.administration.retention import RetentionTask
from incident_plugin.application.administration.storage_rooms import RoomUse, StorageRooms, in_words
from incident_plugin.application.live.ice_servers import IceServers
from incident_plugin.application.recorders.watching import RecordingWatch
from incident_plugin.application.searching import ProjectFilter
from incident_plugin.application.store import IncidentStore
from incident_plugin.domain.errors import IncidentError
from incident_plugin.domain.exports import KnownCertificate
from incident_plugin.settings import UnknownSetting
from vms_hooks import values
from vms_hooks.values import Health, Part

#: What a part can say in the host's release of the contract; earlier ones have no warnings.
_OF_PARTS = frozenset(field.name for field in attrs.fields(Part))

#: How long before its end the certificate of the signing key is a warning.
_EXPIRES_SOON = timedelta(days=30)


@attrs.frozen(kw_only=True)
class HealthReport:
    """Puts together what the host is told."""

    _store: IncidentStore
    _recorders: Callable[[], tuple[RecorderHealth, ...]]
    _rooms: StorageRooms
    _watch: RecordingWatch
    _ice: IceServers
    _server_clock: Callable[[], ClockState | None]
    _retention: RetentionTask
    #: Of the keys that packages are signed with, the one in use first.
    _certificates: Callable[[], tuple[KnownCertificate, ...]]
    _now: Callable[[], datetime]
    #: What the site has written and nothing reads.
    _unknown: tuple[UnknownSetting, ...] = ()

    async def make(self, *, asked: bool, dead: bool) -> Health:
        """Give the whole report.

        ``asked`` is whether the recorders were asked since the start, ``dead`` whether work in the background
        has ended.
        """
        parts = [await asyncio.to_thread(self._store_part), *self._recorder_parts(asked=asked)]
        parts.append(_background(dead=dead))
        parts.append(await asyncio.to_thread(self._retention_part))
        parts += await asyncio.to_thread(self._signing_parts)
        parts += [*self._camera_parts(), *self._clock_parts(), *self._relay_parts()]
        parts += map(_unknown_part, self._unknown)
        disk, rooms = await asyncio.to_thread(self._storage)
        parts += disk
        return _health(parts, rooms)

    def _store_part(self) -> Part:
        try:
            self._store.count(ProjectFilter(), cap=1)
        except IncidentError as error:
            return _part("store", ok=False, detail=error.detail, for_operators=True)
        return _part("store")

    def _retention_part(self) -> Part:
        """Say how retention does; that nothing is decided is no fault, and is to be seen."""
        if self._retention.fault:
            return _part("retention", ok=False, detail=self._retention.fault, remedy="It tries again soon.")
        try:
            decided = self._retention.decided
        except IncidentError as error:
            return _part("retention", detail=error.detail)
        if decided:
            return _part("retention")
        return _part(
            "retention",
            warning=True,
            detail="Nobody has decided how long incident projects are kept: nothing is deleted by itself.",
            remedy="Set the retention under Administration > Incident retention.",
        )

    def _signing_parts(self) -> tuple[Part, ...]:
        """Say how the key is that packages are signed with; nothing before the first was made."""
        remedy = "Look under Administration > Evidence."
        try:
            used = next((one for one in self._certificates() if one.current), None)
        except (OSError, ValueError):
            return (_part("signing key", ok=False, detail="Its files cannot be read.", remedy=remedy),)
        if used is None:
            return ()
        if used.fault:
            return (_part("signing key", ok=False, detail=used.fault, remedy=remedy),)
        if used.not_after - self._now() < _EXPIRES_SOON:
            ends = f"Its certificate ends at {_shown(used.not_after)}. What is signed later will not verify."
            remedy = "Use a new one, under Administration > Evidence."
            return (_part("signing key", warning=True, detail=ends, remedy=remedy),)
        return (_part("signing key"),)

    def _recorder_parts(self, *, asked: bool) -> Iterator[Part]:
        recorders = self._recorders()
        for recorder in recorders:
            name = "recorder" if len(recorders) == 1 else f"recorder {recorder.recorder}"
            fault = recorder.error or ("" if asked else "The recorder has not answered yet.")
            remedy = "Press Test beside it under Administration > Recorders: each step says what is wrong."
            yield _part(
                name, ok=not fault, detail=fault, remedy=remedy if fault else "", for_operators=bool(fault)
            )
            if recorder.events and not fault:
                yield _part(
                    f"events of {recorder.recorder}",
                    warning=True,
                    detail=f"{recorder.events} Pictures and recorded video do not need them; that it restarts"
                    " or sets its clock is noticed later.",
                    remedy="Allow events (pull point) for its ONVIF user in the recorder's own settings."
                    " It is asked again every minute.",
                )
        if not recorders:
            yield _part("recorder", detail="No recorder is configured.")

    def _camera_parts(self) -> Iterator[Part]:
        for one in self._watch.found.not_recorded if self._watch.found else ():
            since = f"since {_shown(one.since)}" if one.since else "for more than an hour"
            yield _part(
                f"recording of {one.camera.name}",
                warning=True,
                for_operators=True,
                camera=one.camera.id,
                detail=f"{one.camera.name} has not been recorded {since}. There is no video of it meanwhile.",
                remedy=f"Check the camera, and whether {one.camera.recorder} is set to record it.",
            )

    def _relay_parts(self) -> Iterator[Part]:
        for server in self._ice.without_secret:
            yield _part(
                f"relay {server.urls[0]}",
                warning=True,
                detail=f"The host keeps no secret “{server.secret}”, or one that is not plain ASCII: browsers"
                " are not told of this relay for live pictures.",
                remedy="Put it into the host's secret store, or take the relay out of the settings.",
            )

    def _clock_parts(self) -> Iterator[Part]:
        state = self._server_clock()
        if state is None:
            yield _part("server clock", detail="Whether it is kept right is not known on this system.")
        elif state.synchronised:
            error = f"It is kept right by a time service, to within {_seconds(state.error)}."
            yield _part("server clock", detail=error)
        else:
            yield _part(
                "server clock",
                warning=True,
                detail="No time service keeps the server's clock right. Times in evidence are by this clock.",
                remedy="Set up NTP on the server.",
            )
        for drift in self._watch.found.drifts if self._watch.found else ():
            ahead = "ahead of" if drift.offset.offset > timedelta(0) else "behind"
            off, by = _seconds(abs(drift.offset.offset)), _seconds(drift.offset.uncertainty)
            yield _part(
                f"clock of {drift.recorder}",
                warning=True,
                detail=f"It is {off} (±{by}) {ahead} the server's clock. Recorded times are corrected by it.",
                remedy="Set up NTP on the recorder and on the server.",
            )

    def _storage(self) -> tuple[list[Part], tuple[RoomUse, ...]]:
        try:
            space, rooms = self._rooms.disk(), self._rooms.uses()
        except OSError as error:
            return [_part("disk", ok=False, detail=f"The disk cannot be read: {error.strerror}.")], ()
        parts = [
            _part(
                "disk",
                ok=not space.critical,
                warning=space.low and not space.critical,
                for_operators=space.critical,
                detail=f"{in_words(space.free)} are free."
                + (
                    (" Saving will fail soon." if space.free else " Nothing can be saved.")
                    if space.critical
                    else ""
                ),
                remedy="Free some space, or move the data directory to a larger disk." if space.low else "",
            )
        ]
        return [*parts, *(_room_part(room) for room in rooms if room.nearly_full)], rooms


def _room_part(room: RoomUse) -> Part:
    state = "full" if room.full else "nearly full"
    return _part(
        room.title,
        warning=True,
        for_operators=room.full,
        detail=f"{room.title}: {state}. {in_words(room.used)} of {in_words(room.quota or 0)} are used."
        + (" Nothing more is put there." if room.full else ""),
        remedy="Remove what is no longer needed, or raise its quota in the plug-in's settings.",
    )


def _unknown_part(setting: UnknownSetting) -> Part:
    return _part(
        f"setting {setting.name}",
        warning=True,
        detail=f"The incident manager knows no setting “{setting.name}”: it is ignored.",
        remedy=(f"Did you mean “{setting.like}”? " if setting.like else "")
        + "Mend it, or take it out of the site configuration, and restart the host.",
    )


def _background(*, dead: bool) -> Part:
    return _part(
        "background work",
        ok=not dead,
        detail="A background task ended." if dead else "",
        remedy="Start the plug-in again; the log says why it ended." if dead else "",
    )


def _health(parts: list[Part], rooms: tuple[RoomUse, ...]) -> Health:
    ok = all(part.ok for part in parts)
    told: Any = getattr(values, "StorageRoom", None)
    if told is None:
        # An earlier release of the contract has no rooms: they are said as parts.
        said = [_part(room.title, detail=f"{in_words(room.used)} used, {_limit(room)}.") for room in rooms]
        return Health(ok=ok, parts=(*parts, *said))
    return Health(ok=ok, parts=tuple(parts), rooms=tuple(told(**attrs.asdict(room)) for room in rooms))


def _limit(room: RoomUse) -> str:
    return "no quota" if room.quota is None else f"quota {in_words(room.quota)}"


def _part(name: str, *, ok: bool = True, **more: Any) -> Part:
    return Part(name=name, ok=ok, **{key: value for key, value in more.items() if key in _OF_PARTS})


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _seconds(length: timedelta) -> str:
    if length < timedelta(minutes=2):
        return f"{length.total_seconds():.3g} s"
    # As a clock shows it: an hour is known at a glance, 3.6e+03 s is not.
    return str(timedelta(seconds=round(length.total_seconds())))
