"""The table of routes of a profile: what `routes` has, with what the profile's switches take away or change.

`changes` walks once over the table when a venue is put together, so that no request asks for a switch that only
decides what a call reads, weighs, or whether it is there. What an answer tells is asked where it is rendered.
"""

from collections.abc import Callable
from typing import Any, Final

from perpit.binance import errors, orders, schema
from perpit.binance.call import Elements
from perpit.binance.products import PRODUCTS, Product
from perpit.binance.profiles import Profile
from perpit.binance.route import Route, Weight
from perpit.binance.routes import ROUTES
from perpit.binance.schema import Param, Schema, Symbols
from perpit.domain.numbers import PPM
from perpit.domain.refusals import CALLBACK_RATE_INVALID
from perpit.domain.words import CALLBACK_PPM_MAX, COIN_M, LIMIT, MARKET, USDS_M

Params = tuple[Param, ...]

ALGO_PATHS: Final = ("/v1/algoOrder", "/v1/algoOpenOrders", "/v1/openAlgoOrders", "/v1/allAlgoOrders")
TRADFI_PATHS: Final = ("/v1/tradingSchedule", "/v1/stock/contract")
PLACING: Final = ("POST/v1/order", "POST/v1/order/test")
AMENDING: Final = ("PUT/v1/order",)
ALGO_PLACING: Final = ("POST/v1/algoOrder",)
FAR_PRICE_MATCHES: Final = ("OPPONENT_10", "OPPONENT_20")
SPECIAL_FUNDING: Final = "SPECIAL_FUNDING_FEE"


def by_symbol_or_pair(sent: dict[str, str]) -> int:
    """20 with symbol, 40 with pair."""
    return 20 if sent.get("symbol") else 40


# What COIN-M's calls weighed before it shared one pool with USDⓈ-M.
FORMER_COIN_WEIGHTS: Final[dict[str, Weight]] = {
    "GET/v1/userTrades": by_symbol_or_pair,
    "GET/v1/allOrders": by_symbol_or_pair,
    "GET/v1/forceOrders": 20,
    "GET/v2/leverageBracket": 1,
}


def routes_of_profile(profile: Profile) -> tuple[Route, ...]:
    """The routes that a profile has, each as it is there."""
    return tuple(_changed(route, profile) for route in ROUTES if is_route_there(route, profile))


def elements_of_profile(profile: Profile) -> dict[int, Elements]:
    """What an order of a batch is made of, by market."""
    return {
        product.market: Elements(
            Schema(_placing(orders.PLACE_IN_BATCH, profile, product)),
            Schema(_amending(orders.AMEND, profile, product)),
        )
        for product in PRODUCTS.values()
    }


def is_route_there(route: Route, profile: Profile) -> bool:
    """Whether a profile has a call."""
    target = route.place
    if target.endswith(ALGO_PATHS):
        return route.product.market in profile.algo_service
    return profile.tradfi or not target.endswith(TRADFI_PATHS)


def _changed(route: Route, profile: Profile) -> Route:
    target, product = route.place, route.product
    weight = _weight(target, product, profile)
    if weight is not None:
        route = route._replace(weight=weight)
    change = CHANGED_PARAMS.get(target)
    return route if change is None else route._replace(params=change(route.params, profile, product))


def _weight(target: str, product: Product, profile: Profile) -> Weight | None:
    """The weight of a call where it is another one."""
    if target == "GET/v1/historicalTrades":
        return profile.historical_trades_weight
    if product.market == COIN_M and profile.former_coin_weights:
        return FORMER_COIN_WEIGHTS.get(target)
    return None


def _placing(params: Params, profile: Profile, product: Product) -> Params:
    """A new order by the order calls."""
    if product.market not in profile.conditional_orders:
        params = _read_otherwise(params, "type", plain_order_type)
    return _callback(_price_match(params, profile), profile)


def _placing_algo(params: Params, profile: Profile, product: Product) -> Params:
    """A new order of the Algo service."""
    if not profile.algo_response_types:
        params = _without(params, "newOrderRespType")
    return _callback(_price_match(params, profile), profile)


