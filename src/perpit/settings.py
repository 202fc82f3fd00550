"""Settings: what `perpit serve` can be told, on the command line, in the environment or in perpit.toml.

Read by the command line and by whoever builds a `Venue` in process. `OPTIONS` is the one list of all of them:
the name, the default, and the function that turns text into a value or says what is wrong. A value comes
from the first of: command line (`--no-limits`), environment (`PERPIT_NO_LIMITS`), file (`no_limits = true`),
default.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from perpit.domain.numbers import parse_scaled

DURABILITIES = ("fsync", "os", "none")
# Which exchange is served: what each of them does stands in `perpit.binance.profiles`, which this room does not see.
PROFILES = ("union", "2025-11", "2025-12-09", "2026-04-23", "2026-06-30")
ASSET = re.compile(r"[A-Z0-9]{1,20}")
SYMBOL = re.compile(r"[A-Z0-9]{2,20}(_[A-Z0-9]{2,10})?")


class BadSetting(Exception):
    """A setting that cannot be used; the message is one line that says what is wrong and what to do."""


class ClockSetting(NamedTuple):
    """`wall`, `scaled:10` (ten times as fast), `manual`, or `manual:1700000000000` (where it starts)."""

    mode: str
    speed: float = 1.0
    time_ms: int = 0

    def __str__(self) -> str:
        return f"scaled:{self.speed:g}" if self.mode == "scaled" else self.mode


class MarketSetting(NamedTuple):
    """`synthetic`, `none`, or `recorded:PATH`."""

    kind: str
    path: Path | None = None

    def __str__(self) -> str:
        return self.kind if self.path is None else f"{self.kind}:{self.path}"


class Settings(msgspec.Struct, kw_only=True, frozen=True):
    """Every setting of a venue, checked. `data` is None when everything stays in memory.

    `circulating_supply` is in 1e-8 of each coin, by asset, instead of what the catalogue has.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path | None = None
    durability: str = "none"
    market: MarketSetting = MarketSetting("synthetic")
    symbols: tuple[str, ...] = ("BTCUSDT", "ETHUSDT", "BTCUSD_PERP")
    symbols_given: bool = False
    seed: int = 1
    clock: ClockSetting = ClockSetting("wall")
    profile: str = "union"
    limits: bool = True
    connection_attempts: int = 0
    strict_time: bool = False
    self_signed: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    ready_file: Path | None = None
    on_bad_line: str = "stop"
    demo_balance_units: int = 100_000 * 100_000_000
    circulating_supply: dict[str, int] = {}


def text(value: str) -> str:
    """Any text that is not empty."""
    if not value.strip():
        raise ValueError("is empty; leave it out or give it a value")
    return value.strip()


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"-?\d{1,18}", value.strip(), re.ASCII):
            raise ValueError(f"{value!r} is not a whole number; give one from {lowest} to {highest}")
        number = int(value)
        if not lowest <= number <= highest:
            raise ValueError(f"{number} is out of range; give one from {lowest} to {highest}")
        return number

    return parse


def flag(value: str) -> bool:
    """True or false, in the words people use for them."""
    word = value.strip().lower()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off", ""):
        return False
    raise ValueError(f"{value!r} is neither true nor false; say one of them")


def one_of(*choices: str) -> Callable[[str], str]:
    """One of some words."""

    def parse(value: str) -> str:
        word = value.strip().lower()
        if word not in choices:
            raise ValueError(f"{value!r} is not known; choose {either(choices)}")
        return word

    return parse


def either(words: tuple[str, ...]) -> str:
    """Some words as a choice: "a, b or c"."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def path(value: str) -> Path:
    """A path; `~` is the home directory."""
    return Path(text(value)).expanduser()


def market(value: str) -> MarketSetting:
    """Where prices come from."""
    kind, colon, rest = value.strip().partition(":")
    if kind == "recorded" and rest:
        recording = path(rest)
        if not recording.is_file():
            raise ValueError(f"there is no recording at {recording}; give the path of a recorded file")
        return MarketSetting(kind, recording)
    if kind in ("synthetic", "none") and not colon:
        return MarketSetting(kind)
    raise ValueError(f"{value!r} is not a market; choose synthetic, none or recorded:PATH")


def symbols(value: str) -> tuple[str, ...]:
    """A list of symbols, without repetition."""
    names = tuple(dict.fromkeys(name.strip().upper() for name in value.split(",") if name.strip()))
    for name in names:
        if not SYMBOL.fullmatch(name):
            raise ValueError(f"{name!r} is not a symbol; write them like BTCUSDT,ETHUSDT")
    if not names:
        raise ValueError("names no symbol; write them like BTCUSDT,ETHUSDT")
    return names


def clock(value: str) -> ClockSetting:
    """How the venue's time runs."""
    mode, colon, rest = value.strip().partition(":")
    if mode == "wall" and not colon:
        return ClockSetting(mode)
    if mode == "manual":
        return ClockSetting(mode, time_ms=whole(1, 4_102_444_800_000)(rest) if colon else 0)
    if mode == "scaled":
        return ClockSetting(mode, speed=speed(rest))
    raise ValueError(f"{value!r} is not a clock; choose wall, scaled:N (N times as fast) or manual")


