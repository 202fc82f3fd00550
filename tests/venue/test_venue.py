"""A venue in process: built from settings, started, used through its own methods and over its port, stopped."""

import contextlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from perpit.cli.banner import banner
from perpit.domain.commands import Advance, Command, CreateAccount, PinMarkPrice
from perpit.domain.events import AccountCreated, Event
from perpit.domain.numbers import UNIT
from perpit.domain.words import COIN_M, USDS_M
from perpit.home import CannotStart, read_ready
from perpit.journal.recovery import Recovered, read
from perpit.runtime.errors import VenueStopped
from perpit.settings import ClockSetting, MarketSetting, Settings
from perpit.venue import Venue

START_MS = 1_700_000_000_000
QUIET = Settings(port=0, market=MarketSetting("none"), clock=ClockSetting("manual", time_ms=START_MS))


def kept(directory: Path, **others: object) -> Settings:
    """Settings of a quiet venue that keeps its journal in a directory."""
    chosen = {"port": 0, "market": QUIET.market, "clock": QUIET.clock, "durability": "os", **others}
    return Settings(data=directory, **chosen)  # type: ignore[arg-type]


async def test_it_is_used_without_a_port_and_seen_on_its_port() -> None:
    async with Venue(QUIET) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        events = await venue.submit(CreateAccount("alice"))
        assert isinstance(events[-1], AccountCreated)
        assert venue.world.account_ids["alice"] == 2
        await venue.advance_to(START_MS + 2500)
        assert (await client.get("/fapi/v1/time")).json() == {"serverTime": START_MS + 2500}
        assert venue.state_hash() == venue.engine.state_hash()


async def test_every_path_of_its_port_is_described() -> None:
    async with Venue(QUIET) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
        assert {"/health", "/metrics", "/venue/v1/status", "/fapi/v1/order", "/openapi.json"} <= set(paths)
        for path in ("/health", "/metrics", "/docs", "/docs/page.js", "/asyncapi.json"):
            assert (await client.get(path)).status_code == 200
        assert (await client.get("/docs")).headers["content-type"] == "text/html; charset=utf-8"
        assert (await client.get("/docs/nothing")).json()["code"] == -5000


async def test_a_browser_is_led_to_the_page_and_a_client_of_the_api_is_answered_as_by_the_exchange() -> None:
    async with Venue(QUIET) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        of_browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
        led = await client.get("/", headers=of_browser)
        assert (led.status_code, led.headers["location"]) == (302, "/docs")
        assert (await client.get("/", headers=of_browser, follow_redirects=True)).text.startswith(
            "<!doctype html>"
        )
        for accepts in ("*/*", "application/json"):
            answer = await client.get("/", headers={"accept": accepts})
            assert (answer.status_code, answer.json()["code"]) == (404, -5000)


async def test_two_venues_live_in_one_process() -> None:
    async with Venue(QUIET) as one, Venue(QUIET) as other:
        await one.submit(CreateAccount("alice"))
        assert one.ready.rest != other.ready.rest
        assert "alice" not in other.world.account_ids
        assert one.ready.admin_token != other.ready.admin_token


async def test_what_a_start_founds_is_founded_once(tmp_path: Path) -> None:
    async with Venue(kept(tmp_path)) as venue:
        first, seq = venue.ready.accounts, venue.world.seq
    async with Venue(kept(tmp_path)) as venue:
        assert venue.ready.accounts == first
        assert venue.world.seq == seq
        assert venue.recovered_commands == seq


async def listen_key(venue: Venue, method: str = "POST") -> httpx.Response:
    headers = {"X-MBX-APIKEY": venue.ready.accounts[0].api_key}
    async with httpx.AsyncClient(base_url=venue.ready.rest, headers=headers) as client:
        return await client.request(method, "/fapi/v1/listenKey")


