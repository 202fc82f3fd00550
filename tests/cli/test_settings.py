"""Settings: where values come from, which source wins, and what is said about bad ones."""

import re
from pathlib import Path

import pytest

from perpit.settings import OPTIONS, BadSetting, ClockSetting, MarketSetting, Settings, check_variables, load

HOME = Path("/state/perpit")


def loaded(environ: dict[str, str] | None = None, **given: str | bool) -> Settings:
    return load(given, environ or {}, HOME)


def complaint(environ: dict[str, str] | None = None, **given: str | bool) -> str:
    with pytest.raises(BadSetting) as caught:
        loaded(environ, **given)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.fixture(autouse=True)
def an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_without_any_option_a_newcomer_gets_a_durable_synthetic_market() -> None:
    settings = loaded()
    assert (settings.host, settings.port, settings.data) == ("127.0.0.1", 8000, HOME)
    assert (settings.durability, settings.market.kind) == ("fsync", "synthetic")
    assert settings.symbols == ("BTCUSDT", "ETHUSDT", "BTCUSD_PERP")
    assert settings.limits
    assert settings.demo_balance_units == 100_000 * 10**8


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "perpit.toml").write_text('port = 1000\nhost = "0.0.0.0"\nseed = 5\n')
    environ = {"PERPIT_PORT": "2000", "PERPIT_SEED": "6"}
    settings = loaded(environ, port="3000")
    assert (settings.port, settings.seed, settings.host) == (3000, 6, "0.0.0.0")


def test_a_file_may_be_named_and_may_write_lists_and_dashes(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('symbols = ["ethusdt", "BTCUSDT"]\nno-limits = true\ndemo-balance = 2500.5\n')
    settings = loaded(config=str(file))
    assert settings.symbols == ("ETHUSDT", "BTCUSDT")
    assert not settings.limits
    assert settings.demo_balance_units == 250_050_000_000


def test_supplies_are_written_as_a_list_or_as_text(tmp_path: Path) -> None:
    assert loaded().circulating_supply == {}
    settings = loaded(circulating_supply="btc=19950000, ETH = 120690000.5")
    assert settings.circulating_supply == {"BTC": 19_950_000 * 10**8, "ETH": 12_069_000_050_000_000}
    (tmp_path / "perpit.toml").write_text('circulating-supply = ["BTC=1", "ETH=2"]\n')
    settings = loaded(config=str(tmp_path / "perpit.toml"))
    assert settings.circulating_supply == {"BTC": 10**8, "ETH": 2 * 10**8}


def test_memory_means_no_directory_and_no_durability() -> None:
    settings = loaded({"PERPIT_DATA": "/elsewhere", "PERPIT_DURABILITY": "fsync"}, memory=True)
    assert (settings.data, settings.durability) == (None, "none")


def test_a_directory_on_the_command_line_wins_over_memory_in_the_environment() -> None:
    assert loaded({"PERPIT_MEMORY": "1"}, data="/here").data == Path("/here")


def test_clocks_and_markets_have_arguments(tmp_path: Path) -> None:
    recording = tmp_path / "day.gz"
    recording.write_bytes(b"")
    settings = loaded(clock="scaled:60", market=f"recorded:{recording}")
    assert settings.clock == ClockSetting("scaled", 60)
    assert settings.market == MarketSetting("recorded", recording)
    assert loaded(clock="manual:1700000000000").clock == ClockSetting("manual", time_ms=1_700_000_000_000)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"port": "http"}, "--port: 'http' is not a whole number; give one from 0 to 65535"),
        ({"port": "70000"}, "--port: 70000 is out of range; give one from 0 to 65535"),
        ({"durability": "maybe"}, "--durability: 'maybe' is not known; choose fsync, os or none"),
        ({"market": "real"}, "--market: 'real' is not a market; choose synthetic, none or recorded:PATH"),
        ({"market": "recorded:gone.gz"}, "there is no recording at gone.gz"),
        ({"clock": "fast"}, "choose wall, scaled:N (N times as fast) or manual"),
        ({"clock": "scaled:0"}, "--clock: '0' is not a speed"),
        ({"symbols": ","}, "names no symbol; write them like BTCUSDT,ETHUSDT"),
        ({"symbols": "BTC/USDT"}, "'BTC/USDT' is not a symbol"),
        (
            {"profile": "2026-01-01"},
            "--profile: '2026-01-01' is not known; choose union, 2025-11, 2025-12-09, 2026-04-23 or 2026-06-30",
        ),
        ({"demo_balance": "-1"}, "--demo-balance: '-1' is not an amount"),
        ({"circulating_supply": "BTC"}, "--circulating-supply: 'BTC' is not a supply; write them like"),
        ({"circulating_supply": "=5"}, "--circulating-supply: '=5' is not a supply"),
        ({"demo_balance": "1e5"}, "--demo-balance: '1e5' is not an amount"),
        ({"memory": True, "data": "d"}, "--memory and --data exclude each other"),
        ({"memory": True, "durability": "fsync"}, "--durability fsync needs a data directory"),
        ({"tls_cert": "cert.pem"}, "--tls-cert and --tls-key belong together"),
        ({"config": "gone.toml"}, "--config: there is no file at gone.toml"),
    ],
)
def test_a_bad_value_is_answered_with_one_line_that_says_what_to_do(
    given: dict[str, str | bool], says: str
) -> None:
    assert says in complaint(**given)


