"""What holds whatever a flow does, said without the reference: two that share a mistake would agree about it."""

from itertools import islice

import pytest

from perpit.domain import words as w
from perpit.domain.commands import PinMarkPrice, PlaceOrder
from perpit.domain.events import (
    AlgoOrderChanged,
    Event,
    OrderAccepted,
    OrderCalculated,
    OrderClosed,
    OrderTraded,
    OrderTriggered,
    Refused,
    WalletChanged,
)
from perpit.engine.engine import Engine
from perpit.engine.scope import Scope
from tests.engine.test_reference_agrees import LONG, told
from tests.flows import Flow
from tests.flows_assets import AssetFlow
from tests.flows_triggers import TriggerFlow

SEEDS = range(60) if LONG else range(6)
COMMANDS = 800
FIRED = (AlgoOrderChanged, OrderTriggered)  # what they place trades after everybody was looked at


def scopes(engine: Engine) -> list[Scope]:
    """Every group of positions that stands and falls together."""
    found: list[Scope] = []
    for account in engine.accounts[1:]:
        found += [wallet.scope for wallet in account.wallets.values()]
        for exposure in account.exposures.values():
            if exposure.margin_type == w.ISOLATED:
                found += [exposure.scope_of(position) for position in exposure.positions()]
    return found


def calls(scope: Scope) -> bool:
    """Something must be done with it."""
    return scope.is_unhealthy() or scope.is_in_debt() or scope.is_to_exchange()


def fill_or_kill(events: list[Event]) -> list[str]:
    """Orders that had to be filled whole and were not."""
    wanted = {
        event.order_id: event.qty_lots
        for event in events
        if isinstance(event, OrderAccepted)
        and (event.request.order_type, event.request.time_in_force) == (w.LIMIT, w.FOK)
    }
    for event in events:
        if isinstance(event, OrderTraded) and event.order_id in wanted:
            wanted[event.order_id] -= event.fill_lots
    return [f"order {order_id} lacks {lots}" for order_id, lots in wanted.items() if lots]


def empty(events: list[Event]) -> list[Event]:
    """Orders and fills of nothing."""
    return [
        event
        for event in events
        if (isinstance(event, OrderAccepted) and event.qty_lots <= 0 and not event.request.close_position)
        or (isinstance(event, (OrderTraded, OrderCalculated)) and event.fill_lots <= 0)
    ]


def cross_paid_for_isolated(engine: Engine, before: dict[int, int], events: list[Event]) -> list[int]:
    """Accounts whose cross wallet lost money in a command that was an isolated liquidation and nothing else."""
    liquidated = {
        event.request.account_id
        for event in events
        if isinstance(event, OrderAccepted) and event.request.client_order_id.startswith("autoclose-")
    }
    others = {
        event.request.account_id
        for event in events
        if isinstance(event, (OrderTraded, OrderClosed))
        and not event.request.client_order_id.startswith("autoclose-")
    }
    lost = []
    for account_id in liquidated - others:
        exposures = engine.accounts[account_id].exposures.values()
        paid = any(isinstance(event, WalletChanged) and event.account_id == account_id for event in events)
        isolated = all(exposure.margin_type == w.ISOLATED for exposure in exposures)
        if isolated and paid and cross_units(engine, account_id) < before[account_id]:
            lost.append(account_id)
    return lost


def cross_units(engine: Engine, account_id: int) -> int:
    wallets = engine.accounts[account_id].wallets.values()
    return sum(wallet.cross_wallet_units() for wallet in wallets)


@pytest.mark.parametrize("flow", [Flow, TriggerFlow, AssetFlow])
@pytest.mark.parametrize("seed", SEEDS)
def test_no_flow_breaks_what_always_holds(flow: type[Flow], seed: int) -> None:
    engine = Engine()
    for index, command in enumerate(islice(flow(seed), COMMANDS)):
        where = f"seed {seed}, command {index}: {told(command)}"
        before = {
            account.account_id: cross_units(engine, account.account_id) for account in engine.accounts[1:]
        }
        judged = engine.judge(command)[0] if isinstance(command, PlaceOrder) else None
        timers_due = 0 < engine.next_timer_ms() <= command.time_ms
        events = engine.apply(command)
        refused = next((event.refusal for event in events if isinstance(event, Refused)), 0)
        assert judged in (None, refused) or timers_due, where
        assert fill_or_kill(events) == [], where
        assert empty(events) == [], where
        assert cross_paid_for_isolated(engine, before, events) == [], where
        if isinstance(command, PinMarkPrice) and not any(isinstance(event, FIRED) for event in events):
            assert [scope.key for scope in scopes(engine) if calls(scope)] == [], where
