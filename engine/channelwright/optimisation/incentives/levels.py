"""What each effort level of a mode brings: the manufacturer, its people, the owners of sites.

Everything is taken from the expected flows and the expected rows of the ledger
(`rules.flows`, `rules.expected_money`), with the chosen terms left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT, FloatArray, IntArray
from channelwright.model.market import SOLICITORS
from channelwright.rules import behaviour
from channelwright.rules.expected_money import expected_rows, site_capital
from channelwright.rules.flows import efforts, expected_flows, full_cases
from channelwright.tables.codes import Account
from channelwright.tables.codes import Party as Kind

if TYPE_CHECKING:
    from channelwright.model.calibration import Calibration
    from channelwright.model.design import Design
    from channelwright.model.forecast import MoneyForecast
    from channelwright.model.market import Market
    from channelwright.rules.flows import Flows

MONTH_DAYS = 365 / 12
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


def buyers_of(market: Market, design: Design, mode: int) -> IntArray:
    """Return the independent sites that buy from the manufacturer on a mode's terms."""
    plan, sites = design.sites, market.sites
    supplied = plan.open & (plan.mode == mode) & sites.independent & (plan.parent >= 0)
    return np.flatnonzero(supplied & ~sites.independent[plan.parent])


def owners_of(market: Market, design: Design, mode: int) -> IntArray:
    """Return the sites whose owners are parties of a mode: buyers, and employers of its people."""
    owners = buyers_of(market, design, mode)
    if int(market.modes.solicitor[mode]) == _SALESMAN:
        houses = design.reps.site[design.reps.mode == mode]
        owners = np.union1d(owners, houses[market.sites.independent[houses]])
    return owners


def season_of(market: Market, design: Design, mode: int, months: Months) -> FloatArray:
    """Return sales of each month over the mean month: (n_months,), mean 1."""
    rows = design.outlets.mode == mode
    cases = (
        full_cases(market, design)[rows].sum(axis=0)
        if rows.any()
        else np.ones(len(market.products))
    )
    worth = months.factor @ (cases * np.maximum(design.terms.price_outlet[mode], 1))
    return np.asarray(worth / (months.share @ worth))


def levels_of(
    market: Market,
    design: Design,
    mode: int,
    owners: IntArray,
    people: int,
    calibration: Calibration | None = None,
) -> list[Level]:
    """Return what each effort level of a mode brings; one level where it has no people."""
    base = efforts(market, design)
    steps = market.modes.effort[mode] if people else base[mode : mode + 1]
    levels = []
    for step in steps.tolist():
        effort = base.copy()
        effort[mode] = step
        flows = expected_flows(market, design, effort, calibration=calibration)
        money = expected_rows(market, design, flows, calibration)
        levels.append(_level(market, design, mode, owners, flows, money))
    return levels


def _level(
    market: Market,
    design: Design,
    mode: int,
    owners: IntArray,
    flows: Flows,
    money: MoneyForecast,
) -> Level:
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


def believed_sales(
    market: Market, design: Design, mode: int, months: Months, effort: int
) -> FloatArray:
    """Return what a seller thinks that it sells in each month at each level: (n, L) currency."""
    sales = [behaviour.seller_sales(market, design, mode, f) for f in months.factor]
    lift = 1 + market.behaviour.response * (market.modes.effort[mode] - 1)
    return np.outer(sales, lift[:effort]) / TICKS_PER_UNIT


def real_sales(levels: list[Level], season: FloatArray, people: int) -> FloatArray:
    """Return what a seller sells in each month at each level: (n, L) currency."""
    each = np.array([level.sales.sum() / max(people, 1) for level in levels])
    return np.outer(season, each)
