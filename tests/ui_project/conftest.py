"""The project page over the real plug-in, for several people at several browsers."""

from __future__ import annotations

from tests.ui_list.conftest import opening, site, world

__all__ = ["opening", "site", "world"]
