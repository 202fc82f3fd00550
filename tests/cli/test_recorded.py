"""A recording from the command line: heard from its first trade on, stopped or passed on at a broken line."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from perpit.testing import ServedVenue

START_NS = 1_723_161_255_000_000_000


def line(after_ms: int, data: dict[str, object]) -> str:
    return f"{START_NS + after_ms * 1_000_000} {json.dumps({'stream': 'x', 'data': data})}\n"


def trade(after_ms: int, number: int) -> str:
    price = f"{61000 + number}.00"
    common = {"e": "trade", "E": 1, "T": 1, "s": "BTCUSDT", "t": number, "X": "MARKET"}
    return line(after_ms, {**common, "p": price, "q": f"0.{number:03d}", "m": number % 2 == 0})


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "day"
    file.write_text("".join(trade(10 * number, number) for number in range(1, 21)))
    return file


async def heard(venue: ServedVenue, count: int) -> list[tuple[str, str]]:
    """Prices and quantities of the first public trades."""
    trades: list[tuple[str, str]] = []
    async with asyncio.timeout(20), connect(f"{venue.ready['ws']}/ws/btcusdt@trade") as socket:
        while len(trades) < count:
            event = json.loads(await socket.recv())
            trades.append((event["p"], event["q"]))
    return trades


async def test_who_waits_for_the_ready_file_hears_the_tape_from_its_first_trade(recording: Path) -> None:
    with ServedVenue("--market", f"recorded:{recording}") as venue:
        trades = await heard(venue, 20)
    assert trades == [(f"{61000 + number}.00", f"0.{number:03d}") for number in range(1, 21)]


async def test_the_symbols_of_a_recording_are_listed_by_themselves(recording: Path) -> None:
    recording.write_text(recording.read_text().replace("BTCUSDT", "ETHUSDT"))
    with ServedVenue("--market", f"recorded:{recording}", "--clock", "manual") as venue:
        symbols = httpx.get(venue.ready["rest"] + "/fapi/v1/exchangeInfo").json()["symbols"]
    assert [row["symbol"] for row in symbols] == ["ETHUSDT"]


async def test_a_broken_line_is_passed_over_when_asked(recording: Path) -> None:
    recording.write_text("".join((trade(0, 1), "broken\n", trade(5, 2))))
    with ServedVenue("--market", f"recorded:{recording}", "--on-bad-line", "skip") as venue:
        assert len(await heard(venue, 2)) == 2
        assert "day: line 2:" in venue.output


def test_a_broken_line_stops_the_venue_with_its_place_named(recording: Path) -> None:
    recording.write_text("".join((trade(0, 1), "broken\n", trade(5, 2))))
    with ServedVenue("--market", f"recorded:{recording}") as venue:
        assert venue.process is not None
        assert venue.process.wait(20) == 1
        last = venue.output.splitlines()[-1]
    assert last.startswith("perpit: ")
    assert "day: line 2:" in last
    assert "--on-bad-line skip" in last


def test_a_broken_line_on_a_manual_clock_is_told_to_whoever_moves_it(recording: Path) -> None:
    recording.write_text("".join((trade(0, 1), trade(5, 2), "broken\n", trade(9, 3))))
    with ServedVenue("--market", f"recorded:{recording}", "--clock", "manual") as venue:
        headers = {"Authorization": f"Bearer {venue.ready['admin_token']}"}
        url = venue.ready["admin"] + "/clock/advance"
        answer = httpx.post(url, headers=headers, json={"ms": 1000})
        assert answer.status_code == 503
        assert "day: line 3:" in answer.json()["error"]
