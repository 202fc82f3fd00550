"""What quarters of a pair were settled at, of both products: a pair's name tells the product (semantics 3.6.9)."""

from typing import Any, Final

import msgspec

from perpit.binance import errors, schema
from perpit.binance.call import Call
from perpit.binance.limits import STATISTICS_POOL
from perpit.binance.route import Route
from perpit.binance.schema import Param
from perpit.binance.security import NONE
from perpit.domain.numbers import format_shortest


def delivery_prices(call: Call) -> list[dict[str, Any]]:
    """Time and settlement price of every quarter of a pair that was delivered, newest first; prices are numbers."""
    pair = call.values["pair"]
    contracts = [each for each in call.world.contracts if each.instrument.pair == pair]
    if not contracts:
        raise errors.BAD_PAIR()
    delivered = [
        each
        for each in contracts
        if each.is_delivered and each.settled_e8 != 0 and not each.instrument.is_perpetual
    ]
    return [
        {
            "deliveryTime": contract.delivery_ms,
            "deliveryPrice": msgspec.Raw(format_shortest(contract.settled_e8, 8).encode()),
        }
        for contract in sorted(delivered, key=lambda each: each.delivery_ms, reverse=True)
    ]


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "GET",
        "/futures/data/delivery-price",
        NONE,
        0,
        delivery_prices,
        (Param("pair", schema.any_pair, True),),
        pool=STATISTICS_POOL,
        returns="Settlement prices of the delivered quarters of a pair.",
    ),
)
