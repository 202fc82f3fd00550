"""The ladder of fee tiers."""

import pytest

from perpit.catalogue import load_instrument
from perpit.catalogue.fees import FeeRates, fee_tiers
from perpit.domain.words import COIN_M, USDS_M


@pytest.mark.semantics("4.3.2", "4.3.3", "4.3.4")
@pytest.mark.parametrize(
    ("market", "symbol", "last"),
    [(USDS_M, "BTCUSDT", FeeRates(0, 170)), (COIN_M, "BTCUSD_PERP", FeeRates(-90, 240))],
)
def test_the_ladder_begins_where_contracts_are_and_falls(market: int, symbol: str, last: FeeRates) -> None:
    ladder = fee_tiers(market)
    contract = load_instrument(symbol, 0)
    assert ladder[0] == (contract.maker_fee_ppm, contract.taker_fee_ppm)
    assert (len(ladder), ladder[-1]) == (10, last)
    for better, worse in zip(ladder[1:], ladder, strict=False):
        assert better.maker_ppm < worse.maker_ppm
        assert better.taker_ppm <= worse.taker_ppm
        assert better.maker_ppm + better.taker_ppm > 0  # the venue never pays for a trade
