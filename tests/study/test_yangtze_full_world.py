"""The flagship's full world: it is read, every mechanism acts, and the books balance."""

from __future__ import annotations

import pytest

from channelwright.foundation.random import Address
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS = 154


@pytest.fixture(scope="module")
def kpis():
    pack = read_scenario(ROOT / "scenarios/yangtze_beverage/full_world.yaml")
    market, found = shorten(pack.market, DAYS), {}
    for name in ("today", "full_today"):
        sink = MemorySink()
        replicate(market, pack.designs[name], Address(7, 0), sink)
        tables = {table: sink.table(table) for table in sink.names()}
        table = kpi_table(market, pack.designs[name], tables)
        whole = table[(table["area"] == "all") & (table["mode"] == "all")]
        found[name] = whole.set_index("kpi")["value"]
    return found


@pytest.mark.parametrize(
    "kpi",
    [
        "promotion",
        "discounts",
        "discount_requests",
        "dunning",
        "trade_fees",
        "logistics_allowance",
        "delivery_failure_rate",
        "substitution_rate",
        "shelf_shrinkage_rate",
        "site_units_shrunk",
        "market_share",
        "orders_paid_at_door",
        "collected_at_calls",
        "bought_elsewhere_share",
        "good_return_cases",
        "consigned_stock",
        "tour_waiting_share",
        "online_nearby_share",
        "parcel_cases",
        "parcel_fees",
        "parcel_return_rate",
    ],
)
def test_mechanism_leaves_a_trace(kpis, kpi):
    assert kpis["full_today"][kpi] > 0


def test_wholesalers_buy_from_the_plant_and_from_the_centre(kpis):
    """Both offers win somewhere, or the choice would be none."""
    assert 0.2 < kpis["full_today"]["bought_elsewhere_share"] < 0.8


def test_policies_of_the_design_are_what_differs(kpis):
    today, full = kpis["today"], kpis["full_today"]
    assert "trade_fees" not in today or not today["trade_fees"] > 0
    assert full["call_compliance"] > today["call_compliance"]
    assert full["stock_days_tier1"] < 0.6 * today["stock_days_tier1"]
    everything = full["delivered_cases"] + full["parcel_cases"]
    assert everything == pytest.approx(today["delivered_cases"], rel=0.03)
