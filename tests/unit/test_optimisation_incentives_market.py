"""Terms of whole markets: the simulator's rule of behaviour, forecasts, brute force, refusals."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.errors import InfeasibleError
from channelwright.model.market import SOLICITORS
from channelwright.model.request import TermsChoice
from channelwright.optimisation.incentives.choose import ZERO_SUM, plan_terms
from channelwright.optimisation.incentives.levels import (
    MONTH_DAYS,
    months_of,
    owners_of,
    season_of,
)
from channelwright.optimisation.incentives.market import (
    COMMISSION,
    REBATE,
    problem_of,
    rebate_values,
)
from channelwright.optimisation.incentives.request import choose_terms
from channelwright.rules import behaviour
from channelwright.rules.expected_money import expected_rows
from channelwright.rules.flows import efforts, expected_flows
from channelwright.tables.codes import Account, Party
from tests.support.planned_market import planned_market

SEEDS = (2, 5, 9, 18, 22)
SELLERS = (SOLICITORS.index("rep"), SOLICITORS.index("salesman"))


def incentive_market(seed, flat=False):
    """A planned market with a season, five effort levels whose cost matters, and fair prices."""
    market, design = planned_market(seed)
    modes = market.modes
    effort = np.tile([0.7, 0.85, 1.0, 1.1, 1.2], (len(modes), 1))
    modes = replace(modes, effort=effort, effort_cost=np.zeros(effort.shape, dtype=np.int64))
    days = np.arange(market.calendar.horizon_days)
    wave = np.ones(len(days)) if flat else 1 + 0.4 * np.sin(days / 15)
    factor = np.repeat(wave[:, None], len(market.products), axis=1)
    market = replace(
        market,
        modes=modes,
        calendar=replace(market.calendar, factor=factor, warmup_days=0),
        behaviour=replace(market.behaviour, response=0.6, opening_execution=0.5),
    )
    terms = design.terms
    outlet = terms.price_outlet
    terms = replace(
        terms,
        price_account=(outlet * 0.9).astype(np.int64),
        price_tier2=(outlet * 0.95).astype(np.int64),
        quota=np.zeros_like(terms.quota),
        outlet_rebate=np.zeros_like(terms.outlet_rebate),
        margin_share=np.full_like(terms.margin_share, 2_000),
    )
    sales = [
        behaviour.seller_sales(market, design, m, np.ones(len(market.products)))
        for m in range(len(modes))
    ]
    quota = np.array([int(1.05 * s) for s in sales], dtype=np.int64)
    cost = np.array([[0, 0.001, 0.0045, 0.009, 0.015]]) * np.maximum(sales, 1)[:, None]
    market = replace(market, modes=replace(modes, effort_cost=cost.astype(np.int64)))
    return market, replace(design, terms=replace(terms, quota=quota))


def request(market, design, **changes):
    modes = np.unique(design.reps.mode)
    choice = TermsChoice(
        modes=modes,
        commission=np.array([2_000, 10_000, 20_000, 40_000], dtype=np.int64),
        bonus=np.array([0, 2_000_000], dtype=np.int64),
        margin_change=np.array([0, 10_000, 30_000], dtype=np.int64),
        reservation_pay=np.zeros(len(market.roles), dtype=np.int64),
        reservation_roi=0,
    )
    # Owners in these markets may lose money whatever is chosen, so by default none is asked.
    return replace(choice, **changes)


def without_owners(problem):
    """Ask nothing of owners, so that only sellers decide."""
    modes = []
    for mode in problem.modes:
        parties = tuple(replace(p, outside=-1e9) if len(p.levels) == 1 else p for p in mode.parties)
        modes.append(mode.replace(parties=parties))
    return problem.replace(modes=tuple(modes), ladder=())


@pytest.mark.parametrize("seed", SEEDS)
def test_planned_effort_is_the_simulator_s_best_response_in_every_month(seed):
    market, design = incentive_market(seed)
    choice = request(market, design)
    plan, _ = plan_terms(without_owners(problem_of(market, choice, design)))
    months = months_of(market)
    for mode, found in zip(choice.modes.tolist(), plan.modes, strict=True):
        terms = replace(
            design.terms,
            commission=np.full(len(market.modes), round(found.terms[0] * 1e6)),
            bonus=np.full(len(market.modes), round(found.terms[1] * 1e4)),
        )
        for s, factor in enumerate(months.factor):
            sales = behaviour.seller_sales(market, design, mode, factor)
            payoffs = behaviour.seller_payoffs(market, terms, mode, sales)
            assert behaviour.best_response(payoffs) == found.levels[s, 0]


def maker_s_people(market, design, mode):
    """People of a mode whose pay the manufacturer bears: (R,) marks."""
    people = design.reps.mode == mode
    if int(market.modes.solicitor[mode]) == SOLICITORS.index("rep"):
        return people
    return people & ~market.sites.independent[design.reps.site]


def brute_force(market, design, choice, mode, contract):
    """Try every combination of terms; effort by the rule of behaviour, profit by plain sums."""
    months = months_of(market)
    season = season_of(market, design, mode, months)
    people = int((design.reps.mode == mode).sum())
    employed = maker_s_people(market, design, mode)
    maker, base = int(Party.MANUFACTURER), efforts(market, design)
    profit, sales, borne = [], [], []
    for level in range(5):
        effort = base.copy()
        effort[mode] = market.modes.effort[mode, level]
        flows = expected_flows(market, design, effort)
        free = replace(
            design.terms,
            commission=np.zeros_like(design.terms.commission),
            bonus=np.zeros_like(design.terms.bonus),
            account_rebate=np.zeros_like(design.terms.account_rebate),
        )
        money = expected_rows(market, replace(design, terms=free), flows)
        net = money.amount * ((money.payee == maker) * 1.0 - (money.payer == maker) * 1.0)
        profit.append(net[money.mode == mode].sum() * MONTH_DAYS / 1e4)
        served = (design.outlets.mode == mode) & (design.outlets.rep >= 0)
        value = (flows.cases[served] * design.terms.price_outlet[mode]).sum(axis=1) / 7
        value *= MONTH_DAYS / 1e4
        sales.append(value.sum() / people)
        borne.append(value[employed[design.outlets.rep[served]]].sum())
        bought = (money.account == int(Account.GOODS)) & (money.payee == maker)
        bought &= (money.payer == int(Party.OWNER)) & (money.mode == mode)
        profit[-1] = (profit[-1], money.amount[bought].sum() * MONTH_DAYS / 1e4)
    wage = market.roles.wage[market.modes.role[mode]] / 1e4
    outside = choice.reservation_pay[market.modes.role[mode]] / 1e4
    quota = design.terms.quota[mode] / 1e4
    best = -np.inf
    for commission, bonus, rebate in itertools.product(*[term.values for term in contract.terms]):
        terms = replace(
            design.terms,
            commission=np.full(len(market.modes), round(commission * 1e6)),
            bonus=np.full(len(market.modes), round(bonus * 1e4)),
        )
        total, payoff = 0.0, 0.0
        for s, factor in enumerate(months.factor):
            believed = behaviour.seller_sales(market, design, mode, factor)
            level = behaviour.best_response(behaviour.seller_payoffs(market, terms, mode, believed))
            sold = sales[level] * season[s]
            reached = bonus * (0 < quota <= sold)
            pay = commission * sold + reached
            cost = market.modes.effort_cost[mode, level] / 1e4
            payoff += months.share[s] * (wage + pay - cost)
            left = season[s] * (profit[level][0] - rebate * profit[level][1])
            cost = commission * borne[level] * season[s] + employed.sum() * reached
            total += months.share[s] * (left - cost)
        if payoff >= outside - 1e-6:
            best = max(best, total)
    return best


@pytest.mark.parametrize("seed", SEEDS)
def test_terms_equal_brute_force_over_all_combinations(seed):
    market, design = incentive_market(seed)
    choice = request(market, design)
    problem = without_owners(problem_of(market, choice, design))
    for mode, contract in zip(choice.modes.tolist(), problem.modes, strict=True):
        plan, certificate = plan_terms(problem.replace(modes=(contract,)))
        best = brute_force(market, design, choice, mode, contract)
        assert plan.profit == pytest.approx(best, rel=1e-6, abs=1e-3)
        assert certificate.proven


@pytest.mark.parametrize("seed", SEEDS)
def test_planned_profit_is_that_of_the_forecast_without_a_season(seed):
    """Same month after month: the chosen design's expected rows must give the planned profit."""
    market, design = incentive_market(seed, flat=True)
    choice = request(market, design)
    problem = without_owners(problem_of(market, choice, design))
    maker = int(Party.MANUFACTURER)
    for place, mode in enumerate(choice.modes.tolist()):
        plan, _ = plan_terms(problem.replace(modes=(problem.modes[place],)))
        (found,) = plan.modes
        terms = design.terms
        commission, bonus = np.array(terms.commission), np.array(terms.bonus)
        rebate = np.array(terms.account_rebate)
        commission[mode] = round(found.terms[0] * 1e6)
        bonus[mode] = round(found.terms[1] * 1e4)
        rebate[mode] = round(found.terms[2] * 1e6)
        chosen = replace(
            design,
            terms=replace(terms, commission=commission, bonus=bonus, account_rebate=rebate),
        )
        effort = efforts(market, design)
        effort[mode] = market.modes.effort[mode, found.levels[0, 0]]
        assert effort[mode] == efforts(market, chosen)[mode]
        money = expected_rows(market, chosen, expected_flows(market, chosen, effort))
        # The bonus is left out of the comparison: the plan pays the mean person, rows each one.
        kept = (money.mode == mode) & (money.account != int(Account.BONUS))
        net = money.amount * ((money.payee == maker) * 1.0 - (money.payer == maker) * 1.0)
        forecast = net[kept].sum() * MONTH_DAYS / 1e4
        people = maker_s_people(market, design, mode).sum()
        real = problem.modes[place].basis[1, 0, : len(found.profile) * 5]
        reached = real[found.levels[0, 0]]
        paid = people * found.terms[1] * reached
        assert found.profit == pytest.approx(forecast - paid, rel=1e-6, abs=1e-2)


