"""Simulated orders of `today` against the history of the Iowa pack."""

import dataclasses
import importlib
import json
import re
import sys

import numpy as np
import pytest

from channelwright.scenario.reading import read_scenario
from tests.conftest import ROOT

PACK = ROOT / "scenarios" / "iowa_spirits"
sys.path.insert(0, str(PACK))
demand = importlib.import_module("iowa_build.demand")
calibration = importlib.import_module("iowa_build.calibration")
history = importlib.import_module("iowa_build.history")
FEW, MANY = 3, 100


def _score_module():
    spec = importlib.util.spec_from_file_location("iowa_score", PACK / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


scoring = _score_module()


@pytest.fixture(scope="module")
def few():
    """Ordered litres of three replications: (3, cities, 52)."""
    return scoring.simulated_litres(read_scenario(PACK), FEW)


@pytest.fixture(scope="module")
def fitted():
    return demand.fit_demand(history.training(), calibration.COVER_DAYS, None)


def test_litres_of_the_year_are_those_that_the_fit_expects(few, fitted):
    expected = fitted.target[demand.WARMUP_WEEKS :].sum()
    # The shocks of 52 weeks leave the litres of a year a relative deviation of about 0.025.
    assert few.sum(axis=(1, 2)).mean() == pytest.approx(expected, rel=4 * 0.025 / FEW**0.5)


def test_short_weeks_and_the_weeks_before_show_in_every_replication(few):
    state = few.sum(axis=1)
    usual = np.median(state, axis=1)
    thanksgiving = 25  # the week of 22 November 2015
    # Expected about 0.5 and 1.35 of a usual week; a week's deviation is about 0.15.
    assert state[:, thanksgiving].mean() < 0.8 * usual.mean()
    assert state[:, thanksgiving - 1].mean() > 1.0 * usual.mean()


def test_cities_order_their_share_of_the_state(few, fitted):
    share = fitted.rates.sum(axis=1) / fitted.rates.sum()
    simulated = few.sum(axis=2).mean(axis=0) / few.sum(axis=2).mean(axis=0).sum()
    big = np.argsort(share)[-20:]
    # A city's year deviates by its own shocks: 0.32 over the root of 52 weeks and more.
    assert simulated[big] == pytest.approx(share[big], rel=0.35)
    assert simulated[big].sum() == pytest.approx(share[big].sum(), rel=0.05)


def _figures_of_readme():
    text = (PACK / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- test year ([^>]*) -->", text)
    return json.loads(block.group(1))


@pytest.fixture(scope="module")
def figures():
    simulated = scoring.simulated_litres(read_scenario(PACK), MANY)
    return scoring.evaluate(simulated)


@pytest.mark.slow
def test_figures_of_the_readme_are_those_of_the_simulator(figures):
    found, said = dataclasses.asdict(figures), _figures_of_readme()
    assert found.pop("inside") == pytest.approx(said.pop("inside"), abs=0.02)  # one week of 52
    assert found.pop("bias") == pytest.approx(said.pop("bias"), abs=0.005)
    assert found == pytest.approx(said, rel=0.03)


@pytest.mark.slow
def test_state_weeks_are_closer_than_the_same_week_a_year_ago(figures):
    assert figures.state_week < figures.naive_week


@pytest.mark.slow
@pytest.mark.xfail(reason="missed and reported in README.md: growth slowed", strict=True)
def test_city_quarters_are_closer_than_the_same_quarter_a_year_ago(figures):
    assert figures.city_quarter < figures.naive_quarter


@pytest.mark.slow
def test_share_of_weeks_inside_the_band(figures):
    assert 0.80 <= figures.inside <= 0.97


@pytest.mark.slow
@pytest.mark.xfail(reason="missed and reported in README.md: a calm year", strict=True)
def test_variance_of_weeks_is_that_of_history(figures):
    assert 0.7 <= figures.variance_ratio <= 1.4


def test_misses_are_said_in_the_readme():
    readme = _figures_of_readme()
    met = {
        "state_week": readme["state_week"] < readme["naive_week"],
        "city_quarter": readme["city_quarter"] < readme["naive_quarter"],
        "inside": 0.80 <= readme["inside"] <= 0.97,
        "variance_ratio": 0.7 <= readme["variance_ratio"] <= 1.4,
    }
    text = (PACK / "README.md").read_text(encoding="utf-8")
    assert text.count("**missed**") == sum(not good for good in met.values())
    assert text.count("| met |") == sum(met.values())
