"""Open interest, and the statistics of the last thirty days under `/futures/data`. Handlers and their routes.

Both products have these paths: a call with `symbol` is about one USDⓈ-M contract, one with `pair` about COIN-M, where
it means all contracts of the pair, or the one of a `contractType`. What the exchange does not document, and what stands
here instead, is decision 44.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from perpit.binance import errors, schema
from perpit.binance.call import Call
from perpit.binance.exchange_info import contract_type
from perpit.binance.limits import STATISTICS_POOL
from perpit.binance.market import SPAN, SYMBOL, check_span
from perpit.binance.products import COIN, USDS, shaped, shaped_for
from perpit.binance.render import digits, units
from perpit.binance.route import Route, routes_of
from perpit.binance.schema import Param
from perpit.binance.security import NONE
from perpit.catalogue.quarters import CURRENT_QUARTER, NEXT_QUARTER
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import div_half_up, div_trunc, format_scaled, format_shortest
from perpit.views.census import Subject
from perpit.views.contracts import ContractView
from perpit.views.intervals import DAY_MS, INTERVALS
from perpit.views.statistics import SHOWN_MS, TakerVolumes

Body = dict[str, Any]
RowAt = Callable[[int], Body | None]

PERPETUAL: Final = "PERPETUAL"
ALL: Final = "ALL"
CONTRACT_TYPES: Final = {name: name for name in (PERPETUAL, CURRENT_QUARTER, NEXT_QUARTER)}
PERIODS: Final = {
    name: INTERVALS[name].length_ms for name in ("5m", "15m", "30m", "1h", "2h", "4h", "6h", "12h", "1d")
}
ON_THE_WAY_MS: Final = 60_000  # a client that asks for exactly thirty days sent its request a moment ago
SHARE: Final = 10_000  # shares and ratios have four decimals
CUT_E8: Final = 10_000  # and so have volumes: 1e-8 cut to 1e-4
YEAR_DAYS: Final = 365


def open_interest(call: Call) -> Body:
    """What all longs of a symbol hold now."""
    instrument = call.values["symbol"]
    row = {
        "symbol": instrument.symbol,
        "openInterest": digits(instrument).qty(call.world.open_interest[instrument.symbol_id].open_lots),
        "contractType": contract_type(instrument, call.world.contracts),
        "time": max(call.now_ms, call.world.time_ms),
    }
    return shaped("open interest", row, instrument)


# What a call is about


class About(NamedTuple):
    """`names` begin each row; `contracts` are those that it is about at a time."""

    names: Body
    contract_type: str
    contracts: Callable[[int], Sequence[ContractView]]
    subject: Callable[[int], Subject | None]


def about(call: Call) -> About:
    """The contract of a symbol, or those of a pair."""
    instrument = call.values.get("symbol")
    if instrument is None:
        return _about_pair(call, call.values["pair"], call.values["contractType"])
    contracts = [call.world.contracts[instrument.symbol_id]]
    return About(
        {"symbol": instrument.symbol}, "", lambda time_ms: contracts, lambda time_ms: instrument.symbol_id
    )


def _about_pair(call: Call, pair: str, kind: str) -> About:
    """Quarters by what they were called at a time: the first that was not delivered is the current one (3.6.2)."""
    listed = [each for each in call.world.contracts if each.instrument.pair == pair]
    if not listed:
        raise errors.BAD_PAIR()
    perpetuals = [each for each in listed if each.instrument.is_perpetual]
    quarters = sorted(
        (each for each in listed if not each.instrument.is_perpetual), key=lambda each: each.delivery_ms
    )

    def contracts(time_ms: int) -> Sequence[ContractView]:
        if kind == ALL:
            return listed
        if kind == PERPETUAL:
            return perpetuals
        left = [each for each in quarters if each.delivery_ms > time_ms]
        return left[:1] if kind == CURRENT_QUARTER else left[1:2]

    def subject(time_ms: int) -> Subject | None:
        if kind == ALL:
            return listed[0].instrument.market, pair
        return next((each.instrument.symbol_id for each in contracts(time_ms)), None)

    return About({"pair": pair}, kind, contracts, subject)


# Which rows a call gets


def rows(call: Call, row_at: RowAt, length_ms: int = 0) -> list[Body]:
    """The rows at the points of the period's grid, oldest first; `length_ms` > 0: a row is about what follows its time.

    With a start the first `limit` from there on, else the newest `limit`. A start before the last thirty days is
    refused; an end before them finds nothing.
    """
    values, statistics = call.values, call.world.statistics
    start_ms, end_ms, limit = values["startTime"], values["endTime"], values["limit"]
    period_ms: int = values["period"]
    check_span(start_ms, end_ms)
    now_ms = max(call.now_ms, call.world.time_ms)
    oldest_ms = now_ms - SHOWN_MS
    if start_ms is not None and start_ms < oldest_ms - ON_THE_WAY_MS:
        raise errors.BEFORE_STATISTICS()
    lowest_ms = max(oldest_ms, statistics.first_ms() - length_ms, start_ms or 0)
    first_ms = -(-lowest_ms // period_ms) * period_ms
    last_ms = (statistics.last_ms() - length_ms) // period_ms * period_ms
    if end_ms is not None:
        last_ms = min(last_ms, end_ms // period_ms * period_ms)
    points = range(first_ms, last_ms + 1, period_ms)
    found: list[Body] = []
    for time_ms in points if start_ms is not None else reversed(points):
        row = row_at(time_ms)
        if row is not None:
            found.append({**row, "timestamp": time_ms})
            if len(found) == limit:
                break
    return found if start_ms is not None else found[::-1]


# Open interest, ratios


def open_interest_history(call: Call) -> list[Body]:
    """Open interest and its value at the mark price, in quote or in coin (semantics 8.4.1).

    The circulating supply of the base asset is a fact of the catalogue or the operator's setting, 0 of what is no coin.
    """
    subject, statistics, period_ms = about(call), call.world.statistics, call.values["period"]

    def row_at(time_ms: int) -> Body | None:
        qty_e8 = value_units = found = trades = supply_units = 0
        for contract in subject.contracts(time_ms):
            instrument = contract.instrument
            shot = statistics.snapshot(instrument.symbol_id, time_ms)
            if shot is None:
                continue
            found += 1
            supply_units = call.desk.supplies.get(instrument.base_asset, 0)
            qty_e8 += shot.open_lots * instrument.lot_e8
            if shot.mark_e8:
                value_units += instrument.value_at_e8(shot.mark_e8, shot.open_lots)
            if statistics.terms.omits_quiet:
                volumes = statistics.volumes(instrument.symbol_id, time_ms - period_ms, time_ms)
                trades += 0 if volumes is None else volumes.trades
        if not found or (statistics.terms.omits_quiet and not trades):
            return None
        return {
            **subject.names,
            "contractType": subject.contract_type,
            "sumOpenInterest": units(qty_e8),
            "sumOpenInterestValue": units(value_units),
            "CMCCirculatingSupply": format_shortest(supply_units, 8),
        }

    return [shaped_for(call.product, "open interest row", row) for row in rows(call, row_at)]


def ratio_rows(noun: str, long_field: str, short_field: str) -> Callable[[Call], list[Body]]:
    """A handler of long/short ratios. Both shares are 0 at a time at which nobody held anything."""

    def handler(call: Call) -> list[Body]:
        subject, statistics = about(call), call.world.statistics

        def row_at(time_ms: int) -> Body | None:
            key = subject.subject(time_ms)
            ratios = None if key is None else statistics.ratios(key, time_ms)
            if ratios is None:
                return None
            long, short = getattr(ratios, long_field), getattr(ratios, short_field)
            whole = long + short
            long_share = div_half_up(long * SHARE, whole) if whole else 0
            return {
                **subject.names,
                "longShortRatio": ratio(long * SHARE, short * SHARE, whole * statistics.terms.empty_side_e4),
                "longAccount": format_scaled(long_share, 4),
                "shortAccount": format_scaled(SHARE - long_share if whole else 0, 4),
            }

        return [shaped_for(call.product, noun, row) for row in rows(call, row_at)]

    handler.__doc__ = "Long and short shares, and their ratio (semantics 8.4.3)."
    return handler


def ratio(one: int, other: int, empty: int) -> str:
    """one ÷ other with four decimals, cut. A side that has nothing counts as `empty` (`StatisticsTerms`)."""
    return format_scaled((one or empty or 1) * SHARE // (other or empty or 1), 4)


# Takers


def taker_ratio(call: Call) -> list[Body]:
    """What takers bought and sold in each period, labelled by its beginning (semantics 8.4.4)."""
    instrument = call.values["symbol"]
    statistics, period_ms = call.world.statistics, call.values["period"]

    def row_at(time_ms: int) -> Body | None:
        volumes = statistics.volumes(instrument.symbol_id, time_ms, time_ms + period_ms)
        if volumes is None:
            return None
        buy_e8, sell_e8 = volumes.buy_lots * instrument.lot_e8, volumes.sell_lots * instrument.lot_e8
        return {
            "buySellRatio": ratio(buy_e8, sell_e8, CUT_E8 * statistics.terms.empty_side_e4),
            "buyVol": four(buy_e8),
            "sellVol": four(sell_e8),
        }

    return rows(call, row_at, period_ms)


def taker_volumes(call: Call) -> list[Body]:
    """The same of COIN-M: contracts, and what they are worth in coin."""
    subject, statistics, period_ms = about(call), call.world.statistics, call.values["period"]

    def row_at(time_ms: int) -> Body | None:
        found: list[tuple[Instrument, TakerVolumes]] = []
        for contract in subject.contracts(time_ms):
            volumes = statistics.volumes(contract.instrument.symbol_id, time_ms, time_ms + period_ms)
            if volumes is not None:
                found.append((contract.instrument, volumes))
        if not found:
            return None
        return {
            **subject.names,
            "contractType": subject.contract_type,
            "takerBuyVol": format_shortest(sum(of.buy_lots * each.lot_e8 for each, of in found), 8),
            "takerSellVol": format_shortest(sum(of.sell_lots * each.lot_e8 for each, of in found), 8),
            "takerBuyVolValue": four(sum(of.buy_value_units for _each, of in found)),
            "takerSellVolValue": four(sum(of.sell_value_units for _each, of in found)),
        }

    return rows(call, row_at, period_ms)


def four(amount_e8: int) -> str:
    """An amount ≥ 0 of 1e-8, cut to four decimals."""
    return format_scaled(amount_e8 // CUT_E8, 4)


# Basis


def basis(call: Call) -> list[Body]:
    """Last price less index price, and a quarter's as a rate of a year (semantics 8.4.5).

    No row before there are both prices. The year's rate is made of the rate as it is shown, as in the recorded row.
    """
    subject = about(call)

    def row_at(time_ms: int) -> Body | None:
        for contract in subject.contracts(time_ms):
            instrument = contract.instrument
            shot = call.world.statistics.snapshot(instrument.symbol_id, time_ms)
            if shot is None or not shot.last_price_ticks or not shot.index_e8:
                continue
            basis_e8 = shot.last_price_ticks * instrument.tick_e8 - shot.index_e8
            rate_e4 = rounded(basis_e8 * SHARE, shot.index_e8)
            return {
                "indexPrice": units(shot.index_e8),
                "contractType": subject.contract_type,
                "basisRate": format_scaled(rate_e4, 4),
                "futuresPrice": digits(instrument).price(shot.last_price_ticks),
                "annualizedBasisRate": annualised(rate_e4, contract, time_ms),
                "basis": units(basis_e8),
                **subject.names,
            }
        return None

    return rows(call, row_at)


def annualised(rate_e4: int, contract: ContractView, time_ms: int) -> str:
    """A rate until the delivery as a rate of a year; nothing for a perpetual."""
    left_ms = contract.delivery_ms - time_ms
    if contract.instrument.is_perpetual or left_ms <= 0:
        return ""
    return format_scaled(rounded(rate_e4 * YEAR_DAYS * DAY_MS, left_ms), 4)


def rounded(numerator: int, denominator: int) -> int:
    """To the nearest, a half away from zero; denominator > 0."""
    half = denominator if numerator >= 0 else -denominator
    return div_trunc(2 * numerator + half, 2 * denominator)


PERIOD: Final[Param] = Param("period", schema.one_of(PERIODS, errors.BAD_PERIOD), True)
PAIR: Final[Param] = Param("pair", schema.pair, True)
ANY_TYPE: Final = schema.one_of({ALL: ALL, **CONTRACT_TYPES}, errors.BAD_STATISTICS_TYPE)
OF_TYPE: Final[Param] = Param("contractType", ANY_TYPE, default=ALL, description="all contracts without it")
SOME: Final = (*SPAN, Param("limit", schema.between(1, 500), default=30))
OF_SYMBOL: Final = (PERIOD, SYMBOL, *SOME)  # what is wrong with the period is said first
OF_PAIR: Final = (PERIOD, PAIR, OF_TYPE, *SOME)


def shared(
    path: str,
    handler: Callable[[Call], Any],
    returns: str,
    weight: int = 0,
) -> tuple[Route, Route]:
    """A path of both products: one row for calls with a symbol, one for calls with a pair."""
    row = Route("GET", path, NONE, weight, handler, OF_SYMBOL, returns=returns, pool=STATISTICS_POOL)
    coin = row._replace(weight=1, params=OF_PAIR, product=COIN, only_with="pair")
    return row, coin


POSITION_RATIO: Final = ratio_rows("top positions", "top_long_lots", "top_short_lots")
ACCOUNT_RATIO: Final = ratio_rows("top accounts", "top_long_accounts", "top_short_accounts")
GLOBAL_RATIO: Final = ratio_rows("all accounts", "long_accounts", "short_accounts")

ROUTES: Final[tuple[Route, ...]] = (
    *routes_of(
        (USDS, COIN),
        Route("GET", "/v1/openInterest", NONE, 1, open_interest, (SYMBOL,), returns="Open interest now."),
    ),
    *shared(
        "/futures/data/openInterestHist",
        open_interest_history,
        "Open interest and its value.",
    ),
    # published as calls that need a key, answered by the exchange without one: ccxt and go-binance send none
    *shared("/futures/data/topLongShortPositionRatio", POSITION_RATIO, "Positions of the top traders."),
    *shared(
        "/futures/data/topLongShortAccountRatio", ACCOUNT_RATIO, "Accounts of the top traders.", weight=1
    ),
    *shared("/futures/data/globalLongShortAccountRatio", GLOBAL_RATIO, "Accounts of everybody."),
    Route(
        "GET",
        "/futures/data/takerlongshortRatio",
        NONE,
        0,
        taker_ratio,
        OF_SYMBOL,
        returns="What takers bought and sold.",
        pool=STATISTICS_POOL,
    ),
    Route(
        "GET",
        "/futures/data/takerBuySellVol",
        NONE,
        1,
        taker_volumes,
        (PERIOD, PAIR, OF_TYPE._replace(required=True), *SOME),
        returns="What takers bought and sold, in contracts and in coin.",
        pool=STATISTICS_POOL,
        product=COIN,
    ),
    Route(
        "GET",
        "/futures/data/basis",
        NONE,
        0,
        basis,
        (
            PERIOD,
            Param("pair", schema.any_pair, True),
            Param("contractType", schema.one_of(CONTRACT_TYPES, errors.BAD_STATISTICS_TYPE), True),
            *SOME,
        ),
        returns="Futures price less index price.",
        pool=STATISTICS_POOL,
    ),
)
