"""The venue's time and its prices, as whoever runs it drives them."""

from collections.abc import Callable

import pytest

from perpit.catalogue import MARGIN_ASSETS, load_instrument
from perpit.domain.basket import BasketPart
from perpit.domain.commands import ListInstrument, SetBasketPrices
from perpit.domain.numbers import UNIT
from tests.control.conftest import START_MS, SmallVenue
from tests.instruments import btcdomusdt


async def test_a_manual_clock_is_moved_by_or_to(venue: SmallVenue) -> None:
    assert (await venue.call("POST", "/clock/advance", {"ms": 1500}))[1]["time_ms"] == START_MS + 1500
    status, clock = await venue.call("POST", "/clock/advance", {"to_ms": START_MS + 9000})
    assert (status, clock) == (200, {"mode": "manual", "speed": 1.0, "time_ms": START_MS + 9000})
    assert venue.world.time_ms == START_MS + 9000


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "either ms"),
        ({"ms": 1, "to_ms": START_MS + 1}, "either ms"),
        ({"ms": 0}, "at `$.ms`"),
        ({"ms": -5}, "at `$.ms`"),
        ({"ms": 1.5}, "got `float`"),
        ({"to_ms": START_MS - 1}, "time never goes back"),
        ({"ms": 4_000_000_000_000}, "the clock ends at"),
    ],
)
async def test_a_bad_step_changes_nothing(
    body: dict[str, object], says: str, venue: SmallVenue, unchanged: Callable[[], bool]
) -> None:
    status, answer = await venue.call("POST", "/clock/advance", body)
    assert status == 400
    assert says in answer["error"]
    assert unchanged()


async def test_only_a_manual_clock_is_advanced(venue: SmallVenue) -> None:
    assert (await venue.call("PUT", "/clock", {"mode": "scaled", "speed": 10}))[1]["speed"] == 10
    status, answer = await venue.call("POST", "/clock/advance", {"ms": 1})
    assert status == 409
    assert "manual" in answer["error"]
    assert (await venue.call("PUT", "/clock", {"mode": "manual"}))[1]["mode"] == "manual"
    assert (await venue.call("POST", "/clock/advance", {"ms": 1}))[0] == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"mode": "fast"}, "at `$.mode`; choose one of wall, scaled, manual"),
        ({"mode": "scaled"}, "speed: a scaled clock needs one"),
        ({"mode": "scaled", "speed": 0}, "at `$.speed`"),
        ({"mode": "manual", "speed": 2}, "leave it out"),
        ({"mode": "manual", "time_ms": START_MS - 1}, "time never goes back"),
        ({"mode": "wall", "time_ms": START_MS + 1}, "takes no time"),
    ],
)
async def test_a_bad_clock_is_refused(body: dict[str, object], says: str, venue: SmallVenue) -> None:
    status, answer = await venue.call("PUT", "/clock", body)
    assert status == 400
    assert says in answer["error"]
    assert venue.clock.mode == "manual"


async def test_setting_a_time_makes_it_pass_for_the_venue(venue: SmallVenue) -> None:
    await venue.call("PUT", "/clock", {"mode": "manual", "time_ms": START_MS + 5000})
    assert venue.world.time_ms == START_MS + 5000


async def test_the_index_moves_and_the_mark_is_pinned_and_let_go(venue: SmallVenue) -> None:
    path = "/prices/BTCUSDT"
    status, prices = await venue.call("PUT", path, {"index": "60999"})
    assert (status, prices["index"]) == (200, "60999")
    assert prices["mark"] == "60000"  # it follows at the next tick
    status, prices = await venue.call("PUT", path, {"index": "61000.5", "mark": "65000"})
    assert (status, prices["mark"]) == (200, "65000")
    await venue.call("POST", "/clock/advance", {"ms": 2000})
    assert (await venue.call("PUT", path, {"mark": "64999.5"}))[1] == {
        "symbol": "BTCUSDT",
        "index": "61000.5",
        "mark": "64999.5",
    }
    assert (await venue.call("PUT", path, {"mark": None}))[1]["mark"] == "61000.5"


