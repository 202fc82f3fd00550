"""How fast a journal comes back: a mixed flow is journaled, then replayed.

    python -m bench.recovery [--commands 300000]

Three passes over the same files, each the best of three: decode only, decode and apply (the floor in docs: 300,000
commands/s with the compiled engine), decode, apply and fold into the views (what a start of the venue does). The flow
is that of the engine's bench: of 1,000 accounts' commands 50 % rest, 40 % cancel, 10 % take.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from perpit import catalogue
from perpit.domain import commands as commands_module
from perpit.domain.commands import (
    CancelOrder,
    Command,
    CreateAccount,
    ListInstrument,
    PlaceOrder,
    SetIndexPrice,
    Transfer,
)
from perpit.domain.events import Event, OrderAccepted, OrderTraded
from perpit.domain.words import BUY, GTC, IOC, LIMIT, SELL, USDS_M
from perpit.engine.engine import Engine
from perpit.journal.codec import encode
from perpit.journal.log import FileLog
from perpit.journal.recovery import read, recover
from perpit.journal.segment import frame, segment_paths
from perpit.views.world import World

ACCOUNTS = 1_000
BATCH = 8  # what sixteen connections make of it
START_MS = 1_723_075_200_000
PRICE_E8 = 60_000 * 10**8


def opening() -> Iterator[Command]:
    yield ListInstrument(catalogue.load_instrument("BTCUSDT", 0))
    yield SetIndexPrice(0, PRICE_E8)
    for account in range(1, ACCOUNTS + 1):
        yield CreateAccount(f"account {account}")
        yield Transfer(account, USDS_M, "USDT", 10**16)


class Traders:
    """A thousand accounts: what they do next depends on what they have resting."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.middle = PRICE_E8 // catalogue.load_instrument("BTCUSDT", 0).tick_e8
        self.resting: list[tuple[int, int]] = []
        self.count = 0

    def next(self) -> Command:
        dice = self.dice
        self.count += 1
        chance = dice.random()
        if chance < 0.4 and self.resting:
            account, order_id = self.resting.pop(dice.randrange(len(self.resting)))
            return CancelOrder(account, 0, order_id, "")
        side = BUY if dice.random() < 0.5 else SELL
        account = dice.randrange(1, ACCOUNTS + 1)
        takes = chance > 0.9
        distance = dice.randrange(1, 300) * (1 if takes else -1)
        return PlaceOrder(
            account,
            0,
            f"x-{self.count}",
            side,
            LIMIT,
            IOC if takes else GTC,
            dice.randrange(2, 20),
            self.middle + side * distance,
        )

    def hear(self, command: Command, events: list[Event]) -> None:
        if not isinstance(command, PlaceOrder) or command.time_in_force != GTC:
            return
        for event in events:
            if isinstance(event, OrderAccepted):
                self.resting.append((command.account_id, event.order_id))
            elif isinstance(event, OrderTraded):
                return


def journal(directory: Path, count: int) -> None:
    """Run the flow through an engine and keep it, ten commands for each millisecond."""
    engine, traders = Engine(), Traders(7)
    log = FileLog(directory, "os")
    batch: list[Command] = []

    def write() -> None:
        log.write(frame(log.last_seq + 1, len(batch), encode(batch)), engine.seq)
        batch.clear()

    def keep(command: Command) -> None:
        command.seq = engine.seq + 1
        command.time_ms = START_MS + command.seq // 10
        batch.append(command)
        traders.hear(command, engine.apply(command))
        if len(batch) == BATCH:
            write()

    for command in opening():
        keep(command)
    while engine.seq < count:
        keep(traders.next())
    if batch:
        write()
    log.close()


def decode_only(directory: Path) -> None:
    for _commands in read(directory):
        pass


def decode_and_apply(directory: Path) -> None:
    recover(directory, Engine(), lambda _command, _events: None)


def decode_apply_and_fold(directory: Path) -> None:
    recover(directory, Engine(), World().fold)


def best_of_three(run: Callable[[Path], None], directory: Path) -> float:
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        run(directory)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast a journal comes back")
    parser.add_argument("--commands", type=int, default=300_000)
    count = parser.parse_args().commands
    compiled = not str(commands_module.__file__).endswith(".py")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        journal(directory, count)
        size = sum(path.stat().st_size for path in segment_paths(directory))
        print(
            f"{count:,} commands, {size / count:.0f} bytes each, engine {'compiled' if compiled else 'interpreted'}"
        )
        decode_s = best_of_three(decode_only, directory)
        for label, run in (
            ("decode", decode_only),
            ("decode, apply", decode_and_apply),
            ("decode, apply, fold views", decode_apply_and_fold),
        ):
            seconds = decode_s if run is decode_only else best_of_three(run, directory)
            print(
                f"{label:28} {count / seconds:>10,.0f} commands/s   {decode_s / seconds:5.2f} of decode only"
            )


if __name__ == "__main__":
    main()
