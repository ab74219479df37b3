"""Kernels of the KPI recorder: what happened is added to sums of outlets, sites and people.

Every event of a day is one call that passes once over its rows, where a call for each sum would
pass once for each. Columns come as tuples of (O,), (S,) or (reps,) sums, which are changed.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.delivery import filling
from channelwright.simulation.evening.work import (
    ENDED,
    GIVE,
    GIVEN,
    HELD,
    NEW,
    OTHERS,
    REFUSED,
    ROW,
    Table,
)
from channelwright.simulation.orders.order_columns import ORDERED, OUTLET, SITE

Columns = tuple[IntArray, ...]


@kernel
def tally_orders(columns: Columns, outlet: IntArray, cases: IntArray) -> None:
    """Add the orders of a day, cases (n, P): their number, lines and cases."""
    orders, lines, ordered = columns
    for row in range(len(outlet)):
        place = outlet[row]
        orders[place] += 1
        for product in range(cases.shape[1]):
            lines[place] += cases[row, product] > 0
            ordered[place] += cases[row, product]


@kernel
def tally_calls(
    columns: Columns, people: Columns, calls: Columns, flags: tuple[BoolArray, ...]
) -> None:
    """Add the calls of a day.

    Parameters
    ----------
    columns : calls planned, made and productive, lines
    people : the same three by person, seconds in the field, working days
    calls : (n,) outlet, person, seconds taken and lines of each call
    flags : (n,) planned, made, productive
    """
    planned, made, productive, lines = columns
    their_planned, their_made, their_productive, seconds, days = people
    outlet, rep, taken, call_lines = calls
    is_planned, is_made, is_productive = flags
    worked = np.zeros(len(days), dtype=np.bool_)
    for row in range(len(outlet)):
        place, person = outlet[row], rep[row]
        planned[place] += is_planned[row]
        made[place] += is_made[row]
        productive[place] += is_productive[row]
        lines[place] += call_lines[row]
        their_planned[person] += is_planned[row]
        their_made[person] += is_made[row]
        their_productive[person] += is_productive[row]
        if is_made[row]:
            seconds[person] += taken[row]
        if not worked[person]:
            worked[person] = True
            days[person] += 1


@kernel
def tally_evening(
    count: int,
    orders: Table,
    work: Table,
    columns: Columns,
    families: tuple[Columns, Columns, IntArray],
) -> None:
    """Add the credit check and the allocation of a day.

    Parameters
    ----------
    orders, work : the table of open orders, and the ``count`` orders of the evening
    columns : of outlets, cases at the first attempt, in place of others and attempted, orders
        refused, cases refused and cut; of sites, cases out and demanded
    families : cases attempted and given at the first attempt (G, F), groups of outlets (O,);
        cases asked for, given at the first attempt and given at all, groups of sites (S,); the
        families (P,)
    """
    first, substituted, attempted, orders_refused, cases_refused, cases_cut = columns[:6]
    cases_out, demanded = columns[6:]
    (numbers, grids), (marks, lines) = orders, work
    for place in range(count):
        row, refused = marks[ROW, place], marks[REFUSED, place] != 0
        outlet, site = numbers[OUTLET, row], numbers[SITE, row]
        asked, others, lost, denied = 0, 0, 0, 0
        for product in range(lines.shape[2]):
            wanted, back = grids[ORDERED, row, product], lines[HELD, place, product]
            asked += wanted - back
            others += lines[OTHERS, place, product]
            lost += lines[ENDED, place, product]
            if refused or back == wanted:
                denied += wanted
        cases_out[site] += marks[GIVEN, place]
        tried = marks[NEW, place] != 0 and not refused
        if tried:
            first[outlet] += marks[GIVEN, place] - others
            attempted[outlet] += asked
            demanded[site] += asked
        if lost + others + denied > 0 or refused:  # seldom: four more places far away
            orders_refused[outlet] += refused
            substituted[outlet] += others
            cases_cut[outlet] += lost
            cases_refused[outlet] += denied
        _tally_families(place, grids[ORDERED, row], lines, tried, (outlet, site), families)


@kernel
def _tally_families(
    place: int,
    ordered: IntArray,
    lines: IntArray,
    tried: bool,
    where: tuple[int, int],
    families: tuple[Columns, Columns, IntArray],
) -> None:
    """Add the cases of one order to the groups of its outlet and site."""
    (attempted, first, group), (asked, first_out, out, site_group), family = families
    cell, above = group[where[0]], site_group[where[1]]
    for product in range(len(family)):
        kind, given = family[product], lines[GIVE, place, product]
        if tried:
            wanted = ordered[product] - lines[HELD, place, product]
            own = given - lines[OTHERS, place, product]
            attempted[cell, kind] += wanted
            first[cell, kind] += own
            if above >= 0:
                asked[above, kind] += wanted
                first_out[above, kind] += own
        if above >= 0:
            out[above, kind] += given


@kernel
def tally_tours(sites: Columns, block: IntArray) -> None:
    """Add the tours of a day to tours, seconds, metres, cases and seconds waited of sites.

    ``block`` : (8, t), rows as in `filling`
    """
    number, seconds, driven, loaded, waiting = sites
    for tour in range(block.shape[1]):
        place = block[filling.TOUR_SITE, tour]
        number[place] += 1
        seconds[place] += block[filling.SECONDS, tour]
        driven[place] += block[filling.LENGTH, tour]
        loaded[place] += block[filling.LOADED, tour]
        waiting[place] += block[filling.WAITED, tour]


@kernel
def tally_shipments(
    columns: Columns, shipments: Columns, unit: IntArray
) -> tuple[IntArray, IntArray]:
    """Add the replenishments of a day; return the cases shipped and ordered of each: (n,).

    Parameters
    ----------
    columns : cases in, value in, cases out, cases demanded
    shipments : (n,) site, parent and value, (n, P) units ordered and shipped
    """
    cases_in, value_in, cases_out, demanded = columns
    site, parent, value, ordered, shipped = shipments
    total = np.zeros((2, len(site)), dtype=np.int64)
    for row in range(len(site)):
        for product in range(len(unit)):
            total[0, row] += shipped[row, product] // unit[product]
            total[1, row] += ordered[row, product] // unit[product]
        cases_in[site[row]] += total[0, row]
        value_in[site[row]] += value[row]
        cases_out[parent[row]] += total[0, row]
        demanded[parent[row]] += total[1, row]
    return total[0], total[1]


@kernel
def tally_sites(
    columns: Columns, stock: tuple[IntArray, IntArray], value: IntArray, money: Columns
) -> None:
    """Add what sites hold and are owed at the end of a day.

    Parameters
    ----------
    columns : case-days and ticks-days of stock, ticks-days of receivables and payables
    stock : (S, P) units, (P,) units per case; value : (S,) ticks
    money : (S,) ticks receivable, of them paid before the goods came, payable
    """
    case_days, value_days, receivable_days, payable_days = columns
    units, unit = stock
    receivable, advanced, payable = money
    for site in range(len(value)):
        for product in range(len(unit)):
            case_days[site] += units[site, product] // unit[product]
        value_days[site] += value[site]
        receivable_days[site] += receivable[site] - advanced[site]
        payable_days[site] += payable[site]