def owned_mode(market, design):
    """A mode with people, all of whose houses buy from the manufacturer; None if there is none."""
    for mode in np.unique(design.reps.mode).tolist():
        owners = owners_of(market, design, mode)
        supplied = design.sites.open & (design.sites.mode == mode) & (design.sites.parent >= 0)
        supplied &= ~market.sites.independent[design.sites.parent]
        served = np.isin(owners, design.outlets.site[design.outlets.mode == mode])
        if owners.size and supplied[owners].all() and served.all():
            return mode
    return None


def without_costs(market, design):
    """The same market and design, where houses have hardly any cost but their goods."""
    sites, fleet, service = market.sites, market.vehicles, design.service
    market = replace(
        market,
        sites=replace(
            sites,
            fixed_cost=np.zeros_like(sites.fixed_cost),
            handling_cost=np.zeros_like(sites.handling_cost),
        ),
        roles=replace(market.roles, wage=np.full(len(market.roles), 1_000_000)),
        vehicles=replace(
            fleet, day_cost=np.zeros_like(fleet.day_cost), km_cost=np.zeros_like(fleet.km_cost)
        ),
        products=replace(market.products, production_cost=np.full(len(market.products), 1_000)),
    )
    service = replace(
        service,
        tariff_drop=np.zeros_like(service.tariff_drop),
        tariff_case=np.zeros_like(service.tariff_case),
    )
    return market, replace(design, service=service)


