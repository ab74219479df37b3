"""Head-count of whole markets: what the rules say, what the planner decides, what cannot be."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace

import numpy as np
import pytest

from channelwright.foundation.errors import InfeasibleError
from channelwright.model.request import HeadcountChoice
from channelwright.optimisation.headcount.choose import (
    WEEKS_PER_MONTH,
    choose_headcount,
    force_of,
)
from channelwright.optimisation.headcount.value import called_at, network_value, outlet_value
from channelwright.rules.flows import bits_per_week, efforts, expected_flows
from channelwright.rules.planning import complete, working_weekdays, workload_headcount
from channelwright.rules.redraft import draft_of, headcount_of, visits_of
from tests.support.planned_market import VISITS, planned_market

SEEDS = (1, 3, 9, 19)


def request(market, design, **changes):
    modes = np.unique(design.reps.mode)
    choice = HeadcountChoice(
        modes=modes,
        by="profit",
        frequencies=(0.5, 1.0, 2.0),
        minimum_frequency=(1.0, 0.5, 0.5),
        maximum_people=-1,
        locked=np.full((len(market.sites), len(market.modes)), -1, dtype=np.int64),
    )
    return replace(choice, **changes)


def same(one, other):
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert np.array_equal(a, b), field.name


@pytest.mark.parametrize("seed", SEEDS)
def test_a_design_and_its_draft_lead_to_each_other(seed):
    market, design = planned_market(seed)
    again = complete(market, draft_of(market, design))
    same(design.outlets, again.outlets)
    same(design.reps, again.reps)


@pytest.mark.parametrize("seed", SEEDS)
def test_workload_head_count_is_that_of_the_planning_rule(seed):
    market, design = planned_market(seed)
    draft = draft_of(market, design)
    ruled = workload_headcount(market, replace(draft, headcount=np.full_like(draft.headcount, -1)))
    choice = request(market, design, by="workload", minimum_frequency=(0.0, 0.0, 0.0))
    chosen, certificate = choose_headcount(market, choice, design)
    assert np.array_equal(headcount_of(market, chosen), ruled)
    assert np.array_equal(visits_of(market, chosen), visits_of(market, design))
    assert certificate.proven
    assert certificate.objective == ruled.sum()


def test_workload_raises_frequencies_to_the_least_allowed():
    market, design = planned_market(6)
    roles = replace(
        market.roles,
        field_seconds=np.full(2, 5_400),
        max_outlets=np.full(2, 1_000),
        max_calls=np.full(2, 1_000),
    )
    market = replace(market, roles=roles)
    as_is = request(market, design, by="workload", minimum_frequency=(0.0, 0.0, 0.0))
    raised = replace(as_is, minimum_frequency=(6.0, 6.0, 3.0))
    before, few = choose_headcount(market, as_is, design)
    after, many = choose_headcount(market, raised, design)
    often = visits_of(market, before)
    used = often > 0
    assert np.array_equal(visits_of(market, after)[used], np.maximum(often, [6, 6, 3])[used])
    assert len(after.reps) == many.objective > few.objective == len(before.reps)


@pytest.mark.parametrize("seed", SEEDS)
def test_profit_equals_enumeration_where_travel_takes_no_time(seed):
    """Every frequency of every mode and grade, people by Talley's build-up in plain loops."""
    market, design = planned_market(seed)
    market = replace(market, roles=replace(market.roles, speed=np.full(2, 1e9)))
    choice = request(market, design, frequencies=(0.5, 2.0), minimum_frequency=(0.5, 0.5, 0.5))
    _, certificate = choose_headcount(market, choice, design)
    force = force_of(market, choice, draft_of(market, design))
    levels = np.array(choice.frequencies)
    gain = network_value(market, design, force.rows, levels)
    roles, days = market.roles, working_weekdays(market).size
    numbers, place = np.unique(force.policy, return_inverse=True)
    best = -np.inf
    for picks in itertools.product(range(len(levels)), repeat=len(numbers)):
        level = np.array(picks)[place]
        value = gain[np.arange(len(level)), level].sum()
        for t, mode in enumerate(force.mode.tolist()):
            role = int(market.modes.role[mode])
            needs = np.zeros(3)
            for c in np.flatnonzero(force.team == t):
                calls = len(force.rows[c]) * levels[level[c]]
                each = roles.call_seconds[role, force.grade[c]] + roles.stop_seconds[role]
                needs += [
                    calls * each / (roles.field_seconds[role] * days),
                    calls / (roles.max_calls[role] * days),
                    len(force.rows[c]) / roles.max_outlets[role],
                ]
            value -= np.ceil(needs.max() - 1e-6) * roles.wage[role] / WEEKS_PER_MONTH
        best = max(best, value / 10_000)
    assert certificate.objective == pytest.approx(best, rel=1e-6, abs=1e-4)
    assert certificate.proven


