"""The payloads of user data events, each a pure function of an event and the world after it."""

from typing import Final

import msgspec

from perpit.binance import algo_ids, errors, render
from perpit.binance.products import PRODUCTS
from perpit.binance.profiles import UNION, Profile
from perpit.binance.streams_text import Texts, amount
from perpit.domain import status, words
from perpit.domain.events import (
    AlgoOrderChanged,
    FundingPaid,
    GridChanged,
    GridFilled,
    LeverageChanged,
    MarginCalled,
    MarginTypeChanged,
    MultiAssetsChanged,
    OrderAccepted,
    OrderAmended,
    OrderCalculated,
    OrderClosed,
    OrderEvent,
    OrderTraded,
    OrderTriggered,
    PositionChanged,
    WalletChanged,
)
from perpit.domain.grid_events import unmatched_price_e8
from perpit.domain.margin import (
    break_even_price_e13,
    entry_price_e8,
    entry_price_e13,
    maintenance_margin_units,
    unrealised_units,
)
from perpit.domain.numbers import format_shortest
from perpit.views.accounts import ExposureView, PositionView
from perpit.views.world import World

CAUSES: Final = {
    words.CAUSE_ORDER: "ORDER",
    words.CAUSE_DEPOSIT: "DEPOSIT",
    words.CAUSE_WITHDRAW: "WITHDRAW",
    words.CAUSE_FUNDING: "FUNDING_FEE",
    words.CAUSE_MARGIN_TRANSFER: "MARGIN_TRANSFER",
    words.CAUSE_MARGIN_TYPE: "MARGIN_TYPE_CHANGE",
    words.CAUSE_INSURANCE: "INSURANCE_CLEAR",
    words.CAUSE_AUTO_EXCHANGE: "AUTO_EXCHANGE",
    words.CAUSE_COMMISSION: "ORDER",
}

# Status and op code of a strategy, as the exchange's documents list them.
STRATEGY_STATUS: Final = {
    words.GRID_NEW: "NEW",
    words.GRID_WORKING: "WORKING",
    words.GRID_CANCELLED: "CANCELLED",
    words.GRID_EXPIRED: "EXPIRED",
}
OP_CODES: Final = {
    words.GRID_BECAUSE_STARTED: 8007,
    words.GRID_BECAUSE_STOPPED: 8002,
    words.GRID_BECAUSE_TOUCHED: 8003,
    words.GRID_BECAUSE_LIQUIDATED: 8005,
    words.GRID_BECAUSE_TOO_MANY_ORDERS: 8006,
    words.GRID_BECAUSE_NO_MARGIN: 8008,
    words.GRID_BECAUSE_PRICE: 8009,
    words.GRID_BECAUSE_MARKET: 8010,
    words.GRID_BECAUSE_BRACKET: 8012,
}

AccountEvent = PositionChanged | FundingPaid | MarginTypeChanged | WalletChanged
EXECUTION: Final[dict[type[OrderEvent], str]] = {
    OrderAccepted: status.X_NEW,
    OrderTraded: status.X_TRADE,
    OrderAmended: status.X_AMENDMENT,
    OrderTriggered: status.X_EXPIRED,
    OrderCalculated: status.X_CALCULATED,
}


