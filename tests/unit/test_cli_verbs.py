"""Every verb: what it prints, where it writes, and the exit code that it leaves with."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import channelwright.simulation
from channelwright.cli.main import VERBS, main
from channelwright.cli.select import _best_first, _summed_up
from channelwright.foundation.errors import ChannelwrightError
from channelwright.studies.selecting import listed
from tests.conftest import ROOT

TINY = ROOT / "tests/data/packs/tiny"


@pytest.fixture
def pack(tmp_path):
    """A copy of the tiny pack that has nothing to choose and a short study."""
    folder = shutil.copytree(TINY, tmp_path / "tiny")
    text = """
study: {designs: [today, online], scenarios: [base], replications: 1, expect: []}
market: {calendar: {horizon_days: 49}}"""
    return variant(folder, "short", text)


def variant(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"extends: scenario.yaml\n{text}\n")
    return path


def usage(*arguments: str) -> int:
    """Exit code of arguments that the parser refuses."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    return int(stop.value.code)


def study(verb: str, pack: Path, out: Path, *more: str) -> int:
    return main([verb, str(pack), "--out", str(out), "--workers", "1", *more])


def test_help_names_every_verb(capsys):
    assert usage("--help") == 0
    shown = capsys.readouterr().out
    assert all(f"  {verb} " in shown for verb in VERBS)
    assert "Exit codes" in shown


def test_version_is_the_installed_one(capsys):
    assert usage("--version") == 0
    assert capsys.readouterr().out == f"channelwright {channelwright.__version__}\n"


def test_no_verb_is_wrong_usage_and_shows_help(capsys):
    assert main([]) == 2
    assert "VERB" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["optimize", "x"],
        ["check"],
        ["check", "x", "--loud"],
        ["simulate", "x", "--replications", "0"],
        ["simulate", "x", "--seed", "-1"],
        ["simulate", "x", "--workers", "two"],
        ["simulate", "x", "--seed", "1.5"],
    ],
)
def test_what_the_parser_refuses_is_wrong_usage(arguments, capsys):
    assert usage(*arguments) == 2
    shown = capsys.readouterr().err
    block, hint = shown.splitlines()
    assert block.startswith("error: ")
    assert hint.startswith("usage: channelwright")
    assert " _" not in shown, "no name from inside the program"


def test_a_verb_that_does_not_exist_is_answered_with_the_nearest(capsys):
    assert usage("chek", "x") == 2
    assert "there is no verb 'chek'; did you mean 'check'?" in capsys.readouterr().err
    assert usage("wobble") == 2
    assert "verbs: new, check, schema" in capsys.readouterr().err


def test_the_package_runs_as_a_module():
    command = [sys.executable, "-m", "channelwright", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"channelwright {channelwright.__version__}\n")


def test_a_file_that_cannot_be_used_is_named(tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    assert main(["new", str(tmp_path / "taken" / "pack")]) == 3
    shown = capsys.readouterr().err
    assert shown.startswith(f"error: cannot use {tmp_path}/taken/pack: Not a directory; free")
    assert "Errno" not in shown


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--zone", "0"], "--zone is 0; give the smallest difference"),
        (["--zone", "5", "--confidence", "95"], "--confidence is 95; give a probability"),
        (["--zone", "5", "--budget", "1"], "budget is 1 runs, but 3 designs with 10 runs"),
        (["--procedure", "ocba", "--budget", "29"], "need 30; give a budget of 30 or more"),
    ],
)
def test_numbers_that_no_selection_can_be_made_with_are_wrong_usage(options, words, capsys):
    assert main(["select", str(TINY), *options]) == 2
    assert words in capsys.readouterr().err


def test_a_long_table_of_designs_shows_the_best_and_sums_up_the_rest():
    names = [f"design-{number}" for number in range(200)]
    table = pd.DataFrame({"design": names, "replications": 5, "mean": np.arange(200.0)})
    table["in_the_race"] = table["mean"] == 3.0
    shown, rest = _best_first(table, "contribution")
    assert shown["design"].tolist()[:3] == ["design-3", "design-199", "design-198"]
    assert len(shown) == 20
    assert _summed_up(rest) == "and 180 more, means 0 to 180, 0 of them in the race"
    # Of costs the least is the best; a short table keeps its order.
    assert _best_first(table, "rebates")[0]["design"].iloc[1] == "design-0"
    assert _best_first(table.iloc[:20], "contribution")[0]["design"].tolist() == names[:20]
    assert listed(names) == ", ".join(names[:10]) + " and 190 more"


def test_weights_of_unknown_scenarios_are_refused_before_the_first_run(pack, tmp_path, capsys):
    more = ["--weights", "nope=1", "--replications", "2"]
    assert study("compare", pack, tmp_path / "out", *more) == 2
    assert "--weights names nope; give every scenario" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", ["check", "simulate", "compare", "report"])
