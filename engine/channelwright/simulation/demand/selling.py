"""18:00: what the shelf gives to consumers at the door, then to those online."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, IntArray
from channelwright.simulation.demand.nearby_shelves import Fills
from channelwright.simulation.demand.stockouts import Settled

DEMANDED, SOLD, ONLINE_DEMANDED, ONLINE_SOLD = range(4)


@dataclass(frozen=True)
class Sales:
    """Units of one day by covered outlet and product; written anew on every day.

    ``units``: (4, C, P) int64, asked for and sold at the door, asked for and sold online.
    ``online``: (C,) bool, outlets that sell online, nothing online at others. ``settled``: what
    became of unmet demand, None where all of it is lost. ``fills``: what of the units sold online
    was served for others, None where nobody does so.
    """

    units: IntArray
    online: BoolArray
    settled: Settled | None = None
    fills: Fills | None = None


@kernel
def sell(
    shelf: IntArray,
    rows: IntArray,
    units: IntArray,
    online: BoolArray,
    waiting: IntArray,
    short: IntArray,
) -> tuple[int, np.int64]:
    """Sell to those at the door, then to those online; lowers the shelf.

    Parameters
    ----------
    shelf : (O, P) units, changed
    rows : (C,) outlets
    units, online : of `Sales`; what is sold is written
    waiting : (C, P) units wanted at the door besides those of today, in the end all that nobody
        got there; (0, P) = nobody comes again
    short : (C,) written: rows where somebody at the door went without

    Returns
    -------
    how many rows are short where consumers come again, and units that nobody got online
    """
    used, unmet = 0, np.int64(0)
    for row in range(len(rows)):
        outlet, missed = rows[row], np.int64(0)
        for product in range(units.shape[2]):
            held, wanted = shelf[outlet, product], units[DEMANDED, row, product]
            if len(waiting):
                wanted += waiting[row, product]
            first = min(held, wanted)
            units[SOLD, row, product] = first
            shelf[outlet, product] = held - first
            if len(waiting):
                waiting[row, product] = wanted - first
                missed += wanted - first
        if missed > 0:
            short[used] = row
            used += 1
        if online[row]:
            unmet += _sell_online(shelf[outlet], units, row)
    return used, unmet


@kernel
def _sell_online(shelf: IntArray, units: IntArray, row: int) -> np.int64:
    """Sell from a shelf (P,) to those who order online; return the units that nobody got."""
    unmet = np.int64(0)
    for product in range(len(shelf)):
        asked = units[ONLINE_DEMANDED, row, product]
        given = min(shelf[product], asked)
        units[ONLINE_SOLD, row, product] = given
        shelf[product] -= given
        unmet += asked - given
    return unmet
