"""A recorder that misbehaves on purpose: one that works, and faults as data that change one thing each."""