def speed(value: str) -> float:
    """How many times as fast as the wall a scaled clock runs."""
    number = float(value) if re.fullmatch(r"\d{1,7}(\.\d{1,6})?", value, re.ASCII) else 0.0
    if not 0 < number <= 1_000_000:
        raise ValueError(f"{value!r} is not a speed; say scaled:10 for ten times as fast")
    return number


def amount(value: str) -> int:
    """A decimal amount as units of 1e-8."""
    try:
        units = parse_scaled(value.strip(), 8)
    except ValueError:
        units = -1
    if not 0 <= units <= 10**26:
        raise ValueError(f"{value!r} is not an amount; give a decimal number like 100000 or 2500.50")
    return units


def supplies(value: str) -> dict[str, int]:
    """How much of each coin is in circulation, by asset, in 1e-8 of it."""
    found = {}
    for row in filter(None, (row.strip() for row in value.split(","))):
        asset, _equals, number = row.partition("=")
        try:
            units = amount(number)
        except ValueError:
            units = -1
        if units < 0 or not ASSET.fullmatch(asset.strip().upper()):
            raise ValueError(f"{row!r} is not a supply; write them like BTC=19950000,ETH=120690000")
        found[asset.strip().upper()] = units
    return found


class Option(NamedTuple):
    """One option of `serve`: its default as text (None: no value) and how text becomes its value."""

    default: str | None
    parse: Callable[[str], Any]


OPTIONS: dict[str, Option] = {
    "host": Option("127.0.0.1", text),
    "port": Option("8000", whole(0, 65535)),
    "data": Option(None, path),
    "memory": Option("false", flag),
    "durability": Option(None, one_of(*DURABILITIES)),
    "market": Option("synthetic", market),
    "symbols": Option("BTCUSDT,ETHUSDT,BTCUSD_PERP", symbols),
    "seed": Option("1", whole(0, 2**53)),
    "clock": Option("wall", clock),
    "profile": Option("union", one_of(*PROFILES)),
    "no_limits": Option("false", flag),
    "connection_attempts": Option("0", whole(0, 1_000_000)),
    "strict_time": Option("false", flag),
    "tls": Option(None, one_of("self-signed")),
    "tls_cert": Option(None, path),
    "tls_key": Option(None, path),
    "ready_file": Option(None, path),
    "on_bad_line": Option("stop", one_of("stop", "skip")),
    "demo_balance": Option("100000", amount),
    "circulating_supply": Option("", supplies),
}


# What else is read from the environment: the file of settings, where the other verbs find a venue, and in the workshop
# (make, setup.py, tests).
OTHER_VARIABLES = ("config", "url", "token")
WORKSHOP_VARIABLES = ("PERPIT_COMPILE", "PERPIT_EXPECT_COMPILED", "PERPIT_LONG", "PERPIT_RECORDINGS")


class Given(NamedTuple):
    """One value as somebody wrote it, and where: "--port", "PERPIT_PORT", "port in perpit.toml"."""

    value: str
    where: str


def load(given: Mapping[str, str | bool | None], environ: Mapping[str, str], default_data: Path) -> Settings:
    """The settings of a venue from all sources; raises BadSetting with one line for the first that is wrong.

    `given` are the options of the command line by name, with `config` among them; None means not given.
    """
    check_variables(environ)
    written: dict[str, Given] = {}
    config = given.get("config") or environ.get("PERPIT_CONFIG")
    written.update(read_file(Path(str(config)).expanduser()) if config else read_file_here())
    for name in OPTIONS:
        variable = variable_of(name)
        if variable in environ:
            written[name] = Given(environ[variable], variable)
    for name, value in given.items():
        if name in OPTIONS and value is not None:
            written[name] = Given(str(value).lower() if isinstance(value, bool) else value, option(name))
    values = {name: parse_option(name, written.get(name)) for name in OPTIONS}
    return assemble(values, written, default_data)


def option(name: str) -> str:
    """The name of a setting as an option of the command line."""
    return "--" + name.replace("_", "-")


def variable_of(name: str) -> str:
    """The name of a setting as a variable of the environment."""
    return f"PERPIT_{name.upper()}"


