"""Recorded video: from the recorders, or from the vault where that has all of it."""

from __future__ import annotations

import os
from datetime import timedelta

import attrs

from incident_plugin.adapters.media import PyavWriter, recoded_replay
from incident_plugin.adapters.picture_cache import PictureCache
from incident_plugin.adapters.vault import DiskVault, PreservedRecorders
from incident_plugin.application.reports.reporting import Stills
from incident_plugin.application.video.copying import CopyMaker
from incident_plugin.application.video.footage import FootagePicker
from incident_plugin.application.video.footage_states import FootageStates
from incident_plugin.application.video.kept_copies import KeptCopies
from incident_plugin.application.video.parts import Parts
from incident_plugin.application.video.preserver import Preserver
from incident_plugin.application.video.preserving import Preserving
from incident_plugin.application.video.timeline import Timeline
from incident_plugin.assembly.ground import SERVICE, Ground
from incident_plugin.assembly.recorders import RecorderParts
from incident_plugin.http.operations import Operation
from incident_plugin.http.preserving import PreserveResources
from incident_plugin.http.video import VideoResources

#: What is kept of fetched recordings and stills: a recorder that deletes its own is not outlived for long.
_KEPT_BYTES, _KEPT_FOR = 512 << 20, timedelta(hours=1)


@attrs.frozen(kw_only=True)
class VideoParts:
    """Where recorded video comes from, and what is done with it."""

    footage: PreservedRecorders
    writer: PyavWriter
    stills: Stills
    picker: FootagePicker
    states: FootageStates
    timeline: Timeline
    copies: KeptCopies
    preserver: Preserver
    operations: tuple[Operation, ...]


def assemble_video(ground: Ground, recorders: RecorderParts) -> VideoParts:
    """Put together what shows, picks and preserves recorded video."""
    network, writer, vault = recorders.network, PyavWriter(), DiskVault(ground.folder / "vault")
    work, guard, clock = ground.work, ground.guard, ground.clock
    room = ground.storage.vault
    copies = KeptCopies(work=work, clock=clock, vault=vault, room=room, service=SERVICE)
    maker = CopyMaker(
        clock=clock, recorders=network, writer=writer, vault=vault, room=room, sound=ground.settings.sound
    )
    preserver = Preserver(
        store=ground.store, work=work, clock=clock, maker=maker, copies=copies, service=SERVICE
    )
    preserving = Preserving(work=work, guard=guard, clock=clock, wake=preserver.wake)
    footage = PreservedRecorders(network, copies)
    stills = Stills(recorders=footage, writer=writer)
    kept = PictureCache(
        ground.folder / "cache" / "playback", most=_KEPT_BYTES, lasting=_KEPT_FOR, now=clock.now
    )
    parts = Parts(
        recorders=footage,
        writer=writer,
        recode=recoded_replay,
        kept=kept,
        clock=clock,
        most_recoded=os.cpu_count() or 1,
    )
    video = VideoResources(recorders=footage, parts=parts, stills=stills, guard=guard, kept=kept)
    return VideoParts(
        footage=footage,
        writer=writer,
        stills=stills,
        picker=FootagePicker(
            cameras=recorders.cameras,
            recorders=footage,
            guard=guard,
            clock=clock,
            marked=ground.store.marked,
        ),
        states=FootageStates(
            work=work,
            guard=guard,
            recorders=network,
            retention=network,
            clock=clock,
            preserved=preserving.kept,
        ),
        timeline=Timeline(
            recorders=footage, store=ground.store, guard=guard, events=recorders.network, clock=clock
        ),
        copies=copies,
        preserver=preserver,
        operations=(
            *PreserveResources(preserving=preserving, preserver=preserver).operations(),
            *video.operations(),
        ),
    )
