"""Sites and territories of a whole market: limits, locks, forecasts and explained clashes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.errors import InfeasibleError
from channelwright.optimisation.location import LocationOptions
from channelwright.optimisation.territories.choose import choose_territories
from channelwright.optimisation.territories.measures import CAPITAL, CASES
from channelwright.optimisation.territories.problem import territory_task
from channelwright.rules.expectation import expect
from channelwright.rules.flows import expected_flows
from channelwright.scenario import read_scenario
from tests.conftest import ROOT

QUICK = LocationOptions(gap=2e-3, dual_iterations=300, search_rounds=12, nodes=50)


@pytest.fixture(scope="module")
def asked():
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    request = pack.requests["optimised"]
    return pack.markets[pack.study.scenarios[0]], request.sites, request.start


@pytest.fixture(scope="module")
def small(asked):
    """The request for its first mode only, which is decided in a moment."""
    market, choice, start = asked
    mine = choice.candidates & (choice.candidate_mode == choice.modes[0])
    first = replace(choice, modes=choice.modes[:1], candidates=mine, minimum_cases=1100.0)
    return market, first, start


@pytest.fixture(scope="module")
def chosen(asked):
    return choose_territories(*asked)


def cost_in(task, design):
    """Objective of a design's own territories in the task's money, inf if not allowed."""
    place = np.searchsorted(task.sites, design.outlets.site[task.rows])
    rows = np.arange(task.rows.size)
    return float(
        task.problem.cost[rows, place].sum() + task.problem.fixed_cost[np.unique(place)].sum()
    )


def test_the_choice_is_proven_and_no_worse_than_today(asked, chosen):
    market, choice, start = asked
    design, certificate = chosen
    assert certificate.gap <= 5e-4
    assert certificate.unit == "CNY per week"
    task = territory_task(market, choice, start)
    assert cost_in(task, design) == pytest.approx(certificate.objective)
    assert certificate.objective <= 1.0005 * cost_in(task, start)


def test_only_the_asked_outlets_and_candidates_change(asked, chosen):
    _, choice, start = asked
    design = chosen[0]
    others = ~np.isin(start.outlets.mode, choice.modes)
    assert (design.outlets.site[others] == start.outlets.site[others]).all()
    assert (design.outlets.mode == start.outlets.mode).all()
    fixed = ~choice.candidates
    assert (design.sites.open[fixed] == start.sites.open[fixed]).all()
    covered = design.outlets.mode >= 0
    assert design.sites.open[design.outlets.site[covered]].all()
    used = np.flatnonzero(design.sites.open & choice.candidates)
    assert (design.sites.mode[used] == choice.candidate_mode[used]).all()
    assert (design.sites.vehicles[used] > 0).all()
    closed = ~design.sites.open
    assert (design.sites.mode[closed] == -1).all()
    assert (design.sites.vehicles[closed] == 0).all()


def loads(market, choice, start, design, measure):
    task = territory_task(market, choice, start)
    place = np.searchsorted(task.sites, design.outlets.site[task.rows])
    used = task.problem.used(measure, np.arange(place.size), place)
    return np.bincount(place, weights=used, minlength=task.sites.size), task


@pytest.mark.parametrize("share", [0.4, 0.28])
def test_a_tight_capacity_is_kept_and_costs(small, share):
    market, choice, start = small
    choice = replace(choice, minimum_cases=0.0)
    free = choose_territories(market, choice, start, QUICK)[1].objective
    weekly = expected_flows(market, start).cases.sum(axis=1)
    total = weekly[np.isin(start.outlets.mode, choice.modes)].sum()
    capacity = np.where(choice.candidates, share * total, market.sites.capacity_cases)
    tight = replace(market, sites=replace(market.sites, capacity_cases=capacity))
    design, certificate = choose_territories(tight, choice, start, QUICK)
    load, task = loads(tight, choice, start, design, CASES)
    assert (load <= task.problem.capacity[:, CASES] + 1e-6).all()
    assert certificate.objective > free
    assert certificate.gap < 0.002


def test_working_capital_binds(small):
    market, choice, start = small
    choice = replace(choice, minimum_cases=0.0)
    used, task = loads(market, choice, start, start, CAPITAL)
    tied = max(used)
    assert tied > 0
    money = np.where(choice.candidates, int(0.6 * tied * 10_000), market.sites.working_capital)
    poor = replace(market, sites=replace(market.sites, working_capital=money))
    design, certificate = choose_territories(poor, choice, start, QUICK)
    load, task = loads(poor, choice, start, design, CAPITAL)
    assert (load <= task.problem.capacity[:, CAPITAL] + 1e-6).all()
    assert certificate.objective > choose_territories(market, choice, start, QUICK)[1].objective


def test_number_forced_and_locked_are_kept(small):
    market, choice, start = small
    choice = replace(choice, minimum_cases=0.0)
    free, known = choose_territories(market, choice, start, QUICK)
    more = int((free.sites.open & choice.candidates).sum()) + 1
    design, certificate = choose_territories(market, replace(choice, minimum=more), start, QUICK)
    assert (design.sites.open & choice.candidates).sum() >= more
    assert certificate.objective > known.objective
    locked = np.isin(start.outlets.mode, choice.modes) & (np.arange(len(market.outlets)) % 7 == 0)
    kept = replace(choice, locked=locked)
    design, _ = choose_territories(market, kept, start, QUICK)
    assert (design.outlets.site[locked] == start.outlets.site[locked]).all()
    forced = np.zeros(len(market.sites), dtype=bool)
    forced[np.flatnonzero(choice.candidates & ~design.sites.open)[0]] = True
    design, _ = choose_territories(
        market, replace(choice, forced=forced, minimum_cases=0.0), start, QUICK
    )
    assert design.sites.open[forced].all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"radius_metres": 50}, "without a candidate by a radius of 0.05 km"),
        ({"minimum_cases": 1e6}, "branch and bound|viable|whole reach"),
        ({"minimum": 20}, "at least 20 sites"),
        ({"maximum_share": 0.05}, "largest sites together|all candidates together"),
    ],
)
def test_clashes_are_named(small, changes, words):
    market, choice, start = small
    with pytest.raises(InfeasibleError, match=words):
        choose_territories(market, replace(choice, **changes), start, QUICK)


def test_nothing_to_decide_is_refused(small):
    market, choice, start = small
    nobody = replace(choice, candidates=np.zeros(len(market.sites), dtype=bool))
    outlets = replace(
        start.outlets,
        mode=np.where(np.isin(start.outlets.mode, choice.modes), -1, start.outlets.mode),
    )
    with pytest.raises(InfeasibleError, match="0 outlets of WAT"):
        choose_territories(market, nobody, replace(start, outlets=outlets))


def test_the_forecast_takes_the_chosen_design(small):
    market, choice, start = small
    design, _ = choose_territories(market, choice, start, QUICK)
    assert expect(market, design).kpis["sites_open"] == design.sites.open.sum()
