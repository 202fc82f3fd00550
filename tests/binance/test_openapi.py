"""The description of the REST API: that it is one, and that it says what the tables say."""

import json
from collections.abc import Iterator
from typing import Any

import openapi_spec_validator
import pytest

from perpit.binance import errors, openapi_errors, other_products, schema
from perpit.binance.openapi import NOT_HERE, document
from perpit.binance.openapi_answers import BESIDE, answer_of
from perpit.binance.openapi_param_words import AT, MEANS
from perpit.binance.openapi_params import on_the_wire, type_of
from perpit.binance.openapi_words import DOES, VERSION, does
from perpit.binance.profiles import JUNE_2026, NOVEMBER_2025, PROFILES, UNION, Profile, in_words
from perpit.binance.routes import ROUTES, by_target
from perpit.binance.schema import Param
from perpit.control.describe import openapi

Json = dict[str, Any]
TABLE = by_target(ROUTES)


@pytest.fixture(scope="module")
def described() -> Json:
    """As a client reads it."""
    served: Json = json.loads(json.dumps(document(UNION, "1", openapi())))
    return served


def codes(described: Json, method: str, path: str, status: str = "400") -> list[int]:
    """The codes that an answer of this status can carry."""
    response = described["paths"][path][method]["responses"][status]
    if "$ref" in response:
        response = described["components"]["responses"][response["$ref"].rpartition("/")[2]]
    found: list[int] = response["content"]["application/json"]["schema"]["allOf"][1]["properties"]["code"][
        "enum"
    ]
    return found


def test_every_call_stands_in_a_group_that_is_explained(described: Json) -> None:
    explained = {tag["name"] for tag in described["tags"]}
    used = {
        tag
        for path in described["paths"].values()
        for operation in path.values()
        for tag in operation["tags"]
    }
    assert used == explained


def test_every_call_of_the_exchange_says_what_it_answers() -> None:
    places = {route.path: route.place for route in ROUTES if not answer_of(route)}
    unknown = [path for path, place in places.items() if place not in openapi_errors.FOREIGN]
    assert unknown == [], "its shape belongs into the facts, or into OWN of openapi_answers.py"


def test_fields_beside_the_facts_stand_at_places_that_exist() -> None:
    tails = {route.path.removeprefix(route.product.prefix) for route in ROUTES}
    assert [path for beside in BESIDE for path in beside.paths if path not in tails] == []
    places = {route.place for route in ROUTES}
    assert {*openapi_errors.BY_PATH, *openapi_errors.SAID_AT} <= places


def test_what_calls_do_is_said_of_calls_that_exist() -> None:
    places = {VERSION.sub("", route.place, count=1) for route in ROUTES}
    assert set(DOES) == places
    assert does(TABLE["GET/fapi/v3/balance"]) == does(TABLE["GET/dapi/v1/balance"]) == DOES["GET/balance"]
    assert all(said.endswith(".") and said.count(" ") >= 2 for said in DOES.values())


