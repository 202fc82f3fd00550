"""Recorded markets: every trade of the tape, in order, on a book that follows the recorded touch."""

import gzip
import logging
from pathlib import Path

import pytest

from perpit.catalogue import load_instrument
from perpit.domain.commands import Command, HouseDepth, HouseTrade, SetIndexPrice
from perpit.domain.words import BUY, SELL
from perpit.markets.recorded import RecordedSource
from perpit.markets.recording import RecordingError, Trade, parse_line, peek_symbols, read_lines
from perpit.markets.source import steps
from tests.markets.tape import BITCOIN, depth, line, shared_recording, snapshot, ticker, trade, write

START_MS = 5_000_000


def source(path: Path, on_bad_line: str = "stop") -> RecordedSource:
    return RecordedSource(path, [BITCOIN], START_MS, on_bad_line)


def played(path: Path, on_bad_line: str = "stop") -> list[tuple[int, Command]]:
    return [(due_ms, c) for due_ms, commands in steps(source(path, on_bad_line)) for c in commands]


def trades(commands: list[tuple[int, Command]]) -> list[tuple[int, int, int, int]]:
    return [
        (due_ms - START_MS, command.taker_side, command.price_ticks, command.qty_lots)
        for due_ms, command in commands
        if isinstance(command, HouseTrade)
    ]


def depths(commands: list[tuple[int, Command]]) -> list[tuple[dict[int, int], dict[int, int]]]:
    return [
        (
            dict(zip(command.bid_ticks, command.bid_lots, strict=True)),
            dict(zip(command.ask_ticks, command.ask_lots, strict=True)),
        )
        for _, command in commands
        if isinstance(command, HouseDepth)
    ]


def indexes(commands: list[tuple[int, Command]]) -> list[tuple[int, int]]:
    return [(due - START_MS, c.price_e8) for due, c in commands if isinstance(c, SetIndexPrice)]


# What a line becomes


@pytest.mark.parametrize("zipped", [False, True])
def test_trades_come_in_recorded_order_with_price_quantity_and_taker(tmp_path: Path, zipped: bool) -> None:
    tape = write(
        tmp_path / "tape",
        trade(0, "61800.30", "0.006"),
        trade(40, "61800.20", "0.199", buyer_is_maker=True),
        trade(40, "61800.30", "1.000"),
        zipped=zipped,
    )
    assert trades(played(tape)) == [
        (0, BUY, 618_003, 6),
        (40, SELL, 618_002, 199),
        (40, BUY, 618_003, 1_000),
    ]


def test_a_diff_is_one_command_and_unknown_levels_are_not_taken_away(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        depth(0, 10, [("100.0", "1"), ("99.0", "0")], [("101.0", "2"), ("102.0", "3")]),
        depth(5, 11, [("100.0", "0"), ("99.5", "4")], []),
    )
    assert depths(played(tape)) == [
        ({1_000: 1_000}, {1_010: 2_000, 1_020: 3_000}),
        ({1_000: 0, 995: 4_000}, {}),
    ]


def test_a_book_ticker_moves_the_touch_and_says_nothing_when_it_is_no_news(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        depth(0, 10, [("100.0", "1"), ("99.0", "1")], [("101.0", "2")]),
        ticker(1, 11, ("99.0", "1"), ("100.5", "7")),
        ticker(2, 12, ("99.0", "1"), ("100.5", "7")),
    )
    assert depths(played(tape))[1:] == [({1_000: 0}, {1_005: 7_000})]


def test_a_late_diff_is_not_believed_about_the_touch(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        depth(0, 10, [("100.0", "1")], [("101.0", "2")]),
        ticker(1, 20, ("99.5", "3"), ("101.0", "2")),
        depth(2, 15, [("100.0", "8"), ("99.5", "1"), ("99.0", "6")], [("100.5", "4"), ("102.0", "5")]),
    )
    assert depths(played(tape))[-1] == ({995: 3_000, 990: 6_000}, {1_020: 5_000})


def test_a_late_book_ticker_is_passed_over(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        depth(0, 10, [("100.0", "1")], [("101.0", "2")]),
        ticker(1, 9, ("99.5", "3"), ("100.5", "2")),
    )
    assert len(depths(played(tape))) == 1


def test_a_snapshot_replaces_what_it_covers_and_older_diffs_are_passed_over(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        depth(0, 10, [("100.0", "1"), ("99.0", "1"), ("50.0", "9")], [("101.0", "2")]),
        snapshot(1, 20, [("100.0", "5"), ("98.0", "6")], [("101.5", "7")]),
        depth(2, 19, [("100.0", "1")], []),
        depth(3, 21, [("97.0", "1")], []),
    )
    assert depths(played(tape))[1:] == [
        ({1_000: 5_000, 980: 6_000, 990: 0}, {1_015: 7_000, 1_010: 0}),
        ({970: 1_000}, {}),
    ]


