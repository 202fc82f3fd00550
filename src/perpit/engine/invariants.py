"""What must hold after every command, checked from scratch. Tests run it all the time, `verify` at the end."""

from perpit.domain.words import BOTH, BUY, CROSS, HOUSE, LINEAR, LONG, USDS_M
from perpit.engine.account import Account, Exposure, Position
from perpit.engine.book import Ladder
from perpit.engine.market import Market
from perpit.engine.treasury import Treasury


def broken_invariants(markets: list[Market], accounts: list[Account], treasury: Treasury) -> list[str]:
    """Every broken rule in words; empty when all hold."""
    broken: list[str] = []
    resting: dict[int, int] = {}
    for market in markets:
        _check_book(market, resting, broken)
    for account in accounts:
        _check_wallet(account, broken)
        for exposure in account.exposures.values():
            _check_exposure(exposure, resting, broken)
        _check_joint(account, broken)
    if resting:
        broken.append(f"orders on a book that no account knows: {sorted(resting)[:5]}")
    _check_conservation(accounts, treasury, broken)
    _check_positions(markets, accounts, broken)
    return broken


def _check_book(market: Market, resting: dict[int, int], broken: list[str]) -> None:
    """Uncrossed, every level counted right, every queue linked both ways, the best level known."""
    symbol = market.instrument.symbol
    book = market.book
    if book.first_touched is not None:
        broken.append(f"{symbol}: a changed level was not told of")
    bid, ask = book.bids.best, book.asks.best
    if bid is not None and ask is not None and bid.price_ticks >= ask.price_ticks:
        broken.append(f"{symbol}: crossed book {bid.price_ticks} >= {ask.price_ticks}")
    known = len(resting)
    for ladder in (book.bids, book.asks, book.hidden_bids, book.hidden_asks):
        _check_ladder(symbol, ladder, resting, broken)
    if len(resting) - known != market.orders.count:
        broken.append(f"{symbol}: {market.orders.count} orders are indexed, {len(resting) - known} rest")


def _check_ladder(symbol: str, ladder: Ladder, resting: dict[int, int], broken: list[str]) -> None:
    keys = ladder.keys
    if keys != sorted(keys) or len(keys) != len(ladder.levels):
        broken.append(f"{symbol}: ladder out of order")
    for level in ladder.best_first():
        total = 0
        previous = None
        order = level.head
        while order is not None:
            if order.level is not level or order.ahead is not previous or order.remaining_lots <= 0:
                broken.append(f"{symbol}: queue broken at {level.price_ticks}")
                break
            if order.side != ladder.side or order.price_ticks != level.price_ticks:
                broken.append(f"{symbol}: order {order.order_id} stands at the wrong level")
            if order.account_id != HOUSE:
                resting[order.order_id] = order.remaining_lots
            total += order.remaining_lots
            previous = order
            order = order.behind
        if total != level.total_lots or total == 0 or level.tail is not previous:
            broken.append(f"{symbol}: level {level.price_ticks} counts {level.total_lots}, holds {total}")
    best = ladder.best_first()[0] if keys else None
    if best is not ladder.best:
        broken.append(f"{symbol}: best level is not the best")


def _check_exposure(exposure: Exposure, resting: dict[int, int], broken: list[str]) -> None:
    """Open-order notionals equal a recomputation, indexes agree, closing orders fit their position."""
    where = f"{exposure.account.name}/{exposure.market.instrument.symbol}"
    bids = asks = 0
    closing: dict[int, int] = {}
    for order in exposure.orders.values():
        if resting.pop(order.order_id, 0) != order.remaining_lots:
            broken.append(f"{where}: open order {order.order_id} is not on the book")
        if exposure.market.orders.find(order.order_id) is not order:
            broken.append(f"{where}: the market does not know order {order.order_id}")
        if exposure.orders.get(order.request.client_order_id) is not order:
            broken.append(f"{where}: client id of order {order.order_id} is lost")
        if order.position is not exposure.position(order.request.position_side):
            broken.append(f"{where}: order {order.order_id} belongs to another position")
        if order.is_closing:
            side = order.position.position_side
            closing[side] = closing.get(side, 0) + order.remaining_lots
            if not order.position.is_closed_by(order.side):
                broken.append(f"{where}: closing order {order.order_id} would open a position")
            continue
        units = exposure.market.instrument.value_at_e8(order.assumed_e8, order.remaining_lots)
        if order.side == BUY:
            bids += units
        else:
            asks += units
    if (bids, asks) != (exposure.bid_units, exposure.ask_units):
        broken.append(
            f"{where}: open-order notional {exposure.bid_units}/{exposure.ask_units}, is {bids}/{asks}"
        )
    _check_assessment(exposure, where, broken)
    for position in [exposure.both, *exposure.sides]:
        _check_position(position, closing.get(position.position_side, 0), where, broken)


