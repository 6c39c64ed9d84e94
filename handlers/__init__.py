"""Use cases: load and lock, decide, save, reply."""
