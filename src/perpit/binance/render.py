"""How numbers and orders look on the wire. Handlers render with it; the stream side may, too.

Prices and quantities have the instrument's fixed decimals, values as many as an exact product of both needs (those of
inverse contracts are quotients, with eight), margin amounts eight, all cut and never rounded (semantics 1.2.3). Where
recorded rows print the shortest form, so do we (4.1.3): entry and break-even price.
"""

from functools import lru_cache
from typing import Any, Final, Protocol

from msgspec import Raw

from perpit.binance import algo_ids, schema
from perpit.binance.products import PRODUCTS, shaped
from perpit.binance.profiles import Profile
from perpit.domain.commands import PlaceOrder
from perpit.domain.instrument import Instrument
from perpit.domain.margin import entry_price_e8
from perpit.domain.numbers import format_scaled, format_shortest
from perpit.domain.words import (
    ALGO_CANCELED,
    ALGO_EXPIRED,
    ALGO_FINISHED,
    ALGO_NEW,
    ALGO_REJECTED,
    ALGO_TRIGGERED,
    ALGO_TRIGGERING,
    CANCELED,
    EXPIRED,
    EXPIRED_IN_MATCH,
    FILLED,
    NEW,
    PARTIALLY_FILLED,
)
from perpit.views.algo_orders import AlgoOrderView
from perpit.views.orders import FillView, OrderView


def _reversed(table: dict[str, int]) -> dict[int, str]:
    return {value: name for name, value in table.items()}


SIDE: Final = _reversed(schema.SIDES)
ORDER_TYPE: Final = _reversed(schema.ORDER_TYPES)
TIME_IN_FORCE: Final = _reversed(schema.TIMES_IN_FORCE)
POSITION_SIDE: Final = _reversed(schema.POSITION_SIDES)
STP_MODE: Final = _reversed(schema.STP_MODES)
PRICE_MATCH: Final = _reversed(schema.PRICE_MATCHES)
WORKING_TYPE: Final = _reversed(schema.WORKING_TYPES)
REMEMBERED: Final = 8192  # prices and quantities of an instrument, as text
ALIAS_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
FLAG: Final = {False: "false", True: "true"}
ORDER_STATUS: Final = {
    NEW: "NEW",
    PARTIALLY_FILLED: "PARTIALLY_FILLED",
    FILLED: "FILLED",
    CANCELED: "CANCELED",
    EXPIRED: "EXPIRED",
    EXPIRED_IN_MATCH: "EXPIRED_IN_MATCH",
}

ALGO_STATUS: Final = {
    ALGO_NEW: "NEW",
    ALGO_TRIGGERING: "TRIGGERING",
    ALGO_TRIGGERED: "TRIGGERED",
    ALGO_FINISHED: "FINISHED",
    ALGO_CANCELED: "CANCELED",
    ALGO_EXPIRED: "EXPIRED",
    ALGO_REJECTED: "REJECTED",
}


class OrderState(Protocol):
    """An order as an event or a view shows it."""

    order_id: int
    request: PlaceOrder
    price_ticks: int
    qty_lots: int
    filled_lots: int
    filled_value: int
    status: int


class AlgoState(Protocol):
    """An order of the Algo service as an event or a view shows it."""

    filled_lots: int
    filled_value: int


