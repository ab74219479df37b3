"""The forecast by cost head: tolerance, and the cause that is named beyond it."""

from __future__ import annotations

import pytest

from channelwright.reporting.sections.forecast_heads import HEADS, Drift, cause_of
from channelwright.rules.kpi_money import COSTS, EXTRA_COSTS


def test_within_the_tolerance_no_cause_is_named():
    assert cause_of("Delivery", 0.049, Drift(0.049, 0.3, 0.3)) == ""


@pytest.mark.parametrize(
    ("head", "error", "drift", "cause"),
    [
        ("Warehousing", 0.09, Drift(0.09, 0.08, 0.01), "stock-out: 8.0% of ordered cases"),
        ("Selling", 0.09, Drift(0.08, 0.03, 0.07), "queueing: 7.0% of planned calls"),
        ("Freight", -0.08, Drift(-0.08, 0.0, 0.01), "volume: the quantity behind it is 8.0%"),
        ("Delivery", 0.12, Drift(0.01, 0.2, 0.2), "tour shape"),
        ("Selling", -0.12, Drift(0.0, 0.0, 0.0), "pay by result"),
        ("Stock", 0.3, Drift(0.0, 0.0, 0.0), "stock and receivables lie off their policy levels"),
        ("Warehousing", 0.3, Drift(0.02, 0.0, 0.0), "cost per case differs"),
    ],
)
def test_the_larger_part_of_the_error_names_the_cause(head, error, drift, cause):
    assert cause_of(head, error, drift).replace("\xa0", "").startswith(cause)


def test_every_cost_line_but_what_follows_volume_is_in_one_head():
    lines = [line for found, _ in HEADS.values() for line in found]
    assert len(lines) == len(set(lines))
    known = {name for name, _ in (*COSTS, *EXTRA_COSTS)}
    assert set(lines) <= known
    assert known - set(lines) == {
        "production",
        "trade_fees",
        "logistics_allowance",
        "service_penalty",
        "deposits",
    }
