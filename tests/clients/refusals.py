"""Orders that the exchange refuses, in its own parameters, and the code of each refusal.

They are sent with `Scene.lay_book` on the book and the mark price at 60,000. Every client sends the same table.
"""

from typing import Any, NamedTuple


class Refusal(NamedTuple):
    """An order, and the code that answers it."""

    why: str
    code: int
    order: dict[str, Any]

    def __str__(self) -> str:
        return self.why


def limit(
    side: str, quantity: float, price: float, time_in_force: str = "GTC", **more: Any
) -> dict[str, Any]:
    """A limit order in BTCUSDT."""
    return {
        "symbol": "BTCUSDT",
        "side": side,
        "type": "LIMIT",
        "timeInForce": time_in_force,
        "quantity": quantity,
        "price": price,
        **more,
    }


REFUSALS = (
    Refusal("margin is insufficient", -2019, limit("BUY", 100, 60000)),
    Refusal("symbol is unknown", -1121, {**limit("BUY", 1, 60000), "symbol": "NOSUCHUSDT"}),
    Refusal("price has too many decimals", -1111, limit("BUY", 0.01, 60000.001)),
    Refusal("quantity has too many decimals", -1111, limit("BUY", 0.0105, 60000)),
    Refusal("notional is below the minimum", -4164, limit("BUY", 0.001, 40000)),
    Refusal("price is off the tick", -4014, limit("BUY", 0.01, 60000.05)),
    Refusal("price is above the band", -4016, limit("BUY", 0.01, 70000)),
    Refusal("post-only order would take", -5022, limit("BUY", 0.01, 60010, "GTX")),
    Refusal("fill-or-kill order cannot be filled", -5021, limit("BUY", 1, 60010, "FOK")),
    Refusal("reduce-only order has nothing to reduce", -2022, limit("SELL", 0.01, 60100, reduceOnly="true")),
)
