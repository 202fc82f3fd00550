"""A trader over the wire who writes down what the venue acknowledged, for tests that kill it."""

import hashlib
import hmac
import http.client
import json
import random
import threading
from collections.abc import Callable
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

SYMBOL = "BTCUSDT"
CENTRE_TICKS = 600_000  # 60,000.0 at a tick of 0.1
GONE = (OSError, http.client.HTTPException)


class Refusal(Exception):
    """The venue answered with an error."""


class Wire:
    """One keep-alive connection with a key; answers as parsed JSON."""

    def __init__(self, rest: str, api_key: str, api_secret: str) -> None:
        place = urlsplit(rest)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
        self._api_key = api_key
        self._secret = api_secret.encode()
        self.time_ms: Callable[[], int] = lambda: self.call("GET", "/fapi/v1/time")["serverTime"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def call(self, method: str, path: str, body: str | None = None, **headers: str) -> Any:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        parsed = json.loads(answer.read())
        if answer.status >= 400:
            raise Refusal(f"{method} {path}: {answer.status} {parsed}")
        return parsed

    def signed(self, method: str, path: str, **params: object) -> Any:
        query = urlencode({**params, "timestamp": self.time_ms(), "recvWindow": 60000})
        signature = hmac.new(self._secret, query.encode(), hashlib.sha256).hexdigest()
        headers = {"X-MBX-APIKEY": self._api_key}
        return self.call(method, f"{path}?{query}&signature={signature}", None, **headers)


class Admin:
    """Venue control over one connection for each call."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self._ready = ready

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._ready['admin_token']}"}
        with Wire(self._ready["rest"], "", "") as wire:
            return wire.call(method, f"/venue/v1{path}", json.dumps(body or {}), **headers)


class Ledger:
    """What was acknowledged to one account: its orders as last told, those cancelled, the money it brought."""

    def __init__(self, name: str, api_key: str, api_secret: str) -> None:
        self.name = name
        self.api_key = api_key
        self.api_secret = api_secret
        self.orders: dict[int, dict[str, Any]] = {}
        self.cancelled: set[int] = set()
        self.deposits = 0
        self.unanswered: list[int] = []  # deposits that were asked for and not (yet) acknowledged

    def settle(self, excess: int) -> bool:
        """Whether money beyond the acknowledged can be of unanswered deposits; it counts as brought from then on."""
        sums = {0}
        for amount in self.unanswered:
            sums |= {amount + other for other in sums}
        self.unanswered.clear()
        self.deposits += excess
        return excess in sums

    def wire(self, rest: str) -> Wire:
        return Wire(rest, self.api_key, self.api_secret)


class Trader(threading.Thread):
    """Places, cancels and deposits until the venue is gone; `acknowledged` is called after each answer."""

    def __init__(
        self, ledger: Ledger, ready: dict[str, Any], seed: str, acknowledged: Callable[[], None]
    ) -> None:
        super().__init__(name=f"trader-{ledger.name}", daemon=True)
        self._ledger = ledger
        self._ready = ready
        self._random = random.Random(seed)
        self._acknowledged = acknowledged
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            with self._ledger.wire(self._ready["rest"]) as wire:
                while True:
                    self._act(wire)
                    self._acknowledged()
        except GONE:
            return
        except Exception as error:  # told to the test, which runs in another thread
            self.failure = error

    def _act(self, wire: Wire) -> None:
        chance = self._random.random()
        if chance < 0.70:
            self._place(wire)
        elif chance < 0.95:
            self._cancel(wire)
        else:
            self._deposit()

    def _place(self, wire: Wire) -> None:
        pick = self._random
        ticks = CENTRE_TICKS + pick.randrange(-40, 41)
        order = wire.signed(
            "POST",
            "/fapi/v1/order",
            symbol=SYMBOL,
            side=pick.choice(("BUY", "SELL")),
            type="LIMIT",
            timeInForce=pick.choice(("GTC", "GTC", "GTC", "IOC")),
            quantity=f"0.{pick.randrange(2, 20):03d}",
            price=f"{ticks // 10}.{ticks % 10}",
            newOrderRespType="RESULT",
        )
        self._ledger.orders[order["orderId"]] = order

    def _cancel(self, wire: Wire) -> None:
        resting = [
            order_id for order_id in list(self._ledger.orders) if order_id not in self._ledger.cancelled
        ]
        if not resting:
            return
        order_id = self._random.choice(resting[-50:])
        try:
            answer = wire.signed("DELETE", "/fapi/v1/order", symbol=SYMBOL, orderId=order_id)
        except Refusal:
            return  # it was filled in the meantime
        self._ledger.orders[order_id] = answer
        self._ledger.cancelled.add(order_id)

    def _deposit(self) -> None:
        amount = self._random.randrange(1, 10**12)
        text = f"{amount // 10**8}.{amount % 10**8:08d}"
        self._ledger.unanswered.append(amount)
        Admin(self._ready).call(
            "POST", f"/accounts/{self._ledger.name}/deposits", {"asset": "USDT", "amount": text}
        )
        self._ledger.unanswered.remove(amount)
        self._ledger.deposits += amount
