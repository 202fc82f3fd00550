"""A recorded market: depth and trades of a recording, laid on the book as the house's liquidity and trades.

Theory. The tape is played in the order of its lines; a line is due at the start of playback plus the time between
its receipt and that of the first line. A depth diff becomes one `HouseDepth`, a trade one `HouseTrade` with its
price, quantity and taker, a book ticker one `HouseDepth` if it says something new about the touch. What recordings
lose is mended thus:

- Diffs arrive some 50 ms late and book tickers at once. Both carry update ids, so a diff older than the last book
  ticker is not believed about the touch, and a book ticker older than the last diff is passed over.
- A snapshot between the diffs was asked for earlier than it arrived. It replaces the levels that it covers, but for
  those that a diff newer than it has told already.

Once both sides are `settled_levels` deep the book counts as settled. Trades are played from the first.

The index of a contract is the middle of its recorded touch. That of one that follows a basket is what its parts are
worth, where every part is played; else it is a contract like the others.
"""

import logging
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from perpit.catalogue.baskets import Follower, assets_of, contract_of
from perpit.domain.basket import BasketPart
from perpit.domain.commands import Command, HouseTrade, SetIndexPrice
from perpit.domain.instrument import Instrument
from perpit.domain.words import BUY, SELL
from perpit.markets.grid import Grid
from perpit.markets.house import HouseBook, HouseSide, Level
from perpit.markets.recording import (
    BookTicker,
    DepthDiff,
    Message,
    RecordingError,
    Snapshot,
    Trade,
    parse_line,
    peek_symbols,
    read_lines,
)
from perpit.markets.source import BATCH_LIMIT, next_index_ms

STOP: Final = "stop"
SKIP: Final = "skip"
SETTLED_LEVELS: Final = 50
# Until the first snapshot it is remembered which diff told a level last, for so many levels.
TOLD_MAX: Final = 100_000
# So many broken lines are named when they are skipped; the rest is counted.
NAMED_MAX: Final = 20

_log = logging.getLogger("perpit.markets")


