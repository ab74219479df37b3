"""A market's terms as an incentive problem: sellers who choose effort, owners who must earn.

Per mode the parties are its sellers (alike, with the effort levels of the mode) and the owners of
its sites (each with capital of its own). States are the months, which a seller knows. What a seller
*believes* that effort sells decides its effort (`rules.behaviour.seller_payoffs`); what effort
*does* to calls, execution and demand (`rules.flows`) decides what is earned and paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError
from channelwright.foundation.units import PPM, TICKS_PER_UNIT, FloatArray, IntArray
from channelwright.model.market import SOLICITORS
from channelwright.optimisation.incentives_problem import (
    IncentiveProblem,
    LadderRow,
    ModeContract,
    Party,
    Term,
)
from channelwright.rules import behaviour
from channelwright.rules.expected_money import expected_rows, site_capital
from channelwright.rules.flows import efforts, expected_flows, full_cases
from channelwright.tables.codes import Account
from channelwright.tables.codes import Party as Kind

if TYPE_CHECKING:
    from channelwright.model.design import Design
    from channelwright.model.forecast import MoneyForecast
    from channelwright.model.market import Market
    from channelwright.model.request import TermsChoice
    from channelwright.rules.flows import Flows

#: Terms of every mode, in this order.
COMMISSION, BONUS, REBATE = range(3)
MONTH_DAYS = 365 / 12
#: Currency per month by which a seller must prefer the wanted effort to a lower one: far above
#: the half tick at which `behaviour.best_response` sees a tie, far below what matters.
TIE = 0.01
_CHOSEN = (int(Account.COMMISSION), int(Account.BONUS))
_SALESMAN = SOLICITORS.index("salesman")


@dataclass(frozen=True)
class Months:
    """The measured months.

    Attributes
    ----------
    number : (n,) int64, as in the calendar
    share : (n,) float64, share of the measured days
    factor : (n, P) float64, mean calendar factor
    """

    number: IntArray
    share: FloatArray
    factor: FloatArray


@dataclass(frozen=True)
class Level:
    """What one effort level of a mode brings per month at the mean season, in currency.

    Attributes
    ----------
    profit : the manufacturer's, before what the chosen terms pay
    sales : (n_owners + 1,) outlet sales of the people of each owner, last: of the manufacturer
    bought : (n_owners,) purchases of each owner from the manufacturer
    income : (n_owners,) profit of each owner, before what the chosen terms pay
    capital : (n_owners,) money that each owner ties up
    """

    profit: float
    sales: FloatArray
    bought: FloatArray
    income: FloatArray
    capital: FloatArray


def months_of(market: Market) -> Months:
    """Return the months of the measured days."""
    calendar = market.calendar
    number, days = np.unique(calendar.month[calendar.warmup_days :], return_counts=True)
    return Months(number, days / days.sum(), behaviour.month_factors(market)[number])


def problem_of(market: Market, choice: TermsChoice, design: Design) -> IncentiveProblem:
    """State the incentive problem of a request, in currency per month.

    Raises
    ------
    InfeasibleError
        A mode has neither people nor owners who buy from the manufacturer.
    """
    for mode in choice.modes.tolist():
        if not (design.reps.mode == mode).any() and not owners_of(market, design, mode).size:
            message = (
                f"terms of {market.modes.ids[mode]}: design {design.name!r} has neither people nor "
                "independent sites in this mode, so its terms reach nobody; leave the mode out"
            )
            raise InfeasibleError(message)
    modes = tuple(mode_contract(market, choice, design, m) for m in choice.modes.tolist())
    ladder = tuple(
        row
        for place, m in enumerate(choice.modes.tolist())
        for row in ladder_rows(market, design, m, place)
    )
    return IncentiveProblem(modes, ladder, TIE, f"{market.finance.currency} per month")


def mode_contract(market: Market, choice: TermsChoice, design: Design, mode: int) -> ModeContract:
    """State one mode: outcomes are (believed or real, month, level)."""
    months, owners = months_of(market), owners_of(market, design, mode)
    people = int((design.reps.mode == mode).sum())
    levels = _levels(market, design, mode, owners, people)
    season = season_of(market, design, mode, months)
    states, effort = len(months.number), len(levels)
    real = np.arange(states * effort).reshape(states, effort)
    law = np.eye(2 * states * effort)
    believed = _believed_sales(market, design, mode, months, effort)
    return ModeContract(
        name=market.modes.names[mode],
        parties=_parties(market, choice, design, mode, owners, people, effort),
        terms=_terms(market, choice, design, mode, owners, people),
        basis=_basis(market, design, mode, levels, season, believed, people),
        own_income=_own_income(market, design, mode, levels, believed, people),
        value=np.concatenate(
            [np.outer(season, [level.profit for level in levels]).ravel(), np.zeros(real.size)]
        ),
        probability=law[real],
        state_share=months.share,
        belief=law[real + real.size],
        capital=_capital(levels, states, people),
    )


def owners_of(market: Market, design: Design, mode: int) -> IntArray:
    """Return the sites whose owners are parties of a mode.

    They buy from the manufacturer on the mode's terms, or employ its salesmen.
    """
    plan, sites = design.sites, market.sites
    supplied = plan.open & (plan.mode == mode) & sites.independent & (plan.parent >= 0)
    party = supplied & ~sites.independent[plan.parent]
    if int(market.modes.solicitor[mode]) == _SALESMAN:
        houses = np.unique(design.reps.site[design.reps.mode == mode])
        party[houses] |= sites.independent[houses]
    return np.flatnonzero(party)


def season_of(market: Market, design: Design, mode: int, months: Months) -> FloatArray:
    """Return sales of each month over the mean month: (n_months,), mean 1."""
    rows = design.outlets.mode == mode
    cases = full_cases(market)[rows].sum(axis=0) if rows.any() else np.ones(len(market.products))
    worth = months.factor @ (cases * np.maximum(design.terms.price_outlet[mode], 1))
    return np.asarray(worth / (months.share @ worth))


def _levels(
    market: Market, design: Design, mode: int, owners: IntArray, people: int
) -> list[Level]:
    base = efforts(market, design)
    steps = market.modes.effort[mode] if people else base[mode : mode + 1]
    levels = []
    for step in steps.tolist():
        effort = base.copy()
        effort[mode] = step
        levels.append(_level(market, design, mode, owners, expected_flows(market, design, effort)))
    return levels


def _level(market: Market, design: Design, mode: int, owners: IntArray, flows: Flows) -> Level:
    money = expected_rows(market, design, flows)
    monthly = MONTH_DAYS / TICKS_PER_UNIT
    maker, owner = int(Kind.MANUFACTURER), int(Kind.OWNER)
    rebate = (money.account == int(Account.REBATE)) & (money.payer == maker)
    rebate &= money.payee == owner
    mine = money.mode == mode
    chosen = (np.isin(money.account, _CHOSEN) | rebate) & mine
    amount = np.where(chosen, 0.0, money.amount) * monthly
    profit = (
        amount[mine & (money.payee == maker)].sum() - amount[mine & (money.payer == maker)].sum()
    )
    return Level(
        profit=float(profit),
        sales=_sales(market, design, mode, owners, flows) * monthly,
        bought=_bought(money, mode, owners) * monthly,
        income=_owner_income(market, design, money, amount)[owners],
        capital=site_capital(market, design, flows)[owners] / TICKS_PER_UNIT,
    )


def _sales(market: Market, design: Design, mode: int, owners: IntArray, flows: Flows) -> FloatArray:
    """Return outlet sales per day of each employer's people: (n_owners + 1,) ticks."""
    served = np.flatnonzero((design.outlets.mode == mode) & (design.outlets.rep >= 0))
    value = (flows.cases[served] / 7 * design.terms.price_outlet[mode]).sum(axis=1)
    employer = employers(market, design, mode, owners)[design.outlets.rep[served]]
    total = np.bincount(employer, weights=value, minlength=len(owners) + 1)
    return total.astype(np.float64)


