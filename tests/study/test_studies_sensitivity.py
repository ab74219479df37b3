"""Sensitivity of a pack: fields and columns are set, runs are found again, flips are found."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest

from channelwright.cli.main import main
from channelwright.cli.sensitivity import _is_rough, _shown
from channelwright.foundation.errors import PackError, UsageError
from channelwright.scenario import read_scenario
from channelwright.studies.sensitivity import AssumptionError, Vary, flips, sensitivity
from channelwright.studies.setting import Setting
from tests.conftest import ROOT

COST = "market.tables.vehicles[*].km_cost"
PRICE = "market.tables.products[*].consumer_price"


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    folder = shutil.copytree(ROOT / "tests/data/packs/tiny", tmp_path_factory.mktemp("s") / "tiny")
    path = folder / "short.yaml"
    path.write_text(
        "extends: scenario.yaml\n"
        "study: {designs: [today, online], scenarios: [base], replications: 2, expect: []}\n"
        "market: {calendar: {horizon_days: 42}}\n"
    )
    return path


def test_settings_are_scenarios_of_fields_cells_and_columns(pack):
    settings = {
        "dear": {COST: "x1.5"},
        "weak": {"market.behaviour.response": "x0.5", "market.tables.modes[DSD].strike": 0.5},
    }
    read = read_scenario(pack, ["base", *settings], settings=settings)
    base, dear, weak = (read.markets[name] for name in ("base", "dear", "weak"))
    assert (dear.vehicles.km_cost == (base.vehicles.km_cost * 1.5).round()).all()
    assert weak.behaviour.response == pytest.approx(base.behaviour.response / 2)
    assert weak.modes.strike[weak.modes.ids.index("DSD")] == 0.5
    assert any("vehicles" in change.key for change in read.changes)
    with pytest.raises(PackError, match="no column 'km_price'"):
        read_scenario(pack, ["a"], settings={"a": {"market.tables.vehicles[*].km_price": "x2"}})
    with pytest.raises(UsageError, match="no scenario 'nowhere'"):
        read_scenario(pack, ["a"], settings={"a": {COST: "x2"}}, on="nowhere")


def test_tornado_sees_the_cost_and_not_the_idle_field_and_runs_are_found_again(pack, tmp_path):
    heard = []
    setting = Setting(out=tmp_path, workers=1, progress=heard.append)
    asked = [Vary(COST, 0.5, 2.0, factor=True), Vary("market.behaviour.reach_km", 15, 15.5)]
    found = sensitivity(pack, asked, replications=2, setting=setting)
    assert found.points == 5
    table = found.table.set_index(["result", "assumption"])
    own = table.loc["today"]
    assert own["swing"].iloc[0] > 0.0
    assert own["at_high"].iloc[0] < 0.0 < own["at_low"].iloc[0]
    assert "online - today" in set(found.table["result"])
    assert heard[-1].done > 0
    again = sensitivity(pack, asked, replications=2, setting=setting)
    assert heard[-1].done == 0
    assert again.table.equals(found.table)
    with pytest.raises(UsageError, match="name each of them once"):
        sensitivity(pack, [asked[0], asked[0]], setting=setting)


def test_flips_name_best_rival_and_value(pack, tmp_path):
    setting = Setting(out=tmp_path, workers=1)
    table = flips(pack, [Vary(COST, 0.9, 1.1, True)], replications=2, steps=1, setting=setting)
    assert len(table) == 1
    assert {table["best"].iloc[0], table["rival"].iloc[0]} == {"today", "online"}
    assert table["flip"].iloc[0]


def test_the_verb_shows_tables_and_saves_them(pack, tmp_path, capsys):
    words = ["sensitivity", str(pack), "--out", str(tmp_path), "--workers", "1"]
    size = ["--replications", "2", "--method", "morris", "--size", "2", "--designs", "today"]
    code = main([*words, "--vary", f"{COST}=x0.5:x2", *size, "--save", str(tmp_path / "t")])
    assert code == 0
    shown = capsys.readouterr().out
    assert "Contribution by morris" in shown
    assert "today: effect of the whole range on contribution, EUR" in shown
    assert "mean effect  mean size  ± of size  spread (bends, interacts)" in shown
    assert (tmp_path / "t" / "sensitivity.csv").exists()
    with pytest.raises(SystemExit):
        main([*words, "--vary", "market.behaviour.response=2:1"])
    assert "is no range" in capsys.readouterr().err


def test_every_method_has_heads_in_words_and_units():
    table = {
        "tornado": ["at_low", "at_low_low", "at_low_high", "at_high", "at_high_low"],
        "sobol": ["first", "first_half_width", "total", "total_half_width"],
    }
    table["tornado"] += ["at_high_high", "swing"]
    heads = {"tornado": ["low end", "high end", "from low to high"]}
    heads["sobol"] = ["alone", "± alone", "with interactions", "± with"]
    for method, names in table.items():
        frame = pd.DataFrame({"assumption": ["a"], **{name: [1.5] for name in names}})
        assert list(_shown(frame).columns) == ["assumption", *heads[method]]


@pytest.mark.parametrize(
    ("first", "width", "rough"),
    [(0.4, 0.05, False), (1.02, 0.05, True), (-0.02, 0.05, True), (0.4, 0.3, True)],
)
def test_shares_of_the_variance_from_too_few_points_are_called_rough(first, width, rough):
    row = {"first": first, "first_half_width": width, "total": 0.6, "total_half_width": 0.02}
    assert _is_rough(pd.DataFrame([row])) is rough


def test_what_the_pack_refuses_is_told_with_option_value_and_remedy(pack, tmp_path, capsys):
    words = ["sensitivity", str(pack), "--out", str(tmp_path), "--workers", "1"]
    idle = ["--vary", "market.behaviour.response=0.1:0.5"]
    assert main([*words, *idle, "--vary", "market.behaviour.celing=1:2"]) == 2
    shown = capsys.readouterr().err
    assert "error: --vary market.behaviour.celing=1:2, at 1: unknown key 'celing'; " in shown
    assert "did you mean 'ceiling'?" in shown
    assert "scenario.yaml" not in shown
    assert "response" not in shown
    assert main([*words, *idle, "--vary", "market.tables.modes[DSD].strike=1.5:1.7"]) == 2
    shown = capsys.readouterr().err
    assert "the pack refuses 2 values of --vary\n" in shown
    assert "  - --vary market.tables.modes[DSD].strike=1.5:1.7, at 1.5: 1.5 is outside 0" in shown
    assert "at 1.7: 1.7 is outside 0" in shown
    # A problem across rows of a table is named with the values of its point.
    assert main([*words, *idle, "--vary", f"{PRICE}=x0:x1"]) == 2
    assert (
        f"  - --vary {PRICE}=x0:x1, at x0.0: consumers would get 'cola'" in capsys.readouterr().err
    )


def test_flips_refuse_in_the_same_words(pack, tmp_path):
    setting = Setting(out=tmp_path, workers=1)
    with pytest.raises(AssumptionError, match="celing=1:2, at 1: unknown key 'celing'"):
        flips(pack, [Vary("market.behaviour.celing", 1, 2)], replications=2, setting=setting)
