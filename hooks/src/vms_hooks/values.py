"""The values that host and plug-in exchange: all frozen, all instants aware UTC."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

#: The key of the ASGI scope under which a host puts the typed ``Principal`` for a mounted plug-in.
PRINCIPAL_SCOPE_KEY = "vms.principal"


@attrs.frozen(kw_only=True)
class Principal:
    """Who acts: a person the host has authenticated."""

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    #: Which of their sessions it is, as an id that signs nobody in; empty when the host does not say. The
    #: same person in another session is the same principal.
    session: str = attrs.field(default="", eq=False)


@attrs.frozen(kw_only=True)
class Interval:
    """Half-open ``[start, end)``, UTC."""

    start: datetime
    end: datetime


@attrs.frozen(kw_only=True)
class Camera:
    """A camera that a plug-in brings along; its id stays the same over restarts."""

    id: str
    name: str
    #: Heading under which the camera tree lists it, usually the recorder's name.
    group: str = ""
    #: What can be done with it: any of ``live``, ``recorded``, ``ptz``, ``audio``.
    capabilities: frozenset[str] = frozenset({"live"})


class ViewMode(StrEnum):
    """Whether the operator looks at now, at a recording, or at no pictures."""

    LIVE = "live"
    PLAYBACK = "playback"
    #: Neither, as after loading a page of another tab: a sign of life that says nothing of pictures.
    OTHER = "other"


@attrs.frozen(kw_only=True)
class View:
    """What one operator looks at in one browser tab (a *client*) at one moment.

    Views are numbered per client. The host repeats a view until it is acknowledged, and sends the last one
    again every few seconds as a sign of life; the same number again changes nothing but ``at``.
    """

    principal: Principal
    client: str
    number: int
    mode: ViewMode
    cameras: tuple[str, ...]
    #: Server time of the change or of the sign of life.
    at: datetime


class HostEventKind(StrEnum):
    """What a host reports to plug-ins. A plug-in ignores a kind that it does not know."""

    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    SIGN_IN_REFUSED = "sign-in-refused"
    DENIED = "denied"
    LICENCE_CHANGED = "licence-changed"
    ACCOUNT_CHANGED = "account-changed"
    CONFIGURATION_CHANGED = "configuration-changed"
    #: A session ended without its owner: by itself, or by an administrator. ``principal`` is whose it was.
    SESSION_ENDED = "session-ended"
    #: A camera that the host itself has does not answer, and does again.
    CAMERA_DOWN = "camera-down"
    CAMERA_UP = "camera-up"


@attrs.frozen(kw_only=True)
class HostEvent:
    """Something that happened in the host."""

    kind: HostEventKind
    at: datetime
    principal: Principal | None = None
    detail: str = ""
    #: Of an event about a camera: its id.
    camera: str = ""
    #: The account, role or plug-in that was changed, where that is not the principal.
    subject: str = ""
    #: Of the end of a session: its id; empty for all sessions of the principal.
    session: str = ""
    #: Where the request came from, as far as it is known.
    address: str = ""
    #: Number in the host's own security log, by which an event that is told again is known; 0 without one.
    number: int = 0


@attrs.frozen(kw_only=True)
class Mark:
    """Something worth seeing on the timeline."""

    interval: Interval
    title: str
    #: Where a click leads.
    target: Target | None = None


@attrs.frozen(kw_only=True)
class TimelineRow:
    """What is recorded of one camera, and what is marked there."""

    camera: str
    spans: tuple[Interval, ...]
    marks: tuple[Mark, ...] = ()
    #: Why the row cannot be complete; empty when it is.
    incomplete: str = ""


@attrs.frozen(kw_only=True)
class Hold:
    """Video that must not be deleted."""

    camera: str
    interval: Interval
    reason: str


@attrs.frozen(kw_only=True)
class Target:
    """A place in the host's pages: a tab, and the rest of the path inside it."""

    tab: str
    path: str = ""


@attrs.frozen(kw_only=True)
class Part:
    """One part of a plug-in, for people: is it working, and if not, what to do."""

    name: str
    ok: bool
    detail: str = ""
    remedy: str = ""
    #: It works, and somebody should look at it all the same: ``detail`` says at what.
    warning: bool = False
    #: Operators are told ``detail`` too: something that they rely on is missing.
    for_operators: bool = False
    #: Of a part that is about a camera: its id; only who may see the camera is told.
    camera: str = ""


@attrs.frozen(kw_only=True)
class StorageRoom:
    """A place on a disk where a plug-in keeps things of one kind: how much it uses, and how much it may."""

    #: Stays the same, as ``exports``.
    id: str
    title: str
    #: Bytes.
    used: int
    #: Bytes that it may use at most; nothing without a limit.
    quota: int | None = None
    #: Bytes that are free on its disk; nothing when that is not known.
    free: int | None = None


@attrs.frozen(kw_only=True)
class Health:
    """The state of a running plug-in."""

    ok: bool
    parts: tuple[Part, ...] = ()
    rooms: tuple[StorageRoom, ...] = ()