def employers(market: Market, design: Design, mode: int, owners: IntArray) -> IntArray:
    """Return who employs each rep: place in ``owners``, or their number for the manufacturer."""
    place = np.full(len(market.sites), len(owners), dtype=np.int64)
    if int(market.modes.solicitor[mode]) == _SALESMAN:
        place[owners] = np.arange(len(owners))
    return place[design.reps.site]


def _bought(money: MoneyForecast, mode: int, owners: IntArray) -> FloatArray:
    goods = (money.account == int(Account.GOODS)) & (money.payee == int(Kind.MANUFACTURER))
    goods &= (money.payer == int(Kind.OWNER)) & (money.mode == mode)
    return np.array([money.amount[goods & (money.site == site)].sum() for site in owners])


def _owner_income(
    market: Market, design: Design, money: MoneyForecast, amount: FloatArray
) -> FloatArray:
    """Return received less paid of every site's owner: (S,) currency per month.

    Goods between sites carry the buyer's site: what one owner sells to another is the parent's.
    """
    owner, sites = int(Kind.OWNER), len(market.sites)
    got, paid = money.payee == owner, money.payer == owner
    between = got & (money.account == int(Account.GOODS))
    between &= np.isin(money.payer, (owner, int(Kind.MANUFACTURER)))
    where = np.where(between, design.sites.parent[money.site], money.site)
    received = np.bincount(where[got], weights=amount[got], minlength=sites)
    spent = np.bincount(money.site[paid], weights=amount[paid], minlength=sites)
    return np.asarray(received - spent)


