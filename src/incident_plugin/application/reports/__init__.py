"""Reports of projects and of periods."""