def owned_market():
    """A market with a mode with a quota whose houses are independent and earn a tenth a year."""
    for seed in range(200):
        market, design = without_costs(*incentive_market(seed))
        mode = owned_mode(market, design)
        if mode is None or design.terms.quota[mode] == 0:
            continue
        if site_roi(market, design, np.array([mode])) > 0.1:
            return market, design, np.array([mode])
    raise AssertionError


def test_chosen_terms_are_put_into_the_design_and_nothing_else():
    market, design, modes = owned_market()
    choice = request(market, design, modes=modes)
    chosen, certificate = choose_terms(market, choice, design)
    assert certificate.proven
    assert certificate.unit.endswith("per month")
    mode = int(modes[0])
    assert chosen.terms.commission[mode] in choice.commission
    assert chosen.terms.bonus[mode] in choice.bonus
    assert chosen.terms.account_rebate[mode] in rebate_values(market, choice, design, mode)
    others = np.arange(len(market.modes)) != mode
    for name in ("commission", "bonus", "account_rebate"):
        before, after = getattr(design.terms, name), getattr(chosen.terms, name)
        assert np.array_equal(before[others], after[others])
    assert chosen.outlets is design.outlets
    assert any("mean effort" in text for text in certificate.messages)


def test_owners_who_ask_for_more_get_a_larger_rebate():
    """The return on capital that owners ask for is met by the cheapest margin on the grid."""
    market, design, modes = owned_market()
    rebates, profits = [], []
    change = np.array([0, 20_000, 40_000, 80_000, 300_000])
    low = site_roi(market, design, modes)
    for roi in (low - 0.05, low + 0.05):
        choice = replace(
            lean_request(market, design, modes),
            margin_change=change,
            reservation_roi=int(roi * 1e6),
        )
        chosen, certificate = choose_terms(market, choice, design)
        rebates.append(int(chosen.terms.account_rebate[modes[0]]))
        profits.append(certificate.objective)
    assert rebates[1] > rebates[0]
    assert profits[1] < profits[0]


