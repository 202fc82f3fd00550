"""Hand-made recordings for the tests, and the shared ones where they are."""

import gzip
import json
import os
from pathlib import Path

import pytest

from perpit.catalogue import load_instrument

BITCOIN = load_instrument("BTCUSDT", 0)
FIRST_NS = 1_723_161_255_030_314_667
SHARED = Path(__file__).parents[3] / "shared" / "data"


def line(ms: int, data: dict[str, object], symbol: str = "BTCUSDT") -> str:
    """One recorded line, `ms` after the first."""
    stream = f"{symbol.lower()}@{data['e']}"
    return f"{FIRST_NS + ms * 1_000_000} {json.dumps({'stream': stream, 'data': {**data, 's': symbol}})}\n"


def trade(ms: int, price: str, qty: str, buyer_is_maker: bool = False, **more: object) -> str:
    return line(ms, {"e": "trade", "p": price, "q": qty, "m": buyer_is_maker, "X": "MARKET", **more})


def depth(ms: int, update_id: int, bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> str:
    return line(ms, {"e": "depthUpdate", "u": update_id, "b": bids, "a": asks})


def ticker(ms: int, update_id: int, bid: tuple[str, str], ask: tuple[str, str]) -> str:
    return line(ms, {"u": update_id, "e": "bookTicker", "b": bid[0], "B": bid[1], "a": ask[0], "A": ask[1]})


def snapshot(ms: int, update_id: int, bids: list[tuple[str, str]], asks: list[tuple[str, str]]) -> str:
    return (
        f"{FIRST_NS + ms * 1_000_000} {json.dumps({'lastUpdateId': update_id, 'bids': bids, 'asks': asks})}\n"
    )


def write(path: Path, *lines: str, zipped: bool = False) -> Path:
    body = "".join(lines).encode()
    path.write_bytes(gzip.compress(body) if zipped else body)
    return path


def shared_recording(name: str) -> Path:
    """A real recording from PERPIT_RECORDINGS or beside the repository; skips the test when there is none."""
    directory = Path(os.environ.get("PERPIT_RECORDINGS", SHARED))
    path = directory / name
    if not path.is_file():
        pytest.skip(f"no recording {name} in {directory}; PERPIT_RECORDINGS names another directory")
    return path
