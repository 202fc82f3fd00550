"""The instruments that are listed, by symbol, by id, and by symbol within each market."""

from perpit.domain.instrument import Instrument


class CatalogView:
    """`by_id[symbol_id]` and `by_symbol[symbol]` name the same instruments, in the order of their listing."""

    __slots__ = ("_by_market", "by_id", "by_symbol")

    def __init__(self) -> None:
        self.by_id: list[Instrument] = []
        self.by_symbol: dict[str, Instrument] = {}
        self._by_market: dict[int, dict[str, Instrument]] = {}

    def list_instrument(self, instrument: Instrument) -> None:
        assert instrument.symbol_id == len(self.by_id), instrument.symbol
        self.by_id.append(instrument)
        self.by_symbol[instrument.symbol] = instrument
        self.symbols_of(instrument.market)[instrument.symbol] = instrument

    def symbols_of(self, market: int) -> dict[str, Instrument]:
        """The instruments of one market by symbol: always the same dictionary, which grows with the market."""
        return self._by_market.setdefault(market, {})
