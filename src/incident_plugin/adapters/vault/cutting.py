"""Cutting a film of the vault: whole fragments are copied, with new times and numbers, hashed meanwhile."""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from incident_plugin.adapters.vault.boxes import Fragment, Movie, read
from incident_plugin.application.media_ports import WrittenVideo
from incident_plugin.domain.errors import NoVideo, StoreUnavailable
from incident_plugin.domain.time import Interval


def cut(source: Path, begins: datetime, wanted: Interval, target: Path) -> WrittenVideo:
    """Write the part of a film that has an interval, from the key picture at or before its start.

    ``begins`` is when the film's first picture was taken. At ``target`` there is a whole file or none. Raises
    ``NoVideo``, ``StoreUnavailable``.
    """
    partial = target.with_name(target.name + ".partial")
    try:
        with (
            source.open("rb") as file,
            mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped,
            memoryview(mapped) as data,
            partial.open("wb") as out,
        ):
            movie = read(data)
            chosen = _chosen(movie, begins, wanted)
            sha256, size, frames = _written(movie, chosen, out)
            out.flush()
            os.fsync(out.fileno())
            delivered = _delivered(movie, chosen, begins)
        partial.replace(target)
    except OSError as error:
        raise StoreUnavailable(
            f"{target.name} cannot be cut from the vault: {error.strerror or error}. The vault is as it was."
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return WrittenVideo(frames=frames, size=size, delivered=delivered, sha256=sha256)


def _chosen(movie: Movie, begins: datetime, wanted: Interval) -> tuple[Fragment, ...]:
    start, end = (((at - begins) / timedelta(seconds=1)) * movie.scale for at in (wanted.start, wanted.end))
    first = 0
    for place, fragment in enumerate(movie.fragments):
        if fragment.key and fragment.time <= start:
            first = place
    chosen = tuple(f for f in movie.fragments[first:] if f.time < end)
    if not chosen:
        raise NoVideo("The vault has no picture of this time.")
    return chosen


def _written(movie: Movie, chosen: tuple[Fragment, ...], out: BinaryIO) -> tuple[str, int, int]:
    digest, size, frames = hashlib.sha256(), 0, 0
    base = chosen[0].time

    def put(piece: bytes | bytearray | memoryview) -> None:
        nonlocal size
        digest.update(piece)
        out.write(piece)
        size += len(piece)

    put(movie.data[: movie.head])
    for number, fragment in enumerate(chosen, start=1):
        moof = bytearray(movie.data[fragment.start : fragment.data])
        struct.pack_into(">I", moof, fragment.number_at - fragment.start, number)
        at = fragment.time_at - fragment.start
        struct.pack_into(">Q" if fragment.wide else ">I", moof, at, fragment.time - base)
        put(moof)
        put(movie.data[fragment.data : fragment.end])
        frames += sum(1 for _ in movie.samples(fragment))
    return digest.hexdigest(), size, frames


def _delivered(movie: Movie, chosen: tuple[Fragment, ...], begins: datetime) -> Interval:
    last = movie.fragments.index(chosen[-1])
    samples = list(movie.samples(chosen[-1]))
    step = samples[-1].time - samples[-2].time if len(samples) > 1 else movie.scale // 25
    end = samples[-1].time + step
    if last + 1 < len(movie.fragments):
        end = min(end, movie.fragments[last + 1].time)
    return Interval(
        begins + timedelta(seconds=chosen[0].time / movie.scale),
        begins + timedelta(seconds=end / movie.scale),
    )
