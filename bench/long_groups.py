"""The demo recorder with a key picture every ten seconds instead of every two."""

import sys

from demo_recorder import timebase

timebase.GROUP_FRAMES = 10 * timebase.FRAME_RATE

if __name__ == "__main__":
    # Whatever else reads it does so when it is imported.
    from demo_recorder.__main__ import main

    sys.exit(main())
