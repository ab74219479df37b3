"""The forecast by cost head: tolerance, and the cause that is named beyond it."""

from __future__ import annotations

import pytest

from channelwright.reporting.estimates import estimate
from channelwright.reporting.sections.forecast_causes import Drift, cause_of
from channelwright.reporting.sections.forecast_heads import HEADS, HeadPart, HeadRow
from channelwright.rules.cost_lines import COSTS, EXTRA_COSTS


def test_within_the_tolerance_no_cause_is_named():
    assert cause_of("Delivery", 0.049, Drift(0.049, 0.3, 0.3)) == ""


@pytest.mark.parametrize(
    ("head", "error", "drift", "cause"),
    [
        ("Warehousing", 0.09, Drift(0.09, 0.08, 0.01), "stock-out: 8.0% of ordered cases"),
        ("Selling", 0.09, Drift(0.08, 0.03, 0.07), "queueing: 7.0% of planned calls"),
        ("Freight", -0.08, Drift(-0.08, 0.0, 0.01), "volume: 8.0% below the simulated cases"),
        # Less service than planned cannot be why more was sold than was forecast.
        ("Freight", -0.08, Drift(-0.08, 0.2, 0.2), "volume: 8.0% below the simulated cases"),
        ("Delivery", 0.12, Drift(0.01, 0.2, 0.2, by_truck=True), "tour shape"),
        ("Delivery", 0.12, Drift(0.01, 0.2, 0.2), "drop size"),
        ("Selling", -0.12, Drift(0.0, 0.0, 0.0), "pay by result"),
        ("Stock", 0.3, Drift(0.0, 0.0, 0.0), "stock and receivables lie off their policy levels"),
        ("Warehousing", 0.3, Drift(0.02, 0.0, 0.0), "cost per case differs"),
    ],
)
def test_the_larger_part_of_the_error_names_the_cause(head, error, drift, cause):
    assert cause_of(head, error, drift).replace("\xa0", "").startswith(cause)


def row(*parts):
    simulated = sum(part.simulated for part in parts)
    forecast = sum(part.forecast for part in parts)
    return HeadRow("plan", "Delivery", forecast, estimate([simulated, simulated]), parts)


def test_the_mode_with_most_of_the_error_names_the_cause():
    tours, drops = HeadPart("DSD", 180, 250, "tour shape"), HeadPart("MT", 380, 355, "volume")
    assert row(tours, drops).cause == "DSD: tour shape"
    assert row(drops, HeadPart("", 100, 40, "what else")).cause == "what else"
    assert row(tours, drops).hidden == ()


def test_modes_whose_errors_cancel_are_told_of():
    tours, drops = HeadPart("DSD", 330, 355, "tour shape"), HeadPart("MT", 380, 355, "volume")
    within = row(tours, drops, HeadPart("WS", 10, 1, "too small to tell"))
    assert within.within
    assert within.cause == ""
    assert within.hidden == (tours, drops)


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
