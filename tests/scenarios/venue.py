"""The venue of a scenario: an engine and the naive reference side by side, and the names a table uses.

Text becomes commands here; `phrases` compares what happened with what a table says.
"""

from perpit.domain import commands as c
from perpit.domain import events as e
from perpit.domain import words as w
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import format_shortest, parse_scaled
from perpit.engine.engine import Engine
from tests.instruments import btcdomusdt, btcusd_perp, btcusdt, ethusdt
from tests.reference import Reference
from tests.reference_events import as_rows

START_MS = 1_700_000_000_500
MAKERS = {"BTCUSDT": btcusdt, "ETHUSDT": ethusdt, "BTCUSD_PERP": btcusd_perp, "BTCDOMUSDT": btcdomusdt}


def e8(text: str) -> int:
    """Decimal text, grouped or not, in 1e-8."""
    return parse_scaled(text.replace("_", ""), 8)


def shown(value_e8: int) -> str:
    """1e-8 units as a table writes them, without trailing zeros."""
    return format_shortest(value_e8, 8)


class Venue:
    """Applies commands to both, and remembers accounts and orders by the names of the table."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.reference = Reference()
        self.time_ms = START_MS
        self.instruments: dict[str, Instrument] = {}
        self.accounts: dict[str, int] = {}
        self.labels: dict[int, str] = {}  # order id → label
        self.orders: dict[str, e.OrderAccepted] = {}  # label → how the order was accepted
        self.client_ids = 0
        self.client_labels: dict[tuple[int, str], str] = {}  # (account id, client order id) → label

    # -- names ------------------------------------------------------------------------------------------------------

    def instrument(self, symbol: str) -> Instrument:
        """The instrument of a line, listed when a line first needs it."""
        if symbol not in self.instruments:
            self.list_instrument(MAKERS[symbol](len(self.instruments)))
        return self.instruments[symbol]

    def list_instrument(self, instrument: Instrument) -> None:
        self.apply(c.ListInstrument(instrument))
        self.instruments[instrument.symbol] = instrument

    def ticks(self, instrument: Instrument, price: str) -> int:
        ticks, rest = divmod(e8(price), instrument.tick_e8)
        assert rest == 0, f"{price} is between two ticks of {instrument.symbol}"
        return ticks

    def lots(self, instrument: Instrument, quantity: str) -> int:
        lots, rest = divmod(e8(quantity), instrument.lot_e8)
        assert rest == 0, f"{quantity} is between two lots of {instrument.symbol}"
        return lots

    def price(self, instrument: Instrument, ticks: int) -> str:
        return shown(ticks * instrument.tick_e8)

    def quantity(self, instrument: Instrument, lots: int) -> str:
        return shown(lots * instrument.lot_e8)

    def account_name(self, account_id: int) -> str:
        return next((name for name, known in self.accounts.items() if known == account_id), "house")

    # -- commands ---------------------------------------------------------------------------------------------------

    def apply(self, command: c.Command) -> list[e.Event]:
        """Both apply the command and must tell the same and be in the same state."""
        command.seq, command.time_ms = self.engine.seq + 1, self.time_ms
        events = self.engine.apply(command)
        assert as_rows(events) == self.reference.apply(command), "the reference sees other events"
        assert self.engine.state() == self.reference.state(), "the reference is in another state"
        assert self.engine.check_invariants() == []
        assert self.reference.unbalanced() == {}, "money came from nowhere"
        self._learn(events)
        return events

    def open_account(self, name: str, amount: str, asset: str) -> list[e.Event]:
        events = self.apply(c.CreateAccount(name))
        created = events[-1]
        assert isinstance(created, e.AccountCreated), events
        self.accounts[name] = created.account_id
        if e8(amount):
            events += self.transfer(name, e8(amount), asset)
        return events

    def transfer(self, name: str, units: int, asset: str) -> list[e.Event]:
        market = w.COIN_M if asset == "BTC" else w.USDS_M
        return self.apply(c.Transfer(self.accounts[name], market, asset, units))

    def wait(self, seconds: str) -> list[e.Event]:
        self.time_ms += e8(seconds) // 100_000
        return self.apply(c.Advance())

    def place(self, order: c.PlaceOrder, label: str | None) -> list[e.Event]:
        self.client_labels[order.account_id, order.client_order_id] = label or order.client_order_id
        return self.apply(order)

    def client_id_of(self, label: str) -> str:
        return next((key[1] for key, known in self.client_labels.items() if known == label), "unknown")

    def _learn(self, events: list[e.Event]) -> None:
        """What becomes of an order that waited is known by its label, too."""
        for event in events:
            if isinstance(event, e.OrderAccepted):
                client_id = event.request.client_order_id
                name = self.client_labels.get((event.request.account_id, client_id), client_id)
                self.labels[event.order_id] = name
                self.orders[name] = event

    def next_client_id(self) -> str:
        self.client_ids += 1
        return f"order-{self.client_ids}"

    def order(self, name: str, side: int, instrument: Instrument, quantity: str, price: str) -> c.PlaceOrder:
        return c.PlaceOrder(
            self.accounts[name],
            instrument.symbol_id,
            self.next_client_id(),
            side,
            w.LIMIT if price else w.MARKET,
            w.GTC,
            self.lots(instrument, quantity),
            self.ticks(instrument, price) if price else 0,
        )
