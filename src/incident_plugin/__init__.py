"""Incident manager that plugs into video management systems through ``vms_hooks``."""
