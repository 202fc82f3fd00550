"""Rows that were recorded on the exchange, and the worked numbers of its rules, to the last digit over the public API.

Each test trades its way into the situation: orders over REST, prices and money by venue control, on a manual clock
and without a market.
"""

import contextlib
import hmac
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlencode

import httpx
import pytest

from perpit.domain.commands import ListInstrument
from perpit.settings import ClockSetting, MarketSetting, Settings
from perpit.venue import Venue
from tests.instruments import brackets, btcusd_perp, btcusdt, linear

START_MS = 1_700_000_000_000
FUNDING_MS = 1_700_006_400_000  # 2023-11-15 00:00 UTC
PERP = {"symbol": "BTCUSD_PERP"}
# BTCUSDT's leverage table of 2020, when the rows of semantics 2.2 were recorded
TABLE_OF_2020 = (
    (125, 0, 50_000, 4_000, 0),
    (100, 50_000, 250_000, 5_000, 50),
    (50, 250_000, 1_000_000, 10_000, 1_300),
    (20, 1_000_000, 5_000_000, 25_000, 16_300),
    (10, 5_000_000, 20_000_000, 50_000, 141_300),
    (5, 20_000_000, 50_000_000, 100_000, 1_141_300),
)


class Floor:
    """A venue, its operator, and the API of one product; `trader` and `maker` are accounts."""

    def __init__(self, venue: Venue, http: httpx.AsyncClient, api: str, market: str, asset: str) -> None:
        self.venue = venue
        self.api = api
        self._http = http
        self._about = {"market": market, "asset": asset}

    async def operate(self, method: str, path: str, body: Any) -> Any:
        """One call of venue control."""
        token = {"Authorization": f"Bearer {self.venue.ready.admin_token}"}
        answer = await self._http.request(method, f"/venue/v1{path}", json=body, headers=token)
        assert answer.is_success, answer.text
        return answer.json()

    async def prices(self, symbol: str, **prices: str) -> None:
        """Set index, or pin mark."""
        await self.operate("PUT", f"/prices/{symbol}", prices)

    async def trader(self, balance: str, name: str = "trader") -> "Trader":
        """A new account with money and a key."""
        await self.operate("POST", "/accounts", {"name": name})
        await self.operate("POST", f"/accounts/{name}/deposits", {"amount": balance, **self._about})
        key = await self.operate("POST", f"/accounts/{name}/keys", {"futures": True})
        return Trader(self, self._http, key["api_key"], key["api_secret"])


class Trader:
    """One account's signed calls."""

    def __init__(self, floor: Floor, http: httpx.AsyncClient, key: str, secret: str) -> None:
        self._floor = floor
        self._http = http
        self._key = {"X-MBX-APIKEY": key}
        self._secret = secret.encode()

    async def call(self, method: str, path: str, **params: Any) -> Any:
        query = urlencode({**params, "timestamp": self._floor.venue.clock.now_ms()})
        signature = hmac.new(self._secret, query.encode(), "sha256").hexdigest()
        url = f"{self._floor.api}{path}?{query}&signature={signature}"
        answer = await self._http.request(method, url, headers=self._key)
        assert answer.is_success, answer.text
        return answer.json()

    async def rest(self, side: str, quantity: str, price: str, **more: str) -> None:
        """A limit order that stays."""
        about = {"side": side, "type": "LIMIT", "timeInForce": "GTC", "quantity": quantity, "price": price}
        await self.call("POST", "/v1/order", **{**PERP, **about, **more})

    async def take(self, side: str, quantity: str, **more: str) -> Any:
        """A market order that is filled."""
        about = {"side": side, "type": "MARKET", "quantity": quantity, "newOrderRespType": "RESULT"}
        filled = await self.call("POST", "/v1/order", **{**PERP, **about, **more})
        assert filled["status"] == "FILLED", filled
        return filled

    async def isolate(self, wanted: str, row: dict[str, Any], **more: str) -> Self:
        """Bring an isolated position's wallet to an amount."""
        missing = Decimal(wanted) - Decimal(row["isolatedWallet"])
        kind = 1 if missing > 0 else 2
        about = {"symbol": row["symbol"], "amount": f"{abs(missing):f}", "type": kind, **more}
        await self.call("POST", "/v1/positionMargin", **about)
        return self


