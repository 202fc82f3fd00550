"""The lines of a table that speak of margin assets, multi-assets mode and fees in BNB; see README.txt."""

from collections.abc import Callable

from perpit.domain import commands as c
from perpit.domain import events as e
from perpit.domain import words as w
from perpit.domain.instrument import Instrument
from perpit.domain.numbers import parse_scaled
from perpit.engine.funds import withdrawable_units
from tests.scenarios.venue import Venue, e8, shown

Found = dict[str, str]
Events = list[e.Event]
Answer = dict[str, str]
NUMBER = r"-?[\d_.]+"


def listing(venue: Venue, found: Found, _instrument: Instrument) -> Events:
    """An asset whose buffers are the same both ways."""
    buffer, exchange = parse_scaled(found["buffer"], 4), parse_scaled(found["exchange"], 4)
    followed = venue.instrument(found["follows"]).symbol_id if found["follows"] else -1
    return venue.apply(
        c.ListAsset(found["asset"], buffer, buffer, exchange, exchange, e8(found["below"] or "0"), followed)
    )


def index(venue: Venue, found: Found, _instrument: Instrument) -> Events:
    price_e8 = 0 if found["price"] == "its-contract's" else e8(found["price"])
    return venue.apply(c.SetAssetIndex(found["asset"], price_e8))


def collateral(venue: Venue, found: Found, _instrument: Instrument) -> Events:
    """Of whatever asset, in the USDⓈ-M wallet."""
    units = e8(found["amount"]) if found["way"] == "brings" else -e8(found["amount"])
    return venue.apply(c.Transfer(venue.accounts[found["who"]], w.USDS_M, found["asset"], units))


def multi_assets(venue: Venue, found: Found, _instrument: Instrument) -> Events:
    return venue.apply(c.SetMultiAssets(venue.accounts[found["who"]], found["on"] == "on"))


def fee_burn(venue: Venue, found: Found, _instrument: Instrument) -> Events:
    return venue.apply(c.SetFeeBurn(venue.accounts[found["who"]], found["on"] == "on"))


def fee_tier(venue: Venue, found: Found, instrument: Instrument) -> Events:
    """Of the market of the contract that the table is about."""
    maker, taker = (parse_scaled(found[rate] or "0", 4) for rate in ("maker", "taker"))
    who = venue.accounts[found["who"]]
    return venue.apply(c.SetFeeTier(who, instrument.market, int(found["tier"]), maker, taker))


STANDINGS = {
    "good": w.GOOD_STANDING,
    "only-reduces": w.ONLY_REDUCES,
    "may-not-order": w.MAY_NOT_ORDER,
    "keys-locked": w.KEYS_LOCKED,
    "inactive": w.INACTIVE,
}


def standing(venue: Venue, found: Found, _instrument: Instrument) -> Events:
    return venue.apply(c.SetStanding(venue.accounts[found["who"]], STANDINGS[found["standing"]]))


def rates(venue: Venue, found: Found, _instrument: Instrument) -> Answer:
    asset = venue.engine.assets.assets[found["asset"]]
    return {
        "index": shown(asset.index_e8()),
        "bid": shown(asset.bid_e8()),
        "ask": shown(asset.ask_e8()),
        "exchange-bid": shown(asset.exchange_bid_e8()),
        "exchange-ask": shown(asset.exchange_ask_e8()),
    }


def assets(venue: Venue, found: Found, _instrument: Instrument) -> Answer:
    """Totals in USD in multi-assets mode; of each asset its wallet and, as may-leave-ASSET, what may leave it."""
    account = venue.engine.accounts[venue.accounts[found["who"]]]
    answer = {"mode": "multi" if account.joint else "single"}
    if account.joint is not None:
        joint = account.joint
        answer["wallets"] = shown(joint.collateral_units())
        answer["balance"] = shown(joint.balance_units())
        answer["initial"] = shown(joint.initial_units())
        answer["maintenance"] = shown(joint.maintenance_units())
        answer["available"] = shown(max(0, joint.balance_units() - joint.initial_units()))
    for (market, asset), wallet in account.wallets.items():
        if market == w.USDS_M:
            answer[asset] = shown(wallet.wallet_units)
            answer[f"may-leave-{asset}"] = shown(withdrawable_units(wallet))
    return answer


COMMANDS: list[tuple[str, Callable[..., Events]]] = [
    (
        rf"asset (?P<asset>\w+) buffer (?P<buffer>{NUMBER}) % exchange (?P<exchange>{NUMBER}) %"
        rf"( below (?P<below>{NUMBER}))?( follows (?P<follows>\w+))?",
        listing,
    ),
    (rf"asset (?P<asset>\w+) is worth (?P<price>{NUMBER}|its-contract's)", index),
    (rf"(?P<who>\w+) (?P<way>brings|takes) (?P<amount>{NUMBER}) (?P<asset>\w+)", collateral),
    (r"(?P<who>\w+) multi-assets (?P<on>on|off)", multi_assets),
    (r"(?P<who>\w+) fees-in-BNB (?P<on>on|off)", fee_burn),
    (
        rf"(?P<who>\w+) tier (?P<tier>\d+)( pays (?P<maker>{NUMBER}) % and (?P<taker>{NUMBER}) %)?",
        fee_tier,
    ),
    (rf"(?P<who>\w+) standing (?P<standing>{'|'.join(STANDINGS)})", standing),
]
QUESTIONS: list[tuple[str, Callable[..., Answer]]] = [
    (r"rates of (?P<asset>\w+)", rates),
    (r"(?P<who>\w+) assets", assets),
]
