"""Rules of territories: moves priced and limited, lanes, pairs, screening, reasons, figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.errors import InfeasibleError
from channelwright.model.screening import Screening
from channelwright.model.source_choice import Rights, Selling
from channelwright.optimisation import realignment
from channelwright.optimisation.frontier import frontier
from channelwright.optimisation.known_sites import few_sets
from channelwright.optimisation.location import LocationOptions, LocationProblem, solve_location
from channelwright.optimisation.moves import Moves
from channelwright.optimisation.realignment import solve_within
from channelwright.optimisation.territories.choose import choose_territories
from channelwright.optimisation.territories.groups import merge_groups, spread_groups
from channelwright.optimisation.territories.problem import territory_task
from channelwright.optimisation.territories.reasons import reasons_for
from channelwright.rules.expectation import expect
from channelwright.rules.flows import expected_flows
from channelwright.rules.territory_kpis import COLUMNS, territory_kpis
from channelwright.scenario import read_scenario
from tests.conftest import ROOT
from tests.support.territory_rules import no_rules

QUICK = LocationOptions(gap=2e-3, dual_iterations=300, search_rounds=12, nodes=50)
SHORT = LocationOptions(gap=1e-2, dual_iterations=120, search_rounds=2, nodes=5)
EXACT = LocationOptions(gap=1e-9)


@pytest.fixture(scope="module")
def asked():
    """The flagship's request for its second mode only, three outlets in four being locked."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    request = pack.requests["optimised"]
    market, choice = pack.markets[pack.study.scenarios[0]], request.sites
    mine = choice.candidates & (choice.candidate_mode == choice.modes[1])
    rows = np.flatnonzero(request.start.outlets.mode == choice.modes[1])
    locked = np.zeros(len(market.outlets), dtype=bool)
    locked[rows[np.arange(rows.size) % 4 > 0]] = True
    choice = replace(
        choice,
        modes=choice.modes[1:2],
        candidates=mine,
        minimum=-1,
        minimum_cases=0.0,
        locked=locked,
    )
    return market, choice, request.start


def with_rules(market, choice, **changes):
    return replace(choice, rules=replace(no_rules(len(market.outlets)), **changes))


def moved(start, design, choice):
    rows = np.isin(start.outlets.mode, choice.modes)
    return int((design.outlets.site[rows] != start.outlets.site[rows]).sum())


def random_problem(rng, customers=9, sites=4):
    cost = rng.integers(1, 30, (customers, sites)).astype(float)
    demand = rng.integers(1, 6, (customers, 1)).astype(float)
    capacity = np.full((sites, 1), np.ceil(demand.sum() / 2))
    return LocationProblem(cost, demand, capacity, rng.integers(5, 25, sites).astype(float))


def cheapest_within(problem, moves):
    """Brute force: cheapest cost of every assignment that moves no more than the limit."""
    best = np.inf
    shape = (problem.n_sites,) * problem.n_customers
    for code in range(problem.n_sites**problem.n_customers):
        assignment = np.array(np.unravel_index(code, shape))
        if moves.of(assignment) > moves.limit:
            continue
        load = np.bincount(assignment, weights=problem.demand[:, 0], minlength=problem.n_sites)
        if (load > problem.capacity[:, 0]).any():
            continue
        used = np.unique(assignment)
        cost = problem.cost[np.arange(assignment.size), assignment].sum()
        best = min(best, cost + problem.fixed_cost[used].sum())
    return best


@pytest.mark.parametrize("seed", range(6))
def test_a_limit_of_moves_holds_and_its_bound_is_below_the_optimum(seed):
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, customers=6, sites=3)
    now = solve_location(replace(problem, cost=problem.cost[:, ::-1].copy()), EXACT).assignment
    weight = (np.arange(3)[None, :] != now[:, None]).astype(float)
    moves = Moves(weight, float(rng.integers(1, 4)), "outlets")
    best = cheapest_within(problem, moves)
    solution = solve_within(problem, moves, EXACT)
    assert moves.of(solution.assignment) <= moves.limit
    assert solution.certificate.upper_bound >= best - 1e-9
    assert solution.certificate.lower_bound <= best + 1e-6
    assert np.isfinite(solution.certificate.lower_bound)