def test_a_path_that_does_not_exist_is_wrong_usage(verb, tmp_path, capsys):
    path = str(tmp_path / "nowhere")
    assert main([verb, path]) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("error: ")
    assert path in shown.err


def test_check_says_what_a_clean_pack_holds(capsys):
    assert main(["check", str(TINY)]) == 0
    shown = capsys.readouterr().out
    assert "no problems" in shown
    assert "15 outlets" in shown


def test_check_lists_all_problems_of_a_bad_pack(pack, capsys):
    variant(pack.parent, "bad", "market: {finance: {vat: -1}, calendar: {warmup_days: 99}}")
    assert main(["check", str(pack.with_name("bad.yaml"))]) == 1
    shown = capsys.readouterr().out
    assert "2 problems" in shown
    assert "market.finance.vat" in shown
    assert "Traceback" not in shown


def test_a_bad_pack_runs_nothing(pack, tmp_path, capsys):
    bad = variant(pack.parent, "bad", "market: {finance: {vat: -1}}")
    assert study("simulate", bad, tmp_path / "out") == 1
    assert "market.finance.vat" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_schema_is_json(capsys):
    assert main(["schema"]) == 0
    assert "properties" in json.dumps(json.loads(capsys.readouterr().out))


def test_optimise_prints_certificates_and_forecast(capsys):
    assert main(["optimise", str(TINY), "chosen"]) == 0
    shown = capsys.readouterr().out
    assert "Plan 'chosen'" in shown
    assert "forecast over 56 days" in shown
    assert "Profit manufacturer" in shown, "KPIs in words"
    assert "sell_out_units" not in shown
    assert "Contribution " in shown
    assert "EUR" in shown


def test_optimise_answers_further_questions_and_writes_files(tmp_path, capsys):
    folder = tmp_path / "plan"
    options = ["--frontier", "4", "--why", "--out", str(folder)]
    assert main(["optimise", str(TINY), "chosen", *options]) == 0
    shown = capsys.readouterr().out
    assert "cost against realignment" in shown
    assert "the opposite decision on one site" in shown
    assert str(folder) in shown
    frontier = pd.read_csv(folder / "frontier.csv")
    assert (frontier["bound"] <= frontier["cost"] + 1e-9).all()
    assert (folder / "frontier.svg").read_text(encoding="utf-8").startswith("<svg")
    figures = pd.read_csv(folder / "territories.csv")
    given = pd.read_csv(folder / "outlets.csv")
    assert figures["outlets"].sum() == given["site"].notna().sum()
    shapes = json.loads((folder / "design.geojson").read_text(encoding="utf-8"))
    assert {item["geometry"]["type"] for item in shapes["features"]} == {"Point", "Polygon"}
    claims = json.loads((folder / "certificates.json").read_text(encoding="utf-8"))
    assert claims[0]["decision"] == "territories"
    assert claims[0]["lower_bound"] <= claims[0]["upper_bound"] + 1e-9


def test_optimise_of_a_given_design_is_wrong_usage(capsys):
    assert main(["optimise", str(TINY), "today"]) == 2
    assert "It is a given design: simulate it." in capsys.readouterr().err


def test_simulate_keeps_the_runs_and_finds_them_again(pack, tmp_path, capsys):
    assert study("simulate", pack, tmp_path / "out", "--study", "mine") == 0
    first = capsys.readouterr()
    assert first.out == f"study: {tmp_path / 'out/studies/mine'}\n"
    assert "simulate tiny: 0 of 2 runs" in first.err
    assert "simulate tiny: 2 of 2 runs" in first.err
    assert "\x1b" not in first.err, "no bar when nobody watches a terminal"
    assert study("simulate", pack, tmp_path / "out", "--study", "mine") == 0
    assert "2 found again" in capsys.readouterr().err


def test_compare_shows_every_design_and_writes_the_report(pack, tmp_path, capsys):
    assert study("compare", pack, tmp_path / "out", "--replications", "2") == 0
    shown = capsys.readouterr().out.splitlines()
    assert any(line.startswith("online ") for line in shown)
    report = Path(shown[-1].removeprefix("report: "))
    assert report.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    folder = report.parent.parent
    report.unlink()
    assert main(["report", str(folder)]) == 0
    assert report.exists()