def _believed_sales(
    market: Market, design: Design, mode: int, months: Months, effort: int
) -> FloatArray:
    """Return what a seller thinks that it sells in each month at each level: (n, L) currency."""
    sales = [behaviour.seller_sales(market, design, mode, f) for f in months.factor]
    lift = 1 + market.behaviour.response * (market.modes.effort[mode] - 1)
    return np.outer(sales, lift[:effort]) / TICKS_PER_UNIT


def _real_sales(levels: list[Level], season: FloatArray, people: int) -> FloatArray:
    """Return what a seller sells in each month at each level: (n, L) currency."""
    each = np.array([level.sales.sum() / max(people, 1) for level in levels])
    return np.outer(season, each)


def _parties(
    market: Market,
    choice: TermsChoice,
    design: Design,
    mode: int,
    owners: IntArray,
    people: int,
    effort: int,
) -> tuple[Party, ...]:
    parties = []
    if people:
        role = int(market.modes.role[mode])
        cost = market.modes.effort_cost[mode][:effort] / TICKS_PER_UNIT
        parties.append(
            Party(
                name=f"a {market.roles.ids[role]}",
                levels=tuple(f"effort {e:g}" for e in market.modes.effort[mode]),
                effort_cost=tuple(cost.tolist()),
                outside=float(choice.reservation_pay[role]) / TICKS_PER_UNIT,
                count=float(people),
            )
        )
    parties += [
        Party(
            name=market.sites.names[site],
            levels=("as is",),
            effort_cost=(0.0,),
            required_return=choice.reservation_roi / PPM / 12,
        )
        for site in owners.tolist()
    ]
    return tuple(parties)


def rebate_values(market: Market, choice: TermsChoice, design: Design, mode: int) -> IntArray:
    """Return account rebates (ppm) that the allowed changes of the owner's margin lead to.

    A change is a share of the outlet price, a rebate a share of the account price.
    """
    now = int(design.terms.account_rebate[mode])
    rows = design.outlets.mode == mode
    cases = full_cases(market)[rows].sum(axis=0) if rows.any() else np.ones(len(market.products))
    outlet = float(cases @ design.terms.price_outlet[mode])
    account = float(cases @ design.terms.price_account[mode])
    change = choice.margin_change if account > 0 else choice.margin_change[:0]
    values = now + np.floor(change * (outlet / max(account, 1.0)) + 0.5).astype(np.int64)
    values = np.unique(values[(values >= 0) & (values < PPM)])
    return values if values.size else np.array([now], dtype=np.int64)


