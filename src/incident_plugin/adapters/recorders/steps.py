"""The steps of a recorder's test: each finds something out with the parts that are used afterwards."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime, timedelta

import attrs

from incident_plugin.adapters.recorders.parts import Channel, Device, Streams
from incident_plugin.adapters.recorders.reach import Place, Unreached, connect, resolve, secure
from incident_plugin.application.media_ports import VideoStream
from incident_plugin.domain.media import AccessUnit, ClockOffset
from incident_plugin.domain.recorders import RecorderConfig, TlsPolicy
from incident_plugin.domain.time import Interval

#: A clock that is further off is a warning: people compare times.
_TOLERABLE = timedelta(seconds=2)
#: Where recorded video is looked for, and how much of it is fetched.
_LOOK_BACK, _FETCH = timedelta(days=1), timedelta(seconds=4)
_PICTURES = 5
_SERVICES = {
    "http://www.onvif.org/ver20/media/wsdl": "Media2",
    "http://www.onvif.org/ver10/media/wsdl": "Media",
    "http://www.onvif.org/ver20/ptz/wsdl": "PTZ",
    "http://www.onvif.org/ver10/events/wsdl": "Events",
    "http://www.onvif.org/ver10/search/wsdl": "Search",
    "http://www.onvif.org/ver10/replay/wsdl": "Replay",
    "http://www.onvif.org/ver10/recording/wsdl": "Recording",
    "http://www.onvif.org/ver10/deviceIO/wsdl": "Device I/O",
    "http://www.onvif.org/ver20/imaging/wsdl": "Imaging",
}


@attrs.frozen(kw_only=True)
class Found:
    """How a step ended well, or nearly."""

    said: str
    technical: str = ""
    #: Set for a warning.
    remedy: str = ""
    fingerprint: str = ""


class NotTried(Exception):
    """A step that does not apply; the text says why."""


@attrs.define(kw_only=True)
class Steps:
    """One test under way, and what its steps have found so far."""

    config: RecorderConfig
    device: Device
    streams: Streams
    now: Callable[[], datetime]
    channels: tuple[Channel, ...] = ()
    clock: ClockOffset | None = None
    recorded: tuple[str, Interval] | None = None

    @property
    def place(self) -> Place:
        return Place.of(self.config.address)

    async def resolve(self) -> Found:
        addresses = await resolve(self.place)
        if addresses == (self.place.host,):
            return Found(said="The address is a number: no name has to be looked up.", technical=addresses[0])
        return Found(said=f"{self.place.host} is known in this network.", technical=", ".join(addresses))

    async def tcp(self) -> Found:
        address = await connect(self.place)
        return Found(said="It can be reached.", technical=f"connected to {address}, port {self.place.port}")

    async def tls(self) -> Found:
        if not self.config.encrypted:
            raise NotTried(
                "The address says http://: passwords are not sent in clear, but pictures and questions are."
            )
        met = await secure(self.place)
        technical = f"{met.session}; certificate SHA-256 {met.fingerprint}; {met.doubt or 'trusted'}"
        if self.config.tls is TlsPolicy.PINNED:
            if met.fingerprint != self.config.fingerprint:
                raise Unreached(
                    "It presents another certificate than the one that was confirmed.",
                    "If its certificate was renewed, compare the new fingerprint with the recorder's own and"
                    " confirm it. Otherwise somebody may have put himself between.",
                    f"{technical}; confirmed was {self.config.fingerprint}",
                )
            return Found(
                said="The connection is encrypted, and it is the confirmed recorder.",
                technical=technical,
                fingerprint=met.fingerprint,
            )
        if not met.doubt:
            return Found(
                said="The connection is encrypted, and its certificate is trusted.", technical=technical
            )
        if self.config.tls is TlsPolicy.ACCEPT:
            return Found(
                said="The connection is encrypted, but who is at the other end is not checked.",
                remedy="Confirm its certificate: compare the fingerprint with the recorder's own.",
                technical=technical,
                fingerprint=met.fingerprint,
            )
        raise UntrustedCertificate(
            f"Its certificate is not trusted by this server: {met.reason}.",
            "Compare the fingerprint with the one that the recorder shows in its own settings. When they are"
            " the same, confirm this certificate; or let an authority that this server trusts issue one.",
            technical,
            met.fingerprint,
        )

    async def soap(self) -> Found:
        await self.device.greet()
        return Found(said="It speaks ONVIF.", technical=self.device.exchange)

    async def measure(self) -> Found:
        clock = self.clock = await self.device.clock_offset()
        seconds, bound = clock.offset.total_seconds(), clock.uncertainty.total_seconds()
        technical = f"offset {seconds:+.2f} s ± {bound:.2f} s (recorder minus this server)"
        if abs(clock.offset) - clock.uncertainty <= _TOLERABLE:
            return Found(said="Its clock is right.", technical=technical)
        way = "fast" if seconds > 0 else "slow"
        return Found(
            said=f"Its clock is {_length(abs(clock.offset))} {way}. Times are corrected by that.",
            remedy="Let the recorder and this server take their time from the same time server (NTP).",
            technical=technical,
        )

    async def sign_in(self) -> Found:
        information = await self.device.information()
        summary = information.summary or "device without a name"
        return Found(
            said=f"User name and password are right. It is a {summary}.",
            technical=f"{self.device.exchange}; identity {information.id}",
        )

    async def services(self) -> Found:
        found = await self.device.services()
        names = [title for namespace, title in _SERVICES.items() if namespace in found]
        listed = ", ".join(names) or "none that are known"
        technical = "; ".join(f"{_SERVICES.get(ns, ns)} {address}" for ns, address in found.items())
        if "Search" in names and "Replay" in names:
            return Found(said=f"It offers: {listed}.", technical=technical)
        return Found(
            said=f"It offers: {listed}. Without Search and Replay there is no recorded video.",
            remedy="Use it for live pictures, or switch on recording and ONVIF Profile G in its settings.",
            technical=technical,
        )

    async def cameras(self) -> Found:
        self.channels = await self.device.channels()
        technical = "; ".join(
            f"{one.token}: profile {one.profile or '-'}, recordings {', '.join(one.recordings) or '-'}"
            f"{', PTZ' if one.ptz else ''}"
            for one in self.channels
        )
        if not self.channels:
            raise Unreached(
                "It names no camera.",
                "Connect cameras to the recorder, and let its ONVIF user see them.",
                self.device.exchange,
            )
        live = sum(one.profile is not None for one in self.channels)
        kept = sum(bool(one.recordings) for one in self.channels)
        said = f"{_counted(len(self.channels), 'camera')}: {live} with live pictures, {kept} recorded."
        hidden = [one.name for one in self.channels if one.profile is None and not one.recordings]
        if hidden:
            return Found(
                said=said,
                remedy=f"Set up a profile in H.264 or H.265 for {', '.join(hidden[:5])}.",
                technical=technical,
            )
        return Found(said=said, technical=technical)

    async def live(self) -> Found:
        channel = next((one for one in self.channels if one.profile is not None), None)
        if channel is None or channel.profile is None:
            raise NotTried("No camera has live pictures that can be shown.")
        url = await self.device.live_uri(channel.profile)
        offset = self.clock.offset if self.clock else None
        async with self.streams.live(url, clock_offset=offset, sound=True) as stream:
            technical = await _pictures(stream, _PICTURES)
        return Found(said=f"Live pictures of {channel.name} come.", technical=f"{plain(url)}: {technical}")

    async def search(self) -> Found:
        channel = next((one for one in self.channels if one.recordings), None)
        if channel is None:
            raise NotTried("No camera is recorded.")
        offset = self.clock.offset if self.clock else timedelta(0)
        now = self.now() + offset
        for recording in channel.recordings:
            spans = await self.device.recorded(recording, Interval(now - _LOOK_BACK, now))
            if spans:
                self.recorded = (recording, Interval(spans[-1].start - offset, spans[-1].end - offset))
                return Found(
                    said=f"The last recorded video of {channel.name} is of {_moment(self.recorded[1].end)}.",
                    technical=f"{len(spans)} spans in 24 hours; {self.device.exchange}",
                )
        return Found(
            said=f"{channel.name} has no recorded video of the last 24 hours.",
            remedy="Check in the recorder's own settings whether it records at present.",
            technical=self.device.exchange,
        )

    async def replay(self) -> Found:
        if self.recorded is None:
            raise NotTried("There is no recorded video to fetch.")
        recording, span = self.recorded
        end = span.end - timedelta(seconds=min(10.0, span.length.total_seconds() / 4))
        wanted = Interval(max(span.start, end - _FETCH), end)
        url = await self.device.replay_uri(recording)
        offset = self.clock.offset if self.clock else timedelta(0)
        began = time.monotonic()
        async with self.streams.replay(url, wanted, clock_offset=offset, sound=True) as stream:
            technical = await _pictures(stream, None)
        speed = wanted.length.total_seconds() / max(time.monotonic() - began, 0.001)
        if speed < 1.5:  # noqa: PLR2004 -- clearly not faster than it was recorded
            return Found(
                said="Recorded video comes, but only as fast as it was recorded: exports will take long.",
                remedy="Update the recorder: it does not follow ONVIF's Rate-Control.",
                technical=f"{plain(url)}: {technical}, {speed:.1f} x real time",
            )
        return Found(
            said="Recorded video comes.", technical=f"{plain(url)}: {technical}, {speed:.1f} x real time"
        )


class UntrustedCertificate(Unreached):
    """A certificate that an administrator could confirm."""

    def __init__(self, said: str, remedy: str, technical: str, fingerprint: str) -> None:
        super().__init__(said, remedy, technical)
        self.fingerprint = fingerprint


async def _pictures(stream: VideoStream, count: int | None) -> str:
    """Read some pictures, or all; say what they are."""
    pictures, size, sounds = 0, 0, 0
    async with aclosing(stream.mixed()) as units:  # type: ignore[type-var]  # generators behind a protocol
        async for unit in units:
            if isinstance(unit, AccessUnit):
                pictures += 1
                size += sum(map(len, unit.nals))
            else:
                sounds += 1
            if count is not None and pictures >= count:
                break
    sound = f", sound {stream.sound.codec} {stream.sound.rate} Hz" if stream.sound else ", no sound"
    return f"{stream.track.codec}, {_counted(pictures, 'picture')}, {size:,} bytes{sound}"


def plain(url: str) -> str:
    """Give an address without what may be a password: some recorders put it into path or query."""
    return re.sub(r"(?i)\b(pass\w*|pwd|auth|token|key)=[^&/;]*", r"\1=…", url)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _length(length: timedelta) -> str:
    seconds = length.total_seconds()
    if seconds < 90:  # noqa: PLR2004 -- people count seconds up to here
        return f"{seconds:.1f} seconds"
    return f"{round(seconds / 60):,} minutes" if seconds < 2 * 3600 else f"{round(seconds / 3600):,} hours"


def _moment(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