def _amending(params: Params, profile: Profile, product: Product) -> Params:
    """An amendment."""
    if not profile.modify_ids:
        params = _without(params, "modifyId")
    if not profile.amends_reduce_only:
        params = _without(params, "reduceOnly")
    if product.market in profile.partial_amendments:
        params = tuple(
            param._replace(required=False) if param.name == "quantity" else param for param in params
        )
    return _price_match(params, profile)


def _price_match(params: Params, profile: Profile) -> Params:
    return params if profile.far_price_matches else _read_otherwise(params, "priceMatch", near_price_match)


def _callback(params: Params, profile: Profile) -> Params:
    if profile.callback_percent * PPM >= CALLBACK_PPM_MAX * 100:
        return params
    return _read_otherwise(params, "callbackRate", callback_rate_up_to(profile.callback_percent))


def _all_orders(params: Params, profile: Profile, product: Product) -> Params:
    if profile.orders_of_all_symbols or product.market != USDS_M:
        return params
    return tuple(param._replace(required=True) if param.name == "symbol" else param for param in params)


def _all_algo_orders(params: Params, profile: Profile, product: Product) -> Params:
    return params if profile.algo_pages else _without(params, "page")


def _income(params: Params, profile: Profile, product: Product) -> Params:
    if not profile.income_pages:
        params = _without(params, "page")
    if profile.special_funding:
        return params
    return tuple(
        param._replace(read=_except_for(param.read, (SPECIAL_FUNDING,), errors.BAD_INCOME_TYPE))
        if param.name == "incomeType"
        else param
        for param in params
    )


def _continuous_candles(params: Params, profile: Profile, product: Product) -> Params:
    return params if profile.second_candles else _read_otherwise(params, "interval", schema.interval)


CHANGED_PARAMS: Final[dict[str, Callable[[Params, Profile, Product], Params]]] = {
    **dict.fromkeys(PLACING, _placing),
    **dict.fromkeys(AMENDING, _amending),
    **dict.fromkeys(ALGO_PLACING, _placing_algo),
    "GET/v1/allOrders": _all_orders,
    "GET/v1/allAlgoOrders": _all_algo_orders,
    "GET/v1/income": _income,
    "GET/v1/continuousKlines": _continuous_candles,
}


def _without(params: Params, name: str) -> Params:
    """Without a parameter, which then is ignored as any other that is not listed."""
    return tuple(param for param in params if param.name != name)


def _read_otherwise(params: Params, name: str, read: schema.Read) -> Params:
    return tuple(param._replace(read=read) if param.name == name else param for param in params)


# --- readers that only some profiles have


def _except_for(read: schema.Read, words: tuple[str, ...], refusal: errors.Kind) -> schema.Read:
    """A reader of words that refuses some of them."""

    def read_word(text: str, name: str, symbols: Symbols) -> Any:
        if text in words:
            raise refusal()
        return read(text, name, symbols)

    table = {word: value for word, value in getattr(read, "table", {}).items() if word not in words}
    read_word.table, read_word.refusal = table, refusal  # type: ignore[attr-defined]
    return read_word


near_price_match: Final = _except_for(schema.price_match, FAR_PRICE_MATCHES, errors.BAD_PRICE_MATCH)
plain_order_type: Final = _except_for(
    schema.order_type,
    tuple(word for word, kind in schema.ORDER_TYPES.items() if kind not in (LIMIT, MARKET)),
    errors.USE_ALGO_SERVICE,
)


def callback_rate_up_to(percent: int) -> schema.Read:
    """A callback rate, in percent."""

    def read_rate(text: str, name: str, symbols: Symbols) -> schema.Decimal:
        rate = schema.decimal(text, name, symbols)
        if rate[0] > percent * 10 ** rate[1]:
            raise errors.BY_REFUSAL[CALLBACK_RATE_INVALID]()
        return rate

    read_rate.is_decimal = True  # type: ignore[attr-defined]
    return read_rate
