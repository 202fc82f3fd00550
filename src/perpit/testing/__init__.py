"""Venues for tests: `ServedVenue` starts one in its own process."""

from perpit.testing.serve import ServedVenue, VenueDied

__all__ = ["ServedVenue", "VenueDied"]
