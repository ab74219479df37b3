"""Sites in series: Clark and Scarf's system, and what shared sales do to the bullwhip."""

import math
from dataclasses import replace

import numpy as np
import pytest

from channelwright.model.market import LAW_NORMAL
from tests.support.stock_worlds import (
    days_of,
    in_series,
    run,
    with_backorders,
    with_forecast,
    with_policy,
)
from tests.support.worlds import desk_world

WARMUP, MONTHS = 28, 30
SCALE = 100  # units in the unit of the book: demand is rounded to units
HOLDING = (3.0, 2.0, 2.0)  # echelon, from the customers up
PENALTY = 37.12
PUBLISHED = 47.65  # Snyder and Shen (2019), example 6.1; 47.66 by finer recursion


def serial_cost(echelon: tuple[float, float, float], seed: int) -> np.ndarray:
    """Mean cost of a day, by month: lead times 1, 1, 2 and demand N(5, 1)."""
    market, design = desk_world(
        outlets=1, daily=5 * SCALE, days=WARMUP + 28 * MONTHS, law=LAW_NORMAL, dispersion=0.2
    )
    market, design = in_series(market, design, (2, 1, 1))
    design = with_backorders(with_policy(design, "base_stock", level=0))
    assert design.stock is not None
    assert design.stock.sites is not None
    local = np.diff([0.0, *echelon])[::-1] * SCALE  # from the site below the plant down
    level = np.array([[0], *([round(units)] for units in local)])
    stock = replace(design.stock, sites=replace(design.stock.sites, level=level))
    design = replace(design, stock=stock)
    sink = run(market, design, seed)
    top, middle, low = (days_of(sink, market, design, site) for site in (1, 2, 3))
    first = low.net
    second = first + low.transit + middle.on_hand
    third = second + middle.transit + top.on_hand
    cost = sum(h * level for h, level in zip(HOLDING, (first, second, third), strict=True))
    cost = (cost + (PENALTY + sum(HOLDING)) * low.backlog) / SCALE
    return np.asarray(cost.reshape(-1, 28).mean(axis=1))


def test_serial_system_costs_what_clark_and_scarf_say() -> None:
    """Echelon base-stock levels 6.49, 12.02, 22.71 cost 47.65 a day."""
    best = serial_cost((6.49, 12.02, 22.71), seed=41)
    error = best.std(ddof=1) / math.sqrt(len(best))
    assert abs(best.mean() - PUBLISHED) < 4 * error
    assert error < 0.03 * PUBLISHED
    less = serial_cost((6.49, 12.02, 21.21), seed=41) - best
    assert less.mean() > 3 * less.std(ddof=1) / math.sqrt(len(less))


LEAD, WINDOW = 1, 5


def orders_of_top(signal: str, delay: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return squared deviations of a day's orders of the upper site, and of demand, by month."""
    market, design = desk_world(outlets=1, daily=400, days=WARMUP + 28 * MONTHS)
    market, design = in_series(market, design, (LEAD - 1, LEAD - 1))
    design = with_backorders(with_policy(design, "order_up_to"))
    design = with_forecast(design, window=WINDOW, signal=signal, delay=delay)
    sink = run(market, design, seed)
    top, low = (days_of(sink, market, design, site) for site in (1, 2))
    parts = [series.reshape(-1, 28) for series in (top.ordered, low.demand)]
    up, down = ((part - part.mean()) ** 2 for part in parts)
    return up.mean(axis=1), down.mean(axis=1)


def test_shared_sales_take_away_what_tiers_add() -> None:
    """Two tiers, L = 1 each, p = 5 (Chen et al. 2000, theorems 4.1 and 4.2).

    Without sharing the moving averages multiply: the exact 2.3056 is that of the convolved
    impulse responses. With sell-out known to both, 1 + 2 (L1 + L2) / p + 2 (L1 + L2)^2 / p^2.
    Outlets order in the morning what they sold the evening before, so reports of one day's delay
    are the outlets' orders.
    """
    tier = np.zeros(WINDOW + 1)
    tier[[0, WINDOW]] = 1 + LEAD / WINDOW, -LEAD / WINDOW
    apart = float((np.convolve(tier, tier) ** 2).sum())
    together = 1 + 2 * 2 * LEAD / WINDOW + 2 * (2 * LEAD / WINDOW) ** 2
    assert (apart, together) == (pytest.approx(2.3056), pytest.approx(2.12))
    found = {}
    for signal, delay, theory in (("orders", 0, apart), ("sell_out", 1, together)):
        up, down = orders_of_top(signal, delay, seed=43)
        ratio = up.mean() / down.mean()
        error = (up - ratio * down).std(ddof=1) / down.mean() / math.sqrt(MONTHS)
        assert abs(ratio - theory) < 4 * error
        assert error < 0.06 * theory
        found[signal] = up / down.mean()
    saved = found["orders"] - found["sell_out"]
    assert saved.mean() > 3 * saved.std(ddof=1) / math.sqrt(MONTHS)
