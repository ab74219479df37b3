"""On the flagship every cost head of the forecast is within 5 %, or its true cause is named."""

from __future__ import annotations

import pytest

from channelwright import optimise, read_scenario, simulate
from channelwright.reporting.reading import read_study
from channelwright.reporting.sections.forecast_heads import head_rows
from tests.conftest import ROOT

DESIGN = "optimised_sites"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    plan = optimise(pack, DESIGN)
    runs = simulate(pack, [plan], replications=2, out=tmp_path_factory.mktemp("heads"), workers=1)
    return read_study(runs)


@pytest.mark.slow
def test_every_head_is_within_the_tolerance_or_its_cause_is_true(study):
    rows = {row.head: row for row in head_rows(study)}
    assert {"Selling", "Delivery", "Freight", "Warehousing", "Stock", "Fixed site cost"} <= set(
        rows
    )
    off = {head for head, row in rows.items() if not row.within}
    assert off <= {"Delivery"}
    for row in rows.values():
        assert row.within or row.cause
        assert sum(part.simulated for part in row.parts) == pytest.approx(row.simulated.value)
        assert sum(part.forecast for part in row.parts) == pytest.approx(row.forecast)


@pytest.mark.slow
def test_delivery_by_truck_is_within_the_tolerance(study):
    """Whole tours are counted; only the tariff of modern trade may be named."""
    row = next(row for row in head_rows(study) if row.head == "Delivery")
    direct = next(part for part in row.parts if part.mode == "DSD")
    assert direct.forecast == pytest.approx(direct.simulated, rel=0.05)
    assert {part.mode for part in row.parts if part.cause} <= {"MT"}
