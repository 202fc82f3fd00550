"""Composite indexes in recorded markets: what is recorded of the parts makes the index."""

from pathlib import Path

from perpit.catalogue import load_instrument
from perpit.catalogue.baskets import Follower
from perpit.domain.basket import BasketPart
from perpit.domain.commands import SetBasketPrices, SetIndexPrice
from perpit.domain.numbers import UNIT
from perpit.markets.recorded import RecordedSource
from perpit.markets.source import steps
from tests.instruments import btcdomusdt
from tests.markets.tape import BITCOIN, line, write

START_MS = 5_000_000

ETHER = load_instrument("ETHUSDT", 1)
BASKET = btcdomusdt(2, basket=[BasketPart("BTC", "ETH", 40 * UNIT)])
ASSETS = {"USDT": UNIT, "BTC": 60_000 * UNIT, "ETH": 2_400 * UNIT}


def both_tickers() -> list[str]:
    """A touch of bitcoin and of ether, and of the index's own, each a second later another."""
    lines = []
    for second, (bitcoin, ether, index) in enumerate([(60_000, 2_400, 500), (66_000, 2_400, 600)]):
        for name, price in (("BTCUSDT", bitcoin), ("ETHUSDT", ether), ("BTCDOMUSDT", index)):
            data = {
                "u": second + 1,
                "e": "bookTicker",
                "b": str(price - 1),
                "B": "1",
                "a": str(price + 1),
                "A": "1",
            }
            lines.append(line(second * 1_000, data, name))
    return lines


def baskets_of(source: RecordedSource) -> list[list[int]]:
    played = [command for _, batch in steps(source) for command in batch]
    return [command.prices_e8 for command in played if isinstance(command, SetBasketPrices)]


def test_an_index_whose_parts_are_recorded_follows_them_and_not_its_own_touch(tmp_path: Path) -> None:
    path = write(tmp_path / "tape", *both_tickers())
    listed = [BITCOIN, ETHER, BASKET]
    source = RecordedSource(path, listed, START_MS, followers=[Follower(BASKET, ASSETS)])
    assert baskets_of(source) == [[25 * UNIT], [25 * UNIT], [27_50000000], [27_50000000]]
    again = RecordedSource(path, listed, START_MS, followers=[Follower(BASKET, ASSETS)])
    told = {c.symbol_id for _, batch in steps(again) for c in batch if isinstance(c, SetIndexPrice)}
    assert told == {0, 1}


def test_an_index_of_which_a_part_is_not_played_is_a_contract_like_others(tmp_path: Path) -> None:
    path = write(tmp_path / "tape", *both_tickers())
    source = RecordedSource(path, [BITCOIN, BASKET], START_MS, followers=[Follower(BASKET, ASSETS)])
    told = [
        (c.symbol_id, c.price_e8) for _, batch in steps(source) for c in batch if isinstance(c, SetIndexPrice)
    ]
    assert (2, 500 * UNIT) in told
    assert (2, 600 * UNIT) in told