@pytest.fixture
async def coin() -> AsyncIterator[Floor]:
    """BTCUSD_PERP, with the leverage table of 2021-07."""
    async with served(("BTCUSD_PERP",)) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as http:
        yield Floor(venue, http, "/dapi", "coin_m", "BTC")
        assert venue.engine.check_invariants() == []


def served(symbols: tuple[str, ...]) -> Venue:
    return Venue(
        Settings(
            port=0,
            market=MarketSetting("none"),
            clock=ClockSetting("manual", time_ms=START_MS),
            symbols=symbols,
            symbols_given=True,
        )
    )


async def thousand_contracts(coin: Floor, side: str, wallet: str) -> Trader:
    """Somebody with 1,000 contracts at 60,000 and so much left in the wallet after the fee of 0.00083333 BTC."""
    await coin.prices("BTCUSD_PERP", index="60000", mark="60000")
    maker = await coin.trader("100", "maker")
    await maker.rest("SELL" if side == "BUY" else "BUY", "1000", "60000")
    trader = await coin.trader(str(Decimal(wallet) + Decimal("0.00083333")))
    await trader.take(side, "1000")
    (balance,) = await trader.call("GET", "/v1/balance")
    assert Decimal(balance["balance"]) == Decimal(wallet)
    return trader


@pytest.mark.semantics("2.3 example recorded", "1.2.4", "4.1.2")
async def test_the_recorded_isolated_long_of_coin_m(coin: Floor) -> None:
    """semantics 2.3, 4.1.2, 1.2.4: 2 contracts at 37,643.1, isolated at 2x."""
    await coin.prices("BTCUSD_PERP", index="37643.1", mark="37643.1")
    maker = await coin.trader("100", "maker")
    await maker.rest("SELL", "2", "37643.1")
    trader = await coin.trader("1")
    await trader.call("POST", "/v1/marginType", **PERP, marginType="ISOLATED")
    assert (await trader.call("POST", "/v1/leverage", **PERP, leverage=2))["maxQty"] == "1500"
    await trader.take("BUY", "2")
    (row,) = await trader.call("GET", "/v1/positionRisk")
    await trader.isolate("0.00268058", row)
    await coin.prices("BTCUSD_PERP", mark="38103.05510455")
    (row,) = await trader.call("GET", "/v1/positionRisk")
    recorded = {
        "symbol": "BTCUSD_PERP",
        "positionAmt": "2",
        "entryPrice": "37643.10000021",
        "markPrice": "38103.05510455",
        "unRealizedProfit": "0.00006413",
        "liquidationPrice": "25119.97445760",
        "leverage": "2",
        "maxQty": "1500",
        "marginType": "isolated",
        "isolatedMargin": "0.00274471",
        "isAutoAddMargin": "false",
        "positionSide": "BOTH",
        "notionalValue": "0.00524892",
        "isolatedWallet": "0.00268058",
    }
    assert {name: row[name] for name in recorded} == recorded


@pytest.mark.semantics("1.2 example inverse", "1.2.2")
async def test_margins_of_a_long_in_coin(coin: Floor) -> None:
    """semantics 1.2, the COIN-M example."""
    trader = await thousand_contracts(coin, "BUY", "1")
    await coin.prices("BTCUSD_PERP", mark="62000")
    account = await trader.call("GET", "/v1/account")
    (position,) = account["positions"]
    assert (position["notionalValue"], position["initialMargin"]) == ("1.61290322", "0.08064516")
    assert (position["maintMargin"], position["unrealizedProfit"]) == ("0.00645161", "0.05376344")
    (asset,) = account["assets"]
    assert (asset["walletBalance"], asset["marginBalance"]) == ("1.00000000", "1.05376344")
    assert asset["availableBalance"] == "0.97311828"


@pytest.mark.parametrize(
    ("side", "wallet", "price"),
    [
        ("BUY", "0.2", "53785.71428571"),
        ("SELL", "0.2", "67909.09090909"),
        ("SELL", "1.66666667", "0"),  # covered once: no price takes it all
    ],
)
@pytest.mark.semantics("B6", "2.3.1", "2.3.2")
async def test_liquidation_prices_of_a_cross_position_in_coin(
    coin: Floor, side: str, wallet: str, price: str
) -> None:
    """semantics B6."""
    trader = await thousand_contracts(coin, side, wallet)
    (row,) = await trader.call("GET", "/v1/positionRisk")
    assert (row["entryPrice"], row["marginType"], row["liquidationPrice"]) == ("60000", "cross", price)


