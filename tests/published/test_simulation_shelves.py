"""Stock policies of shelves cost and serve what theory says, as those of sites do.

A shelf orders before the day's demand and receives on the next morning: its lead time is that of
a site that orders in the evening and waits for two days.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.stats import norm, poisson

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.stock import POLICIES, SERVICES, ShelfStock, StockPlan
from channelwright.model.stockout import Neighbours, Stockout
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.published.test_simulation_reorder import reorder_cost
from tests.support.worlds import desk_world

OUTLETS, WARMUP, DAYS, LEAD = 40, 28, 28 * 14, 2


def with_shelves(design: Design, policy: str, **numbers: float) -> Design:
    """Give every shelf one policy; numbers that are not named are computed."""

    def all_alike(value: float, kind: type = np.int64) -> np.ndarray:
        return np.full((1, 3, 1), value, dtype=kind)

    shelves = ShelfStock(
        policy=all_alike(POLICIES.index(policy)),
        reorder=all_alike(numbers.get("reorder", -1)),
        level=all_alike(numbers.get("level", -1)),
        quantity=all_alike(numbers.get("quantity", -1)),
        cover_days=all_alike(numbers.get("cover_days", 0.0), np.float64),
        service=all_alike(numbers.get("service", 0)),
        target=all_alike(numbers.get("target", 0.0), np.float64),
    )
    service = replace(design.service, promise_days=np.array([1]))
    return replace(design, stock=StockPlan(shelves=shelves), service=service)


@dataclass(frozen=True)
class Shelves:
    """Units of every outlet and measured day: (O, D) each."""

    demand: np.ndarray
    ordered: np.ndarray
    net: np.ndarray
    sold: np.ndarray


def play(daily: float, policy: str, seed: int, *, waits: bool, **numbers: float) -> Shelves:
    """Run shelves beside a site that never runs out; consumers wait, or are lost."""
    market, design = desk_world(outlets=OUTLETS, daily=daily, days=WARMUP + DAYS)
    none = np.zeros(0, dtype=np.int64)
    nobody = Neighbours(origin=none, place=none)
    stockout = Stockout(wait=1.0, product=0.0, outlet=0.0, neighbours=nobody)
    market = replace(market, stockout=stockout if waits else None)
    return series(market, with_shelves(design, policy, **numbers), seed)


def series(market: Market, design: Design, seed: int) -> Shelves:
    sink = MemorySink()
    replicate(market, design, Address(seed, 0), sink, keep="orders")
    shelf, lines, drops = (sink.table(name) for name in ("shelf", "order_lines", "deliveries"))
    shape = (OUTLETS, market.calendar.horizon_days)
    demand, sold, ordered, received = np.zeros((4, *shape), dtype=np.int64)
    np.add.at(demand, (shelf["outlet"], shelf["day"]), shelf["demanded"])
    np.add.at(sold, (shelf["outlet"], shelf["day"]), shelf["sold"])
    np.add.at(ordered, (lines["outlet"], lines["day"]), lines["ordered"])
    np.add.at(received, (drops["outlet"], drops["day"]), drops["cases"])
    first = shelf["day"] == 0
    opening = np.zeros(OUTLETS, dtype=np.int64)
    opening[shelf["outlet"][first]] = (shelf["closing"] + shelf["sold"])[first]
    net = opening[:, None] + np.cumsum(received - demand, axis=1)
    done = slice(WARMUP, None)
    return Shelves(demand[:, done], ordered[:, done], net[:, done], sold[:, done])


def agrees(found: np.ndarray, theory: float, share: float = 0.03) -> None:
    """Outlets are independent: their means are within four standard errors of theory."""
    error = found.std(ddof=1) / math.sqrt(len(found))
    assert abs(found.mean() - theory) < 4 * error
    assert error < share * theory


@pytest.mark.parametrize(("low", "high", "fixed", "penalty"), [(10, 22, 5.0, 4.0)])
def test_reorder_point_and_level_cost_what_the_chain_says(
    low: int, high: int, fixed: float, penalty: float
) -> None:
    """(s, S) with back orders: Zipkin (2000), chapter 9, by the chain that sites are held to."""
    found = play(6.0, "reorder_up_to", 3, waits=True, reorder=low, level=high)
    stock, backlog = np.maximum(found.net, 0), np.maximum(-found.net, 0)
    cost = (fixed * (found.ordered > 0) + stock + penalty * backlog).mean(axis=1)
    agrees(cost, reorder_cost(6.0, LEAD, low, high, fixed, 1.0, penalty))


def test_base_stock_keeps_and_serves_what_theory_says() -> None:
    """(S - D)^+, D the demand of the lead time (Zipkin 2000, 6.2), and what is served at once."""
    mean, level = 5.0, 13
    found = play(mean, "base_stock", 4, waits=True, level=level)
    units = np.arange(200)

    def short(days: float) -> float:
        return float((np.maximum(units - level, 0) * poisson.pmf(units, mean * days)).sum())

    on_hand = level - LEAD * mean + short(LEAD)
    agrees(np.maximum(found.net, 0).mean(axis=1), on_hand)
    late = np.maximum(-found.net, 0) - np.maximum(-(found.net + found.demand), 0)
    fill = 1 - late.sum(axis=1) / found.demand.sum(axis=1)
    agrees(fill, 1 - (short(LEAD) - short(LEAD - 1)) / mean)


@pytest.mark.parametrize(("low", "high"), [(8, 20), (11, 12)])
def test_lost_sales_are_those_of_the_chain(low: int, high: int) -> None:
    """Where nobody waits: x' = (x - D)^+ + order, the order known when the day begins."""
    mean = 6.0
    states = np.arange(high + 1)
    order = np.where(states <= low, high - states, 0)
    chain = np.zeros((high + 1, high + 1))
    for x in states:
        for left in range(x + 1):
            sold = x - left
            chance = poisson.pmf(sold, mean) if left > 0 else poisson.sf(sold - 1, mean)
            chain[x, min(left + order[x], high)] += chance
    still = np.linalg.matrix_power(chain, 2**12)[0]
    sales = [
        float(np.minimum(np.arange(200), x) @ poisson.pmf(np.arange(200), mean)) for x in states
    ]
    found = play(mean, "reorder_up_to", 6, waits=False, reorder=low, level=high)
    agrees(found.sold.sum(axis=1) / found.demand.sum(axis=1), float(still @ sales) / mean)
    agrees((found.ordered > 0).mean(axis=1), float(still[: low + 1].sum()), share=0.05)


