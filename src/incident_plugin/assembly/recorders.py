"""The site's recorders: connected, watched, administered."""

from __future__ import annotations

from datetime import timedelta

import attrs

from incident_plugin.adapters.onvif import OnvifDevice, WsDiscovery
from incident_plugin.adapters.recorders import Connect, Recorder, RecorderWalk, SiteRecorders
from incident_plugin.adapters.rtsp import Credentials, RtspClient, Trust
from incident_plugin.application.recorders.administration import RecorderAdministration
from incident_plugin.application.recorders.watching import RecordingWatch
from incident_plugin.application.video.footage import Cameras
from incident_plugin.assembly.ground import Ground
from incident_plugin.domain.recorders import RecorderConfig, TlsPolicy
from incident_plugin.http.operations import Operation
from incident_plugin.http.recorders import RecorderResources

#: Seconds that a session for replay waits at a recorder for the next seek in the same camera.
_WARM_FOR = 15.0


@attrs.frozen(kw_only=True)
class RecorderParts:
    """The recorders behind one port, and what is asked about them."""

    network: SiteRecorders
    cameras: Cameras
    watch: RecordingWatch
    operations: tuple[Operation, ...]


def assemble_recorders(ground: Ground) -> RecorderParts:
    """Know all recorders, connected to none; raises ``ValueError`` for an address that is none."""
    connect, fixed = _connecting(ground), ground.settings.configured
    network = SiteRecorders(connect=connect)
    with ground.store.read() as reading:
        added = reading.recorders.all()
    for config in (*fixed, *added):
        network.install(config, ground.secrets.get(config.password_secret) or "")
    cameras, watch = Cameras(network), ground.settings.watch
    administration = RecorderAdministration(
        work=ground.work,
        guard=ground.guard,
        ids=ground.ids,
        secrets=ground.secrets,
        network=network,
        cameras=cameras,
        discovery=WsDiscovery(),
        test=RecorderWalk(connect),
        fixed=fixed,
    )
    return RecorderParts(
        network=network,
        cameras=cameras,
        watch=RecordingWatch(
            cameras,
            network,
            ground.clock,
            patience=timedelta(seconds=watch.not_recorded_after_seconds),
            drift=timedelta(seconds=watch.clock_drift_seconds),
        ),
        operations=RecorderResources(administration=administration).operations(),
    )


def _connecting(ground: Ground) -> Connect:
    """Give what makes recorders, for the host's clock; nothing is connected before it is used."""
    now = ground.clock.now

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
            trust=Trust(fingerprint=config.fingerprint, any=config.tls is TlsPolicy.ACCEPT),
        )
        return Recorder(config.name, device, streams, identity=config.id, now=now)

    return connect
