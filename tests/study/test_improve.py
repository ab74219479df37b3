"""The loop on a small pack: errors fall, the search takes only sure steps, nothing runs twice."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import channelwright.scenario
from channelwright.cli import improve as verb
from channelwright.foundation.errors import UsageError
from channelwright.reporting import report
from channelwright.scenario import read_scenario
from channelwright.store.journal import read_journal
from channelwright.studies.improve import Spending, improve
from channelwright.studies.neighbourhood import Effort
from channelwright.studies.setting import Setting
from tests.support.shorten import shorten

EXAMPLE = Path(channelwright.scenario.__file__).parent / "example"
SPENDING = Spending(
    rounds=3,
    replications=3,
    judged=4,
    limits=2,
    search=Effort(rounds=1, screened=2, finalists=2, further=3, levers=("terms",)),
)


def small_pack():
    """The example over eight weeks; territories and terms are given, people are chosen."""
    pack = read_scenario(EXAMPLE)
    market = shorten(pack.market, 63)
    request = pack.requests["chosen"]
    return replace(
        pack,
        markets={"base": market},
        requests={"chosen": replace(request, sites=None, terms=None)},
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("results")


@pytest.fixture(scope="module")
def improved(folder):
    return improve(small_pack(), spending=SPENDING, setting=Setting(out=folder, workers=1))


def row(table, words):
    return table[table["statement"] == words].iloc[0]


def test_the_forecast_gets_better_on_worlds_that_it_has_not_seen(improved):
    fall = row(improved.verdict, "last less first error: mean of the three")
    assert fall["high"] < 0
    assert improved.rounds["error"].iloc[-1] < improved.rounds["error"].iloc[0]
    first = row(improved.verdict, "error of the first forecast")["estimate"]
    last = row(improved.verdict, "error of the last forecast")["estimate"]
    assert fall["estimate"] == pytest.approx(last - first)
    assert (improved.calibration.volume != 1.0).any()
    assert improved.plan.forecast.calibration is improved.calibration


def test_rounds_end_for_a_reason_that_their_table_shows(improved):
    letters = improved.rounds["design"].tolist()
    if "chose the design of round" in improved.ended:
        assert letters[-1] in letters[:-1]
    else:
        errors = improved.rounds["error"].tolist()
        assert errors[-1] > errors[-2] - 1e-4 or len(letters) == SPENDING.rounds


def test_the_search_takes_only_steps_that_are_sure_and_hurt_nobody(improved):
    table = improved.found.table
    taken = table[table["taken"]]
    assert (taken["stage"] == "finalist").all()
    assert (taken["low"] > 0).all()
    assert (taken["hindrance"] == "").all()
    assert len(taken) == bool(improved.found.steps)
    screened = table[table["stage"] == "screened"]
    assert len(screened) == len(improved.found.neighbours)
    assert (screened["replications"] == 2).all()
    finalists = table[table["stage"] == "finalist"]
    assert (finalists["replications"] == 3).all()
    assert (improved.limits is None) == bool(improved.found.steps)


def test_verdict_worlds_are_not_those_of_rounds_or_search(improved, folder):
    from channelwright.store import load_study

    seeds = {
        path.name.rsplit("-", 1)[-1]: load_study(path).plan.seed
        for path in sorted((folder / "studies").iterdir())
        if "-improve-" in path.name
    }
    assert len(set(seeds.values())) == len(seeds) >= 3
    assert improved.runs.study.plan.seed not in (seeds["rounds"], seeds["search"])
    assert improved.runs.designs == ("today", "chosen_first", "chosen_improved")


def test_the_same_call_computes_nothing_and_says_the_same(improved, folder, monkeypatch):
    import channelwright.studies.improve as loop

    def forbidden(*_args, **_options):
        raise AssertionError("a design that was kept is chosen again")

    monkeypatch.setattr(loop, "optimise", forbidden)
    again = improve(small_pack(), spending=SPENDING, setting=Setting(out=folder, workers=1))
    pd.testing.assert_frame_equal(again.rounds, improved.rounds)
    pd.testing.assert_frame_equal(again.verdict, improved.verdict)
    pd.testing.assert_frame_equal(again.found.table, improved.found.table)
    events = list(read_journal(again.runs.study.folder.journal))
    assert [event["done"] for event in events if event["event"] == "ended"][-1] == 0


def test_the_report_shows_the_calibration(improved):
    page = report(improved.runs).read_text(encoding="utf-8")
    assert "Calibration of the forecast" in page
    assert "Orders per call or order day" in page


def test_the_command_says_and_writes_what_was_found(improved, tmp_path, capsys):
    verb._say(small_pack(), improved)
    shown = capsys.readouterr().out
    for words in (
        "rounds of optimising and simulating",
        "largest errors of the first forecast",
        "verdict, in worlds that neither search nor calibration used",
        "last less first error: mean of the three",
    ):
        assert words in shown
    verb._write(tmp_path / "improved", small_pack(), improved)
    written = {path.name for path in (tmp_path / "improved").iterdir()}
    assert {"outlets.csv", "design.geojson", "certificates.json", "calibration.csv"} <= written
    assert {"rounds.csv", "forecast_errors.csv", "search.csv", "verdict.csv"} <= written
    table = pd.read_csv(tmp_path / "improved" / "calibration.csv")
    assert list(table.columns) == ["head", "area", "mode", "multiplier"]
    assert (table["multiplier"] != 1.0).all()


def test_options_reach_the_loop():
    parser = argparse.ArgumentParser()
    verb.configure(parser)
    given = ["pack", "--rounds", "2", "--judged", "1", "--screened", "3", "--levers", "people"]
    spending = verb._spending(parser.parse_args(given))
    assert (spending.rounds, spending.judged, spending.replications) == (2, 2, 10)
    assert (spending.search.screened, spending.search.levers) == (3, ("people",))
    with pytest.raises(UsageError, match="'shelves' names no levers; give some of people, stock"):
        verb._spending(parser.parse_args(["pack", "--levers", "shelves"]))


def test_a_design_below_a_floor_is_hindered():
    from channelwright.studies.neighbourhood import Floors
    from channelwright.studies.samples import Samples

    values = {"distributor_roi_min": np.array([[0.3, 0.3], [0.2, 0.2], [0.2999, 0.2999]])}
    sample = Samples("base", ("a", "b", "c"), (0, 1), (), {}, values)
    # Asked for more than the reference pays: the reference is the floor.
    for asked in (0.3, 0.4, np.inf):
        floors = Floors({"distributor_roi_min": asked, "unknown": 1.0})
        assert floors.broken(sample, 1, reference=0) == ("distributor_roi_min",)
        assert floors.broken(sample, 2, reference=0) == ()
    assert Floors({"distributor_roi_min": 0.1}).broken(sample, 1, reference=0) == ()
    assert floors.broken(sample, 0, reference=1) == ()


def test_a_pack_without_one_request_is_told(folder):
    pack = small_pack()
    with pytest.raises(UsageError, match="has 0 requests"):
        improve(replace(pack, requests={}), setting=Setting(out=folder))
    with pytest.raises(UsageError, match="no request 'today'; requests: chosen"):
        improve(pack, "today", setting=Setting(out=folder))
