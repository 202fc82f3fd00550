"""The contracts that are listed, and their end."""

from typing import Any

from perpit.control.bodies import End
from perpit.control.ports import Ports
from perpit.control.problems import Problem, settled
from perpit.domain.commands import ScheduleDelivery
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import format_shortest
from perpit.domain.words import DELIVERED, DELIVERING, PRE_DELIVERING, TRADING

STATUS = {
    TRADING: "trading",
    PRE_DELIVERING: "closing only",
    DELIVERING: "delivering",
    DELIVERED: "delivered",
}


def instrument_of(ports: Ports, symbol: str) -> Instrument:
    """The listed instrument of a symbol; a Problem when there is none."""
    instrument = ports.world.catalog.by_symbol.get(symbol)
    if instrument is None:
        raise Problem(404, f"there is no symbol {symbol!r}; GET /venue/v1/status lists them")
    return instrument


async def list_instruments(ports: Ports, params: dict[str, str], body: None) -> dict[str, Any]:
    """Every contract: whether it is traded, when it ends, and what it was settled at."""
    return {"instruments": [shown(ports, instrument) for instrument in ports.world.catalog.by_id]}


async def delist(ports: Ports, params: dict[str, str], body: End) -> dict[str, Any]:
    """Settle a perpetual at a time, at the mean index of the half hour before; null takes that back.

    From half an hour before on positions can only be closed. Without a time it is the next whole second.
    """
    instrument = instrument_of(ports, params["symbol"])
    if not instrument.is_perpetual:
        raise Problem(400, f"{instrument.symbol} is delivered at the time in its name")
    due_ms = 0
    if isinstance(body.at_ms, int):
        due_ms = body.at_ms
        if due_ms % 1_000 or due_ms <= ports.clock.now_ms():
            raise Problem(400, "at_ms: must be a whole second of the future")
    elif body.at_ms is not None:
        due_ms = (ports.clock.now_ms() // 1_000 + 1) * 1_000
    settled(await ports.submit(ScheduleDelivery(instrument.symbol_id, due_ms)))
    return shown(ports, instrument)


def shown(ports: Ports, instrument: Instrument) -> dict[str, Any]:
    contract = ports.world.contracts[instrument.symbol_id]
    return {
        "symbol": instrument.symbol,
        "status": STATUS[contract.status],
        "delivery_ms": contract.delivery_ms,
        "settlement_price": format_shortest(contract.settled_e8, 8) if contract.settled_e8 else None,
    }
