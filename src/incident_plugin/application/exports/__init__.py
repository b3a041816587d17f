"""Exports: ordered, made, packed and signed."""
