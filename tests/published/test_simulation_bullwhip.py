"""Orders vary more than demand by as much as theory says, in the shipped simulation."""

import math

import numpy as np
import pytest

from channelwright.rules.kpi import kpi_table
from tests.support.stock_worlds import play, run, with_forecast, with_policy
from tests.support.worlds import desk_world

WARMUP, MONTHS, MEAN = 28, 40, 400


def variance_ratio(upper: np.ndarray, lower: np.ndarray) -> tuple[float, float]:
    """Var(upper) / Var(lower) and its standard error, from months of 28 days."""
    months = len(upper) // 28
    parts = [series[: 28 * months].reshape(months, 28) for series in (upper, lower)]
    top, bottom = ((part - part.mean()) ** 2 for part in parts)
    ratio = top.mean() / bottom.mean()
    spread = (top.mean(axis=1) - ratio * bottom.mean(axis=1)).std(ddof=1) / bottom.mean()
    return float(ratio), float(spread / math.sqrt(months))


@pytest.mark.parametrize(
    ("lead", "window", "published"), [(2, 5, 2.12), (4, 5, 3.88), (3, 10, 1.78)]
)
def test_moving_average_amplifies_orders(lead: int, window: int, published: float) -> None:
    """Chen, Drezner, Ryan and Simchi-Levi (2000): 1 + 2L/p + 2L^2/p^2 for independent demand.

    L counts lead and review time; the level is L times the moving average of p days.
    """
    assert 1 + 2 * lead / window + 2 * (lead / window) ** 2 == pytest.approx(published)
    market, design = desk_world(outlets=1, daily=MEAN, days=WARMUP + 28 * MONTHS, lead=lead - 1)
    design = with_forecast(with_policy(design, "order_up_to"), window=window)
    days = play(market, design, seed=31)
    ratio, error = variance_ratio(days.ordered, days.demand)
    assert abs(ratio - published) < 4 * error
    assert error < 0.06 * published


def test_kpis_of_the_channel_are_those_of_theory() -> None:
    """Outlets order what they sold the evening before: they add nothing, the site all there is."""
    lead, window, published = 2, 5, 2.12
    market, design = desk_world(outlets=1, daily=MEAN, days=WARMUP + 28 * MONTHS, lead=lead - 1)
    design = with_forecast(with_policy(design, "order_up_to"), window=window)
    sink = run(market, design, seed=31)
    table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    values = dict(zip(table["kpi"], table["value"], strict=True))
    assert values["bullwhip_outlets"] == pytest.approx(1, rel=0.01)
    assert values["bullwhip_total"] == pytest.approx(published, rel=0.1)
    product = values["bullwhip_outlets"] * values["bullwhip_office"]
    assert values["bullwhip_total"] == pytest.approx(product, rel=0.01)


@pytest.mark.slow
def test_exponential_forecast_amplifies_orders() -> None:
    """Exponential smoothing: 1 + 2 L alpha + 2 L^2 alpha^2 / (2 - alpha) (Chen et al. 2000b)."""
    lead, alpha = 2, 0.3
    theory = 1 + 2 * lead * alpha + 2 * (lead * alpha) ** 2 / (2 - alpha)
    market, design = desk_world(outlets=1, daily=MEAN, days=WARMUP + 28 * MONTHS, lead=lead - 1)
    design = with_policy(design, "order_up_to")
    design = with_forecast(design, method="exponential", alpha=alpha)
    days = play(market, design, seed=37)
    ratio, error = variance_ratio(days.ordered, days.demand)
    assert abs(ratio - theory) < 4 * error
    assert error < 0.06 * theory