@pytest.mark.parametrize(
    ("symbol", "body", "status", "says"),
    [
        ("NOPEUSDT", {"index": "1"}, 404, "NOPEUSDT"),
        ("BTCUSDT", {}, 400, "give index, mark or both"),
        ("BTCUSDT", {"index": "0"}, 400, "must be above 0"),
        ("BTCUSDT", {"index": None}, 400, "at `$.index`"),
        ("BTCUSDT", {"index": 61000}, 400, "Expected `str`, got `int`"),
        ("BTCUSDT", {"mark": "1.123456789"}, 400, "more than 8 decimals"),
        ("BTCUSDT", {"index": "60000", "mark": "0.000000001"}, 400, "more than 8 decimals"),
    ],
)
async def test_a_bad_price_changes_nothing(
    symbol: str,
    body: dict[str, object],
    status: int,
    says: str,
    venue: SmallVenue,
    unchanged: Callable[[], bool],
) -> None:
    got, answer = await venue.call("PUT", f"/prices/{symbol}", body)
    assert got == status
    assert says in answer["error"]
    assert unchanged()


async def test_the_price_of_a_margin_asset_is_set_and_let_go(venue: SmallVenue) -> None:
    for terms in MARGIN_ASSETS:
        await venue.submit(terms.listing(0 if terms.asset == "BTC" else -1))
    path = "/assets/BTC/index"
    status, shown = await venue.call("PUT", path, {"index": "50000"})
    assert (status, shown) == (
        200,
        {"asset": "BTC", "index": "50000", "bid_rate": "47500", "ask_rate": "52500"},
    )
    assert (await venue.call("PUT", path, {"index": None}))[1]["index"] == "60000"
    assert (await venue.call("PUT", "/assets/USDT/index", {"index": "0.98"}))[1]["index"] == "0.98"
    assert (await venue.call("PUT", path, {"index": None}))[1]["index"] == "58800"  # 60,000 USDT


@pytest.mark.parametrize(
    ("asset", "body", "status", "says"),
    [
        ("XRP", {"index": "1"}, 404, "no margin asset"),
        ("USDT", {"index": "0"}, 400, "must be above 0"),
        ("USDT", {}, 400, "index"),
        ("USDT", {"index": None}, 409, "no price yet"),
    ],
)
async def test_a_bad_asset_price_changes_nothing(
    asset: str, body: dict[str, object], status: int, says: str, venue: SmallVenue
) -> None:
    await venue.submit(MARGIN_ASSETS[0].listing(-1))
    before = venue.engine.state_hash()
    got, answer = await venue.call("PUT", f"/assets/{asset}/index", body)
    assert got == status
    assert says in answer["error"]
    assert venue.engine.state_hash() == before


async def test_a_composite_index_follows_the_price_of_each_of_its_parts(venue: SmallVenue) -> None:
    """Of what is not listed, too: ether's price follows from the last prices of the parts."""
    await venue.submit(ListInstrument(btcdomusdt(1)))
    await venue.submit(SetBasketPrices(1, [25 * UNIT, 400 * UNIT]))
    prices = venue.world.prices[1]
    await venue.call("PUT", "/prices/BTCUSDT", {"index": "66000"})
    assert (prices.part_prices_e8, prices.index_e8) == ([27_50000000, 440 * UNIT], 1_045 * UNIT)
    await venue.submit(ListInstrument(load_instrument("SOLUSDT", 2)))
    await venue.call("PUT", "/prices/SOLUSDT", {"index": "132"})
    assert prices.part_prices_e8 == [27_50000000, 500 * UNIT]
    assert (await venue.call("PUT", "/prices/BTCDOMUSDT", {"index": "990"}))[1]["index"] == "990"
    assert (await venue.call("PUT", "/prices/BTCUSDT", {"mark": "66000"}))[0] == 200
    assert prices.index_e8 == 990 * UNIT, "a mark moves no index"
    await venue.call("PUT", "/prices/SOLUSDT", {"index": "165"})
    assert prices.index_e8 == 1_025 * UNIT, "the parts have the last word"


async def test_a_part_is_priced_even_where_the_basket_cannot_follow(venue: SmallVenue) -> None:
    await venue.submit(ListInstrument(btcdomusdt(1, basket=[BasketPart("BTC", "ETH", 10**18)])))
    await venue.submit(SetBasketPrices(1, [UNIT]))
    index_e8 = venue.world.prices[1].index_e8
    status, answer = await venue.call("PUT", "/prices/BTCUSDT", {"index": "400000000000000"})
    assert (status, answer["index"]) == (200, "400000000000000")
    assert venue.world.prices[1].index_e8 == index_e8
