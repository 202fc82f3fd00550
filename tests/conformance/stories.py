"""What happens while somebody listens, so that every stream has something to tell."""

from tests.conformance.world import Market, Party, World


def market_day(world: World, market: Market) -> None:
    """A trade, a liquidation, a contract that ends, and some seconds."""
    world.account().order(market, market.main, "BUY", market.qty)
    victim = world.account()
    victim.post(f"{market.prefix}/marginType", symbol=market.liquidated, marginType="ISOLATED")
    world.liquidation(market, victim)
    world.operator.call("POST", f"/instruments/{market.spare}/delist", {})
    for _second in range(6):
        world.operator.advance(1_000)


def account_day(world: World, market: Market, party: Party, poor: Party) -> None:
    """All that user data tell of: settings, orders of every fate, fills, algo orders, a grid, liquidations."""
    post, prefix, main = party.post, market.prefix, market.main
    post(f"{prefix}/leverage", symbol=main, leverage=10)
    if market.has_asset_mode:
        for mode in ("true", "false"):
            post(f"{prefix}/multiAssetsMargin", multiAssetsMargin=mode)
    resting = party.order(market, main, "BUY", market.qty, price="59000")
    about = {"symbol": main, "orderId": resting["orderId"]}
    party.put(f"{prefix}/order", **about, side="BUY", quantity=market.qty, price="58900", modifyId=7)
    party.delete(f"{prefix}/order", **about)
    party.order(market, main, "BUY", market.qty)
    trails = {"symbol": main, "side": "SELL", "type": "TRAILING_STOP_MARKET", "quantity": market.qty}
    if world.takes_stops:
        trailing = post(f"{prefix}/order", **trails, callbackRate="1", activationPrice="61000")
        party.delete(f"{prefix}/order", symbol=main, orderId=trailing["orderId"])
    followed = post(
        f"{prefix}/algoOrder", **trails, algoType="CONDITIONAL", callbackRate="1", activatePrice="61000"
    )
    party.delete(f"{prefix}/algoOrder", algoId=followed["algoId"])
    post(
        f"{prefix}/algoOrder", algoType="CONDITIONAL", symbol=main, side="BUY", type="STOP_MARKET",
        quantity=market.qty, triggerPrice="60050", workingType="MARK_PRICE",
    )  # fmt: skip
    if world.takes_stops:
        hopeless_stop(world, market, party)
    world.mark(main, "60060")
    world.mark(main, "60000")
    grid(world, market, party)
    post(f"{prefix}/marginType", symbol=market.liquidated, marginType="ISOLATED")
    world.liquidation(market, party, poor)


def hopeless_stop(world: World, market: Market, party: Party) -> None:
    """A stop of the older form that closes what is not there any more when it fires."""
    party.post(
        f"{market.prefix}/order", symbol=market.main, side="SELL", type="STOP_MARKET",
        quantity=market.qty, stopPrice="59950", workingType="MARK_PRICE", reduceOnly="true",
    )  # fmt: skip
    party.order(market, market.main, "SELL", market.qty)
    world.mark(market.main, "59940")
    party.order(market, market.main, "BUY", market.qty)


def grid(world: World, market: Market, party: Party) -> None:
    """A long grid takes the maker's offers as it begins, and is stopped."""
    path = f"/accounts/{party.account.name}/grids"
    bounds = {"symbol": market.main, "lower": "59000", "upper": "61000", "grids": 4, "quantity": market.qty}
    begun = world.operator.call("POST", path, {**bounds, "direction": "long"})
    world.operator.call("DELETE", f"{path}/{begun['id']}")
