"""06:00, continued: carriers bring goods at a tariff; loads for one DC share the way to it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.market import CARRIERS
from channelwright.simulation.delivery.load_columns import (
    COST,
    COUNTED,
    LOAD,
    METRES,
    MODE,
    ORDER_DAY,
    OUTLET,
    SECOND,
    SITE,
    TOUR,
)
from channelwright.simulation.grouping import Whole, radix_order
from channelwright.simulation.network import Network

LEAVE = 21_600
#: Ticks per drop and per case of modes; seconds from which outlets take goods, (0,) = all at any.
Tariff: TypeAlias = tuple[IntArray, IntArray, IntArray]
#: Chain over whose DC goods for an outlet go, -1 = none, (0,) = for none; modes at a tariff.
DcWays: TypeAlias = tuple[IntArray, BoolArray]


def tariff_of(network: Network) -> Tariff:
    """Return what carriers ask for, and from when outlets take goods."""
    service, hours = network.design.service, network.hours
    opens = np.zeros(0, dtype=np.int64) if hours is None else hours[0].copy()
    return service.tariff_drop.copy(), service.tariff_case.copy(), opens


def dc_ways(network: Network) -> DcWays:
    """Return which goods go over the DC of a chain."""
    agreed, chain = network.design.contracts, network.market.outlets.chain
    by_tariff = network.market.modes.carrier == CARRIERS.index("tariff")
    if not network.plain.by_dc or agreed is None:
        return np.zeros(0, dtype=np.int64), by_tariff
    over = (chain >= 0) & (agreed.dc_days[chain] > 0)
    return np.where(over, chain, -1), by_tariff


@kernel
def bring(
    numbers: IntArray, cases: IntArray, visits: IntArray, rows: tuple[Whole, Whole], tariff: Tariff
) -> None:
    """Write the visits of carriers, a drop for every load, into columns of the block.

    Parameters
    ----------
    numbers, cases : columns and cases (n, P) of the loads
    rows : first column of the visits, and the one behind the last
    """
    drop, each, opens = tariff
    for place in range(rows[0], rows[1]):
        row = visits[LOAD, place]
        outlet, mode = numbers[OUTLET, row], numbers[MODE, row]
        cost = drop[mode]
        for product in range(cases.shape[1]):
            cost += each[mode] * cases[row, product]
        visits[SECOND, place], visits[TOUR, place] = LEAVE, -1
        if len(opens):  # at 06:00, or when the outlet opens
            visits[SECOND, place] = max(LEAVE, opens[outlet])
        visits[COST, place], visits[METRES, place], visits[COUNTED, place] = cost, 0, 1


@kernel
def share_drops(
    numbers: IntArray, visits: IntArray, failed: BoolArray, drop: IntArray, ways: DcWays
) -> None:
    """Let loads that go to a DC together share the tick per drop and count as one.

    Parameters
    ----------
    numbers : columns of the loads; visits : block of which the first columns are in use
    failed : (n,) visits where nobody took the goods; drop : (M,) ticks
    """
    chain, by_tariff = ways
    keys = np.empty((3, len(failed)), dtype=np.int64)
    rows, count = np.empty(len(failed), dtype=np.int64), np.int64(0)
    for place in range(len(failed)):
        row = visits[LOAD, place]
        outlet, mode = numbers[OUTLET, row], numbers[MODE, row]
        if chain[outlet] < 0 or not by_tariff[mode]:
            continue
        dc = numbers[SITE, row] * len(chain) + chain[outlet]
        keys[0, count], keys[1, count] = dc * len(drop) + mode, outlet
        keys[2, count], rows[count] = numbers[ORDER_DAY, row], place
        count += 1
    order, begin = radix_order(keys, keys.shape[0], count), 0
    while begin < count:
        end, counted = begin, False
        while end < count and keys[0, order[end]] == keys[0, order[begin]]:
            end += 1
        whole = drop[keys[0, order[begin]] % len(drop)]
        for place in range(begin, end):
            visit = rows[order[place]]
            part = whole // (end - begin) + (place - begin < whole % (end - begin))
            visits[COST, visit] += part - whole
            if counted:
                visits[COUNTED, visit] = 0
            counted = counted or not failed[visit]
        begin = end