def test_few_sets_of_sites_are_bounded_one_by_one(monkeypatch):
    """Outlets of a house that closes must all move, so that one price for all sets leaves a gap."""
    rng = np.random.default_rng(7)
    place, sites = rng.uniform(0, 10, (40, 2)), np.array([[2.0, 2], [8, 2], [2, 8], [8, 8]])
    cost = 3 * np.hypot(*(place[:, None] - sites).transpose(2, 0, 1))
    demand = rng.integers(1, 6, (40, 1)).astype(float)
    capacity, fixed = np.full((4, 1), 0.8 * demand.sum()), np.array([10.0, 30, 35, 90])
    problem = LocationProblem(cost, demand, capacity, fixed, minimum_open=2, maximum_open=2)
    moved = np.arange(4)[None, :] != cost.argmin(axis=1)[:, None]
    moves = Moves(moved.astype(float), 21.0, "outlets")
    found = solve_within(problem, moves, EXACT)
    assert moves.of(found.assignment) <= 21
    assert found.certificate.proven
    monkeypatch.setattr(realignment, "few_sets", lambda problem, most: [])
    plain = solve_within(problem, moves, EXACT)
    assert found.certificate.upper_bound < plain.certificate.upper_bound
    assert plain.certificate.gap > 0.05


def test_sets_are_those_that_may_be_open():
    problem = replace(
        random_problem(np.random.default_rng(2), sites=5),
        forced_open=np.array([True, False, False, False, False]),
        forced_closed=np.array([False, True, False, False, False]),
        locks=np.where(np.arange(9) == 0, 2, -1),
        minimum_open=3,
        maximum_open=4,
    )
    sets = [np.flatnonzero(opened).tolist() for opened in few_sets(problem, 9)]
    assert sets == [[0, 2, 3], [0, 2, 4], [0, 2, 3, 4]]
    assert few_sets(problem, 2) == []


def test_points_of_the_frontier_are_best_for_what_they_move():
    problem = random_problem(np.random.default_rng(3), customers=6, sites=3)
    now = problem.cost.argmax(axis=1)
    moves = Moves((np.arange(3)[None, :] != now[:, None]).astype(float), np.inf, "outlets")
    points = frontier(problem, moves, EXACT)
    assert len(points) >= 3
    assert [one.moved for one in points] == sorted((one.moved for one in points), reverse=True)
    assert [one.cost for one in points] == sorted(one.cost for one in points)
    for one in points:
        assert one.cost == pytest.approx(cheapest_within(problem, replace(moves, limit=one.moved)))


def test_groups_are_one_customer():
    problem = random_problem(np.random.default_rng(1))
    group = np.array([0, -1, 0, -1, 1, -1, 1, 1, -1])
    merged, index = merge_groups(problem, group)
    assert merged.n_customers == 6
    assert merged.demand.sum() == problem.demand.sum()
    solution = spread_groups(problem, solve_location(merged, EXACT), index)
    assert np.unique(solution.assignment[group == 0]).size == 1
    assert np.unique(solution.assignment[group == 1]).size == 1
    assert solution.incumbent.objective >= solve_location(problem, EXACT).incumbent.objective - 1e-9
    locks = np.where(group == 0, [0, 0, 1, 0, 0, 0, 0, 0, 0], -1)
    with pytest.raises(InfeasibleError, match=r"customer_0 \+ customer_2 must have one server"):
        merge_groups(replace(problem, locks=locks), group)


def test_the_flagship_keeps_a_limit_of_moves_and_a_price_moves_less(asked):
    market, choice, start = asked
    free, plain = choose_territories(market, choice, start, SHORT)
    most = moved(start, free, choice)
    assert most > 2
    limit = most // 2
    design, certificate = choose_territories(
        market, with_rules(market, choice, maximum_moved=limit), start, SHORT
    )
    assert moved(start, design, choice) <= limit
    assert certificate.objective >= plain.lower_bound
    assert certificate.gap < 0.02
    dear, _ = choose_territories(
        market, with_rules(market, choice, moved_outlet=10**9), start, SHORT
    )
    assert moved(start, dear, choice) < most
    share, _ = choose_territories(
        market, with_rules(market, choice, maximum_moved_share=20_000), start, SHORT
    )
    rows = np.isin(start.outlets.mode, choice.modes)
    weekly = expected_flows(market, start).cases.sum(axis=1)
    changed = rows & (share.outlets.site != start.outlets.site)
    assert weekly[changed].sum() <= 0.02 * weekly[rows].sum() + 1e-6


