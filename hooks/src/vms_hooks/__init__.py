"""The contract between a video management system and its plug-ins."""