def test_a_snapshot_that_comes_late_leaves_alone_what_newer_diffs_told(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        depth(0, 10, [("100.0", "1"), ("99.0", "1")], [("101.0", "2")]),
        depth(1, 30, [("99.5", "0"), ("98.5", "3")], [("101.0", "4")]),
        snapshot(2, 20, [("100.0", "5"), ("99.5", "6"), ("98.0", "6")], [("101.0", "7"), ("103.0", "8")]),
    )
    assert depths(played(tape))[2:] == [({1_000: 5_000, 980: 6_000, 990: 0}, {1_030: 8_000})]


def test_a_trade_takes_from_the_remembered_book(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        depth(0, 10, [("100.0", "5")], [("101.0", "2"), ("102.0", "4")]),
        trade(1, "102.0", "1.5"),
        ticker(2, 11, ("100.0", "5"), ("102.0", "2.5")),
        trade(3, "100.0", "5", buyer_is_maker=True),
        ticker(4, 12, ("99.0", "1"), ("102.0", "2.5")),
    )
    assert depths(played(tape))[1:] == [({990: 1_000}, {})]


def test_the_index_is_the_recorded_middle_once_a_second(tmp_path: Path) -> None:
    rows = [ticker(ms, ms + 1, ("100.0", "1"), ("100.1", str(ms + 1))) for ms in range(0, 3_000, 50)]
    tape = write(tmp_path / "tape", trade(0, "100.0", "1"), *rows)
    times = [ms for ms, _ in indexes(played(tape))]
    assert times == [0, 900, 1_900, 2_900]
    assert {price for _, price in indexes(played(tape))} == {10_005_000_000}


def test_trades_beside_the_book_and_other_streams_are_passed_over(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        trade(0, "100.0", "1"),
        trade(1, "0", "0", X="NA"),
        trade(2, "100.0", "1", X="INSURANCE_FUND"),
        line(3, {"e": "markPriceUpdate", "p": "100.0"}),
        f'{10**18} {{"result":null,"id":1}}\n',
        line(4, {"e": "trade", "p": "5", "q": "1", "m": True}, symbol="ETHUSDT"),
        trade(5, "100.1", "1"),
    )
    assert len(trades(played(tape))) == 2


def test_several_symbols_of_one_recording_are_played_together(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        trade(0, "100.0", "1"),
        line(1, {"e": "trade", "p": "50.01", "q": "0.5", "m": True}, symbol="ETHUSDT"),
    )
    both = RecordedSource(tape, [BITCOIN, load_instrument("ETHUSDT", 1)], START_MS)
    commands = [command for _, batch in steps(both) for command in batch]
    assert [c.symbol_id for c in commands if isinstance(c, HouseTrade)] == [0, 1]


def test_time_that_goes_back_in_a_recording_does_not_go_back_in_the_venue(tmp_path: Path) -> None:
    tape = write(tmp_path / "tape", trade(9, "100.0", "1"), trade(20, "100.0", "1"), trade(3, "100.0", "1"))
    assert [ms for ms, *_ in trades(played(tape))] == [0, 11, 11]


def test_nothing_is_due_before_its_time(tmp_path: Path) -> None:
    tape = write(tmp_path / "tape", trade(0, "100.0", "1"), trade(500, "100.0", "2"))
    recorded = source(tape)
    assert recorded.due_ms() == START_MS
    assert len(recorded.commands(START_MS + 499)) == 1
    assert recorded.commands(START_MS + 499) == []
    assert recorded.due_ms() == START_MS + 500


def test_the_end_of_the_tape_is_told_and_the_source_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "perpit.markets")
    recorded = source(write(tmp_path / "tape", trade(0, "100.0", "1")))
    recorded.commands(START_MS)
    assert recorded.due_ms() is None
    assert "played to its end: 1 lines, 1 trades, 0 broken lines; the last book stands" in caplog.text


def test_an_empty_side_of_the_touch_takes_the_side_away(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape",
        depth(0, 10, [("100.0", "1"), ("99.0", "1")], [("101.0", "2")]),
        ticker(1, 11, ("0.0", "0.000"), ("101.0", "2")),
    )
    assert depths(played(tape))[1:] == [({1_000: 0, 990: 0}, {})]


# Broken lines and broken files

