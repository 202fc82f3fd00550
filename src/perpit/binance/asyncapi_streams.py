"""Market and user streams as AsyncAPI describes them: a channel for each name that can push, a message for each event.

The names are those of the facts, and of `OWN` for streams that the exchange does not list. Only those are described
that the streams' own tables know (`names_of`), so a stream that is new appears when it is made. What a profile has not
is left out (`asyncapi_told`).
"""

import re
from functools import cache
from typing import Any, Final

import msgspec

from perpit.binance import asyncapi_told as told
from perpit.binance.asyncapi_words import PUSHES, USER_DATA
from perpit.binance.openapi_answers import shape_of
from perpit.binance.products import COIN, PRODUCTS, USDS, Product
from perpit.binance.profiles import Profile
from perpit.binance.streams_control import METHODS
from perpit.binance.streams_names import (
    CONTRACT_TYPES,
    DEPTH_SPEEDS,
    INTERVALS,
    PARTIAL_LEVELS,
    StreamSpec,
    parse_stream_name,
)
from perpit.binance.wire_facts import FACTS
from perpit.domain.words import COIN_M, USDS_M

Json = dict[str, Any]
Described = tuple[Json, Json, Json]  # channels, operations, messages

FILES: Final = {USDS_M: "usds_m.messages.json", COIN_M: "coin_m.messages.json"}
LISTEN_KEY: Final = "<listenKey>"
IDS: Final = {USDS_M: "usds_m", COIN_M: "coin_m"}
PARAMETER: Final = re.compile(r"<(\w+)>")
# The words in a stream's name: what they may be, and one that a product lists, as USDⓈ-M and as COIN-M.
PARAMETERS: Final[dict[str, tuple[Json, tuple[str, str]]]] = {
    "symbol": ({"description": "a symbol in lower case"}, ("btcusdt", "btcusd_perp")),
    "pair": ({"description": "a pair in lower case"}, ("btcusdt", "btcusd")),
    "assetSymbol": ({"description": "the symbol of an asset's index"}, ("btcusd", "btcusd")),
    "contractType": ({"enum": list(CONTRACT_TYPES)}, ("perpetual", "perpetual")),
    "interval": ({"enum": list(INTERVALS)}, ("1m", "1m")),
    "levels": ({"enum": [str(levels) for levels in PARTIAL_LEVELS]}, ("5", "5")),
    "speed": ({"enum": [speed for speed in DEPTH_SPEEDS if speed]}, ("100ms", "100ms")),
}
DEPTH_SPEED: Final = re.compile(r"(@depth(?:<levels>)?)@\d+ms$")  # written out in the facts, a parameter here
# Fields that may be there or be missing, by event and place in it.
MAY: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("contractInfo", ""): {"bks": None},
    ("markPriceUpdate", ""): {"ap": None},  # of USDⓈ-M
    ("ALGO_UPDATE", ""): {"i": "string"},
    ("ACCOUNT_CONFIG_UPDATE", ""): {"ac": None, "ai": {"j": "boolean"}},
    ("ACCOUNT_UPDATE", "a"): {"S": None},
    ("ALGO_UPDATE", "o"): {"ia": None, "rm": "string"},
    ("MARGIN_CALL", ""): {"cw": None},
    ("ORDER_TRADE_UPDATE", "o"): {
        **{"AP": None, "cr": None, "M": None},
        **{"si": "integer", "ss": "integer", "gtd": "integer"},
    },
}


class MessageFact(msgspec.Struct, frozen=True):
    """What the exchange publishes of an event, and of the streams that push it."""

    names: list[str]
    event: str
    shape: str
    fields: Any


_TRADE: Final = {
    "e": "string", "E": "integer", "T": "integer", "s": "string", "t": "integer", "p": "string", "q": "string",
    "X": "string", "m": "boolean",
}  # fmt: skip
# Streams that stand in no list: clients ask for them (clients.md).
OWN: Final = (MessageFact(["<symbol>@trade"], "trade", "object", _TRADE),)
# What COIN-M's list lacks and the venue has there, too: its Algo service, fills alone, and the marks of all symbols.
OF_BOTH: Final = frozenset(("ALGO_UPDATE", "TRADE_LITE", "!markPrice@arr"))


