"""Market wholesalers of the flagship buy where it is cheapest, and earn by it."""

from dataclasses import replace
from functools import cache

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.model.stock import StockPlan, Suppliers
from channelwright.scenario import read_scenario
from channelwright.stats import paired_interval
from tests.conftest import ROOT
from tests.support.shorten import shorten
from tests.support.total_kpis import total_kpis

DAYS, REPLICATIONS = 63, 3
WANTED = ("bought_elsewhere_share", "landed_cost_per_case", "profit_distributors")


@cache
def world() -> tuple[Market, Design, np.ndarray, int]:
    """The flagship with lanes from its distribution centre to wholesalers, as from the plant."""
    found = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    market, design = shorten(found.market, DAYS), found.designs["today"]
    kind, plan = market.sites.kind, design.sites
    houses = np.flatnonzero(plan.open & (kind == SITE_KINDS.index("wholesaler")))
    centre = int(np.flatnonzero(plan.open & (kind == SITE_KINDS.index("dc")))[0])
    lead, cost = market.sites.lead_days.copy(), market.sites.lane_cost.copy()
    lead[houses, centre] = lead[houses, plan.parent[houses]]
    cost[houses, centre] = cost[houses, plan.parent[houses]]
    sites = replace(market.sites, lead_days=lead, lane_cost=cost)
    return replace(market, sites=sites), design, houses, centre


@cache
def kpis(index: float | None) -> dict[str, np.ndarray]:
    """KPIs where the centre asks some index over the ladder; None = it is no source."""
    market, design, houses, centre = world()
    parent, count = design.sites.parent[houses], len(houses)
    site, source, asked = houses, parent, np.full(count, 1_000_000)
    if index is not None:
        site = np.repeat(houses, 2)
        source = np.stack([parent, np.full(count, centre)], axis=1).ravel()
        asked = np.tile([1_000_000, round(index * 1_000_000)], count)
    stock = replace(design.stock or StockPlan(), suppliers=Suppliers(site, source, asked))
    design = replace(design, stock=stock)
    return total_kpis(market, design, WANTED, 11, REPLICATIONS)


def test_a_cheaper_source_is_bought_from_and_pays() -> None:
    cheap, dear = kpis(0.97), kpis(1.03)
    assert paired_interval(cheap["bought_elsewhere_share"], dear["bought_elsewhere_share"]).low > 0
    assert paired_interval(cheap["landed_cost_per_case"], dear["landed_cost_per_case"]).high < 0
    assert paired_interval(cheap["profit_distributors"], dear["profit_distributors"]).low > 0


def test_a_dearer_source_is_as_good_as_none() -> None:
    """The plant always has everything, so that nobody pays more."""
    dear, none = kpis(1.03), kpis(None)
    assert dear["bought_elsewhere_share"].max() == 0.0
    for name in WANTED:
        assert np.array_equal(dear[name], none[name]), name
