"""One package per port and library; adapters do not know one another."""
