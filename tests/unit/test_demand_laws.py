"""Normal and empirical demand: what the draws are, and how a pack states them."""

import datetime
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from channelwright.model.market import LAW_NORMAL, Market
from channelwright.rules.demand import law_means, other_variances
from channelwright.scenario import read_scenario
from channelwright.simulation.demand.demand_laws import demand_counts, normal
from tests.conftest import ROOT
from tests.unit.scenario_demand_defects import OBSERVED

TINY = ROOT / "tests/data/packs/tiny"
GRID = (np.arange(400_000) + 0.5) / 400_000  # evenly spread: means are integrals over u


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Market:
    pack = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("laws") / "pack"))
    OBSERVED(pack)
    return read_scenario(pack).market


def test_values_of_the_table_come_with_their_probabilities(observed: Market) -> None:
    """Values 0, 6, 18 with 0.2, 0.5, 0.3 have mean 8.4; at that mean they come as they are."""
    mean = np.full((len(GRID), 2), 8.4)
    drawn = demand_counts(observed, mean, np.stack([GRID, GRID], axis=1))[:, 1]
    found, count = np.unique(drawn, return_counts=True)
    assert found.tolist() == [0, 6, 18]
    assert np.allclose(count / len(GRID), [0.2, 0.5, 0.3], atol=1e-5)
    assert other_variances(observed)[1] == pytest.approx(drawn.var() / 8.4**2, rel=1e-4)


def test_values_are_scaled_to_the_mean(observed: Market) -> None:
    mean = np.full((len(GRID), 2), 840.0)
    drawn = demand_counts(observed, mean, np.stack([GRID, GRID], axis=1))[:, 1]
    assert set(drawn.tolist()) == {0, 600, 1800}


@pytest.mark.parametrize("variation", [0.1, 0.4, 1.0])
def test_normal_demand_has_its_mean_and_variation(observed: Market, variation: float) -> None:
    mean = 1_000.0
    drawn = normal(np.full(len(GRID), mean), GRID, variation)
    assert drawn.min() >= 0
    products = replace(
        observed.products,
        law=np.array([LAW_NORMAL, LAW_NORMAL]),
        dispersion=np.full(2, variation),
    )
    expected = law_means(replace(observed, products=products))[0]
    assert drawn.mean() / mean == pytest.approx(expected, rel=1e-4)
    if variation < 0.3:
        assert drawn.std() / mean == pytest.approx(variation, rel=1e-3)


def test_a_festival_moves_with_its_dates(tmp_path: Path) -> None:
    """One row per year of the same event: each year has its own days."""
    pack = Path(shutil.copytree(TINY, tmp_path / "pack"))
    with (pack / "tables/events.csv").open("a", encoding="utf-8") as handle:
        handle.write(
            "festival,2025-01-29,2025-02-04,cola,4\nfestival,2026-02-17,2026-02-23,cola,4\n"
        )
    text = (pack / "scenario.yaml").read_text(encoding="utf-8")
    text = text.replace("horizon_days: 84", "horizon_days: 450")
    (pack / "scenario.yaml").write_text(text, encoding="utf-8")
    calendar, before = read_scenario(pack).market.calendar, read_scenario(TINY).market.calendar
    assert before.horizon_days < calendar.horizon_days
    ratio = calendar.factor[:, 0] / calendar.factor[:, 1]
    for first, days in ((datetime.date(2025, 1, 29), 7), (datetime.date(2026, 2, 17), 7)):
        day = (first - calendar.start).days
        assert np.all(ratio[day : day + days] > 2.5 * ratio[day - 1])
        assert ratio[day + days] < 1.5 * ratio[day - 1]
