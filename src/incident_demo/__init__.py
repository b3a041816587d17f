"""One command that starts host, plug-in and demo recorder together."""
