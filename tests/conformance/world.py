"""A world in which no list is empty: one served venue, two accounts and what happened to them.

The venue lists contracts of both markets, three quarters of an hour before a delivery. The trader has, in each market,
an open cross position, an isolated one whose margin was changed, one that was liquidated and one that was delivered;
orders that rest, were amended, filled, cancelled; algo orders that wait, fired and were cancelled; fees, funding,
realised profit, transfers. The maker is everybody else. Prices are held, the clock is manual: nothing moves but what a
test moves.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from websockets.sync.client import ClientConnection, connect

from perpit.catalogue import quarters
from perpit.testing import ServedVenue
from tests.clients.signing import SignedRest
from tests.clients.venue import Account, Operator

DELIVERY_MS = quarters.delivery_of_suffix("231229")
LATEST = "2026-06-30"  # the newest dated profile
AGREED = "XAUUSDT"  # asks for an agreement
BASKET = "BTCDOMUSDT"  # follows a basket
PAIRS = {
    "BTCUSDT": "60000",
    "BTCUSD": "60000",
    "ETHUSDT": "2600",
    "ETHUSD": "2600",
    "SOLUSDT": "150",
    "XRPUSDT": "1.4",
    "LTCUSDT": "60",
    AGREED: "4500",
    BASKET: "1000",
    "ADAUSDT": "0.35",
    "ADAUSD": "0.35",
    "DOGEUSD": "0.1",
    "XRPUSD": "1.4",
    "BNBUSD": "520",
}


class Market(NamedTuple):
    """What the world has in one market."""

    name: str
    prefix: str
    main: str  # an open cross position, and most orders
    isolated: str
    liquidated: str
    delivered: str
    spare: str  # what streams tell the end of
    odd: str  # its only offer is far above its mark price
    ending: str  # what can soon only be closed, when a test wants that
    qty: str
    margins: tuple[str, str]  # added to the isolated position, and taken from it
    sizes: tuple[str, str]  # of the maker's levels; of those in the liquidated symbol
    deposits: dict[str, str]
    alms: dict[str, str]  # just enough for one unit of the liquidated symbol
    has_asset_mode: bool


USDS_M = Market(
    name="usds_m",
    prefix="/fapi/v1",
    main="BTCUSDT",
    isolated="ETHUSDT",
    liquidated="SOLUSDT",
    delivered="BTCUSDT_231229",
    spare="XRPUSDT",
    odd="LTCUSDT",
    ending="ADAUSDT",
    qty="0.050",
    margins=("100", "50"),
    sizes=("2", "20"),
    deposits={"USDT": "2000000", "BNB": "100"},
    alms={"USDT": "8.7"},
    has_asset_mode=True,
)
COIN_M = Market(
    name="coin_m",
    prefix="/dapi/v1",
    main="BTCUSD_PERP",
    isolated="ETHUSD_PERP",
    liquidated="BNBUSD_PERP",
    delivered="BTCUSD_231229",
    spare="XRPUSD_PERP",
    odd="ADAUSD_PERP",
    ending="DOGEUSD_PERP",
    qty="5",
    margins=("0.01", "0.005"),
    sizes=("200", "200"),
    deposits={"BTC": "100", "ETH": "100", "BNB": "1000", "ADA": "100000", "DOGE": "100000"},
    alms={"BNB": "0.00103"},
    has_asset_mode=False,
)
MARKETS = {market.name: market for market in (USDS_M, COIN_M)}
LISTED = [
    *(of.main for of in MARKETS.values()),
    *(symbol for of in MARKETS.values() for symbol in (of.isolated, of.liquidated, of.delivered)),
    *(symbol for of in MARKETS.values() for symbol in (of.spare, of.odd, of.ending)),
    AGREED,
    BASKET,
]


def pair_of(symbol: str) -> str:
    return symbol.partition("_")[0]


class Party(SignedRest):
    """An account that trades by hand."""

    def __init__(self, rest: str, account: Account) -> None:
        super().__init__(rest, account.api_key, account.api_secret)
        self.account = account

    def order(self, market: Market, symbol: str, side: str, quantity: str, **terms: Any) -> Any:
        """A market order, or a limit order that stays when there is a price."""
        kind = {"type": "LIMIT", "timeInForce": "GTC"} if "price" in terms else {"type": "MARKET"}
        return self.post(
            f"{market.prefix}/order",
            **{"symbol": symbol, "side": side, "quantity": quantity, **kind, **terms},
        )


class World:
    """The venue, its operator, and the accounts that live on it. `closing` ends what belongs to them."""

    def __init__(self, operator: Operator, closing: ExitStack) -> None:
        self.operator = operator
        self.closing = closing
        self.takes_stops = True  # and others that wait, at the call for orders; and streams on any path
        self.clients: dict[Any, Any] = {}
        self.ending: dict[str, int] = {}  # an order of each market in what was made to end
        self.told: dict[str, list[Any]] = {name: [] for name in MARKETS}  # user data of the delivery
        self.trader = self.account()
        self.maker = self.account()

    def account(self, deposits: dict[str, dict[str, str]] | None = None) -> Party:
        """A new account with funds in both markets, or with those given by market."""
        account = self.operator.account("0.00000001")
        for market in MARKETS.values():
            funds = market.deposits if deposits is None else deposits.get(market.name, {})
            for asset, amount in funds.items():
                body = {"asset": asset, "amount": amount, "market": market.name}
                self.operator.call("POST", f"/accounts/{account.name}/deposits", body)
        party = Party(self.operator.rest, account)
        self.closing.callback(party.close)
        return party

    def prices(self) -> None:
        """Hold every contract at the price of its pair."""
        for symbol in LISTED:
            self.operator.pin(symbol, PAIRS[pair_of(symbol)])

    def books(self) -> None:
        """Levels of the maker around each price, deep enough for everything."""
        for market in MARKETS.values():
            for symbol in (market.main, market.isolated, market.liquidated, market.delivered):
                price = int(PAIRS[pair_of(symbol)])
                step = 10 if price > 50_000 else 1
                size = market.sizes[symbol == market.liquidated]
                for level in (1, 2):
                    for side, away in (("BUY", -step * level), ("SELL", step * level)):
                        self.maker.order(market, symbol, side, size, price=str(price + away))
            price_of_odd = float(PAIRS[pair_of(market.odd)])
            self.maker.order(market, market.odd, "SELL", "5", price=f"{price_of_odd * 1.04:.4g}")
            self.mark(market.odd, f"{price_of_odd * 0.96:.4g}")

    def positions(self, market: Market) -> None:
        """An open cross position, an isolated one with more and less margin, one to be delivered."""
        trader, prefix = self.trader, market.prefix
        for symbol in (market.isolated, market.liquidated):
            trader.post(f"{prefix}/marginType", symbol=symbol, marginType="ISOLATED")
        trader.order(market, market.main, "BUY", market.qty)
        trader.order(market, market.main, "BUY", market.qty)
        trader.order(market, market.main, "SELL", market.qty)
        trader.order(market, market.isolated, "BUY", "1")
        trader.order(market, market.delivered, "BUY", market.qty)
        for kind, amount in enumerate(market.margins, 1):
            trader.post(f"{prefix}/positionMargin", symbol=market.isolated, amount=amount, type=kind)

    def liquidation(self, market: Market, *parties: Party) -> None:
        """Long positions whose mark price falls until they are closed for their owners, and comes back."""
        symbol = market.liquidated
        price = float(PAIRS[pair_of(symbol)])
        for party in parties:
            party.post(f"{market.prefix}/leverage", symbol=symbol, leverage=20)
            party.order(market, symbol, "BUY", "1")
        for thousandths in range(968, 948, -1):
            self.mark(symbol, f"{price * thousandths / 1_000:.4f}")
        self.mark(symbol, str(price))

    def mark(self, symbol: str, price: str) -> None:
        """Set a mark price and let a second go by under it."""
        self.operator.call("PUT", f"/prices/{symbol}", {"mark": price})
        self.operator.advance(1_000)

    def orders(self, market: Market) -> None:
        """Orders that rest, were amended, filled and cancelled; algo orders that wait, fired and were cancelled."""
        trader, prefix, symbol = self.trader, market.prefix, market.main
        kept = trader.order(market, symbol, "BUY", market.qty, price="59000")
        about = {"symbol": symbol, "side": "BUY", "orderId": kept["orderId"]}
        trader.put(f"{prefix}/order", **about, quantity=market.qty, price="58900")
        gone = trader.order(market, symbol, "BUY", market.qty, price="59100")
        trader.delete(f"{prefix}/order", symbol=symbol, orderId=gone["orderId"])
        for number in range(2):
            waiting = self.algo(market, trader)
            if number:
                trader.delete(f"{prefix}/algoOrder", algoId=waiting["algoId"])
        fired = trader.post(
            f"{prefix}/algoOrder", algoType="CONDITIONAL", symbol=symbol, side="BUY", type="STOP_MARKET",
            quantity=market.qty, triggerPrice="60050", workingType="MARK_PRICE",
        )  # fmt: skip
        self.mark(symbol, "60060")
        self.mark(symbol, "60000")
        assert fired["algoStatus"] == "NEW"

    def algo(self, market: Market, party: Party) -> Any:
        """A stop far below that waits."""
        return party.post(
            f"{market.prefix}/algoOrder", algoType="CONDITIONAL", symbol=market.main, side="SELL",
            type="STOP_MARKET", quantity=market.qty, triggerPrice="55000",
        )  # fmt: skip

    def live(self) -> None:
        """The whole story, up to a second after delivery and funding."""
        for market in MARKETS.values():
            self.positions(market)
            self.liquidation(market, self.trader)
            self.orders(market)
        with ExitStack() as listening:
            sockets = {name: listening.enter_context(self.listen(of)) for name, of in MARKETS.items()}
            self.operator.advance_to(DELIVERY_MS + 61_000)
            for name, socket in sockets.items():
                told = self.told[name]
                while not any("S" in message.get("a", ()) for message in told):
                    told.append(json.loads(socket.recv(5)))

    def listen(
        self, market: Market, party: Party | None = None, path: str = "/private/ws"
    ) -> ClientConnection:
        """The user data of the trader, or of a party, in a market, as they come over the wire."""
        key = listen_key(self, market, party or self.trader)["listen_key"]
        return connect(f"{self.operator.ws}{path}/{key}")


# What a row may ask for before its call: each gives the values that `$name` in the row stands for.


def order(world: World, market: Market, party: Party) -> dict[str, Any]:
    """A limit order that rests."""
    placed = party.order(market, market.main, "BUY", market.qty, price="59000")
    return {"order_id": placed["orderId"], "client_order_id": placed["clientOrderId"]}


def algo(world: World, market: Market, party: Party) -> dict[str, Any]:
    """A stop that waits."""
    placed = world.algo(market, party)
    return {"algo_id": placed["algoId"], "client_algo_id": placed["clientAlgoId"]}


def isolated(world: World, market: Market, party: Party) -> dict[str, Any]:
    """An isolated position in the main symbol."""
    party.post(f"{market.prefix}/marginType", symbol=market.main, marginType="ISOLATED")
    party.order(market, market.main, "BUY", market.qty)
    return {}


def trailing(world: World, market: Market, party: Party) -> dict[str, Any]:
    """An order that trails; where those go to the Algo service only, one that rests."""
    if not world.takes_stops:
        return order(world, market, party)
    placed = party.post(
        f"{market.prefix}/order", symbol=market.main, side="SELL", type="TRAILING_STOP_MARKET",
        quantity=market.qty, callbackRate="1", activationPrice="61000",
    )  # fmt: skip
    return {"order_id": placed["orderId"]}


def hedged(world: World, market: Market, party: Party) -> dict[str, Any]:
    """A long and a short position in the main symbol."""
    party.post(f"{market.prefix}/positionSide/dual", dualSidePosition="true")
    for side, position_side in (("BUY", "LONG"), ("SELL", "SHORT")):
        party.order(market, market.main, side, market.qty, positionSide=position_side)
    return {}


def listen_key(world: World, market: Market, party: Party) -> dict[str, Any]:
    """A listen key."""
    return {"listen_key": party.post(f"{market.prefix}/listenKey")["listenKey"]}


FIRST = {step.__name__: step for step in (order, algo, isolated, trailing, hedged, listen_key)}


@contextmanager
def founded(*options: str) -> Iterator[World]:
    """A served venue with its prices and books, and nothing that has happened."""
    served = ServedVenue(
        *("--market", "none", "--no-limits", "--clock", f"manual:{DELIVERY_MS - 2_700_000}"),
        *("--symbols", ",".join(LISTED), *options),
    )
    with served as venue, Operator(venue.ready) as operator, ExitStack() as closing:
        world = World(operator, closing)
        world.takes_stops = LATEST not in options
        world.prices()
        operator.advance(1_000)
        world.books()
        yield world
        assert operator.invariants() == "ok"


@contextmanager
def lived(*options: str) -> Iterator[World]:
    """A served venue on which all that has happened."""
    with founded(*options) as world:
        world.live()
        yield world
