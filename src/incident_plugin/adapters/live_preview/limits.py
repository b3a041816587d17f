"""How long the relay waits and how much it keeps."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Limits:
    """Bounds of the relay; times in seconds, sizes in bytes."""

    #: Viewers at the same time, over all cameras.
    sessions: int = 256
    #: From the answer to the first encrypted packet; a session that takes longer is dropped.
    connecting: float = 15.0
    #: How long a camera's stream stays open after its last viewer left.
    linger: float = 5.0
    #: Without a picture for this long, a stream counts as broken.
    silence: float = 10.0
    #: Waits before the second, third... attempt to open a stream; the last one is repeated.
    retries: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 5.0)
    #: What is kept of a camera since its last key picture; more than this cannot be joined.
    group: int = 16 * 2**20
    #: How long a viewer may stay behind the camera before it is moved to a key picture.
    patience: float = 2.0
    #: Least time between two requests to a camera for a key picture, and since it last sent one.
    key_pictures: float = 5.0
    #: Least time between two replays for one viewer that lost a picture.
    replay: float = 1.0
