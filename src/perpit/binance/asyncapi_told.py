"""What the streams of a profile tell: which names, which events of user data, which fields, and under which address.

The facts are those of today. Here stands what of them a venue has not that is served as the exchange stood earlier;
`asyncapi_streams` asks. `tests/conformance` listens under every profile and finds what is told to be what is described.
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from perpit.binance.products import Product
from perpit.binance.profiles import Profile
from perpit.binance.streams_make import makes
from perpit.binance.streams_names import CROSSING, MERGED, ROUTE_OF_KIND, StreamSpec, is_there
from perpit.binance.userdata import TOLD_EVENTS
from perpit.domain.words import COIN_M, USDS_M

Json = dict[str, Any]

HOSTS: Final = {USDS_M: "/fstream", COIN_M: "/dstream"}
BOTH: Final = (USDS_M, COIN_M)
NAMING_PAIRS: Final = ("bookTicker", "depthUpdate", "24hrTicker", "24hrMiniTicker", "forceOrder")


class Switched(NamedTuple):
    """A field that only is told where a switch of the profile is on; `event` empty: of any event that has it."""

    switch: str
    event: str
    place: str
    field: str
    markets: tuple[int, ...] = BOTH


SWITCHED: Final = (
    Switched("frames_tell_product", "", "", "st"),
    *(Switched("frames_tell_product", event, "", "ps", (USDS_M,)) for event in NAMING_PAIRS),
    Switched("hidden_quantities", "aggTrade", "", "nq"),
    Switched("average_marks", "markPriceUpdate", "", "ap"),
    Switched("funding_symbols", "ACCOUNT_UPDATE", "a", "S"),
    Switched("modify_ids", "ORDER_TRADE_UPDATE", "o", "M"),
    Switched("activations", "ALGO_UPDATE", "o", "ia"),
    Switched("coin_expiry_reasons", "ORDER_TRADE_UPDATE", "o", "er", (COIN_M,)),
)


def untold(event: str, market: int, profile: Profile) -> Iterator[tuple[str, str]]:
    """The fields of an event that a profile does not tell in a market, each as its place and its name."""
    for row in SWITCHED:
        if row.event in ("", event) and market in row.markets and not getattr(profile, row.switch):
            yield row.place, row.field


def is_told(event: str, market: int, profile: Profile) -> bool:
    """Whether sockets of user data hear of an event."""
    if market not in TOLD_EVENTS.get(event, ()):
        return False
    if event == "ALGO_UPDATE":
        return market in profile.algo_service
    if event == "CONDITIONAL_ORDER_TRIGGER_REJECT":
        return profile.trigger_reject_events
    return event != "TRADE_LITE" or market == USDS_M or profile.coin_trade_lite


def is_pushed(spec: StreamSpec, market: int, profile: Profile) -> bool:
    """Whether a stream can push something of a product."""
    return makes(spec, market) and is_there(spec, profile)


def is_merged(spec: StreamSpec, profile: Profile) -> bool:
    """Whether a stream tells of both products on either host."""
    return profile.merged_streams and spec.kind in MERGED


def crosses(spec: StreamSpec, profile: Profile) -> bool:
    """Whether a stream comes on the other product's host, too."""
    return profile.crossing_streams and spec.kind in CROSSING


def has_seconds(spec: StreamSpec, profile: Profile) -> bool:
    """Whether there are candles of a second, which the exchange lists for no other kind."""
    return spec.kind == "continuousKline" and profile.second_candles


def route_of(spec: StreamSpec | None, product: Product, profile: Profile) -> str:
    """The routed path that carries a stream, of user data without a spec; empty where there are none."""
    if not (profile.routed_paths and product.has_routes):
        return ""
    return "private" if spec is None else ROUTE_OF_KIND[spec.kind]


def prefix_of(route: str, product: Product, profile: Profile) -> str:
    """What stands before `/ws` in the address that is sure to carry a stream of a product."""
    host = HOSTS[product.market]
    return f"{host}/{route}" if route and profile.strict_routes else host