def order_update(world: World, event: OrderEvent, profile: Profile = UNION) -> str:
    """ORDER_TRADE_UPDATE (semantics 5.12): `l L t n N rp m` are of this fill only, `z` and `ap` of the order."""
    request = event.request
    instrument = world.catalog.by_id[request.symbol_id]
    texts = Texts(instrument)
    trade = event if isinstance(event, (OrderTraded, OrderCalculated)) else None
    paid_in = event.fee_asset if isinstance(event, OrderTraded) else ""
    order: dict[str, object] = {
        "s": instrument.symbol,
        "c": request.client_order_id,
        "S": render.SIDE[request.side],
        "o": render.ORDER_TYPE[request.order_type],
        "f": render.TIME_IN_FORCE[request.time_in_force],
        "q": texts.qty(event.qty_lots),
        "p": texts.price(event.price_ticks) if event.price_ticks else "0",
        "ap": amount(entry_price_e8(instrument, event.filled_lots, event.filled_value)),
        "sp": texts.price(request.stop_price_ticks) if request.stop_price_ticks else "0",
        "x": _execution_type(event),
        "X": render.ORDER_STATUS[event.status],
        "i": event.order_id,
        "l": texts.qty(trade.fill_lots) if trade else "0",
        "z": texts.qty(event.filled_lots) if event.filled_lots else "0",
        "L": _fill_price(texts, event),
        "n": amount(trade.fee_units) if trade is not None else "0",
        "N": paid_in or instrument.margin_asset,
        "T": event.time_ms,
        "t": trade.trade_id if trade else 0,
        "b": amount(event.bid_units),
        "a": amount(event.ask_units),
        "m": isinstance(event, OrderTraded) and event.is_maker,
        "R": request.reduce_only or request.close_position,  # semantics 4.5.6
        "wt": render.WORKING_TYPE[request.working_type],
        "ot": render.ORDER_TYPE[request.original_type],
        "ps": render.POSITION_SIDE[request.position_side],
        "cp": request.close_position,
        "rp": amount(trade.realized_units) if trade else "0",
        "pP": request.price_protect,
        "si": 0,
        "ss": 0,
        "V": render.STP_MODE[request.stp_mode],
        "pm": render.PRICE_MATCH[request.price_match],
        "gtd": request.good_till_ms,
    }
    if instrument.market == words.USDS_M or profile.coin_expiry_reasons:
        order["er"] = _expiry_reason(event)
    if PRODUCTS[instrument.market].names_account:  # semantics 5.12.7
        order["ma"] = instrument.margin_asset
    if isinstance(event, OrderAmended) and event.modify_id and profile.modify_ids:
        order["M"] = str(event.modify_id)
    if request.callback_ppm:
        order["AP"] = texts.price(request.activation_price_ticks) if request.activation_price_ticks else "0"
        order["cr"] = render.rate(request)
    head = {"e": "ORDER_TRADE_UPDATE", "T": event.time_ms, "E": event.time_ms}
    return _text({**head, **_whose(instrument.market, request.account_id), "o": order})


def _fill_price(texts: Texts, event: OrderEvent) -> str:
    """A takeover or deleveraging has a price that need not lie on the grid (semantics 2.4.4)."""
    if isinstance(event, OrderTraded):
        return texts.price(event.fill_price_ticks)
    return amount(event.fill_price_e8) if isinstance(event, OrderCalculated) else "0"


def _expiry_reason(event: OrderEvent) -> str:
    if isinstance(event, OrderTriggered):
        return str(words.REASON_TRIGGERED)  # semantics 5.9.12
    return str(event.reason) if isinstance(event, OrderClosed) else "0"


def _execution_type(event: OrderEvent) -> str:
    if isinstance(event, OrderClosed):
        return status.execution_of_ending(event.status, event.reason)
    return EXECUTION[type(event)]


