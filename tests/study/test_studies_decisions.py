"""Regret, promises, distance to the best and what shared worlds save, from a finished study."""

from __future__ import annotations

import argparse
from dataclasses import replace

import pandas as pd
import pytest

from channelwright.cli.compare_more import check_weights, condition, say_more, weights
from channelwright.foundation.errors import UsageError
from channelwright.studies import compare, simulate
from channelwright.studies.decisions import Condition, keeping, regret, with_best
from tests.study.fake_world import ENGINE, pack


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    runs = simulate(
        pack(replications=20), workers=1, out=tmp_path_factory.mktemp("d"), engine=ENGINE
    )
    return compare(runs)


def in_two_scenarios(comparison):
    """The same study with a second scenario in which the ranking is turned round."""
    (base,) = comparison.samples
    turned = {name: -values for name, values in base.values.items()}
    return replace(comparison, samples=(base, replace(base, scenario="turned", values=turned)))


def test_regret_is_the_loss_against_the_best_of_each_scenario(comparison):
    table = regret(in_two_scenarios(comparison), "cases").set_index("design")
    sample = comparison.samples[0]
    means = dict(zip(sample.designs, sample.of("cases").mean(axis=1), strict=True))
    spread = means["direct"] - means["hybrid"]
    assert table.loc["direct", "worst"] == pytest.approx(spread)
    assert table.loc["direct", "worst_scenario"] == "turned"
    assert table.loc["today", "worst"] < spread
    assert table.loc["today", "minimax"]
    sure = regret(in_two_scenarios(comparison), "cases", {"base": 1.0, "turned": 0.0})
    assert sure.set_index("design").loc["direct", "expected"] == pytest.approx(0.0)
    with pytest.raises(UsageError, match="several scenarios"):
        regret(comparison, "cases")
    with pytest.raises(UsageError, match="weights name other"):
        regret(in_two_scenarios(comparison), "cases", {"other": 1.0})


def test_the_best_of_those_that_keep_a_condition_is_chosen(comparison):
    served = comparison.samples[0].of("served").mean(axis=1)
    limit = float(served[0] + served[1]) / 2.0
    table = keeping(comparison, [Condition("served", limit)], "cases").set_index("design")
    assert table["conditions"].to_dict() == {
        "today": "broken",
        "direct": "kept",
        "hybrid": "broken",
    }
    assert table.loc["direct", "chosen"]
    below = keeping(comparison, [Condition("served", limit, at_least=False)], "cases")
    assert below.set_index("design").loc["today", "chosen"]
    nobody = keeping(comparison, [Condition("served", 9.0)], "cases")
    assert not nobody["chosen"].any()


def test_the_best_is_known_as_such(comparison):
    verdicts = with_best(comparison, "cases").set_index("design")["verdict"]
    assert verdicts.to_dict() == {"today": "not best", "direct": "best", "hybrid": "not best"}


def options(**given):
    usual = {"kpis": None, "simultaneous": False, "subject_to": [], "weights": None}
    return argparse.Namespace(**{**usual, **given})


def test_tables_are_shown_where_they_are_asked_for(comparison, capsys):
    say_more(comparison, options(), {"cases": "cases", "served": "fill rate"})
    plain = capsys.readouterr().out
    assert "sharing random worlds saves" in plain
    assert "×" in plain
    assert "fill rate" in plain
    assert "served" not in plain
    assert "subject to" not in plain
    asked = options(kpis="cases", subject_to=[Condition("served", 9.0)])
    say_more(replace(comparison, simultaneous=True), asked, {"cases": "cases"})
    shown = capsys.readouterr().out
    assert "differences to today, 95% all together" in shown
    assert "no design is shown to keep the conditions" in shown


def test_weights_name_every_scenario_of_the_study():
    check_weights(None, ["base", "hot"])
    check_weights({"hot": 0.4, "base": 0.6}, ["base", "hot"])
    for given in ({"base": 1.0}, {"base": 0.6, "hot": 0.2, "cold": 0.2}):
        with pytest.raises(UsageError, match="give every scenario of the study a probability"):
            check_weights(given, ["base", "hot"])


def test_words_of_the_command_line():
    assert condition("case_fill_rate >= 95%") == Condition("case_fill_rate", 0.95)
    assert condition("orders<=1_000") == Condition("orders", 1000.0, at_least=False)
    assert weights("base=60%,hot=0.4") == {"base": 0.6, "hot": 0.4}
    for parse, text, words in (
        (condition, "orders < 3", "is no condition"),
        (weights, "base", "is no weight"),
        (weights, "base=60%", "add up to 1"),
    ):
        with pytest.raises(argparse.ArgumentTypeError, match=words):
            parse(text)


def test_the_table_names_how_many_runs_were_saved(comparison):
    table = comparison.table(["cases"])
    assert isinstance(table, pd.DataFrame)
    assert (table.set_index("design").loc["direct":"hybrid", "variance_reduction"] > 5).all()