async def test_a_listen_key_is_still_one_after_a_restart(tmp_path: Path) -> None:
    async with Venue(kept(tmp_path)) as venue:
        made = (await listen_key(venue)).json()
    async with Venue(kept(tmp_path)) as venue:
        assert (await listen_key(venue, "PUT")).json() == made
        assert (await listen_key(venue, "DELETE")).json() == {}
    async with Venue(kept(tmp_path)) as venue:
        assert (await listen_key(venue, "PUT")).json()["code"] == -1125


async def test_a_file_of_listen_keys_that_cannot_be_read_is_left_out_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Venue(kept(tmp_path)) as venue:
        made = (await listen_key(venue)).json()
    (tmp_path / "listen_keys").write_bytes(b"[[torn")
    async with Venue(kept(tmp_path)) as venue:
        assert "listen keys of the last run are lost" in caplog.text
        assert (await listen_key(venue)).json() != made


async def test_listen_keys_of_accounts_that_are_not_there_are_forgotten(tmp_path: Path) -> None:
    async with Venue(kept(tmp_path)) as venue:
        await listen_key(venue)
    file = tmp_path / "listen_keys"
    rows = json.loads(file.read_bytes())
    file.write_text(json.dumps([[row[0], 99, *row[2:]] for row in rows]))
    async with Venue(kept(tmp_path)) as venue:
        assert (await listen_key(venue, "PUT")).json()["code"] == -1125


@pytest.mark.parametrize("commands", range(17))
async def test_a_founding_that_a_crash_cut_short_is_finished(commands: int, tmp_path: Path) -> None:
    async with Venue(kept(tmp_path / "whole")):
        founded = kinds_of(tmp_path / "whole")
    cut = Venue(kept(tmp_path / "cut"))

    def die(command: Command, events: list[Event]) -> None:
        if command.seq > commands:
            raise RuntimeError("the process died here")

    cut.world.listeners.append(die)
    with contextlib.suppress(VenueStopped):
        async with cut:
            assert commands == len(founded)
    async with Venue(kept(tmp_path / "cut")) as venue:
        assert len(venue.ready.accounts) == 1
        assert kinds_of(tmp_path / "cut") == founded


COIN_TOO = ("BTCUSDT", "BTCUSD_PERP", "DOGEUSD_PERP")


