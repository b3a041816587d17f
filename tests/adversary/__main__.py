"""Writes the list of faults and of what operators read: ``python -m tests.adversary``."""

from __future__ import annotations

from tests.adversary.listing import PAGE, page

PAGE.write_text(page(), "utf-8")