def test_calls_of_products_that_are_not_here_stand_apart_and_say_what_answers_them(described: Json) -> None:
    calls = {
        f"{method} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }
    apart = {name for name, operation in calls.items() if operation["tags"] == [NOT_HERE]}
    assert len(apart) == len(other_products.ROUTES) == 30
    for name in apart:
        said = calls[name]["summary"]
        assert said.startswith("Not here ("), name
        assert "200" in calls[name]["responses"] or "Always refused with -" in said, name
    assert calls["get /fapi/v1/pmAccountInfo"]["summary"].endswith("Always refused with -2015.")
    assert "200" not in calls["get /fapi/v1/pmAccountInfo"]["responses"]
    assert calls["get /fapi/v1/lvtKlines"]["summary"].endswith("Always an empty list.")


def test_statistics_stand_in_the_groups_of_the_products_that_have_them(described: Json) -> None:
    usds, coin = "USDⓈ-M market data", "COIN-M market data"
    groups = {
        path.removeprefix("/futures/data/"): methods["get"]["tags"]
        for path, methods in described["paths"].items()
        if path.startswith("/futures/data/")
    }
    assert groups.pop("takerlongshortRatio") == [usds]
    assert groups.pop("takerBuySellVol") == [coin]
    assert set(map(tuple, groups.values())) == {(usds, coin)}
    call = described["paths"]["/futures/data/topLongShortPositionRatio"]["get"]
    ours, theirs = (call["x-products"][title]["x-parameters"] for title in ("USDⓈ-M", "COIN-M"))
    assert ours["symbol"]
    assert "pair" not in ours
    assert theirs["pair"]
    assert not theirs["contractType"]
    assert call["security"] == [], "neither asks for a key"
    assert call["x-products"]["COIN-M"]["security"] == []


UNITS = ("in the ", "in USD", "in contracts", "in percent", "`fromAsset`", "`toAsset`")


def parameters(profile: Profile) -> Iterator[tuple[str, Json, str]]:
    """Every parameter of a profile, of calls and of the elements of batches: name, schema, description."""
    for methods in document(profile, "1")["paths"].values():
        for param in (param for operation in methods.values() for param in operation["parameters"]):
            shape = param.get("schema") or param["content"]["application/json"]["schema"]
            yield param["name"], shape, param["description"]
            for name, inner in shape.get("items", {}).get("properties", {}).items():
                yield name, inner, inner["description"]


@pytest.mark.parametrize("profile", [UNION, JUNE_2026], ids=["union", "latest"])
def test_every_parameter_says_in_a_line_what_it_is_for_and_in_which_unit(profile: Profile) -> None:
    for name, shape, said in parameters(profile):
        assert said.endswith("."), name
        assert "{" not in said, name
        assert len(said.split()) >= 3, name
        if shape.get("format") == "decimal":
            assert any(unit in said for unit in UNITS), (name, said)
        if shape.get("maximum") == schema.LATEST_MS:
            assert "in milliseconds since 1970" in said, name


def test_examples_are_of_the_product_that_is_called(described: Json) -> None:
    def example(method: str, path: str, name: str) -> Any:
        params = described["paths"][path][method]["parameters"]
        return next(param["schema"]["examples"] for param in params if param["name"] == name)

    assert example("post", "/fapi/v1/order", "quantity") == ["0.010"]
    assert example("post", "/dapi/v1/order", "quantity") == ["1"]
    assert example("get", "/fapi/v1/continuousKlines", "pair") == ["BTCUSDT"]
    assert example("get", "/dapi/v1/continuousKlines", "pair") == ["BTCUSD"]


def test_words_for_parameters_are_of_parameters_that_exist() -> None:
    there = {(route.place, param.name) for route in ROUTES for param in route.params}
    assert set(AT) <= there
    signed = {"recvWindow", "timestamp", "signature"}
    assert set(MEANS) - signed - {"apiKey", "returnRateLimits"} == {name for _place, name in there}


def test_what_is_promised_of_an_order_and_what_is_not() -> None:
    order = answer_of(TABLE["POST/fapi/v1/order"])
    assert {"orderId", "status", "origQty"} <= set(order["required"])
    assert "priceRate" in order["properties"]
    assert "priceRate" not in order["required"]
    assert order["properties"]["side"] == {"type": "string", "enum": ["BUY", "SELL"]}


def test_an_element_of_a_batch_is_an_order_or_an_error() -> None:
    order, error = answer_of(TABLE["POST/fapi/v1/batchOrders"])["items"]["oneOf"]
    assert "code" not in order["properties"]
    assert error == {"$ref": "#/components/schemas/Error"}


def test_a_batch_is_described_as_the_list_that_it_is(described: Json) -> None:
    params = described["paths"]["/fapi/v1/batchOrders"]["post"]["parameters"]
    batch = params[0]["content"]["application/json"]["schema"]
    assert (batch["minItems"], batch["maxItems"]) == (1, 5)
    assert batch["items"]["required"] == ["symbol", "side", "type"]


def test_elements_of_a_batch_are_those_that_the_profile_serves() -> None:
    def element(profile: Profile, method: str, prefix: str) -> Json:
        call = document(profile, "1")["paths"][f"{prefix}/v1/batchOrders"][method]
        found: Json = call["parameters"][0]["content"]["application/json"]["schema"]["items"]
        return found

    conditional = {"STOP_MARKET", "TRAILING_STOP_MARKET"}
    assert conditional <= set(element(UNION, "post", "/fapi")["properties"]["type"]["enum"])
    assert element(JUNE_2026, "post", "/fapi")["properties"]["type"]["enum"] == ["LIMIT", "MARKET"]
    assert element(UNION, "put", "/fapi")["required"] == ["symbol", "side", "quantity"]
    assert element(UNION, "put", "/dapi")["required"] == ["symbol", "side"]
    assert element(JUNE_2026, "put", "/dapi")["required"] == ["symbol", "side", "quantity"]
    assert "modifyId" in element(JUNE_2026, "put", "/fapi")["properties"]
    assert "modifyId" not in element(NOVEMBER_2025, "put", "/fapi")["properties"]


@pytest.mark.parametrize("profile", [UNION, JUNE_2026], ids=["union", "latest"])
def test_it_is_a_valid_description(profile: Profile) -> None:
    openapi_spec_validator.validate(json.loads(json.dumps(document(profile, "1", openapi()))))


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_description_says_which_profile_it_is_of(profile: Profile) -> None:
    served = document(profile, "1")
    assert served["info"]["x-profile"] == profile.name
    assert f"**Profile** `{profile.name}`: {in_words(profile)}." in served["info"]["description"]


@pytest.mark.parametrize(
    ("param", "word"),
    [
        (Param("side", schema.position_side, default=0), "BOTH"),
        (Param("workingType", schema.working_type, default=schema.WORKING_TYPES["MARK_PRICE"]), "MARK_PRICE"),
        (Param("reduceOnly", schema.boolean, default=False), "false"),
        (Param("limit", schema.between(1, 1000), default=500), 500),
    ],
)
def test_a_default_is_shown_as_a_caller_would_write_it(param: Param, word: object) -> None:
    assert on_the_wire(param) == word


def test_bounds_of_numbers_are_described() -> None:
    assert type_of(schema.between(1, 1000)) == {"type": "integer", "minimum": 1, "maximum": 1000}


def test_what_can_be_refused_follows_from_the_call(described: Json) -> None:
    ping = codes(described, "get", "/fapi/v1/ping")
    assert ping == [-1100, -1101]
    assert {-1102, -1120, -1121, -1130} <= set(codes(described, "get", "/fapi/v1/klines"))
    order = codes(described, "post", "/fapi/v1/order")
    assert {-1021, -1022, -1111, -1117, -2019, -2021, -4014, -4164, -5022} <= set(order)
    assert -4046 not in order
    assert -4046 in codes(described, "post", "/fapi/v1/marginType")


def test_a_market_s_own_codes_are_described_for_it_alone(described: Json) -> None:
    assert -4178 in codes(described, "post", "/dapi/v1/order")
    assert -4178 not in codes(described, "post", "/fapi/v1/order")


def test_limits_keys_and_a_venue_that_is_stopped_have_their_statuses(described: Json) -> None:
    statuses = set(described["paths"]["/fapi/v1/order"]["post"]["responses"])
    assert statuses == {"200", "400", "401", "413", "414", "418", "429", "500", "503"}
    assert "401" not in described["paths"]["/fapi/v1/depth"]["get"]["responses"]
    assert codes(described, "post", "/fapi/v1/order", "429") == [-1003, -1015]
    assert codes(described, "get", "/fapi/v1/depth", "429") == [-1003]


def test_every_example_is_an_error_that_can_be_answered(described: Json) -> None:
    examples = described["components"]["examples"]
    known = {kind.code for kind in vars(errors).values() if isinstance(kind, errors.Kind)}
    assert known <= {example["value"]["code"] for example in examples.values()}
    assert examples["-1121"]["value"] == {"code": -1121, "msg": "Invalid symbol."}


def test_a_path_of_both_products_answers_as_the_one_or_the_other(described: Json) -> None:
    call = described["paths"]["/futures/data/topLongShortPositionRatio"]["get"]
    ours, theirs = call["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
    assert "symbol" in ours["items"]["required"]
    assert "pair" in theirs["items"]["required"]
    codes_of = call["responses"]["400"]["content"]["application/json"]["schema"]["anyOf"]
    assert {-1121, -4144} <= {
        code for each in codes_of for code in each["allOf"][1]["properties"]["code"]["enum"]
    }
