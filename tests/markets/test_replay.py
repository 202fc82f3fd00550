"""A real recording through the real engine: its prints are the recorded trades; a user stands in a real queue."""

from collections.abc import Iterator
from pathlib import Path

from perpit.domain.commands import Command, CreateAccount, HouseTrade, PlaceOrder, Transfer
from perpit.domain.events import Event, OrderTraded, TradePrinted
from perpit.domain.numbers import UNIT
from perpit.domain.words import BUY, GTX, LIMIT, SELL, USDS_M
from perpit.engine.engine import Engine
from perpit.markets.recorded import RecordedSource
from perpit.markets.recording import BookTicker, DepthDiff, Trade, parse_line, read_lines
from perpit.markets.source import steps
from tests.markets.judge import apply, listed, lots_by_price
from tests.markets.tape import BITCOIN, depth, shared_recording, ticker, trade, write

START_MS = 1_700_000_000_000
RECORDING = "btcusdt_20240808.gz"

Print = tuple[int, int, int]  # taker side, price in ticks, lots


def commands(path: Path) -> Iterator[tuple[int, Command]]:
    for due_ms, batch in steps(RecordedSource(path, [BITCOIN], START_MS)):
        for command in batch:
            yield due_ms, command


def prints(events: list[Event]) -> list[Print]:
    return [
        (event.taker_side, event.price_ticks, event.qty_lots)
        for event in events
        if isinstance(event, TradePrinted)
    ]


def with_user(time_ms: int) -> Engine:
    """An engine with one user, account 1, who has a million."""
    engine = listed(BITCOIN, time_ms)
    apply(engine, CreateAccount("ada"), time_ms)
    apply(engine, Transfer(1, USDS_M, "USDT", 1_000_000 * UNIT), time_ms)
    return engine


def quote(side: int, price_ticks: int, lots: int) -> PlaceOrder:
    return PlaceOrder(1, 0, f"{side}-{price_ticks}", side, LIMIT, GTX, lots, price_ticks)


def test_the_prints_of_a_replay_are_the_recorded_trades_and_the_touch_follows_the_tape() -> None:
    """Without users: every print, in order; after a book ticker that is not late, the recorded touch."""
    path = shared_recording(RECORDING)
    source = RecordedSource(path, [BITCOIN], START_MS)
    tape = source.tapes["BTCUSDT"]
    engine = listed(BITCOIN, START_MS)
    told: list[Print] = []
    printed: list[Print] = []
    tickers = agreed = 0
    for line in read_lines(path):
        message = parse_line(line)[1]
        assert message is not None
        for command in tape.play(message, START_MS):
            printed += prints(apply(engine, command, START_MS))
        if isinstance(message, Trade):
            price, lots = round(float(message.p) * 10), round(float(message.q) * 1_000)
            told.append((SELL if message.m else BUY, price, lots))
        bid, ask = engine.markets[0].book.bids.best, engine.markets[0].book.asks.best
        if isinstance(message, BookTicker) and bid is not None and ask is not None:
            touch = (round(float(message.b) * 10), round(float(message.a) * 10))
            tickers += 1
            agreed += (bid.price_ticks, ask.price_ticks) == touch
        if isinstance(message, DepthDiff) and bid is not None and ask is not None:
            assert bid.price_ticks < ask.price_ticks
    assert printed == told
    assert agreed / tickers > 0.99
    assert lots_by_price(engine.markets[0].book.bids) == tape.book.bids.lots
    assert lots_by_price(engine.markets[0].book.asks) == tape.book.asks.lots
    assert engine.check_invariants() == []


def test_users_in_the_queue_are_filled_by_the_tape_and_its_prints_sum_to_the_recorded_quantity() -> None:
    """A user who quotes both sides of the touch twice a second is filled, and no tape trade loses or gains a lot."""
    engine = with_user(START_MS)
    quoted_ms = START_MS
    filled = tapes = split = 0
    for due_ms, command in commands(shared_recording(RECORDING)):
        events = apply(engine, command, due_ms)
        if isinstance(command, HouseTrade):
            tapes += 1
            told = prints(events)
            assert sum(lots for _, _, lots in told) == command.qty_lots
            assert {side for side, _, _ in told} == {command.taker_side}
            assert all(command.taker_side * (price - command.price_ticks) <= 0 for _, price, _ in told)
            split += len(told) > 1
        filled += sum(event.fill_lots for event in events if isinstance(event, OrderTraded))
        bid, ask = engine.markets[0].book.bids.best, engine.markets[0].book.asks.best
        if due_ms - quoted_ms >= 500 and bid is not None and ask is not None:
            quoted_ms = due_ms
            for side, price_ticks in ((BUY, bid.price_ticks), (SELL, ask.price_ticks)):
                order = quote(side, price_ticks, 5)
                order.client_order_id = f"{side}-{due_ms}"
                order.seq, order.time_ms = engine.seq + 1, due_ms
                engine.apply(order)
        if tapes == 3_000:
            break
    assert filled > 0
    assert split > 0
    assert engine.check_invariants() == []


def test_a_user_waits_for_the_queue_ahead_and_then_is_hit(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        ticker(0, 1, ("1000.0", "2"), ("1000.1", "2")),
        trade(100, "1000.0", "1.5", buyer_is_maker=True),
        trade(200, "1000.0", "1.5", buyer_is_maker=True),
    )
    engine = with_user(START_MS)
    played = list(commands(tape))
    early = [(due_ms, command) for due_ms, command in played if due_ms < START_MS + 100]
    first, second = (item for item in played if isinstance(item[1], HouseTrade))
    for due_ms, command in early:
        apply(engine, command, due_ms)
    apply(engine, quote(BUY, 10_000, 800), START_MS + 50)
    before = apply(engine, first[1], first[0])
    assert prints(before) == [(SELL, 10_000, 1_500)]
    assert not any(isinstance(event, OrderTraded) for event in before)
    after = apply(engine, second[1], second[0])
    assert prints(after) == [(SELL, 10_000, 500), (SELL, 10_000, 800), (SELL, 10_000, 200)]
    assert [event.fill_lots for event in after if isinstance(event, OrderTraded)] == [800]


def test_a_user_with_the_better_price_is_hit_before_the_tape_price(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        ticker(0, 1, ("1000.0", "2"), ("1001.0", "2")),
        trade(100, "1000.0", "1", buyer_is_maker=True),
    )
    engine = with_user(START_MS)
    *early, last = commands(tape)
    for due_ms, command in early:
        apply(engine, command, due_ms)
    apply(engine, quote(BUY, 10_005, 400), START_MS + 50)
    assert prints(apply(engine, last[1], last[0])) == [(SELL, 10_005, 400), (SELL, 10_000, 600)]


def test_a_level_that_arrives_across_a_users_order_trades_with_it(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        ticker(0, 1, ("1000.0", "2"), ("1001.0", "2")),
        depth(100, 5, [("1000.0", "0"), ("999.0", "1")], [("1001.0", "0"), ("1000.2", "3")]),
    )
    engine = with_user(START_MS)
    *early, last = commands(tape)
    for due_ms, command in early:
        apply(engine, command, due_ms)
    apply(engine, quote(BUY, 10_005, 400), START_MS + 50)
    events = apply(engine, last[1], last[0])
    assert prints(events) == [(SELL, 10_005, 400)]
    assert lots_by_price(engine.markets[0].book.asks) == {10_002: 2_600}
