"""Which exchange is served: as it stood on some day, or all of them at once. One table of switches, a row per profile.

The exchange broke its API three times within seven months: conditional orders went to the Algo service (2025-12-09),
streams to split paths (2026-04-23), COIN-M onto the engine of USDⓈ-M (2026-06-30). A dated profile is the exchange as
it stood on its day, that of a month at the month's end; the latest goes on to the present (semantics 12.10). `union`
takes what any of them took and answers what any of them answered, wherever both can be done at once.

Whoever puts the API together asks for a switch by its name, never for a date: `profile_routes` makes the table of
routes, `StreamHub` its channels, `Gate` its limits. Changes that are no switch: decision 48.
"""

from typing import Final, NamedTuple

from perpit.domain.words import COIN_M, USDS_M

OWN, FOLLOWING, SHARED = "own", "following", "shared"
NEITHER: Final[tuple[int, ...]] = ()
USDS_ONLY: Final[tuple[int, ...]] = (USDS_M,)
COIN_ONLY: Final[tuple[int, ...]] = (COIN_M,)
BOTH: Final[tuple[int, ...]] = (USDS_M, COIN_M)


class Profile(NamedTuple):
    """All switches. Where a switch is of some products only, it holds their markets."""

    name: str

    # --- orders

    algo_service: tuple[int, ...]
    """Markets with /algoOrder and its like: USDⓈ-M since 2025-12-09, COIN-M since 2026-06-30 (semantics 5.9.1)."""

    conditional_orders: tuple[int, ...]
    """Markets whose order calls take the five conditional types; else -4120, USDⓈ-M's since 2025-12-09, COIN-M's since
    2026-06-30 (semantics 5.9.1)."""

    far_price_matches: bool
    """OPPONENT_10 and OPPONENT_20 are taken: not since 2025-10-23, "temporarily" (semantics 5.4.3)."""

    callback_percent: int
    """The largest callback rate of a trailing stop: 10, since 2026-10-23 it is 20 (semantics 5.8.7)."""

    algo_response_types: bool
    """The Algo service reads newOrderRespType: since 2026-01-29."""

    algo_pages: bool
    """allAlgoOrders reads `page`: until 2026-04-20."""

    partial_amendments: tuple[int, ...]
    """Markets where an amendment may leave out price or quantity: COIN-M until 2026-06-30 (semantics 5.6.1)."""

    modify_ids: bool
    """modifyId is read and told, in answers, in the history and as `M`: since 2026-07-28 (semantics 5.6.7)."""

    amends_reduce_only: bool
    """An amendment reads reduceOnly, -5047 included: since 2026-09-16 (semantics 5.6.7)."""

    # --- what answers tell

    writes_tell_value: bool
    """Placing, amending and cancelling answer avgPrice and cumQuote or cumBase: until 2026-07-15 (semantics 5.2.4)."""

    queries_tell_both: bool
    """Queries tell values in both assets (cumQuote and cumBase, quoteQty and baseQty), and USDⓈ-M's pair and
    marginAsset: since 2026-08-05 (semantics 5.2.5)."""

    rate_types: bool
    """fundingRate has rateType: since 2026-07-28 (semantics 3.5.3)."""

    hidden_quantities: bool
    """USDⓈ-M's aggregate trades have nq, the quantity without RPI orders: since 2025-12-31 (semantics 8.1.2)."""

    algo_filter: bool
    """USDⓈ-M's exchangeInfo has the filter MAX_NUM_ALGO_ORDERS: until 2025-12-29 (semantics 5.9.4)."""

    # --- what can be asked, and how far back

    orders_of_all_symbols: bool
    """USDⓈ-M's allOrders does without a symbol: since 2026-08-25 (semantics 6.8)."""

    income_pages: bool
    """income reads `page`: until 2026-10-15."""

    special_funding: bool
    """income knows the type SPECIAL_FUNDING_FEE: since 2026-09-10 (semantics 4.6.1)."""

    second_candles: bool
    """Continuous candles of a second: since 2026-04-20 (semantics 8.2.2)."""

    tradfi: bool
    """Contracts of traditional markets have their calls and the stream tradingSession: since 2025-12-11."""

    fills_kept_days: int
    """How far back userTrades answers: six months, since 2026-08-26 three (semantics 6.8)."""

    trades_kept_days: int
    """How far back historicalTrades answers: a month since 2026-03-19; 0 as far as the venue remembers."""

    aggregates_kept_hours: int
    """How far back aggTrades answers: a year, since 2026-05 24 hours and then 48; 0 as far as it remembers (6.8)."""

    # --- limits

    one_pool: bool
    """Both products count in the same weights and orders: since 2026-06-30. Before, each had its own, and COIN-M no
    limit of ten seconds (semantics 6.6.2)."""

    historical_trades_weight: int
    """The weight of historicalTrades: 20, since 2026-07-29 it is 200."""

    former_coin_weights: bool
    """COIN-M's lists weigh what they did until 2026-06-30: `profile_routes.FORMER_COIN_WEIGHTS`."""

    # --- accounts

    position_mode: str
    """Hedge mode: each market its OWN; COIN-M FOLLOWING USDⓈ-M since 2026-04-10, or -4220; one SHARED by both since
    2026-06-30, which either call changes, -4531 if COIN-M is in the way (semantics 1.7.6)."""

    # --- streams

    routed_paths: bool
    """/public, /market and /private are there: since 2026-03-05 (semantics 7.1.1)."""

    strict_routes: bool
    """USDⓈ-M's streams come on their own path alone, on the unrouted ones those of /public; others are acknowledged and
    stay silent: since 2026-04-23 (semantics 7.1.1)."""

    frames_tell_product: bool
    """Frames have `st`, the product, and those of USDⓈ-M `ps`, the pair: since 2026-06-30 (semantics 7.3)."""

    merged_streams: bool
    """`!ticker@arr`, `!miniTicker@arr`, `!bookTicker`, `!forceOrder@arr` and `!contractInfo` tell of both products on
    either host: since 2026-06-30."""

    crossing_streams: bool
    """Candles and mark prices of a symbol come on the other product's host, too: since 2026-06-30."""

    average_marks: bool
    """USDⓈ-M's mark prices have ap, their moving average: since 2026-03-16 (semantics 3.2.6)."""

    largest_liquidations: bool
    """forceOrder tells of the largest liquidation of a second: since 2026-04-10; before, of the latest (2.8.1)."""

    # --- user data

    coin_expiry_reasons: bool
    """COIN-M's order updates have er: since 2025-12-10 (USDⓈ-M's since 2025-10-23)."""

    coin_trade_lite: bool
    """COIN-M has TRADE_LITE: since 2026-06-30 (semantics 7.5.7)."""

    trigger_reject_events: bool
    """USDⓈ-M tells CONDITIONAL_ORDER_TRIGGER_REJECT: until 2025-12-15 (semantics 5.9.11)."""

    funding_symbols: bool
    """The account update of a funding payment names the symbol, `S`: since 2026-08-07 (semantics 3.5.5)."""

    activations: bool
    """A trailing stop of the Algo service tells when it is activated, `ia`: since 2026-08-21 (semantics 5.9.7)."""


