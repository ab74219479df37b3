"""Explaining a design: a rule in words that is built and simulated, losers, payments, areas."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import channelwright.scenario
from channelwright.cli.main import main
from channelwright.foundation.errors import UsageError
from channelwright.model.source_choice import Rights, Selling
from channelwright.optimisation.remode import with_modes
from channelwright.reporting import report
from channelwright.rules.flows import bits_per_week
from channelwright.scenario import read_scenario
from channelwright.store.answers import load_answers
from channelwright.store.identity import content_digest
from channelwright.studies import simulate
from channelwright.studies.explain import _ranked, explain
from channelwright.studies.setting import Setting
from channelwright.studies.simple_rule import simple_rule
from tests.conftest import ROOT
from tests.support.shorten import shorten
from tests.unit.test_optimisation_hybrid import stands

NAN = float("nan")
EXAMPLE = Path(channelwright.scenario.__file__).parent / "example"


@pytest.fixture(scope="module")
def pack():
    pack = read_scenario(EXAMPLE)
    return replace(pack, markets={"base": shorten(pack.market, 63)})


@pytest.fixture(scope="module")
def runs(pack, tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    return simulate(pack, ["today", "direct"], replications=3, out=out, workers=1)


@pytest.fixture(scope="module")
def found(runs):
    return explain(runs, "direct", setting=Setting(workers=1))


def planted(market, design):
    """A design that follows a rule: chains MT, big outlets DSD, all others WS."""
    modes = {name: market.modes.ids.index(name) for name in ("MT", "DSD", "WS")}
    cases = (market.outlets.rate / market.products.units_per_case).sum(axis=1) * 7
    chain = market.outlets.chain >= 0
    mode = np.where(chain, modes["MT"], np.where(cases > 5.0, modes["DSD"], modes["WS"]))
    return with_modes(market, design, mode), mode


def test_a_planted_rule_is_found_in_words(pack):
    design, mode = planted(pack.market, pack.designs["direct"])
    rule = simple_rule(pack.market, design)
    assert rule.right == 1.0
    np.testing.assert_array_equal(rule.mode, mode)
    words = {str(branch) for branch in rule.branches}
    assert "of a chain -> MT" in words
    (dsd,) = (one for one in rule.branches if one.mode == "DSD")
    assert any(text.startswith("over ") and "cases a week" in text for text in dsd.conditions)
    assert sum(one.outlets for one in rule.branches) == len(mode)
    assert sum(one.volume for one in rule.branches) == pytest.approx(1.0)


def test_the_rule_as_worded_is_the_rule_as_scored(pack):
    market, design = pack.market, pack.designs["assisted"]
    rule = simple_rule(market, design)
    weight = (market.outlets.rate / market.products.units_per_case).sum(axis=1)
    same = rule.mode == design.outlets.mode
    assert rule.right == pytest.approx(weight[same].sum() / weight.sum())
    assert 0.8 < rule.right <= 1.0
    assert len(rule.branches) <= 8
    weighted = sum(one.right * one.volume for one in rule.branches)
    assert weighted == pytest.approx(rule.right)


def test_designs_with_other_modes_are_valid(pack):
    market, design = pack.market, pack.designs["direct"]
    assert with_modes(market, design, design.outlets.mode) is design
    stands(market, planted(market, design)[0])
    flagship = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    for name in ("today", "assisted_area"):
        own = flagship.designs[name]
        ruled = with_modes(flagship.market, own, simple_rule(flagship.market, own).mode)
        stands(flagship.market, ruled)
        assert content_digest(ruled) != content_digest(own)
        # Outlets that keep their mode keep their server.
        kept = ruled.outlets.mode == own.outlets.mode
        np.testing.assert_array_equal(ruled.outlets.site[kept], own.outlets.site[kept])


def test_rights_and_asking_prices_are_kept_with_other_modes(pack):
    market, design = pack.market, pack.designs["direct"]
    options, mode = design.outlets.options, design.outlets.mode
    none = np.zeros(0, dtype=np.int64)
    no_products = np.zeros((0, len(market.products)), dtype=np.bool_)
    selling = Selling(
        option_mode=np.where(options >= 0, mode[:, None], -1),
        asking=np.full(len(market.sites), 990_000),
        rights=Rights(none, none, none, none, np.zeros(0, dtype=np.bool_), no_products),
    )
    ruled, wanted = planted(market, replace(design, selling=selling))
    assert ruled.selling is not None
    np.testing.assert_array_equal(ruled.selling.asking, selling.asking)
    np.testing.assert_array_equal(ruled.selling.option_mode[:, 0], wanted)
    assert ((ruled.selling.option_mode >= 0) == (ruled.outlets.options >= 0)).all()


def test_the_cost_of_the_rule_is_paired_and_bounded(found):
    table = found.cost_of_rule.set_index("kpi")
    for kpi in ("profit_manufacturer", "delivered_cases"):
        row = table.loc[kpi]
        assert row["low"] <= row["estimate"] <= row["high"]
    # The rule places some outlets otherwise: it cannot be the design itself.
    assert found.rule.right < 1.0
    assert table.loc["profit_manufacturer", "estimate"] != 0


def test_payments_make_losers_whole_and_the_rest_is_the_manufacturers(found, runs):
    parties = found.parties.set_index("party")
    losers = parties[(parties["change"] < 0) & (parties.index != "Manufacturer")]
    assert (losers["payment"] == -losers["change"]).all()
    assert parties.drop(losers.index)["payment"].eq(0).all()
    left = parties.loc["Manufacturer", "change"] - losers["payment"].sum()
    assert found.remains[0] == pytest.approx(left)
    assert found.remains[1] <= found.remains[0] <= found.remains[2]
    # Houses add up to what the KPI says of all distributors.
    kpis = runs.kpis()
    own = kpis[kpis["kpi"] == "profit_distributors"].groupby("design")["value"].mean()
    names = runs.study.market("base").sites.names
    houses = parties[parties.index.isin(names)]["change"].sum()
    assert houses == pytest.approx(own["direct"] - own["today"])


def test_areas_in_which_nothing_changes_are_ranked_by_the_sign_of_their_gain():
    areas = pd.DataFrame(
        {"gain": [-5.0, 10.0, 900.0, 40.0, -70.0], "gain_per_outlet": [NAN, 2.0, NAN, 8.0, -7.0]}
    )
    assert _ranked(areas)["gain"].tolist() == [900.0, 40.0, 10.0, -70.0, -5.0]


def test_gains_of_areas_add_up_and_are_ranked(found, runs):
    kpis = runs.kpis()
    own = kpis[kpis["kpi"] == "contribution"].groupby("design")["value"].mean()
    assert found.areas["gain"].sum() == pytest.approx(own["direct"] - own["today"])
    each = found.areas["gain_per_outlet"].dropna().tolist()
    assert each == sorted(each, reverse=True)
    assert found.areas["so_far"].iloc[-1] == pytest.approx(found.areas["gain"].sum())
    one, two = (runs.study.design(name).outlets for name in ("today", "direct"))
    changed = (one.mode != two.mode) | (one.site != two.site)
    changed |= bits_per_week(one.order_days) != bits_per_week(two.order_days)
    assert found.areas["outlets"].sum() == changed.sum()


def test_the_answer_is_kept_and_the_report_shows_it(found, runs):
    kept = load_answers(runs.study.folder)["explain", "direct"]
    assert kept["right"] == found.rule.right
    page = report(runs).read_text(encoding="utf-8")
    for words in ("What the design follows", "Who loses, and what pays them out", "Which areas"):
        assert words in page


def test_the_command_prints_words_or_json(runs, capsys):
    source = str(runs.path)
    assert main(["explain", source, "direct", "--workers", "1", "--no-report"]) == 0
    shown = capsys.readouterr().out
    assert "of the volume follows" in shown
    assert "-> DSD" in shown
    assert "which areas first" in shown
    assert main(["explain", source, "direct", "--workers", "1", "--no-report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["baseline"] == "today"


def test_wrong_names_are_refused(runs):
    with pytest.raises(UsageError, match="design 'nowhere' is not in the study"):
        explain(runs, "nowhere")
