"""A small browser client of a video management system that loads any plug-in."""