def algo_update(world: World, event: AlgoOrderChanged, profile: Profile = UNION) -> str:
    """ALGO_UPDATE (semantics 5.9.7); `ia` is of trailing stops only."""
    request = event.request
    instrument = world.catalog.by_id[request.symbol_id]
    texts = Texts(instrument)
    order: dict[str, object] = {
        "caid": request.client_order_id,
        "aid": algo_ids.shown(event.algo_id),
        "at": "CONDITIONAL",
        "o": render.ORDER_TYPE[request.order_type],
        "s": instrument.symbol,
        "S": render.SIDE[request.side],
        "ps": render.POSITION_SIDE[request.position_side],
        "f": render.TIME_IN_FORCE[request.time_in_force],
        "q": texts.qty(request.qty_lots) if request.qty_lots else "0",
        "X": render.ALGO_STATUS[event.status],
        "ai": str(event.order_id) if event.order_id else "",
        "ap": render.algo_average(event, render.digits(instrument)),
        "aq": texts.qty(event.filled_lots) if event.filled_lots else "0",
        "act": render.ORDER_TYPE[event.order_type] if event.order_type else "0",
        "tp": texts.price(request.stop_price_ticks) if request.stop_price_ticks else "0",
        "p": texts.price(request.price_ticks) if request.price_ticks else "0",
        "V": render.STP_MODE[request.stp_mode],
        "wt": render.WORKING_TYPE[request.working_type],
        "pm": render.PRICE_MATCH[request.price_match],
        "cp": request.close_position,
        "pP": request.price_protect,
        "R": request.reduce_only or request.close_position,
        "tt": event.triggered_ms,
        "gtd": request.good_till_ms,
        "rm": errors.BY_REFUSAL[event.refusal].text if event.refusal else "",
    }
    if request.callback_ppm and profile.activations:
        order["ia"] = event.is_activated
    head = {"e": "ALGO_UPDATE", "T": event.time_ms, "E": event.time_ms}
    return _text({**head, **_whose(instrument.market, request.account_id), "o": order})


def trigger_reject(world: World, event: OrderClosed) -> str:
    """CONDITIONAL_ORDER_TRIGGER_REJECT: an ordinary conditional order that fired and could not be placed."""
    request = event.request
    about = {
        "s": world.catalog.by_id[request.symbol_id].symbol,
        "i": event.order_id,
        "r": errors.BY_REFUSAL[event.refusal].text,
    }
    return _text(
        {"e": "CONDITIONAL_ORDER_TRIGGER_REJECT", "E": event.time_ms, "T": event.time_ms, "or": about}
    )


def _whose(market: int, account_id: int) -> dict[str, str]:
    """The account's alias, where events name it (semantics 4.7.5)."""
    return {"i": render.account_alias(account_id)} if PRODUCTS[market].names_account else {}


def trade_lite(world: World, event: OrderTraded) -> str:
    """TRADE_LITE: the fill alone (semantics 5.12.8)."""
    request = event.request
    texts = Texts(world.catalog.by_id[request.symbol_id])
    return _text(
        {
            "e": "TRADE_LITE",
            "E": event.time_ms,
            "T": event.time_ms,
            "s": texts.symbol,
            "q": texts.qty(event.qty_lots),
            "p": texts.price(event.price_ticks) if event.price_ticks else "0",
            "m": event.is_maker,
            "c": request.client_order_id,
            "S": render.SIDE[request.side],
            "L": texts.price(event.fill_price_ticks),
            "l": texts.qty(event.fill_lots),
            "t": event.trade_id,
            "i": event.order_id,
        }
    )


def position_update(world: World, event: PositionChanged, burnt: WalletChanged | None = None) -> str:
    """ACCOUNT_UPDATE of a fill or of isolated margin: wallet, and position at the present mark (semantics 4.7).

    `burnt`: the wallet that paid the fill's commission, where that is another one (semantics 4.3.5).
    """
    instrument = world.catalog.by_id[event.symbol_id]
    exposure = world.accounts[event.account_id].exposure(instrument)
    positions = _around(world, exposure, event)
    balances = [_balance(instrument.margin_asset, event.wallet_units, event.cross_wallet_units, 0)]
    if burnt is not None:
        balances.append(_balance(burnt.asset, burnt.wallet_units, burnt.cross_wallet_units, 0))
    return _account_update(instrument.market, event, event.cause, balances, positions)