@pytest.mark.semantics("B7", "1.3.4")
async def test_margin_of_open_orders_in_coin(coin: Floor) -> None:
    """semantics B7. Its initial margin is rounded there; shown amounts are cut, so that both parts add up (1.2.3)."""
    trader = await thousand_contracts(coin, "BUY", "1")
    await trader.rest("BUY", "500", "59000")
    await trader.rest("SELL", "3000", "61000")
    (position,) = (await trader.call("GET", "/v1/account"))["positions"]
    assert (position["positionInitialMargin"], position["openOrderInitialMargin"]) == (
        "0.08333333",
        "0.07923497",
    )
    assert position["initialMargin"] == "0.16256830"


@pytest.mark.semantics("3.5 example", "3.5.2")
async def test_funding_is_paid_in_coin(coin: Floor) -> None:
    """semantics 3.5: 1,000 contracts at a mark of 62,000 and a rate of 0.01 %."""
    trader = await thousand_contracts(coin, "BUY", "1")
    await coin.prices("BTCUSD_PERP", index="62000", mark="62000")
    await coin.operate("POST", "/clock/advance", {"to_ms": FUNDING_MS - 1})
    premium = (await trader.call("GET", "/v1/premiumIndex", **PERP))[0]
    assert (premium["lastFundingRate"], premium["nextFundingTime"]) == ("0.00010000", FUNDING_MS)
    (before,) = await trader.call("GET", "/v1/balance")
    await coin.operate("POST", "/clock/advance", {"ms": 1_000})
    (after,) = await trader.call("GET", "/v1/balance")
    assert (before["balance"], after["balance"]) == ("1.00000000", "0.99983871")


@pytest.mark.semantics("B8")
async def test_a_round_trip_with_fees_in_coin(coin: Floor) -> None:
    """semantics B8."""
    await coin.prices("BTCUSD_PERP", index="64400", mark="64400")
    maker, trader = await coin.trader("100", "maker"), await coin.trader("1")
    await maker.rest("SELL", "50", "64000")
    bought = await trader.take("BUY", "50")
    assert bought["cumBase"] == "0.07812500"
    await trader.rest("SELL", "50", "64800")
    await maker.take("BUY", "50")
    opened, closed = await trader.call("GET", "/v1/userTrades", **PERP)
    assert (opened["baseQty"], opened["commission"], opened["realizedPnl"]) == (
        "0.07812500",
        "0.00003906",
        "0",
    )
    assert (closed["maker"], closed["commission"], closed["realizedPnl"]) == (
        True,
        "0.00000771",
        "0.00096450",
    )
    (balance,) = await trader.call("GET", "/v1/balance")
    assert balance["balance"] == "1.00091773"


@pytest.mark.semantics("2.2 example A", "2.2 example B")
async def test_the_recorded_isolated_hedge_of_usds_m() -> None:
    """semantics 2.2, examples A and B: long 20 at 6,563.665 and short 10 at 6,563.86. Prices had two decimals then."""
    async with served(("ETHUSDT",)) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as http:
        terms = {"tick_e8": 1_000_000, "max_price_ticks": 10_000_000, "brackets": brackets(TABLE_OF_2020)}
        await venue.submit(ListInstrument(btcusdt(1, **terms)))
        floor = Floor(venue, http, "/fapi", "usds_m", "USDT")
        await floor.prices("BTCUSDT", index="6563.66", mark="6563.66")
        symbol = {"symbol": "BTCUSDT"}
        maker, trader = await floor.trader("1000000", "maker"), await floor.trader("100000")
        await trader.call("POST", "/v1/positionSide/dual", dualSidePosition="true")
        await trader.call("POST", "/v1/marginType", **symbol, marginType="ISOLATED")
        await trader.call("POST", "/v1/leverage", **symbol, leverage=10)
        await maker.rest("SELL", "10", "6563.66", **symbol)
        await maker.rest("SELL", "10", "6563.67", **symbol)
        await trader.take("BUY", "20", positionSide="LONG", **symbol)
        await maker.rest("BUY", "10", "6563.86", **symbol)
        await trader.take("SELL", "10", positionSide="SHORT", **symbol)
        long, short = await trader.call("GET", "/v2/positionRisk", **symbol)
        await trader.isolate("13200.70726908", long, positionSide="LONG")
        await trader.isolate("6570.42511771", short, positionSide="SHORT")
        await floor.prices("BTCUSDT", mark="6679.50671178")
        long, short = await trader.call("GET", "/v2/positionRisk", **symbol)
        for row, recorded in (
            (
                long,
                {
                    **{"positionAmt": "20.000", "entryPrice": "6563.665", "markPrice": "6679.50671178"},
                    **{"unRealizedProfit": "2316.83423560", "isolatedMargin": "15517.54150468"},
                    **{"leverage": "10", "maxNotionalValue": "20000000", "marginType": "isolated"},
                    **{"isolatedWallet": "13200.70726908", "positionSide": "LONG"},
                },
            ),
            (
                short,
                {
                    **{"positionAmt": "-10.000", "entryPrice": "6563.86", "isolatedWallet": "6570.42511771"},
                    **{"positionSide": "SHORT"},
                },
            ),
        ):
            assert {name: row[name] for name in recorded} == recorded
        # the rows of that year have two decimals, ours eight (2.2.8)
        assert [row["liquidationPrice"][:-6] for row in (long, short)] == ["5930.78", "7189.95"]
        assert venue.engine.check_invariants() == []


