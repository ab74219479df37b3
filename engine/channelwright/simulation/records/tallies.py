"""Kernels of the KPI recorder: what happened is added to sums of outlets, sites and people.

Every event of a day is one call that passes once over its rows, where a call for each sum would
pass once for each. Columns come as tuples of (O,), (S,) or (reps,) sums, which are changed.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.delivery import filling

Columns = tuple[IntArray, ...]


@kernel
def tally_orders(
    day: int,
    orders: tuple[IntArray, IntArray, IntArray],
    columns: Columns,
    families: tuple[IntArray, IntArray, IntArray],
    promises: tuple[np.ndarray, IntArray, int],
) -> int:
    """Add the orders of a day, one an outlet at most, and return their lines.

    Parameters
    ----------
    orders : (n,) outlet and mode, (n, P) cases
    columns : orders, lines, cases ordered, and the squares of these
    families : cases ordered by group and family (G, F), groups (O,), families (P,)
    promises : ring of orders by the day on which their promise ends, days of it (M,), horizon
    """
    outlet, mode, cases = orders
    number, lines, ordered, squared = columns
    total, group, family = families
    ring, days, horizon = promises
    count = 0
    for row in range(len(outlet)):
        place, many, whole = outlet[row], 0, np.int64(0)
        cell, end = group[place], day + days[mode[row]]
        for product in range(cases.shape[1]):
            many += cases[row, product] > 0
            whole += cases[row, product]
            if cell >= 0:
                total[cell, family[product]] += cases[row, product]
        number[place] += 1
        lines[place] += many
        ordered[place] += whole
        squared[place] += whole * whole
        if end < horizon:
            ring[end % len(ring), place] += 1
        count += many
    return count


@kernel
def tally_calls(
    columns: Columns, people: Columns, calls: Columns, flags: tuple[BoolArray, ...]
) -> int:
    """Add the calls of a day, and return how many were made.

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
    count = 0
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
        count += is_made[row]
        if is_made[row]:
            seconds[person] += taken[row]
        if not worked[person]:
            worked[person] = True
            days[person] += 1
    return count


@kernel
def tally_parcels(
    sites: IntArray, units: IntArray, unit: IntArray, columns: Columns, families: Columns
) -> np.int64:
    """Add the whole cases that consumers asked sites for; the rest is counted later.

    Parameters
    ----------
    units : (3, S, P) units asked for, got at the first attempt and got; cases are taken off
    columns : cases demanded and out (S,)
    families : cases asked for, given at the first attempt and given at all (G, F), groups of
        sites (S,), families (P,)

    Returns
    -------
    cases asked for
    """
    demanded, cases_out = columns
    asked, first, out, group, family = families
    total = np.int64(0)
    for site in sites:
        cell = group[site]
        for product in range(len(unit)):
            kind, case = family[product], unit[product]
            wanted, once = units[0, site, product] // case, units[1, site, product] // case
            given = units[2, site, product] // case
            units[0, site, product] -= wanted * case
            units[1, site, product] -= once * case
            units[2, site, product] -= given * case
            demanded[site] += wanted
            cases_out[site] += given
            total += wanted
            if cell >= 0:
                asked[cell, kind] += wanted
                first[cell, kind] += once
                out[cell, kind] += given
    return total


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
