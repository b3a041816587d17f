"""Live pictures, and what operators do with a camera while they look at it."""

from __future__ import annotations

import attrs

from incident_plugin.adapters.host import HostPeople
from incident_plugin.adapters.live_preview import WebRtcRelay
from incident_plugin.adapters.media import OpusRecoder, recoded_pictures
from incident_plugin.application.incidents.collections import Collections
from incident_plugin.application.live.ice_servers import IceServers
from incident_plugin.application.live.sessions import LiveSessions
from incident_plugin.application.live.snapshots import Snapshots
from incident_plugin.application.live.steering import Steering
from incident_plugin.assembly.ground import Ground
from incident_plugin.assembly.recorders import RecorderParts
from incident_plugin.domain.journal import Action
from incident_plugin.http.operations import Operation
from incident_plugin.http.steering import SteeringResources
from incident_plugin.http.whep import WhepResources


@attrs.frozen(kw_only=True)
class LiveParts:
    """What sends live pictures, and what turns cameras."""

    relay: WebRtcRelay
    sessions: LiveSessions
    ice: IceServers
    steering: Steering
    operations: tuple[Operation, ...]


def assemble_live(ground: Ground, recorders: RecorderParts, collections: Collections) -> LiveParts:
    """Put it together; what is done with a camera is noted in collections that it is part of."""
    relay = WebRtcRelay(recorders.network, recode=recoded_pictures, recode_sound=OpusRecoder)
    sessions = LiveSessions(relay, ground.guard, HostPeople(host=ground.host))
    ice = IceServers(ground.settings.ice_servers, ground.secrets, ground.guard, ground.clock)
    steering = Steering(
        recorders.network,
        ground.guard,
        lambda actor, camera: collections.note(actor, camera, Action.CAMERA_MOVED),
    )
    snapshots = Snapshots(guard=ground.guard, collections=collections)
    return LiveParts(
        relay=relay,
        sessions=sessions,
        ice=ice,
        steering=steering,
        operations=(
            *WhepResources(live=sessions, ice=ice).operations(),
            *SteeringResources(steering=steering, snapshots=snapshots).operations(),
        ),
    )
