"""On the deterministic twin of the flagship the forecast is the simulated ledger."""

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.optimisation.request import optimise_request
from channelwright.rules.expectation import expect
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.tables.codes import Account
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.twin import MEASURED, deterministic_twin
from tests.support.twin_contracts import contracted
from tests.support.twin_demand import Change, chosen, promoted
from tests.support.twin_parcels import with_parcels
from tests.support.twin_shelves import with_deposits, with_shelves


def as_it_is(market: Market, design: Design) -> tuple[Market, Design]:
    return market, design


CHANGES = (as_it_is, promoted, chosen, contracted, with_parcels, with_shelves, with_deposits)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_forecast_is_the_ledger(change: Change) -> None:
    """Every account and mode, to the rounding of single postings (half a tick each)."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    check_forecast(*change(*deterministic_twin(pack.market, pack.designs["today"])))


@pytest.mark.parametrize(
    "name", ["optimised_sites", pytest.param("optimised", marks=pytest.mark.slow)]
)
def test_forecast_of_a_chosen_design_is_the_ledger(name: str) -> None:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    design = optimise_request(pack.market, pack.requests[name]).design
    # Stock of houses below houses settles slowly where fewer calls make larger orders.
    check_forecast(*deterministic_twin(pack.market, design, warmup=168))


def check_forecast(market: Market, design: Design) -> None:
    """Compare a year's ledger with the forecast."""
    sink = MemorySink()
    replicate(market, design, Address(1, 0), sink)
    ledger = sink.table("ledger")
    money = expect(market, design).money
    measured = ledger["period"] >= 0
    for account in Account:
        for mode in range(-1, len(market.modes)):
            mine = measured & (ledger["account"] == account) & (ledger["mode"] == mode)
            theirs = (money.account == account) & (money.mode == mode)
            simulated = int(ledger["amount"][mine].sum())
            expected = float(money.amount[theirs].sum()) * MEASURED
            roundings = 12 * (len(design.reps) + len(market.outlets) + len(market.sites))
            assert abs(simulated - expected) <= roundings, (account.name, mode)
    assert np.any(measured)
