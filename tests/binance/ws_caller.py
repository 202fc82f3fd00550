"""A client of the WebSocket API for wire tests: a session over the caller's dialect, a socket that only remembers."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

from perpit.binance.ws_api import WsApi
from tests.binance.caller import IP, KEY, Caller, sign
from tests.binance.floor import payload_of

ORDER = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.010",
    "price": "59000",
}


class ApiSocket:
    """Keeps every reply; `congested` is set by the test."""

    def __init__(self) -> None:
        self.congested = False
        self.on_shutdown: Any = None
        self.replies: list[Any] = []
        self.closed: int | None = None
        self.read_on_calls = 0

    def write_frame(self, frame: bytes) -> None:
        if self.closed is None:
            self.replies.append(json.loads(payload_of(frame)))

    def write_soon(self, frame: bytes) -> None:
        self.write_frame(frame)

    def read_on(self) -> None:
        self.read_on_calls += 1

    def close(self, code: int, reason: str) -> None:
        self.closed = code


class WsCaller:
    """One connection of `caller`'s venue, as account 1 unless told otherwise."""

    def __init__(
        self,
        caller: Caller | None = None,
        path: str = "/ws-fapi/v1",
        query: str = "",
        ip: str = IP,
        api: WsApi | None = None,
    ) -> None:
        self.caller = caller or Caller()
        self.api = api or WsApi(self.caller.dialect, self.caller.world)
        self.socket = ApiSocket()
        self.session = self.api.connect(self.socket, path, query, ip)

    async def raw(self, message: bytes | str) -> Any:
        """The one reply to a message."""
        before = len(self.socket.replies)
        self.session.receive(message.encode() if isinstance(message, str) else message)
        await asyncio.sleep(0)
        assert len(self.socket.replies) == before + 1, self.socket.replies[before:]
        return self.socket.replies[-1]

    async def call(self, method: str, request_id: Any = 1, **params: Any) -> Any:
        """An unsigned request."""
        return await self.raw(json.dumps({"id": request_id, "method": method, "params": params}))

    async def signed(self, method: str, **params: Any) -> Any:
        """A request signed as the documentation says: sorted, as it stands."""
        sent = {"apiKey": KEY, "timestamp": self.caller.now_ms, **params}
        return await self.call(method, **sent, signature=sign(signed_text(sent)))

    async def order(self, **params: Any) -> Any:
        """order.place: a resting BTCUSDT bid unless told otherwise; None leaves a parameter out."""
        order = {**ORDER, **params}
        return await self.signed(
            "order.place", **{name: value for name, value in order.items() if value is not None}
        )


def signed_text(sent: dict[str, Any]) -> str:
    """What is signed: sorted by name, values as they stand in the JSON."""
    return "&".join(f"{name}={_as_json(value)}" for name, value in sorted(sent.items()))


def encoded_text(sent: dict[str, Any]) -> str:
    """What the official SDK signs."""
    return urlencode(sorted(sent.items()))


def _as_json(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
