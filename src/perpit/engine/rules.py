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
# Callback rates of trailing stops: the least, and the step from it to `words.CALLBACK_PPM_MAX` (semantics 5.8.7; the
# step is ours).
CALLBACK_PPM_MIN: Final = 1_000
CALLBACK_PPM_STEP: Final = 1_000
# A trigger price may be so many times the present price, or that part of it. The exchange does not publish its limits
# (semantics 5.8.8); PERCENT_PRICE would refuse a stop 10 % away, which traders set every day and the exchange takes.
STOP_PRICE_TIMES_MAX: Final = 10

HOUR_MS: Final = 3_600_000
# The settlement price is the mean of the index over this long before a delivery (semantics 3.6.3).
SETTLEMENT_WINDOW_MS: Final = 30 * 60_000
# So long before it positions can only be closed: a delisting as the exchange announces it, a quarter's delivery as we
# think it is (semantics 3.6.5, 3.6.7).
NO_OPENING_BEFORE_DELISTING_MS: Final = 30 * 60_000
NO_OPENING_BEFORE_DELIVERY_MS: Final = 10 * 60_000
# So long after the last trade positions are settled, at the latest; nobody says how long the exchange takes
# (semantics 3.6.5).
SETTLING_TAKES_MS: Final = 1_000
# Of a sleep longer than this only the last part is made up for: settlements before it are not charged.
SLEEP_MS_MAX: Final = 365 * 24 * HOUR_MS
# The premium index is sampled this often (semantics 3.4.4).
PREMIUM_INTERVAL_MS: Final = 5_000
# Impact margin notional: so many units of the quote asset for each unit of the highest leverage (semantics 3.4.1).
IMPACT_NOTIONAL: Final = 200
# How far the interest rate pulls the premium, in 1e-8 (semantics 3.4.5).
FUNDING_DAMPING_E8: Final = 50_000
# After so many hourly settlements with a rate within this bound, four hours are back (semantics 3.4.10).
FUNDING_CALM_CYCLES: Final = 16
FUNDING_CALM_RATE_E8: Final = 25_000

# So much less is a commission that is paid in BNB (semantics 4.3.5).
FEE_BURN_DISCOUNT_PPM: Final = 100_000
# A margin ratio of so much calls for margin, once until it has fallen below again (semantics 2.8.4).
MARGIN_CALL_PERCENT: Final = 80
# The insurance fund holds positions worth so much of its balance, at most (semantics 2.6.2).
FUND_HOLDS_PERCENT: Final = 100
# Fee tiers are numbered up to this, and no rate is above 1 % (semantics 4.3.3).
FEE_TIER_MAX: Final = 9
FEE_PPM_MAX: Final = 10_000