@contextlib.asynccontextmanager
async def dollars(*contracts: dict[str, Any]) -> AsyncIterator[Floor]:
    """USDⓈ-M with contracts of our own beside ETHUSDT: ONEUSDT, TWOUSDT, without fees unless their terms say so."""
    async with served(("ETHUSDT",)) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as http:
        for number, terms in enumerate(contracts, 1):
            defaults = {"maker_fee_ppm": 0, "taker_fee_ppm": 0, "min_notional_units": 0, "min_price_ticks": 1}
            await venue.submit(ListInstrument(linear(number, NAMES[number - 1], **{**defaults, **terms})))
        yield Floor(venue, http, "/fapi", "usds_m", "USDT")
        assert venue.engine.check_invariants() == []


NAMES = ("ONE", "TWO")
FINE = {
    "tick_e8": 10_000,
    "lot_e8": 100_000_000,
    "price_decimals": 4,
    "qty_decimals": 0,
    "max_price_ticks": 10**8,
}


def at_rate(rate_ppm: int) -> dict[str, Any]:
    """One bracket up to everything."""
    return {"brackets": brackets(((100, 0, 10**9, rate_ppm, 0),))}


@pytest.mark.semantics("A6", "A7", "2.2 example C")
async def test_liquidation_prices_of_two_contracts_that_share_a_wallet() -> None:
    """The two rows of the help page: 10.72 behind a short of 0.005 at 9,451.53 and a long of 1 at 199.53."""
    short_terms = {"tick_e8": 1_000_000, "max_price_ticks": 10**8, **at_rate(4_000)}
    long_terms = {"tick_e8": 1_000_000, "max_price_ticks": 10**8, **at_rate(6_500)}
    async with dollars(short_terms, long_terms) as floor:
        await floor.prices("ONEUSDT", index="9451.53", mark="9451.53")
        await floor.prices("TWOUSDT", index="199.53", mark="199.53")
        maker, trader = await floor.trader("1000000", "maker"), await floor.trader("10.72")
        for symbol in ("ONEUSDT", "TWOUSDT"):
            await trader.call("POST", "/v1/leverage", symbol=symbol, leverage=100)
        await maker.rest("BUY", "0.005", "9451.53", symbol="ONEUSDT")
        await trader.take("SELL", "0.005", symbol="ONEUSDT")
        await maker.rest("SELL", "1", "199.53", symbol="TWOUSDT")
        await trader.take("BUY", "1", symbol="TWOUSDT")
        await floor.prices("ONEUSDT", mark="9463.53")  # the short has lost 0.06
        await floor.prices("TWOUSDT", mark="200")  # the long has won 0.47 and needs 1.3
        short, long = await trader.call("GET", "/v3/positionRisk")
        assert (long["unRealizedProfit"], long["maintMargin"]) == ("0.47000000", "1.30000000")
        # the page has two decimals, cut; it also rounds the short's 0.18927 to 0.19
        assert (short["liquidationPrice"][:-6], long["liquidationPrice"][:-6]) == ("11383.99", "190.29")


