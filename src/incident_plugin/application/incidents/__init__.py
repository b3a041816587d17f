"""Incident work: collections, projects, their list, and people working at them together."""
