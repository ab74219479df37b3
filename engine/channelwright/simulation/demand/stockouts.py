"""18:00, continued: what consumers do at an empty shelf (docs/world/stockouts.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.random import Address, Purpose
from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.stockout import Stockout
from channelwright.simulation.network import Network
from channelwright.tables.rival_outputs import STOCKOUTS
from channelwright.tables.sink import Chunk


@dataclass(frozen=True)
class Settled:
    """What became of the unmet demand of one evening.

    Attributes
    ----------
    bought : (C, P) int64, units sold besides those at the door and online
    lost : (C,) int64, units lost at each outlet
    waiting : (C, P) int64, units that come again tomorrow
    rows : the day's rows of table `stockouts`
    """

    bought: IntArray
    lost: IntArray
    waiting: IntArray
    rows: Chunk


class Stockouts:
    """Settles unmet demand evening by evening."""

    def __init__(self, network: Network, address: Address, stockout: Stockout) -> None:
        self._network = network
        self._address = address
        shares = (stockout.wait, stockout.product, stockout.outlet)
        self._limits = np.cumsum(np.array(shares, dtype=np.float64))
        self._goal = _goals(network, stockout)
        rate = network.rate[network.covered]
        self._ranked = np.argsort(-rate, axis=1, kind="stable")

    def settle(self, day: int, shelf: IntArray, unmet: IntArray) -> Settled:
        """Split unmet demand; ``shelf`` (C, P) is what the door and online left."""
        short = np.flatnonzero(unmet.any(axis=1))
        outlets, products = self._network.covered[short], unmet.shape[1]
        drawn = self._address.grid(Purpose.STOCKOUT, day, outlets, products)
        shares = (drawn, self._limits)
        bought, lost, waiting, block = _settle(
            shelf, unmet, short, shares, self._ranked, self._goal
        )
        block[0] = day
        block[1] = self._network.covered[block[1]]
        return Settled(bought, lost, waiting, dict(zip(STOCKOUTS.names, block, strict=True)))


@kernel
def _settle(
    shelf: IntArray,
    unmet: IntArray,
    short: IntArray,
    shares: tuple[FloatArray, FloatArray],
    ranked: IntArray,
    goal: IntArray,
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Let the consumers of some outlets wait, take another product, or go to the next outlet.

    Parameters
    ----------
    shelf, unmet : (C, P) units
    short : (n,) rows with unmet demand
    shares : drawn (n, P), and the cumulated shares of those who wait, switch, go elsewhere
    ranked : (C, P) products, most wanted first
    goal : (C,) row of the next outlet, -1 = none

    Returns
    -------
    bought : (C, P); lost : (C,); waiting : (C, P)
    block : (10, k) the columns of `stockouts`; day is not filled, outlet is a row
    """
    waiting, look, leave = np.zeros_like(unmet), np.zeros_like(unmet), np.zeros_like(unmet)
    came, instead = np.zeros_like(unmet), np.zeros_like(unmet)
    lost = np.zeros(len(unmet), dtype=np.int64)
    drawn, limits = shares
    for place in range(len(short)):
        row = short[place]
        looking = np.int64(0)
        for product in range(unmet.shape[1]):
            asked, uniform = unmet[row, product], drawn[place, product]
            first = min(asked, np.int64(math.floor(asked * limits[0] + uniform)))
            second = min(asked, np.int64(math.floor(asked * limits[1] + uniform)))
            third = min(asked, np.int64(math.floor(asked * limits[2] + uniform)))
            waiting[row, product], look[row, product] = first, second - first
            looking += second - first
            lost[row] += asked - third
            if goal[row] < 0:
                lost[row] += third - second
            else:
                leave[row, product] = third - second
                came[goal[row], product] += third - second
        for product in ranked[row]:
            given = min(looking, shelf[row, product])
            instead[row, product] = given
            looking -= given
        lost[row] += looking
    bought = instead.copy()
    happened = 0
    for row in range(len(unmet)):
        for product in range(unmet.shape[1]):
            taken = min(came[row, product], shelf[row, product] - instead[row, product])
            bought[row, product] += taken
            lost[row] += came[row, product] - taken
            happened += unmet[row, product] > 0 or bought[row, product] + came[row, product] > 0
    parts = (unmet, waiting, look, leave, instead, came, bought)
    return bought, lost, waiting, _rows(parts, happened)


@kernel
def _rows(parts: tuple[IntArray, ...], happened: int) -> IntArray:
    """Return the rows of outlets and products at which something happened: (10, k)."""
    unmet, waiting, look, leave, instead, came, bought = parts
    block = np.empty((10, happened), dtype=np.int64)
    used = 0
    for row in range(len(unmet)):
        for product in range(unmet.shape[1]):
            if unmet[row, product] > 0 or bought[row, product] + came[row, product] > 0:
                block[1, used], block[2, used] = row, product
                block[3, used], block[4, used] = unmet[row, product], waiting[row, product]
                block[5, used], block[6, used] = look[row, product], leave[row, product]
                block[7, used], block[8, used] = instead[row, product], came[row, product]
                block[9, used] = bought[row, product] - instead[row, product]
                used += 1
    return block


def _goals(network: Network, stockout: Stockout) -> IntArray:
    """Return the nearest other covered outlet of each covered one: (C,) position, -1 = none."""
    position = np.full(len(network.market.outlets), -1, dtype=np.int64)
    position[network.covered] = np.arange(len(network.covered))
    pairs = stockout.neighbours
    return _nearest(position, pairs.origin, pairs.place, len(network.covered))


@kernel
def _nearest(position: IntArray, origin: IntArray, place: IntArray, count: int) -> IntArray:
    """Return the first place of a pair of covered outlets for each origin; pairs by distance."""
    goal = np.full(count, -1, dtype=np.int64)
    for pair in range(len(origin)):
        here, there = position[origin[pair]], position[place[pair]]
        if here >= 0 and there >= 0 and goal[here] < 0:
            goal[here] = there
    return goal