@cache
def facts_of(market: int) -> list[MessageFact]:
    """The facts of one product's streams, and our own."""
    own = listed(market)
    lent = (
        [] if market == USDS_M else [fact for fact in listed(USDS_M) if OF_BOTH & {fact.event, fact.names[0]}]
    )
    return [*own, *lent, *OWN]


@cache
def listed(market: int) -> list[MessageFact]:
    """What the exchange publishes of a product's streams, in the order of the file."""
    raw = (FACTS / FILES[market]).read_bytes()
    return msgspec.json.decode(raw, type=list[MessageFact])


def sample(name: str, market: int) -> str:
    """A name of the facts with words that the product lists in the place of its parameters."""
    which = 0 if market == USDS_M else 1
    return PARAMETER.sub(lambda found: PARAMETERS[found[1]][1][which], name)


def spec_of(name: str, market: int) -> StreamSpec | None:
    """What a name of the facts stands for; None when nothing is pushed under it, and for that of user data."""
    if any(word not in PARAMETERS for word in PARAMETER.findall(name)):
        return None
    return parse_stream_name(sample(name, market))


def names_of(fact: MessageFact, market: int, profile: Profile) -> list[str]:
    """The names of a fact that can push; speeds of depth are one name with a parameter."""
    if fact.names == [LISTEN_KEY]:
        return [LISTEN_KEY] if told.is_told(fact.event, market, profile) else []
    names = dict.fromkeys(DEPTH_SPEED.sub(r"\1@<speed>", name) for name in fact.names)
    specs = {name: spec_of(name, market) for name in names}
    return [
        name for name, spec in specs.items() if spec is not None and told.is_pushed(spec, market, profile)
    ]


def facts_heard(name: str, product: Product, profile: Profile) -> list[tuple[int, MessageFact]]:
    """The facts of what comes under a name, with their markets: of both products in a stream that is merged."""
    spec = spec_of(name, product.market)
    is_merged = spec is not None and told.is_merged(spec, profile)
    return [
        (market, fact)
        for market in (PRODUCTS if is_merged else (product.market,))
        for fact in facts_of(market)
        if name in names_of(fact, market, profile)
    ]


def described(product: Product, profile: Profile) -> Described:
    """The channels, operations and messages of a product's streams."""
    own = product.market
    names = dict.fromkeys(name for fact in facts_of(own) for name in names_of(fact, own, profile))
    channels: Json = {}
    messages: Json = {}
    for name in names:
        channel = channels[channel_name(name, own)] = channel_of(name, product, profile)
        for market, fact in facts_heard(name, product, profile):
            message = message_name(fact, market)
            channel["messages"][message] = {"$ref": f"#/components/messages/{message}"}
            messages[message] = message_of(fact, market, profile)
    operations = {f"push_{name}": pushes(name) for name in channels}
    if product is USDS:
        channels |= control_channels()
        operations |= control_operations()
        messages |= CONTROL_MESSAGES
    return channels, operations, messages


def message_name(fact: MessageFact, market: int) -> str:
    """A message's name; streams of all symbols have events with other fields than those of one."""
    of_all = "_all" if fact.names[0][0] == "!" else ""
    listed = "_list" if fact.shape == "array" else ""
    return f"{IDS[market]}_{fact.event}{of_all}{listed}"


def channel_name(name: str, market: int) -> str:
    """A channel's name: that of its stream, in letters that names may have."""
    return f"{IDS[market]}_{re.sub(r'[^A-Za-z0-9]+', '_', name).strip('_')}" + (
        "_all" if name[0] == "!" else ""
    )


def channel_of(name: str, product: Product, profile: Profile) -> Json:
    """A stream. Its address is the one that is unambiguous for its product."""
    market = product.market
    parameters = dict.fromkeys(PARAMETER.findall(name))
    address = PARAMETER.sub(r"{\1}", name)
    spec = spec_of(name, market)
    route = told.route_of(spec, product, profile)
    channel: Json = {
        "address": f"{told.prefix_of(route, product, profile)}/ws/{address}",
        "title": name,
        "summary": USER_DATA if spec is None else PUSHES[spec.kind],
        "messages": {},
        "x-stream": name,
        "x-market": product.title,
    }
    if route:
        channel["x-route"] = f"/{route}"
    if spec is not None and told.is_merged(spec, profile):
        channel["description"] = "Tells of both products, on either host."
    if spec is not None and told.crosses(spec, profile):
        channel["description"] = "Comes on the other product's host, too."
    if parameters:
        channel["parameters"] = {word: parameter(word, market) for word in parameters}
        if spec is not None and told.has_seconds(spec, profile):
            channel["parameters"]["interval"]["enum"] = ["1s", *INTERVALS]
    return channel


