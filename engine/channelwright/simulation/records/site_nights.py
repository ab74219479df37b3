"""What every site holds, owes and is owed at 24:00, in one pass over the sites."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.cash.settling import valued_stock
from channelwright.simulation.evening.credit import advances
from channelwright.simulation.network import Network
from channelwright.simulation.plain import PLANT
from channelwright.simulation.records.cell_sums import NamedSums
from channelwright.simulation.records.family_recording import FamilyRecorder
from channelwright.simulation.records.outstanding import HouseDebts
from channelwright.simulation.records.stock_recording import StockRecorder
from channelwright.simulation.state import State

Columns = tuple[IntArray, ...]
_HELD = ("stock_case_days", "stock_value_days")
_OWED = ("receivable_days", "payable_days", "own_owed_days")


class SiteNights:
    """Adds a night to the sums of sites, of their stock and of the families of their tiers."""

    def __init__(
        self,
        network: Network,
        site: NamedSums,
        stock: StockRecorder,
        families: FamilyRecorder,
        debts: HouseDebts,
    ) -> None:
        self._network = network
        self._columns = site.columns(*_HELD, *_OWED)
        self._stock = stock.of_nights()
        self._tiers, self._group, family = families.of_nights()
        self._debts = debts.open, debts.coming
        stocking = network.design.sites.open & (network.market.sites.kind != PLANT)
        watched = stocking[:, None] & (network.opening_demand > 0)
        products = family, network.plain.unit
        self._sites = products, (network.plain.plant, network.buying), watched

    def add(self, state: State) -> None:
        """Add the end of a day."""
        network, day = self._network, state.day
        _add_night(
            (self._columns, self._stock, self._tiers),
            self._group,
            self._sites,
            (state.stock, valued_stock(network, state), state.demand[day % len(state.demand)]),
            (state.site_receivable, advances(network, state), state.site_payable),
            self._debts,
            day,
        )


@kernel
def _add_night(
    into: tuple[Columns, Columns, Columns],
    group: IntArray,
    sites: tuple[tuple[IntArray, IntArray], tuple[BoolArray, IntArray], BoolArray],
    units: Columns,
    money: Columns,
    debts: tuple[IntArray, IntArray],
    day: int,
) -> None:
    """Add the night of every site.

    Parameters
    ----------
    into : sums of sites, their stock and their tiers, as of `_add_money` and `_add_stock`
    group : (S,) tier of each site, -1 = none
    sites : family and units per case (P,); plants (S,) and ticks per case (S, P); products that
        are watched (S, P)
    units : (S, P) units in stock, of them and on consignment, asked for today
    money : (S,) ticks receivable, of them paid before the goods came, payable
    debts : (S,) ticks owed to the manufacturer, and (days, S) what ends on each day
    """
    columns, stock, tiers = into
    products, prices, watched = sites
    _add_stock(stock, columns[0], tiers, group, (units[0], units[2]), products, watched)
    _add_money(columns, (units[1], products[1]), prices, money, debts, day)


@kernel
def _add_stock(
    columns: Columns,
    case_days: IntArray,
    tiers: Columns,
    group: IntArray,
    units: tuple[IntArray, IntArray],
    products: tuple[IntArray, IntArray],
    watched: BoolArray,
) -> None:
    """Add what sites asked for, ordered, hold and miss.

    Parameters
    ----------
    columns : (S,) cases asked and ordered, watched days without a case and at all, squares of the
        two first; cases ordered today, which are not changed
    case_days : (S,) case-days
    tiers : (G, F) case-days, watched days without a case, watched days
    units : (S, P) in stock, asked for today
    """
    asked, ordered, empty, days, asked_squared, ordered_squared, today = columns
    tier_cases, tier_empty, tier_days = tiers
    stock, demand = units
    family, unit = products
    for site in range(len(stock)):
        cases, sent, place = np.int64(0), today[site], group[site]
        for product in range(len(unit)):
            held, kind = stock[site, product] // unit[product], family[product]
            cases += demand[site, product] // unit[product]
            case_days[site] += held
            if place >= 0:
                tier_cases[place, kind] += held
            if watched[site, product]:
                empty[site] += held == 0
                days[site] += 1
                if place >= 0:
                    tier_empty[place, kind] += held == 0
                    tier_days[place, kind] += 1
        asked[site] += cases
        asked_squared[site] += cases * cases
        ordered[site] += sent
        ordered_squared[site] += sent * sent


@kernel
def _add_money(
    columns: Columns,
    goods: tuple[IntArray, IntArray],
    prices: tuple[BoolArray, IntArray],
    money: Columns,
    debts: tuple[IntArray, IntArray],
    day: int,
) -> None:
    """Add the value of stock and what is owed; take what is paid to the manufacturer today.

    Parameters
    ----------
    columns : (S,), the first is not changed; tick-days of stock, receivables, payables, and of
        these to the manufacturer
    goods : (S, P) units and (P,) units per case; prices : plants, whose stock has no value, (S,)
        and ticks per case (S, P)
    """
    _, value_days, receivable_days, payable_days, own_days = columns
    units, unit = goods
    plant, price = prices
    receivable, advanced, payable = money
    owed, coming = debts
    for site in range(len(units)):
        if not plant[site]:
            for product in range(len(unit)):
                worth = units[site, product] * price[site, product] // unit[product]
                value_days[site] += worth
        receivable_days[site] += receivable[site] - advanced[site]
        payable_days[site] += payable[site]
        owed[site] -= coming[day, site]
        own_days[site] += owed[site]