class Digits:
    """The text forms of one instrument's numbers.

    `price` takes ticks and `qty` lots; the newest forms of both are remembered, because a book shows the same few
    thousand again and again.
    """

    __slots__ = (
        "_average_cut",
        "_average_decimals",
        "_price_decimals",
        "_price_step",
        "_qty_decimals",
        "_qty_step",
        "_turnover_cut",
        "_value_cut",
        "_value_decimals",
        "amended_tail",
        "executed_field",
        "instrument",
        "price",
        "qty",
        "queried_tail",
        "written_tail",
        "zero_average",
        "zero_price",
        "zero_qty",
        "zero_value",
    )

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self._price_decimals = instrument.price_decimals
        self._price_step = instrument.tick_e8 // 10 ** (8 - instrument.price_decimals)
        self._qty_decimals = instrument.qty_decimals
        self._qty_step = instrument.lot_e8 // 10 ** (8 - instrument.qty_decimals)
        is_exact = instrument.value_scale == 1
        self._value_decimals = min(8, instrument.price_decimals + instrument.qty_decimals) if is_exact else 8
        self._turnover_cut = 10 ** (8 - self._value_decimals)
        self._value_cut = self._turnover_cut * instrument.value_scale
        product = PRODUCTS[instrument.market]
        self.executed_field, unused = product.executed_field
        pair = f',"pair":"{instrument.pair}"'
        self.written_tail = pair if product.writes_pair else ""
        self.amended_tail = "" if product.writes_pair else pair
        self.queried_tail = f'{self.amended_tail},"{unused}":"0"'  # semantics 5.2.5
        self._average_decimals = max(5, instrument.price_decimals)
        self._average_cut = 10 ** (8 - self._average_decimals)
        self.price = lru_cache(maxsize=REMEMBERED)(self._price)
        self.qty = lru_cache(maxsize=REMEMBERED)(self._qty)
        assert self._price_step > 0 and self._qty_step > 0, instrument.symbol
        self.zero_price = format_scaled(0, self._price_decimals)
        self.zero_qty = format_scaled(0, self._qty_decimals)
        self.zero_value = format_scaled(0, self._value_decimals)
        self.zero_average = format_scaled(0, self._average_decimals)

    def _price(self, price_ticks: int) -> str:
        return format_scaled(price_ticks * self._price_step, self._price_decimals)

    def _qty(self, qty_lots: int) -> str:
        return format_scaled(qty_lots * self._qty_step, self._qty_decimals)

    def value(self, value: int) -> str:
        """The value ≥ 0 of fills, in value units of the instrument; exact as long as price and quantity of a linear
        contract have at most eight decimals together.
        """
        return format_scaled(value // self._value_cut, self._value_decimals)

    def turnover(self, units: int) -> str:
        """A traded value ≥ 0 in 1e-8 of the margin asset, in the same form."""
        return format_scaled(units // self._turnover_cut, self._value_decimals)

    def nominal(self, qty_lots: int) -> str:
        """A quantity in the asset that values are not in: the base of linear contracts, the quote of inverse ones."""
        size = self.instrument.contract_size
        return str(qty_lots * size) if size else self.qty(qty_lots)

    def average(self, price_e8: int) -> str:
        """An average price ≥ 0."""
        return format_scaled(price_e8 // self._average_cut, self._average_decimals)

    def average_of(self, order: OrderState) -> str:
        """The average price of an order's fills."""
        if order.filled_lots == 0:
            return self.zero_average
        return self.average(entry_price_e8(self.instrument, order.filled_lots, order.filled_value))


def account_alias(account_id: int) -> str:
    """Four letters that name an account to its owner."""
    letters = []
    number = account_id * 2_654_435_761
    for _ in range(4):
        number, rest = divmod(number, len(ALIAS_LETTERS))
        letters.append(ALIAS_LETTERS[rest])
    return "".join(letters)


@lru_cache(maxsize=4096)
def digits(instrument: Instrument) -> Digits:
    """The text forms of an instrument, made once."""
    return Digits(instrument)


def units(amount_units: int) -> str:
    """Money, or a price off the book, with eight decimals."""
    return format_scaled(amount_units, 8)


def units_or_zero(amount_units: int) -> str:
    """Money with eight decimals; nothing at all is "0"."""
    return format_scaled(amount_units, 8) if amount_units else "0"


def price_or_zero(price_e13: int) -> str:
    """Entry and break-even price: the shortest form, "0.0" when flat (semantics 4.1.3)."""
    return format_shortest(price_e13, 13) if price_e13 else "0.0"


def order(state: OrderState, instrument: Instrument, updated_ms: int, profile: Profile) -> Raw:
    """An order as the write calls answer it (semantics 5.2.4)."""
    return Raw(f"{{{_order_text(state, instrument, updated_ms, profile.writes_tell_value)}}}".encode())


def amended_order(
    state: OrderState, instrument: Instrument, updated_ms: int, modify_id: int, profile: Profile
) -> Raw:
    """An order as an amendment answers it (semantics 5.6.7)."""
    form = digits(instrument)
    text = _order_text(state, instrument, updated_ms, profile.writes_tell_value)
    text += form.queried_tail if profile.writes_tell_value else form.amended_tail
    return Raw(
        f'{{{text},"modifyId":{modify_id}}}'.encode() if profile.modify_ids else f"{{{text}}}".encode()
    )


def queried_order(state: OrderView, instrument: Instrument, profile: Profile) -> Raw:
    """An order as the queries answer it (semantics 5.2.5)."""
    text = _order_text(state, instrument, state.updated_ms, True)
    if profile.queries_tell_both:
        text += digits(instrument).queried_tail
    return Raw(f'{{{text},"time":{state.created_ms}}}'.encode())


def _order_text(state: OrderState, instrument: Instrument, updated_ms: int, tells_value: bool) -> str:
    """The fields of an order as JSON text; `tells_value`: with average price and value of its fills.

    Written as text because every order passes here and a dictionary with its encoding costs three times as much.
    Nothing needs escaping: client order ids are checked at the door, everything else is made of our own words.
    """
    request = state.request
    form = digits(instrument)
    executed = form.qty(state.filled_lots) if state.filled_lots else form.zero_qty
    average = value = ""
    if tells_value:
        average = f',"avgPrice":"{form.average_of(state)}"'
        worth = form.value(state.filled_value) if state.filled_lots else form.zero_value
        value = f'"{form.executed_field}":"{worth}",'
    price = form.price(state.price_ticks) if state.price_ticks else form.zero_price
    stop_price = form.price(request.stop_price_ticks) if request.stop_price_ticks else form.zero_price
    reduce_only = request.reduce_only or request.close_position  # semantics 4.5.6
    kind, original = ORDER_TYPE[request.order_type], ORDER_TYPE[request.original_type]
    return (
        f'"orderId":{state.order_id},"symbol":"{instrument.symbol}","status":"{ORDER_STATUS[state.status]}",'
        f'"clientOrderId":"{request.client_order_id}","price":"{price}"{average},'
        f'"origQty":"{form.qty(state.qty_lots)}","executedQty":"{executed}","cumQty":"{executed}",'
        f'{value}"timeInForce":"{TIME_IN_FORCE[request.time_in_force]}","type":"{kind}",'
        f'"reduceOnly":{FLAG[reduce_only]},"closePosition":{FLAG[request.close_position]},'
        f'"side":"{SIDE[request.side]}","positionSide":"{POSITION_SIDE[request.position_side]}",'
        f'"stopPrice":"{stop_price}","workingType":"{WORKING_TYPE[request.working_type]}",'
        f'"priceProtect":{FLAG[request.price_protect]},"origType":"{original}",'
        f'"priceMatch":"{PRICE_MATCH[request.price_match]}",'
        f'"selfTradePreventionMode":"{STP_MODE[request.stp_mode]}","goodTillDate":{request.good_till_ms},'
        f'"updateTime":{updated_ms}{form.written_tail}{_trailing_text(request, form) if request.callback_ppm else ""}'
    )


def _trailing_text(request: PlaceOrder, form: Digits) -> str:
    """The two fields that only trailing stops have."""
    return f',"activatePrice":"{form.price(request.activation_price_ticks)}","priceRate":"{rate(request)}"'


def rate(request: PlaceOrder) -> str:
    """A callback rate in percent, with at least one decimal."""
    text = format_shortest(request.callback_ppm, 4)
    return text if "." in text else text + ".0"


def algo_order(order: AlgoOrderView, instrument: Instrument) -> dict[str, Any]:
    """An order of the Algo service: union of the fields of all its calls (semantics 5.9)."""
    request = order.request
    form = digits(instrument)
    return {
        "algoId": algo_ids.shown(order.algo_id),
        "clientAlgoId": request.client_order_id,
        "algoType": "CONDITIONAL",
        "orderType": ORDER_TYPE[request.order_type],
        "symbol": instrument.symbol,
        "side": SIDE[request.side],
        "positionSide": POSITION_SIDE[request.position_side],
        "timeInForce": TIME_IN_FORCE[request.time_in_force],
        "quantity": form.qty(request.qty_lots),
        "algoStatus": ALGO_STATUS[order.status],
        "actualOrderId": str(order.order_id) if order.order_id else "",
        "actualPrice": algo_average(order, form),
        "actualType": ORDER_TYPE[order.order_type] if order.order_type else "",
        "actualQty": form.qty(order.filled_lots),
        "triggerPrice": form.price(request.stop_price_ticks),
        "price": form.price(request.price_ticks),
        "icebergQuantity": None,
        "tpTriggerPrice": form.zero_price,
        "tpPrice": form.zero_price,
        "slTriggerPrice": form.zero_price,
        "slPrice": form.zero_price,
        "tpOrderType": "",
        "selfTradePreventionMode": STP_MODE[request.stp_mode],
        "workingType": WORKING_TYPE[request.working_type],
        "priceMatch": PRICE_MATCH[request.price_match],
        "closePosition": request.close_position,
        "priceProtect": request.price_protect,
        "reduceOnly": request.reduce_only or request.close_position,  # semantics 4.5.6
        "activatePrice": form.price(request.activation_price_ticks) if request.callback_ppm else "",
        "callbackRate": rate(request) if request.callback_ppm else "",
        "createTime": order.created_ms,
        "updateTime": order.updated_ms,
        "triggerTime": order.triggered_ms,
        "goodTillDate": request.good_till_ms,
    }


def algo_average(order: AlgoState, form: Digits) -> str:
    """The average price of what an order of the Algo service became."""
    if order.filled_lots == 0:
        return form.zero_average
    return form.average(entry_price_e8(form.instrument, order.filled_lots, order.filled_value))


def fill(row: FillView, instrument: Instrument, profile: Profile) -> dict[str, Any]:
    """One row of userTrades (semantics 5.2.5)."""
    form = digits(instrument)
    traded_field, nominal_field = PRODUCTS[instrument.market].traded_field
    told = {
        "symbol": instrument.symbol,
        "pair": instrument.pair,
        "id": row.trade_id,
        "orderId": row.order_id,
        "side": SIDE[row.side],
        "price": form.price(row.price_ticks) if not row.price_e8 else format_shortest(row.price_e8, 8),
        "qty": form.qty(row.qty_lots),
        "realizedPnl": units_or_zero(row.realized_units),  # semantics 4.1.6
        traded_field: form.value(row.value_units),
        nominal_field: form.nominal(row.qty_lots),
        "marginAsset": instrument.margin_asset,
        "commission": units(row.fee_units),
        "commissionAsset": row.fee_asset or instrument.margin_asset,
        "time": row.time_ms,
        "positionSide": POSITION_SIDE[row.position_side],
        "maker": row.is_maker,
        "buyer": SIDE[row.side] == "BUY",
    }
    return told if profile.queries_tell_both else shaped("former fill", told, instrument)
