"""What every test of a client stands on: a venue's operator, accounts to trade with, and the other side of a trade.

Nobody here is a client under test: the operator speaks `/venue/v1`, the counterparty is a few lines of signed HTTP.
"""

import itertools
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx

from tests.clients.signing import SignedRest

SYMBOLS = ("BTCUSDT", "ETHUSDT")
COIN_SYMBOLS = ("BTCUSD_PERP",)
_names = itertools.count(1)


class Account(NamedTuple):
    """An account of the venue and a key that may trade."""

    name: str
    api_key: str
    api_secret: str


class Operator:
    """The operator of one venue; a call that is refused raises with the venue's own words."""

    def __init__(self, ready: Mapping[str, Any]) -> None:
        self.rest: str = ready["rest"]
        self.ws: str = ready["ws"]
        self.demo = Account(**ready["accounts"][0])
        token = {"Authorization": f"Bearer {ready['admin_token']}"}
        self._http = httpx.Client(base_url=ready["admin"], headers=token, timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """One call of venue control."""
        answer = self._http.request(method, path, json=body)
        assert answer.is_success, f"{method} {path} {body}: {answer.status_code} {answer.text}"
        result: dict[str, Any] = answer.json()
        return result

    def account(self, balance: str = "100000") -> Account:
        """A new account with funds and a key; nobody else trades on it."""
        name = f"client-{next(_names)}"
        self.call("POST", "/accounts", {"name": name})
        self.call("POST", f"/accounts/{name}/deposits", {"asset": "USDT", "amount": balance})
        key = self.call("POST", f"/accounts/{name}/keys", {"label": name, "futures": True})
        return Account(name, key["api_key"], key["api_secret"])

    def give_coin(self, account: Account, amount: str) -> None:
        """BTC for COIN-M."""
        body = {"asset": "BTC", "amount": amount, "market": "coin_m"}
        self.call("POST", f"/accounts/{account.name}/deposits", body)

    def pin(self, symbol: str, price: str) -> None:
        """Hold index and mark price of a symbol."""
        self.call("PUT", f"/prices/{symbol}", {"index": price, "mark": price})

    def now_ms(self) -> int:
        """The venue's time."""
        time_ms: int = self.call("GET", "/clock")["time_ms"]
        return time_ms

    def advance(self, ms: int) -> None:
        """Move a manual clock; what falls due has happened when this returns."""
        self.call("POST", "/clock/advance", {"ms": ms})

    def advance_to(self, time_ms: int) -> None:
        """Move a manual clock to a time."""
        self.call("POST", "/clock/advance", {"to_ms": time_ms})

    def invariants(self) -> Any:
        """ "ok", or what does not add up."""
        return self.call("GET", "/state")["invariants"]


def order_path(symbol: str) -> str:
    """Where orders in a symbol are placed."""
    return f"/{'dapi' if symbol in COIN_SYMBOLS else 'fapi'}/v1/order"


class Counterparty(SignedRest):
    """Whoever is on the other side: lays limit orders, and takes."""

    def rest_order(self, side: str, quantity: str, price: str, symbol: str = "BTCUSDT") -> Any:
        """A limit order that stays until it is filled or cancelled."""
        return self.post(
            order_path(symbol),
            symbol=symbol, side=side, type="LIMIT", timeInForce="GTC", quantity=quantity, price=price,
        )  # fmt: skip

    def take(self, side: str, quantity: str, symbol: str = "BTCUSDT") -> Any:
        """A market order."""
        return self.post(order_path(symbol), symbol=symbol, side=side, type="MARKET", quantity=quantity)

    def leave(self) -> None:
        """Cancel everything."""
        for symbol in SYMBOLS:
            self.delete("/fapi/v1/allOpenOrders", symbol=symbol)
        for symbol in COIN_SYMBOLS:
            self.delete("/dapi/v1/allOpenOrders", symbol=symbol)


class Scene:
    """One test's part of a venue: the trader whose client is tested, the counterparty, and the operator.

    `by_hand` is the trader, too, without the client.
    """

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.rest = operator.rest
        self.ws = operator.ws
        self.trader = operator.account()
        self.by_hand = Counterparty(operator.rest, self.trader.api_key, self.trader.api_secret)
        operator.give_coin(self.trader, "1")
        maker = operator.account("1000000")
        operator.give_coin(maker, "100")
        self.maker = Counterparty(operator.rest, maker.api_key, maker.api_secret)

    def lay_book(self) -> None:
        """One level a side around 60,000: 0.1 BTC bid at 59,990, 0.1 offered at 60,010."""
        self.maker.rest_order("BUY", "0.100", "59990.0")
        self.maker.rest_order("SELL", "0.100", "60010.0")

    def lay_coin_book(self) -> None:
        """The same in BTCUSD_PERP: 100 contracts a side."""
        self.maker.rest_order("BUY", "100", "59990.0", "BTCUSD_PERP")
        self.maker.rest_order("SELL", "100", "60010.0", "BTCUSD_PERP")

    def clear(self) -> None:
        """Take this test's orders off the book."""
        for party in (self.by_hand, self.maker):
            party.leave()
            party.close()