def test_lanes_and_pairs_are_kept(asked):
    market, choice, start = asked
    free, _ = choose_territories(market, choice, start, QUICK)
    rows = np.flatnonzero(np.isin(start.outlets.mode, choice.modes) & ~choice.locked)
    a = rows[0]
    b = rows[np.flatnonzero(free.outlets.site[rows] != free.outlets.site[a])[0]]
    pairs = np.array([[free.outlets.site[a], a]])
    banned, _ = choose_territories(
        market, with_rules(market, choice, forbidden=pairs), start, QUICK
    )
    assert banned.outlets.site[a] != free.outlets.site[a]
    group = np.full(len(market.outlets), -1)
    group[[a, b]] = 0
    tied, _ = choose_territories(market, with_rules(market, choice, together=group), start, QUICK)
    assert tied.outlets.site[a] == tied.outlets.site[b]
    given = np.full(len(market.outlets), -1)
    given[a] = free.outlets.site[b]
    told, _ = choose_territories(market, with_rules(market, choice, assigned=given), start, QUICK)
    assert told.outlets.site[a] == free.outlets.site[b]
    with pytest.raises(InfeasibleError, match="without a candidate by a drive of"):
        choose_territories(market, with_rules(market, choice, drive_seconds=1), start, QUICK)


def screened(market, **columns):
    size = len(market.sites)
    neutral = {
        "score": np.full(size, 100.0),
        "default_risk": np.zeros(size),
        "capacity_outlets": np.full(size, np.inf),
        "storage_cases": np.full(size, np.inf),
    }
    return replace(market, screening=Screening(**(neutral | columns)))


def with_rights(start, market, rows):
    """The design with rights: (area, site, exclusive, products[, mode]) by row."""
    area, site, exclusive, product, mode = zip(*((*row, -1)[:5] for row in rows), strict=True)
    rights = Rights(
        area=np.array(area),
        segment=np.full(len(rows), -1),
        mode=np.array(mode),
        site=np.array(site),
        exclusive=np.array(exclusive),
        product=np.array(product, dtype=bool),
    )
    options = start.outlets.options
    return replace(
        start,
        selling=Selling(
            option_mode=np.where(options >= 0, start.outlets.mode[:, None], -1),
            asking=np.full(len(market.sites), 1_000_000),
            rights=rights,
        ),
    )


def test_rights_bar_servers_and_price_the_lines_that_they_may_not_sell(asked):
    market, choice, start = asked
    choice = replace(choice, locked=np.zeros(len(market.outlets), dtype=bool))
    free, plain = choose_territories(market, choice, start, QUICK)
    rows = np.flatnonzero(np.isin(start.outlets.mode, choice.modes))
    site = int(free.outlets.site[rows[0]])
    area = int(market.outlets.area[rows[0]])
    here = rows[market.outlets.area[rows] == area]
    every = np.ones(len(market.products))
    barred = with_rights(start, market, [(area, site, False, every)])
    design, dearer = choose_territories(market, choice, barred, QUICK)
    assert (free.outlets.site[here] == site).any()
    assert not (design.outlets.site[here] == site).any()
    assert dearer.objective >= plain.objective * (1 - 2e-3)
    # The same right named for the mode bars it, too; for a mode that is not asked it bars nobody.
    own = int(choice.modes[0])
    others = [mode for mode in range(len(market.modes)) if mode not in choice.modes]
    for mode, bars in ((own, True), (others[0], False)):
        named = with_rights(start, market, [(area, site, False, every, mode)])
        task = territory_task(market, choice, named)
        here_now = np.isin(task.rows, here[start.outlets.mode[here] == own])
        column = int(np.flatnonzero(task.sites == site)[0])
        assert np.isinf(task.problem.cost[here_now, column]).all() == bars
    # One line of several: it may serve, and the network loses what the line would have earned.
    line = every * (np.arange(every.size) == 0)
    some = with_rights(start, market, [(area, site, False, line)])
    task = territory_task(market, choice, some)
    before = territory_task(market, choice, start)
    column = int(np.flatnonzero(task.sites == site)[0])
    reached = np.isfinite(before.problem.cost[:, column])
    lost = task.problem.cost[reached, column] - before.problem.cost[reached, column]
    touched = np.isin(task.rows[reached], here)
    assert touched.any()
    assert (lost[touched] > 0).all()
    assert (lost[~touched] == 0).all()
    margin = start.terms.price_outlet[choice.modes[0], 0] - market.products.production_cost[0]
    cases = expected_flows(market, start).cases[task.rows[reached][touched], 0]
    assert lost[touched] == pytest.approx(cases * margin / 1e4)
    nobody = with_rights(start, market, [(area, -1, False, every)])
    with pytest.raises(InfeasibleError, match="without a candidate by the rights of the design"):
        choose_territories(market, choice, nobody, QUICK)


