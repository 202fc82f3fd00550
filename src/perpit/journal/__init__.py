"""The venue's memory: commands as bytes, the append-only log, recovery from it."""
