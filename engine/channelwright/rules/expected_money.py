"""Expected money flows of a design, by the ledger's rules (docs/architecture.md, section 6)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from channelwright.foundation.units import PPM, FloatArray, IntArray
from channelwright.model.calibration import Calibration
from channelwright.model.design import Design
from channelwright.model.forecast import MoneyForecast
from channelwright.model.market import SITE_KINDS, SOLICITORS, Market
from channelwright.rules import expected_credit
from channelwright.rules.carrying import delivery_costs
from channelwright.rules.contracts import carried_rate
from channelwright.rules.expected_consignment import consigned_cases
from channelwright.rules.expected_contracts import contract_costs
from channelwright.rules.expected_parcels import parcel_cases, parcel_flows
from channelwright.rules.flows import Flows, mean_factor
from channelwright.rules.offers import shelf_prices
from channelwright.rules.promoted import promoted_means
from channelwright.rules.stock_forecast import expected_stock
from channelwright.tables.codes import Account, Party

_PLANT = SITE_KINDS.index("plant")
_SALESMAN = SOLICITORS.index("salesman")
_MONTH = 365 / 12


class _Rows:
    """Collects expected rows (ticks per day)."""

    def __init__(self) -> None:
        self.parts: list[tuple[np.ndarray, ...]] = []

    def add(
        self,
        account: Account,
        payer: IntArray | int,
        payee: IntArray | int,
        area: IntArray | int,
        mode: IntArray | int,
        site: IntArray | int,
        amount: FloatArray,
    ) -> None:
        """Add rows; arguments broadcast to the length of ``amount``."""
        self.parts.append(np.broadcast_arrays(int(account), payer, payee, area, mode, site, amount))


def expected_rows(
    market: Market, design: Design, flows: Flows, calibration: Calibration | None = None
) -> MoneyForecast:
    """Return expected money flows per measured day, summed by key.

    Parameters
    ----------
    flows : Flows, calibrated or not
    calibration : Calibration, optional
        Its multipliers on accounts are applied; those on flows are in ``flows``.
    """
    rows = _Rows()
    _outlet_rows(market, design, flows, rows)
    _parcel_rows(market, design, rows)
    demand = site_demand(market, design, flows)
    _supply_rows(market, design, demand, rows)
    _people_rows(market, design, flows, rows)
    _site_rows(market, design, demand, rows)
    money = _summed(rows)
    if calibration is None:
        return money
    return replace(money, amount=money.amount * calibration.of_rows(money.account, money.mode))


def _summed(rows: _Rows) -> MoneyForecast:
    columns = [
        np.concatenate([np.atleast_1d(p) for p in parts]) for parts in zip(*rows.parts, strict=True)
    ]
    keys, inverse = np.unique(np.stack(columns[:-1], axis=1), axis=0, return_inverse=True)
    amount = np.bincount(inverse.ravel(), weights=columns[-1], minlength=len(keys))
    kept = amount != 0
    account, payer, payee, area, mode, site = keys[kept].T.astype(np.int64)
    return MoneyForecast(account, payer, payee, area, mode, site, amount[kept])


def months_per_day(market: Market) -> float:
    """Return calendar months per measured day: pay of a month spreads over its own days."""
    calendar = market.calendar
    first = np.datetime64(calendar.start) + calendar.warmup_days
    days = first + np.arange(calendar.horizon_days - calendar.warmup_days)
    month = days.astype("datetime64[M]")
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(int)
    return float((1 / length).mean())


def owner_kinds(market: Market) -> IntArray:
    """Return the party kind of the owner of every site: (S,)."""
    return np.where(market.sites.independent, int(Party.OWNER), int(Party.MANUFACTURER))


def _outlet_rows(market: Market, design: Design, flows: Flows, rows: _Rows) -> None:
    covered = np.flatnonzero(design.outlets.mode >= 0)
    plan, terms, outlets = design.outlets, design.terms, market.outlets
    mode, site, area = plan.mode[covered], plan.site[covered], outlets.area[covered]
    payer = np.where(outlets.chain[covered] >= 0, int(Party.CHAIN), int(Party.OUTLET))
    owner = owner_kinds(market)[site]
    cases = flows.cases[covered] / 7
    value = (cases * terms.price_outlet[mode]).sum(axis=1)
    maker, outside = int(Party.MANUFACTURER), int(Party.OUTSIDE)
    rows.add(Account.GOODS, payer, owner, area, mode, site, value)
    rebate = value * terms.outlet_rebate[mode] / PPM
    rows.add(Account.REBATE, owner, payer, area, mode, site, rebate)
    _credit_rows(market, design, covered, value, rows)
    whole = np.zeros(len(outlets))
    whole[covered] = value
    agreed = contract_costs(market, design, whole, months_per_day(market))
    for account, cost in agreed.items():
        rows.add(account, owner, payer, area, mode, site, cost[covered])
    online = flows.online_units[covered] / 7 * terms.online_fee
    fee = value * terms.platform_fee[mode] / PPM + online
    rows.add(Account.PLATFORM, maker, outside, area, mode, site, fee)
    handling = cases.sum(axis=1) * market.sites.handling_cost[site]
    rows.add(Account.HANDLING, owner, outside, area, mode, site, handling)
    rows.add(
        Account.DELIVERY,
        owner,
        outside,
        area,
        mode,
        site,
        _delivery(market, design, flows, covered),
    )
    if market.empties is not None:
        charged = (cases * market.empties.deposit).sum(axis=1)
        kept = (cases * market.empties.deposit * (1 - market.empties.returned / PPM)).sum(axis=1)
        rows.add(Account.DEPOSIT, payer, owner, area, mode, site, charged)
        rows.add(Account.DEPOSIT, owner, payer, area, mode, site, charged - kept)
        rows.add(Account.DEPOSIT, outside, payer, area, mode, site, kept)
    units = cases * market.products.units_per_case
    promoted = promoted_means(market, design)
    price = shelf_prices(market, design) if promoted is None else promoted.price
    spent = (units * price[covered]).sum(axis=1)
    rows.add(Account.CONSUMER, outside, payer, area, mode, site, spent)
    if promoted is not None:
        for funder, kind in enumerate((np.full(len(covered), maker), owner)):
            paid = (units * promoted.refund[funder][covered]).sum(axis=1)
            paid = paid + (cases * promoted.cut[funder][covered]).sum(axis=1)
            rows.add(Account.PROMOTION, kind, payer, area, mode, site, paid)


def _parcel_rows(market: Market, design: Design, rows: _Rows) -> None:
    """Add what consumers of parcels pay, and what sending them costs."""
    goods = design.goods
    mode = -1 if goods is None or goods.parcels is None else goods.parcels.mode
    for account, payer, payee, site, amount in parcel_flows(market, design, mean_factor(market)):
        area = market.sites.area[site]
        rows.add(account, int(payer), int(payee), area, mode, site, amount)


def _credit_rows(
    market: Market, design: Design, covered: IntArray, value: FloatArray, rows: _Rows
) -> None:
    """Add bad debt, discounts above authority and interest on deposits: seller -> payer."""
    plan, outlets = design.outlets, market.outlets
    mode, site, area = plan.mode[covered], plan.site[covered], outlets.area[covered]
    payer = np.where(outlets.chain[covered] >= 0, int(Party.CHAIN), int(Party.OUTLET))
    owner = owner_kinds(market)[site]
    _, paid = expected_credit.deposits(
        market, design, covered, full_value(market, design, covered) / 7
    )
    for account, amount in (
        (Account.WRITE_OFF, value * expected_credit.lost_share(market, design, covered)),
        (Account.DISCOUNT, value * expected_credit.discount_share(design, covered)),
        (Account.DEPOSIT_INTEREST, paid),
    ):
        if amount.any():
            rows.add(account, owner, payer, area, mode, site, amount)


def _delivery(market: Market, design: Design, flows: Flows, covered: IntArray) -> FloatArray:
    """Return expected delivery cost per day of every covered outlet."""
    cost = np.zeros(len(covered))
    site = design.outlets.site[covered]
    for one in np.unique(site).tolist():
        mine = np.flatnonzero(site == one)
        rows = covered[mine]
        each = delivery_costs(market, design, flows, rows, one)
        cost[mine] = np.where(flows.orders[rows] > 0, each * flows.orders[rows] / 7, 0.0)
    return cost


def site_demand(market: Market, design: Design, flows: Flows) -> FloatArray:
    """Return cases per day that every site ships, to outlets, consumers, children: (S, P)."""
    covered = np.flatnonzero(design.outlets.mode >= 0)
    demand = np.zeros((len(market.sites), len(market.products)))
    np.add.at(demand, design.outlets.site[covered], flows.cases[covered] / 7)
    parcels = parcel_cases(market, design, mean_factor(market))
    if parcels is not None:
        demand += parcels
    parent = design.sites.parent
    for site in _lowest_first(parent):
        demand[parent[site]] += demand[site]
    return demand


def _lowest_first(parent: IntArray) -> list[int]:
    depth = np.zeros(len(parent), dtype=np.int64)
    for site in range(len(parent)):
        above = int(parent[site])
        while above >= 0:
            depth[site] += 1
            above = int(parent[above])
    order = np.lexsort((np.arange(len(parent)), -depth))
    return [int(site) for site in order if parent[site] >= 0]


def _supply_rows(market: Market, design: Design, demand: FloatArray, rows: _Rows) -> None:
    plan, sites, terms = design.sites, market.sites, design.terms
    child = np.flatnonzero(plan.open & (plan.parent >= 0))
    parent, mode, area = plan.parent[child], plan.mode[child], sites.area[child]
    cases = demand[child]
    total = cases.sum(axis=1)
    maker, outside = int(Party.MANUFACTURER), int(Party.OUTSIDE)
    rows.add(
        Account.FREIGHT, maker, outside, area, mode, child, total * sites.lane_cost[child, parent]
    )
    made = (cases * market.products.production_cost).sum(axis=1)
    plant = sites.kind[parent] == _PLANT
    rows.add(Account.PRODUCTION, maker, outside, area, mode, child, np.where(plant, made, 0.0))
    kinds = owner_kinds(market)
    handling = np.where(plant, 0.0, total * sites.handling_cost[parent])
    rows.add(Account.HANDLING, kinds[parent], outside, sites.area[parent], mode, parent, handling)
    own = kinds[parent] == maker
    price = np.where(own[:, None], terms.price_account[mode], terms.price_tier2[mode])
    bought = np.where(sites.independent[child] | ~own, (cases * price).sum(axis=1), 0.0)
    rows.add(Account.GOODS, kinds[child], kinds[parent], area, mode, child, bought)
    rebate = np.where(own, bought * terms.account_rebate[mode] / PPM, 0.0)
    rows.add(Account.REBATE, maker, kinds[child], area, mode, child, rebate)


def _people_rows(market: Market, design: Design, flows: Flows, rows: _Rows) -> None:
    reps, terms = design.reps, design.terms
    if not len(reps):
        return
    people = int(Party.PEOPLE)
    salesman = market.modes.solicitor[reps.mode] == _SALESMAN
    employer = np.where(salesman, owner_kinds(market)[reps.site], int(Party.MANUFACTURER))
    area = market.sites.area[reps.site]
    served = np.flatnonzero(design.outlets.rep >= 0)
    mode = design.outlets.mode[served]
    value = (flows.cases[served] / 7 * terms.price_outlet[mode]).sum(axis=1)
    sales = np.bincount(design.outlets.rep[served], weights=value, minlength=len(reps))
    wage = np.asarray(market.roles.wage[reps.role] * months_per_day(market), dtype=np.float64)
    rows.add(Account.WAGES, employer, people, area, reps.mode, reps.site, wage)
    commission = sales * terms.commission[reps.mode] / PPM
    rows.add(Account.COMMISSION, employer, people, area, reps.mode, reps.site, commission)
    quota = terms.quota[reps.mode]
    reached = (quota > 0) & (sales * _MONTH >= quota)
    bonus = np.where(reached, terms.bonus[reps.mode] / _MONTH, 0.0)
    rows.add(Account.BONUS, employer, people, area, reps.mode, reps.site, bonus)


def _site_rows(market: Market, design: Design, demand: FloatArray, rows: _Rows) -> None:
    plan, sites = design.sites, market.sites
    open_sites = np.flatnonzero(plan.open)
    kinds, outside = owner_kinds(market)[open_sites], int(Party.OUTSIDE)
    area, mode = sites.area[open_sites], plan.mode[open_sites]
    fixed = sites.fixed_cost[open_sites].astype(np.float64)
    rows.add(Account.SITE, kinds, outside, area, mode, open_sites, fixed)
    base = _capital(market, design, demand)[open_sites]
    interest = np.maximum(base, 0) * market.finance.interest_ppm / PPM / 365
    rows.add(Account.INTEREST, kinds, outside, area, mode, open_sites, interest)


def _capital(market: Market, design: Design, demand: FloatArray) -> FloatArray:
    """Return stock + receivables - payables of every site: (S,) ticks."""
    plan, sites, terms = design.sites, market.sites, design.terms
    mode = np.maximum(plan.mode, 0)
    price = np.where(
        sites.independent[:, None], terms.price_account[mode], market.products.production_cost
    )
    stock = expected_stock(market, design, demand)
    if design.goods is not None and design.goods.consignment is not None:
        stock = stock + consigned_cases(market, design)
    capital = (stock * price).sum(axis=1)
    outlets = np.flatnonzero(design.outlets.mode >= 0)
    weekly = full_value(market, design, outlets)
    waiting = expected_credit.outstanding_days(market, design, outlets)
    lodged, _ = expected_credit.deposits(market, design, outlets, weekly / 7)
    np.add.at(capital, design.outlets.site[outlets], weekly / 7 * waiting - lodged)
    child = np.flatnonzero(plan.open & sites.independent & (plan.parent >= 0))
    owed = (demand[child] * terms.price_account[plan.mode[child]]).sum(axis=1)
    owed = owed * terms.account_days[plan.mode[child]]
    np.subtract.at(capital, child, owed)
    np.add.at(capital, plan.parent[child], owed)
    return np.asarray(capital)


def full_value(market: Market, design: Design, rows: IntArray) -> FloatArray:
    """Return outlet purchases per week at multiplier 1: (n,) ticks."""
    rate = carried_rate(market, design)[rows]
    cases = rate * mean_factor(market) * 7 / market.products.units_per_case
    return np.asarray((cases * design.terms.price_outlet[design.outlets.mode[rows]]).sum(axis=1))


def site_capital(market: Market, design: Design, flows: Flows) -> FloatArray:
    """Return the expected capital of every site's owner, 0 where payables exceed it: (S,) ticks.

    Stock + receivables - payables, the base of interest and of distributor ROI.
    """
    return np.maximum(_capital(market, design, site_demand(market, design, flows)), 0.0)
