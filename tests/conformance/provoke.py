"""How each error code is provoked: rows of `rows/errors.json`, walked by one function.

    {"code": -4003, "market": "usds_m", "call": "order", "with": {"quantity": "0"}}

A row makes a signed call; "order" is a plain limit order with what `with` changes (null leaves out). `first` is a step
of `world.FIRST` or of `STEPS` here, whose results stand for "$name"; `as` says whose account: the trader, or a new one
with the funds of `PURSES`. Rows with `by` are made by a function of `BY_HAND`, where a signed call is what must not
come. `elsewhere` names the file of a test that does it to a venue in its own process: where it must break for it, or
list a contract that the catalogue has not.
"""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import msgspec
import websockets

from perpit.testing import ServedVenue
from tests.clients.signing import SignedRest
from tests.clients.venue import Operator
from tests.conformance import world as worlds
from tests.conformance.table import ROWS, filled
from tests.conformance.world import MARKETS, Market, Party, World


class Provocation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row."""

    code: int
    market: str
    call: str = ""
    changes: dict[str, Any] = msgspec.field(name="with", default_factory=dict)
    first: str = ""
    party: str = msgspec.field(name="as", default="trader")
    by: str = ""
    elsewhere: str = ""


class Refusal(NamedTuple):
    """What came back."""

    status: int
    code: int
    message: str


def provocations() -> list[Provocation]:
    """The table."""
    return msgspec.json.decode((ROWS / "errors.json").read_bytes(), type=list[Provocation])


# New accounts, by what they have; None is what every account of the world has.
PURSES: dict[str, dict[str, dict[str, str]] | None] = {
    "fresh": None,
    "pauper": {},
    "poor": {name: market.alms for name, market in MARKETS.items()},
    "bnb": {"usds_m": {"BNB": "100"}},
    "nearly_bnb": {"usds_m": {"BNB": "100", "USDT": "10"}},
}


def provoke(world: World, row: Provocation) -> Refusal:
    """Do what a row says; what the venue answers."""
    if row.by:
        return BY_HAND[row.by](world)
    market = MARKETS[row.market]
    party = world.trader if row.party == "trader" else world.account(PURSES[row.party])
    steps: dict[str, Callable[[World, Market, Party], dict[str, Any]]] = {**worlds.FIRST, **STEPS}
    made = steps[row.first](world, market, party) if row.first else {}
    changes = filled(row.changes, made)
    if row.call == "order":
        return signed(party, "POST", f"{market.prefix}/order", plain_order(market) | changes)
    method, _space, path = row.call.partition(" ")
    return signed(party, method, path, changes)


def plain_order(market: Market) -> dict[str, Any]:
    """An order that rests."""
    return {
        **{"symbol": market.main, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"},
        **{"quantity": market.qty, "price": "59000"},
    }


def signed(party: SignedRest, method: str, path: str, parameters: dict[str, Any]) -> Refusal:
    """A signed call; parameters that are None are left out."""
    query = party.signed({name: value for name, value in parameters.items() if value is not None})
    return refusal(party.http.request(method, f"{path}?{query}"))


def refusal(answer: httpx.Response) -> Refusal:
    """What an answer says; no error has no code."""
    body = answer.json()
    told = body if isinstance(body, dict) else {}
    return Refusal(answer.status_code, told.get("code", 0), told.get("msg", answer.text[:200]))


# Steps: what must be so before a call is refused.


def position(world: World, market: Market, party: Party) -> dict[str, Any]:
    """A position in the main symbol."""
    party.order(market, market.main, "BUY", market.qty)
    return {}


def high_leverage(world: World, market: Market, party: Party) -> dict[str, Any]:
    """The highest leverage, which allows the least."""
    party.post(f"{market.prefix}/leverage", symbol=market.main, leverage=150)
    return {}


def spent(world: World, market: Market, party: Party) -> dict[str, Any]:
    """All there is in one position."""
    party.order(market, market.liquidated, "BUY", "1")
    return {}


def covered_sale(world: World, market: Market, party: Party) -> dict[str, Any]:
    """The same, and an order to sell almost twice as much, which costs nothing while there is the position."""
    spent(world, market, party)
    quantity, price = ("1.9", "155") if market.has_asset_mode else ("2", "540")
    party.order(market, market.liquidated, "SELL", quantity, price=price)
    return {}


def full_of_orders(world: World, market: Market, party: Party) -> dict[str, Any]:
    """As many open orders in the main symbol as there may be: 200."""
    batch = json.dumps([plain_order(market)] * 5)
    for _batch in range(40):
        party.post(f"{market.prefix}/batchOrders", batchOrders=batch)
    return {}


def full_of_algos(world: World, market: Market, party: Party) -> dict[str, Any]:
    """As many waiting orders as there may be: 200."""
    for _order in range(200):
        world.algo(market, party)
    return {}


def restricted(standing: str) -> Callable[[World, Market, Party], dict[str, Any]]:
    """A step that puts the account in a standing."""

    def restrict(world: World, market: Market, party: Party) -> dict[str, Any]:
        path = f"/accounts/{party.account.name}/standing"
        world.operator.call("PUT", path, {"standing": standing})
        return {}

    return restrict


def isolated_and_flat(world: World, market: Market, party: Party) -> dict[str, Any]:
    """Isolated margin, and nothing that needs it."""
    party.post(f"{market.prefix}/marginType", symbol=market.main, marginType="ISOLATED")
    return {}


def closing_stop(world: World, market: Market, party: Party) -> dict[str, Any]:
    """A stop that closes the position."""
    position(world, market, party)
    about = {"algoType": "CONDITIONAL", "symbol": market.main, "side": "SELL", "type": "STOP_MARKET"}
    party.post(f"{market.prefix}/algoOrder", **about, triggerPrice="54000", closePosition="true")
    return {}


def about_to_end(world: World, market: Market, party: Party) -> dict[str, Any]:
    """A contract whose end is so near that positions can only be closed, and an order of before."""
    if market.name not in world.ending:
        price = str(round(float(worlds.PAIRS[worlds.pair_of(market.ending)]) * 0.98, 3))
        placed = party.order(
            market, market.ending, "BUY", "100" if market.has_asset_mode else "5", price=price
        )
        world.ending[market.name] = placed["orderId"]
        end_ms = (world.operator.now_ms() // 1_000 + 1_200) * 1_000
        world.operator.call("POST", f"/instruments/{market.ending}/delist", {"at_ms": end_ms})
        world.operator.advance(1_000)
    return {"ending_id": world.ending[market.name]}


def joint(world: World, market: Market, party: Party) -> dict[str, Any]:
    """Multi-assets mode."""
    party.post(f"{market.prefix}/multiAssetsMargin", multiAssetsMargin="true")
    return {}


def carried_by_bnb(world: World, market: Market, party: Party) -> dict[str, Any]:
    """A position in USDT that BNB stands for, without a USDT of its own."""
    joint(world, market, party)
    return position(world, market, party)


def indebted(world: World, market: Market, party: Party) -> dict[str, Any]:
    """Such a position that was closed with a loss."""
    carried_by_bnb(world, market, party)
    party.order(market, market.main, "SELL", market.qty)
    return {}


STEPS = {
    step.__name__: step
    for step in (
        *(
            position,
            high_leverage,
            spent,
            covered_sale,
            full_of_orders,
            full_of_algos,
            isolated_and_flat,
            closing_stop,
        ),
        *(about_to_end, joint, carried_by_bnb, indebted),
    )
}
STEPS |= {
    "only_reduces": restricted("only reduces"),
    "may_not_order": restricted("may not order"),
    "keys_locked": restricted("keys locked"),
    "inactive": restricted("inactive"),
}


# By hand: requests that are no signed call.


def two_values(world: World) -> Refusal:
    return refusal(world.trader.http.get("/fapi/v1/depth?symbol=BTCUSDT&symbol=ETHUSDT"))


def no_such_path(world: World) -> Refusal:
    return refusal(world.trader.http.get("/fapi/v1/nope"))


def stale(world: World) -> Refusal:
    query = "timestamp=1000"
    signature = world.trader.sign(query)
    return refusal(world.trader.http.get(f"/fapi/v3/account?{query}&signature={signature}"))


def badly_signed(world: World) -> Refusal:
    query = f"timestamp={int(time.time() * 1000)}&signature={'0' * 64}"
    return refusal(world.trader.http.get(f"/fapi/v3/account?{query}"))


def malformed_key(world: World) -> Refusal:
    return with_key(world, "!")


def unknown_key(world: World) -> Refusal:
    return with_key(world, "x" * 64)


def with_key(world: World, api_key: str) -> Refusal:
    """The trader's balance, asked for with another key."""
    headers = {"X-MBX-APIKEY": api_key}
    return refusal(world.trader.http.get(f"/fapi/v3/balance?{world.trader.signed({})}", headers=headers))