def funding_update(world: World, event: FundingPaid, profile: Profile = UNION) -> str:
    """ACCOUNT_UPDATE of a funding payment: the balance; an isolated position, too, and the symbol (semantics 3.5.5)."""
    instrument = world.catalog.by_id[event.symbol_id]
    exposure = world.accounts[event.account_id].exposure(instrument)
    positions: list[dict[str, str]] = []
    if exposure.margin_type != words.CROSS:
        positions = _around(world, exposure, exposure.side(event.position_side))
    balance = _balance(
        instrument.margin_asset, event.wallet_units, event.cross_wallet_units, event.change_units
    )
    cause = words.CAUSE_FUNDING
    symbol = instrument.symbol if profile.funding_symbols else None
    return _account_update(instrument.market, event, cause, [balance], positions, symbol)


def margin_call(world: World, event: MarginCalled) -> str:
    """MARGIN_CALL for one position; `cw` only where the position is cross (semantics 2.8.4)."""
    instrument = world.catalog.by_id[event.symbol_id]
    exposure = world.accounts[event.account_id].exposure(instrument)
    mark_e8 = world.prices[event.symbol_id].mark_e8
    is_cross = exposure.margin_type == words.CROSS
    position = {
        "s": instrument.symbol,
        "ps": render.POSITION_SIDE[event.position_side],
        "pa": Texts(instrument).qty(event.qty_lots),
        "mt": "CROSSED" if is_cross else "ISOLATED",
        "iw": amount(event.isolated_units),
        "mp": amount(mark_e8),
        "up": amount(unrealised_units(instrument, event.qty_lots, event.entry_value, mark_e8)),
        "mm": amount(maintenance_margin_units(instrument, event.qty_lots, mark_e8)),
    }
    call: dict[str, object] = {"e": "MARGIN_CALL", "E": event.time_ms}
    call |= _whose(instrument.market, event.account_id)
    if is_cross:
        call["cw"] = amount(event.cross_wallet_units)
    call["p"] = [position]
    return _text(call)


def margin_type_update(world: World, event: MarginTypeChanged) -> str:
    """ACCOUNT_UPDATE of another margin type: no balance has changed (semantics 1.7.7)."""
    instrument = world.catalog.by_id[event.symbol_id]
    exposure = world.accounts[event.account_id].exposure(instrument)
    position = _position(world, exposure, exposure.position)
    return _account_update(instrument.market, event, words.CAUSE_MARGIN_TYPE, [], [position])


def _around(
    world: World, exposure: ExposureView, changed: PositionView | PositionChanged
) -> list[dict[str, str]]:
    """`P` of one symbol: in hedge mode BOTH is always there, and an isolated other side that is held (4.7.2)."""
    if changed.position_side == words.BOTH:
        return [_position(world, exposure, changed)]
    rows = [_position(world, exposure, exposure.position)]
    for side in (words.LONG, words.SHORT):
        if side == changed.position_side:
            rows.append(_position(world, exposure, changed))
        elif exposure.margin_type != words.CROSS and exposure.side(side).qty_lots != 0:
            rows.append(_position(world, exposure, exposure.side(side)))
    return rows


def _position(
    world: World, exposure: ExposureView, position: PositionView | PositionChanged
) -> dict[str, str]:
    """A row of `P`: the position as it stands now, or as it stood right after something happened to it."""
    instrument = exposure.instrument
    texts = Texts(instrument)
    mark_e8 = world.prices[instrument.symbol_id].mark_e8
    size, entry_units = position.qty_lots, position.entry_value
    spent_value = position.fees_value - position.episode_realized_units * instrument.value_scale
    return {
        "s": instrument.symbol,
        "pa": texts.qty(size) if size else "0",
        "ep": format_shortest(entry_price_e13(instrument, size, entry_units), 13),
        "cr": amount(position.realized_units),
        "up": amount(unrealised_units(instrument, size, entry_units, mark_e8)),
        "mt": "cross" if exposure.margin_type == words.CROSS else "isolated",
        "iw": amount(position.isolated_units) if position.isolated_units else "0",
        "ps": render.POSITION_SIDE[position.position_side],
        "bep": format_shortest(break_even_price_e13(instrument, size, entry_units, spent_value), 13),
    }