def test_a_baseline_of_the_command_is_that_of_its_report(pack, tmp_path, capsys):
    shared = ("--replications", "2", "--study", "mine")
    assert study("compare", pack, tmp_path / "out", *shared, "--baseline", "online") == 0
    assert "paired with online" in capsys.readouterr().out
    folder = tmp_path / "out/studies/mine"
    assert json.loads((folder / "plan.json").read_text())["baseline"] == "online"
    page = (folder / "report/report.html").read_text(encoding="utf-8")
    assert "Against “" in page
    assert "Against today" not in page


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--replications", "2", "--baseline", "chosen"], "baseline 'chosen' is not one of"),
        (["--replications", "1"], "give 2 or more"),
        ([], "give 2 or more"),
        (["--scenarios", "storm"], "the pack has no scenario 'storm'"),
    ],
)
def test_compare_refuses_before_it_simulates(more, words, pack, tmp_path, capsys):
    assert study("compare", pack, tmp_path / "out", *more) == 2
    assert words in capsys.readouterr().err
    assert not list((tmp_path / "out").glob("runs/*"))


def test_a_scenario_that_the_study_leaves_out_may_be_named(pack, tmp_path, capsys):
    named = ("--scenarios", "slack", "--designs", "today", "--study", "mine")
    assert study("simulate", pack, tmp_path / "out", *named) == 0
    plan = json.loads((tmp_path / "out/studies/mine/plan.json").read_text())
    assert list(plan["markets"]) == ["slack"]
    assert main(["optimise", str(TINY), "chosen", "--scenario", "slack"]) == 0
    assert "Plan 'chosen'" in capsys.readouterr().out


def test_a_gate_that_fails_is_exit_code_1(pack, tmp_path, capsys):
    bound = "{kpi: case_fill_rate, design: today, at_least: 1.5}"
    text = f"study: {{designs: [today], scenarios: [base], replications: 2, expect: [{bound}]}}"
    strict = variant(pack.parent, "strict", text)
    assert study("compare", strict, tmp_path / "out", "--no-report") == 1
    assert "fail" in capsys.readouterr().out
    assert not list((tmp_path / "out").glob("studies/*/report"))


def test_a_market_without_demand_is_reported_without_figures(pack, tmp_path, capsys):
    table = pack.parent / "tables/outlets.csv"
    outlets = pd.read_csv(table, dtype=str, keep_default_na=False)
    outlets.assign(weekly_cases="0").to_csv(table, index=False)
    gate = "{kpi: case_fill_rate, design: today, at_least: 0.5}"
    text = f"study: {{designs: [today], scenarios: [base], replications: 2, expect: [{gate}]}}"
    still = variant(pack.parent, "still", text)
    assert study("compare", still, tmp_path / "out") == 1
    shown = capsys.readouterr().out
    assert "undecided" in shown
    assert "nan" not in shown
    assert list((tmp_path / "out").glob("studies/*/report/report.html"))


def test_runs_that_fail_are_exit_code_3(pack, tmp_path, capsys, monkeypatch):
    engine = channelwright.simulation.replicate

    def breaks(market, design, address, *rest, **named):
        if address.replication == 1:
            raise ArithmeticError("the second world is broken")
        return engine(market, design, address, *rest, **named)

    monkeypatch.setattr(channelwright.simulation, "replicate", breaks)
    code = study("compare", pack, tmp_path / "out", "--replications", "3", "--no-report")
    shown = capsys.readouterr()
    assert code == 3
    assert "run failed: today, base, replication 1: " in shown.err
    assert "the second world is broken" in shown.err
    assert "means of 2 replications" in shown.out


