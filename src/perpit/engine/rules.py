"""Numbers that the real exchange does not publish, or publishes without a field for them, each named once."""

from typing import Final

# The mark price is computed this often (semantics 3.2.5).
MARK_INTERVAL_MS: Final = 1_000
# The basis of a perpetual is averaged over this many mark intervals (semantics 3.2.3).
BASIS_SAMPLES: Final = 30
# A venue that slept longer than this makes up for so many mark ticks only, then continues at the present: with no
# command in between, every further tick would repeat the last one.
MARK_CATCH_UP_TICKS: Final = 3_600
