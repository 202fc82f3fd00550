"""What calls about symbols share: their parameters, and the instruments that they mean."""

from typing import Final

from perpit.binance import errors, schema
from perpit.binance.call import Call
from perpit.binance.products import COIN, USDS
from perpit.binance.schema import Param
from perpit.domain.instrument import Instrument


def instruments(call: Call) -> list[Instrument]:
    """The instruments of the product whose API is called."""
    return list(call.world.catalog.symbols_of(call.product.market).values())


def named(call: Call) -> list[Instrument]:
    """The instruments that a call with an optional symbol, or an optional pair, is about."""
    instrument, pair = call.values["symbol"], call.values.get("pair")
    if instrument is not None:
        if pair is not None:
            raise errors.BAD_COMBINATION()
        return [instrument]
    return [each for each in instruments(call) if pair in (None, each.pair)]


def check_span(start_ms: int | None, end_ms: int | None) -> None:
    if start_ms is not None and end_ms is not None and start_ms > end_ms:
        raise errors.START_AFTER_END()


SYMBOL: Final[Param] = Param("symbol", schema.symbol, True)
PAIR: Final[Param] = Param(
    "pair", schema.pair, description="all contracts of a pair; not together with symbol"
)


ANY_SYMBOL: Final[Param] = Param("symbol", schema.symbol, description="all symbols when not sent")
SPAN: Final = (Param("startTime", schema.time_ms), Param("endTime", schema.time_ms))
BOTH: Final = (USDS, COIN)
