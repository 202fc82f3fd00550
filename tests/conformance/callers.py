"""The official SDKs' REST clients as a row calls them, and what they were answered."""

import json
from typing import Any

import requests

from tests.clients.endpoints import coin_sdk_rest, sdk_rest
from tests.clients.venue import Account
from tests.conformance.table import Row, camel, filled
from tests.conformance.world import FIRST, Market, Party, World

SDKS = {"usds_m": sdk_rest, "coin_m": coin_sdk_rest}


class Answer:
    """What came back: the JSON as it was on the wire, and the SDK's model of it (None by hand)."""

    def __init__(self, raw: Any, model: Any) -> None:
        self.raw = raw
        self.model = model


def client(world: World, market: Market, account: Account) -> Any:
    """The SDK of one account; it takes a while to make, and is closed with the world."""
    key = market.name, account
    if key not in world.clients:
        world.clients[key] = api = SDKS[market.name](world.operator.rest, account)
        world.closing.callback(api._session.close)
    return world.clients[key]


def prepared(world: World, market: Market, row: Row) -> tuple[Party, dict[str, Any]]:
    """Who calls, and with what."""
    party = world.trader if row.party == "trader" else world.account()
    made = FIRST[row.first](world, market, party) if row.first else {}
    return party, filled(row.arguments, made)


def ask(world: World, market: Market, row: Row) -> Answer:
    """Make the call of a row: through the SDK, or by hand where it has no method for it."""
    party, arguments = prepared(world, market, row)
    if row.sdk is None:
        method, _space, path = row.call.partition(" ")
        raw = party._call(method, path, {camel(name): value for name, value in arguments.items()})
        return Answer(raw, None)
    api = client(world, market, party.account)
    answers: list[requests.Response] = []
    api._session.hooks["response"] = [lambda answer, **_more: answers.append(answer)]
    response = getattr(api, row.sdk)(**arguments)
    (answer,) = answers
    assert (answer.request.method, answer.request.path_url.partition("?")[0]) == tuple(row.call.split(" "))
    return Answer(json.loads(answer.text), response.data())