def ws_garbage(world: World) -> Refusal:
    return asyncio.run(over_ws_api(world, "no json"))


def logon_with_hmac(world: World) -> Refusal:
    stamp = int(time.time() * 1000)
    signature = world.trader.sign(f"apiKey={world.trader.account.api_key}&timestamp={stamp}")
    params = {"apiKey": world.trader.account.api_key, "timestamp": stamp, "signature": signature}
    asked = json.dumps({"id": "hmac", "method": "session.logon", "params": params})
    return asyncio.run(over_ws_api(world, asked))


async def over_ws_api(world: World, message: str) -> Refusal:
    """One message to the WebSocket API of USDⓈ-M."""
    async with websockets.connect(world.operator.ws + "/ws-fapi/v1") as socket:
        await socket.send(message)
        answer = json.loads(await asyncio.wait_for(socket.recv(), 15))
    return Refusal(answer["status"], answer["error"]["code"], answer["error"]["msg"])


def too_much_weight(world: World) -> Refusal:
    """Books of a thousand levels until a minute's weight is used up, on a venue that minds it. A new minute may begin
    in between, so there may have to be twice as many.
    """
    with ServedVenue("--market", "none") as venue, httpx.Client(base_url=venue.ready["rest"]) as http:
        for _book in range(2 * 121):
            answer = refusal(http.get("/fapi/v1/depth?symbol=BTCUSDT&limit=1000"))
            if answer.code:
                break
    return answer