def test_fixed_quantity_orders_whole_lots_and_its_position_is_uniform() -> None:
    """(s, Q): Zipkin (2000), 6.2.3."""
    low, lot, mean = 10, 12, 5.0
    found = play(mean, "reorder_quantity", 7, waits=True, reorder=low, quantity=lot)
    assert set(np.unique(found.ordered % lot)) == {0}
    units = np.arange(200)
    weight = poisson.pmf(units, LEAD * mean)
    on_hand = np.mean([(np.maximum(low + 1 + e - units, 0) * weight).sum() for e in range(lot)])
    agrees(np.maximum(found.net, 0).mean(axis=1), float(on_hand))


def test_levels_come_from_the_cycle_service_that_is_asked_for() -> None:
    """S = T a + z d with T = L + R, and so often does the demand of T days fit."""
    mean, target = 30.0, 0.9
    cycle = SERVICES.index("cycle")
    found = play(mean, "order_up_to", 8, waits=True, service=cycle, target=target)
    level = math.floor(LEAD * mean + norm.ppf(target) * math.sqrt(LEAD * mean) + 0.5)
    position = found.net[:, :-1] + found.demand[:, :-1] + found.ordered[:, :-1]
    assert set(np.unique(position)) == {level}
    agrees((found.net >= 0).mean(axis=1), float(poisson.cdf(level, LEAD * mean)))
