"""Kernels of parcels at 19:00: who is served from what stock, and what packing it means."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.rules.parcels import PARCEL_ROOM
from channelwright.simulation.evening.work import Table
from channelwright.simulation.grouping import radix_order

#: Columns of the tables of parcels; what is sent has two more.
DAY, SECOND, ATTEMPT, ZONE, PRODUCT, NUMBER, SENT_DAY, ARRIVAL = range(8)
#: Rows of the bench: row of the order, site, release and seconds of the work.
ROW, SITE, RELEASE, WORK = range(4)

#: Site, area and days of travel of zones (Z,).
Zones: TypeAlias = tuple[IntArray, IntArray, IntArray]
#: Stock of sites, asked of sites today, waiting and sent: (S, P) units, changed.
Units: TypeAlias = tuple[IntArray, IntArray, IntArray, IntArray]


@kernel
def serve(
    day: int,
    count: int,
    orders: Table,
    zones: Zones,
    last_wait: int,
    units: Units,
    counted: IntArray,
) -> tuple[IntArray, IntArray, BoolArray]:
    """Take the due orders of consumers from stock, in turn, whole or not at all.

    Parameters
    ----------
    orders : ``count`` orders
    last_wait : days since the first attempt at which consumers give up
    counted : (3, S, P) units asked for, got at the first attempt and got, added to

    Returns
    -------
    rows of the orders that are served and of those that are given up, in turn; which stay (count,)
    """
    numbers, grids = orders
    stock, demand, waiting, sent = units
    waiting[:] = 0
    rows, stays = _in_turn(day, count, numbers, zones[1]), np.ones(count, dtype=np.bool_)
    served, lost = np.empty((2, len(rows)), dtype=np.int64)
    many, few = 0, 0
    for row in rows:
        site, new, enough = zones[0][numbers[ZONE, row]], numbers[ATTEMPT, row] == day, True
        for product in range(stock.shape[1]):
            asked = grids[0, row, product]
            enough = enough and stock[site, product] >= asked
            if new:
                demand[site, product] += asked
                counted[0, site, product] += asked
        gives_up = not enough and day - numbers[ATTEMPT, row] >= last_wait
        stays[row] = not enough and not gives_up
        for product in range(stock.shape[1]):
            asked = grids[0, row, product]
            if stays[row]:
                waiting[site, product] += asked
            elif enough:
                stock[site, product] -= asked
                sent[site, product] += asked
                counted[1, site, product] += asked if new else 0
                counted[2, site, product] += asked
        if enough:
            served[many] = row
            many += 1
        elif gives_up:
            lost[few] = row
            few += 1
    return served[:many].copy(), lost[:few].copy(), stays


@kernel
def _in_turn(day: int, count: int, numbers: IntArray, area: IntArray) -> IntArray:
    """Return the due orders by day, second, area, first product and number."""
    rows, keys, due = np.empty(count, dtype=np.int64), np.empty((5, count), dtype=np.int64), 0
    for row in range(count):
        if numbers[ATTEMPT, row] > day:
            continue
        rows[due] = row
        keys[0, due], keys[1, due] = numbers[DAY, row], numbers[SECOND, row]
        keys[2, due], keys[3, due] = area[numbers[ZONE, row]], numbers[PRODUCT, row]
        keys[4, due] = numbers[NUMBER, row]
        due += 1
    return rows[radix_order(keys, keys.shape[0], np.int64(due))]


@kernel
def bench_of(
    orders: Table,
    served: IntArray,
    release: int,
    shop: tuple[Zones, IntArray, IntArray, IntArray, IntArray],
    money: tuple[IntArray, IntArray],
    who: tuple[int, int, int, int],
) -> IntArray:
    """Return the orders that are packed (4, n), in turn, and pay for it.

    Parameters
    ----------
    served : (n,) rows
    shop : zones; units per case, units in the largest parcel (P,); ticks per case of handling
        (S,); seconds and ticks of a parcel (2,)
    money : (7, n) postings, written; ticks by area and first product, added to
    who : account, payer, payee and mode of the postings
    """
    numbers, grids = orders
    (site_of, area_of, _), unit, largest, handling, parcel = shop
    postings, paid = money
    bench = np.empty((4, len(served)), dtype=np.int64)
    for place in range(len(served)):
        row, zone = served[place], numbers[ZONE, served[place]]
        site, filled, cost = site_of[zone], np.int64(0), np.int64(0)
        for product in range(len(unit)):
            units = grids[0, row, product]
            filled += units * (PARCEL_ROOM // largest[product])
            if units != 0:
                cost += (units * handling[site] + unit[product] // 2) // unit[product]
        parcels = -(-filled // PARCEL_ROOM)
        cost += parcels * parcel[1]
        bench[ROW, place], bench[SITE, place], bench[RELEASE, place] = row, site, release
        bench[WORK, place] = parcels * parcel[0]
        postings[0, place], postings[1, place], postings[2, place] = who[0], who[1], who[2]
        postings[3, place], postings[4, place], postings[5, place] = who[3], site, -1
        postings[6, place] = cost
        paid[area_of[zone], numbers[PRODUCT, row]] += cost
    return bench


@kernel
def send(
    day: int, orders: Table, bench: IntArray, arrival: IntArray, begin: int, sent: Table
) -> None:
    """Write packed orders into the table of what is on its way, from a row on."""
    (numbers, grids), (columns, units) = orders, sent
    for place in range(bench.shape[1]):
        row, at = bench[ROW, place], begin + place
        for column in range(numbers.shape[0]):
            columns[column, at] = numbers[column, row]
        columns[SENT_DAY, at], columns[ARRIVAL, at] = day, arrival[place]
        for product in range(units.shape[2]):
            units[0, at, product] = grids[0, row, product]