def check_variables(environ: Mapping[str, str]) -> None:
    """A variable that nobody reads is most likely a misspelt one: raises BadSetting with the nearest that is read."""
    names = (*OPTIONS, *OTHER_VARIABLES)
    known = {*map(variable_of, names), *WORKSHOP_VARIABLES}
    for variable in environ:
        if variable.startswith("PERPIT_") and variable not in known:
            meant = variable.removeprefix("PERPIT_").lower()
            nearest = variable_of(difflib.get_close_matches(meant, names, n=1, cutoff=0.0)[0])
            raise BadSetting(f"{variable}: there is no such setting; did you mean {nearest}? Else unset it")


def parse_option(name: str, given: Given | None) -> Any:
    """The value of one option; the default when nobody gave it."""
    default, parse = OPTIONS[name]
    if given is None:
        return None if default is None else parse(default)
    try:
        return parse(given.value)
    except ValueError as wrong:
        raise BadSetting(f"{given.where}: {wrong}") from None


def assemble(values: dict[str, Any], written: Mapping[str, Given], default_data: Path) -> Settings:
    """Settings from single values: what depends on more than one option is decided here."""
    memory = in_memory(values.pop("memory"), values["data"], values["durability"], written)
    data, durability = values.pop("data"), values.pop("durability")
    if (values["tls_cert"] is None) != (values["tls_key"] is None):
        raise BadSetting("--tls-cert and --tls-key belong together; give both or none")
    for name in ("tls_cert", "tls_key"):
        if values[name] is not None and not values[name].is_file():
            raise BadSetting(f"{option(name)}: there is no file at {values[name]}; give that of a PEM file")
        if values[name] is not None and not os.access(values[name], os.R_OK):
            raise BadSetting(f"{option(name)}: {values[name]} cannot be read; give that of a PEM file")
    if values["tls"] is not None and values["tls_cert"] is not None:
        raise BadSetting("--tls self-signed and --tls-cert exclude each other; give one of them")
    return Settings(
        self_signed=values.pop("tls") is not None,
        data=None if memory else data or default_data,
        durability="none" if memory else durability or "fsync",
        limits=not values.pop("no_limits"),
        demo_balance_units=values.pop("demo_balance"),
        symbols_given="symbols" in written,
        **values,
    )


def in_memory(memory: bool, data: Path | None, durability: str | None, written: Mapping[str, Given]) -> bool:
    """Whether nothing is kept: of two that contradict each other, the one from the nearer source wins."""
    if not memory:
        return False
    near = nearness(written["memory"])
    if data is not None and nearness(written["data"]) <= near:
        if nearness(written["data"]) == near:
            raise BadSetting("--memory and --data exclude each other; give one of them")
        return False
    if durability not in (None, "none") and nearness(written["durability"]) <= near:
        raise BadSetting(f"--durability {durability} needs a data directory; leave out --memory")
    return True


def nearness(given: Given) -> int:
    """How near to the command line a value was written: 0 there, 1 in the environment, 2 in a file."""
    return 0 if given.where.startswith("--") else 1 if given.where.startswith("PERPIT_") else 2


def read_file_here() -> dict[str, Given]:
    """The settings of a perpit.toml in the current directory, when there is one."""
    here = Path("perpit.toml")
    return read_file(here) if here.is_file() else {}


def read_file(file: Path) -> dict[str, Given]:
    """The settings of a file: a flat TOML table with the names of the options, `-` or `_` between words."""
    try:
        table = tomllib.loads(file.read_text())
    except FileNotFoundError:
        raise BadSetting(f"--config: there is no file at {file}; give the path of a perpit.toml") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadSetting(f"cannot read {file}: {reason}; write lines like port = 9000") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"{file} is not TOML: {error}; write lines like port = 9000") from None
    return dict(file_entry(file, key, value) for key, value in table.items())


def file_entry(file: Path, key: str, value: object) -> tuple[str, Given]:
    """One line of the file as a setting."""
    name = key.replace("-", "_")
    if isinstance(value, dict):
        raise BadSetting(f"{file}: [{key}] is a table; settings stand without one, like port = 9000")
    if name not in OPTIONS:
        near = difflib.get_close_matches(name, OPTIONS, n=1)
        hint = f"did you mean {near[0]}?" if near else "take it out"
        raise BadSetting(f"{file}: there is no setting {key!r}; {hint}")
    where = f"{key} in {file}"
    if isinstance(value, bool):
        return name, Given(str(value).lower(), where)
    if isinstance(value, str | int | float | date):  # a date that nobody quoted is a profile's name
        return name, Given(str(value), where)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return name, Given(",".join(value), where)
    raise BadSetting(f"{where}: is neither a text nor a number; write {key} = one of them")
