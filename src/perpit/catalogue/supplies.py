"""How much of each coin is in circulation, as `supplies.json` has it. Shown by the history of open interest."""

from functools import cache
from importlib.resources import files

import msgspec

from perpit.domain.numbers import parse_scaled


class Supply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole coins as text, the day or month that the number is of, and who says so."""

    asset: str
    supply: str
    as_of: str
    source: str

    @property
    def units(self) -> int:
        """In 1e-8 of the coin."""
        return parse_scaled(self.supply, 8)


class _File(msgspec.Struct, frozen=True):
    origin: str
    supplies: list[Supply]


@cache
def supplies() -> list[Supply]:
    """Every supply that is known."""
    text = files("perpit.catalogue").joinpath("supplies.json").read_bytes()
    return msgspec.json.decode(text, type=_File).supplies
