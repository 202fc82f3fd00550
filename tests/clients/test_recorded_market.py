"""The main job: unmodified clients on a market that is replayed from a real recording.

ccxt rests an order near the touch, the tape fills it, and position, fee and balance equal the formulas to the last
digit; the public trade stream carries the recorded trades, all of them, in order.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any, NamedTuple

import ccxt.pro
import msgspec
import pytest
import websockets

from perpit.markets.recording import Trade, parse_line, read_lines
from perpit.testing import ServedVenue
from tests.clients.endpoints import ccxt_options
from tests.clients.inbox import Inbox
from tests.clients.venue import Operator
from tests.markets.tape import shared_recording

BITCOIN = "BTC/USDT:USDT"
MAKER_RATE = Decimal("0.0002")
START = Decimal(100_000)
LEVERAGE = 20
MAINTENANCE_RATE = Decimal("0.004")  # of the first bracket, up to 300,000 USDT
TAPE_MS = 346_000


class Print(NamedTuple):
    """A trade of the tape, or of the stream."""

    price: Decimal
    quantity: Decimal
    buyer_is_maker: bool


@pytest.fixture
def recording() -> Path:
    return shared_recording("btcusdt_20240808.gz")


@contextlib.contextmanager
def replayed(recording: Path, *arguments: str) -> Iterator[Operator]:
    served = ServedVenue("--market", f"recorded:{recording}", *arguments)
    with served as venue, Operator(venue.ready) as operator:
        yield operator


@contextlib.asynccontextmanager
async def trade_stream(operator: Operator) -> AsyncIterator[Inbox[dict[str, Any]]]:
    """Every trade that is printed from now on."""
    inbox: Inbox[dict[str, Any]] = Inbox()
    decode = msgspec.json.decode
    async with websockets.connect(f"{operator.ws}/ws/btcusdt@trade", max_queue=None) as socket:

        async def read() -> None:
            async for message in socket:
                inbox.put(decode(message))

        reading = asyncio.create_task(read())
        yield inbox
        reading.cancel()


def recorded_trades(recording: Path) -> list[Print]:
    """The trades of the book in the file; fills beside it (insurance fund, deleveraging) are no prints."""
    messages = (parse_line(line)[1] for line in read_lines(recording))
    return [
        Print(Decimal(message.p), Decimal(message.q), message.m)
        for message in messages
        if isinstance(message, Trade) and message.X == "MARKET"
    ]


def printed(event: dict[str, Any]) -> Print:
    assert (event["e"], event["s"], event["X"]) == ("trade", "BTCUSDT", "MARKET")
    return Print(Decimal(event["p"]), Decimal(event["q"]), event["m"])


def cut(amount: Decimal) -> Decimal:
    """As the exchange shows amounts: eight decimals, the rest cut off (semantics 1.2.3)."""
    return amount.quantize(Decimal("0.00000001"), ROUND_DOWN)


async def test_the_trade_stream_carries_every_recorded_trade(recording: Path) -> None:
    tape = recorded_trades(recording)
    with replayed(recording, "--clock", "manual") as operator:
        async with trade_stream(operator) as events:
            end_ms = operator.now_ms() + TAPE_MS
            while operator.now_ms() < end_ms:
                await asyncio.to_thread(operator.advance, 2_000)
            await events.until(lambda told: len(told) >= len(tape))
    assert [printed(event) for event in events.all] == tape
    assert [event["t"] for event in events.all] == list(range(1, len(tape) + 1))


@contextlib.asynccontextmanager
async def ccxt_trader(operator: Operator) -> AsyncIterator[Any]:
    async with ccxt.pro.binanceusdm(ccxt_options(operator.rest, operator.ws, operator.demo)) as exchange:
        exchange.options["adjustForTimeDifference"] = True
        await exchange.load_markets()
        yield exchange


async def signed(exchange: Any, call: str, *arguments: Any) -> Any:
    """A signed call with the venue's time as its timestamp: that clock stands, or moves on at once, unlike ccxt's."""
    await exchange.load_time_difference()
    return await getattr(exchange, call)(*arguments)


async def rest_at_touch(exchange: Any, side: str, amount: float) -> dict[str, Any]:
    """A post-only order at the best price of its own side; where the tape was faster, look again as a bot would."""
    for _ in range(20):
        book = await exchange.fetch_order_book(BITCOIN, 5)
        price = book["bids" if side == "buy" else "asks"][0][0]
        try:
            order: dict[str, Any] = await signed(
                exchange, "create_order", BITCOIN, "limit", side, amount, price, {"postOnly": True}
            )
        except ccxt.InvalidOrder as refusal:
            if '"code":-5022' not in str(refusal):
                raise
            continue
        assert (order["status"], order["price"]) == ("open", price)
        return order
    raise AssertionError("the tape was faster than 20 post-only orders")


async def play_until_filled(operator: Operator, exchange: Any, order: dict[str, Any]) -> None:
    """Move the tape on until it has filled the order."""
    for _ in range(200):
        operator.advance(500)
        if (await signed(exchange, "fetch_order", order["id"], BITCOIN))["status"] == "closed":
            return
    raise AssertionError("the tape did not fill an order at the touch within 100 s")


async def test_a_resting_order_is_filled_by_the_tape_to_the_last_digit(recording: Path) -> None:
    tape = recorded_trades(recording)
    with replayed(recording, "--clock", "manual") as operator:
        async with trade_stream(operator) as events, ccxt_trader(operator) as exchange:
            operator.advance(5_000)
            bought = await rest_at_touch(exchange, "buy", 0.05)
            await play_until_filled(operator, exchange, bought)
            wallet = await held_as_computed(exchange, bought)
            sold = await rest_at_touch(exchange, "sell", 0.05)
            await play_until_filled(operator, exchange, sold)
            await closed_as_computed(exchange, sold, wallet)
            operator.advance(5_000)
            own = {int(fill["id"]) for fill in await fills(exchange)}
            newest = (await exchange.fapiPublicGetTrades({"symbol": "BTCUSDT", "limit": 1}))[0]["id"]
            await events.until(lambda told: told[-1]["t"] >= int(newest))
        assert operator.invariants() == "ok"
    assert_carried(tape, events.all, own)


async def fills(exchange: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await signed(exchange, "fapiPrivateGetUserTrades", {"symbol": "BTCUSDT"})
    return rows


async def held_as_computed(exchange: Any, order: dict[str, Any]) -> Decimal:
    """Fee, position and balance after the opening order was filled; returns the wallet."""
    price, quantity = Decimal(str(order["price"])), Decimal(str(order["amount"]))
    fees = Decimal(0)
    for fill in await fills(exchange):
        assert (fill["maker"], Decimal(fill["price"]), fill["realizedPnl"]) == (True, price, "0")
        assert Decimal(fill["commission"]) == cut(price * Decimal(fill["qty"]) * MAKER_RATE)
        fees += Decimal(fill["commission"])

    position = (await signed(exchange, "fapiPrivateV3GetPositionRisk", {"symbol": "BTCUSDT"}))[0]
    mark = Decimal(position["markPrice"])
    unrealised = cut(quantity * (mark - price))
    margin = cut(quantity * mark / LEVERAGE)
    assert (Decimal(position["positionAmt"]), Decimal(position["entryPrice"])) == (quantity, price)
    assert Decimal(position["breakEvenPrice"]) == cut((price * quantity + fees) / quantity)
    assert Decimal(position["unRealizedProfit"]) == unrealised
    assert Decimal(position["notional"]) == cut(quantity * mark)
    assert Decimal(position["initialMargin"]) == margin
    assert Decimal(position["maintMargin"]) == cut(quantity * mark * MAINTENANCE_RATE)

    wallet = START - fees
    balance = (await signed(exchange, "fapiPrivateV3GetBalance"))[0]
    assert Decimal(balance["balance"]) == Decimal(balance["crossWalletBalance"]) == wallet
    assert Decimal(balance["crossUnPnl"]) == unrealised
    assert Decimal(balance["availableBalance"]) == wallet + unrealised - margin
    unified = (await signed(exchange, "fetch_positions", [BITCOIN]))[0]
    assert (unified["side"], unified["contracts"], unified["entryPrice"]) == ("long", 0.05, float(price))
    return wallet


async def closed_as_computed(exchange: Any, order: dict[str, Any], wallet: Decimal) -> None:
    """Realised profit, fee and balance after the closing order was filled."""
    opened, closed = [], []
    for fill in await fills(exchange):
        (closed if fill["side"] == "SELL" else opened).append(fill)
    entry = Decimal(opened[0]["price"])
    for fill in closed:
        price, quantity = Decimal(fill["price"]), Decimal(fill["qty"])
        assert (fill["maker"], price) == (True, Decimal(str(order["price"])))
        assert Decimal(fill["realizedPnl"]) == quantity * (price - entry)
        assert Decimal(fill["commission"]) == cut(price * quantity * MAKER_RATE)
        wallet += Decimal(fill["realizedPnl"]) - Decimal(fill["commission"])
    assert await signed(exchange, "fapiPrivateV3GetPositionRisk", {"symbol": "BTCUSDT"}) == []
    balance = (await signed(exchange, "fapiPrivateV3GetBalance"))[0]
    assert Decimal(balance["balance"]) == Decimal(balance["availableBalance"]) == wallet


class Place(NamedTuple):
    """How far along the tape a stream may be: so many trades begun, so much of the last one not yet printed."""

    begun: int
    left: Decimal
    parts: int
    with_user: bool


def assert_carried(tape: Sequence[Print], events: Sequence[dict[str, Any]], own: set[int]) -> None:
    """Every recorded trade so far, in order. A user's order may take part in one, which is then printed in parts; and
    it trades besides when the recorded quotes cross it. Nothing else splits or adds a print.
    """
    places = {Place(0, Decimal(0), 1, False)}
    for event in events:
        users = event["t"] in own
        later = {after for place in places for after in continued(tape, place, printed(event), users)}
        if users:
            later |= places
        assert later, f"not on the tape at {places}: {event}"
        places = later
    assert any(place.left == 0 for place in places), places
    assert own <= {event["t"] for event in events}


def continued(tape: Sequence[Print], place: Place, told: Print, users: bool) -> Iterator[Place]:
    """Where a stream is when this print is the next part of the tape; nowhere when it is not."""
    begun, left, parts, with_user = place
    if left == 0:
        if parts > 1 and not with_user:
            return
        begun, left, parts, with_user = begun + 1, tape[begun].quantity, 0, False
    trade = tape[begun - 1]
    if told.buyer_is_maker == trade.buyer_is_maker and told.price == trade.price and told.quantity <= left:
        yield Place(begun, left - told.quantity, parts + 1, with_user or users)


async def test_an_order_at_the_touch_is_filled_while_time_passes_by_itself(recording: Path) -> None:
    """On the wall clock, nothing synchronised: an order on each side, and whichever the tape reaches first."""
    with replayed(recording) as operator:
        async with ccxt_trader(operator) as exchange:
            settled = Inbox[dict[str, Any]]()
            watching = asyncio.create_task(watch_closed(exchange, settled))
            while len((await exchange.fetch_order_book(BITCOIN, 50))["bids"]) < 5:
                await asyncio.sleep(0.05)
            for side in ("buy", "sell"):
                await rest_at_touch(exchange, side, 0.02)
            order = await settled.first()
            watching.cancel()
            fill = [row for row in await fills(exchange) if str(row["orderId"]) == order["id"]]
            assert sum(Decimal(row["qty"]) for row in fill) == Decimal("0.02")
            for row in fill:
                fee = cut(Decimal(row["price"]) * Decimal(row["qty"]) * MAKER_RATE)
                assert (row["maker"], Decimal(row["commission"])) == (True, fee)


async def watch_closed(exchange: Any, settled: Inbox[dict[str, Any]]) -> None:
    """The orders that are filled, as the user-data stream tells them."""
    while True:
        for order in await exchange.watch_orders(BITCOIN):
            if order["status"] == "closed":
                settled.put(order)