def _terms(
    market: Market,
    choice: TermsChoice,
    design: Design,
    mode: int,
    owners: IntArray,
    people: int,
) -> tuple[Term, ...]:
    """Return commission, bonus and account rebate; what reaches nobody keeps its value."""
    terms = design.terms
    commission = choice.commission if people and choice.commission.size else None
    bonus = choice.bonus if people and choice.bonus.size and terms.quota[mode] > 0 else None
    rebate = rebate_values(market, choice, design, mode) if owners.size else None
    return (
        _term("commission", commission, int(terms.commission[mode]), PPM, "share of sales"),
        _term("bonus", bonus, int(terms.bonus[mode]), TICKS_PER_UNIT, "per month"),
        _term("account rebate", rebate, int(terms.account_rebate[mode]), PPM, "share of purchases"),
    )


def _term(name: str, values: IntArray | None, now: int, scale: int, unit: str) -> Term:
    numbers = np.array([now]) if values is None else np.unique(values)
    grid = tuple((numbers / scale).tolist())
    return Term(name, min(grid), max(grid), grid=grid, unit=unit)


def _basis(
    market: Market,
    design: Design,
    mode: int,
    levels: list[Level],
    season: FloatArray,
    believed: FloatArray,
    people: int,
) -> FloatArray:
    """What a unit of each term pays each party: (3, K, 2 x months x levels)."""
    real = _real_sales(levels, season, people)
    sold = np.concatenate([real.ravel(), believed.ravel()])
    quota = int(design.terms.quota[mode]) / TICKS_PER_UNIT
    reached = (sold >= quota) & (quota > 0)
    n_owners, nothing = len(levels[0].bought), np.zeros(believed.size)
    staff = employers(market, design, mode, owners_of(market, design, mode))
    seller, owner_parts = 1 if people else 0, []
    for j in range(n_owners):
        heads = int((staff[design.reps.mode == mode] == j).sum())
        sales = np.outer(season, [level.sales[j] for level in levels]).ravel()
        bought = np.outer(season, [level.bought[j] for level in levels]).ravel()
        owner_parts.append(
            (
                np.concatenate([-sales, nothing]),
                np.where(np.arange(sold.size) < real.size, -heads * reached, 0.0),
                np.concatenate([bought, nothing]),
            )
        )
    basis = np.zeros((3, seller + n_owners, sold.size))
    if seller:
        basis[COMMISSION, 0], basis[BONUS, 0] = sold, reached
    for j, parts in enumerate(owner_parts):
        basis[:, seller + j] = parts
    return basis


def _own_income(
    market: Market,
    design: Design,
    mode: int,
    levels: list[Level],
    believed: FloatArray,
    people: int,
) -> FloatArray:
    """Income outside the terms: (K, 2 x months x levels).

    A seller really has its wage; when it weighs effort it thinks of the margin on what it sells
    (`margin_share`, salesmen who live by the house) and not of the wage, which is certain.
    """
    states = len(believed)
    rows = []
    if people:
        wage = float(market.roles.wage[int(market.modes.role[mode])]) / TICKS_PER_UNIT
        share = int(design.terms.margin_share[mode]) / PPM
        rows.append(np.concatenate([np.full(believed.size, wage), (share * believed).ravel()]))
    for j in range(len(levels[0].bought)):
        income = np.tile([level.income[j] for level in levels], states)
        rows.append(np.concatenate([income, np.zeros(believed.size)]))
    return np.array(rows).reshape(-1, 2 * believed.size)


def _capital(levels: list[Level], states: int, people: int) -> FloatArray:
    seller = np.zeros((len(levels), 1 if people else 0))
    table = np.concatenate([seller, np.array([level.capital for level in levels])], axis=1)
    return np.broadcast_to(table, (states, *table.shape))


def ladder_rows(market: Market, design: Design, mode: int, place: int) -> list[LadderRow]:
    """Keep the price ladder: production cost <= net account price <= net outlet price."""
    terms, owners = design.terms, owners_of(market, design, mode)
    account = terms.price_account[mode].astype(np.float64)
    if not owners.size or not np.all(account > 0):
        return []
    net = terms.price_outlet[mode] * (1 - int(terms.outlet_rebate[mode]) / PPM)
    return [
        LadderRow(
            name=f"{market.modes.names[mode]}: cost <= net account price <= net outlet price",
            coefficients=((place, REBATE, 1.0),),
            low=float((1 - net / account).max()),
            high=float((1 - market.products.production_cost / account).min()),
        )
    ]
