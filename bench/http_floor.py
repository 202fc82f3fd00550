"""The floor of `bench.http`: a bare ASGI application that checks the HMAC and answers a constant order.

    python -m bench.http_floor READY_FILE CORE

Served by the same uvicorn with the same protocols, loop and settings as the venue.
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import sys
from pathlib import Path
from typing import Any

import uvicorn

KEY = "k" * 64
SECRET = b"s" * 64
ORDER = json.dumps(
    {
        **{
            "orderId": 1234567,
            "symbol": "BTCUSDT",
            "status": "NEW",
            "clientOrderId": "b0-1234",
            "price": "60000.00",
        },
        **{
            "avgPrice": "0.00",
            "origQty": "0.001",
            "executedQty": "0.000",
            "cumQty": "0.000",
            "cumQuote": "0.00000",
        },
        **{"timeInForce": "GTC", "type": "LIMIT", "reduceOnly": False, "closePosition": False, "side": "BUY"},
        **{
            "positionSide": "BOTH",
            "stopPrice": "0.00",
            "workingType": "CONTRACT_PRICE",
            "priceProtect": False,
        },
        **{"origType": "LIMIT", "priceMatch": "NONE", "selfTradePreventionMode": "NONE", "goodTillDate": 0},
        **{"updateTime": 1723161256299},
    },
    separators=(",", ":"),
).encode()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ORDER))]


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    payload, _, signature = scope["query_string"].rpartition(b"&signature=")
    expected = hmac.new(SECRET, payload, hashlib.sha256).hexdigest()
    status = 200 if hmac.compare_digest(expected, signature.decode()) else 400
    await send({"type": "http.response.start", "status": status, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ORDER})


class Announced(uvicorn.Server):
    """Writes where it listens once it does."""

    ready_file: Path

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        account = {"name": "floor", "api_key": KEY, "api_secret": SECRET.decode()}
        partial = self.ready_file.with_suffix(".partial")
        partial.write_text(json.dumps({"rest": f"http://127.0.0.1:{port}", "accounts": [account]}))
        partial.rename(self.ready_file)


def main() -> None:
    ready_file, core = sys.argv[1:]
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {int(core)})
    config = uvicorn.Config(
        application,
        port=0,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    server = Announced(config)
    server.ready_file = Path(ready_file)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(server.serve())


if __name__ == "__main__":
    main()
