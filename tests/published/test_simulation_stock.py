"""Base-stock and newsvendor service of a site, by the shipped simulation."""

import math

import numpy as np
import pytest
from scipy.stats import poisson

from channelwright.foundation.random import Address
from channelwright.model.market import LAW_NORMAL
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.support.worlds import desk_world

OUTLETS, DAILY = 20, 2.5
MEAN = OUTLETS * DAILY


def weekly_stock(
    level: int, lead: int, weeks: int = 200, **world: float
) -> tuple[np.ndarray, np.ndarray]:
    """Mean stock on hand at night and fill rate of every week."""
    size = {"outlets": OUTLETS, "daily": DAILY} | world
    market, design = desk_world(**size, days=28 + 7 * weeks, level=level, lead=lead)
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


@pytest.mark.parametrize(("level", "lead"), [(56, 1), (160, 3)])
def test_base_stock_keeps_the_stock_of_theory(level: int, lead: int) -> None:
    """Stock on hand after a day is (S - demand over the lead time)^+ (Zipkin 2000, 6.2)."""
    stock, _ = weekly_stock(level, lead)
    error = stock.std(ddof=1) / math.sqrt(len(stock)) * math.sqrt(2)
    theory = on_hand(level, lead)
    assert abs(stock.mean() - theory) < 4 * error
    assert error < 0.06 * theory


def test_newsvendor_level_fills_and_costs_what_theory_says() -> None:
    """Holding 0.18, shortage 0.70: the critical ratio sets the cheapest level.

    Snyder and Shen (2019), chapter 4, with Poisson demand; each day is one period, so that the
    error of a mean is known beforehand.
    """
    holding, penalty, weeks = 0.18, 0.70, 100
    best = int(poisson.ppf(penalty / (penalty + holding), MEAN))
    units = np.arange(200)
    weight, costs = poisson.pmf(units, MEAN), {}
    for level in (best - 6, best, best + 6):
        stock, fill = weekly_stock(level, 1, weeks)
        short = np.maximum(units - level, 0)
        theory = holding * np.maximum(level - units, 0) + penalty * short
        for found, law in (
            ((1 - fill) * MEAN, short),
            (holding * stock + penalty * (1 - fill) * MEAN, theory),
        ):
            mean = float(law @ weight)
            error = math.sqrt(((law - mean) ** 2) @ weight / (7 * weeks))
            assert abs(found.mean() - mean) < 4 * error
        assert error < 0.06 * mean
        costs[level] = found.mean()
    assert min(costs, key=costs.__getitem__) == best


SCALE = 100  # units in the unit of the book: demand is rounded to units
BEST, COST = 56.60396, 1.997605


def test_normal_newsvendor_costs_what_is_published() -> None:
    """Snyder and Shen (2019), chapter 4: N(50, 8), holding 0.18, shortage 0.70."""
    holding, penalty, mean = 0.18, 0.70, 50.0
    demand = {"outlets": 1, "daily": mean * SCALE, "law": LAW_NORMAL, "dispersion": 8 / mean}
    costs = {}
    for level in (BEST - 5, BEST, BEST + 5):
        stock, fill = weekly_stock(round(level * SCALE), 1, 120, **demand)
        costs[level] = holding * stock / SCALE + penalty * (1 - fill) * mean
    best = costs[BEST]
    error = best.std(ddof=1) / math.sqrt(len(best))
    assert abs(best.mean() - COST) < 4 * error
    assert error < 0.03 * COST
    assert min(costs, key=lambda level: costs[level].mean()) == BEST