@pytest.mark.parametrize("commands", [*range(12)])
async def test_a_founding_with_coin_is_finished_too_and_gives_each_asset_once(
    commands: int, tmp_path: Path
) -> None:
    cut = Venue(kept(tmp_path, symbols=COIN_TOO, symbols_given=True))

    def die(command: Command, events: list[Event]) -> None:
        if command.seq > commands:
            raise RuntimeError("the process died here")

    cut.world.listeners.append(die)
    with contextlib.suppress(VenueStopped):
        async with cut:
            raise AssertionError("it was founded whole")
    async with Venue(kept(tmp_path, symbols=COIN_TOO, symbols_given=True)) as venue:
        wallets = venue.world.accounts[venue.world.account_ids["demo"]].wallets
        held = {key: wallet.wallet_units // UNIT for key, wallet in wallets.items()}
        # 100,000 USDT, and as much in coin at 60,000 and 0.1
        assert held == {(USDS_M, "USDT"): 100_000, (COIN_M, "BTC"): 1, (COIN_M, "DOGE"): 1_000_000}
        assert wallets[COIN_M, "BTC"].wallet_units == 16 * UNIT // 10
        assert venue.world.insurance_units == {
            (USDS_M, "USDT"): 10_000_000 * UNIT,
            (COIN_M, "BTC"): 160 * UNIT,
            (COIN_M, "DOGE"): 100_000_000 * UNIT,
        }
        assert venue.engine.check_invariants() == []


async def test_the_demo_account_gets_coin_when_a_contract_of_it_is_listed_later(tmp_path: Path) -> None:
    async with Venue(kept(tmp_path, symbols=("BTCUSDT",), symbols_given=True)):
        pass
    for _ in range(2):
        async with Venue(kept(tmp_path, symbols=("ETHUSD_PERP",), symbols_given=True)) as venue:
            wallets = venue.world.accounts[venue.world.account_ids["demo"]].wallets
            assert wallets[COIN_M, "ETH"].wallet_units == 38 * UNIT
            assert "demo with 100000 USDT and 38 ETH for COIN-M" in banner(venue)


def kinds_of(directory: Path) -> list[str]:
    """What stands in a journal."""
    return [type(command).__name__ for batch in read(directory / "journal") for command in batch]


async def test_a_manual_clock_goes_on_where_the_journal_ends(tmp_path: Path) -> None:
    async with Venue(kept(tmp_path)) as venue:
        await venue.advance_to(START_MS + 60_000)
    async with Venue(kept(tmp_path)) as venue:
        assert venue.clock.now_ms() == START_MS + 60_000


def a_day_ahead() -> int:
    """Tomorrow, as the machine has it."""
    return time.time_ns() // 1_000_000 + 24 * 3_600_000


async def test_a_wall_clock_never_goes_back_behind_the_journal(tmp_path: Path) -> None:
    ahead = a_day_ahead()
    async with Venue(kept(tmp_path)) as venue:
        await venue.advance_to(ahead)
    async with Venue(kept(tmp_path, clock=ClockSetting("wall"))) as venue:
        assert venue.clock.now_ms() >= ahead
        await venue.submit(Advance())


async def test_clients_stamp_with_the_machines_time_though_the_venue_was_driven_ahead(tmp_path: Path) -> None:
    async with Venue(kept(tmp_path)) as venue:
        await venue.advance_to(a_day_ahead())
    settings = kept(tmp_path, clock=ClockSetting("wall"))
    async with Venue(settings) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        assert "Clock        wall, " in banner(venue)
        assert "s ahead of this machine's" in banner(venue)
        key = venue.ready.accounts[0]
        query = f"timestamp={time.time_ns() // 1_000_000}"
        signature = hmac.new(key.api_secret.encode(), query.encode(), "sha256").hexdigest()
        url = f"/fapi/v2/balance?{query}&signature={signature}"
        answer = await client.get(url, headers={"X-MBX-APIKEY": key.api_key})
        assert answer.status_code == 200, answer.text


async def test_liquidity_of_an_earlier_market_does_not_stay_behind(tmp_path: Path) -> None:
    async with Venue(kept(tmp_path, market=MarketSetting("synthetic"))) as venue:
        assert len(venue.world.books[0].bids) >= 50
    async with Venue(kept(tmp_path)) as venue:
        assert not venue.world.books[0].bids
        assert not venue.world.books[0].asks


async def test_a_synthetic_market_is_alive_before_the_first_answer() -> None:
    async with Venue(Settings(port=0)) as venue:
        for book in venue.world.books:
            assert min(len(book.bids), len(book.asks)) >= 50


async def test_a_pinned_mark_is_pinned_after_a_restart(tmp_path: Path) -> None:
    async with Venue(kept(tmp_path)) as venue:
        await venue.submit(PinMarkPrice(0, 77_000 * 10**8))
        before = venue.state_hash()
    async with Venue(kept(tmp_path)) as venue:
        assert venue.state_hash() == before
        assert venue.world.prices[0].mark_e8 == 77_000 * 10**8


async def test_statistics_are_the_same_after_a_restart(tmp_path: Path) -> None:
    async def rows(venue: Venue) -> list[Any]:
        async with httpx.AsyncClient(base_url=venue.ready.rest) as client:
            calls = {
                "openInterestHist": {"symbol": "BTCUSDT"},
                "globalLongShortAccountRatio": {"symbol": "BTCUSDT"},
                "takerlongshortRatio": {"symbol": "BTCUSDT"},
                "basis": {"pair": "BTCUSDT", "contractType": "PERPETUAL"},
            }
            answers = [
                (
                    await client.get(f"/futures/data/{name}", params={**sent, "period": "5m", "limit": "9"})
                ).json()
                for name, sent in calls.items()
            ]
            assert [len(answer) for answer in answers] == [2, 2, 2, 2]
            return answers

    settings = kept(tmp_path, market=MarketSetting("synthetic"))
    async with Venue(settings) as venue:
        await venue.advance_to(START_MS + 7 * 60_000)
        before = await rows(venue)
        assert float(before[2][-1]["buyVol"]) > 0
    async with Venue(settings) as venue:
        assert await rows(venue) == before


async def test_the_ready_file_is_there_only_when_this_venue_answers(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    file.write_text("of an earlier run")
    settings = Settings(port=0, market=QUIET.market, clock=QUIET.clock, ready_file=file)
    async with Venue(settings) as venue:
        assert read_ready(file) == venue.ready


async def test_an_earlier_ready_file_is_gone_before_the_recovery(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ready.json"
    file.write_text("of an earlier run")

    def looks(*_: object) -> Recovered:
        assert not file.exists()
        return Recovered(0, 0)

    monkeypatch.setattr("perpit.venue.venue.recover", looks)
    async with Venue(kept(tmp_path, ready_file=file)) as venue:
        assert read_ready(file) == venue.ready


async def test_a_second_venue_on_the_same_journal_leaves_the_first_alone(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    async with Venue(kept(tmp_path, ready_file=file)) as venue:
        with pytest.raises(CannotStart, match="in use by another venue"):
            await Venue(kept(tmp_path, ready_file=file)).__aenter__()
        assert read_ready(file) == venue.ready
        assert read_ready(tmp_path / "venue.json") == venue.ready


async def test_a_stopped_venue_says_whether_an_order_may_have_been_done() -> None:
    """Semantics 6.7: both are a 503; the text of the first says that the outcome is unknown, that of later ones not."""
    async with Venue(QUIET) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        venue.world.listeners.append(lambda command, events: 1 / 0)
        first, later = [await client.request(**signed_order(venue)) for _ in range(2)]
        assert first.status_code == later.status_code == 503
        assert first.json() == {
            "code": -1000,
            "msg": "Unknown error, please check your request or try again later.",
        }
        assert later.json() == {
            "code": -1001,
            "msg": "Internal error; unable to process your request. Please try again.",
        }
        assert (await client.get("/fapi/v1/time")).status_code == 200


def signed_order(venue: Venue) -> dict[str, Any]:
    """A bid of the demo account as a request."""
    key = venue.ready.accounts[0]
    query = (
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=50000"
        f"&timestamp={venue.clock.now_ms()}"
    )
    signature = hmac.new(key.api_secret.encode(), query.encode(), "sha256").hexdigest()
    return {
        "method": "POST",
        "url": f"/fapi/v1/order?{query}&signature={signature}",
        "headers": {"X-MBX-APIKEY": key.api_key},
    }


async def test_a_bug_stops_the_venue_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async with Venue(QUIET) as venue, httpx.AsyncClient(base_url=venue.ready.rest) as client:
        venue.world.listeners.append(lambda command, events: 1 / 0)
        headers = {"Authorization": f"Bearer {venue.ready.admin_token}"}
        answer = await client.post("/venue/v1/accounts", headers=headers, json={"name": "alice"})
        assert answer.status_code == 503
        assert "the venue has stopped" in answer.json()["error"]
        assert venue.failed.is_set()
        assert isinstance(venue.failure, ZeroDivisionError)
    assert "CreateAccount" in caplog.text


async def connected(url: str, count: int) -> int:
    """How many of so many WebSocket connections are let in before one is refused."""
    opened = 0
    with contextlib.suppress(websockets.InvalidStatus):
        while opened < count:
            await (await websockets.connect(url)).close()
            opened += 1
    return opened


async def test_connections_of_an_ip_are_limited_where_the_settings_say_so_and_limits_are_on() -> None:
    terms = {"port": 0, "market": QUIET.market, "clock": QUIET.clock}
    for chosen, let_in in (
        ({"connection_attempts": 2}, 2),
        ({"connection_attempts": 2, "limits": False}, 4),
        ({}, 4),
    ):
        async with Venue(Settings(**terms, **chosen)) as venue:  # type: ignore[arg-type]
            assert await connected(f"{venue.ready.ws}/ws", 4) == let_in
