"""The two products that the exchange speaks of, USDⓈ-M and COIN-M, and all that differs between them, as a table.

Handlers, frames and payloads are written once, in the words of USDⓈ-M. A `Product` says which wallets and paths are
its own, and a `Shape` how a row of some noun looks there: fields that have another name, are left out, or come on top
(semantics 9). What a value is worth, in quote or in coin, is the domain's business and stands in `Instrument`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from perpit.domain.instrument import Instrument
from perpit.domain.words import COIN_M, FOK, GTC, GTD, GTX, IOC, USDS_M

Body = dict[str, Any]
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Shape(NamedTuple):
    """How a row differs from the one that the handler made.

    `added` names fields by attributes of the instrument; `as_text` are numbers that are written as text; `twice` are
    second names of fields.
    """

    renamed: Mapping[str, str] = NOTHING
    without: frozenset[str] = frozenset()
    added: Mapping[str, str] = NOTHING
    as_text: frozenset[str] = frozenset()
    twice: Mapping[str, str] = NOTHING

    def of(self, row: Body, instrument: Instrument | None = None) -> Body:
        """The row in this shape; `instrument` is needed where fields are added."""
        renamed, without = self.renamed, self.without
        shaped = {renamed.get(name, name): value for name, value in row.items() if name not in without}
        for name, attribute in self.added.items():
            shaped[name] = getattr(instrument, attribute)
        for name in self.as_text:
            shaped[name] = str(shaped[name])
        for second_name, name in self.twice.items():
            shaped[second_name] = shaped[name]
        return shaped


class Product(NamedTuple):
    """One product.

    `traded_field` is what a fill is worth, and the field of its quantity in the other asset; `executed_field` what all
    fills of an order are worth, and the field that the other product has for it, "0" here. `writes_pair`: what placing
    and cancelling answer names the pair. `symbol_type` marks public frames, `frame_fields` are those that they have and
    the other product's have not; `frames_name_pair`: they did so before those of both products. `lists_one`: an answer
    about one symbol is a list with one row. `names_account`: user data carry the account's alias and the margin asset.
    `tells_trades_alone`: user data have TRADE_LITE. `shows_flat_sides`: an account in hedge mode sees BOTH, too.
    `has_routes`: streams are split over /public, /market and /private. `transfer_notes` is what a row of income says of
    money that came in, and of money that went out;
    `income_days` how far apart its times may be, 0 for any span. `candle_days`: as many days candles are asked for at
    most, the newest of them are answered; 0: any span, the first of it are. `streams_price_candles`: there are streams
    of candles of index and mark price. `has_seconds`: continuous candles come in seconds, too. `former_filters` are
    those that exchangeInfo had once, `settles_perpetuals`: one that is delisted has words of its own for that; shapes
    whose noun begins with "former" are those of older profiles.
    """

    market: int
    title: str
    prefix: str
    traded_field: tuple[str, str]
    executed_field: tuple[str, str]
    writes_pair: bool
    symbol_type: int
    frame_fields: frozenset[str]
    frames_name_pair: bool
    lists_one: bool
    names_account: bool
    tells_trades_alone: bool
    shows_flat_sides: bool
    transfer_notes: tuple[str, str]
    income_days: int
    candle_days: int
    has_seconds: bool
    settles_perpetuals: bool
    streams_price_candles: bool
    times_in_force: tuple[int, ...]
    filters: tuple[str, ...]
    former_filters: tuple[str, ...]
    ticker_period_ms: int
    has_routes: bool
    shapes: dict[str, Shape]


PAIR: Final = {"pair": "pair"}
FILTERS: Final = ("PRICE_FILTER", "LOT_SIZE", "MARKET_LOT_SIZE", "MAX_NUM_ORDERS")

# What the exchange does not show of an order that it placed itself (semantics 2.8.3).
FORCED_WITHOUT: Final = frozenset(("cumQty", "priceMatch", "selfTradePreventionMode"))

USDS_M_SHAPES: Final = {
    "former forced order": Shape(
        without=FORCED_WITHOUT | {"priceProtect", "goodTillDate", "pair", "cumBase"}
    ),
    "former funding": Shape(without=frozenset(("rateType",))),
    "former aggregate": Shape(without=frozenset(("nq",))),
    "former fill": Shape(without=frozenset(("pair", "marginAsset", "baseQty"))),
    "open interest": Shape(without=frozenset(("contractType",))),
    "open interest row": Shape(without=frozenset(("contractType",))),
    "forced order": Shape(without=FORCED_WITHOUT | {"priceProtect", "goodTillDate"}),
    "symbol": Shape(without=frozenset(("contractSize", "equalQtyPrecision"))),
}
COIN_M_SHAPES: Final = {
    "former forced order": Shape(without=FORCED_WITHOUT | {"cumQuote"}),
    "former aggregate": Shape(without=frozenset(("nq",))),
    "former fill": Shape(without=frozenset(("quoteQty",))),
    "open interest": Shape(added={"pair": "pair"}),
    "open interest row": Shape(without=frozenset(("CMCCirculatingSupply",))),
    "top positions": Shape(renamed={"longAccount": "longPosition", "shortAccount": "shortPosition"}),
    "forced order": Shape(without=FORCED_WITHOUT),
    "exchange": Shape(without=frozenset(("futuresType", "assets"))),
    "symbol": Shape(
        renamed={"status": "contractStatus"},
        without=frozenset(("settlePlan",)),
    ),
    "depth": Shape(added={"symbol": "symbol", **PAIR}),
    "trade": Shape(renamed={"quoteQty": "baseQty"}, without=frozenset(("isRPITrade",))),
    "aggregate": Shape(without=frozenset(("nq",))),
    "premium": Shape(added=PAIR),
    "price": Shape(added={"ps": "pair"}),
    "book": Shape(added=PAIR),
    "day": Shape(renamed={"quoteVolume": "baseVolume"}, added=PAIR),
    # qtylFloor is how the exchange's pages write it (semantics 1.1.2), qtyFloor what clients read, ccxt among them
    "bracket": Shape(
        renamed={"notionalCap": "qtyCap", "notionalFloor": "qtylFloor"}, twice={"qtyFloor": "qtylFloor"}
    ),
    "balance": Shape(
        renamed={"maxWithdrawAmount": "withdrawAvailable"}, without=frozenset(("marginAvailable",))
    ),
    "asset": Shape(without=frozenset(("marginAvailable",))),
    "account": Shape(without=frozenset(("feeBurn", "multiAssetsMargin", "tradeGroupId"))),
    "account position": Shape(
        renamed={"maxNotional": "maxQty", "notional": "notionalValue"},
        without=frozenset(("bidNotional", "askNotional")),  # isolatedWallet: the WebSocket API shows it
    ),
    "position": Shape(
        renamed={"maxNotionalValue": "maxQty", "notional": "notionalValue"},
        without=frozenset(("isolated", "adlQuantile")),
    ),
    "leverage": Shape(renamed={"maxNotionalValue": "maxQty"}),
    "commission": Shape(without=frozenset(("rpiCommissionRate",))),
    "former funding": Shape(without=frozenset(("markPrice", "rateType"))),
    "funding": Shape(without=frozenset(("markPrice", "rateType"))),
    "margin change": Shape(without=frozenset(("deltaType",))),
    "income": Shape(as_text=frozenset(("tranId",))),
}

USDS: Final = Product(
    market=USDS_M,
    title="USDⓈ-M",
    prefix="/fapi",
    traded_field=("quoteQty", "baseQty"),
    executed_field=("cumQuote", "cumBase"),
    writes_pair=False,
    symbol_type=1,
    frame_fields=frozenset(("nq", "ap")),  # quantity without RPI orders, moving average of the mark price
    frames_name_pair=False,
    lists_one=False,
    names_account=False,
    tells_trades_alone=True,
    shows_flat_sides=False,
    transfer_notes=("TRANSFER", "TRANSFER"),
    income_days=0,
    candle_days=0,
    has_seconds=True,  # semantics 8.2.2
    settles_perpetuals=True,  # semantics 3.6.5
    streams_price_candles=False,
    times_in_force=(GTC, IOC, FOK, GTX, GTD),
    filters=(*FILTERS, "MIN_NOTIONAL", "PERCENT_PRICE", "POSITION_RISK_CONTROL"),
    former_filters=("MAX_NUM_ALGO_ORDERS",),  # semantics 5.9.4
    ticker_period_ms=2_000,
    has_routes=True,
    shapes=USDS_M_SHAPES,
)
COIN: Final = Product(
    market=COIN_M,
    title="COIN-M",
    prefix="/dapi",
    traded_field=("baseQty", "quoteQty"),
    executed_field=("cumBase", "cumQuote"),
    writes_pair=True,
    symbol_type=2,
    frame_fields=frozenset(),
    frames_name_pair=True,
    lists_one=True,
    names_account=True,
    tells_trades_alone=False,
    shows_flat_sides=True,
    transfer_notes=("DEPOSIT", "WITHDRAW"),
    income_days=365,  # semantics 4.6.4
    candle_days=200,  # semantics 8.2.7
    has_seconds=False,
    settles_perpetuals=False,
    streams_price_candles=True,  # semantics 7.3
    times_in_force=(GTC, IOC, FOK, GTX),
    filters=(*FILTERS, "MAX_NUM_ALGO_ORDERS", "PERCENT_PRICE"),
    former_filters=(),
    ticker_period_ms=500,  # semantics 7.3
    has_routes=False,  # semantics 7.1.2
    shapes=COIN_M_SHAPES,
)
PRODUCTS: Final = {product.market: product for product in (USDS, COIN)}


def shaped(noun: str, row: Body, instrument: Instrument) -> Body:
    """A row about an instrument as its product shows it; the row itself when it shows it as it is."""
    return shaped_for(PRODUCTS[instrument.market], noun, row, instrument)


def shaped_for(product: Product, noun: str, row: Body, instrument: Instrument | None = None) -> Body:
    """The same for a row that is about no instrument, or about a product's own kind of row."""
    shape = product.shapes.get(noun)
    return row if shape is None else shape.of(row, instrument)
