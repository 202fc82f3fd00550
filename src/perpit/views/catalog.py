"""The instruments that are listed, by symbol and by id."""

from perpit.domain.instrument import Instrument


class CatalogView:
    """`by_id[symbol_id]` and `by_symbol[symbol]` name the same instruments, in the order of their listing."""

    __slots__ = ("by_id", "by_symbol")

    def __init__(self) -> None:
        self.by_id: list[Instrument] = []
        self.by_symbol: dict[str, Instrument] = {}

    def list_instrument(self, instrument: Instrument) -> None:
        assert instrument.symbol_id == len(self.by_id), instrument.symbol
        self.by_id.append(instrument)
        self.by_symbol[instrument.symbol] = instrument