NOVEMBER_2025: Final = Profile(
    name="2025-11",
    algo_service=NEITHER,
    conditional_orders=BOTH,
    far_price_matches=False,
    callback_percent=10,
    algo_response_types=False,
    algo_pages=True,
    partial_amendments=COIN_ONLY,
    modify_ids=False,
    amends_reduce_only=False,
    writes_tell_value=True,
    queries_tell_both=False,
    rate_types=False,
    hidden_quantities=False,
    algo_filter=True,
    orders_of_all_symbols=False,
    income_pages=True,
    special_funding=False,
    second_candles=False,
    tradfi=False,
    fills_kept_days=183,
    trades_kept_days=0,
    aggregates_kept_hours=365 * 24,
    one_pool=False,
    historical_trades_weight=20,
    former_coin_weights=True,
    position_mode=OWN,
    routed_paths=False,
    strict_routes=False,
    frames_tell_product=False,
    merged_streams=False,
    crossing_streams=False,
    average_marks=False,
    largest_liquidations=False,
    coin_expiry_reasons=False,
    coin_trade_lite=False,
    trigger_reject_events=True,
    funding_symbols=False,
    activations=False,
)
DECEMBER_2025: Final = NOVEMBER_2025._replace(
    name="2025-12-09",
    algo_service=USDS_ONLY,
    conditional_orders=COIN_ONLY,
)
APRIL_2026: Final = DECEMBER_2025._replace(
    name="2026-04-23",
    algo_response_types=True,
    algo_pages=False,
    hidden_quantities=True,
    algo_filter=False,
    second_candles=True,
    tradfi=True,
    trades_kept_days=30,
    position_mode=FOLLOWING,
    routed_paths=True,
    strict_routes=True,
    average_marks=True,
    largest_liquidations=True,
    coin_expiry_reasons=True,
    trigger_reject_events=False,
)
JUNE_2026: Final = APRIL_2026._replace(
    name="2026-06-30",
    algo_service=BOTH,
    conditional_orders=NEITHER,
    callback_percent=20,
    partial_amendments=NEITHER,
    modify_ids=True,
    amends_reduce_only=True,
    writes_tell_value=False,
    queries_tell_both=True,
    rate_types=True,
    orders_of_all_symbols=True,
    income_pages=False,
    special_funding=True,
    fills_kept_days=90,
    aggregates_kept_hours=48,
    one_pool=True,
    historical_trades_weight=200,
    former_coin_weights=False,
    position_mode=SHARED,
    frames_tell_product=True,
    merged_streams=True,
    crossing_streams=True,
    coin_trade_lite=True,
    funding_symbols=True,
    activations=True,
)
UNION: Final = JUNE_2026._replace(
    name="union",
    conditional_orders=BOTH,
    far_price_matches=True,
    algo_pages=True,
    partial_amendments=COIN_ONLY,
    writes_tell_value=True,
    income_pages=True,
    trades_kept_days=0,
    aggregates_kept_hours=0,
    position_mode=OWN,
    strict_routes=False,
    merged_streams=False,
    crossing_streams=False,
    trigger_reject_events=True,
)
PROFILES: Final[dict[str, Profile]] = {
    profile.name: profile for profile in (UNION, NOVEMBER_2025, DECEMBER_2025, APRIL_2026, JUNE_2026)
}
LATEST: Final = JUNE_2026  # the exchange of today


def in_words(profile: Profile) -> str:
    """Which exchange a profile is, for a reader."""
    if profile == UNION:
        return "takes and answers what the exchange did at any time since 2025-11"
    return f"the exchange as it {'is since then' if profile == LATEST else 'stood then'}"
