"""Contracts on stocks, metals and currencies: the agreement, and the sessions of their underlyings."""

import pytest

from perpit.domain.commands import ListInstrument, SetIndexPrice
from perpit.domain.numbers import UNIT
from tests.binance.caller import Caller
from tests.binance.floor import Floor
from tests.instruments import btcusdt

GOLD = 3
TRADIFI = {"symbol": "XAUUSDT", "contract_type": "TRADIFI_PERPETUAL"}
DAY_MS = 86_400_000
ORDER = {
    **{"symbol": "XAUUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"},
    **{"quantity": "0.010", "price": "59000"},
}
STOP = {
    **{"algoType": "CONDITIONAL", "symbol": "XAUUSDT", "side": "BUY", "type": "STOP_MARKET"},
    **{"quantity": "0.01", "triggerPrice": "61000"},
}


def gold_venue() -> Caller:
    caller = Caller()
    caller.apply(
        ListInstrument(
            btcusdt(GOLD, symbol="XAUUSDT", contract_type="TRADIFI_PERPETUAL", needs_agreement=True)
        )
    )
    caller.apply(SetIndexPrice(GOLD, 60_000 * UNIT))
    return caller


async def test_an_account_that_has_not_signed_is_told_to_and_nothing_is_opened() -> None:
    caller = gold_venue()
    before = caller.state()
    for path, order in (
        ("/fapi/v1/order", ORDER),
        ("/fapi/v1/order/test", ORDER),
        ("/fapi/v1/algoOrder", STOP),
    ):
        reply = await caller.signed("POST", path, **order)
        assert (reply.status, reply.code) == (400, -4411), path
        assert reply.json["msg"] == "Please sign TradFi-Perps agreement contract fapi."
    assert caller.state() == before
    assert (await caller.order()).status == 200  # other contracts do not ask for it


async def test_signing_opens_the_contracts_and_is_remembered() -> None:
    caller = gold_venue()
    assert (await caller.signed("GET", "/fapi/v1/stock/contract")).json == {"signed": False}
    for _again in range(2):
        reply = await caller.signed("POST", "/fapi/v1/stock/contract")
        assert reply.json == {"code": 200, "msg": "success"}
    assert (await caller.signed("GET", "/fapi/v1/stock/contract")).json == {"signed": True}
    assert (await caller.signed("POST", "/fapi/v1/order", **ORDER)).json["status"] == "NEW"
    assert (await caller.signed("POST", "/fapi/v1/algoOrder", **STOP)).status == 200


async def test_the_schedule_shows_a_week_of_whole_days_from_yesterday_on() -> None:
    caller = gold_venue()
    schedule = (await caller.public("/fapi/v1/tradingSchedule")).json
    assert schedule["updateTime"] == caller.now_ms
    sessions = schedule["marketSchedules"]["COMMODITY"]["sessions"]
    today = caller.now_ms // DAY_MS * DAY_MS
    assert [row["startTime"] for row in sessions] == [today + day * DAY_MS for day in range(-1, 6)]
    assert all(row["endTime"] - row["startTime"] == DAY_MS for row in sessions)
    assert {row["type"] for row in sessions} == {"REGULAR"}


async def test_a_market_without_a_contract_has_no_sessions() -> None:
    schedules = (await gold_venue().public("/fapi/v1/tradingSchedule")).json["marketSchedules"]
    assert list(schedules) == ["EQUITY", "COMMODITY", "KR_EQUITY", "HK_EQUITY", "CN_EQUITY", "FX"]
    assert [market for market, row in schedules.items() if row["sessions"]] == ["COMMODITY"]


@pytest.mark.parametrize("path", ["/ws/tradingSession", "/market/ws/tradingSession"])
def test_the_session_stream_tells_every_second_of_markets_that_have_a_contract(path: str) -> None:
    floor = Floor()
    socket = floor.listen(path)
    floor.advance(1_000)
    assert socket.messages() == []
    floor.do(ListInstrument(btcusdt(GOLD, **TRADIFI)))
    floor.advance(1_000)
    day = floor.now_ms // DAY_MS * DAY_MS
    assert socket.messages() == [
        {"e": "CommodityUpdate", "E": floor.now_ms, "t": day, "T": day + DAY_MS, "S": "REGULAR"}
    ]


def test_coin_m_has_no_session_stream() -> None:
    floor = Floor()
    floor.do(ListInstrument(btcusdt(GOLD, **TRADIFI)))
    socket = floor.listen("/dstream/ws/tradingSession")
    floor.advance(1_000)
    assert socket.messages() == []


def test_mark_prices_of_all_symbols_come_in_one_array_for_coins_and_one_for_the_others() -> None:
    floor = Floor()
    socket = floor.listen("/market/ws/!markPrice@arr@1s")
    floor.do(ListInstrument(btcusdt(GOLD, **TRADIFI)))
    floor.do(SetIndexPrice(GOLD, 4_500 * UNIT))
    socket.messages()
    floor.advance(1_000)
    arrays = [[row["s"] for row in message] for message in socket.messages()]
    assert arrays == [["BTCUSDT", "ETHUSDT"], ["XAUUSDT"]]
