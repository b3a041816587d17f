"""Recorded video: found, fetched, shown on the timeline, preserved."""
