"""Policies of shelves move the flagship: a higher service target, fuller shelves and more sales."""

from dataclasses import replace
from functools import cache

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.stock import POLICIES, SERVICES, ShelfStock, StockPlan
from channelwright.scenario import read_scenario
from channelwright.stats import paired_interval
from tests.conftest import ROOT
from tests.support.shorten import shorten
from tests.support.total_kpis import total_kpis

DAYS, REPLICATIONS = 70, 3
WANTED = ("on_shelf_availability", "sell_out_units", "stock_days_outlets", "orders", "drop_size")


@cache
def pack() -> tuple[Market, Design]:
    found = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(found.market, DAYS), found.designs["today"]


@cache
def kpis(policy: str, cover: float, service: str, target: float) -> dict[str, np.ndarray]:
    market, design = pack()
    shape = (len(market.segments), 3, len(market.products))
    computed = np.full(shape, -1, dtype=np.int64)
    shelves = ShelfStock(
        policy=np.full(shape, POLICIES.index(policy)),
        reorder=computed,
        level=computed,
        quantity=computed,
        cover_days=np.full(shape, cover),
        service=np.full(shape, SERVICES.index(service)),
        target=np.full(shape, target),
    )
    design = replace(design, stock=replace(design.stock or StockPlan(), shelves=shelves))
    return total_kpis(market, design, WANTED, 9, REPLICATIONS)


def test_a_higher_service_target_fills_shelves_and_sells_more() -> None:
    low = kpis("order_up_to", 0.0, "cycle", 0.6)
    high = kpis("order_up_to", 0.0, "cycle", 0.99)
    for name in ("on_shelf_availability", "sell_out_units", "stock_days_outlets"):
        assert paired_interval(high[name], low[name]).low > 0, name


def test_a_larger_batch_orders_less_often() -> None:
    small = kpis("reorder_up_to", 2.0, "cycle", 0.9)
    large = kpis("reorder_up_to", 20.0, "cycle", 0.9)
    assert paired_interval(large["orders"], small["orders"]).high < 0
    assert paired_interval(large["drop_size"], small["drop_size"]).low > 0