@pytest.mark.parametrize(
    ("rate_ppm", "notional", "initial", "maintenance"),
    [
        (6_000, "1992.46079250", "99.62303962", "11.95476475"),
        (10_000, "49.72023376", "2.48601168", "0.49720233"),
    ],
)
@pytest.mark.semantics("A8", "A9", "1.2.3")
async def test_margins_are_cut_as_recorded(
    rate_ppm: int, notional: str, initial: str, maintenance: str
) -> None:
    async with dollars({**FINE, **at_rate(rate_ppm)}) as floor:
        await floor.prices("ONEUSDT", index=notional, mark=notional)
        maker, trader = await floor.trader("1000000", "maker"), await floor.trader("10000")
        price = f"{Decimal(notional):.4f}"
        await maker.rest("SELL", "1", price, symbol="ONEUSDT")
        await trader.take("BUY", "1", symbol="ONEUSDT")
        (row,) = await trader.call("GET", "/v3/positionRisk")
        assert (row["notional"], row["initialMargin"], row["maintMargin"]) == (notional, initial, maintenance)


@pytest.mark.parametrize(
    ("side", "is_maker", "fee_ppm", "price", "shown"),
    [
        ("BUY", False, 450, "2.3483", "2.349356735"),
        ("SELL", True, 180, "2.3400", "2.3395788"),
        ("BUY", True, 200, "0.3850", "0.385077"),
    ],
)
@pytest.mark.semantics("A10", "A11", "A12", "4.2.1")
async def test_break_even_prices_as_recorded(
    side: str, is_maker: bool, fee_ppm: int, price: str, shown: str
) -> None:
    fees = {"maker_fee_ppm": fee_ppm, "taker_fee_ppm": fee_ppm}
    async with dollars({**FINE, **fees, **at_rate(5_000)}) as floor:
        await floor.prices("ONEUSDT", index=price, mark=price)
        other, trader = await floor.trader("1000000", "maker"), await floor.trader("10000")
        against = "SELL" if side == "BUY" else "BUY"
        if is_maker:
            await trader.rest(side, "1000", price, symbol="ONEUSDT")
            await other.take(against, "1000", symbol="ONEUSDT")
        else:
            await other.rest(against, "1000", price, symbol="ONEUSDT")
            await trader.take(side, "1000", symbol="ONEUSDT")
        (row,) = await trader.call("GET", "/v3/positionRisk")
        assert (Decimal(row["entryPrice"]), row["breakEvenPrice"]) == (Decimal(price), shown)


@pytest.mark.semantics("A16", "4.3.1")
async def test_a_commission_as_recorded() -> None:
    terms = {"tick_e8": 1_000_000, "max_price_ticks": 10**8, "taker_fee_ppm": 400, **at_rate(5_000)}
    async with dollars(terms) as floor:
        await floor.prices("ONEUSDT", index="2778.35", mark="2778.35")
        maker, trader = await floor.trader("1000000", "maker"), await floor.trader("1000")
        await maker.rest("SELL", "0.005", "2778.35", symbol="ONEUSDT")
        await trader.take("BUY", "0.005", symbol="ONEUSDT")
        (fill,) = await trader.call("GET", "/v1/userTrades", symbol="ONEUSDT")
        assert fill["commission"] == "0.00555670"


@pytest.mark.semantics("A13", "4.2.1")
async def test_the_recorded_break_even_price_of_coin_m() -> None:
    """One contract of ten dollars bought at 2,422.4 for a fee of 0.04 %, which the position keeps to 13 decimals."""
    async with served(("BTCUSD_PERP",)) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as http:
        names = {"symbol": "ETHUSD_PERP", "pair": "ETHUSD", "base_asset": "ETH", "margin_asset": "ETH"}
        terms = {"contract_size": 10, "min_price_ticks": 1, "taker_fee_ppm": 400}
        await venue.submit(ListInstrument(btcusd_perp(1, **names, **terms)))
        floor = Floor(venue, http, "/dapi", "coin_m", "ETH")
        await floor.prices("ETHUSD_PERP", index="2422.4", mark="2422.4")
        symbol = {"symbol": "ETHUSD_PERP"}
        maker, trader = await floor.trader("100", "maker"), await floor.trader("1")
        await maker.rest("SELL", "1", "2422.4", **symbol)
        await trader.take("BUY", "1", **symbol)
        (row,) = await trader.call("GET", "/v1/positionRisk", pair="ETHUSD")
        assert (row["entryPrice"], row["breakEvenPrice"]) == ("2422.400000007", "2423.368960034")
        assert venue.engine.check_invariants() == []