def parameter(word: str, market: int) -> Json:
    if word == "listenKey":
        return {"description": "an account's listen key"}
    about, samples = PARAMETERS[word]
    example = samples[0 if market == USDS_M else 1]
    return dict(about) if "enum" in about else {**about, "examples": [example]}


def message_of(fact: MessageFact, market: int, profile: Profile) -> Json:
    """An event as a message, without what the profile does not tell; some push several in one list."""
    shape = shape_of(fact.fields)
    shape["properties"]["e"] = {"type": "string", "const": fact.event}
    if "k" in shape["properties"]:
        shape["properties"]["k"]["properties"]["i"]["enum"] = [*INTERVALS, "1s"]
    for place, field in told.untold(fact.event, market, profile):
        _drop(shape["properties"][place] if place else shape, field)
    for (event, place), fields in MAY.items():
        if event == fact.event:
            _loosen(shape["properties"][place] if place else shape, fields)
    if fact.shape == "array":
        shape = {"type": "array", "items": shape}
    return {"name": fact.event, "title": fact.event, "payload": shape}


def _drop(shape: Json, field: str) -> None:
    """A field that is not there."""
    if shape["properties"].pop(field, None) is not None:
        shape["required"].remove(field)


def _loosen(shape: Json, fields: dict[str, Any]) -> None:
    """Fields that may be missing; those with a type are added where the facts lack them."""
    for name, kind in fields.items():
        if kind is not None:
            shape["properties"].setdefault(name, shape_of(kind))
    shape["required"] = [name for name in shape["required"] if name not in fields]


def pushes(channel: str) -> Json:
    return {"action": "send", "channel": {"$ref": f"#/channels/{channel}"}}


_ID: Final[Json] = {"type": ["integer", "string"], "description": "comes back as it was sent"}
CONTROL_MESSAGES: Final[Json] = {
    "streams_request": {
        "title": "Choose streams on an open socket",
        "payload": {
            "type": "object",
            "required": ["method", "id"],
            "properties": {
                "method": {"type": "string", "enum": list(METHODS)},
                "params": {"type": "array", "items": {"type": ["string", "boolean"]}},
                "id": _ID,
            },
        },
        "examples": [{"payload": {"method": "SUBSCRIBE", "params": ["btcusdt@aggTrade"], "id": 1}}],
    },
    "streams_answer": {
        "title": "It is done, or what was asked for",
        "payload": {
            "type": "object",
            "required": ["result", "id"],
            "properties": {"result": {"type": ["null", "array", "boolean"]}, "id": _ID},
        },
        "examples": [{"payload": {"result": None, "id": 1}}],
    },
    "streams_error": {
        "title": "What was wrong",
        "payload": {
            "type": "object",
            "required": ["error"],
            "properties": {"error": {"$ref": "#/components/schemas/Error"}, "id": _ID},
        },
    },
}
SOCKETS: Final = {
    "socket": ("/ws", "A socket that gets payloads as they are."),
    "combined_socket": ("/stream", "A socket that gets each payload wrapped with the name of its stream."),
}


def control_channels() -> Json:
    """Sockets that are opened without a stream, and told later."""
    refs = {name: {"$ref": f"#/components/messages/{name}"} for name in CONTROL_MESSAGES}
    return {
        name: {"address": address, "summary": summary, "messages": dict(refs)}
        for name, (address, summary) in SOCKETS.items()
    }


def control_operations() -> Json:
    """Messages that choose streams, and their answers."""
    return {
        f"choose_streams_on_{name}": {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{name}"},
            "messages": [{"$ref": f"#/channels/{name}/messages/streams_request"}],
            "reply": {
                "channel": {"$ref": f"#/channels/{name}"},
                "messages": [
                    {"$ref": f"#/channels/{name}/messages/{answer}"}
                    for answer in ("streams_answer", "streams_error")
                ],
            },
        }
        for name in SOCKETS
    }


assert {USDS.market, COIN.market} == set(IDS)
