"""Hypothesis strategies for commands: one of every kind, with every value that its fields can hold."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from perpit.domain.basket import BasketPart
from perpit.domain.commands import (
    AdjustMargin,
    Advance,
    AmendOrder,
    CancelAlgoOrder,
    CancelAllAlgoOrders,
    CancelAllOrders,
    CancelOrder,
    Command,
    CreateAccount,
    CreateKey,
    EditKey,
    HouseDepth,
    HouseTrade,
    ListAsset,
    ListInstrument,
    PinMarkPrice,
    PlaceOrder,
    RevokeKey,
    ScheduleDelivery,
    SetAssetIndex,
    SetBasketPrices,
    SetCountdown,
    SetFeeBurn,
    SetFeeTier,
    SetIndexPrice,
    SetLeverage,
    SetMarginType,
    SetMultiAssets,
    SetPositionMode,
    SetStanding,
    SignAgreement,
    StartGrid,
    StopGrid,
    Transfer,
)
from perpit.domain.instrument import Bracket, Instrument
from perpit.domain.words import INVERSE

integer = st.integers(-(2**70), 2**70)
word = st.integers(-(2**63), 2**63 - 1)  # ids and words of the domain are machine words
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
integers = st.lists(integer, max_size=5)
flag = st.booleans()

brackets = st.lists(st.builds(Bracket, *[integer] * len(Bracket.FIELDS)), max_size=4)

baskets = st.lists(st.builds(BasketPart, text, text, integer), max_size=3)

INSTRUMENT_TEXTS = ("symbol", "pair", "contract_type", "base_asset", "quote_asset", "margin_asset")
INSTRUMENT_FIXED = {
    "contract_kind": st.just(INVERSE),  # a linear one would have to fit its grid
    "lot_e8": st.integers(1, 2**70),
    "brackets": brackets,
    "needs_agreement": flag,
    "basket": baskets,
}
instruments = st.builds(
    Instrument,
    *[
        INSTRUMENT_FIXED.get(name, text if name in INSTRUMENT_TEXTS else integer)
        for name in Instrument.FIELDS
    ],
)

KINDS: dict[type[Command], tuple[SearchStrategy, ...]] = {
    Advance: (),
    ListInstrument: (instruments,),
    CreateAccount: (text,),
    CreateKey: (word, text, text, integer, text, integer, st.lists(text, max_size=3)),
    EditKey: (text, text, integer, st.lists(text, max_size=3)),
    RevokeKey: (text,),
    Transfer: (word, integer, text, integer),
    SetLeverage: (word, word, integer),
    SetIndexPrice: (word, integer),
    SetBasketPrices: (word, integers),
    PinMarkPrice: (word, integer),
    ScheduleDelivery: (word, word),
    HouseDepth: (word, integers, integers, integers, integers),
    HouseTrade: (word, word, integer, integer),
    PlaceOrder: (
        *(word, word, text, word, word, word, integer, integer, flag),
        *(word, word, flag, integer, word, flag, integer, integer, integer, word, flag),
    ),
    AmendOrder: (word, word, word, text, word, integer, integer, integer, word, word),
    CancelOrder: (word, word, word, text),
    CancelAllOrders: (word, word),
    SetPositionMode: (word, integer, flag),
    SetMarginType: (word, word, word),
    AdjustMargin: (word, word, word, integer),
    SetMultiAssets: (word, flag),
    SetAssetIndex: (text, integer),
    ListAsset: (text, integer, integer, integer, integer, integer, integer),
    SetFeeBurn: (word, flag),
    SetFeeTier: (word, word, word, integer, integer),
    SignAgreement: (word,),
    SetStanding: (word, integer),
    CancelAlgoOrder: (word, word, text),
    CancelAllAlgoOrders: (word, word),
    SetCountdown: (word, word, integer),
    StartGrid: (word, word, word, word, integer, integer, integer, integer),
    StopGrid: (word, integer),
}


@st.composite
def commands_of_any_kind(draw: st.DrawFn) -> Command:
    """A command with its time."""
    kind = draw(st.sampled_from(list(KINDS)))
    command = kind(*[draw(strategy) for strategy in KINDS[kind]])
    command.time_ms = draw(st.integers(0, 2**62))
    return command


def contents(thing: object) -> object:
    """All that a command says, as plain values that can be compared."""
    if isinstance(thing, list):
        return [contents(item) for item in thing]
    fields = getattr(type(thing), "FIELDS", None)
    if fields is None:
        return thing
    stamp = (thing.seq, thing.time_ms) if isinstance(thing, Command) else ()
    return (type(thing).__name__, *stamp, *(contents(getattr(thing, name)) for name in fields))
