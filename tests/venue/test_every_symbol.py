"""One venue that lists every perpetual of the catalogue, of both products: each has a market that lives."""

import hmac
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from perpit import catalogue
from perpit.binance.products import PRODUCTS
from perpit.settings import ClockSetting, MarketSetting, Settings
from perpit.venue import Venue

START_MS = 1_700_000_000_000
LISTED = {product.prefix: tuple(catalogue.symbols(market)) for market, product in PRODUCTS.items()}
SYMBOLS = (*LISTED["/fapi"], *LISTED["/dapi"])
ALL = Settings(
    port=0,
    market=MarketSetting("synthetic"),
    clock=ClockSetting("manual", time_ms=START_MS),
    symbols=SYMBOLS,
    symbols_given=True,
)


@pytest.mark.parametrize("api", LISTED)
async def test_every_perpetual_has_a_book_a_mark_and_trades_within_seconds(api: str) -> None:
    async with Venue(ALL) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        opened = {symbol: await depth(client, api, symbol) for symbol in LISTED[api]}
        await venue.advance_to(START_MS + 8_000)
        shown = (await client.get(f"{api}/v1/exchangeInfo")).json()["symbols"]
        assert [row["symbol"] for row in shown] == list(LISTED[api])
        marks = {row["symbol"]: row for row in (await client.get(f"{api}/v1/premiumIndex")).json()}
        for row in shown:
            symbol = row["symbol"]
            tick = float(row["filters"][0]["tickSize"])
            now = await depth(client, api, symbol)
            bids, asks = now["bids"], now["asks"]
            assert min(len(bids), len(asks)) >= 50, symbol
            bid, ask = float(bids[0][0]), float(asks[0][0])
            assert bid < ask <= bid + 10 * tick, symbol
            assert now["lastUpdateId"] > opened[symbol]["lastUpdateId"]
            assert (bids, asks) != (opened[symbol]["bids"], opened[symbol]["asks"])
            assert bid * 0.99 < float(marks[symbol]["markPrice"]) < ask * 1.01, symbol
            trades = (await client.get(f"{api}/v1/trades", params={"symbol": symbol})).json()
            assert len(trades) >= 5, symbol
            assert trades[-1]["time"] > START_MS + 1_000
        assert venue.engine.check_invariants() == []


def query_of(params: dict[str, object], secret: str) -> str:
    query = urlencode(params)
    return f"{query}&signature={hmac.new(secret.encode(), query.encode(), 'sha256').hexdigest()}"


@pytest.mark.parametrize("api", LISTED)
async def test_the_smallest_order_that_the_filters_allow_is_filled_on_every_grid(api: str) -> None:
    async with Venue(ALL) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        key = venue.ready.accounts[0]
        signed = {"timestamp": START_MS}
        agreement = f"/fapi/v1/stock/contract?{query_of(signed, key.api_secret)}"
        assert (await client.post(agreement, headers={"X-MBX-APIKEY": key.api_key})).json()["code"] == 200
        for symbol in LISTED[api]:
            facts = catalogue.facts(symbol)
            if facts.margin_asset == "USDC":
                continue  # the demo account has USDT, and every coin
            ask = Decimal((await depth(client, api, symbol))["asks"][0][0])
            step = Decimal(facts.step_size)
            lots = Decimal(facts.min_notional) / ask // step + 1
            order = {
                "symbol": symbol,
                "side": "BUY",
                "type": "MARKET",
                "quantity": str(max(lots * step, Decimal(facts.market_min_qty))),
                "newOrderRespType": "RESULT",
                "timestamp": START_MS,
            }
            url = f"{api}/v1/order?{query_of(order, key.api_secret)}"
            filled = (await client.post(url, headers={"X-MBX-APIKEY": key.api_key})).json()
            assert filled.get("status") == "FILLED", (symbol, filled)
            assert ask * Decimal("0.99") < Decimal(filled["avgPrice"]) < ask * Decimal("1.01"), symbol
        assert venue.engine.check_invariants() == []


async def depth(client: httpx.AsyncClient, api: str, symbol: str) -> dict[str, Any]:
    answer = await client.get(f"{api}/v1/depth", params={"symbol": symbol, "limit": 100})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
