"""A composite index on a served venue: alive beside some of its parts, the same again, kept over a restart."""

import hmac
import json
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from perpit.domain.numbers import UNIT
from perpit.engine.engine import Engine
from perpit.home import CannotStart
from perpit.journal.recovery import recover
from perpit.settings import ClockSetting, MarketSetting, Settings
from perpit.venue import Venue
from perpit.views.world import World

START_MS = 1_700_000_000_000
SYMBOLS = ("BTCUSDT", "ETHUSDT", "BTCDOMUSDT")


def settings(
    symbols: tuple[str, ...] = SYMBOLS, market: MarketSetting | None = None, **more: object
) -> Settings:
    return Settings(
        port=0,
        market=market or MarketSetting("synthetic"),
        clock=ClockSetting("manual", time_ms=START_MS),
        symbols=symbols,
        symbols_given=True,
        **more,  # type: ignore[arg-type]
    )


def index_e8(venue: Venue) -> int:
    return venue.world.prices[venue.world.catalog.by_symbol["BTCDOMUSDT"].symbol_id].index_e8


async def test_it_lives_beside_two_of_its_parts_and_is_traded() -> None:
    async with Venue(settings()) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        started_e8 = index_e8(venue)
        assert abs(started_e8 - 1_000 * UNIT) < UNIT
        await venue.advance_to(START_MS + 5_000)
        assert index_e8(venue) != started_e8
        row = (await client.get("/fapi/v1/indexInfo", params={"symbol": "BTCDOMUSDT"})).json()[0]
        assert [part["quoteAsset"] for part in row["baseAssetList"]][:2] == ["ETH", "XRP"]
        shares = [float(part["weightInPercentage"]) for part in row["baseAssetList"]]
        assert sum(shares) == pytest.approx(1, abs=1e-6)
        premium = (await client.get("/fapi/v1/premiumIndex", params={"symbol": "BTCDOMUSDT"})).json()
        assert float(premium["markPrice"]) == pytest.approx(float(premium["indexPrice"]), rel=0.002)
        key = venue.ready.accounts[0]
        order = {
            "symbol": "BTCDOMUSDT",
            "side": "BUY",
            "type": "MARKET",
            "quantity": "0.5",
            "newOrderRespType": "RESULT",
            "timestamp": START_MS + 5_000,
        }
        query = urlencode(order)
        signature = hmac.new(key.api_secret.encode(), query.encode(), "sha256").hexdigest()
        url = f"/fapi/v1/order?{query}&signature={signature}"
        filled = (await client.post(url, headers={"X-MBX-APIKEY": key.api_key})).json()
        assert filled["status"] == "FILLED", filled
        assert venue.engine.check_invariants() == []


async def test_one_long_wait_and_many_short_ones_give_the_same_index() -> None:
    async with Venue(settings()) as one, Venue(settings()) as other:
        await one.advance_to(START_MS + 4_000)
        for ms in range(500, 4_001, 500):
            await other.advance_to(START_MS + ms)
        assert index_e8(one) == index_e8(other)
        bitcoin = one.world.prices[0]
        assert (bitcoin.index_e8, bitcoin.mark_e8) == (
            other.world.prices[0].index_e8,
            other.world.prices[0].mark_e8,
        )


@pytest.mark.parametrize("symbols", [SYMBOLS, ("BTCDOMUSDT",)])
async def test_its_journal_gives_the_same_state_and_a_restart_the_same_index(
    symbols: tuple[str, ...], tmp_path: Path
) -> None:
    kept = settings(symbols, data=tmp_path, durability="os")
    async with Venue(kept) as venue:
        await venue.advance_to(START_MS + 120_000)
        state_hash, last_e8 = venue.state_hash(), index_e8(venue)
        parts = list(venue.world.prices[len(symbols) - 1].part_prices_e8)
    engine, world = Engine(), World()
    recover(tmp_path / "journal", engine, world.fold)
    assert engine.state_hash() == state_hash
    assert world.prices[len(symbols) - 1].part_prices_e8 == parts
    async with Venue(kept) as again:
        assert abs(index_e8(again) - last_e8) * 10_000 < last_e8, "no jump"
        await again.advance_to(START_MS + 125_000)
        assert index_e8(again) != last_e8


async def test_where_nobody_makes_prices_it_starts_at_its_own() -> None:
    async with Venue(settings(("BTCDOMUSDT", "BTCUSDT"), MarketSetting("none"))) as venue:
        assert index_e8(venue) == 1_000_00146901
        assert len(venue.world.prices[0].part_prices_e8) == 10


def recording(path: Path, *symbols: str) -> MarketSetting:
    lines = []
    for symbol in symbols:
        data = {"e": "bookTicker", "s": symbol, "u": 1, "b": "999.9", "B": "1", "a": "1000.1", "A": "1"}
        lines.append(f"1723161255030314667 {json.dumps({'stream': 'x', 'data': data})}\n")
    path.write_text("".join(lines))
    return MarketSetting("recorded", path)


async def test_a_recording_that_lacks_parts_of_it_cannot_price_it(tmp_path: Path) -> None:
    tape = recording(tmp_path / "tape", "BTCUSDT", "ETHUSDT")
    with pytest.raises(
        CannotStart, match=r"BTCDOMUSDT is the index of a basket, .* does not play XRPUSDT, SOLUSDT"
    ) as no:
        async with Venue(settings(market=tape)):
            pass
    assert no.value.code == 2


async def test_a_recording_of_the_index_itself_can(tmp_path: Path) -> None:
    tape = recording(tmp_path / "tape", "BTCUSDT", "BTCDOMUSDT")
    async with Venue(settings(("BTCUSDT", "BTCDOMUSDT"), tape)) as venue:
        await venue.advance_to(START_MS + 1_500)
        assert index_e8(venue) == 1_000 * UNIT