class RecordedSource:
    """Plays the listed symbols of a recording, beginning at `start_ms`.

    Raises RecordingError when the recording cannot be read or holds none of the instruments, and from `commands()`
    when it turns out to be broken further on. `lines` and `bad_lines` count what was read and what was broken;
    `tapes` are the symbols that are played.
    """

    def __init__(
        self,
        path: Path,
        instruments: Sequence[Instrument],
        start_ms: int,
        on_bad_line: str = STOP,
        followers: Sequence[Follower] = (),
    ) -> None:
        if on_bad_line not in (STOP, SKIP):
            raise ValueError(f"on_bad_line is {STOP} or {SKIP}, not {on_bad_line!r}")
        held = peek_symbols(path)
        self.tapes = {row.symbol: Tape(row, start_ms) for row in instruments if row.symbol in held}
        if not self.tapes:
            listed = ", ".join(row.symbol for row in instruments)
            raise RecordingError(
                f"{path}: holds {', '.join(held)}, of which none is listed (listed: {listed})"
            )
        self._followers = [row for row in followers if not missing_parts(row.instrument.basket, self.tapes)]
        for follower in self._followers:
            if follower.instrument.symbol in self.tapes:
                self.tapes[follower.instrument.symbol].tells_index = False
        self.lines = 0
        self.bad_lines = 0
        self._path = path
        self._start_ms = start_ms
        self._skip = on_bad_line == SKIP
        # A snapshot that does not name its symbol can only be that of the only one.
        self._only = next(iter(self.tapes.values())) if len(held) == 1 else None
        self._steps = self._read()
        self._failure: RecordingError | None = None
        self._due_ms: int | None = start_ms
        self._next: list[Command] = []
        self._turn_page()

    def due_ms(self) -> int | None:
        return self._due_ms

    def commands(self, now_ms: int) -> list[Command]:
        commands: list[Command] = []
        while self._due_ms is not None and self._due_ms <= now_ms and len(commands) < BATCH_LIMIT:
            if self._failure is not None:
                if commands:
                    break
                self._due_ms = None
                raise self._failure
            commands += self._next
            self._turn_page()
        return commands

    def _turn_page(self) -> None:
        """Read up to the next line that has something to say. A failure waits for its turn."""
        try:
            self._due_ms, self._next = next(self._steps)
        except StopIteration:
            self._due_ms = None
            self._tell_end()
        except RecordingError as error:
            self._failure = error

    def _read(self) -> Iterator[tuple[int, list[Command]]]:
        """Venue time and commands of each line that has any."""
        due_ms = self._start_ms
        first_ns = -1
        for line in self._whole_lines():
            self.lines += 1
            try:
                time_ns, message = parse_line(line)
                if first_ns < 0:
                    first_ns = time_ns
                due_ms = max(due_ms, self._start_ms + (time_ns - first_ns) // 1_000_000)
                tape = self._tape_of(message)
                if tape is None or message is None:
                    continue
                commands = self._followed(tape.instrument.symbol, tape.play(message, due_ms))
            except ValueError as error:
                self._bad_line(str(error))
                continue
            if commands:
                yield due_ms, commands

    def _followed(self, symbol: str, commands: list[Command]) -> list[Command]:
        """The commands of a tape, whose last may be an index price, and what that makes of baskets."""
        last = commands[-1] if commands else None
        if isinstance(last, SetIndexPrice):
            price_e8 = last.price_e8
            told = (follower.hear(symbol, price_e8) for follower in self._followers)
            commands += [command for command in told if command is not None]
        return commands

    def _whole_lines(self) -> Iterator[bytes]:
        """The lines of the file; one that cannot be read any further ends there when bad lines are skipped."""
        try:
            yield from read_lines(self._path)
        except RecordingError as error:
            if not self._skip:
                raise
            _log.warning("%s; played up to line %d", error, self.lines)

    def _tape_of(self, message: Message | None) -> "Tape | None":
        if isinstance(message, Snapshot):
            return self.tapes.get(message.symbol) if message.symbol else self._only
        return self.tapes.get(message.s) if message is not None else None

    def _bad_line(self, reason: str) -> None:
        """A broken line ends the tape or is named and passed over."""
        place = f"{self._path}: line {self.lines}: {reason}"
        if not self._skip:
            raise RecordingError(place)
        self.bad_lines += 1
        if self.bad_lines <= NAMED_MAX:
            _log.warning("%s; skipped", place)
        if self.bad_lines == NAMED_MAX:
            _log.warning("%s: further broken lines are counted, not named", self._path)

    def _tell_end(self) -> None:
        trades = sum(tape.trades for tape in self.tapes.values())
        _log.info(
            "%s: played to its end: %d lines, %d trades, %d broken lines; the last book stands",
            self._path,
            self.lines,
            trades,
            self.bad_lines,
        )


def missing_parts(parts: list[BasketPart], played: Collection[str]) -> list[str]:
    """The contracts, by symbol, that price a basket's assets and that are not among those that are played."""
    return [contract_of(asset) for asset in assets_of(parts) if contract_of(asset) not in played]


class Tape:
    """One symbol of a recording: its messages become commands. `book` is the liquidity laid so far."""

    def __init__(self, instrument: Instrument, start_ms: int, settled_levels: int = SETTLED_LEVELS) -> None:
        self.instrument = instrument
        self.book = HouseBook(instrument.symbol_id)
        self.settled = False
        self.tells_index = True
        self.trades = 0
        self._settled_levels = settled_levels
        self._price = Grid("price", instrument.tick_e8, least=1)
        self._lots = Grid("quantity", instrument.lot_e8)
        self._index_ms = start_ms
        self._depth_id = 0  # update id of the last diff or snapshot
        self._told: dict[Level, int] | None = {}  # (side, price) -> update id; None after the first snapshot
        self._touch: tuple[Level, Level] = ((0, 0), (0, 0))
        self._touch_id = 0  # update id of the last book ticker

    def play(self, message: Message, due_ms: int) -> list[Command]:
        """The commands of one message. Raises ValueError, and changes nothing, when it does not fit the grid."""
        if isinstance(message, Trade):
            commands = self._trade(message)
        elif isinstance(message, BookTicker):
            commands = self._ticker(message)
        elif isinstance(message, DepthDiff):
            commands = self._diff(message)
        else:
            commands = self._snapshot(message)
        if self.tells_index and due_ms >= self._index_ms:
            self._tell_index(due_ms, commands)
        return commands

    def _trade(self, trade: Trade) -> list[Command]:
        """Every fill of the book is one trade; fills beside it (insurance fund, deleveraging) are none."""
        if trade.X != "MARKET":
            return []
        price_ticks, lots = self._price[trade.p], self._lots[trade.q]
        if lots == 0:
            raise ValueError("a trade of nothing")
        side = SELL if trade.m else BUY
        self.trades += 1
        self.book.traded(side, price_ticks, lots)
        return [HouseTrade(self.instrument.symbol_id, side, price_ticks, lots)]

    def _ticker(self, ticker: BookTicker) -> list[Command]:
        """The touch, if it is news: what stands in front of it goes, its quantities are stated if they differ."""
        bid, ask = self._best(ticker.b, ticker.B), self._best(ticker.a, ticker.A)
        if bid[0] >= ask[0] > 0:
            raise ValueError(f"a crossed touch: {ticker.b} / {ticker.a}")
        if ticker.u < self._depth_id or ticker.u < self._touch_id:
            return []
        self._touch, self._touch_id = (bid, ask), ticker.u
        bids, asks = self.book.bids, self.book.asks
        return self._lay(_to_touch(bids, bid), _to_touch(asks, ask))

    def _diff(self, diff: DepthDiff) -> list[Command]:
        bids, asks = self._levels(diff.b), self._levels(diff.a)
        if diff.u <= self._depth_id:
            return []
        self._depth_id = diff.u
        if self._told is not None:
            self._told.update(dict.fromkeys(((BUY, ticks) for ticks, _ in bids), diff.u))
            self._told.update(dict.fromkeys(((SELL, ticks) for ticks, _ in asks), diff.u))
            if len(self._told) > TOLD_MAX:
                self._told = None
        return self._lay_late(diff.u, bids, asks)

    def _lay_late(self, update_id: int, bids: list[Level], asks: list[Level]) -> list[Command]:
        """Levels that are as old as their update id: older than the last book ticker, or newer."""
        if update_id <= self._touch_id:
            bid, ask = self._touch
            bids = [_believed(BUY, level, bid) for level in bids]
            asks = [_believed(SELL, level, ask) for level in asks]
        return self._lay(bids, asks)

    def _snapshot(self, snapshot: Snapshot) -> list[Command]:
        """The levels of a snapshot replace those that it covers, from the touch to its own worst price."""
        bids, asks = self._levels(snapshot.bids), self._levels(snapshot.asks)
        told, update_id = self._told, snapshot.lastUpdateId
        self._told = None
        if update_id >= self._depth_id:
            told = {}
            self._depth_id = update_id
        if told is None:
            return []
        newer = {level for level, told_id in told.items() if told_id > update_id}
        bids = [level for level in _replacing(self.book.bids, bids) if (BUY, level[0]) not in newer]
        asks = [level for level in _replacing(self.book.asks, asks) if (SELL, level[0]) not in newer]
        return self._lay_late(update_id, bids, asks)

    def _levels(self, rows: list[tuple[str, str]]) -> list[Level]:
        price, lots = self._price, self._lots
        return [(price[ticks], lots[quantity]) for ticks, quantity in rows]

    def _best(self, price: str, quantity: str) -> Level:
        """A side of a book ticker; (0, 0) when nothing stands there."""
        lots = self._lots[quantity]
        return (self._price[price], lots) if lots else (0, 0)

    def _lay(self, bids: list[Level], asks: list[Level]) -> list[Command]:
        command = self.book.depth(bids, asks)
        if command is None:
            return []
        if not self.settled:
            self.settled = min(len(self.book.bids), len(self.book.asks)) >= self._settled_levels
        return [command]

    def _tell_index(self, due_ms: int, commands: list[Command]) -> None:
        """The middle of the recorded touch, once there is one that can be trusted."""
        bid, ask = self.book.bids.best(), self.book.asks.best()
        if bid == 0 or ask == 0 or not (self.settled or self._touch_id):
            return
        self._index_ms = next_index_ms(due_ms)
        commands.append(SetIndexPrice(self.instrument.symbol_id, (bid + ask) * self.instrument.tick_e8 // 2))


def _to_touch(side: HouseSide, best: Level) -> list[Level]:
    """What must change on a side so that `best` is its best level; (0, 0) is an empty side."""
    ticks, lots = best
    if ticks == 0:
        return [(gone, 0) for gone in side.lots]
    levels = [(gone, 0) for gone in side.better_than(ticks)]
    if side.lots.get(ticks, 0) != lots:
        levels.append(best)
    return levels


def _believed(side: int, level: Level, best: Level) -> Level:
    """A level of a diff that is older than a touch: in front of the touch there is nothing."""
    ahead = side * (level[0] - best[0])
    if ahead > 0:
        return level[0], 0
    return best if ahead == 0 else level


def _replacing(side: HouseSide, levels: list[Level]) -> list[Level]:
    """Levels of a snapshot, and an end to those that it covers and does not name."""
    if not levels:
        return levels
    named = dict(levels)
    worst = levels[-1][0] - side.side
    return levels + [(ticks, 0) for ticks in side.better_than(worst) if ticks not in named]
