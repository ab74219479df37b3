"""Loaded cost to serve sums back to the ledger to the tick, on random markets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelwright.foundation.random import Address
from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.rules.cost_to_serve import NOT_SERVING, outlet_costs, split_by_weight
from channelwright.rules.kpi import kpi_table
from channelwright.rules.parcels import parcel_shop
from channelwright.simulation import replicate
from channelwright.tables.codes import PARTY_STRIDE, Account
from channelwright.tables.sink import MemorySink
from tests.support import random_market

SEEDS = range(40)


def played(seed: int):
    market, design = random_market(seed)
    sink = MemorySink()
    replicate(market, design, Address(seed, 2), sink, keep="orders")
    return market, design, {name: sink.table(name) for name in sink.names()}


def by_account(frame: pd.DataFrame) -> dict[tuple[int, int], int]:
    sums = frame.groupby(["account", "payer"])["amount"].sum()
    return {key: int(value) for key, value in sums.items() if value}


@pytest.mark.parametrize("seed", SEEDS)
def test_costs_of_outlets_are_the_ledger(seed: int) -> None:
    market, design, tables = played(seed)
    if not len(tables["outlet_cells"]["outlet"]):
        return
    ledger = pd.DataFrame(tables["ledger"])
    ledger = ledger[ledger["period"] >= 0]
    ledger = ledger[~ledger["account"].isin([int(account) for account in NOT_SERVING])]
    costs = outlet_costs(market, design, tables)
    assert by_account(costs) == by_account(ledger)
    served, shop = costs["outlet"] >= 0, parcel_shop(design)
    assert np.isin(costs["outlet"][served], np.flatnonzero(design.outlets.mode >= 0)).all()
    assert (costs["area"][served] == market.outlets.area[costs["outlet"][served]]).all()
    assert np.isin(costs["area"][~served], [] if shop is None else shop.zones.area).all()


def test_parcels_bear_their_own_costs_and_a_part_of_their_site() -> None:
    """What their mode pays stays with them; the site's rent is shared by cases."""
    shared = 0
    for seed in range(100):
        market, design = random_market(seed)
        shop = parcel_shop(design)
        if shop is None or not shop.zones.demand.any():
            continue
        market, design, tables = played(seed)
        if "parcel_cells" not in tables:
            continue
        costs, cells = outlet_costs(market, design, tables), pd.DataFrame(tables["parcel_cells"])
        theirs = costs[costs["outlet"] < 0].groupby(["area", "account"])["amount"].sum()
        measured = cells[cells["period"] >= 0]
        for area, paid in measured.groupby("area")["delivery"].sum().items():
            assert theirs.get((area, int(Account.DELIVERY)), 0) == paid
        shared += int(theirs.index.get_level_values("account").isin([int(Account.SITE)]).any())
    assert shared >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_outlet_ledger_is_the_postings(seed: int) -> None:
    market, _, tables = played(seed)
    postings = pd.DataFrame(tables["postings"])
    postings = postings[postings["day"] >= market.calendar.warmup_days]
    postings["payer"] //= PARTY_STRIDE
    named = postings["outlet"] >= 0
    postings.loc[named, ["mode", "site"]] = -1
    keys = ["account", "payer", "mode", "site", "outlet"]
    expected = postings.groupby(keys)["amount"].sum()
    found = pd.DataFrame(tables["outlet_ledger"]).set_index(keys)["amount"]
    assert found.index.is_unique
    expected, found = expected[expected != 0].sort_index(), found.sort_index()
    assert expected.index.to_list() == found.index.to_list()
    assert expected.to_list() == found.to_list()


def test_wages_follow_calls_and_sites_follow_cases() -> None:
    """On a market with people: nobody without calls pays wages where his team has made calls."""
    seen = 0
    for seed in SEEDS:
        market, design, tables = played(seed)
        cells = pd.DataFrame(tables["outlet_cells"]).set_index("outlet")
        costs = outlet_costs(market, design, tables)
        wages = costs[costs["account"] == int(Account.WAGES)].set_index("outlet")["amount"]
        mode, site = design.outlets.mode, design.outlets.site
        for outlet in wages.index[wages > 0]:
            team = [o for o in cells.index if (mode[o], site[o]) == (mode[outlet], site[outlet])]
            if cells.loc[team, "calls_made"].sum() > 0:
                assert cells.loc[outlet, "calls_made"] > 0
                seen += 1
    assert seen > 10


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.integers(0, 10**12), min_size=1, max_size=20).filter(any),
)
def test_parts_add_up_and_are_in_proportion(total: int, weights: list[int]) -> None:
    parts = split_by_weight(total, np.array(weights, dtype=np.int64))
    assert parts.sum() == total
    whole = sum(weights)
    assert all(
        abs(int(part) * whole - total * weight) < whole
        for part, weight in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize("seed", SEEDS[:15])
def test_kpis_per_case_order_and_stop_are_of_one_cost(seed: int) -> None:
    market, design, tables = played(seed)
    table = kpi_table(market, design, tables)
    values = table[(table["area"] == "all") & (table["mode"] == "all")].set_index("kpi")["value"]
    if "loaded_cost_per_drop" not in values:
        return
    costs = outlet_costs(market, design, tables)["amount"].sum() / TICKS_PER_UNIT
    cells = tables["outlet_cells"]
    cases, orders, drops = (cells[n].sum() for n in ("cases_delivered", "orders", "drops"))
    if parcel_shop(design) is None:
        assert values["loaded_cost_per_drop"] * drops == pytest.approx(costs)
        assert values["loaded_cost_per_case"] * cases == pytest.approx(costs)
        assert values["loaded_cost_per_order"] * orders == pytest.approx(costs)
    else:
        done = {
            name: column[tables["parcel_cells"]["period"] >= 0]
            for name, column in tables["parcel_cells"].items()
        }
        assert values["loaded_cost_per_drop"] * (
            drops + done["delivered_orders"].sum()
        ) == pytest.approx(costs)
