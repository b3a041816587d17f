"""The demo recorder with room for a few minutes of painted video: its cache is full early in a soak."""

import sys

from demo_recorder.__main__ import main
from demo_recorder.footage import Footage

assert Footage.__init__.__kwdefaults__ is not None
Footage.__init__.__kwdefaults__["cache_bytes"] = 24 << 20

if __name__ == "__main__":
    sys.exit(main())
