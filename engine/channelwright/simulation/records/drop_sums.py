"""What the drops of a day mean for the KPI tables: one walk over them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.delivery.delivering import VALUE, WHOLE
from channelwright.simulation.delivery.load_columns import (
    COUNTED,
    LAST,
    METRES,
    MODE,
    OPTION,
    ORDER_DAY,
    OUTLET,
    PAY_DAY,
    SITE,
)
from channelwright.simulation.evening.credit import CONSIGNED
from channelwright.simulation.rows import Blocks

#: Drops, cases delivered, of them from sites of the manufacturer, case-days, metres: (O,) each.
OutletSums: TypeAlias = tuple[IntArray, ...]
#: Cases of the manufacturer's sites, and those of the last days of a month: (S,) each.
SiteSums: TypeAlias = tuple[IntArray, IntArray]
#: Cases, ticks invoiced and ticks of production by group and family; group of outlets.
FamilySums: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]
#: Person of outlets, -1 = none; days of the promise of modes; family and production cost of
#: products; ticks per case (O, N, P); sites of the manufacturer.
Plan: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray, IntArray, BoolArray]


@kernel
def tally_drops(
    loads: Blocks,
    visits: IntArray,
    received: IntArray,
    today: tuple[int, int, bool],
    plan: Plan,
    outlets: OutletSums,
    sites: SiteSums,
    sales: IntArray,
    kept: np.ndarray,
    families: FamilySums,
) -> None:
    """Add the drops of a day.

    Parameters
    ----------
    visits, received : rows as in `load_columns` and `delivering`, (7, n) and (4, n)
    today : the day, the horizon, whether the day is one of the last of its month
    sales : (reps,) ticks; kept : (days, O) ring of orders delivered whole, by end of promise
    """
    numbers, grids = loads
    day, horizon, late = today
    rep, promise, _, _, _, own = plan
    drops, delivered, direct, case_days, metres = outlets
    for row in range(visits.shape[1]):
        place, site, order_day = numbers[OUTLET, row], numbers[SITE, row], numbers[ORDER_DAY, row]
        total = np.int64(0)
        for product in range(grids.shape[2]):
            total += grids[0, row, product]
        drops[place] += visits[COUNTED, row]
        metres[place] += visits[METRES, row]
        delivered[place] += total
        case_days[place] += total * (day - order_day)
        if own[site]:
            direct[place] += total
            sites[0][site] += total
            if late:
                sites[1][site] += total
        if rep[place] >= 0:
            sales[rep[place]] += received[VALUE, row]
        end = order_day + promise[numbers[MODE, row]]
        if received[WHOLE, row] and end < horizon:
            kept[end % len(kept), place] += 1
    _add_families(families, numbers, grids, visits.shape[1], plan)


@kernel
def _add_families(
    families: FamilySums, numbers: IntArray, grids: IntArray, count: int, plan: Plan
) -> None:
    """Add the drops to the sums by group and family."""
    delivered, value, production, group = families
    _, _, family, cost, price, _ = plan
    for row in range(count):
        place, option = numbers[OUTLET, row], numbers[OPTION, row]
        cell, sold = group[place], numbers[PAY_DAY, row] != CONSIGNED
        for product in range(len(family)):
            kind, many = family[product], grids[0, row, product]
            delivered[cell, kind] += many
            production[cell, kind] += many * cost[product]
            if sold:
                value[cell, kind] += many * price[place, option, product]


@kernel
def tally_missed(
    columns: tuple[IntArray, ...], outlet: IntArray, cases: IntArray, visits: IntArray
) -> None:
    """Add visits where nobody took the goods: metres, their number, cases given up; loads (n,)."""
    metres, failed, cancelled = columns
    for row in range(len(outlet)):
        place = outlet[row]
        metres[place] += visits[METRES, row]
        failed[place] += 1
        if visits[LAST, row] > 0:
            for product in range(cases.shape[1]):
                cancelled[place] += cases[row, product]
