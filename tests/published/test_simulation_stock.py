"""Base-stock and newsvendor service of a site, by the shipped simulation."""

import math

import numpy as np
import pytest
from scipy.stats import poisson

from channelwright.foundation.random import Address
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.support.worlds import desk_world

OUTLETS, DAILY = 20, 2.5
MEAN = OUTLETS * DAILY


def weekly_stock(level: int, lead: int, weeks: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """Mean stock on hand at night and fill rate of every week."""
    market, design = desk_world(
        outlets=OUTLETS, daily=DAILY, days=28 + 7 * weeks, level=level, lead=lead
    )
    sink = MemorySink()
    replicate(market, design, Address(5, level), sink)
    site, cells = sink.table("site_cells"), sink.table("cells")
    rows = (site["site"] == 1) & (site["period"] >= 0)
    done = cells["period"] >= 0
    fill = cells["cases_first"][done] / cells["cases_attempted"][done]
    return site["stock_case_days"][rows] / 7, fill


def on_hand(level: int, lead: int) -> float:
    """E[(S - D)^+], D the Poisson demand of the lead time in days."""
    n = np.arange(level + 1)
    return float(((level - n) * poisson.pmf(n, MEAN * lead)).sum())


def shortage(level: int, lead: int) -> float:
    """E[(D - S)^+] = E[(S - D)^+] - S + E[D]."""
    return on_hand(level, lead) - level + MEAN * lead


@pytest.mark.parametrize(("level", "lead"), [(56, 1), (160, 3)])
def test_base_stock_keeps_the_stock_of_theory(level: int, lead: int) -> None:
    """Stock on hand after a day is (S - demand over the lead time)^+ (Zipkin 2000, 6.2)."""
    stock, _ = weekly_stock(level, lead)
    error = stock.std(ddof=1) / math.sqrt(len(stock)) * math.sqrt(2)
    assert abs(stock.mean() - on_hand(level, lead)) < 4 * error


def test_newsvendor_level_fills_and_costs_what_theory_says() -> None:
    """Holding 0.18, shortage 0.70: the critical ratio sets the cheapest level.

    Snyder and Shen (2019), chapter 4, with Poisson demand; each day is one period.
    """
    holding, penalty = 0.18, 0.70
    best = int(poisson.ppf(penalty / (penalty + holding), MEAN))
    costs = {}
    for level in (best - 6, best, best + 6):
        stock, fill = weekly_stock(level, 1)
        expected_fill = 1 - shortage(level, 1) / MEAN
        error = fill.std(ddof=1) / math.sqrt(len(fill))
        assert abs(fill.mean() - expected_fill) < 4 * error + 1e-12
        cost = holding * stock + penalty * (1 - fill) * MEAN
        theory = holding * on_hand(level, 1) + penalty * shortage(level, 1)
        spread = cost.std(ddof=1) / math.sqrt(len(cost))
        assert abs(cost.mean() - theory) < 4 * spread
        costs[level] = cost.mean()
    assert min(costs, key=costs.__getitem__) == best
