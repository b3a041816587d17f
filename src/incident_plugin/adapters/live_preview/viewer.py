"""One viewer's place in a camera's pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from incident_plugin.adapters.live_preview.limits import Limits
from incident_plugin.adapters.live_preview.pictures import Group, Picture
from incident_plugin.adapters.live_preview.state import CameraState, PictureTime

#: No picture has this number.
_UNKNOWN = -1


class Pictures(Protocol):
    """What a viewer reads from."""

    ssrc: int

    def want_key_picture(self) -> None:
        """Have the camera asked for one, within bounds."""
        ...

    @property
    def newest(self) -> PictureTime | None:
        """When the newest picture came, if there is one."""
        ...

    @property
    def group(self) -> Group | None:
        """The newest group, if the stream runs and had a key picture."""
        ...


class Outlet(Protocol):
    """Where a viewer's pictures go."""

    def drain(self) -> None:
        """Take what there is."""
        ...

    def push(self, picture: Picture, now: float) -> None:
        """Take what there is, of which this is the newest."""
        ...


def _tell_nobody(_picture: Picture, _now: float) -> None:
    pass


def _mean_nothing(_state: CameraState) -> None:
    pass


class Viewer:
    """Reads a camera's groups: the whole newest one first, then picture by picture.

    It keeps no queue of its own but a place in a group, so that a slow viewer costs at most one old group.
    Who stays behind for longer than the limits allow continues with a key picture.
    """

    def __init__(
        self,
        camera: Pictures,
        limits: Limits,
        on_state: Callable[[CameraState], None],
        now: Callable[[], float],
    ) -> None:
        self._camera = camera
        self._limits = limits
        self._on_state = on_state
        self._now = now
        #: Tells of the picture that came just now, with the time by the loop's clock.
        self.push: Callable[[Picture, float], None] = _tell_nobody
        self._outlet: Outlet | None = None
        self._group: Group | None = None
        #: Number of the picture to take next, unless it is not known yet.
        self._next = _UNKNOWN
        #: Number of the last group given up or finished; only later ones are joined.
        self._past = -1
        self._replayed_at = float("-inf")
        self._behind_since: float | None = None
        self._last_pts = -1

    @property
    def ssrc(self) -> int:
        """Synchronisation source of the camera's packets (RFC 3550 section 3)."""
        return self._camera.ssrc

    @property
    def newest(self) -> PictureTime | None:
        """When the camera's newest picture came, if there is one."""
        return self._camera.newest

    def listen(self, outlet: Outlet | None) -> None:
        """Name what is told of each new picture, and tell it of those that are there; nobody for ``None``."""
        self._outlet = outlet
        self.push = outlet.push if outlet else _tell_nobody
        if outlet:
            outlet.drain()

    def leave(self) -> None:
        """Tell nobody of anything any more."""
        self.listen(None)
        self._on_state = _mean_nothing

    def tell(self, state: CameraState) -> None:
        """Pass on the camera's state."""
        self._on_state(state)

    def replay(self) -> None:
        """Begin again with the newest key picture for a player that lost one; limited in how often.

        A newer one is asked for besides: a group may be long.
        """
        self._camera.want_key_picture()
        group = self._camera.group
        if group is None or not group.joinable or self._now() - self._replayed_at < self._limits.replay:
            return
        self._begin(group)
        if self._outlet:
            self._outlet.drain()

    def take(self) -> tuple[Picture, int] | None:
        """Give the next picture with its time on the camera's time line, which always grows; or nothing."""
        newest = self._camera.group
        if not self._find_place(newest):
            return None
        group = self._group
        assert group is not None  # noqa: S101 - a place was found
        picture = group.pictures[self._next - group.first]
        self._next += 1
        if group is newest and picture is group.pictures[-1]:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = self._now()
        # A replay after a loss would go back in time, and be dropped by players: it is pressed together.
        time = self._last_pts = max(picture.pts, self._last_pts + 1)
        return picture, time

    def takes(self, picture: Picture) -> bool:
        """Take the newest picture if it is the next one, as it mostly is; say whether it is."""
        if picture.number != self._next or picture.pts <= self._last_pts:
            return False
        newest = self._camera.group
        if newest is not self._group and newest is not None:
            self._begin(newest)
        self._next += 1
        self._last_pts = picture.pts
        return True

    def _find_place(self, newest: Group | None) -> bool:
        """Be at a picture that can be sent next, if there is one."""
        if self._behind_since is not None and self._now() - self._behind_since > self._limits.patience:
            self._past = self._group.number if self._group else self._past
            self._group, self._next, self._behind_since = None, _UNKNOWN, None
        if self._group is not None and self._next - self._group.first < len(self._group.pictures):
            return True
        if newest is None or newest is self._group:
            return False
        follows = self._group is not None and newest.number == self._group.number + 1
        if not follows and not (newest.joinable and newest.number > self._past):
            return False
        self._begin(newest)
        return True

    def _begin(self, group: Group) -> None:
        self._group, self._next, self._past = group, group.first, group.number
        if len(group.pictures) > 1:
            self._replayed_at = self._now()
