"""Gates and targets of the command line."""

import argparse

import pytest

from channelwright.cli.gate_words import gate, target


def test_conditions_become_gates():
    one = gate("case_fill_rate < 95%")
    assert (one.kpi, one.design, one.at_least, one.at_most, one.paired) == (
        "case_fill_rate",
        "*",
        0.95,
        None,
        False,
    )
    two = gate("contribution@direct < -1e3 against baseline")
    assert (two.design, two.at_least, two.paired) == ("direct", -1000.0, True)
    three = gate("people>12")
    assert (three.at_least, three.at_most) == (None, 12.0)


def test_other_estimates_than_the_mean():
    chance = gate("P(case_fill_rate >= 95%)@direct < 90%")
    assert (chance.kpi, chance.design) == ("case_fill_rate", "direct")
    assert (chance.reaches, chance.at_least) == (0.95, 0.9)
    low = gate("P(days_late<=2) < 0.5 at 99%")
    assert (low.stays_below, low.at_least, low.confidence) == (2.0, 0.5, 0.99)
    ranked = gate("Q5(contribution) < 1_000")
    assert (ranked.kpi, ranked.quantile, ranked.at_least) == ("contribution", 0.05, 1000.0)


def test_against_the_golden_study():
    lost = gate("contribution@today < golden - 0.25% at 99%")
    assert lost.golden
    assert (lost.not_below, lost.not_above, lost.confidence) == (0.0025, None, 0.99)
    assert (lost.at_least, lost.at_most) == (None, None)
    assert gate("case_cost > golden + 1%").not_above == 0.01


@pytest.mark.parametrize(
    "text",
    [
        "",
        "profit",
        "profit = 3",
        "profit < much",
        "a < 1 against b",
        "a < golden + 1%",
        "a > golden - 1%",
        "a < golden - 1% against baseline",
        "Q5(a) < golden - 1%",
        "P(a > 3) < 1",
    ],
)
def test_what_is_no_condition_is_explained(text):
    with pytest.raises(argparse.ArgumentTypeError, match="is no condition; write KPI < VALUE"):
        gate(text)


def test_targets():
    assert target("contribution=0.5%") == ("contribution", 0.005, True)
    assert target("drops=1_000") == ("drops", 1000.0, False)
    for text in ("contribution", "contribution=0", "contribution=-3", "=5"):
        with pytest.raises(argparse.ArgumentTypeError, match="is no target"):
            target(text)
