"""The engine against the naive reference on flows with accounts in multi-assets mode and fees in BNB."""

from collections import Counter
from itertools import islice

import pytest

from perpit.domain import refusals as no
from perpit.domain import words as w
from perpit.domain.events import (
    Event,
    MarginCalled,
    MultiAssetsChanged,
    OrderCalculated,
    OrderTraded,
    Refused,
    WalletChanged,
)
from perpit.engine.engine import Engine
from tests.engine.test_reference_agrees import CHECKPOINT, LONG, first_difference, told
from tests.flows import Flow
from tests.flows_assets import AssetFlow, ConditionalAssetFlow
from tests.reference import Reference
from tests.reference_events import as_rows

SEEDS = range(200) if LONG else range(10)
COMMANDS = 1000 if LONG else 500


def agree(flow: Flow, seed: int) -> None:
    """Play a flow on both and fail where they first differ."""
    engine, reference = Engine(), Reference()
    for index, command in enumerate(islice(flow, COMMANDS)):
        where = f"seed {seed}, command {index}: {told(command)}"
        got, expected = as_rows(engine.apply(command)), reference.apply(command)
        assert got == expected, f"{where}\n{first_difference(got, expected)}"
        if index % CHECKPOINT == 0 or index == COMMANDS - 1:
            assert engine.check_invariants() == [], where
            assert reference.unbalanced() == {}, where
            assert engine.state() == reference.state(), where


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_tells_what_the_reference_tells_of_accounts_that_pool_their_assets(seed: int) -> None:
    agree(AssetFlow(seed), seed)


@pytest.mark.parametrize("seed", SEEDS[:8] if LONG else SEEDS[:2])
def test_and_of_their_conditional_orders(seed: int) -> None:
    agree(ConditionalAssetFlow(seed), seed)


def _kind(engine: Engine, event: Event) -> str:
    if isinstance(event, WalletChanged):
        return f"cause {event.cause}"
    if isinstance(event, OrderTraded):
        debt = any(
            wallet.wallet_units < 0 for wallet in engine.accounts[event.request.account_id].wallets.values()
        )
        return f"traded, fee in {event.fee_asset or 'margin'}, {'in debt' if debt else 'no debt'}"
    if isinstance(event, Refused):
        return f"refused {event.refusal}"
    return type(event).__name__


def test_the_flows_reach_what_they_are_for() -> None:
    """A flow in which no account is in debt and nobody is exchanged would agree with everything."""
    seen: Counter[str] = Counter()
    for seed in range(28):
        engine = Engine()
        for command in islice(AssetFlow(seed), 600):
            for event in engine.apply(command):
                seen[_kind(engine, event)] += 1
                account_id = getattr(event, "account_id", 0)
                if account_id > 0 and engine.accounts[account_id].joint is not None:
                    seen[f"joint {type(event).__name__}"] += 1
                if isinstance(event, OrderCalculated) and engine.accounts[event.request.account_id].joint:
                    seen["joint OrderCalculated"] += 1
    wanted = [f"cause {cause}" for cause in (w.CAUSE_AUTO_EXCHANGE, w.CAUSE_COMMISSION, w.CAUSE_INSURANCE)]
    wanted += ["traded, fee in BNB, in debt", "traded, fee in margin, in debt", "joint OrderCalculated"]
    wanted += [f"joint {kind.__name__}" for kind in (MarginCalled, WalletChanged, MultiAssetsChanged)]
    wanted += [
        f"refused {refusal}"
        for refusal in (
            no.MULTI_ASSETS_WITH_ISOLATED,
            no.ISOLATED_IN_MULTI_ASSETS,
            no.MULTI_ASSETS_MARGIN_SHORT,
            no.MULTI_ASSETS_WITH_ORDERS,
            no.MULTI_ASSETS_UNCHANGED,
            no.MULTI_ASSETS_WITH_DEBT,
            no.UNKNOWN_ASSET,
        )
    ]
    assert [name for name in wanted if seen[name] == 0] == [], seen
