"""The site's recorders: set up, tested and watched."""
