"""Numbers that the real exchange does not publish, or publishes without a field for them, each named once."""

from typing import Final

# The mark price is computed this often (semantics 3.2.5).
MARK_INTERVAL_MS: Final = 1_000
# The basis of a perpetual is averaged over this many mark intervals (semantics 3.2.3).
BASIS_SAMPLES: Final = 30
# A venue that slept longer than this makes up for so many mark ticks only, then continues at the present: with no
# command in between, every further tick would repeat the last one.
MARK_CATCH_UP_TICKS: Final = 3_600
# An order good till cancelled ends when it is a year old and untouched (semantics 5.3); looked for once a day.
GTC_LIFE_MS: Final = 365 * 24 * 3_600_000
GTC_LOOK_MS: Final = 24 * 3_600_000
# A good-till date must lie further ahead than this, and before the end of the calendar (semantics 5.3).
GOOD_TILL_AHEAD_MS: Final = 600_000
GOOD_TILL_END_MS: Final = 253_402_300_799_000
# Waiting orders of the Algo service that an account may have (semantics 5.9.4).
OPEN_ALGO_ORDERS_MAX: Final = 200
# Callback rates of trailing stops: from, to, and the step between (semantics 5.8.7; the step is ours).
CALLBACK_PPM_MIN: Final = 1_000
CALLBACK_PPM_MAX: Final = 200_000
CALLBACK_PPM_STEP: Final = 1_000
# A trigger price may be so many times the present price, or that part of it. The exchange does not publish its limits
# (semantics 5.8.8); PERCENT_PRICE would refuse a stop 10 % away, which traders set every day and the exchange takes.
STOP_PRICE_TIMES_MAX: Final = 10