def too_many_orders(world: World) -> Refusal:
    """Batches until ten seconds' orders are placed, on a venue that minds it; new ten may begin in between."""
    with ServedVenue("--market", "none") as venue, Operator(venue.ready) as operator:
        operator.pin("BTCUSDT", "60000")
        party = Party(operator.rest, operator.account())
        batch = json.dumps([plain_order(worlds.USDS_M) | {"quantity": "0.001"}] * 5)
        answer = Refusal(200, 0, "")
        for _batch in range(2 * 61):
            answer = signed(party, "POST", "/fapi/v1/batchOrders", {"batchOrders": batch})
            if answer.code:
                break
        party.close()
    return answer


def conditional_order(world: World) -> Refusal:
    """Since conditional orders have a service of their own."""
    return under_profile("2026-06-30", "POST", "/dapi/v1/order", STOP_AT_ONCE)


def mode_of_its_own(world: World) -> Refusal:
    """While COIN-M had to follow the position mode of USDⓈ-M."""
    return under_profile("2026-04-23", "POST", "/dapi/v1/positionSide/dual", {"dualSidePosition": "true"})


def mode_of_both(world: World) -> Refusal:
    """Since both markets have one position mode: an order in the other is in the way."""
    return under_profile(
        "2026-06-30",
        "POST",
        "/fapi/v1/positionSide/dual",
        {"dualSidePosition": "true"},
        orders_in=worlds.COIN_M,
    )


STOP_AT_ONCE = {
    "symbol": "BTCUSD_PERP",
    "side": "BUY",
    "type": "STOP_MARKET",
    "quantity": "1",
    "stopPrice": "61000",
}


def under_profile(
    profile: str, method: str, path: str, parameters: dict[str, Any], orders_in: Market | None = None
) -> Refusal:
    """One call on a venue of a profile, by an account that may have an order in a market."""
    with worlds.founded("--profile", profile) as dated:
        party = dated.account()
        if orders_in is not None:
            signed(party, "POST", f"{orders_in.prefix}/order", plain_order(orders_in))
        return signed(party, method, path, parameters)


BY_HAND = {
    by.__name__: by
    for by in (
        *(two_values, no_such_path, stale, badly_signed, malformed_key, unknown_key),
        *(ws_garbage, logon_with_hmac, too_much_weight, too_many_orders),
        *(conditional_order, mode_of_its_own, mode_of_both),
    )
}
