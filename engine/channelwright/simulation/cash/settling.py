"""24:00: fixed costs, and on the last day of a month pay, rebates and interest."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray, scaled, share
from channelwright.model.market import SOLICITORS
from channelwright.simulation.cash.chains import settle_contracts
from channelwright.simulation.cash.postings import Postings, same_day
from channelwright.simulation.cash.rebates import post_shares
from channelwright.simulation.evening.credit import credit_rules, customers_money, deposits
from channelwright.simulation.network import Network
from channelwright.simulation.scatter import add_at
from channelwright.simulation.state import State
from channelwright.tables.codes import Account, Party, party

MANUFACTURER = party(Party.MANUFACTURER)
OUTSIDE = party(Party.OUTSIDE)
PEOPLE = party(Party.PEOPLE)
YEAR_PPM = 365_000_000
_SALESMAN = SOLICITORS.index("salesman")


def fixed_costs(network: Network) -> IntArray:
    """Return the postings of the fixed cost of open sites on any day: (7, n)."""
    rows = np.flatnonzero(network.design.sites.open)
    mode, cost = network.design.sites.mode[rows], network.market.sites.fixed_cost[rows]
    return same_day(Account.SITE, network.owner[rows], OUTSIDE, mode, rows, -1, cost)


def month_ends(network: Network, day: int) -> bool:
    """Return whether a day is the last of its month in the horizon."""
    month = network.market.calendar.month
    return bool(day + 1 == len(month) or month[day + 1] != month[day])


def settle_month(network: Network, state: State, postings: Postings) -> IntArray:
    """Post pay, rebates and interest of the month; returns the pay of every person."""
    month = int(network.market.calendar.month[state.day])
    days, length = int(network.months.days[month]), int(network.months.length[month])
    pay = _pay_people(network, state, postings, days, length)
    _pay_rebates(network, state, postings)
    settle_contracts(network, state, postings, days, length)
    _pay_interest(network, state, postings, days)
    _pay_deposits(network, postings, days)
    state.month_invoices[:] = 0
    state.month_purchases[:] = 0
    state.month_sales[:] = 0
    return pay


def _pay_people(
    network: Network, state: State, postings: Postings, days: int, length: int
) -> IntArray:
    market, reps, terms = network.market, network.design.reps, network.design.terms
    mode, site = reps.mode, reps.site
    salesman = market.modes.solicitor[mode] == _SALESMAN
    employer = np.where(salesman, network.owner[site], MANUFACTURER)
    # Credits for returned stock may exceed what was delivered in the month.
    sales, quota = np.maximum(state.month_sales, 0), terms.quota[mode]
    wage = (market.roles.wage[reps.role] * days + length // 2) // length
    commission = share(sales, terms.commission[mode])
    reached = (quota > 0) & (sales * length >= quota * days)
    bonus = np.where(reached, (terms.bonus[mode] * days + length // 2) // length, 0)
    for account, amount in (
        (Account.WAGES, wage),
        (Account.COMMISSION, commission),
        (Account.BONUS, bonus),
    ):
        postings.post(account, employer, PEOPLE, mode, site, -1, amount)
    return np.asarray(wage + commission + bonus)


def _pay_rebates(network: Network, state: State, postings: Postings) -> None:
    terms = network.design.terms
    post_shares(network, state, postings, Account.REBATE, terms.outlet_rebate[network.option_mode])
    buyers = np.flatnonzero(state.month_purchases)
    mode = network.design.sites.mode[buyers]
    amount = share(state.month_purchases[buyers], terms.account_rebate[mode])
    owner = network.owner[buyers]
    postings.post(Account.REBATE, MANUFACTURER, owner, mode, buyers, -1, amount)


def valued_stock(network: Network, state: State) -> IntArray:
    """Return the units in which each site has its capital, consignments included: (S, P)."""
    units = state.stock
    return units + consigned_units(network, state) if network.plain.consigns else units


def stock_value(network: Network, state: State) -> IntArray:
    """Return the value of each site's stock at the owner's price: (S,) ticks."""
    return _worth(network, valued_stock(network, state))


def _worth(network: Network, units: IntArray) -> IntArray:
    """Return the value of units (S, P) at the prices of their owners, none at plants: (S,)."""
    return _valued(units, network.buying, network.plain.unit, network.plain.plant)


@kernel
def _valued(units: IntArray, price: IntArray, unit: IntArray, plant: BoolArray) -> IntArray:
    value = np.zeros(len(units), dtype=np.int64)
    for site in range(len(units)):
        if plant[site]:
            continue
        for product in range(len(unit)):
            value[site] += units[site, product] * price[site, product] // unit[product]
    return value


def consigned_units(network: Network, state: State) -> IntArray:
    """Return what each site has on consignment, sold and unsettled included: (S, P) units."""
    units = np.zeros_like(state.stock)
    if network.plain.consigns:
        places = network.consigned, network.design.outlets.site
        _consigned(units, *places, state.shelf, state.unsettled)
    return units


@kernel
def _consigned(
    units: IntArray, consigned: BoolArray, site: IntArray, shelf: IntArray, unsettled: IntArray
) -> None:
    """Add what consigned outlets (O,) hold and did not settle, (O, P), to their sites (S, P)."""
    for outlet in range(len(consigned)):
        if consigned[outlet]:
            for product in range(shelf.shape[1]):
                held = shelf[outlet, product] + unsettled[outlet, product]
                units[site[outlet], product] += held


def owned_value(network: Network, state: State) -> IntArray:
    """Return the value of all goods of each site's owner: (S,) ticks.

    Stock, goods on consignment, goods bought and still on the lane, and goods picked and not
    yet delivered.
    """
    units = state.stock + state.transit + consigned_units(network, state)
    unit = network.market.products.units_per_case
    add_at(units, state.loads["site"], state.loads["cases"] * unit)
    if state.parcels is not None:
        units += state.parcels.sent
    return _worth(network, units)


def _pay_interest(network: Network, state: State, postings: Postings, days: int) -> None:
    base = stock_value(network, state) + state.site_receivable - state.site_payable
    base -= customers_money(network, state)
    rate = np.full(len(base), network.market.finance.interest_ppm * days, dtype=np.int64)
    limits = network.market.limits
    if limits is not None:
        base = np.where(limits.cash, state.drawn_days, base)
        rate = np.where(limits.cash, limits.interest, rate)
    rows = np.flatnonzero(network.design.sites.open & (base > 0) & (rate > 0))
    amount = scaled(base[rows], rate[rows], YEAR_PPM)
    state.drawn_days[:] = 0
    mode = network.design.sites.mode[rows]
    postings.post(Account.INTEREST, network.owner[rows], OUTSIDE, mode, rows, -1, amount)


def _pay_deposits(network: Network, postings: Postings, days: int) -> None:
    rules = credit_rules(network)
    if rules is None:
        return
    rows, plan = network.covered, network.design.outlets
    mode, site = plan.mode[rows], plan.site[rows]
    lodged = network.once(deposits)[rows]
    amount = scaled(lodged, rules.deposit_interest[mode] * days, YEAR_PPM)
    owner, payer = network.owner[site], network.payer[rows]
    postings.post(Account.DEPOSIT_INTEREST, owner, payer, mode, site, rows, amount)
