"""Kernels of the KPI recorder: the replenishments of a day."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.records.tallies import Columns
from channelwright.simulation.stock.shipment_columns import (
    DUE,
    ORDERED,
    PARENT,
    SHIPPED,
    SITE,
    VALUE,
    Moved,
)

#: Which sites choose their source (S,), ticks per case of lanes (S, S), sums by site and source
#: (5, S, S), (0, S, S) = nobody chooses.
Supply: TypeAlias = tuple[BoolArray, IntArray, IntArray]
#: Own sites, ticks bought on terms and owed (S,), ticks that are paid by day (days, S).
Debts: TypeAlias = tuple[BoolArray, IntArray, IntArray, IntArray]


@kernel
def tally_shipments(
    day: int,
    late: bool,
    moved: Moved,
    columns: Columns,
    families: Columns,
    supply: Supply,
    debts: Debts,
    goods: Columns,
) -> np.int64:
    """Add the replenishments of a day; return the cases that were ordered from plants.

    Parameters
    ----------
    late : whether the day is one of the last of its month
    columns : of sites, cases in, value in, cases out, cases demanded, cases ordered today, bought
        late
    families : cases in, out, asked for and given at once (G, F), groups of sites (S,)
    goods : units per case and family of products (P,); plants (S,), 1 or 0
    """
    cases_in, value_in, cases_out, demanded, ordered_today, bought_late = columns
    (numbers, grids), (unit, _, plant), from_plants = moved, goods, np.int64(0)
    ordered_today[:] = 0
    for row in range(numbers.shape[1]):
        site, parent, value = numbers[SITE, row], numbers[PARENT, row], numbers[VALUE, row]
        sent, asked = np.int64(0), np.int64(0)
        for product in range(len(unit)):
            sent += grids[SHIPPED, row, product] // unit[product]
            asked += grids[ORDERED, row, product] // unit[product]
        cases_in[site] += sent
        value_in[site] += value
        cases_out[parent] += sent
        demanded[parent] += asked
        ordered_today[site] += asked
        from_plants += asked * plant[parent]
        if late:
            bought_late[site] += sent
        _tally_lane(site, parent, sent, value, late, supply)
        _tally_debt(day, site, parent, value, numbers[DUE, row], debts)
        _tally_moved(site, parent, grids[:, row], families, goods)
    return from_plants


@kernel
def _tally_lane(
    site: int,
    source: int,
    cases: np.int64,
    value: int,
    late: bool,
    supply: Supply,
) -> None:
    """Add the cases and ticks that a site bought from the source that it chose."""
    chooses, lane_cost, sums = supply
    if chooses[site] and cases > 0:
        sums[0, site, source] += 1
        sums[1, site, source] += cases
        sums[2, site, source] += cases if late else 0
        sums[3, site, source] += value
        sums[4, site, source] += cases * lane_cost[site, source]


@kernel
def _tally_debt(
    day: int,
    site: int,
    seller: int,
    value: int,
    due: int,
    debts: Debts,
) -> None:
    """Add what a site owes to the manufacturer until a later day."""
    own, on_terms, owed, coming = debts
    if own[seller] and due > day and value > 0:
        on_terms[site] += value
        owed[site] += value
        if due < len(coming):
            coming[due, site] += value


@kernel
def _tally_moved(
    site: int, parent: int, lines: IntArray, families: Columns, goods: Columns
) -> None:
    """Add units ordered and shipped (2, P) to the groups of a site and of its parent."""
    cases_in, cases_out, asked, first, group = families
    unit, family, _ = goods
    cell, above = group[site], group[parent]
    for product in range(len(unit)):
        kind, case = family[product], unit[product]
        sent, wanted = lines[SHIPPED, product] // case, lines[ORDERED, product] // case
        if cell >= 0:
            cases_in[cell, kind] += sent
        if above >= 0:
            cases_out[above, kind] += sent
            asked[above, kind] += wanted
            first[above, kind] += min(wanted, sent)