def test_outlets_without_a_candidate_are_named_with_the_rule_that_took_it(asked):
    market, choice, start = asked
    ids = market.outlets.ids
    rows = np.flatnonzero(np.isin(start.outlets.mode, choice.modes))
    given = np.full(len(market.outlets), -1)
    given[rows[3]] = 0
    rules = with_rules(market, choice, assigned=given)
    with pytest.raises(InfeasibleError) as caught:
        territory_task(market, rules, start)
    assert str(caught.value) == (
        f"territories: no answer exists. {ids[rows[3]]} is left without a candidate by the "
        "servers assigned to them; widen the rule, add candidates or leave these outlets out"
    )
    with pytest.raises(
        InfeasibleError, match=r", .* and \d+ more are left .* a radius of 0.001 km"
    ):
        territory_task(market, replace(choice, radius_metres=1), start)


def test_screening_bars_prices_and_limits_houses(asked):
    market, choice, start = asked
    free, plain = choose_territories(market, choice, start, QUICK)
    serving = np.unique(start.outlets.site[start.outlets.site >= 0])
    fresh = np.setdiff1d(np.flatnonzero(choice.candidates & free.sites.open), serving)
    score = np.full(len(market.sites), 90.0)
    score[np.setdiff1d(np.flatnonzero(choice.candidates), serving)] = 10.0
    strict = with_rules(market, choice, minimum_score=50.0)
    design, _ = choose_territories(screened(market, score=score), strict, start, QUICK)
    assert not np.isin(design.outlets.site, np.setdiff1d(fresh, serving)).any()
    dearer = screened(market, default_risk=np.full(len(market.sites), 0.3))
    asks = with_rules(market, choice, loss_given_default=800_000)
    assert (start.terms.account_days[choice.modes] > 0).all()
    _, risky = choose_territories(dearer, asks, start, QUICK)
    assert risky.objective > plain.objective
    rows = np.isin(start.outlets.mode, choice.modes)
    room = np.full(len(market.sites), np.ceil(0.5 * rows.sum()))
    design, _ = choose_territories(screened(market, capacity_outlets=room), choice, start, QUICK)
    assert np.bincount(design.outlets.site[rows]).max() <= room[0]
    full = screened(market, storage_cases=np.zeros(len(market.sites)))
    with pytest.raises(InfeasibleError, match="storage"):
        choose_territories(full, choice, start, QUICK)


def test_reasons_agree_with_solving_again():
    rng = np.random.default_rng(5)
    problem = random_problem(rng, customers=12, sites=5)
    solution = solve_location(problem, EXACT)
    reasons = reasons_for(problem, solution, EXACT)
    assert len(reasons.sites) == 5
    for row in reasons.sites:
        if row.at_most is None:
            continue
        assert row.at_least <= row.at_most + 1e-9
        assert row.at_most >= -1e-9
    opened = {row.site for row in reasons.limits}
    names = np.array(problem.site_names)[solution.incumbent.open]
    assert opened == set(names)


def test_room_is_worth_what_one_more_unit_saves():
    # Two sites, ten equal customers: each of them saves 3 at the near site, which holds four.
    cost = np.stack([np.full(10, 2.0), np.full(10, 5.0)], axis=1)
    problem = LocationProblem(cost, np.ones((10, 1)), np.array([[4.0], [100.0]]), np.ones(2))
    reasons = reasons_for(problem, solve_location(problem, EXACT), EXACT)
    near = next(row for row in reasons.limits if row.site == "site_0")
    assert near.binds
    assert near.worth == pytest.approx(3.0)
    far = next(row for row in reasons.limits if row.site == "site_1")
    assert not far.binds
    assert far.worth == 0.0
    without = next(row for row in reasons.sites if row.site == "site_0")
    assert without.at_most == pytest.approx(4 * 3.0 - 1.0)


def test_territory_figures_add_up(asked):
    market, choice, start = asked
    table = territory_kpis(market, start, expect(market, start).money)
    assert list(table.columns) == list(COLUMNS)
    assert table["outlets"].sum() == (start.outlets.site >= 0).sum()
    weekly = expected_flows(market, start).cases.sum()
    assert table["cases_per_week"].sum() == pytest.approx(weekly)
    assert table["people"].sum() == len(start.reps)
    assert (table["pieces"] >= 1).all()
    assert (table["pieces"] <= table["outlets"]).all()
    alone = table.groupby("mode")["site"].transform("count") == 1
    assert alone.any()
    assert (table.loc[alone, "pieces"] == 1).all()
    busy = table[table["people"] > 0]
    assert (busy["field_hours_per_person"] > 5).all()
    assert (table["mean_km"] <= table["farthest_km"] + 1e-9).all()
    task = territory_task(market, choice, start)
    assert set(np.array(market.sites.ids)[task.sites]) >= set(
        table.loc[table["mode"] == market.modes.ids[int(choice.modes[0])], "site"]
    )