def test_a_profile_may_stand_in_every_source_and_a_date_in_the_file_needs_no_quotes(tmp_path: Path) -> None:
    assert loaded().profile == "union"
    (tmp_path / "perpit.toml").write_text("profile = 2026-04-23\n")
    assert loaded().profile == "2026-04-23"
    assert loaded({"PERPIT_PROFILE": "2025-12-09"}).profile == "2025-12-09"
    assert loaded({"PERPIT_PROFILE": "2025-12-09"}, profile="2025-11").profile == "2025-11"


def test_a_bad_value_is_named_where_it_stands(tmp_path: Path) -> None:
    assert complaint({"PERPIT_PORT": "x"}).startswith("PERPIT_PORT: ")
    (tmp_path / "perpit.toml").write_text("port = -1\n")
    assert complaint().startswith("port in perpit.toml: -1 is out of range")


def test_an_unknown_name_in_the_file_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "perpit.toml").write_text("prot = 9000\n")
    assert "there is no setting 'prot'; did you mean port?" in complaint()


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("PERPIT_PROT", "PERPIT_PORT"),
        ("PERPIT_port", "PERPIT_PORT"),
        ("PERPIT_SYMBOL", "PERPIT_SYMBOLS"),
        ("PERPIT_NOLIMITS", "PERPIT_NO_LIMITS"),
        ("PERPIT_DEMOBALANCE", "PERPIT_DEMO_BALANCE"),
        ("PERPIT_CONF", "PERPIT_CONFIG"),
    ],
)
def test_an_unknown_variable_of_the_environment_is_not_passed_over(variable: str, nearest: str) -> None:
    said = complaint({variable: "9000"})
    assert said == f"{variable}: there is no such setting; did you mean {nearest}? Else unset it"


def test_variables_that_the_project_reads_elsewhere_are_no_mistake() -> None:
    root = Path(__file__).parents[2]
    places = [root / "src", root / "tests", root / "setup.py", root / "Makefile", root / ".ci"]
    files = [file for place in places for file in (place.rglob("*") if place.is_dir() else [place])]
    named = {
        found
        for file in files
        if file.is_file() and "__pycache__" not in file.parts and file != Path(__file__)
        for found in re.findall(r"PERPIT_[A-Z_]*[A-Z]", file.read_text(errors="replace"))
    }
    assert {"PERPIT_COMPILE", "PERPIT_LONG", "PERPIT_TOKEN", "PERPIT_SEED"} <= named
    check_variables(dict.fromkeys(named, "1"))
    check_variables({"PATH": "/bin", "XPERPIT_PROT": "1"})


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "perpit.toml").write_text("port 9000\n")
    assert "perpit.toml is not TOML" in complaint()
    (tmp_path / "perpit.toml").write_text("[serve]\nport = 9000\n")
    assert "perpit.toml: [serve] is a table" in complaint()
    (tmp_path / "perpit.toml").write_bytes(b"\xff\xfe")
    assert "cannot read perpit.toml: it is not UTF-8 text" in complaint()


def test_every_default_is_a_value_that_could_be_given() -> None:
    for name, (default, parse) in OPTIONS.items():
        assert default is None or parse(default) is not None, name
