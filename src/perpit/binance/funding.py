"""What the wire says about funding, at one place for premiumIndex and the mark price streams.

No funding is charged yet, so the rate of the next settlement is zero and nothing else; its time is where the exchange
settles (semantics 3.5.1), and the interest component is the published one (semantics 3.4.6).
"""

from typing import Final

from perpit.domain.instrument import Instrument

HOUR_MS: Final = 3_600_000
RATE_E8: Final = 0
INTEREST_E8: Final = 10_000


def next_settlement_ms(instrument: Instrument, now_ms: int) -> int:
    """The next whole multiple of the funding interval, strictly later than now; 0 for a contract without funding."""
    interval_ms = instrument.funding_interval_hours * HOUR_MS
    return (now_ms // interval_ms + 1) * interval_ms if interval_ms else 0
