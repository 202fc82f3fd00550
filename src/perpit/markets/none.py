"""No market: whoever owns the venue sets prices and trades himself."""

from perpit.domain.commands import Command


class NoMarket:
    """A source that never has anything to say."""

    def due_ms(self) -> int | None:
        return None

    def commands(self, now_ms: int) -> list[Command]:
        return []