@pytest.mark.parametrize("seed", SEEDS)
def test_chosen_visits_and_people_are_those_of_the_design(seed):
    market, design = planned_market(seed)
    choice = request(market, design)
    chosen, certificate = choose_headcount(market, choice, design)
    often = bits_per_week(chosen.outlets.order_days)
    called = np.isin(chosen.outlets.mode, choice.modes) & (chosen.outlets.rep >= 0)
    least = np.array(choice.minimum_frequency)[market.outlets.grade]
    assert np.isin(often[called], choice.frequencies).all()
    assert (often[called] >= least[called]).all()
    other = (chosen.outlets.mode >= 0) & ~np.isin(chosen.outlets.mode, choice.modes)
    assert np.array_equal(often[other], bits_per_week(design.outlets.order_days)[other])
    assert certificate.unit == "CNY per week"
    assert np.array_equal(chosen.outlets.site, design.outlets.site)


def test_value_of_the_design_s_own_visits_is_that_of_its_expected_flows():
    """Calling every outlet as often as today must give back today's contribution."""
    market, design = planned_market(9)
    flows = expected_flows(market, design, efforts(market, design))
    rows = np.flatnonzero((design.outlets.mode >= 0) & (design.outlets.rep >= 0))
    for grade, frequency in enumerate(VISITS):
        mine = rows[market.outlets.grade[rows] == grade]
        variant = called_at(design, mine, frequency)
        again = expected_flows(market, variant, efforts(market, design))
        assert outlet_value(market, variant, again, mine) == pytest.approx(
            outlet_value(market, design, flows, mine)
        )


def test_locked_people_are_kept_and_cost_profit():
    market, design = planned_market(3)
    choice = request(market, design)
    free, certificate = choose_headcount(market, choice, design)
    people = headcount_of(market, free)
    site, mode = np.argwhere(people > 0)[0].tolist()
    locked = np.array(choice.locked)
    locked[site, mode] = people[site, mode] + 2
    kept, costly = choose_headcount(market, replace(choice, locked=locked), design)
    assert headcount_of(market, kept)[site, mode] == people[site, mode] + 2
    assert costly.objective < certificate.objective


def test_too_few_people_are_refused_with_both_numbers():
    market, design = planned_market(3)
    least = len(choose_headcount(market, request(market, design), design)[0].reps)
    with pytest.raises(InfeasibleError, match=r"need at least \d+ reps .* limited to 1"):
        choose_headcount(market, request(market, design, maximum_people=1), design)
    with pytest.raises(InfeasibleError, match=r"The work needs \d+ reps .* limited to 1"):
        choose_headcount(market, request(market, design, by="workload", maximum_people=1), design)
    assert least > 1


def test_a_locked_team_that_is_too_small_is_named():
    market, design = planned_market(3)
    choice = request(market, design, minimum_frequency=(2.0, 2.0, 2.0))
    people = headcount_of(market, choose_headcount(market, choice, design)[0])
    site, mode = np.unravel_index(people.argmax(), people.shape)
    locked = np.array(choice.locked)
    locked[site, mode] = 0
    name = f"{market.sites.names[site]} \\({market.modes.ids[mode]}\\)"
    with pytest.raises(InfeasibleError, match=f"{name} needs at least .* at most 0"):
        choose_headcount(market, replace(choice, locked=locked), design)


def test_people_locked_where_nobody_is_called_on_are_refused():
    market, design = planned_market(3)
    choice = request(market, design)
    used = np.zeros(np.shape(choice.locked), dtype=bool)
    used[design.reps.site, design.reps.mode] = True
    site, mode = np.argwhere(~used)[0]
    locked = np.array(choice.locked)
    locked[site, mode] = 0
    choose_headcount(market, replace(choice, locked=locked), design)
    locked[site, mode] = 7
    with pytest.raises(InfeasibleError, match=r"7 locked at .* where 0 outlets"):
        choose_headcount(market, replace(choice, locked=locked), design)


def test_modes_without_outlets_are_refused():
    market, design = planned_market(3)
    unused = np.setdiff1d(np.arange(len(market.modes)), design.outlets.mode)[:1]
    if not unused.size:
        unused = np.array([int(design.outlets.mode.max())])
        design = replace(
            design,
            outlets=replace(
                design.outlets,
                mode=np.where(design.outlets.mode == unused[0], -1, design.outlets.mode),
            ),
        )
    with pytest.raises(InfeasibleError, match="nothing to size"):
        choose_headcount(market, request(market, design, modes=unused), design)