def test_interrupted_study_is_exit_code_130_and_goes_on(pack, tmp_path, capsys, monkeypatch):
    def stops(*given, **named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(channelwright.simulation, "replicate", stops)
        assert study("simulate", pack, tmp_path / "out") == 130
    assert "give the same command again" in capsys.readouterr().err
    assert study("simulate", pack, tmp_path / "out") == 0


def test_ctrl_c_outside_a_study_is_exit_code_130(monkeypatch, capsys):
    def stops(path):
        raise KeyboardInterrupt

    monkeypatch.setattr("channelwright.scenario.report_check", stops)
    assert main(["check", str(TINY)]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_file_that_cannot_be_used_is_said_without_a_traceback(monkeypatch, capsys):
    def full(path):
        raise OSError(28, "No space left on device", "results")

    monkeypatch.setattr("channelwright.scenario.report_check", full)
    assert main(["check", str(TINY)]) == 3
    assert "No space left on device" in capsys.readouterr().err


def test_a_results_folder_that_is_a_file_is_exit_code_3(pack, tmp_path, capsys):
    place = tmp_path / "out"
    place.touch()
    assert study("simulate", pack, place) == 3
    assert "give a folder that can be written" in capsys.readouterr().err


def test_debug_shows_the_traceback(tmp_path):
    with pytest.raises(ChannelwrightError):
        main(["check", str(tmp_path / "nowhere"), "--debug"])


def test_command_as_a_process_prints_one_clear_block(tmp_path):
    command = [sys.executable, "-W", "error", "-m", "channelwright.cli"]
    wrong = subprocess.run(
        [*command, "check", str(tmp_path / "x")], capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("error: ")
    assert "Traceback" not in wrong.stderr
    shown = subprocess.run(
        [*command, "check", str(tmp_path / "x"), "--debug"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" in shown.stderr


def test_reader_that_goes_away_is_no_error():
    line = f"{sys.executable} -W error -m channelwright.cli schema | head -c 10"
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert done.stdout == '{\n  "$sche'
    assert done.stderr == ""


TWO = ("--replications", "2")


def test_gates_of_the_command_line_and_rounds(pack, tmp_path, capsys):
    options = ["--budget", "4", "--precision", "contribution=50%", "--no-report"]
    assert study("compare", pack, tmp_path / "out", *TWO, *options, "--fail-if", "people < 1") == 0
    shown = capsys.readouterr().out
    assert "people" in shown
    assert "replications in 1 round" in shown
    failing = ["--fail-if", "people > 1", "--fail-if", "otif < 12.5%", "--no-report"]
    assert study("compare", pack, tmp_path / "out", *TWO, *failing) == 1
    shown = capsys.readouterr().out
    assert "fail" in shown
    # A share is shown as the table above shows it.
    (line, *_) = (one for one in shown.splitlines() if " otif " in one)
    assert "at least 12.5%" in line
    assert line.count("%") == 4
    assert study("compare", pack, tmp_path / "out", *TWO, "--fail-if", "peopel > 1") == 2
    assert "no KPI is called 'peopel'" in capsys.readouterr().err
    assert study("compare", pack, tmp_path / "out", *TWO, "--precision", "people=1") == 2
    assert "--precision needs --budget" in capsys.readouterr().err


def test_query_answers_in_sql(pack, tmp_path, capsys):
    assert study("simulate", pack, tmp_path / "out", "--study", "asked") == 0
    capsys.readouterr()
    folder = str(tmp_path / "out" / "studies" / "asked")
    assert main(["query", folder]) == 0
    assert "kpis" in capsys.readouterr().out
    assert main(["query", folder, "select count(*) as runs from runs", "--csv"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "runs"
    capsys.readouterr()
    assert main(["query", folder, "select 1::double / 3 as third, 2::double as two"]) == 0
    assert capsys.readouterr().out.split() == ["third", "two", "0.333333", "2.0"]
    assert main(["query", folder, "select 1::double / 3 as third", "--csv"]) == 0
    assert "0.3333333333333333" in capsys.readouterr().out
    assert main(["query", folder, "select nothing from nowhere"]) == 2
    assert "the query cannot be answered" in capsys.readouterr().err
    assert main(["query", str(tmp_path / "no")]) == 2


def test_batch_compares_every_pack_and_ends_with_the_gravest_code(pack, tmp_path, capsys):
    (pack.parent / "broken").mkdir()
    (pack.parent / "broken" / "scenario.yaml").write_text("name: [", encoding="utf-8")
    code = study("batch", pack.parent, tmp_path / "out", "--no-report")
    shown = capsys.readouterr()
    assert code == 1
    assert "broken" in shown.out
    assert "no good answer" in shown.out
    assert main(["batch", str(tmp_path / "nothing")]) == 2


def test_golden_study_is_stored_and_gates_compare_with_it(pack, tmp_path, capsys):
    folder = str(tmp_path / "golden")
    name = "today"
    out = tmp_path / "out"
    again = ["--designs", name, "--golden", folder]
    assert study("golden", pack, out, *again, "--replications", "16", "--kpis", "orders") == 0
    assert "golden study:" in capsys.readouterr().out
    assert study("golden", pack, out, *again, "--replications", "3") == 2
    assert study("golden", pack, out, *again, "--kpis", "nothing") == 2
    loose = ["--replications", "2", "--budget", "4", "--study", "judged", *again]
    passing = ["--fail-if", "contribution@today < golden - 90%"]
    code = study("compare", pack, out, *loose, *passing)
    shown = capsys.readouterr().out
    assert "not below golden" in shown
    files = out / "studies" / "judged" / "report"
    assert "not below golden" in (files / "gates.json").read_text(encoding="utf-8")
    assert "not below golden" in (files / "gates.xml").read_text(encoding="utf-8")
    assert "not below golden" in (files / "summary.md").read_text(encoding="utf-8")
    assert "not below golden" in (files / "report.html").read_text(encoding="utf-8")
    other = study("compare", pack, out, *loose, "--fail-if", "orders@today > golden + 0%")
    assert (code, other) == (0, 1)
    missing = ["--golden", str(tmp_path / "none"), "--designs", name, "--replications", "2"]
    missing += ["--budget", "2", "--no-report"]
    assert study("compare", pack, out, *missing, *passing) == 1
    assert "there is no golden study" in capsys.readouterr().out
