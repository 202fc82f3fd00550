"""Every stream of both markets, on the wire and through the official SDK: told in full, with nothing that nobody
published; in `union`, and under the newest dated profile.

The rows stand in `rows/*.streams.json`, what the exchange publishes in
`perpit/binance/facts/*.messages.json`.
"""

import logging
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.clients.inbox import Inbox
from tests.conformance.allowed import OF_TRAILING, RETIRED, UNKNOWN_TO_SDK
from tests.conformance.callers import Answer
from tests.conformance.callers_streams import hear, hear_users, wire
from tests.conformance.judge import event_facts, judged, stream_fact, user_facts
from tests.conformance.stories import account_day, market_day
from tests.conformance.table import rows
from tests.conformance.world import MARKETS, World, listen_key

# the official SDKs still give aiohttp a timeout in its older form
pytestmark = pytest.mark.filterwarnings("ignore:parameter 'timeout' of type 'float' is deprecated")


@pytest.mark.parametrize("market", MARKETS)
async def test_every_market_stream_tells_what_is_published(
    each_world: World, market: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = each_world
    known = [row for row in rows(f"{market}.streams") if row.name and not row.empty]
    heard = await hear(world, MARKETS[market], known, market_day)
    verdicts: dict[str, Any] = {}
    for row in known:
        fact = stream_fact(market, row.call)
        # of a name with a symbol there is one, of the others one of each
        fields = [fact.fields] if fact.shape == "array" and is_of_many(row.name) else fact.fields
        verdicts[row.name] = judged((market, row.call), fact.shape, fields, heard[row.name].answers())
    assert {call: wrong for call, wrong in verdicts.items() if wrong} == {}
    assert complaints(caplog) == []


@pytest.mark.parametrize("market", MARKETS)
async def test_every_event_of_user_data_tells_what_is_published(
    each_world: World, market: str, caplog: pytest.LogCaptureFixture
) -> None:
    world, about = each_world, MARKETS[market]
    party, poor = world.account(), world.account({market: about.alms})
    keys = [listen_key(world, about, owner)["listen_key"] for owner in (party, poor)]
    facts = user_facts(market)
    wanted = {row.call for row in rows(f"{market}.streams") if not row.name and not row.profile}
    wanted.remove("listenKeyExpired")
    assert wanted == set(facts) - {"listenKeyExpired"}
    if not world.takes_stops:
        wanted -= set(RETIRED)
    heard = await hear_users(world, about, keys, lambda: account_day(world, about, party, poor), wanted)
    for message in world.told[market]:
        heard[message["e"]].raw.put(message)
    assert {event for event, of in heard.items() if not of.raw.all} == set(), "silent"
    verdicts = {
        event: judged((market, event), facts[event].shape, facts[event].fields, of.answers())
        for event, of in heard.items()
    }
    if not world.takes_stops:
        assert set(verdicts["ORDER_TRADE_UPDATE"].pop("missing")) == OF_TRAILING
    assert {event: wrong for event, wrong in verdicts.items() if wrong} == {}
    unknown = {event for event in heard if all(isinstance(model, dict) for model in heard[event].models.all)}
    assert unknown == set(UNKNOWN_TO_SDK.get(market, ()))
    assert [text for text in complaints(caplog) if not any(event in text for event in unknown)] == []


async def test_a_listen_key_that_ends_says_so(world: World) -> None:
    keys = {name: listen_key(world, of, world.account())["listen_key"] for name, of in MARKETS.items()}
    inboxes = {name: Inbox[Any]() for name in MARKETS}
    async with AsyncExitStack() as open_sockets:
        for name, key in keys.items():
            await open_sockets.enter_async_context(wire(world, MARKETS[name], {key: inboxes[name]}))
        world.operator.advance(3_600_000)
        for name, inbox in inboxes.items():
            fact = event_facts(name)["listenKeyExpired"]
            answer = Answer(await inbox.first(), None)
            assert judged((name, "listenKeyExpired"), fact.shape, fact.fields, [answer]) == {}


def is_of_many(name: str) -> bool:
    """Whether a name stands for more than one symbol: for all, or for those of a pair of COIN-M."""
    return name.startswith("!") or (name.startswith("btcusd@") and "assetIndex" not in name)


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the SDK could not read; it logs that and goes on."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
