"""Columns and cuts of capacitated medians: lists are complete, bounds are bounds."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from channelwright.optimisation.location import (
    LocationOptions,
    cluster_list,
    cluster_proof,
    solve_location,
)
from channelwright.optimisation.location.arcs import choose_arcs
from channelwright.optimisation.location.cluster_climb import anneal_on, raise_bound
from channelwright.optimisation.location.cluster_cuts import violated_triples
from channelwright.optimisation.location.cluster_list import list_near
from channelwright.optimisation.location.cluster_listing import (
    Tariff,
    cheapest_clusters,
    empty_listing,
    list_clusters,
)
from channelwright.optimisation.location.cluster_master import (
    Duals,
    cluster_of,
    in_cuts,
    incidence,
    read_listing,
)
from channelwright.optimisation.location.cluster_proof import begin_lift, lift_by_clusters
from channelwright.optimisation.location.clustering import begin_clustering
from channelwright.optimisation.location.compiled_climb import compile_arcs
from channelwright.optimisation.location.deadline import time_limit
from channelwright.optimisation.location.lagrangian import Relaxation
from channelwright.optimisation.location.reserve import quick_answer
from channelwright.optimisation.location.solution import violation
from channelwright.optimisation.location.state import Search
from channelwright.optimisation.solver import solve_arrays
from tests.support.location_instances import small_medians


def _every_cluster(problem):
    """Return (site, members as bits, cost) of every cluster that keeps the rules."""
    n, every = problem.n_customers, []
    for bits in range(1, 2**n):
        members = np.flatnonzero([bits >> i & 1 for i in range(n)])
        load = problem.demand[members, 0].sum()
        for j in np.flatnonzero(~problem.forced_closed).tolist():
            own = problem.own_customer[j] in members
            cost = problem.cost[members, j].sum() + problem.fixed_cost[j]
            if own and load <= problem.capacity[j, 0] and np.isfinite(cost):
                every.append((j, bits, float(cost)))
    return every


def _least(problem):
    """Return the least cost of all divisions, by growing them cluster by cluster."""
    least = np.full(2**problem.n_customers, np.inf)
    for _, bits, cost in _every_cluster(problem):
        least[bits] = min(least[bits], cost)
    single = [(bits, cost) for bits, cost in enumerate(least.tolist()) if np.isfinite(cost)]
    now = {0: 0.0}
    for _ in range(problem.maximum_open):
        after: dict[int, float] = {}
        for have, paid in now.items():
            # The first customer that is not served yet is in the next cluster.
            first = ~have & (have + 1)
            for bits, cost in single:
                if bits & first and not bits & have:
                    key = have | bits
                    after[key] = min(after.get(key, np.inf), paid + cost)
        now = after
    return now.get(2**problem.n_customers - 1, np.inf)


def _bits(members):
    return sum(1 << int(i) for i in members)


def _prices(seed, problem, cuts):
    """Return random prices of customers and cuts, compiled arcs, and the cuts."""
    rng = np.random.default_rng([seed, 7])
    n = problem.n_customers
    triples = np.array([rng.permutation(n)[:3] for _ in range(cuts)], dtype=np.int64)
    triples = triples.reshape(cuts, 3)
    who = triples.ravel()
    order = np.argsort(who, kind="stable")
    start = np.searchsorted(who[order], np.arange(n + 1))
    price, penalty = rng.uniform(0, 60, n), rng.uniform(0, 30, cuts)
    tariff = Tariff(price, penalty, start, np.repeat(np.arange(cuts), 3)[order])
    arcs = compile_arcs(Relaxation(problem, choose_arcs(problem, n), whole=True))
    return tariff, arcs, triples


def _after_prices(problem, tariff, triples):
    """Return what every cluster costs after prices, by site and members."""
    values = {}
    for j, bits, cost in _every_cluster(problem):
        inside = np.array([bits >> i & 1 for i in range(problem.n_customers)])
        held = inside[triples].sum(axis=1) >= 2
        values[j, bits] = cost - tariff.price @ inside + tariff.penalty @ held
    return values


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("cuts", [0, 6])
@pytest.mark.parametrize("seed", range(4))
def test_a_list_is_every_cluster_within_the_limit(seed, cuts, plain):
    problem = small_medians(seed, 9, 3, plain=plain, barred=not plain)
    tariff, arcs, triples = _prices(seed, problem, cuts)
    values = _after_prices(problem, tariff, triples)
    limit = float(np.quantile(list(values.values()), 0.4))
    found = empty_listing(5_000, 50_000)
    count = list_clusters(arcs, tariff, limit, found, 100_000)
    listed = [(c.site, _bits(c.members)) for c in read_listing(problem, found, count)]
    assert sorted(listed) == sorted(key for key, value in values.items() if value <= limit)
    assert found.value[:count] == pytest.approx([values[key] for key in listed])
    assert list_clusters(arcs, tariff, limit, empty_listing(count - 1, 50_000), 100_000) == -1
    assert list_clusters(arcs, tariff, limit, empty_listing(5_000, 50_000), 1) == -1


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("cuts", [0, 6])
@pytest.mark.parametrize("seed", range(4))
def test_the_cheapest_cluster_of_each_site_is_found_or_bounded(seed, cuts, plain):
    problem = small_medians(seed, 9, 3, plain=plain, barred=not plain)
    tariff, arcs, triples = _prices(seed, problem, cuts)
    values = _after_prices(problem, tariff, triples)
    limit = float(np.median(list(values.values())))
    true = np.full(9, limit)
    for (j, _), value in values.items():
        true[j] = min(true[j], value)
    found = empty_listing(9, 100)
    count, least, complete = cheapest_clusters(arcs, tariff, limit, found, 100_000)
    assert complete
    assert least == pytest.approx(true)
    paying = sorted(np.flatnonzero(true < limit - 1e-9).tolist())
    listed = list(read_listing(problem, found, count))
    assert sorted(cluster.site for cluster in listed) == paying
    for cluster in listed:
        assert values[cluster.site, _bits(cluster.members)] == pytest.approx(true[cluster.site])
    # Walks that are cut short bound from below.
    _, least, complete = cheapest_clusters(arcs, tariff, limit, empty_listing(9, 100), 1)
    assert not complete
    assert (least <= true + 1e-9).all()


def test_three_half_clusters_of_pairs_are_cut():
    # Each pair of three customers in half a cluster: a fraction that no answer comes near.
    pairs = [np.array(pair) for pair in combinations(range(3), 2)]
    problem = small_medians(0, 5, 2)
    clusters = [cluster_of(problem, int(pair[0]), pair) for pair in pairs]
    inside = incidence(clusters, 5)
    triples = violated_triples(inside, np.full(3, 0.5), 10)
    assert [sorted(triple) for triple in triples.tolist()] == [[0, 1, 2]]
    assert in_cuts(inside, triples).toarray().tolist() == [[1.0, 1.0, 1.0]]
    # One whole cluster violates nothing, and one with all three counts once.
    assert not violated_triples(inside, np.array([1.0, 0.0, 0.0]), 10).size
    whole = incidence([cluster_of(problem, 0, np.arange(3))], 5)
    assert in_cuts(whole, triples).toarray().tolist() == [[1.0]]
    assert not violated_triples(whole, np.ones(1), 10).size


def _searched(problem, seed=0):
    state = Search(problem, LocationOptions(seed=seed, dual_iterations=40))
    clustering = begin_clustering(state)
    clustering.anneal(1.0)
    raise_bound(state)
    return state, clustering


@pytest.mark.parametrize("whole", [True, False])
def test_a_list_of_all_better_answers_gets_the_time_and_nodes_that_are_left(whole, monkeypatch):
    problem = small_medians(3, 30, 8)
    state, clustering = _searched(problem)
    lift = begin_lift(state, clustering.seen())
    with time_limit(1_000.0):
        assert lift.converge()
        given = []

        def solved(model, options, start):
            given.append(options)
            return solve_arrays(model, options, start)

        monkeypatch.setattr(cluster_list, "solve_arrays", solved)
        held = cluster_list.decide_listed(state, lift, 20_000 if whole else 12)
    assert held is whole
    assert (given[0].seconds > 800.0) is whole
    assert given[0].nodes == (state.options.nodes if whole else 2_000)


def test_a_better_answer_sends_the_search_back_to_columns_and_lists(monkeypatch):
    """The proof ends too early under a poor answer; under a better one it goes on."""
    problem = small_medians(3, 30, 8)
    poor = quick_answer(problem, seed=1)
    state = Search(problem, LocationOptions())
    state.offer(poor)
    raise_bound(state)
    monkeypatch.setattr(cluster_proof, "_LISTS", ())
    lift = lift_by_clusters(state, [], 1.0)
    assert not state.done
    columns = len(lift.master.clusters)
    monkeypatch.undo()
    better = solve_location(problem).incumbent
    assert better.objective < 0.95 * poor.objective

    class Found:
        def anneal(self, share):
            state.offer(better)

    anneal_on(state, Found(), 1.0, lift)
    assert state.done
    assert state.bound == pytest.approx(better.objective)
    assert len(lift.master.clusters) >= columns


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_columns_and_cuts_prove_the_best_answer_of_all(seed, plain):
    problem = small_medians(seed, 10, 3 if seed % 2 else 4, 0.92, plain=plain, barred=not plain)
    least = _least(problem)
    if not np.isfinite(least):
        pytest.skip("no answer")
    state, _ = _searched(problem)
    if state.found is None:
        pytest.skip("annealing found no answer")
    state.bound = -np.inf
    lift_by_clusters(state, [], 1.0)
    assert state.found.objective == pytest.approx(least)
    assert state.bound <= least + 1e-6
    assert state.done


def test_cuts_lift_the_bound_of_columns_and_stay_bounds():
    lifted = 0
    for seed in range(12):
        problem = small_medians(seed, 11, 4, 0.9)
        least = _least(problem)
        state, _ = _searched(problem)
        if state.found is None:
            continue
        lift = begin_lift(state, [])
        assert lift is not None
        met = lift.converge()
        plain = lift.value
        assert met or state.done
        assert plain <= least + 1e-6
        while lift.master.cut(20) and lift.converge():
            assert lift.value <= least + 1e-6
        assert lift.value >= plain - 1e-9
        lifted += lift.value > plain + 1e-3
    assert lifted >= 3


def test_a_shorter_list_says_how_far_it_reaches():
    problem = small_medians(2, 11, 4, 0.9)
    state, _ = _searched(problem)
    lift = begin_lift(state, [])
    assert lift is not None
    lift.converge()
    room = 2.0 * (state.ceiling - lift.value) + 10.0
    every, reach = list_near(problem, lift, room, 5_000)
    assert reach == room
    few, reach = list_near(problem, lift, room, len(every) // 2)
    assert len(few) == len(every) // 2
    assert reach < room
    # Everything cheaper than its reach is in the shorter list.
    again, _ = list_near(problem, lift, reach, 5_000)
    short = {cluster.members.tobytes() for cluster in few}
    assert {cluster.members.tobytes() for cluster in again} <= short
    assert list_near(problem, lift, room, 1) == ([], 0.0)


def test_prices_between_two_points_know_cuts_that_only_one_has():
    old = Duals(np.zeros(2), 1.0, np.array([4.0]))
    new = Duals(np.ones(2), 3.0, np.array([2.0, 6.0]))
    middle = new.towards(old, 0.5)
    assert middle.price.tolist() == [0.5, 0.5]
    assert middle.site_price == 2.0
    assert middle.penalty.tolist() == [3.0, 3.0]


def test_three_customers_a_median_are_proven():
    problem = small_medians(4, 120, 40, 0.9)
    solution = solve_location(problem)
    assert violation(problem, solution.incumbent) is None
    assert solution.certificate.gap <= 1e-6
    assert solution.certificate.work["cut_rounds"] >= 1
    assert "clusters" in solution.certificate.bound_kind
