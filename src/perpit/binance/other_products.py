"""Calls of the futures API that belong to products of another department: convert, portfolio margin, reports by
download link, the referral programme, leveraged tokens.

No account has any of them here. A request is weighed, signed and read like every other, and then answered as to an
account that lacks the product: with a refusal, or with an empty list where a list of what there is was asked for. What
the exchange says then is known of portfolio margin only (-2015); the others get the code of its list that says what is
the case.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, NoReturn

from perpit.binance import errors, schema
from perpit.binance.call import Call
from perpit.binance.products import COIN, USDS, Product
from perpit.binance.route import Route
from perpit.binance.schema import Param
from perpit.binance.security import NONE, TRADE, USER_DATA


class Foreign(NamedTuple):
    """One call. `refusal` None: the answer is an empty list. A name of `params` with a question mark is optional."""

    products: tuple[Product, ...]
    method: str
    path: str
    security: str
    weight: int
    params: str
    refusal: errors.Kind | None


UM: Final = (USDS,)
CM: Final = (COIN,)
SPAN: Final = "startTime endTime"
REFERRAL: Final = "/v1/apiReferral/"

TABLE: Final[tuple[Foreign, ...]] = (
    Foreign(UM, "GET", "/v1/convert/exchangeInfo", NONE, 20, "fromAsset? toAsset?", None),
    Foreign(
        *(UM, "POST", "/v1/convert/getQuote", USER_DATA, 50),
        *("fromAsset toAsset fromAmount? toAmount? validTime?", errors.ASSET_NOT_SUPPORTED),
    ),
    Foreign(UM, "POST", "/v1/convert/acceptQuote", USER_DATA, 200, "quoteId", errors.NOT_FOUND),
    Foreign(UM, "GET", "/v1/convert/orderStatus", USER_DATA, 50, "orderId? quoteId?", errors.NOT_FOUND),
    Foreign((USDS, COIN), "GET", "/v1/pmAccountInfo", USER_DATA, 5, "asset", errors.KEY_REJECTED),
    Foreign(CM, "GET", "/v1/pmExchangeInfo", USER_DATA, 1, "", errors.KEY_REJECTED),
    *(
        Foreign((USDS, COIN), "GET", f"/v1/{of}/asyn", USER_DATA, 1000, SPAN, errors.UNSUPPORTED)
        for of in ("income", "order", "trade")
    ),
    *(
        Foreign(of, "GET", f"/v1/{what}/asyn/id", USER_DATA, weight, "downloadId", errors.UNSUPPORTED)
        for of, weight in ((UM, 10), (CM, 5))
        for what in ("income", "order", "trade")
    ),
    *(
        Foreign(UM, "GET", REFERRAL + what, USER_DATA, 1, "", errors.NOT_AUTHORIZED)
        for what in (
            *("customization", "ifNewUser", "overview", "rebateVol", "tradeVol"),
            *("traderNum", "traderSummary", "userCustomization"),
        )
    ),
    *(
        Foreign(UM, "POST", REFERRAL + what, TRADE, 1, "", errors.NOT_AUTHORIZED)
        for what in ("customization", "userCustomization")
    ),
    Foreign(UM, "GET", "/v1/lvtKlines", NONE, 1, "", None),
)
READERS: Final[dict[str, schema.Read]] = {
    "startTime": schema.time_ms,
    "endTime": schema.time_ms,
    "asset": schema.any_asset,
    "fromAsset": schema.any_asset,
    "toAsset": schema.any_asset,
    "fromAmount": schema.decimal,
    "toAmount": schema.decimal,
}


def _routes() -> tuple[Route, ...]:
    """The table, written out for each product."""
    return tuple(
        Route(
            row.method,
            product.prefix + row.path,
            row.security,
            row.weight,
            nothing if row.refusal is None else refuser(row.refusal),
            tuple(_param(text) for text in row.params.split()),
            returns="Nothing: a product that no account has." if row.refusal is None else "A refusal.",
            product=product,
        )
        for row in TABLE
        for product in row.products
    )


def nothing(call: Call) -> list[Any]:
    """There is none."""
    return []


def refuser(kind: errors.Kind) -> Callable[[Call], NoReturn]:
    """A handler that refuses everything."""

    def refuse(call: Call) -> NoReturn:
        raise kind()

    return refuse


def _param(text: str) -> Param:
    name = text.rstrip("?")
    return Param(name, READERS.get(name, schema.any_order_id), required=text == name)


ROUTES: Final[tuple[Route, ...]] = _routes()