def wallet_update(world: World, event: WalletChanged) -> str:
    """ACCOUNT_UPDATE of a wallet that moved without a fill; no positions (semantics 4.7.2)."""
    balance = _balance(event.asset, event.wallet_units, event.cross_wallet_units, event.change_units)
    return _account_update(event.market, event, event.cause, [balance], [])


def config_update(world: World, event: LeverageChanged) -> str:
    """ACCOUNT_CONFIG_UPDATE of a leverage change."""
    symbol = world.catalog.by_id[event.symbol_id].symbol
    return _text(
        {
            "e": "ACCOUNT_CONFIG_UPDATE",
            "E": event.time_ms,
            "T": event.time_ms,
            "ac": {"s": symbol, "l": event.leverage},
        }
    )


def mode_update(world: World, event: MultiAssetsChanged) -> str:
    """ACCOUNT_CONFIG_UPDATE of multi-assets mode (semantics 1.7.7)."""
    about = {"j": event.is_on}
    return _text({"e": "ACCOUNT_CONFIG_UPDATE", "E": event.time_ms, "T": event.time_ms, "ai": about})


def strategy_update(world: World, event: GridChanged) -> str:
    """STRATEGY_UPDATE: a strategy began, works, or has ended, and why."""
    about = {
        "si": event.grid_id,
        "st": "GRID",
        "ss": STRATEGY_STATUS[event.status],
        "s": world.catalog.by_id[event.request.symbol_id].symbol,
        "ut": event.time_ms,
        "c": OP_CODES[event.because],
    }
    return _text({"e": "STRATEGY_UPDATE", "T": event.time_ms, "E": event.time_ms, "su": about})


def grid_update(world: World, event: GridFilled) -> str:
    """GRID_UPDATE of a fill: `mp` what matched pairs earned less their fees, `uq`, `up`, `uf` of what is unmatched.

    `r`, the realised profit, is `mp` and the fees of what is unmatched; a fee paid is a negative `uf` (decision 71).
    """
    instrument = world.catalog.by_id[event.request.symbol_id]
    lots = event.unmatched_lots
    about = {
        "si": event.grid_id,
        "st": "GRID",
        "ss": STRATEGY_STATUS[words.GRID_WORKING],
        "s": instrument.symbol,
        "r": amount(event.matched_units - event.unmatched_fee_units),
        "up": amount(unmatched_price_e8(instrument, lots, event.unmatched_value)),
        "uq": Texts(instrument).qty(lots) if lots else "0",
        "uf": amount(-event.unmatched_fee_units),
        "mp": amount(event.matched_units),
        "ut": event.time_ms,
    }
    return _text({"e": "GRID_UPDATE", "T": event.time_ms, "E": event.time_ms, "gu": about})


def listen_key_expired(listen_key: str, now_ms: int) -> str:
    return _text({"e": "listenKeyExpired", "E": now_ms, "listenKey": listen_key})


def _balance(asset: str, wallet_units: int, cross_wallet_units: int, change_units: int) -> dict[str, str]:
    """`bc` is the change without profit and commission: 0 for fills (semantics 4.7.4)."""
    return {
        "a": asset,
        "wb": amount(wallet_units),
        "cw": amount(cross_wallet_units),
        "bc": amount(change_units),
    }


def _account_update(
    market: int,
    event: AccountEvent,
    cause: int,
    balances: list[dict[str, str]],
    positions: list[dict[str, str]],
    symbol: str | None = None,
) -> str:
    about: dict[str, object] = {"B": balances, "P": positions, "m": CAUSES[cause]}
    if symbol is not None:
        about["S"] = symbol
    head = {"e": "ACCOUNT_UPDATE", "T": event.time_ms, "E": event.time_ms}
    return _text({**head, **_whose(market, event.account_id), "a": about})


def _text(payload: dict[str, object]) -> str:
    return msgspec.json.encode(payload).decode()