def lean_request(market, design, modes):
    """One commission and no bonus, so that only the owner's margin is open."""
    return request(market, design, modes=modes, commission=np.array([2_000]), bonus=np.array([0]))


def site_roi(market, design, modes):
    """Least yearly return of an owner at the smallest rebate of the grid."""
    problem = without_owners(problem_of(market, lean_request(market, design, modes), design))
    (contract,) = problem.modes
    plan, _ = plan_terms(problem)
    (found,) = plan.modes
    houses = np.array([len(party.levels) == 1 for party in contract.parties])
    months = np.arange(len(found.profile))
    capital = (contract.state_share @ contract.capital[months, found.profile])[houses]
    if capital.min() <= 0:
        return 0.0
    return float((found.payoff[houses] * 12 / capital).min())


def test_claims_beyond_the_grid_are_refused_with_both_numbers():
    market, design, modes = owned_market()
    pay = np.full(len(market.roles), 10**12)
    # A claim that no terms meet is said alone; one that clashes with other rules, beside them.
    clash = r"needs .*\d.* can have at most .*\d|leave at most .*\d.* asks for .*\d"
    with pytest.raises(InfeasibleError, match=clash):
        choose_terms(market, request(market, design, modes=modes, reservation_pay=pay), design)
    with pytest.raises(InfeasibleError, match=clash):
        choose_terms(market, request(market, design, modes=modes, reservation_roi=10**9), design)


def test_lower_commissions_on_offer_mean_less_effort():
    market, design = incentive_market(9)
    high = request(market, design, commission=np.array([40_000]), bonus=np.array([0]))
    low = replace(high, commission=np.array([2_000]))
    effort = []
    for choice in (high, low):
        plan, _ = plan_terms(without_owners(problem_of(market, choice, design)))
        effort.append(np.concatenate([found.levels[:, 0] for found in plan.modes]).mean())
    assert effort[0] > effort[1] + 0.5


def test_a_mode_whose_terms_reach_nobody_is_refused():
    market, design = incentive_market(2)
    for mode in range(len(market.modes)):
        if not (design.reps.mode == mode).any() and not owners_of(market, design, mode).size:
            choice = request(market, design, modes=np.array([mode]))
            with pytest.raises(InfeasibleError, match="reach nobody; leave the mode out"):
                problem_of(market, choice, design)
            return
    pytest.fail("the market has people or owners in every mode")


def test_without_people_the_split_is_called_zero_sum():
    market, design, modes = owned_market()
    mode = int(modes[0])
    quiet = replace(
        market,
        modes=replace(
            market.modes,
            effort=market.modes.effort[:, 2:3],
            effort_cost=market.modes.effort_cost[:, :1],
        ),
    )
    _, certificate = choose_terms(quiet, request(market, design, modes=modes), design)
    assert ZERO_SUM in certificate.messages
    assert mode >= 0


def test_negative_rebates_are_left_out_and_said_so():
    market, design, modes = owned_market()
    zero = np.zeros_like(design.terms.account_rebate)
    design = replace(design, terms=replace(design.terms, account_rebate=zero))
    choice = request(market, design, modes=modes, margin_change=np.array([-20_000, 0, 20_000]))
    values = rebate_values(market, choice, design, int(modes[0]))
    assert values.tolist() == [0, pytest.approx(20_000 / 0.9, abs=2)]
    _, certificate = choose_terms(market, choice, design)
    assert any("1 of 3 margin changes were left out" in text for text in certificate.messages)


def test_ladder_keeps_the_account_price_below_the_outlet_price():
    """With the account price above the outlet's the rebate must close the gap."""
    market, design, modes = owned_market()
    mode = int(modes[0])
    dear = np.array(design.terms.price_account)
    dear[mode] = design.terms.price_outlet[mode] * 1.02
    zero = np.zeros_like(design.terms.account_rebate)
    design = replace(design, terms=replace(design.terms, price_account=dear, account_rebate=zero))
    choice = request(market, design, modes=modes, margin_change=np.array([0, 10_000, 30_000]))
    problem = without_owners(problem_of(market, choice, design))
    free, _ = plan_terms(problem)
    bound, _ = plan_terms(problem.replace(ladder=problem_of(market, choice, design).ladder))
    assert free.modes[0].terms[REBATE] == 0.0
    assert bound.modes[0].terms[REBATE] >= 1 - 1 / 1.02 - 1e-9
    assert bound.profit < free.profit
    assert bound.modes[0].terms[COMMISSION] >= 0
