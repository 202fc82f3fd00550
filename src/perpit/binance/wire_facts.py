"""What the exchange publishes of its calls and methods: the files `facts/*.rest.json` and `facts/*.wsapi.json`, read.

One line per method and path: scope, security, weight, parameters (optional ones with a question mark) and fields of the
answer. Those of streams are read in `coverage_streams` and `asyncapi_streams`.
"""

from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from perpit.domain.words import COIN_M, USDS_M

FACTS: Final = files("perpit.binance") / "facts"
PRODUCTS: Final = {"USDⓈ-M": "usds_m.rest.json", "COIN-M": "coin_m.rest.json"}
WS_PRODUCTS: Final = {"USDⓈ-M": ("usds_m.wsapi.json", USDS_M), "COIN-M": ("coin_m.wsapi.json", COIN_M)}
ERRORS: Final = FACTS / "errors.json"
# Products that no account of a venue has, by the scope of their calls.
FOREIGN_SCOPES: Final = {
    "convert_product": "conversion",
    "portfolio_margin_product": "portfolio margin",
    "async_download": "reports by download",
    "broker_referral_product": "referral programme",
    "leveraged_token_product": "leveraged tokens",
}


class Fact(msgspec.Struct, frozen=True):
    """What the exchange publishes of one method and path."""

    method: str
    path: str
    scope: str
    security: str
    weight: Any
    params: list[str]
    shape: str | None
    fields: Any
    order_count: dict[str, int] | None = None
    deprecated: bool = False
    superseded_by: str = ""


class WsFact(msgspec.Struct, frozen=True):
    """What the exchange publishes of one method of the WebSocket API."""

    method: str
    scope: str
    security: str
    weight: Any
    params: list[str]
    shape: str
    fields: Any
    order_count: dict[str, int] | None = None


@cache
def facts_of(product: str) -> list[Fact]:
    """The facts of one product, in the order of the file."""
    return msgspec.json.decode((FACTS / PRODUCTS[product]).read_bytes(), type=list[Fact])


@cache
def ws_facts_of(product: str) -> list[WsFact]:
    """The facts of one product's WebSocket API, in the order of the file."""
    return msgspec.json.decode((FACTS / WS_PRODUCTS[product][0]).read_bytes(), type=list[WsFact])


def facts() -> list[Fact]:
    """The facts of both products."""
    return [fact for product in PRODUCTS for fact in facts_of(product)]


def fact(method: str, path: str) -> Fact | None:
    """The fact of one call."""
    return next((entry for entry in facts() if (entry.method, entry.path) == (method, path)), None)
