"""Short stock shared in turn: whole lines, whole orders, and other products that stand in."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import PPM, BoolArray, IntArray
from channelwright.model.allocation import Allocation
from channelwright.simulation.evening.credit import Verdict
from channelwright.simulation.network import Network
from channelwright.simulation.rows import Rows
from channelwright.simulation.scatter import subtract_at
from channelwright.simulation.state import State

_LINE, _ORDER = 1, 2


def share_in_turn(network: Network, state: State, orders: Rows, missing: IntArray) -> IntArray:
    """Return what every line gets when modes may ask for whole lines or orders: (n, P) cases."""
    rules = network.design.service.allocation
    assert rules is not None
    unit = network.market.products.units_per_case
    free = state.stock // unit
    give = _in_turn(orders["site"], missing, rules.fill[orders["mode"]], free.copy(), free)
    subtract_at(state.stock, orders["site"], give * unit)
    return np.asarray(give)


@kernel
def _in_turn(
    site: IntArray, missing: IntArray, fill: IntArray, free: IntArray, shape: IntArray
) -> IntArray:
    give = np.zeros_like(missing)
    for row in range(missing.shape[0]):
        place = site[row]
        short = False
        for product in range(shape.shape[1]):
            short = short or missing[row, product] > free[place, product]
        if short and fill[row] == _ORDER:
            continue
        for product in range(shape.shape[1]):
            wanted, there = missing[row, product], free[place, product]
            cases = min(wanted, there)
            if fill[row] == _LINE and cases < wanted:
                cases = 0
            give[row, product] = cases
            free[place, product] -= cases
    return give


def stand_in(
    network: Network,
    state: State,
    orders: Rows,
    short: IntArray,
    credit: Verdict,
    new: BoolArray,
) -> tuple[IntArray, IntArray]:
    """Return cases that others replace and cases that stand in for others: (n, P) each.

    Parameters
    ----------
    short : (n, P) int64, cases that the line still misses
    credit : what the credit check says; lines that it held back stand in for nothing
    new : (n,) bool, orders at their first attempt
    """
    rules = network.design.service.allocation
    none = np.zeros(short.shape, dtype=np.int64)
    if rules is None or not rules.substitute.any() or not len(short):
        return none, none
    barred = (credit.held > 0) & (credit.held == orders["ordered"])
    share = np.where(new & ~credit.refused, rules.substitute[orders["mode"]], 0)
    wanted = (short * share[:, None] + PPM // 2) // PPM
    families = network.market.products.families
    family = np.array([families.index(name) for name in families], dtype=np.int64)
    unit = network.market.products.units_per_case
    replaced, extra = _stand_in(orders["site"], wanted, family, barred, state.stock // unit)
    subtract_at(state.stock, orders["site"], extra * unit)
    return replaced, extra


@kernel
def _stand_in(
    site: IntArray, wanted: IntArray, family: IntArray, barred: BoolArray, free: IntArray
) -> tuple[IntArray, IntArray]:
    replaced, extra = np.zeros_like(wanted), np.zeros_like(wanted)
    for row in range(wanted.shape[0]):
        place = site[row]
        for product in range(wanted.shape[1]):
            left = wanted[row, product]
            for other in range(wanted.shape[1]):
                if other == product or family[other] != family[product] or barred[row, other]:
                    continue
                cases = min(left, free[place, other])
                free[place, other] -= cases
                left -= cases
                replaced[row, product] += cases
                extra[row, other] += cases
    return replaced, extra


def still_waits(network: Network, orders: Rows, day: int) -> BoolArray:
    """Return the orders whose missing cases wait for another evening: (n,) bool."""
    service = network.design.service
    waits = service.backorder[orders["mode"]]
    rules = service.allocation
    if rules is None:
        return np.asarray(waits)
    longest = rules.cancel_days[orders["mode"]]
    return np.asarray(waits & ((longest < 0) | (day - orders["attempt"] < longest)))


def in_batch(rules: Allocation | None) -> bool:
    """Return whether every line takes what there is, so that a batch can share it out."""
    return rules is None or not rules.fill.any()