def _check_joint(account: Account, broken: list[str]) -> None:
    """In multi-assets mode all USDⓈ-M wallets are one scope and nothing is isolated, else none knows another."""
    joint = account.joint
    for wallet in account.wallets.values():
        wanted = joint if wallet.market == USDS_M else None
        if wallet.joint is not wanted or wallet.scope.is_joint != (wanted is not None):
            broken.append(f"{account.name}: {wallet.asset} is in another scope than its account says")
    broken += [
        f"{account.name}: {exposure.market.instrument.symbol} is isolated in multi-assets mode"
        for exposure in account.exposures.values()
        if exposure.wallet.joint is not None and exposure.margin_type != CROSS
    ]


def _check_assessment(exposure: Exposure, where: str, broken: list[str]) -> None:
    """What the exposure remembers of its margin is what a fresh reckoning gives."""
    kept = (exposure.margin_units, exposure.profit_units, exposure.present_units)
    was_assessed = exposure.is_assessed and exposure.assessed_at_e8 == exposure.market.mark_e8
    exposure.assessed_at_e8 = -1
    exposure.assess()
    if was_assessed and kept != (exposure.margin_units, exposure.profit_units, exposure.present_units):
        broken.append(
            f"{where}: margin and profit are not those of the position, the mark and the open orders"
        )


def _check_wallet(account: Account, broken: list[str]) -> None:
    """The sums that wallets keep of their exposures are those of the exposures."""
    for wallet in account.wallets.values():
        total = sum(exposure.profit_units - exposure.margin_units for exposure in wallet.exposures)
        if total != wallet.assessed_units:
            broken.append(f"account {account.account_id}, {wallet.asset}: profit less margin is {total}")
        if any(not exposure.is_stale and not exposure.is_assessed for exposure in wallet.exposures):
            broken.append(f"account {account.account_id}, {wallet.asset}: a change was not noted")


def _check_position(position: Position, closing_lots: int, where: str, broken: list[str]) -> None:
    if closing_lots != position.closing_lots or closing_lots > position.size_lots():
        broken.append(f"{where}: closing lots {position.closing_lots}, are {closing_lots}")
    if position.qty_lots == 0 and (position.entry_value != 0 or position.isolated_units != 0):
        broken.append(f"{where}: a flat position has an entry cost or a margin of its own")
    if position.exposure.margin_type == CROSS and position.isolated_units != 0:
        broken.append(f"{where}: a cross position has a margin of its own")
    in_mode = (position.position_side != BOTH) == position.exposure.is_hedged
    if position.qty_lots != 0 and not in_mode:
        broken.append(f"{where}: a position of the other position mode")
    if position.qty_lots * (2 * (position.position_side == LONG) - (position.position_side != BOTH)) < 0:
        broken.append(f"{where}: a side of the hedge has turned over")


def _check_conservation(accounts: list[Account], treasury: Treasury, broken: list[str]) -> None:
    """Per asset: wallets − entry costs + fees + funding + exchanged + dust = deposits − withdrawals (law 4).

    In value units. Entry costs are signed, and those of inverse contracts count with the other sign: such a contract
    is worth more when it was cheaper. `exchanged` is what auto-exchange bought of customers.
    """
    scales: dict[tuple[int, str], int] = dict.fromkeys(treasury.tills, 1)
    entries: dict[tuple[int, str], int] = dict.fromkeys(treasury.tills, 0)
    wallets: dict[tuple[int, str], int] = dict.fromkeys(treasury.tills, 0)
    for account in accounts:
        for key, wallet in account.wallets.items():
            wallets[key] = wallets.get(key, 0) + wallet.wallet_units
            isolated = 0
            for exposure in wallet.exposures:
                instrument = exposure.market.instrument
                scales[key] = instrument.value_scale
                sign = 1 if instrument.contract_kind == LINEAR else -1
                for position in [exposure.both, *exposure.sides]:
                    entries[key] = entries.get(key, 0) + sign * position.entry_value
                    isolated += position.isolated_units
            if isolated != wallet.isolated_units:
                broken.append(
                    f"{account.name}: {key[1]} sets {wallet.isolated_units} units apart, positions hold {isolated}"
                )
    for key in sorted(wallets):
        till = treasury.tills.get(key)
        scale = scales.get(key, 1)
        have = wallets[key] * scale - entries.get(key, 0)
        owed = 0
        if till is not None:
            have += (till.fees_units + till.funding_units + till.exchanged_units) * scale + till.dust_value
            owed = till.net_deposits_units * scale
        if have != owed:
            broken.append(f"{key[1]}: {have} stand against {owed} deposited, in units of 1/{scale}")


def _check_positions(markets: list[Market], accounts: list[Account], broken: list[str]) -> None:
    """For every long lot there is a short one."""
    for market in markets:
        symbol_id = market.instrument.symbol_id
        net = 0
        for account in accounts:
            exposure = account.exposures.get(symbol_id)
            if exposure is not None:
                for position in [exposure.both, *exposure.sides]:
                    net += position.qty_lots
        if net != 0:
            broken.append(f"{market.instrument.symbol}: positions sum to {net} lots")
