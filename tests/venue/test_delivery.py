"""Quarters on a served venue: their names and states, what the last half hour makes of them, and the roll."""

import hmac
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from perpit.catalogue import quarters
from perpit.domain.commands import HouseDepth, SetIndexPrice
from perpit.domain.numbers import UNIT
from perpit.settings import ClockSetting, MarketSetting, Settings
from perpit.venue import Venue

DELIVERY_MS = quarters.delivery_of_suffix("231229")
QUARTERS = ("BTCUSDT_231229", "BTCUSD_231229")


def settings(before_ms: int, market: str = "none") -> Settings:
    return Settings(
        port=0,
        market=MarketSetting(market),  # type: ignore[arg-type]
        clock=ClockSetting("manual", time_ms=DELIVERY_MS - before_ms),
        symbols=("BTCUSDT", *QUARTERS),
        symbols_given=True,
    )


class Client:
    """REST of a venue in this process, signed with the demo key."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.http = httpx.AsyncClient(base_url=venue.ready.rest)

    async def get(self, path: str, **params: Any) -> Any:
        return (await self.http.get(path, params=params)).json()

    async def signed(self, method: str, path: str, **params: Any) -> Any:
        key = self.venue.ready.accounts[0]
        query = urlencode({**params, "timestamp": self.venue.clock.now_ms()})
        signature = hmac.new(key.api_secret.encode(), query.encode(), "sha256").hexdigest()
        url = f"{path}?{query}&signature={signature}"
        return (await self.http.request(method, url, headers={"X-MBX-APIKEY": key.api_key})).json()

    async def symbols(self, api: str) -> dict[str, Any]:
        return {row["symbol"]: row for row in (await self.get(f"{api}/v1/exchangeInfo"))["symbols"]}


@pytest.mark.semantics("2.8.5", "3.3.3", "3.6.1", "3.6.2", "3.6.4")
async def test_a_quarter_is_traded_delivered_and_followed_by_the_next() -> None:
    async with Venue(settings(before_ms=1_860_000)) as venue:
        client = Client(venue)
        shown = (await client.symbols("/fapi"))["BTCUSDT_231229"]
        assert (shown["contractType"], shown["status"]) == ("CURRENT_QUARTER", "TRADING")
        assert shown["deliveryDate"] == DELIVERY_MS
        assert (await client.symbols("/dapi"))["BTCUSD_231229"]["contractStatus"] == "TRADING"

        for instrument in venue.world.catalog.by_id:
            ticks = 60_000 * UNIT // instrument.tick_e8
            await venue.submit(SetIndexPrice(instrument.symbol_id, 60_000 * UNIT))
            depth = HouseDepth(instrument.symbol_id, [ticks - 1], [10_000], [ticks], [10_000])
            await venue.submit(depth)
        market = {"side": "BUY", "type": "MARKET", "newOrderRespType": "RESULT"}
        filled = await client.signed(
            "POST", "/fapi/v1/order", symbol="BTCUSDT_231229", quantity="0.2", **market
        )
        assert filled["status"] == "FILLED", filled
        filled = await client.signed(
            "POST", "/dapi/v1/order", symbol="BTCUSD_231229", quantity="100", **market
        )
        assert filled["status"] == "FILLED", filled
        premium = await client.get("/fapi/v1/premiumIndex", symbol="BTCUSDT_231229")
        assert (premium["lastFundingRate"], premium["interestRate"], premium["nextFundingTime"]) == (
            "",
            "",
            0,
        )

        await venue.advance_to(DELIVERY_MS - 900_000)
        for instrument in venue.world.catalog.by_id:
            await venue.submit(SetIndexPrice(instrument.symbol_id, 63_000 * UNIT))
        await venue.advance_to(DELIVERY_MS - 1_000)
        premium = await client.get("/fapi/v1/premiumIndex", symbol="BTCUSDT_231229")
        assert 61_490 < float(premium["estimatedSettlePrice"]) < 61_500
        assert (await client.symbols("/fapi"))["BTCUSDT_231229"]["status"] == "PRE_DELIVERING"
        refused = await client.signed(
            "POST", "/fapi/v1/order", symbol="BTCUSDT_231229", quantity="0.2", **market
        )
        assert refused["code"] == -4140

        await venue.advance_to(DELIVERY_MS)
        assert (await client.symbols("/fapi"))["BTCUSDT_231229"]["status"] == "DELIVERING"
        assert (await client.symbols("/dapi"))["BTCUSD_231229"]["contractStatus"] == "DELIVERING"
        closing = {"side": "SELL", "type": "MARKET", "quantity": "0.2", "reduceOnly": "true"}
        refused = await client.signed("POST", "/fapi/v1/order", symbol="BTCUSDT_231229", **closing)
        assert refused["code"] == -4140

        await venue.advance_to(DELIVERY_MS + 1_000)
        shown = await client.symbols("/fapi")
        assert shown["BTCUSDT_231229"]["status"] == "DELIVERED"
        assert shown["BTCUSDT_240329"]["contractType"] == "CURRENT_QUARTER"
        assert shown["BTCUSDT_240628"]["contractType"] == "NEXT_QUARTER"
        assert set(await client.symbols("/dapi")) == {"BTCUSD_231229", "BTCUSD_240329", "BTCUSD_240628"}
        refused = await client.signed(
            "POST", "/fapi/v1/order", symbol="BTCUSDT_231229", quantity="0.2", **market
        )
        assert refused["code"] == -4141

        bought, settled = await client.signed("GET", "/fapi/v1/userTrades", symbol="BTCUSDT_231229")
        assert (settled["side"], settled["qty"], settled["price"]) == ("SELL", "0.200", "61500")
        assert settled["realizedPnl"] == "300.00000000"
        assert settled["commission"] == "6.15000000"  # the taker's rate (semantics 3.6.4)
        orders = await client.signed("GET", "/fapi/v1/allOrders", symbol="BTCUSDT_231229")
        assert orders[-1]["clientOrderId"].startswith("settlement_autoclose-")
        orders = await client.signed("GET", "/dapi/v1/allOrders", symbol="BTCUSD_231229")
        assert orders[-1]["clientOrderId"].startswith("delivery_autoclose-")
        balance = await client.signed("GET", "/fapi/v2/balance")
        spent = float(bought["commission"]) + 6.15 - 300
        assert float(balance[0]["balance"]) == pytest.approx(100_000 - spent)
        assert venue.engine.check_invariants() == []
        await client.http.aclose()


async def test_a_synthetic_market_lives_on_in_what_follows_a_delivered_quarter() -> None:
    async with Venue(settings(before_ms=5_000, market="synthetic")) as venue:
        client = Client(venue)
        await venue.advance_to(DELIVERY_MS + 4_000)
        book = await client.get("/fapi/v1/depth", symbol="BTCUSDT_240329", limit=50)
        assert min(len(book["bids"]), len(book["asks"])) >= 40
        book = await client.get("/fapi/v1/depth", symbol="BTCUSDT_231229", limit=50)
        assert (book["bids"], book["asks"]) == ([], [])
        assert venue.engine.check_invariants() == []
        await client.http.aclose()


@pytest.mark.semantics("3.6.5", "3.6.7", "3.6.8")
async def test_a_perpetual_is_delisted_by_control_and_settled() -> None:
    async with Venue(settings(before_ms=10 * 86_400_000)) as venue:
        client = Client(venue)
        http = httpx.AsyncClient(
            base_url=f"{venue.ready.rest}/venue/v1",
            headers={"Authorization": f"Bearer {venue.ready.admin_token}"},
        )
        now_ms = venue.clock.now_ms()
        answer = await http.post("/instruments/BTCUSDT/delist", json={"at_ms": now_ms + 3_600_000})
        assert answer.json()["delivery_ms"] == now_ms + 3_600_000
        assert (await client.symbols("/fapi"))["BTCUSDT"]["deliveryDate"] == now_ms + 3_600_000
        await venue.advance_to(now_ms + 1_800_000)
        assert (await client.symbols("/fapi"))["BTCUSDT"]["status"] == "PRE_SETTLE"
        assert (await http.post("/instruments/BTCUSDT/delist", json={"at_ms": None})).status_code == 200
        assert (await client.symbols("/fapi"))["BTCUSDT"]["status"] == "TRADING"
        assert (await http.post("/instruments/BTCUSDT/delist", json={"at_ms": 1_501})).status_code == 400
        assert (await http.post("/instruments/BTCUSDT_231229/delist", json={})).status_code == 400
        assert (await http.post("/instruments/NOUSDT/delist", json={})).status_code == 404
        assert (await http.post("/instruments/BTCUSDT/delist", json={})).status_code == 200
        await venue.advance_to(venue.clock.now_ms() + 1_000)
        assert (await client.symbols("/fapi"))["BTCUSDT"]["status"] == "SETTLING"
        listed = {row["symbol"]: row for row in (await http.get("/instruments")).json()["instruments"]}
        assert listed["BTCUSDT"]["status"] == "delivering"
        await venue.advance_to(venue.clock.now_ms() + 1_000)
        listed = {row["symbol"]: row for row in (await http.get("/instruments")).json()["instruments"]}
        assert listed["BTCUSDT"]["status"] == "delivered"
        assert listed["BTCUSDT"]["settlement_price"] is not None
        assert (await client.symbols("/fapi"))["BTCUSDT"]["status"] == "CLOSE"
        assert (await http.post("/instruments/BTCUSDT/delist", json={})).status_code == 409
        await http.aclose()
        await client.http.aclose()