BROKEN = {
    "no time": ("hello\n", "not of the form"),
    "no number": ("12x4 {}\n", "is not a time in ns"),
    "no JSON": (f'{10**18} {{"stream":"btcusdt@trade","data":{{"e":"tra\n', "JSON|truncated"),
    "a missing field": (line(1, {"e": "trade", "p": "1.0"}), "missing required field"),
    "a price beside the grid": (trade(1, "100.05", "1"), "price 100.05 is not a multiple of 0.1"),
    "a quantity beside the grid": (trade(1, "100.0", "0.0005"), "quantity 0.0005 is not a multiple of 0.001"),
    "no price": (trade(1, "abc", "1"), "price: not a decimal number: 'abc'"),
    "a negative price": (trade(1, "-5.0", "1"), "price -5.0"),
    "a trade of nothing": (trade(1, "100.0", "0"), "a trade of nothing"),
    "a crossed touch": (ticker(1, 5, ("100.0", "1"), ("100.0", "1")), "a crossed touch: 100.0 / 100.0"),
    "a level at 0": (depth(1, 5, [("0.0", "1")], []), "price 0.0 is too small"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_line_stops_the_tape_with_its_place_after_what_came_before(
    tmp_path: Path, case: str
) -> None:
    bad, reason = BROKEN[case]
    recorded = source(write(tmp_path / "tape", trade(0, "100.0", "1"), bad, trade(2, "100.0", "3")))
    assert len(recorded.commands(START_MS + 9_999)) == 1
    with pytest.raises(RecordingError, match=rf"tape: line 2: .*({reason})"):
        recorded.commands(START_MS + 9_999)
    assert recorded.due_ms() is None


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_line_is_named_and_skipped_when_asked(
    tmp_path: Path, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    bad, _ = BROKEN[case]
    tape = write(tmp_path / "tape", trade(0, "100.0", "1"), bad, trade(2, "100.0", "3"))
    assert [qty for *_, qty in trades(played(tape, "skip"))] == [1_000, 3_000]
    assert "tape: line 2: " in caplog.text
    assert caplog.text.count("; skipped") == 1


def test_only_the_first_broken_lines_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    recorded = source(write(tmp_path / "tape", trade(0, "100.0", "1"), *["bad\n"] * 500), "skip")
    recorded.commands(START_MS)
    assert recorded.bad_lines == 500
    assert caplog.text.count("; skipped") == 20


def test_a_file_that_breaks_off_is_played_to_there_or_stopped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = gzip.compress("".join(trade(i, "100.0", str(i + 1)) for i in range(3_000)).encode())
    tape = tmp_path / "tape.gz"
    tape.write_bytes(whole[: len(whole) // 2])
    assert 0 < len(trades(played(tape, "skip"))) < 3_000
    assert "compressed data is broken" in caplog.text
    with pytest.raises(RecordingError, match=r"tape\.gz: the compressed data is broken"):
        played(tape)


def test_a_missing_an_empty_and_a_foreign_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="nowhere: there is no such file"):
        source(tmp_path / "nowhere")
    with pytest.raises(RecordingError, match="empty: is empty"):
        source(write(tmp_path / "empty"))
    with pytest.raises(RecordingError, match="no recorded market message in its first 2 lines"):
        source(write(tmp_path / "prose", "Dear reader,\n", "this is no recording\n"))
    with pytest.raises(RecordingError, match="cannot be read"):
        source(tmp_path)


def test_a_recording_of_another_symbol_names_what_it_holds(tmp_path: Path) -> None:
    tape = write(
        tmp_path / "tape", line(0, {"e": "trade", "p": "1", "q": "1", "m": True}, symbol="ETHUSD_PERP")
    )
    assert peek_symbols(tape) == ["ETHUSD_PERP"]
    with pytest.raises(
        RecordingError, match=r"holds ETHUSD_PERP, of which none is listed \(listed: BTCUSDT\)"
    ):
        source(tape)


def test_a_policy_for_broken_lines_is_one_of_two(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop or skip"):
        source(write(tmp_path / "tape", trade(0, "1.0", "1")), "ignore")


# A real recording


def test_every_trade_of_the_real_recording_is_played_in_order() -> None:
    path = shared_recording("btcusdt_20240808.gz")
    recorded = source(path)
    commands = [(due_ms, c) for due_ms, batch in steps(recorded) for c in batch]
    told = [
        (SELL if message.m else BUY, message.p, message.q)
        for message in (parse_line(raw)[1] for raw in read_lines(path))
        if isinstance(message, Trade)
    ]
    assert len(told) == 21_313
    assert [
        (side, f"{p // 10}.{p % 10}0", f"{q // 1000}.{q % 1000:03}") for _, side, p, q in trades(commands)
    ] == told
    assert recorded.tapes["BTCUSDT"].settled
    assert recorded.lines == 93_954
    assert recorded.bad_lines == 0


def test_the_coin_m_recording_is_answered_with_its_symbol() -> None:
    with pytest.raises(RecordingError, match="holds ETHUSD_PERP, of which none is listed"):
        source(shared_recording("ethusd_perp_20240808.gz"))
