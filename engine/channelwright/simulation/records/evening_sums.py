"""Kernels of the KPI recorder: the credit check and the allocation of a day."""

from __future__ import annotations

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import IntArray
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
from channelwright.simulation.records.tallies import Columns


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
    _tally_families(count, orders, work, families)


@kernel
def _tally_families(
    count: int, orders: Table, work: Table, families: tuple[Columns, Columns, IntArray]
) -> None:
    """Add the cases of an evening to the groups of outlets and sites."""
    (attempted, first, group), (asked, first_out, out, site_group), family = families
    (numbers, grids), (marks, lines) = orders, work
    for place in range(count):
        row = marks[ROW, place]
        cell, above = group[numbers[OUTLET, row]], site_group[numbers[SITE, row]]
        tried = marks[NEW, place] != 0 and marks[REFUSED, place] == 0
        for product in range(len(family)):
            kind, given = family[product], lines[GIVE, place, product]
            if tried:
                wanted = grids[ORDERED, row, product] - lines[HELD, place, product]
                own = given - lines[OTHERS, place, product]
                attempted[cell, kind] += wanted
                first[cell, kind] += own
                if above >= 0:
                    asked[above, kind] += wanted
                    first_out[above, kind] += own
            if above >= 0:
                out[above, kind] += given
