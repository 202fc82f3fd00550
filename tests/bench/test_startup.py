"""What `bench.startup` puts before a venue is what it says: open orders, and no year to make up for."""

import time
from pathlib import Path

from bench.recovery import pass_over
from bench.startup import write_journal
from perpit.domain.commands import Advance
from perpit.engine.engine import Engine
from perpit.journal.recovery import recover


def test_the_orders_of_the_journal_are_open_when_the_venue_wakes(tmp_path: Path) -> None:
    engine = Engine()
    count = write_journal(tmp_path, 200)
    recover(tmp_path / "journal", engine, pass_over)
    assert (engine.seq, engine.markets[0].orders.count) == (count, 200)
    waking = Advance()
    waking.seq, waking.time_ms = count + 1, int(time.time() * 1000)
    engine.apply(waking)
    assert engine.markets[0].orders.count == 200
