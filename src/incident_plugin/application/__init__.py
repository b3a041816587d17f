"""Use cases, a room for each kind of work; here what all rooms share: ports, the unit of work, the guard."""
