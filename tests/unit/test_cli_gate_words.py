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


@pytest.mark.parametrize("text", ["", "profit", "profit = 3", "profit < much", "a < 1 against b"])
def test_what_is_no_condition_is_explained(text):
    with pytest.raises(argparse.ArgumentTypeError, match="is no condition; write KPI < VALUE"):
        gate(text)


def test_targets():
    assert target("contribution=0.5%") == ("contribution", 0.005, True)
    assert target("drops=1_000") == ("drops", 1000.0, False)
    for text in ("contribution", "contribution=0", "contribution=-3", "=5"):
        with pytest.raises(argparse.ArgumentTypeError, match="is no target"):
            target(text)
